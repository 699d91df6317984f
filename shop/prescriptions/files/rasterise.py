"""A program of its own: turns one untrusted file on stdin into plain JPEG pages on stdout.

A decoder is imported where its kind of file is read: the others stay out of reach of that file.
"""

import argparse
import io
import math
import resource
import struct
import sys
import warnings
from enum import Enum
from typing import Any, BinaryIO

from PIL import Image, ImageOps

REFUSED = 3
JPEG_QUALITY = 85
POINTS_PER_INCH = 72
MOVING_FORMATS = ("PNG", "WEBP")
PAGE_HEADER = struct.Struct("!III")

JPEG_MAGIC = b"\xff\xd8\xff"
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
PDF_MAGIC = b"%PDF-"
WEBP_HEADER = struct.Struct("4s4x4s")
# A HEIC file begins with a box that lists its brands, ISO/IEC 14496-12, 4.3.
BRANDS_HEADER = struct.Struct("!I4s")
BRAND_BYTES = 4
MOST_BRANDS_BYTES = 256
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
# Some scanners write a byte order mark or blank lines before the PDF header.
PDF_LEAD_IN = b"\xef\xbb\xbf\x00\t\n\f\r "
PDF_LEAD_IN_BYTES = 1024

# What pypdfium2 raises is a RuntimeError.
DECODER_ERRORS = (EOFError, OSError, RuntimeError, SyntaxError, ValueError, struct.error)


class Refusal(Enum):
    NOT_A_PICTURE = "not_a_picture"
    TOO_MANY_PAGES = "too_many_pages"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_COMPLEX = "too_complex"
    MOVING = "moving"


class RefusedError(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class Limits(argparse.Namespace):
    pages: int
    pixels: int
    long_side: int
    dots_per_inch: int
    cpu_seconds: int
    memory_bytes: int


def main() -> int:
    limits = read_limits()
    confine(limits)
    data = sys.stdin.buffer.read()
    if not is_heic(data):
        forbid(resource.RLIMIT_NPROC)
    try:
        sheets = draw(data, limits)
    except RefusedError as refused:
        sys.stdout.write(refused.refusal.value)
        return REFUSED
    for sheet in sheets:
        write_page(sys.stdout.buffer, sheet)
    return 0


def read_limits() -> Limits:
    parser = argparse.ArgumentParser()
    for name in Limits.__annotations__:
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, required=True)
    return parser.parse_args(namespace=Limits())


def confine(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds))
    forbid(resource.RLIMIT_FSIZE)
    forbid(resource.RLIMIT_CORE)


def forbid(limit: int) -> None:
    resource.setrlimit(limit, (0, 0))


def is_heic(data: bytes) -> bool:
    """Whether these bytes claim to be HEIC, whose decoder draws in a thread of its own."""
    if len(data) < BRANDS_HEADER.size:
        return False
    size, box = BRANDS_HEADER.unpack_from(data)
    brands = data[BRANDS_HEADER.size : min(size, MOST_BRANDS_BYTES)]
    named = {brands[at : at + BRAND_BYTES] for at in range(0, len(brands), BRAND_BYTES)}
    return box == b"ftyp" and bool(named & HEIC_BRANDS)


def is_webp(data: bytes) -> bool:
    head = data[: WEBP_HEADER.size]
    return len(head) == WEBP_HEADER.size and WEBP_HEADER.unpack(head) == (b"RIFF", b"WEBP")


def draw(data: bytes, limits: Limits) -> list[Image.Image]:
    kind = kind_of(data)
    try:
        if kind == "PDF":
            return draw_pdf(data, limits)
        return [draw_image(data, kind, limits)]
    except (MemoryError, Image.DecompressionBombError) as error:
        raise RefusedError(Refusal.TOO_COMPLEX) from error
    except DECODER_ERRORS as error:
        raise RefusedError(Refusal.DAMAGED) from error


def kind_of(data: bytes) -> str:
    """What the content claims to be, in Pillow's words; its name is not asked."""
    if data.startswith(JPEG_MAGIC):
        return "JPEG"
    if data.startswith(PNG_MAGIC):
        return "PNG"
    if is_webp(data):
        return "WEBP"
    if is_heic(data):
        return "HEIF"
    if data[:PDF_LEAD_IN_BYTES].lstrip(PDF_LEAD_IN).startswith(PDF_MAGIC):
        return "PDF"
    raise RefusedError(Refusal.NOT_A_PICTURE)


def draw_image(data: bytes, kind: str, limits: Limits) -> Image.Image:
    if kind == "HEIF":
        import pillow_heif  # noqa: PLC0415

        pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    # Checked before any pixel is decoded; Pillow refuses above twice its own limit.
    Image.MAX_IMAGE_PIXELS = limits.pixels // 2
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    image: Image.Image = Image.open(io.BytesIO(data), formats=(kind,))
    # The pharmacist would see the first frame only, and not know of the others.
    if kind in MOVING_FORMATS and getattr(image, "n_frames", 1) > 1:
        raise RefusedError(Refusal.MOVING)
    if kind == "JPEG":
        # Skips detail that is scaled away later: a fifth of the memory. Never for HEIC, which would
        # show an embedded thumbnail instead, and nothing makes that a picture of the same thing.
        image.draft("RGB", (limits.long_side, limits.long_side))
    image.load()
    image = in_full_colour(ImageOps.exif_transpose(image))
    image.thumbnail((limits.long_side, limits.long_side), Image.Resampling.LANCZOS)
    return on_white(image)


def in_full_colour(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # Converting 16-bit grey directly would clip nearly everything to white.
        return image.point(lambda value: value / 256).convert("L").convert("RGB")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert("RGB")


def on_white(image: Image.Image) -> Image.Image:
    # A fresh sheet also leaves comments, EXIF and every other hidden field behind.
    sheet = Image.new("RGB", image.size, "white")
    sheet.paste(image, mask=image if image.mode == "RGBA" else None)
    return sheet


def draw_pdf(data: bytes, limits: Limits) -> list[Image.Image]:
    document = open_pdf(data)
    if len(document) > limits.pages:
        raise RefusedError(Refusal.TOO_MANY_PAGES)
    if len(document) == 0:
        raise RefusedError(Refusal.DAMAGED)
    return [draw_page(page, limits) for page in document]


def open_pdf(data: bytes) -> Any:
    import pypdfium2  # type: ignore[import-untyped] # noqa: PLC0415
    import pypdfium2.raw as pdfium  # type: ignore[import-untyped] # noqa: PLC0415

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}:
            raise RefusedError(Refusal.ENCRYPTED) from error
        raise
    # Filled-in form fields are drawn only with a form environment; this build has no JavaScript.
    document.init_forms()
    return document


def draw_page(page: Any, limits: Limits) -> Image.Image:
    longest_points = max(page.get_size())
    scale = min(
        limits.dots_per_inch / POINTS_PER_INCH, limits.long_side / math.ceil(longest_points)
    )
    drawn: Image.Image = page.render(scale=scale, may_draw_forms=True, draw_annots=True).to_pil()
    page.close()
    return drawn.convert("RGB")


def write_page(out: BinaryIO, sheet: Image.Image) -> None:
    jpeg = io.BytesIO()
    sheet.save(jpeg, "JPEG", quality=JPEG_QUALITY)
    out.write(PAGE_HEADER.pack(sheet.width, sheet.height, jpeg.tell()))
    out.write(jpeg.getvalue())


if __name__ == "__main__":
    sys.exit(main())
