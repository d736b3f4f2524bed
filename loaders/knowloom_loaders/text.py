"""Text files: which encoding they are in, and what to say of lines that are not."""

from __future__ import annotations

import codecs
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from knowloom.errors import SourceError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the mark of UTF-16, so it comes first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PACKED = ((b"\x1f\x8b", "gzip"), (b"PK\x03\x04", "zip"), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz"))
_HEAD = 1 << 16
_DAMAGE = re.compile("[\udc80-\udcff]")


@contextmanager
def opened(path: Path, encoding: str = "") -> Generator[TextIO]:
    """Open a text file with its line ends as they are.

    Bytes that are not of its encoding become characters that `damage` finds, so that only the
    lines that hold them are lost.

    Args:
        path: the file.
        encoding: its encoding; empty for what its byte order mark says, else UTF-8.

    Raises:
        SourceError: it cannot be opened or read, is compressed, or is in no known encoding.
    """
    try:
        found = encoding or _encoding(path)
        with path.open(encoding=found, errors="surrogateescape", newline="") as file:
            yield file
    except OSError as error:
        raise SourceError(path, error.strerror or str(error)) from error
    except LookupError as error:
        raise SourceError(path, f"no encoding is called {encoding!r}") from error
    except UnicodeError as error:
        raise SourceError(
            path, f"it is not {encoding or 'what its first bytes say'}: {error}"
        ) from error


def damage(text: str) -> str | None:
    """Return what is wrong with the encoding of a text, None when nothing is."""
    if text.isascii() or (found := _DAMAGE.search(text)) is None:
        return None
    byte = ord(found[0]) - 0xDC00
    return (
        f"holds the byte 0x{byte:02X}, which is not UTF-8 here; if the file is in another "
        'encoding, name it in the mapping, as in encoding = "latin-1"'
    )


def _encoding(path: Path) -> str:
    """Return the encoding that the first bytes of a file show."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    for magic, what in _PACKED:
        if head.startswith(magic):
            raise SourceError(path, f"it is compressed ({what}): unpack it first")
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = head[offset::2]
        if len(half) > 1 and half.count(0) > 0.4 * len(half):
            why = f'it looks like UTF-16: name it in the mapping, as in encoding = "{name}"'
            raise SourceError(path, why)
    return "utf-8"
