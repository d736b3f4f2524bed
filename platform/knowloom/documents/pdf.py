"""PDF: the text layer page by page, its lines joined to paragraphs, its hyphens mended.

PDFium is what reads the file: the engine of a browser, made for files from anywhere. It runs no
script in them (the build we use has no JavaScript) and fetches nothing.
"""

# ruff: noqa: RUF001 - dashes and full-width marks are what this file is about

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ctypes import byref, c_double
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from knowloom.documents.piece import Piece
from knowloom.documents.tidy import joint, one_line
from knowloom.errors import DocumentUnreadable

_WRONG_PASSWORD = 4
_EDGE = 2  # lines at the head and the foot of a page that may belong to all pages
_HYPHEN = "\ufffe"  # PDFium's sign for a hyphen at the end of a line, with the break behind it
_HYPHENATED = re.compile(rf"(\w+)[ \t]?{_HYPHEN}[ \t]?(\w*)")
_ENDS = re.compile(r"[.!?:;。！？：；…][\"'”’»)\]）」』]*$")
_GOES_ON = re.compile(r"[^\W\d_]|[\"'“‘«(（「『]")
_PAGE_NUMBER = re.compile(
    r"(?:page|seite|p\.)?\s*[-–—]?\s*(?:\d+|[ivxl]+)\s*[-–—]?(?:\s*(?:of|/)\s*\d+)?", re.I
)


class _Line(NamedTuple):
    """A line of a page with where it stands, in points from the lower left corner.

    Args:
        text: without hyphens at the ends of the lines that PDFium made one of.
        left: of the first character.
        right: of the last character.
        head: the height of the first character's base line.
        foot: the height of the last character's.
        size: of the first character, as the file says it; not always in points.
    """

    text: str
    left: float
    right: float
    head: float
    foot: float
    size: float


def pieces(path: Path) -> Iterator[Piece]:
    """Yield the text of each page, its place being `page N`.

    Page numbers, and running titles from the second on, are left out. A page without text yields
    nothing.

    Raises:
        DocumentUnreadable: damaged, encrypted, or without a text layer.
    """
    document = _opened(path)
    blank = True
    for number, lines, following in _with_next(_stripped(_pages(document, path))):
        text = _paragraphs(lines)
        if not text:
            continue
        blank = False
        yield Piece(f"page {number}", text + _page_joint(lines, following))
    if blank:
        why = "its pages hold images, no text: run text recognition (OCR) on it first"
        raise DocumentUnreadable(path, why, "no-text")


def _opened(path: Path) -> Any:
    """Return the PDFium document."""
    pdfium: Any = import_module("pypdfium2")
    try:
        document = pdfium.PdfDocument(path)
        pages = len(document)
    except pdfium.PdfiumError as error:
        if error.err_code == _WRONG_PASSWORD:
            why = "it is encrypted: save it without a password first"
            raise DocumentUnreadable(path, why, "encrypted") from None
        raise DocumentUnreadable(path, "it is no PDF that can be opened", "damaged") from None
    if not pages:
        raise DocumentUnreadable(path, "it has no pages", "empty")
    return document


def _pages(document: Any, path: Path) -> Iterator[list[_Line]]:
    """Yield the lines of each page."""
    pdfium: Any = import_module("pypdfium2")
    for number in range(len(document)):
        try:
            page = document[number]
            text = page.get_textpage()
        except pdfium.PdfiumError:
            why = f"page {number + 1} of {len(document)} is damaged"
            raise DocumentUnreadable(path, why, "damaged") from None
        yield list(_lines(text))
        text.close()
        page.close()


def _lines(page: Any) -> Iterator[_Line]:
    """Yield the lines of a page in the order in which the file says them."""
    raw: Any = import_module("pypdfium2.raw")
    content: str = page.get_text_range()
    for match in re.finditer(r"[^\r\n]+", content):
        text = one_line(_dehyphenated(match[0], content))
        if not text:
            continue
        # Characters that PDFium made up, such as spaces between words, have no index of their own.
        first = raw.FPDFText_GetCharIndexFromTextIndex(page, match.start())
        last = raw.FPDFText_GetCharIndexFromTextIndex(page, match.end() - 1)
        if min(first, last) < 0:
            continue
        yield _Line(
            text,
            page.get_charbox(first)[0],
            page.get_charbox(last)[2],
            _base(page, first),
            _base(page, last),
            raw.FPDFText_GetFontSize(page, first),
        )


def _base(page: Any, index: int) -> float:
    """Return the height of a character's base line."""
    raw: Any = import_module("pypdfium2.raw")
    x, y = c_double(), c_double()
    raw.FPDFText_GetCharOrigin(page, index, byref(x), byref(y))
    return y.value


