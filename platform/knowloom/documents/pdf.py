"""PDF: the text layer page by page, its lines joined to paragraphs, its hyphens mended.

PDFium is what reads the file: the engine of a browser, made for files from anywhere. It runs no
script in them (the build we use has no JavaScript) and fetches nothing.
"""

# ruff: noqa: RUF001 - dashes and full-width marks are what this file is about

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ctypes import byref, c_double
from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from statistics import median, median_low
from typing import Any, NamedTuple

from knowloom.documents.piece import Piece
from knowloom.documents.tidy import joint, one_line, raised
from knowloom.errors import DocumentUnreadable

_WRONG_PASSWORD = 4
_EDGE = 2  # lines at the head and the foot of a page that may belong to all pages
_DIGITS = re.compile(r"[-−]?\d+(?:[,–]\d+)*")
_SMALLER, _HIGHER = 0.87, 0.15  # than the character before: what is a mark above the line
_HYPHEN = "\ufffe"  # PDFium's sign for a hyphen at the end of a line, with the break behind it
_HYPHENATED = re.compile(rf"(\w+)[ \t]?{_HYPHEN}[ \t]?(\w*)")
_HALVED = re.compile(r"\w[-–]$")
_WORD_HALF = re.compile(r"[^\W\d_]{2}-$")
_ENDS = re.compile(r"[.!?:;。！？：；…][\"'”’»)\]）」』]*$")
_GOES_ON = re.compile(r"[^\W\d_]|[\"'“‘«(（「『]")
_ENOUGH = 4  # distances between lines that tell which is the usual one
_NUMBER = re.compile(r"\d{1,18}")
_PAGE_NUMBER = re.compile(
    r"(?:page|seite|p\.)?\s*[-–—]?\s*(?:\d+|[ivxl]+)\s*[-–—]?(?:\s*(?:of|/)\s*\d+)?", re.I
)


class _Title(NamedTuple):
    """A line at the edge of a page, as it comes again on another: its numbers may go on.

    Args:
        page: its number.
        shape: the text with any number as another.
        numbers: those that stand in it.
    """

    page: int
    shape: str
    numbers: tuple[int, ...]


class _Line(NamedTuple):
    """A line of a page with where it stands, in points from the lower left corner.

    Args:
        text: without hyphens at the ends of the lines that PDFium made one of.
        left: where it begins; counted from the right edge, as what is written from there is.
        right: where it ends.
        head: the height of the first character's base line.
        foot: the height of the last character's.
        size: of most characters, as the file says it; not always in points.
        tall: the height of a character with all that may rise or hang from it, in points.
    """

    text: str
    left: float
    right: float
    head: float
    foot: float
    size: float
    tall: float


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
        parted = _parts_word(lines, following)
        ending = "" if parted else _page_joint(lines, following)
        yield Piece(f"page {number}", text[: len(text) - parted] + ending)
    if blank:
        why = "its pages hold no text; if they are images of it, run text recognition (OCR) first"
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
    content: str = page.get_text_range()
    for match in re.finditer(r"[^\r\n]+", content):
        text = one_line(_dehyphenated(_with_raised(page, match), content))
        if not text:
            continue
        # Characters that PDFium made up, such as spaces between words, have no index of their own.
        first = _index(page, match.start())
        last = _index(page, match.end() - 1)
        if min(first, last) < 0:
            continue
        left, right = _extent(page, first, last)
        size = median_low(_sizes(page, match))
        _, low, _, high = page.get_charbox(last, loose=True)
        yield _Line(
            text, left, right, _base(page, first), _base(page, last), size, abs(high - low)
        )


def _extent(page: Any, first: int, last: int) -> tuple[float, float]:
    """Return where a line begins and ends, as if all were written from left to right."""
    begin, end = page.get_charbox(first), page.get_charbox(last)
    return (begin[0], end[2]) if begin[0] <= end[2] else (-begin[2], -end[0])


