"""Text as people read it: without control characters, and with its lines joined to paragraphs.

All readers keep one rule: a line break ends a paragraph, a heading, a list item or a row, and
never stands inside a sentence.
"""

# ruff: noqa: RUF001 - dashes and ligatures are what this file is about

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_CJK = re.compile("[\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]")
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u200b\u200e\u200f\u2028-\u202f\u2060-\u2069\ud800-\udfff"
    "\ufb00-\ufb06\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_LIGATURES = dict(zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
_NOTHING = frozenset("\xad\u200b\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff")
_POWERS = str.maketrans("-−0123456789", "⁻⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# A small number is a note's behind a word that is longer than a unit, and behind a mark.
_RAISED = re.compile(r"[-−]?[0-9]+(?:[,–]\s?[0-9]+)*")
_MARKED = re.compile(r"(?:[^\W\d_]{4}|[.,;:!?\"'”’»。，；：！？])$")
# A narrower line was hardly broken because the next word was too long; in characters.
_NARROWEST = 40
_ITEM = re.compile(r"\s*(?:[-*+•·–—]|\(?\w{1,3}[.)])\s")


def cleaned(text: str) -> str:
    """Return the text without ligatures, control characters and signs that nobody sees.

    They become letters, spaces or nothing; tabs and line breaks stay.

    >>> cleaned("the ﬁrst\\xa0bit\\x07")
    'the first bit '
    """
    return _ODD.sub(_replacement, text)


def _replacement(match: re.Match[str]) -> str:
    """Return what stands for a sign that is not to be kept."""
    sign = match[0]
    return "" if sign in _NOTHING else _LIGATURES.get(sign, " ")


def one_line(text: str) -> str:
    """Return the text with each run of white space as one space, and none around it.

    >>> one_line("  two\\n words ")
    'two words'
    """
    return " ".join(cleaned(text).split())


def raised(before: str, text: str) -> str:
    """Return what small raised digits are in a text: a power, or nothing for the mark of a note.

    `106` is not what the page says, neither of a number nor of a name.

    Args:
        before: the text in front of them.
        text: what is raised; other than a number it stays as it is.

    >>> "10" + raised("10", "6") + " km" + raised("10 km", "2")
    '10⁶ km²'
    >>> "Ada Lovelace" + raised("Ada Lovelace", "1") + " wrote it."
    'Ada Lovelace wrote it.'
    """
    if not _RAISED.fullmatch(text.strip()):
        return text
    return "" if _MARKED.search(before) else text.strip().translate(_POWERS)


def joint(before: str, after: str) -> str:
    """Return what stands between two lines of one paragraph: a space, in Chinese nothing.

    >>> joint("他在", "多伦多"), joint("the", "end")
    ('', ' ')
    """
    return "" if _CJK.match(before[-1:]) and _CJK.match(after[:1]) else " "


def unwrapped(lines: Sequence[str]) -> str:
    """Return the lines of a paragraph with those joined that were broken for their length only.

    A line was, when the next word would not have fitted into it. Breaks that somebody meant, as in
    lists, verse and addresses, stay.

    Args:
        lines: without line breaks, none empty.

    >>> unwrapped(["A long line that ended where the margin was, and", "goes on."])
    'A long line that ended where the margin was, and goes on.'
    >>> unwrapped(["one", "two"])
    'one\\ntwo'
    """
    width = max(map(len, lines), default=0)
    text = lines[0] if lines else ""
    for before, after in pairwise(lines):
        text += joint(before, after) if _broken(before, after, width) else "\n"
        text += after
    return text


def _broken(before: str, after: str, width: int) -> bool:
    """Tell whether a line of a paragraph of this width ended because the next word is long."""
    if width < _NARROWEST or _ITEM.match(after):
        return False
    word = 2 if _CJK.match(after) else len(after.split(None, 1)[0]) + 1
    return len(before) + word > width
