"""Malware is refused; and a scanner that gives no clear answer never lets a file pass as clean."""

import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from shop.prescriptions.checks import check_scanner
from shop.prescriptions.files import scanner
from shop.prescriptions.files.intake import MAX_FILE_BYTES, Deadline, DocumentRefused, Reason
from shop.prescriptions.files.scanner import NoVerdict, Scan, Scanner, malware_in
from tests.prescriptions import clamd as fake
from tests.prescriptions.clamd import EICAR, Clamd, clamd

Configure = Callable[..., Clamd]


@pytest.fixture
def configured(settings: Any) -> Iterator[Configure]:
    """Puts a stand-in for clamd into the settings."""
    with ExitStack() as running:

        def configure(
            manner: fake.Manner = fake.honest, *, down: str = "refuse", path: str = ""
        ) -> Clamd:
            server = running.enter_context(clamd(manner, path))
            settings.CLAMD_ADDRESS, settings.SCANNER_DOWN = server.address, down
            return server

        yield configure


def scan(data: bytes, *, seconds: float = 5) -> Scan:
    return Scanner(Deadline.after(seconds)).scan(data)


def refusal(data: bytes, *, seconds: float = 5) -> Reason:
    with pytest.raises(DocumentRefused) as refused:
        scan(data, seconds=seconds)
    return refused.value.reason


def test_without_a_scanner_a_file_is_not_called_clean(settings: Any) -> None:
    settings.CLAMD_ADDRESS = ""

    assert scan(EICAR) == Scan.NOT_CONFIGURED


@pytest.mark.parametrize("data", [b"", b"x", bytes(MAX_FILE_BYTES)])
def test_a_harmless_file_is_clean(configured: Configure, data: bytes) -> None:
    configured()

    assert scan(data) == Scan.CLEAN


@pytest.mark.parametrize("down", ["refuse", "flag"])
def test_malware_is_refused_and_noted_without_its_content(
    configured: Configure, caplog: pytest.LogCaptureFixture, down: str
) -> None:
    configured(down=down)

    assert refusal(b"planted" + EICAR) == Reason.INFECTED
    assert "EICAR.TEST.3.UNOFFICIAL' in a file of 75 bytes" in caplog.text
    assert "planted" not in caplog.text


def test_malware_with_a_strange_name_is_malware_and_cannot_forge_a_line_of_the_log(
    configured: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    configured(fake.saying(b"stream: a\nb \xff FOUND\0"), down="flag")

    assert refusal(b"x") == Reason.INFECTED
    assert "\n" not in caplog.records[-1].getMessage()


NO_VERDICTS = {
    "closed": fake.closed_at_once,
    "size": fake.saying(b"INSTREAM size limit exceeded. ERROR\0"),
    "garbage": fake.saying(b"\xff\x00\xfehello\0"),
    "empty": fake.saying(b"\0"),
    "cut": fake.saying(b"stream: O"),
    "unended": fake.saying(b"stream: OK"),
    "more": fake.saying(b"stream: OK\0stream: OK\0"),
    "error": fake.saying(b"stream: OK ERROR\0"),
    "flood": fake.saying(b"s" * 1_000_000),
}


@pytest.mark.parametrize("manner", NO_VERDICTS.values(), ids=NO_VERDICTS)
def test_no_verdict_is_refused_or_flagged_by_setting(
    configured: Configure, settings: Any, manner: fake.Manner
) -> None:
    configured(manner, down="refuse")
    assert refusal(b"x") == Reason.NOT_SCANNED

    settings.SCANNER_DOWN = "flag"
    assert scan(b"x") == Scan.UNSCANNED


def test_without_a_choice_no_verdict_is_refused(configured: Configure) -> None:
    configured(fake.closed_at_once, down="")

    assert refusal(b"x") == Reason.NOT_SCANNED


def test_a_scanner_that_stops_at_its_size_limit_gives_no_verdict(configured: Configure) -> None:
    configured(fake.too_large)

    assert refusal(bytes(MAX_FILE_BYTES)) == Reason.NOT_SCANNED


def test_a_scanner_that_is_not_there_gives_no_verdict(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings.CLAMD_ADDRESS, settings.SCANNER_DOWN = f"127.0.0.1:{port}", "refuse"

    assert refusal(b"x") == Reason.NOT_SCANNED


@pytest.mark.parametrize("manner", [fake.silent, fake.trickling])
def test_a_slow_scanner_is_given_up_at_its_time(configured: Configure, manner: fake.Manner) -> None:
    configured(manner)
    began = time.monotonic()

    assert refusal(bytes(MAX_FILE_BYTES), seconds=0.3) == Reason.NOT_SCANNED
    assert time.monotonic() - began < scanner.SCAN_SECONDS


def test_a_scanner_that_hangs_holds_up_a_form_only_once(
    configured: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanner, "SCAN_SECONDS", 0.2)
    server = configured(fake.silent, down="flag")
    form = Scanner(Deadline.after(60))

    assert [form.scan(b"x") for _ in range(5)] == [Scan.UNSCANNED] * 5
    assert server.asked == 1


def test_no_verdict_is_noted(configured: Configure, caplog: pytest.LogCaptureFixture) -> None:
    configured(fake.saying(b"stream: Can't allocate memory ERROR\0"))

    refusal(b"planted")

    [record] = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "Can't allocate memory" in record.getMessage()
    assert "planted" not in record.getMessage()


@pytest.mark.enable_socket
def test_a_scanner_can_listen_on_a_socket_in_a_folder(
    configured: Configure, tmp_path: Path
) -> None:
    configured(path=str(tmp_path / "clamd.ctl"))

    assert scan(b"x") == Scan.CLEAN
    assert refusal(EICAR) == Reason.INFECTED


@pytest.mark.enable_socket
def test_a_socket_that_is_gone_gives_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(NoVerdict):
        malware_in(b"x", address=str(tmp_path / "gone"), deadline=Deadline.after(1))


CONFIGURATIONS: dict[tuple[str, str], list[str]] = {
    ("", ""): [],
    ("127.0.0.1:3310", "refuse"): [],
    ("clamd.internal:3310", "flag"): [],
    ("[::1]:3310", "flag"): [],
    ("/run/clamav/clamd.ctl", "refuse"): [],
    ("", "refuse"): ["prescriptions.E001"],
    ("127.0.0.1:3310", ""): ["prescriptions.E003"],
    ("127.0.0.1:3310", "ignore"): ["prescriptions.E003"],
    ("127.0.0.1", "flag"): ["prescriptions.E002"],
    ("127.0.0.1:0", "flag"): ["prescriptions.E002"],
    ("127.0.0.1:65536", "flag"): ["prescriptions.E002"],
    ("clamd.ctl", "?"): ["prescriptions.E002", "prescriptions.E003"],
}


@pytest.mark.parametrize(("configuration", "errors"), CONFIGURATIONS.items())
def test_a_scanner_is_configured_wholly_or_not_at_all(
    settings: Any, configuration: tuple[str, str], errors: list[str]
) -> None:
    settings.CLAMD_ADDRESS, settings.SCANNER_DOWN = configuration

    found: list[Any] = check_scanner()

    assert [error.id for error in found] == errors