def _sizes(page: Any, line: re.Match[str]) -> list[float]:
    """Return the sizes of some characters of a line: the first may be a bullet or an initial."""
    step = max(1, (line.end() - line.start()) // 4)
    places = [at for at in range(line.start(), line.end(), step) if not line.string[at].isspace()]
    found = [_index(page, at) for at in places or [line.start()]]
    return [_raw().FPDFText_GetFontSize(page, max(0, index)) for index in found]


def _with_raised(page: Any, line: re.Match[str]) -> str:
    """Return the text of a line, its small raised digits told from the others."""
    text, position = "", line.start()
    for found in _DIGITS.finditer(line.string, line.start(), line.end()):
        places = (at for at in range(*found.span()) if not line.string[at - 1].isspace())
        high = [at for at in places if at and _is_raised(page, at)]
        if high:
            text += line.string[position : high[0]]
            position = _raised_end(page, high[0], found.end())
            text += raised(text, line.string[high[0] : position])
    return text + line.string[position : line.end()]


def _raised_end(page: Any, first: int, end: int) -> int:
    """Return where the characters end that stand as high as the first, at most at `end`."""
    heights = [_base(page, max(0, _index(page, at))) for at in range(first, end)]
    level = (abs(height - heights[0]) < 1 for height in heights)
    return first + next((at for at, same in enumerate(level) if not same), len(heights))


def _is_raised(page: Any, at: int) -> bool:
    """Tell whether a character is smaller than the one before it and stands higher."""
    before = _index(page, at - 1)
    index = _index(page, at)
    if min(before, index) < 0:
        return False
    _, foot, _, top = page.get_charbox(before, loose=True)
    _, own_foot, _, own_top = page.get_charbox(index, loose=True)
    smaller: bool = own_top - own_foot < _SMALLER * (top - foot)
    return smaller and _base(page, index) - _base(page, before) > _HIGHER * (top - foot)


def _index(page: Any, at: int) -> int:
    """Return where in a page the character at a place of its text is; -1 for one made up."""
    index: int = _raw().FPDFText_GetCharIndexFromTextIndex(page, at)
    return index


@cache
def _raw() -> Any:
    """Return the functions of PDFium."""
    return import_module("pypdfium2.raw")


def _base(page: Any, index: int) -> float:
    """Return the height of a character's base line."""
    x, y = c_double(), c_double()
    _raw().FPDFText_GetCharOrigin(page, index, byref(x), byref(y))
    return y.value


def _dehyphenated(line: str, page: str) -> str:
    """Return the line with the words mended that were parted at the end of a line.

    `Berners-Lee` and `X-ray` keep their hyphens, and so does `well-known` when the page writes it
    elsewhere.
    """

    def mended(match: re.Match[str]) -> str:
        left, right = match[1], match[2]
        compound = f"{left}-{right}"
        whole = right[:1].islower() and not left.isupper() and compound not in page
        return left + right if whole else compound

    return _HYPHENATED.sub(mended, line)


def _stripped(pages: Iterator[list[_Line]]) -> Iterator[list[_Line]]:
    """Yield the pages without their numbers and running titles.

    A title at the head is kept where it first stands; at the foot none is. One page has neither.
    """
    before: list[
        list[_Title]
    ] = []  # what stood at the edges of the last two pages: left and right
    for number, lines, following in _with_next(pages):
        if number == 1 and following is None:
            yield lines
            return
        titles = [title for page in before for title in page]
        after = [_title(line, number + 1) for line in (following or [])[-_EDGE:]]
        first = _furniture(lines, number, titles)
        last = _furniture(lines[::-1], number, titles + after)
        edges = lines[:_EDGE] + lines[-_EDGE:]
        before = [*before[-1:], [_title(line, number) for line in edges]]
        yield lines[first : max(first, len(lines) - last)]


def _furniture(lines: Sequence[_Line], page: int, titles: Sequence[_Title]) -> int:
    """Return how many lines, from the edge of a page inwards, belong to no text.

    They are set apart from the text: the last row of a table is no page number, and the last line
    of a letter no running title because the next letter ends with the same words.

    Args:
        lines: of a page, the outermost first.
        page: its number.
        titles: lines at the edges of other pages.
    """
    pitches = [pitch for a, b in pairwise(lines) if (pitch := _between(a, b)) > 0]
    found = 0
    for count, line in enumerate(lines[:_EDGE], 1):
        if not _PAGE_NUMBER.fullmatch(line.text) and not _is_title(_title(line, page), titles):
            break
        if count == len(lines):
            return count if found == count - 1 else found
        inner = lines[count]
        usual = median_low(pitches) if len(pitches) >= _ENOUGH else 1.15 * inner.tall
        if not 0 < _between(line, inner) <= 1.3 * usual:
            found = count
    return found


def _between(line: _Line, other: _Line) -> float:
    """Return how far apart two lines stand, whichever is the upper one."""
    return min(abs(line.foot - other.head), abs(other.foot - line.head))


def _is_title(line: _Title, others: Sequence[_Title]) -> bool:
    """Tell whether a line is there again on other pages; its numbers stay, or count the pages."""
    return any(map(str.isalpha, line.shape)) and any(
        line.shape == other.shape
        and all(
            own - its in {0, line.page - other.page}
            for own, its in zip(line.numbers, other.numbers, strict=True)
        )
        for other in others
    )


def _title(line: _Line, page: int) -> _Title:
    """Return a line as what may come again."""
    numbers = tuple(map(int, _NUMBER.findall(line.text)))
    return _Title(page, _NUMBER.sub("0", line.text), numbers)


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
        column = [near for near in around if _in_column(near, line, usual)]
        margin = max(near.right for near in column)
        parted = _parted(line, following, usual, margin)
        text += "\n" if parted else _joint(line, following)
        text += following.text
    return text


def _in_column(line: _Line, other: _Line, usual: float) -> bool:
    """Tell whether two lines near each other seem to have the same margins."""
    return line is other or (
        abs(line.left - other.left) < 6 * usual and abs(line.size - other.size) <= 0.1 * other.size
    )


def _joint(line: _Line, following: _Line) -> str:
    """Return what stands between two lines of a paragraph; nothing within `1990-1995`."""
    halved = _HALVED.search(line.text) and following.text[0].isalnum()
    return "" if halved or following.text[0] in ",.;:)" else joint(line.text, following.text)


def _usual_pitch(lines: Sequence[_Line]) -> float:
    """Return the usual distance from line to line, in points."""
    pitches = [
        a.foot - b.head for a, b in pairwise(lines) if a.foot > b.head and not _is_same_row(a, b)
    ]
    return median(pitches) if pitches else 0.0


def _parted(line: _Line, following: _Line, usual: float, margin: float) -> bool:
    """Tell whether a paragraph, a heading or a list item ends between two lines."""
    pitch = line.foot - following.head
    ended = _ENDS.search(line.text) is not None
    if _HALVED.search(line.text) or _is_same_row(line, following):
        return False
    if abs(line.size - following.size) > 0.1 * line.size:
        return True
    if not 0 < pitch < 4 * usual:  # another column, or another corner of the page
        return ended or not _GOES_ON.match(following.text)
    if pitch > 1.3 * usual:
        return True
    indented = following.left > line.left + 0.5 * usual
    short = line.right + _first_word(following) < margin - 0.3 * usual
    return (ended and (short or indented)) or (short and not following.text[:1].islower())


def _is_same_row(line: _Line, following: _Line) -> bool:
    """Tell whether a line goes on right beside itself, as it does behind a raised sign."""
    gap, tall = following.left - line.right, max(line.tall, following.tall)
    return abs(line.foot - following.head) < 0.6 * tall and -0.2 * tall < gap < 0.6 * tall


def _first_word(line: _Line) -> float:
    """Return about how wide the first word of a line is with the space before it, in points."""
    word = 2 if joint(line.text, line.text) == "" else len(line.text.split(None, 1)[0]) + 1
    return (line.right - line.left) * word / len(line.text)


def _parts_word(lines: Sequence[_Line], following: Sequence[_Line] | None) -> bool:
    """Tell whether a page ends with the first half of a word and a hyphen."""
    return bool(following and _WORD_HALF.search(lines[-1].text) and following[0].text[0].islower())


def _page_joint(lines: Sequence[_Line], following: Sequence[_Line] | None) -> str:
    """Return what ends the text of a page: a line break unless the next page goes on with it."""
    if not following or _ENDS.search(lines[-1].text):
        return "\n"
    last, first = lines[-1], following[0]
    if _HALVED.search(last.text):
        return _joint(last, first)
    filled = last.right + _first_word(first) > max(line.right for line in lines)
    if filled or first.text[:1].islower():
        return _joint(last, first)
    return "\n"
