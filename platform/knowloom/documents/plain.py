"""Plain text: the paragraphs of a file in any usual encoding, read as a stream."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from knowloom.documents.encoding import encoding_of
from knowloom.documents.piece import Piece
from knowloom.documents.tidy import cleaned, one_line, unwrapped
from knowloom.errors import DocumentUnreadable

_LONGEST = 64 * 1024  # characters of a line or paragraph; longer ones are passed on in parts
_SPACE = re.compile(r"\s+")


class _Line(NamedTuple):
    """A line of a file, or a part of one that is very long, with the line break where it ends."""

    number: int
    text: str
    whole: bool


def pieces(path: Path) -> Iterator[Piece]:
    """Yield the paragraphs of a text file: what stands between empty lines.

    The place is `line N`, counted from 1. Lines of a paragraph that were broken for their length
    only are joined.

    Raises:
        DocumentUnreadable: not text, or damaged in the middle.
    """
    paragraph: list[str] = []
    first, length = 1, 0
    for line in _lines(path):
        text = one_line(line.text)
        if text and line.whole:
            first = first if paragraph else line.number
            paragraph.append(text)
            length += len(text)
            if length > _LONGEST:
                yield Piece(f"line {first}", unwrapped(paragraph).removesuffix(text))
                paragraph, first, length = [text], line.number, len(text)
            continue
        if paragraph:
            yield Piece(f"line {first}", unwrapped(paragraph) + "\n")
            paragraph, length = [], 0
        if not line.whole:
            yield Piece(f"line {line.number}", _part(line.text))
    if paragraph:
        yield Piece(f"line {first}", unwrapped(paragraph) + "\n")


def _part(text: str) -> str:
    """Return a part of a long line, with a space for each run of white space."""
    ended = text.endswith("\n")
    return _SPACE.sub(" ", cleaned(text.removesuffix("\n"))) + ("\n" if ended else "")


def _lines(path: Path) -> Iterator[_Line]:
    """Yield the lines of a file."""
    name = encoding_of(path)
    # CP1252 leaves five bytes without a meaning, and old files hold them now and then.
    errors = "replace" if codecs.lookup(name).name.startswith("cp") else "strict"
    number, ended = 1, True
    with path.open("r", encoding=name, errors=errors) as file:
        try:
            while text := file.readline(_LONGEST):
                yield _Line(number, text, ended and (text[-1] == "\n" or len(text) < _LONGEST))
                ended = text[-1] == "\n"
                number += ended
        except UnicodeError as error:
            why = f"it is damaged behind line {number} ({error})"
            raise DocumentUnreadable(path, why, "damaged") from None
