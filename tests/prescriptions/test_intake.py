"""A file a patient sends ends in pictures or in a plain refusal, and the shop carries on."""

import os
import sys
import threading
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from shop.prescriptions.files import intake
from shop.prescriptions.files.intake import Deadline, DocumentRefused, Reason, read_document
from tests.prescriptions import samples

Maker = Callable[[], bytes]
Instead = Callable[[str], None]


def reason_for(data: bytes, *, deadline: Deadline | None = None) -> Reason:
    with pytest.raises(DocumentRefused) as refused:
        read_document(data, deadline=deadline)
    return refused.value.reason


def program(folder: Path, source: str) -> Path:
    path = folder / "program.py"
    path.write_text(f"import os, signal, struct, sys, time\n{source}\n")
    return path


@pytest.fixture
def instead(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Instead:
    """Runs another program in place of the rasteriser."""
    return lambda source: monkeypatch.setattr(intake, "RASTERISER", program(tmp_path, source))


@pytest.mark.parametrize("make", [samples.jpeg, samples.png, samples.pdf, samples.cmyk_jpeg])
def test_a_prescription_becomes_a_picture(make: Maker) -> None:
    [picture] = read_document(make())

    page = Image.open(BytesIO(picture.jpeg))
    assert page.size == (picture.width, picture.height)


def test_every_page_of_a_pdf_becomes_a_picture() -> None:
    assert len(read_document(samples.pdf(3))) == 3


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: b"", Reason.EMPTY),
        (lambda: samples.jpeg() + bytes(intake.MAX_FILE_BYTES), Reason.TOO_LARGE),
        (lambda: b"only words, named photo.jpg", Reason.NOT_A_PICTURE),
        (samples.executable, Reason.NOT_A_PICTURE),
        (lambda: samples.cut(samples.jpeg()), Reason.DAMAGED),
        (lambda: samples.cut(samples.png()), Reason.DAMAGED),
        (samples.png_text_bomb, Reason.DAMAGED),
        (samples.png_bomb, Reason.TOO_COMPLEX),
        (samples.encrypted_pdf, Reason.ENCRYPTED),
        (lambda: samples.pdf(intake.MAX_PAGES + 1), Reason.TOO_MANY_PAGES),
    ],
)
def test_a_bad_file_is_refused_with_its_reason(make: Maker, reason: Reason) -> None:
    assert reason_for(make()) == reason


def test_a_file_of_exactly_ten_megabytes_is_read() -> None:
    photo = samples.jpeg()

    assert read_document(photo + bytes(intake.MAX_FILE_BYTES - len(photo)))


def test_a_refusal_says_what_to_do() -> None:
    refused = DocumentRefused(Reason.ENCRYPTED)

    assert "take a photo of each page" in refused.message


@pytest.mark.parametrize("reason", Reason)
def test_every_refusal_is_plain_sentences(reason: Reason) -> None:
    message = DocumentRefused(reason).message

    assert message.count(".") >= 2
    assert "\n" not in message


def test_a_program_that_hangs_is_ended_and_the_next_file_is_read(
    monkeypatch: pytest.MonkeyPatch, instead: Instead
) -> None:
    with monkeypatch.context() as hanging:
        hanging.setattr(intake, "READ_SECONDS", 0.5)
        instead("time.sleep(60)")
        began = time.monotonic()
        assert reason_for(samples.jpeg()) == Reason.TOO_COMPLEX
        assert time.monotonic() - began < 30

    monkeypatch.undo()
    assert read_document(samples.jpeg())


def test_endless_drawing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "CPU_SECONDS", 1)

    assert reason_for(samples.deep_pdf()) == Reason.TOO_COMPLEX


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", Reason.DAMAGED),
        ("os.kill(os.getpid(), signal.SIGABRT)", Reason.TOO_COMPLEX),
        ("os.kill(os.getpid(), signal.SIGKILL)", Reason.TOO_COMPLEX),
        ("sys.stdin.buffer.read(); os._exit(1)", Reason.DAMAGED),
        ("sys.stdin.buffer.read()", Reason.DAMAGED),
        ("sys.stdin.buffer.read(); print('no such reason'); sys.exit(3)", Reason.DAMAGED),
        ("sys.stdin.buffer.read(); sys.stdout.buffer.write(b'\\xff'); sys.exit(3)", Reason.DAMAGED),
        ("sys.stdout.buffer.write(b'half a head')", Reason.DAMAGED),
        (
            "sys.stdout.buffer.write(struct.pack('!III', 1, 1, 99) + b'\\xff\\xd8\\xff')",
            Reason.DAMAGED,
        ),
        ("sys.stdout.buffer.write(struct.pack('!III', 1, 1, 6) + b'<html>')", Reason.DAMAGED),
        (
            "sys.stdout.buffer.write((struct.pack('!III', 1, 1, 3) + b'\\xff\\xd8\\xff') * 11)",
            Reason.DAMAGED,
        ),
    ],
)
def test_a_crash_or_nonsense_is_a_refusal(instead: Instead, source: str, reason: Reason) -> None:
    instead(source)

    assert reason_for(samples.jpeg() + bytes(1_000_000)) == reason


