"""Which of the paths that exist a question means: features of pairs, and a default that adds them.

The default needs no training and no encoder; with an encoder it also weighs meaning, as it was
learnt from relations that graphs often have, and a model from `knowloom train kbqa` takes its
place where there is one. Answers never reach a feature.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from knowloom.kbqa.paths import Path, Reached, path_text
from knowloom.kbqa.wording import Wording
from knowloom.kbqa.words import (
    is_date,
    name_words,
    share,
    stems,
    trigrams,
    without_name,
    words_of,
)

NAMES = (
    "whole", "first", "last", "head", "words", "last words", "first words", "letters", "length",
    "mediated", "forward first", "forward last", "ends", "fan", "prior", "last prior",
    "asked prior", "dates", "asks time", "said again", "unsaid", "generic", "head rank",
    "whole rank", "place asked", "numbers", "worded", "least worded", "worded in order", "general",
    "general rank", "plain", "plain rank", "kind",
)  # fmt: skip
COUNTS = ("prior", "last prior", "asked prior")  # how often questions took a path
_LIKELY, _NAMED = 12, 3  # paths, and names of each, whose kind is looked at
UNSEEN = -1.0
_GENERIC = frozenset({"common", "type", "kg", "freebase", "base", "user", "dataworld"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a known topic.

    Args:
        text: without its topic.
        stems: of its words.
        kind: its question word.
        words: all of its words.
        said: those of the text as they stand.
    """

    text: str
    stems: frozenset[str]
    kind: str
    words: frozenset[str]
    said: tuple[str, ...] = ()

    @classmethod
    def of(cls, question: str, topic: str) -> Asked:
        """Return a question with its topic taken out.

        >>> Asked.of("Where was Ada Lovelace born?", "Ada Lovelace").text
        'where was it born'
        """
        text = without_name(question[:2_000], topic)
        words = words_of(text)
        kinds = ("who", "where", "when", "how", "which", "what")
        kind = next((k for k in kinds if k in words), "what")
        if "year" in words or "date" in words:
            kind = "when"
        return cls(text, stems(words), kind, frozenset(words_of(question)), tuple(words))


@dataclass(frozen=True, slots=True)
class Priors:
    """How often training questions took a path, its last step, and that by question word."""

    paths: Mapping[str, int] = field(default_factory=dict[str, int])
    lasts: Mapping[str, int] = field(default_factory=dict[str, int])
    asked: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class Learnt:
    """What training counted: which paths questions take, and in which words they say so."""

    priors: Priors = field(default_factory=Priors)
    wording: Wording = field(default_factory=Wording)


@dataclass(frozen=True, slots=True)
class Meaning:
    """How alike a question and the parts of a path are to an encoder, from -1 to 1."""

    whole: float = 0.0
    first: float = 0.0
    last: float = 0.0
    head: float = 0.0


@dataclass(frozen=True, slots=True)
class Untaught:
    """What is thought of a path before anything was learnt of its graph.

    Args:
        head: how near the general head puts it to the question.
        kind: how well what it leads to is of the kind asked for; `UNSEEN` where nobody looked.
    """

    head: float = 0.0
    kind: float = UNSEEN


def kinds_of_likeliest(
    fits: Callable[[str, Sequence[Sequence[str]]], list[float]],
    asked: Asked,
    found: Sequence[Reached],
    scores: Sequence[float],
) -> dict[int, float]:
    """Return how well what the likeliest paths lead to is of the kind asked for, by their places.

    Args:
        fits: tells it of names; they are many, so only some are looked at.
        asked: the question.
        found: the paths that exist.
        scores: of each.
    """
    likely = sorted(range(len(scores)), key=lambda i: -scores[i])[:_LIKELY]
    samples = [found[i].samples[:_NAMED] for i in likely]
    return dict(zip(likely, fits(asked.text, samples), strict=True))


