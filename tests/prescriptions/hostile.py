"""Makes files as an attacker, or a broken telephone, would send them."""

import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import pillow_heif
from fpdf import FPDF
from fpdf.enums import EncryptionMethod
from PIL import Image

from shop.demo.specimen import encoded, specimen
from tests.prescriptions.samples import (
    ORIENTATION,
    assembled,
    hand_written_pdf,
    jpeg,
    pdf,
    png_chunk,
    png_of,
)

pillow_heif.register_heif_opener()

SMALL = (310, 438)
PHP = b"<?php system('planted'); ?>"
HTML = b"<!doctype html><script>alert('planted')</script>"

Maker = Callable[[], bytes]


@cache
def picture(kind: str, *, size: tuple[int, int] = SMALL, **options: Any) -> bytes:
    """A specimen in the format that Pillow calls `kind`."""
    return encoded(specimen(size=size), kind, **options)


def plain_sheet(kind: str, size: tuple[int, int]) -> bytes:
    """A sheet with one black corner; quick to encode even when it is large."""
    sheet = Image.new("RGB", size, "white")
    sheet.paste("black", (0, 0, size[0] // 4, size[1] // 4))
    return encoded(sheet, kind, quality=60)


def turned(kind: str, orientation: int) -> bytes:
    """Stored as a camera held in that way stores it; upright, its top left corner is red."""
    upright = Image.new("RGB", (96, 64), "white")
    upright.paste("red", (0, 0, 48, 32))
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return encoded(stored, kind, exif=exif.tobytes(), quality=95)


def with_everything_hidden(kind: str) -> bytes:
    """EXIF, GPS, XMP and a colour profile, each with the word planted in it."""
    exif = Image.Exif()
    exif[0x010F] = "planted"
    exif.get_ifd(0x8825)[2] = (34.0, 55.0, 43.0)
    profile = b"\x00\x00\x02\x0clcms" + b"planted" * 75
    return encoded(
        specimen(size=SMALL), kind, exif=exif.tobytes(), xmp=b"<x>planted</x>", icc_profile=profile
    )


def zipped() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("planted.exe", b"MZ planted")
    return file.getvalue()


def gif_and_jpeg() -> bytes:
    return encoded(Image.new("P", (9, 9)), "GIF") + jpeg(size=SMALL)


def html_and_jpeg() -> bytes:
    return HTML + jpeg(size=SMALL)


def jpeg_and_zip() -> bytes:
    return jpeg(size=SMALL) + zipped()


def jpeg_with_php_comment() -> bytes:
    return picture("JPEG", comment=PHP)


def jpeg_and_pdf() -> bytes:
    return jpeg(size=SMALL) + pdf()


def png_with_php_pixels() -> bytes:
    """The program lies in the uncompressed pixels themselves."""
    header = png_chunk(b"IHDR", struct.pack("!IIBBBBB", 100, 20, 8, 2, 0, 0, 0))
    line = b"\x00" + PHP.ljust(300, b" ")
    pixels = png_chunk(b"IDAT", zlib.compress(line * 20, 0))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + png_chunk(b"IEND", b"")


def pdf_and_zip() -> bytes:
    return pdf() + zipped()


def zip_and_pdf() -> bytes:
    return zipped() + pdf()


def html_in_webp() -> bytes:
    return picture("WEBP", xmp=HTML)


def webp_bomb() -> bytes:
    """A canvas of 16384 × 16384 pixels in a few hundred bytes."""
    file = bytearray(picture("WEBP", xmp=b"x"))
    assert file[12:16] == b"VP8X"
    file[24:30] = b"\xff\x3f\x00" * 2
    return bytes(file)


def heic_with_size(stated: tuple[int, int]) -> bytes:
    """A small HEIC picture that states another size."""
    file = bytearray(picture("HEIF"))
    at = file.index(b"ispe") + 8
    file[at : at + 8] = struct.pack("!II", *stated)
    return bytes(file)


def heic_bomb() -> bytes:
    return heic_with_size((60_000, 60_000))


def heic_that_understates_itself() -> bytes:
    return heic_with_size((8, 8))


def png_profile_bomb() -> bytes:
    return png_of(1, 1, png_chunk(b"iCCP", b"p\x00\x00" + zlib.compress(bytes(100_000_000), 9)))


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "blue", "green")]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:])


def flate(data: bytes, *, times: int = 1) -> str:
    for _ in range(times):
        data = zlib.compress(data, 9)
    return data.decode("latin-1")


def pdf_drawing(drawing: str, *objects: str, filters: str = "", resources: str = "") -> bytes:
    """One page with this drawing; `objects` are numbered from 5."""
    return assembled(
        (
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            (
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
                f" /Resources << {resources} >> >>"
            ),
            f"<< /Length {len(drawing)} {filters} >>\nstream\n{drawing}\nendstream",
            *objects,
        ),
        "",
    )


def pdf_with_a_huge_picture() -> bytes:
    """A picture of 30000 × 30000 grey pixels: 900 MB that were pressed into a few kilobytes."""
    body = flate(zlib.compress(bytes(30_000 * 30_000), 1))
    return pdf_drawing(
        "500 0 0 500 0 0 cm /X Do",
        (
            "<< /Type /XObject /Subtype /Image /Width 30000 /Height 30000 /BitsPerComponent 8"
            " /ColorSpace /DeviceGray /Filter [/FlateDecode /FlateDecode]"
            f" /Length {len(body)} >>\nstream\n{body}\nendstream"
        ),
        resources="/XObject << /X 5 0 R >>",
    )


def pdf_with_a_huge_drawing() -> bytes:
    """Half a gigabyte of blanks to read through."""
    return pdf_drawing(
        flate(zlib.compress(b" " * 500_000_000, 1)), filters="/Filter [/FlateDecode /FlateDecode]"
    )


def pdf_with_launch_action() -> bytes:
    return hand_written_pdf("<< /Type /Action /S /Launch /F (planted.exe) >>")


def pdf_with_link_action() -> bytes:
    return hand_written_pdf("<< /Type /Action /S /URI /URI (http://planted.example/) >>")


def pdf_with_embedded_file() -> bytes:
    body = "MZ planted"
    return assembled(
        (
            (
                "<< /Type /Catalog /Pages 2 0 R"
                " /Names << /EmbeddedFiles << /Names [(planted.exe) 5 0 R] >> >> >>"
            ),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
            f"<< /Type /EmbeddedFile /Length {len(body)} >>\nstream\n{body}\nendstream",
            "<< /Type /Filespec /F (planted.exe) /EF << /F 4 0 R >> >>",
        ),
        "",
    )


def locked_pdf(method: EncryptionMethod, *, password: str | None) -> bytes:
    """Encrypted as a word processor does it; without a password it opens, but forbids copying."""
    document = FPDF()
    document.add_page()
    document.set_font("helvetica", size=40)
    document.text(20, 60, "SPECIMEN")
    document.set_encryption("owner", user_password=password, encryption_method=method)
    return bytes(document.output())


def elf_program() -> bytes:
    return b"\x7fELF\x02\x01\x01" + bytes(57)


def shell_script() -> bytes:
    return b"#!/bin/sh\necho planted\n"


def svg_with_script() -> bytes:
    return b"<svg xmlns='http://www.w3.org/2000/svg'><script>planted()</script></svg>"
