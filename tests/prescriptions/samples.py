"""Makes sample uploads: specimen prescriptions that should pass, and files that should not."""

import struct
import zlib

from PIL import Image

from shop.demo.specimen import A4_PIXELS, encoded, specimen

A4_POINTS = (595, 842)

GPS_LATITUDE = 2
GPS_PLACE = (34.0, 55.0, 43.0)
ORIENTATION = 0x0112
GPS = 0x8825
TURNED_RIGHT = 6


def jpeg(text: str = "", *, size: tuple[int, int] = A4_PIXELS) -> bytes:
    return encoded(specimen(text, size=size), "JPEG", quality=85)


def png(text: str = "", *, size: tuple[int, int] = A4_PIXELS) -> bytes:
    return encoded(specimen(text, size=size), "PNG")


def pdf(pages: int = 1, *, text: str = "") -> bytes:
    """Scanned pages, one picture each, as a phone's scanner makes them."""
    sheets = [specimen(f"{text} page {number} of {pages}") for number in range(1, pages + 1)]
    return encoded(sheets[0], "PDF", save_all=True, append_images=sheets[1:], resolution=150)


def jpeg_from_a_phone() -> bytes:
    """Held sideways: stored as landscape, to be turned right; with place and maker."""
    image = Image.new("RGB", (800, 600), "white")
    image.paste("red", (0, 0, 400, 600))
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED_RIGHT
    exif[0x010F] = "PlantedMaker"
    exif.get_ifd(GPS)[GPS_LATITUDE] = GPS_PLACE
    return encoded(image, "JPEG", exif=exif.tobytes(), comment=b"PlantedComment")


def cmyk_jpeg() -> bytes:
    return encoded(specimen().convert("CMYK"), "JPEG")


def sixteen_bit_png() -> bytes:
    """Mid grey in 16 bits."""
    return encoded(Image.new("I;16", (60, 40), 0x8000), "PNG")


def transparent_png() -> bytes:
    return encoded(Image.new("RGBA", (60, 40), (0, 0, 0, 0)), "PNG")


def palette_png() -> bytes:
    return encoded(Image.new("RGB", (60, 40), "red").convert("P"), "PNG", transparency=255)


def cut(file: bytes) -> bytes:
    return file[: len(file) // 2]


def executable() -> bytes:
    """The start of a Windows program."""
    return (
        b"MZ\x90\x00\x03\x00\x00\x00"
        + bytes(52)
        + b"\x80\x00\x00\x00"
        + b"This program cannot be run in DOS mode."
    )


def jpeg_with_a_web_page() -> bytes:
    return jpeg() + b"<html><script>alert('planted')</script></html>"


def png_of(width: int, height: int, *extra: bytes) -> bytes:
    """A grey PNG with honest checksums whose picture data is only one line."""
    header = png_chunk(b"IHDR", struct.pack("!IIBBBBB", width, height, 8, 0, 0, 0, 0))
    line = png_chunk(b"IDAT", zlib.compress(bytes(width + 1)))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + line + png_chunk(b"IEND", b"")


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))


def png_bomb() -> bytes:
    return png_of(60_000, 60_000)


def png_text_bomb() -> bytes:
    """A hundred kilobytes of comment that grow to a hundred megabytes."""
    return png_of(
        1, 1, png_chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(100_000_000), 9))
    )


def hand_written_pdf(
    *objects: str, trailer: str = "", media_box: tuple[int, int] = A4_POINTS
) -> bytes:
    """One page saying SPECIMEN; `objects` are numbered from 6 and may be named in the catalogue."""
    drawing = "BT /F1 40 Tf 100 400 Td (SPECIMEN) Tj ET"
    numbered = (
        f"<< /Type /Catalog /Pages 2 0 R {'/OpenAction 6 0 R' if objects else ''} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {media_box[0]} {media_box[1]}]"
            " /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *objects,
    )
    return assembled(numbered, trailer)


def assembled(numbered: tuple[str, ...], trailer: str) -> bytes:
    file = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(numbered, start=1):
        places.append(len(file))
        file += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(numbered) + 1
    end = (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{len(file)}\n%%EOF\n"
    )
    return file + end.encode("latin-1")


def pdf_with_javascript() -> bytes:
    return hand_written_pdf("<< /Type /Action /S /JavaScript /JS (app.alert\\('planted'\\);) >>")


def pdf_with_a_filled_field() -> bytes:
    """An otherwise empty form whose one field was filled in."""
    look = "/Tx BMC BT /F1 12 Tf 2 5 Td (Baclofen 10 mg) Tj ET EMC"
    return assembled(
        (
            "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] >> >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [4 0 R] >>",
            (
                "<< /Type /Annot /Subtype /Widget /FT /Tx /T (medicine) /V (Baclofen 10 mg) /F 4"
                " /Rect [100 700 300 720] /P 3 0 R /AP << /N 6 0 R >> >>"
            ),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            (
                "<< /Type /XObject /Subtype /Form /BBox [0 0 200 20]"
                f" /Resources << /Font << /F1 5 0 R >> >> /Length {len(look)} >>\nstream\n{look}\nendstream"
            ),
        ),
        "",
    )


def huge_page_pdf() -> bytes:
    """A page five kilometres wide."""
    return hand_written_pdf(media_box=(14_400_000, 14_400_000))


def encrypted_pdf() -> bytes:
    """Locked with a password that nobody knows: the stored password check matches none."""
    check = "00" * 32
    lock = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{check}> /U <{check}> /P -4 >>"
    return hand_written_pdf(trailer=f"{lock} /ID [<{'11' * 16}> <{'11' * 16}>]")


def deep_pdf() -> bytes:
    """A form that draws a form, twelve times on each of nine levels: endless to draw."""
    return nested_forms(levels=9, copies=12)


def nested_forms(*, levels: int, copies: int) -> bytes:
    first = 6
    forms = [form(f"{first + level + 1} 0 R", copies) for level in range(levels)]
    square = "0 0 10 10 re f"
    forms.append(
        f"<< /Type /XObject /Subtype /Form /BBox [0 0 600 900] /Length {len(square)} >>\nstream\n{square}\nendstream"
    )
    drawing = "/X Do"
    numbered = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            f" /Resources << /XObject << /X {first} 0 R >> >> >>"
        ),
        f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream",
        "<< >>",
        *forms,
    )
    return assembled(numbered, "")


def form(inner: str, copies: int) -> str:
    drawing = "/X Do " * copies
    return (
        "<< /Type /XObject /Subtype /Form /BBox [0 0 600 900]"
        f" /Resources << /XObject << /X {inner} >> >> /Length {len(drawing)} >>\nstream\n{drawing}\nendstream"
    )
