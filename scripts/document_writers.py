"""Write small PDF and Word files byte for byte the same each time: for samples and tests.

Only what these need: one font, lines where we put them, no compression; paragraphs, headings and
tables. Nobody should take it for a library.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from html import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

Row = tuple[str, ...]
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_LATIN = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
_CHINESE = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
    b" /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >>"
    b" /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6"
    b" /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880"
    b" /StemV 93 >> >>] >>"
)


def pdf(pages: Sequence[Sequence[str]], *, chinese: bool = False, trailer: bytes = b"") -> bytes:
    """Return a PDF with these lines on its pages; an empty line leaves a gap.

    Args:
        pages: lines of 11 points, 14 points apart, 72 points from the left.
        chinese: writes with a Chinese font, else with Helvetica and what CP1252 can say.
        trailer: more entries of the trailer, such as `/Encrypt 9 0 R`.
    """
    numbers = [5 + 2 * index for index in range(len(pages))]
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        3: _CHINESE if chinese else _LATIN,
        4: b"<< /Producer (knowloom) >>",
    }
    for number, lines in zip(numbers, pages, strict=True):
        objects[number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {number + 1} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        ).encode()
        objects[number + 1] = _stream(_shown(lines, chinese=chinese))
    return pdf_objects(objects, trailer)


def pdf_objects(objects: Mapping[int, bytes], trailer: bytes = b"") -> bytes:
    """Return a PDF of these objects, of which number 1 is the catalogue."""
    file = io.BytesIO()
    file.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets: dict[int, int] = {}
    for number, body in sorted(objects.items()):
        offsets[number] = file.tell()
        file.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = file.tell()
    size = max(objects) + 1
    file.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
    for number in range(1, size):
        file.write(
            b"%010d 00000 n \n" % offsets[number]
            if number in offsets
            else b"0000000000 00000 f \n"
        )
    file.write(b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (size, trailer))
    file.write(b"startxref\n%d\n%%%%EOF\n" % table)
    return file.getvalue()


def _stream(content: bytes) -> bytes:
    """Return a stream object's body."""
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def _shown(lines: Sequence[str], *, chinese: bool) -> bytes:
    """Return the operators that show these lines, from the top of a page."""
    operators = [b"BT /F1 11 Tf 14 TL 72 770 Td"]
    for line in lines:
        encoded = line.encode("utf-16-be" if chinese else "cp1252").hex().encode()
        operators.append(b"<%s> Tj T*" % encoded if line else b"0 -8 Td")
    return b"\n".join([*operators, b"ET"])


def word(blocks: Sequence[str | Sequence[Row]]) -> bytes:
    """Return a .docx file of these blocks.

    Args:
        blocks: paragraphs, headings (`# …`) and tables (rows of cells).
    """
    return word_package(f"<w:body>{''.join(map(_block, blocks))}</w:body>")


def word_package(body: str, *, more: Mapping[str, bytes] | None = None, head: str = "") -> bytes:
    """Return a .docx file whose document part holds `body`, as XML.

    Args:
        body: the element `w:body`.
        more: further parts, by name.
        head: stands between the XML declaration and the document, such as a DOCTYPE.
    """
    parts = {
        "[Content_Types].xml": (
            f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>'
        ).encode(),
        "_rels/.rels": (
            f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
            f' Type="{_OFFICE}" Target="word/document.xml"/></Relationships>'
        ).encode(),
        "word/document.xml": (
            f'{_XML}{head}<w:document xmlns:w="{_WORD}">{body}</w:document>'
        ).encode(),
        **(more or {}),
    }
    return zipped(parts)


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """Return a ZIP file of these parts, dated to the first day that ZIP knows."""
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return file.getvalue()


def _block(block: str | Sequence[Row]) -> str:
    """Return a paragraph, a heading or a table as XML."""
    if isinstance(block, str):
        title = block.removeprefix("# ")
        style = '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>' if title != block else ""
        return _paragraph(title, style)
    rows = "".join(
        f"<w:tr>{''.join(f'<w:tc>{_paragraph(cell)}</w:tc>' for cell in row)}</w:tr>"
        for row in block
    )
    return f"<w:tbl>{rows}</w:tbl>"


def _paragraph(text: str, style: str = "") -> str:
    """Return a paragraph as XML."""
    return (
        f'<w:p>{style}<w:r><w:t xml:space="preserve">{escape(text, quote=False)}</w:t></w:r></w:p>'
    )
