"""Which parts of a question name instances or values of a graph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from knowloom.kbqa.mentions import Literal, Named, Question
from knowloom.kbqa.schema import Value
from knowloom.kbqa.words import STOP, words_of

_ODD = re.compile(r"[^\w\s.,'\u2019:;()!?-]")
_NEAR = 88.0  # of 100, how alike a misspelt name and a part of the question are
_SHORTEST = 5  # letters of a name that may be misspelt
_PRONOUNS = frozenset(
    ("he", "she", "it", "they", "him", "her", "them", "his", "hers", "its", "their")
)
_MOST = 4  # readings of the same words


@dataclass(frozen=True, slots=True)
class Called:
    """An instance under one of its names."""

    key: str
    name: str
    concept: str
    alias: str = ""


def link(question: Question, called: Iterable[Called]) -> list[Named]:
    """Return the instances that parts of a question name, longest parts first.

    Instances of one class under one name count as one. Parts inside a longer one that names
    something are left out.

    Args:
        question: taken apart.
        called: what may be meant.

    >>> link(Question.of("who directed Top Gun?"), [Called("4:1", "Top Gun", "Movie")])[0].at
    frozenset({2, 3})
    """
    found: dict[tuple[frozenset[int], str, str], list[str]] = {}
    fits: dict[tuple[frozenset[int], str, str], float] = {}
    for one in called:
        for at, fit in _spans(question, one.alias or one.name):
            kept = (at, one.name, one.concept)
            keys = found.setdefault(kept, [])
            if one.key not in keys:
                keys.append(one.key)
            fits[kept] = max(fits.get(kept, 0.0), fit - (0.05 if one.alias else 0.0))
    named = [
        Named(tuple(keys), name, concept, at, fits[at, name, concept])
        for (at, name, concept), keys in found.items()
    ]
    sure = [n for n in named if n.fit >= 0.9]
    named = [n for n in named if not any(n.at < o.at for o in sure)]
    named = [n for n in named if n.fit >= 0.9 or not any(n.at & o.at for o in sure)]
    return list(_best(named))


def topical(named: Iterable[Named], keys: Set[str]) -> list[Named]:
    """Return what is named of some instances, those alone."""
    found = (replace(n, keys=tuple(key for key in n.keys if key in keys)) for n in named)
    return [n for n in found if n.keys]


def in_place_of_pronoun(question: Question, named: Iterable[Named]) -> list[Named]:
    """Return what is named as if a question named it where it first says `he`, `it` or the like.

    >>> it = Named(("4:1",), "Ann Lee", "Person", frozenset({0}))
    >>> in_place_of_pronoun(Question.of("how many shops does she own"), [it])[0].at
    frozenset({4})
    """
    at = next((i for i, word in enumerate(question.words) if word in _PRONOUNS), None)
    return [] if at is None else [replace(n, at=frozenset({at}), fit=1.0) for n in named]


def _best(named: Sequence[Named]) -> Iterator[Named]:
    """Yield the best readings of each part."""
    counts: dict[frozenset[int], int] = {}
    for one in sorted(named, key=lambda n: (-len(n.at), -n.fit, len(n.keys))):
        counts[one.at] = counts.get(one.at, 0) + 1
        if counts[one.at] <= _MOST:
            yield one


def _spans(question: Question, name: str) -> Iterator[tuple[frozenset[int], float]]:
    """Yield where a question says a name, and how exactly."""
    words = words_of(name)
    if not words or (all(word in STOP for word in words) and name not in question.text):
        return
    if (words[0] in STOP or words[-1] in STOP) and name not in question.text:
        return
    if (_ODD.search(name) or len(name) == 1) and not _stands(name, question.text):
        return
    said = [word.removesuffix("'s") for word in question.words]
    size = len(words)
    exact = False
    for i in range(len(said) - size + 1):
        if said[i : i + size] == words or question.words[i : i + size] == words:
            exact = True
            yield frozenset(range(i, i + size)), 1.0 if name in question.text else 0.97
    if exact or len(name) < _SHORTEST:
        return
    joined = " ".join(words)
    for length in {size, size - 1, size + 1}:
        for i in range(len(said) - length + 1 if length > 0 else 0):
            part = said[i : i + length]
            if part[0] in STOP or part[-1] in STOP:
                continue
            alike = fuzz.ratio(" ".join(part), joined, score_cutoff=_NEAR)
            if alike:
                yield frozenset(range(i, i + length)), 0.6 + 0.3 * (alike - _NEAR) / 12


def _stands(name: str, text: str) -> bool:
    """Return whether a name with odd signs, or of one letter, stands in a text by itself."""
    return re.search(rf"(?<![\w+#]){re.escape(name)}(?![\w+#])", text) is not None


def literals(question: Question, values: Mapping[Value, Sequence[str]]) -> list[Literal]:
    """Return the values that parts of a question say.

    Args:
        question: taken apart.
        values: the texts that instances have in each.
    """
    found: list[Literal] = []
    for value, texts in values.items():
        for text in texts:
            words = words_of(text)
            if not words or all(word in STOP for word in words) or text.isdecimal():
                continue
            if len(text) <= 3 and not _stands(text, question.text):
                continue
            for i in range(len(question.words) - len(words) + 1):
                if question.words[i : i + len(words)] == words:
                    found.append(Literal(value, text, frozenset(range(i, i + len(words)))))
    longest = {at for literal in found for at in [literal.at]}
    return [x for x in found if not any(x.at < other for other in longest)]
