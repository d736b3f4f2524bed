"""Names as identity compares them, and how alike two of them are.

Levels, most alike first: `exact`, `short` (exact, of one word only), `acronym`, `initials`,
`close` (a slip of the pen), `similar`, `other`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler

LEVELS = ("exact", "acronym", "initials", "close", "short", "similar", "other")
_CLOSE, _SIMILAR = 0.94, 0.86
_LONGEST_ACRONYM = 6
_APOSTROPHES = str.maketrans("", "", "'`\u2019")
_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=1 << 16)
def tokens(name: str) -> tuple[str, ...]:
    """Return the words of a name without case, accents and punctuation.

    A family name written first, before a comma, goes last.

    >>> tokens("Gödel,  Kurt"), tokens("O'Neil & Co.")
    (('kurt', 'godel'), ('oneil', 'co'))
    """
    head, comma, tail = name.partition(",")
    if comma and tail.strip() and "," not in tail and len(name.split()) <= 4:
        name = f"{tail} {head}"
    bare = unicodedata.normalize("NFKD", name.translate(_APOSTROPHES)).casefold()
    return tuple(_WORD.findall("".join(c for c in bare if not unicodedata.combining(c))))


def acronym(words: Sequence[str]) -> str:
    """Return the first letters of a name of three words or more, else nothing.

    >>> acronym(tokens("International Business Machines"))
    'ibm'
    """
    return "".join(w[0] for w in words) if 3 <= len(words) <= _LONGEST_ACRONYM else ""


def likeness(one: Sequence[str], other: Sequence[str]) -> str:
    """Return the level at which two lists of names are alike: that of the best pair.

    >>> likeness(["Alan Turing"], ["A. M. Turing"]), likeness(["IBM"], ["Ibm"])
    ('initials', 'short')
    """
    levels = (_level(min(a, b), max(a, b)) for a in one for b in other)
    best = min(levels, default=len(LEVELS) - 1)
    return LEVELS[best]


def spelled_alike(one: Iterable[str], other: Iterable[str]) -> bool:
    """Return whether two lists of names share one but for case, accents and punctuation.

    >>> spelled_alike(["GÖDEL, Kurt"], ["Kurt Gödel"]), spelled_alike(["Li Yao"], ["Yao Li"])
    (True, False)
    """
    words = {tokens(name) for name in one} - {()}
    return any(tokens(name) in words for name in other)


@lru_cache(maxsize=1 << 16)
def _level(one: str, other: str) -> int:
    """Return the index of the level of two names, given in order."""
    a, b = tokens(one), tokens(other)
    if not a or not b:
        level = "other"
    elif sorted(a) == sorted(b):
        level = "exact" if len(a) > 1 else "short"
    elif _numbers(a) != _numbers(b):
        level = "other"  # Apollo 11 is not Apollo 12, however alike the names
    elif _is_acronym(a, b) or _is_acronym(b, a):
        level = "acronym"
    elif _abbreviates(a, b):
        level = "initials"
    else:
        level = _by_letters(a, b)
    return LEVELS.index(level)


def _numbers(words: Sequence[str]) -> list[str]:
    return sorted(w for w in words if any(c.isdigit() for c in w))


def _is_acronym(short: Sequence[str], long: Sequence[str]) -> bool:
    return len(short) == 1 and short[0] == acronym(long)


def _abbreviates(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether both end alike and the words before may stand for each other.

    Each word of the shorter name is, in order, a word of the longer one or its first letter; at
    least one word besides the last must be there on both sides.
    """
    few, more = (one, other) if len(one) <= len(other) else (other, one)
    if len(few) < 2 or few[-1] != more[-1] or len(few[-1]) < 2:
        return False
    rest = iter(more[:-1])
    return all(any(_stands_for(a, b) for b in rest) for a in few[:-1])


def _stands_for(one: str, other: str) -> bool:
    return one == other or (1 in (len(one), len(other)) and one[0] == other[0])


def _by_letters(one: Sequence[str], other: Sequence[str]) -> str:
    """Return the level by Jaro-Winkler similarity, the words in order or sorted.

    Long common beginnings carry much of that measure, so every word has to have a like one.
    """
    whole = max(
        JaroWinkler.similarity(" ".join(one), " ".join(other)),
        JaroWinkler.similarity(" ".join(sorted(one)), " ".join(sorted(other))),
    )
    if whole < _SIMILAR:
        return "other"
    few, more = (one, other) if len(one) <= len(other) else (other, one)
    worst = min(max(JaroWinkler.similarity(a, b) for b in more) for a in few)
    alike = whole >= _CLOSE and worst >= _SIMILAR and len(one) == len(other)
    return "close" if alike else "similar"
