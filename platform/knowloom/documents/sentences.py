"""Where sentences begin and end, in English and Chinese, mixed as they come (items 33 and 135).

The rules are our own: the live library that gives offsets (sentencex) parts "A. M. Turing", knows
one language a call, and slows down with the square of unclosed quotation marks.
"""

# ruff: noqa: RUF001, RUF002 - full-width and curly marks are what this file is about

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# How many characters behind a possible end can decide whether it is one.
LOOKAHEAD = 32
_LOOKBEHIND = 24

_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af]")
_WIDE = frozenset("。！？；｡．")
_OPENING = "\"'“‘«‹「『（([【《〈"
_CLOSING = "\"'”’»›」』）)]】》〉"
# A line break, or marks with what closes around them; and what stands behind.
_END = re.compile(
    r"\n+|(?P<marks>[.!?…。！？；｡．]+)"
    rf"(?P<closing>[{re.escape(_CLOSING)}]*)(?:\[\d{{1,3}}\])*"
    rf"(?=(?P<space>\s{{0,8}})[{re.escape(_OPENING)}]{{0,4}}(?P<word>\w{{0,15}})(?P<stop>\.?))"
)
_SPACE = re.compile(r"\s*")
_INITIALS = re.compile(r"(?:[^\W\d_]\.-?)*[^\W\d_]|Ph\.?D|[BM]\.?Sc|[DM]\.Phil")


def _words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


# A name, a number or an example follows: never the end.
_LEADING = _words(
    "mr mrs ms mx dr prof profs messrs mme mlle rev hon fr st mt ft gen col maj sgt capt lt cmdr"
    " adm pres gov sen rep supt vs viz cf e.g i.e eg ie resp approx ca incl esp"
)
# The end, unless a number follows.
_NUMBERED = _words("no nos fig figs p pp vol vols ch sec secs eq eqs art para tab ver")
# The end only where a word follows that likes to begin sentences.
_TRAILING = _words(
    "inc ltd co corp bros plc llc jr sr esq univ dept inst assoc est etc al dist ave blvd rd"
    " jan feb mar apr jun jul aug sep sept oct nov dec ed eds trans repr"
)
_STARTERS = _words(
    "A An The This That These Those He She It They We You His Her Its Their Our My There Here"
    " In On At As By For From With After Before During Since Until When While Where What Who Why"
    " How If Although Though Because However But And Or So Yet Then Thus Hence Also Both Each"
    " Many Most Some Several Two Three No Not Today Later Now Once Only"
)


class Sentence(NamedTuple):
    """A half-open range of characters of a text that hold one sentence, without space around."""

    start: int
    end: int


def sentences(text: str, start: int = 0) -> Iterator[Sentence]:
    """Yield the sentences of a text, in order.

    A line break always ends one: the readers of documents keep it for the end of a paragraph, a
    heading, a list item or a row. Where one sentence begins says all about where it ends, so that
    the sentences of `text[s.start:]` are those from `s` on. It takes time proportional to the
    text.

    Args:
        text: of any length.
        start: the offset to begin at.

    >>> text = "G. Hinton joined the U. of T. in 1987. “Yes!” 他说：“它可以用！”然后离开了。"
    >>> [text[s.start : s.end] for s in sentences(text)]
    ['G. Hinton joined the U. of T. in 1987.', '“Yes!”', '他说：“它可以用！”', '然后离开了。']
    """
    begin = _content(text, start)
    for mark in _END.finditer(text, begin):
        end = _ends(text, begin, mark) if mark.start() >= begin else None
        if end is not None:
            yield Sentence(begin, end)
            begin = _content(text, end)
    end = _trimmed(text, begin, len(text))
    if end > begin:
        yield Sentence(begin, end)


def _content(text: str, start: int) -> int:
    """Return where the first character that is no space stands, at or behind `start`."""
    match = _SPACE.match(text, start)
    return match.end() if match else start


def _trimmed(text: str, begin: int, end: int) -> int:
    """Return the end of the last character before `end` that is no space."""
    while end > begin and text[end - 1].isspace():
        end -= 1
    return end


def _ends(text: str, begin: int, mark: re.Match[str]) -> int | None:
    """Return where the sentence ends whose possible end is `mark`; None when it goes on."""
    marks, word = mark["marks"], mark["word"]
    if marks is None:
        return _trimmed(text, begin, mark.start())
    if not _WIDE.isdisjoint(marks):
        return _closed(text, begin, mark)
    if not mark["space"] and mark.end() < len(text):
        return mark.end() if _ends_unspaced(text, mark, marks) else None
    if word[:1].islower() or (marks == "." and not _stop_ends(text, begin, mark)):
        return None
    return mark.end()


def _closed(text: str, begin: int, mark: re.Match[str]) -> int:
    """Return the end of marks that need no space behind: a straight quote may open the next one.

    `他走了。"好的` and `"他走了。"好的` differ in what was opened before.
    """
    for position in range(mark.start("closing"), mark.end("closing")):
        sign = text[position]
        if sign in "\"'" and text.count(sign, begin, position) % 2 == 0:
            return position
    return mark.end()


def _ends_unspaced(text: str, mark: re.Match[str], marks: str) -> bool:
    """Tell whether marks right before a character end a sentence: in Chinese they may."""
    if not _CJK.match(text, mark.end()):
        return False
    return not {"!", "?"}.isdisjoint(marks) or (
        marks == "." and _CJK.match(text, mark.start() - 1) is not None
    )


def _stop_ends(text: str, begin: int, mark: re.Match[str]) -> bool:
    """Tell whether one full stop, with a space and no small letter behind it, ends a sentence."""
    stop = mark.start()
    words = text[max(begin, stop - _LOOKBEHIND) : stop].split()
    word = words[-1].lstrip(_OPENING) if words else ""
    small = word.lower()
    if small in _LEADING:
        return False
    if small in _NUMBERED:
        return not mark["word"][:1].isdigit()
    if small in _TRAILING or _INITIALS.fullmatch(word):
        return _starts_sentence(mark["word"], mark["stop"])
    return not (word.isdigit() and stop - begin == len(word))  # the number of a list item


def _starts_sentence(word: str, stop: str) -> bool:
    """Tell whether a word can hardly be part of a name: `The`, but not the `A.` of `A. Turing`."""
    return (word in _STARTERS and not (stop and len(word) == 1)) or bool(_CJK.match(word))
