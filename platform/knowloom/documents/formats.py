"""Which format a file has: its first bytes decide, then its ending."""

from __future__ import annotations

import codecs
import mmap
import re
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from knowloom.errors import DocumentUnreadable, ExtraMissing

HEAD = 4096  # bytes of a file that tell its format


class Format(NamedTuple):
    """A format that we read.

    Args:
        reader: the module in this room with its `pieces` function.
        media: its media type.
        suffixes: endings of its files, in small letters.
        needs: libraries that its reader imports; the extra `documents` brings them.
        apart: whether its reader parses so much that it runs in a process of its own.
        edition: raised whenever its reader makes another text of the same file, so that places in
            the old text are not looked up in the new one; 0 for what plain text always was.
    """

    reader: str
    media: str
    suffixes: tuple[str, ...]
    needs: tuple[str, ...] = ()
    apart: bool = True
    edition: int = 1


_OOXML = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = Format("pdf", "application/pdf", (".pdf",), needs=("pypdfium2",))
WORD = Format("word", _OOXML, (".docx", ".docm"))
HTML = Format("html", "text/html", (".html", ".htm", ".xhtml"), needs=("selectolax",))
MARKDOWN = Format(
    "markdown", "text/markdown", (".md", ".markdown"), needs=("markdown_it", "selectolax")
)
PLAIN = Format("plain", "text/plain", (".txt", ".text"), apart=False, edition=0)
FORMATS = (PDF, WORD, HTML, MARKDOWN, PLAIN)
BY_SUFFIX = {suffix: format_ for format_ in FORMATS for suffix in format_.suffixes}

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = {
    b"{\\rtf": "an RTF file: save it as .docx",
    b"%!PS": "a PostScript file: make it a PDF",
    b"\x89PNG": "a picture: run text recognition (OCR) on it",
    b"\xff\xd8\xff": "a picture: run text recognition (OCR) on it",
    b"GIF8": "a picture: run text recognition (OCR) on it",
    b"II*\0": "a picture: run text recognition (OCR) on it",
    b"\x1f\x8b": "a compressed file: unpack it",
    b"BZh": "a compressed file: unpack it",
    b"\xfd7zXZ": "a compressed file: unpack it",
    b"7z\xbc\xaf": "an archive: unpack it",
    b"Rar!": "an archive: unpack it",
    b"\x7fELF": "a program",
    b"SQLite format 3": "a database",
}
_PAGE = re.compile(
    r"\ufeff?\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,1000}?-->\s*)*<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)


def format_of(path: Path, head: bytes) -> Format:
    """Return the format of a file.

    Args:
        path: of the file.
        head: its first `HEAD` bytes; a shorter file is all there.

    Raises:
        DocumentUnreadable: a format that is not read, or not what the ending says.
    """
    said = BY_SUFFIX.get(path.suffix.lower(), PLAIN)
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return WORD
    _refuse_foreign(path, head)
    if said in {PDF, WORD} and not _PAGE.match(_decoded(head)):
        what = f"it does not begin like a {path.suffix} file"
        raise DocumentUnreadable(path, f"{what}: it is damaged, or something else", "damaged")
    if said in {HTML, MARKDOWN}:
        return said
    return HTML if _PAGE.match(_decoded(head)) else PLAIN


def require(format_: Format) -> None:
    """Check that the libraries are there that a format needs.

    Raises:
        ExtraMissing: they are not.
    """
    if any(find_spec(module) is None for module in format_.needs):
        raise ExtraMissing(f"reading {format_.suffixes[0]} files", "documents")


def _decoded(head: bytes) -> str:
    """Return the first bytes as text, as far as telling a web page asks for."""
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return head.decode("utf-16" if wide else "utf-8", errors="replace")


def _refuse_foreign(path: Path, head: bytes) -> None:
    """Raise for what begins like a file of another kind."""
    for mark, what in _FOREIGN.items():
        if head.startswith(mark):
            raise DocumentUnreadable(path, f"it is {what}", "unsupported")
    if head.startswith(_OLE):
        if _contains(path, "EncryptedPackage".encode("utf-16-le")):
            why = "it is encrypted: save it without a password first"
            raise DocumentUnreadable(path, why, "encrypted")
        why = "it is a file of an old Word (.doc) or its like: save it as .docx"
        raise DocumentUnreadable(path, why, "unsupported")


def _contains(path: Path, part: bytes) -> bool:
    """Tell whether a file that is not empty holds these bytes anywhere."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(part) >= 0
