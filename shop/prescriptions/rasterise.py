"""A program of its own: turns one untrusted file on stdin into plain JPEG pages on stdout."""

import argparse
import io
import math
import resource
import struct
import sys
from enum import Enum
from typing import BinaryIO

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]
from PIL import Image, ImageOps

REFUSED = 3
JPEG_QUALITY = 85
POINTS_PER_INCH = 72
PAGE_HEADER = struct.Struct("!III")

JPEG_MAGIC = b"\xff\xd8\xff"
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
PDF_MAGIC = b"%PDF-"
# Some scanners write a byte order mark or blank lines before the PDF header.
PDF_LEAD_IN = b"\xef\xbb\xbf\x00\t\n\f\r "
PDF_LEAD_IN_BYTES = 1024

DECODER_ERRORS = (
    EOFError,
    OSError,
    SyntaxError,
    ValueError,
    struct.error,
    pypdfium2.PdfiumError,
)


class Refusal(Enum):
    NOT_A_PICTURE = "not_a_picture"
    TOO_MANY_PAGES = "too_many_pages"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_COMPLEX = "too_complex"


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
    try:
        sheets = draw(sys.stdin.buffer.read(), limits)
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
    for forbidden in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC):
        resource.setrlimit(forbidden, (0, 0))


def draw(data: bytes, limits: Limits) -> list[Image.Image]:
    try:
        if data.startswith((JPEG_MAGIC, PNG_MAGIC)):
            return [draw_image(data, limits)]
        if data[:PDF_LEAD_IN_BYTES].lstrip(PDF_LEAD_IN).startswith(PDF_MAGIC):
            return draw_pdf(data, limits)
    except MemoryError as error:
        raise RefusedError(Refusal.TOO_COMPLEX) from error
    except DECODER_ERRORS as error:
        raise RefusedError(Refusal.DAMAGED) from error
    raise RefusedError(Refusal.NOT_A_PICTURE)


def draw_image(data: bytes, limits: Limits) -> Image.Image:
    # Our own limit is stricter than Pillow's, and is checked before any pixel is decoded.
    Image.MAX_IMAGE_PIXELS = None
    image: Image.Image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
    if image.width * image.height > limits.pixels:
        raise RefusedError(Refusal.TOO_COMPLEX)
    # Lets the JPEG decoder skip detail that is scaled away later: a fifth of the memory.
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


def open_pdf(data: bytes) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}:
            raise RefusedError(Refusal.ENCRYPTED) from error
        raise
    if pdfium.FPDF_GetSecurityHandlerRevision(document) != -1:
        raise RefusedError(Refusal.ENCRYPTED)
    # Filled-in form fields are drawn only with a form environment; this build has no JavaScript.
    document.init_forms()
    return document


def draw_page(page: pypdfium2.PdfPage, limits: Limits) -> Image.Image:
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