def test_a_flood_of_output_is_cut_off(monkeypatch: pytest.MonkeyPatch, instead: Instead) -> None:
    monkeypatch.setattr(intake, "MAX_OUTPUT_BYTES", 1_000_000)
    instead(
        "sys.stdin.buffer.read()\n"
        "try:\n    while True: os.write(1, bytes(65536))\n"
        "except OSError:\n    time.sleep(60)"
    )
    began = time.monotonic()

    assert reason_for(samples.jpeg()) == Reason.TOO_COMPLEX
    assert time.monotonic() - began < intake.READ_SECONDS / 2


def test_the_program_sees_no_secret_of_the_shop(
    monkeypatch: pytest.MonkeyPatch, instead: Instead, tmp_path: Path
) -> None:
    monkeypatch.setenv("PLANTED_SECRET", "planted")
    seen = tmp_path / "seen"
    instead(f"open({str(seen)!r}, 'w').write(repr(dict(os.environ)))")

    reason_for(samples.jpeg())

    assert "LANG" in seen.read_text()
    assert "planted" not in seen.read_text()


def test_no_file_of_the_shop_stays_open_in_the_program(instead: Instead, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    instead(f"names = os.listdir('/proc/self/fd')\nopen({str(seen)!r}, 'w').write(str(len(names)))")
    secret = os.open("/dev/null", os.O_RDONLY)

    reason_for(samples.jpeg())
    os.close(secret)

    assert int(seen.read_text()) == 4


def test_files_wait_for_their_turn_and_are_told_when_it_is_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(intake, "TURN_SECONDS", 0.1)

    with intake.turn(1):
        assert reason_for(samples.jpeg()) == Reason.BUSY
    assert read_document(samples.jpeg())


def test_files_of_one_form_share_its_time(instead: Instead) -> None:
    instead("time.sleep(60)")
    deadline = Deadline.after(0.5)
    began = time.monotonic()

    reasons = [reason_for(samples.jpeg(), deadline=deadline) for _ in range(5)]

    assert reasons == [Reason.NO_TIME] * 5
    assert time.monotonic() - began < 30


def test_a_slow_file_is_told_apart_from_one_that_came_too_late(
    monkeypatch: pytest.MonkeyPatch, instead: Instead
) -> None:
    monkeypatch.setattr(intake, "READ_SECONDS", 0.3)
    instead("time.sleep(60)")

    assert reason_for(samples.jpeg(), deadline=Deadline.after(60)) == Reason.TOO_COMPLEX
    assert reason_for(samples.jpeg(), deadline=Deadline.after(0)) == Reason.NO_TIME


def test_waiting_for_a_turn_counts_as_time_of_the_form() -> None:
    began = time.monotonic()

    with intake.turn(1):
        assert reason_for(samples.jpeg(), deadline=Deadline.after(0.2)) == Reason.BUSY
    assert time.monotonic() - began < intake.TURN_SECONDS


def test_only_one_program_runs_at_a_time(instead: Instead, tmp_path: Path) -> None:
    instead(
        f"path = {str(tmp_path / 'running')!r}\n"
        "os.close(os.open(path, os.O_CREAT | os.O_EXCL))\n"
        "time.sleep(0.3)\nos.unlink(path)\nprint('encrypted', end='')\nsys.exit(3)"
    )
    reasons: list[Reason] = []
    readers = [
        threading.Thread(target=lambda: reasons.append(reason_for(samples.jpeg())))
        for _ in range(4)
    ]

    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()

    assert reasons == [Reason.ENCRYPTED] * 4


def test_a_machine_that_cannot_start_a_program_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")

    assert reason_for(samples.jpeg()) == Reason.BUSY