def features(
    asked: Asked,
    found: Sequence[Reached],
    meanings: Sequence[Meaning],
    untaught: Sequence[Untaught],
    learnt: Learnt,
) -> list[list[float]]:
    """Return the features of each path, in the order of `NAMES`.

    Args:
        asked: the question.
        found: the paths that exist.
        meanings: of each path.
        untaught: what was thought of each before.
        learnt: in training.
    """
    heads = _ranks([m.head for m in meanings])
    wholes = _ranks([m.whole for m in meanings])
    fits = [learnt.wording.fit(asked.said, one.path) for one in found]
    rows = [
        _features(asked, one, m, learnt.priors) for one, m in zip(found, meanings, strict=True)
    ]
    scores = [_score(asked, row, one.head) for row, one in zip(rows, untaught, strict=True)]
    before = zip(
        [one.head for one in untaught],
        _ranks([one.head for one in untaught]),
        scores,
        _ranks(scores),
        [one.kind for one in untaught],
        strict=True,
    )
    return [
        [*row[:-2], head, whole, *row[-2:], fit.whole, fit.least, fit.order, *known]
        for row, head, whole, fit, known in zip(rows, heads, wholes, fits, before, strict=True)
    ]


class _PathWords(NamedTuple):
    """What the names of the steps of a path say; `letters` and `generic` are of the last."""

    first: frozenset[str]
    last: frozenset[str]
    every: frozenset[str]
    letters: frozenset[str]
    generic: bool


@lru_cache(maxsize=50_000)
def _words_of(path: Path) -> _PathWords:
    """Return the words of a path; one graph has the same paths for many questions."""
    each = [stems(name_words(step.type)) for step in path]
    letters = trigrams(path_text(path[-1:]))
    generic = not _GENERIC.isdisjoint(name_words(path[-1].type))
    return _PathWords(each[0], each[-1], frozenset().union(*each), letters, generic)


def _features(asked: Asked, found: Reached, meaning: Meaning, priors: Priors) -> list[float]:
    """Return the features of one path that need no other path."""
    path, words = found.path, _words_of(found.path)
    key, end = path_key(path), str(path[-1])
    samples = found.samples
    dates = sum(map(is_date, samples)) / len(samples) if samples else 0.0
    said = sum(all(w in asked.words for w in words_of(s)) for s in samples)
    return [
        meaning.whole,
        meaning.first,
        meaning.last,
        meaning.head,
        share(asked.stems, words.every),
        share(asked.stems, words.last),
        share(asked.stems, words.first),
        share(trigrams(asked.text), words.letters),
        float(len(path)),
        float(found.mediated),
        float(path[0].forward),
        float(path[-1].forward),
        math.log1p(found.count),
        math.log1p(found.fan),
        math.log1p(priors.paths.get(key, 0)),
        math.log1p(priors.lasts.get(end, 0)),
        math.log1p(priors.asked.get(f"{asked.kind} {end}", 0)),
        dates,
        float(asked.kind == "when"),
        said / len(samples) if samples else 0.0,
        float(len(asked.stems - words.every)),
        float(words.generic),
        float(asked.kind == "where"),
        sum(s.replace(".", "").isdecimal() for s in samples) / len(samples) if samples else 0.0,
    ]


def _ranks(scores: Sequence[float]) -> list[float]:
    """Return the place of each score, the best having 0, as a logarithm."""
    order = sorted(range(len(scores)), key=lambda i: -scores[i])
    places = [0.0] * len(scores)
    for place, i in enumerate(order):
        places[i] = math.log1p(place)
    return places


def path_key(path: Path) -> str:
    """Return a path as one text."""
    return " ".join(map(str, path))


def default_scores(
    asked: Asked, found: Sequence[Reached], meanings: Sequence[Meaning]
) -> list[float]:
    """Return how well each path fits without training on the graph, the more the better.

    Args:
        asked: the question.
        found: the paths that exist.
        meanings: of each path; zeros without an encoder, and then words alone decide.
    """
    return [
        _score(asked, _features(asked, one, meaning, Priors()), meaning.head)
        for one, meaning in zip(found, meanings, strict=True)
    ]


def _score(asked: Asked, row: Sequence[float], head: float) -> float:
    """Return how well one path fits, by its features and how near a head puts it."""
    values = dict(zip(_PLAIN, row, strict=True))
    timely = 0.35 * (values["dates"] if asked.kind == "when" else -values["dates"])
    steps = values["length"] - values["mediated"] - 1
    return (
        0.8 * values["whole"]
        + 0.7 * values["last"]
        + 0.35 * values["words"]
        + 0.25 * values["last words"]
        + 0.15 * values["letters"]
        + 3.0 * head
        + timely
        - 0.12 * steps
        - 0.05 * values["mediated"]
        - 0.03 * values["ends"]
        - 0.3 * values["said again"]
        - 0.3 * values["generic"]
    )


_PLAIN = (*NAMES[:22], *NAMES[24:26])
