"""Which encoding a text file has: Unicode first, then what English and Chinese files come in."""

# ruff: noqa: RUF001 - a full-width comma is a sign of Chinese

from __future__ import annotations

import codecs
from pathlib import Path
from typing import BinaryIO

from knowloom.errors import DocumentUnreadable, ExtraMissing

_BLOCK = 1024 * 1024
_SAMPLE = 64 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
# Asked about first: of a short text, a detector that knows a hundred encodings guesses.
_LIKELY = ["gb18030", "cp1252"]
_FREQUENT = frozenset(" \n\r\t.,。，、的eatoin")


def encoding_of(path: Path) -> str:
    """Return the name of the codec that decodes a text file.

    A byte order mark decides; else a file that is UTF-8 throughout is UTF-8; else NUL bytes mean
    UTF-16; else GB18030 or CP1252 (which includes Latin-1) if the bytes look like it; else what
    charset-normalizer finds.

    Args:
        path: read to its end, unless a mark or a byte that is not UTF-8 comes before.

    Raises:
        DocumentUnreadable: not text in any encoding.
        ExtraMissing: not Unicode, and charset-normalizer is not installed.
    """
    with path.open("rb") as file:
        head = file.read(4)
        for mark, name in _MARKS:
            if head.startswith(mark):
                return name
        file.seek(0)
        offset, zeros = _first_not_utf8(file)
        if offset is None and not zeros:
            return "utf-8"
        file.seek(max(0, (0 if zeros else offset or 0) - _SAMPLE // 2) & ~1)
        sample = file.read(_SAMPLE)
    found = _wide(sample) if zeros or b"\0" in sample else _narrow(sample)
    if found is None:
        raise DocumentUnreadable(path, "its bytes are no text that we know", "unsupported")
    return found


def _first_not_utf8(file: BinaryIO) -> tuple[int | None, bool]:
    """Return where the first byte stands that is not UTF-8, if any, and whether a NUL came by."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    read, zeros = 0, False
    while block := file.read(_BLOCK):
        zeros = zeros or b"\0" in block
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            return read + error.start, zeros
        read += len(block)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return read, zeros
    return None, zeros


def _wide(sample: bytes) -> str | None:
    """Return the UTF-16 that makes most sense of a sample with NUL bytes; None if neither does."""
    even = sample[: len(sample) // 2 * 2]
    best, found = 0.02, None  # of any text, more than this share of the signs is frequent ones
    for name in ("utf-16-le", "utf-16-be"):
        text = even.decode(name, errors="replace")
        share = sum(sign in _FREQUENT for sign in text) / max(len(text), 1)
        if share > best and "\0" not in text and "\ufffd" not in text[1:-1]:
            best, found = share, name
    return found


def _narrow(sample: bytes) -> str | None:
    """Return the encoding that charset-normalizer finds in a sample, the likely ones first."""
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        raise ExtraMissing("reading text that is not Unicode", "documents") from None
    lines = _with_high_bytes(sample)
    for among in (_LIKELY, None):
        if (match := from_bytes(lines, cp_isolation=among).best()) is not None:
            return match.encoding
    return None


def _with_high_bytes(sample: bytes) -> bytes:
    """Return the lines of a sample that say something about the encoding; all if that is none."""
    whole = sample.split(b"\n")
    lines = [line for line in whole[1:-1] if not line.isascii()] or [
        line for line in whole if not line.isascii()
    ]
    return b"\n".join(lines) or sample
