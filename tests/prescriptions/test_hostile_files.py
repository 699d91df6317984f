"""Whatever arrives ends in harmless pictures or in a plain refusal, and the next file is read."""

from functools import partial
from io import BytesIO

import pytest
from fpdf.enums import EncryptionMethod
from PIL import Image

from shop.prescriptions.files.intake import DocumentRefused, Picture, Reason, read_document
from tests.prescriptions import hostile, samples
from tests.prescriptions.hostile import Maker
from tests.prescriptions.rasterised import (
    WHITE,
    colour_at,
    has_ink,
    is_nearly,
    only_page,
    rasterise,
)

pytestmark = pytest.mark.slow

PICTURES = ("JPEG", "PNG", "WEBP", "HEIF")
RED = (254, 0, 0)


def reason_for(data: bytes) -> Reason:
    with pytest.raises(DocumentRefused) as refused:
        read_document(data)
    return refused.value.reason


def assert_the_next_file_is_read() -> None:
    assert read_document(samples.jpeg(size=hostile.SMALL))


@pytest.mark.parametrize(
    "make",
    [
        hostile.jpeg_and_zip,
        hostile.jpeg_and_pdf,
        hostile.jpeg_with_php_comment,
        samples.jpeg_with_a_web_page,
        hostile.png_with_php_pixels,
        hostile.html_in_webp,
        hostile.pdf_and_zip,
        samples.pdf_with_javascript,
        hostile.pdf_with_embedded_file,
        hostile.pdf_with_launch_action,
        hostile.pdf_with_link_action,
    ],
)
def test_of_two_files_in_one_only_the_picture_remains(make: Maker) -> None:
    data = make()

    pictures = read_document(data)

    assert b"planted" in data or b"%PDF" in data[4:]
    for picture in pictures:
        assert not any(word in picture.jpeg for word in (b"planted", b"PK\x03\x04", b"%PDF"))
        assert Image.open(BytesIO(picture.jpeg)).format == "JPEG"


@pytest.mark.parametrize(
    "make",
    [
        hostile.gif_and_jpeg,
        hostile.html_and_jpeg,
        hostile.zip_and_pdf,
        hostile.zipped,
        hostile.elf_program,
        hostile.shell_script,
        hostile.svg_with_script,
        samples.executable,
        partial(hostile.picture, "GIF"),
        partial(hostile.picture, "AVIF"),
        partial(hostile.picture, "TIFF"),
        partial(hostile.picture, "BMP"),
        lambda: b"\x00",
        lambda: b"RIFF\x00\x00\x00\x00WAVE",
        lambda: b"\x00\x00\x00\x1cftypmp42" + bytes(16),
    ],
)
def test_what_is_no_picture_is_refused_whatever_its_name(make: Maker) -> None:
    assert reason_for(make()) == Reason.NOT_A_PICTURE


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (samples.png_bomb, Reason.TOO_COMPLEX),
        (samples.png_text_bomb, Reason.DAMAGED),
        (hostile.png_profile_bomb, Reason.DAMAGED),
        (hostile.webp_bomb, Reason.TOO_COMPLEX),
        (hostile.heic_bomb, Reason.TOO_COMPLEX),
        (hostile.heic_that_understates_itself, Reason.DAMAGED),
    ],
)
def test_a_small_file_that_would_grow_is_refused(make: Maker, reason: Reason) -> None:
    assert reason_for(make()) == reason
    assert_the_next_file_is_read()


@pytest.mark.parametrize(
    "make", [hostile.pdf_with_a_huge_picture, hostile.pdf_with_a_huge_drawing, samples.deep_pdf]
)
def test_a_pdf_that_would_grow_leaves_the_shop_alive(make: Maker) -> None:
    try:
        pictures = read_document(make())
    except DocumentRefused as refused:
        assert refused.reason == Reason.TOO_COMPLEX  # noqa: PT017
    else:
        assert len(pictures) == 1
    assert_the_next_file_is_read()


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_picture_that_moves_is_refused(kind: str) -> None:
    assert reason_for(hostile.moving(kind)) == Reason.MOVING