def _dehyphenated(line: str, page: str) -> str:
    """Return the line with the words mended that were parted at the end of a line.

    `Berners-Lee` keeps its hyphen, and so does `well-known` when the page writes it elsewhere.
    """

    def mended(match: re.Match[str]) -> str:
        left, right = match[1], match[2]
        compound = f"{left}-{right}"
        return left + right if right[:1].islower() and compound not in page else compound

    return _HYPHENATED.sub(mended, line)


def _stripped(pages: Iterator[list[_Line]]) -> Iterator[list[_Line]]:
    """Yield the pages without their numbers and running titles.

    A title at the head is kept where it first stands; at the foot none is. One page has neither.
    """
    before: list[set[str]] = []  # what stood at the edges of the last two pages: left and right
    for number, lines, following in _with_next(pages):
        if number == 1 and following is None:
            yield lines
            return
        titles = set[str]().union(*before)
        after = {_shape(line) for line in (following or [])[-_EDGE:]}
        first = _furniture(lines[:_EDGE], titles)
        last = _furniture(lines[: -_EDGE - 1 : -1], titles | after)
        before = [*before[-1:], {_shape(line) for line in lines[:_EDGE] + lines[-_EDGE:]}]
        yield lines[first : max(first, len(lines) - last)]


def _furniture(edge: Sequence[_Line], titles: set[str]) -> int:
    """Return how many lines, from the edge of a page inwards, belong to no text.

    Args:
        edge: the lines, the outermost first.
        titles: shapes of lines at the edges of other pages.
    """
    for count, line in enumerate(edge):
        shape = _shape(line)
        title = shape in titles and any(map(str.isalpha, shape))
        if not title and not _PAGE_NUMBER.fullmatch(line.text):
            return count
    return len(edge)


def _shape(line: _Line) -> str:
    """Return the text of a line with any number as another: what a running title keeps."""
    return re.sub(r"\d+", "0", line.text)


def _with_next(
    pages: Iterator[list[_Line]],
) -> Iterator[tuple[int, list[_Line], list[_Line] | None]]:
    """Yield each page with its number, from 1, and the one behind it."""
    number = 0
    held: list[_Line] | None = None
    for page in pages:
        if held is not None:
            number += 1
            yield number, held, page
        held = page
    if held is not None:
        yield number + 1, held, None


def _paragraphs(lines: Sequence[_Line]) -> str:
    """Return the lines of a page as text, each paragraph one line."""
    if not lines:
        return ""
    usual = _usual_pitch(lines)
    text = lines[0].text
    for index, (line, following) in enumerate(pairwise(lines)):
        around = lines[max(0, index - 4) : index + 5]
        column = [near for near in around if abs(near.left - line.left) < 6 * usual] or [line]
        margin = max(near.right for near in column)
        parted = _parted(line, following, usual, margin)
        text += "\n" if parted else joint(line.text, following.text)
        text += following.text
    return text


def _usual_pitch(lines: Sequence[_Line]) -> float:
    """Return the usual distance from line to line, in points."""
    pitches = [a.foot - b.head for a, b in pairwise(lines) if a.foot > b.head]
    return median(pitches) if pitches else 0.0


def _parted(line: _Line, following: _Line, usual: float, margin: float) -> bool:
    """Tell whether a paragraph, a heading or a list item ends between two lines."""
    pitch = line.foot - following.head
    ended = _ENDS.search(line.text) is not None
    if not 0 < pitch < 4 * usual:  # another column, or another corner of the page
        return ended or not _GOES_ON.match(following.text)
    if pitch > 1.3 * usual or abs(line.size - following.size) > 0.1 * line.size:
        return True
    indented = following.left > line.left + 0.5 * usual
    short = line.right + _first_word(following) < margin - 0.3 * usual
    return (ended and (short or indented)) or (short and not following.text[:1].islower())


def _first_word(line: _Line) -> float:
    """Return about how wide the first word of a line is with the space before it, in points."""
    word = 2 if joint(line.text, line.text) == "" else len(line.text.split(None, 1)[0]) + 1
    return (line.right - line.left) * word / len(line.text)


def _page_joint(lines: Sequence[_Line], following: Sequence[_Line] | None) -> str:
    """Return what ends the text of a page: a line break unless the next page goes on with it."""
    if not following or _ENDS.search(lines[-1].text):
        return "\n"
    last, first = lines[-1], following[0]
    filled = last.right + _first_word(first) > max(line.right for line in lines)
    if filled or first.text[:1].islower():
        return joint(last.text, first.text)
    return "\n"
