"""What the isolated program makes of a file, run as the shop runs it."""

import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from shop.prescriptions.files import intake
from tests.prescriptions import samples
from tests.prescriptions.rasterised import (
    WHITE,
    colour_at,
    has_ink,
    is_nearly,
    only_page,
    rasterise,
)

Maker = Callable[[], bytes]


@pytest.mark.parametrize("make", [samples.jpeg, samples.png, samples.pdf])
def test_a_prescription_becomes_a_jpeg_page(make: Maker) -> None:
    page = only_page(make())

    assert page.format == "JPEG"
    assert page.mode == "RGB"
    assert has_ink(page)


def test_a_phone_photo_is_turned_upright() -> None:
    page = only_page(samples.jpeg_from_a_phone())

    assert page.size == (600, 800)
    assert is_nearly(colour_at(page, (300, 100)), (254, 0, 0))
    assert is_nearly(colour_at(page, (300, 700)), WHITE)


def test_place_maker_and_comment_of_a_photo_are_dropped() -> None:
    photo = samples.jpeg_from_a_phone()
    assert Image.open(BytesIO(photo)).getexif().get_ifd(samples.GPS)

    answer = rasterise(photo).stdout
    page = only_page(photo)

    assert b"Planted" in photo
    assert b"Planted" not in answer
    assert not page.getexif()
    assert not {"exif", "comment", "icc_profile", "dpi"} & set(page.info)


def test_print_colours_become_screen_colours() -> None:
    data = samples.encoded(Image.new("CMYK", (40, 40), (0, 255, 255, 0)), "JPEG")

    assert is_nearly(colour_at(only_page(data), (20, 20)), (254, 0, 0))


def test_sixteen_bit_grey_keeps_its_brightness() -> None:
    assert is_nearly(colour_at(only_page(samples.sixteen_bit_png()), (20, 20)), (128, 128, 128))


def test_see_through_parts_become_white_paper() -> None:
    assert is_nearly(colour_at(only_page(samples.transparent_png()), (20, 20)), WHITE)


def test_a_palette_picture_keeps_its_colour() -> None:
    assert is_nearly(colour_at(only_page(samples.palette_png()), (20, 20)), (254, 0, 0))


def test_what_hides_behind_a_picture_is_lost() -> None:
    assert b"planted" in samples.jpeg_with_a_web_page()
    assert b"planted" not in rasterise(samples.jpeg_with_a_web_page()).stdout


def test_javascript_in_a_pdf_is_neither_kept_nor_run() -> None:
    data = samples.pdf_with_javascript()

    assert b"planted" in data
    assert b"planted" not in rasterise(data).stdout
    assert has_ink(only_page(data))


def test_a_typed_in_form_field_is_drawn() -> None:
    page = only_page(samples.pdf_with_a_filled_field())

    assert has_ink(page)


@pytest.mark.slow
def test_a_twenty_megapixel_scan_is_made_smaller() -> None:
    page = only_page(samples.jpeg(size=(3873, 5164)))

    assert page.size == (1860, 2480)


def test_a_page_of_kilometres_is_drawn_small() -> None:
    assert only_page(samples.huge_page_pdf()).size == (2480, 2480)


def test_pages_are_drawn_at_150_dots_per_inch() -> None:
    assert only_page(samples.hand_written_pdf()).size == (1240, 1755)


def test_ten_pages_come_in_their_order() -> None:
    answer = rasterise(samples.pdf(10)).stdout

    assert answer.count(b"\xff\xd8\xff\xe0") == 10


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: b"Dear pharmacist, please send me baclofen.", "not_a_picture"),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"),
        (lambda: samples.encoded(Image.new("RGB", (9, 9)), "GIF"), "not_a_picture"),
        (samples.executable, "not_a_picture"),
        (lambda: samples.executable() + samples.pdf(), "not_a_picture"),
        (lambda: samples.cut(samples.jpeg()), "damaged"),
        (lambda: samples.cut(samples.png()), "damaged"),
        (lambda: b"\xff\xd8\xff", "damaged"),
        (lambda: b"%PDF-1.7\nnothing more", "damaged"),
        (samples.png_text_bomb, "damaged"),
        (samples.png_bomb, "too_complex"),
        (lambda: samples.png_of(6400, 6400), "too_complex"),
        (samples.encrypted_pdf, "encrypted"),
        (lambda: samples.pdf(11), "too_many_pages"),
    ],
)
def test_a_file_that_gives_no_pages_is_refused_with_a_reason(make: Maker, said: str) -> None:
    answer = rasterise(make())

    assert answer.returncode == intake.REFUSED
    assert answer.stdout.decode() == said


def test_blank_lines_before_a_pdf_are_forgiven() -> None:
    assert only_page(b"\xef\xbb\xbf\r\n" + samples.pdf()).size == only_page(samples.pdf()).size


@pytest.mark.slow
def test_too_little_memory_ends_the_program_not_the_machine() -> None:
    answer = rasterise(samples.png(size=(5000, 7000)), memory_bytes=220 * 1024 * 1024)

    assert answer.returncode != 0


@pytest.mark.slow
def test_endless_drawing_is_ended_by_the_processor_limit() -> None:
    answer = rasterise(samples.deep_pdf(), cpu_seconds=1)

    assert answer.returncode < 0


def test_the_limits_forbid_files_dumps_and_children() -> None:
    probe = (
        "import importlib.util as u, os, resource, sys\n"
        f"spec = u.spec_from_file_location('r', {str(intake.RASTERISER)!r})\n"
        "r = u.module_from_spec(spec); spec.loader.exec_module(r)\n"
        "r.confine(r.read_limits()); r.forbid(resource.RLIMIT_NPROC)\n"
        "print([resource.getrlimit(n)[1] for n in "
        "(resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC, resource.RLIMIT_AS)])"
    )

    answer = subprocess.run(
        [sys.executable, "-c", probe, *intake.rasteriser_command()[3:]],
        capture_output=True,
        check=True,
        timeout=120,
    )

    assert answer.stdout.decode().strip() == f"[0, 0, 0, {intake.MEMORY_BYTES}]"


def test_the_program_needs_nothing_of_the_shop() -> None:
    source = Path(intake.RASTERISER).read_text()

    assert "import django" not in source
    assert "from shop" not in source