def test_of_several_heic_pictures_the_main_one_is_shown() -> None:
    page = only_page(hostile.moving("HEIF"))

    assert is_nearly(colour_at(page, (15, 10)), RED)


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("percent", [1, 10, 30, 60, 90, 99])
def test_a_picture_that_broke_off_is_refused(kind: str, percent: int) -> None:
    whole = hostile.picture(kind)

    answer = rasterise(whole[: len(whole) * percent // 100])

    assert answer.stdout == b"damaged"


@pytest.mark.parametrize("percent", [1, 10, 30, 60, 90, 99])
def test_a_pdf_that_broke_off_is_refused(percent: int) -> None:
    whole = samples.pdf(2)

    assert rasterise(whole[: len(whole) * percent // 100]).stdout == b"damaged"


@pytest.mark.parametrize(
    "start", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x00\x00\x00WEBP", b"%PDF-"]
)
def test_only_a_beginning_is_damaged(start: bytes) -> None:
    assert reason_for(start) == Reason.DAMAGED


def test_a_heic_file_of_its_brands_only_is_damaged() -> None:
    assert reason_for(hostile.picture("HEIF")[:28]) == Reason.DAMAGED


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", PICTURES)
def test_a_photo_is_upright_however_the_camera_was_held(kind: str, orientation: int) -> None:
    page = only_page(hostile.turned(kind, orientation))

    assert page.size == (96, 64)
    assert is_red(colour_at(page, (20, 14)))
    assert [is_red(colour_at(page, place)) for place in ((76, 14), (20, 50), (76, 50))] == [
        False
    ] * 3


def is_red(colour: tuple[int, ...]) -> bool:
    return colour[0] > 200 and colour[1] < 80


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_keeps_nothing_but_its_look(kind: str) -> None:
    data = hostile.with_everything_hidden(kind)

    answer = rasterise(data).stdout
    page = only_page(data)

    assert b"planted" in data
    assert b"planted" not in answer
    assert not page.getexif()
    assert not {"exif", "xmp", "icc_profile", "comment"} & set(page.info)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF"])
def test_a_twenty_megapixel_picture_is_read(kind: str) -> None:
    page = only_page(hostile.plain_sheet(kind, (4000, 5000)))

    assert page.size == (1984, 2480)
    assert is_nearly(colour_at(page, (1900, 2400)), WHITE)
    assert is_nearly(colour_at(page, (100, 100)), (0, 0, 0))


@pytest.mark.parametrize(
    "make",
    [
        partial(hostile.picture, "JPEG", progressive=True),
        partial(hostile.picture, "WEBP", lossless=True),
        partial(hostile.picture, "HEIF", bit_depth=10),
        samples.cmyk_jpeg,
        samples.palette_png,
        samples.sixteen_bit_png,
        samples.transparent_png,
    ],
)
def test_unusual_pictures_are_read(make: Maker) -> None:
    [picture] = read_document(make())

    assert Image.open(BytesIO(picture.jpeg)).mode == "RGB"


@pytest.mark.parametrize("method", [m for m in EncryptionMethod if m.name != "NO_ENCRYPTION"])
def test_a_pdf_is_read_if_it_opens_without_a_password(method: EncryptionMethod) -> None:
    assert has_ink(only_page(hostile.locked_pdf(method, password=None)))
    assert reason_for(hostile.locked_pdf(method, password="secret")) == Reason.ENCRYPTED


def test_pictures_are_read_by_their_content() -> None:
    pictures: list[Picture] = []
    for kind in PICTURES:
        pictures += read_document(hostile.picture(kind))

    assert {(picture.width, picture.height) for picture in pictures} == {hostile.SMALL}
