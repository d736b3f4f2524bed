"""Which of several values is true, judged by who says so and when.

A source with accuracy A says the true value with probability A, else one of n false ones (Dong,
Berti-Equille and Srivastava, "Integrating Conflicting Data", VLDB 2009, section 4). A value may
change in the course of time: between two moments it stays with probability exp(-rate · years), so
the values of a thing are a hidden Markov chain, and its forward-backward pass gives the
probability of each value at each moment. With a rate of 0 this is the vote of that paper.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import pairwise
from typing import NamedTuple

from knowloom.knowledge.evidence import Evidence
from knowloom.knowledge.record import Value

_YEAR = 365.25
_AT_BREAK = 0.5
"""How probable it is that a value stays on a day on which one is said to begin or end."""
_COPIED = 0.8
"""The share of its values that a copier takes over: `c` of the paper, section 3."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What `update fit` learned of sources and attributes.

    Args:
        accuracy: source to attribute to the share of its values that are right, 0 to 1; the
            attribute "" stands for all others.
        copies: copier to original to the probability that it copies from it, 0 to 1.
        variety: attribute to the number of false values there are to choose from.
        change: attribute to how often its value changes, times a year.
        functionality: attribute to the mean of 1 / number of values a thing has, 0 to 1; 1 means
            that nothing has two.
        accuracy_unknown, variety_unknown: for those not listed.
    """

    accuracy: Mapping[str, Mapping[str, float]] = field(
        default_factory=dict[str, Mapping[str, float]]
    )
    copies: Mapping[str, Mapping[str, float]] = field(
        default_factory=dict[str, Mapping[str, float]]
    )
    variety: Mapping[str, int] = field(default_factory=dict[str, int])
    change: Mapping[str, float] = field(default_factory=dict[str, float])
    functionality: Mapping[str, float] = field(default_factory=dict[str, float])
    accuracy_unknown: float = 0.8
    variety_unknown: int = 10

    def accuracy_of(self, source: str, attribute: str) -> float:
        """Return the accuracy of a source in an attribute, kept away from 0 and 1."""
        known = self.accuracy.get(source, {})
        found = known.get(attribute, known.get("", self.accuracy_unknown))
        return min(max(found, 0.05), 0.99)


class Word(NamedTuple):
    """One value, as one record says it.

    Args:
        value: what is said.
        by: the record.
        accuracy: the probability that it is right, for one of this source.
        weight: how much of it is the source's own knowledge, 0 to 1.
    """

    value: Value
    by: Evidence
    accuracy: float
    weight: float


class Belief(NamedTuple):
    """A value and the probability, 0 to 1, that it is the true one."""

    value: Value
    probability: float


class Course(NamedTuple):
    """What a forward-backward pass finds.

    Args:
        candidates: the values anybody said.
        days: the moments at which something is said, as ordinals, in order.
        beliefs: for each of them the probability of each candidate.
        likelihood: the logarithm of the probability of all that is said.
    """

    candidates: tuple[Value, ...]
    days: tuple[int, ...]
    beliefs: tuple[tuple[float, ...], ...]
    likelihood: float

    def on(self, day: int) -> tuple[float, ...]:
        """Return the beliefs at a moment at which something is said."""
        return self.beliefs[self.days.index(day)]


def agree(one: Value, other: Value, tolerance: float = 0.0) -> bool:
    """Return whether two values may mean the same.

    Text is compared without case and spacing, and one may be the beginning of a date that the
    other gives in full; a first of January or first of a month also stands for the year or month;
    numbers may differ by the tolerance, a share of the larger one (0 to 1).

    >>> agree("2015", "2015-03-02"), agree(date(2015, 1, 1), date(2015, 3, 2))
    (True, True)
    >>> agree(1000, 1004, 0.005), agree(1990, 1991), agree("New  York", "new york")
    (True, False, True)
    """
    if one == other:
        return True
    if isinstance(one, str) and isinstance(other, str):
        a, b = " ".join(one.casefold().split()), " ".join(other.casefold().split())
        return a == b or _begins(a, b) or _begins(b, a)
    if isinstance(one, date) and isinstance(other, date):
        return _covers(_day(one), _day(other)) or _covers(_day(other), _day(one))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= tolerance * max(abs(one), abs(other))
    return False


def words(claims: Iterable[tuple[Value, Evidence]], attribute: str, trust: Trust) -> list[Word]:
    """Return claims in the order they were said with how much each of them weighs.

    What a source repeats, and what a copier says after its original, counts only for the share
    that it would find out itself.
    """
    found: list[Word] = []
    before: dict[str, list[Value]] = {}
    once = {by.hash: (value, by) for value, by in claims}
    for value, by in once.values():
        weight = 1.0
        own = before.setdefault(by.source, [])
        if own and agree(own[-1], value):
            weight *= 1 - _COPIED
        for source, probability in trust.copies.get(by.source, {}).items():
            if any(agree(v, value) for v in before.get(source, ())):
                weight *= 1 - _COPIED * probability
        own.append(value)
        variety = trust.variety.get(attribute, trust.variety_unknown)
        sure = 1.0 if by.confidence is None else by.confidence
        accuracy = sure * trust.accuracy_of(by.source, attribute) + (1 - sure) / (variety + 1)
        found.append(Word(value, by, accuracy, weight))
    return found


def course(
    said: Sequence[Word],
    *,
    variety: int,
    change: float,
    tolerance: float = 0.0,
    at: date | None = None,
) -> Course:
    """Return how probable each value is, at each moment at which something is said.

    Args:
        said: at least one word.
        variety: how many false values there are to choose from.
        change: how often the value changes, times a year; 0 for never.
        tolerance: see `agree`.
        at: a further moment to look at.
    """
    candidates = _candidates([word.value for word in said])
    unsaid = max(variety + 1 - len(candidates), 1)
    points: dict[int, list[float]] = {}
    breaks: set[int] = set()
    if at is not None:
        points[at.toordinal()] = [0.0] * (len(candidates) + 1)
    for word in said:
        row = _log_odds(word, candidates, variety, tolerance)
        for day, share in _moments(word.by):
            _add(points, day, row, share)
        for day in _elsewhere(word.by):
            _add(points, day, _otherwise(word, candidates, tolerance), 0.5)
        breaks.update(d.toordinal() for d in (word.by.valid_from, word.by.valid_to) if d)
    days = sorted(points)
    rows = [points[day] for day in days]
    if change <= 0:
        rows = [[sum(column) for column in zip(*rows, strict=True)]] * len(rows)
        return _static(candidates, days, rows[0], unsaid)
    stays = [
        _AT_BREAK if after in breaks else math.exp(-change * (after - before) / _YEAR)
        for before, after in pairwise(days)
    ]
    return _smoothed(candidates, days, rows, unsaid, stays)


def beliefs(found: Course, day: int, tolerance: float = 0.0) -> list[Belief]:
    """Return the values with their probabilities on a day, the most probable first.

    Values that agree share their probability. Of equally probable ones the later said, being
    later among the candidates, comes first.
    """
    shares = found.on(day)
    pairs = list(zip(found.candidates, shares, strict=True))
    ranked = sorted(range(len(pairs)), key=lambda i: (round(shares[i], 9), i), reverse=True)
    return [
        Belief(pairs[i][0], min(sum(p for v, p in pairs if agree(v, pairs[i][0], tolerance)), 1.0))
        for i in ranked
    ]


def _candidates(values: Sequence[Value]) -> tuple[Value, ...]:
    """Return the distinct values in the order last said, without those that others refine."""
    distinct = list(dict.fromkeys(reversed(values)))[::-1]
    return tuple(v for v in distinct if not any(_refines(other, v) for other in distinct))


def _refines(fine: Value, coarse: Value) -> bool:
    """Return whether one value says more exactly what another one says."""
    if isinstance(fine, str) and isinstance(coarse, str):
        return _begins(coarse, fine)
    if isinstance(fine, date) and isinstance(coarse, date):
        a, b = _day(fine), _day(coarse)
        return a != b and _covers(b, a) and not _covers(a, b)
    return False


def _begins(coarse: str, fine: str) -> bool:
    """Return whether `coarse` is the year, or year and month, of the date in `fine`."""
    return (
        len(coarse) in (4, 7)
        and len(fine) > len(coarse)
        and coarse[:4].isdigit()
        and fine.startswith(coarse + "-")
    )


def _covers(coarse: date, fine: date) -> bool:
    """Return whether a date that may stand for a year or month has the other one in it."""
    if coarse == fine:
        return True
    if coarse.day != 1 or coarse.year != fine.year:
        return False
    return coarse.month in (1, fine.month)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _moments(by: Evidence) -> Iterable[tuple[int, float]]:
    """Yield the days that a record speaks of, with the share of its weight for each.

    What holds since an earlier day speaks of that day and of the day on which it was said.
    """
    first, last = by.begins.toordinal(), by.time.date().toordinal()
    if by.valid_to is not None:
        last = min(last, by.valid_to.toordinal() - 1)
    if last <= first:
        return [(first, 1.0)]
    return [(first, 0.5), (last, 0.5)]


def _log_odds(
    word: Word, candidates: Sequence[Value], variety: int, tolerance: float
) -> list[float]:
    """Return the logarithm of the probability of a word under each candidate, and under none."""
    right = word.weight * math.log(word.accuracy)
    wrong = word.weight * math.log((1 - word.accuracy) / variety)
    found = [right if agree(v, word.value, tolerance) else wrong for v in candidates]
    return [*found, wrong]


def _elsewhere(by: Evidence) -> Iterable[int]:
    """Yield the days on which a record says that something else holds: before and after."""
    if by.valid_from is not None:
        yield by.valid_from.toordinal() - 1
    if by.valid_to is not None:
        yield by.valid_to.toordinal()


def _otherwise(word: Word, candidates: Sequence[Value], tolerance: float) -> list[float]:
    """Return what it says of each candidate that one of them does not hold."""
    over = word.weight * math.log(1 - word.accuracy)
    other = word.weight * math.log(word.accuracy)
    return [*(over if agree(v, word.value, tolerance) else other for v in candidates), other]


def _add(points: dict[int, list[float]], day: int, row: Sequence[float], share: float) -> None:
    before = points.get(day, [0.0] * len(row))
    points[day] = [a + share * b for a, b in zip(before, row, strict=True)]


def _static(
    candidates: tuple[Value, ...], days: Sequence[int], row: Sequence[float], unsaid: int
) -> Course:
    """Return the vote on a value that never changes."""
    shares = [*row[:-1], row[-1] + math.log(unsaid)]
    top = max(shares)
    powers = [math.exp(s - top) for s in shares]
    total = sum(powers)
    belief = tuple(p / total for p in powers[:-1])
    likelihood = top + math.log(total / (len(candidates) + unsaid))
    return Course(candidates, tuple(days), (belief,) * len(days), likelihood)


def _smoothed(
    candidates: tuple[Value, ...],
    days: Sequence[int],
    rows: Sequence[Sequence[float]],
    unsaid: int,
    stays: Sequence[float],
) -> Course:
    """Return the forward-backward pass over a value that changes."""
    share = [1.0] * len(candidates) + [float(unsaid)]
    whole = sum(share)
    prior = [s / whole for s in share]
    emit = [_powers(row) for row in rows]
    forward: list[list[float]] = []
    likelihood, belief = 0.0, prior
    for i, (powers, top) in enumerate(emit):
        if i:
            stay = stays[i - 1]
            belief = [stay * p + (1 - stay) * q for p, q in zip(belief, prior, strict=True)]
        belief = [p * q for p, q in zip(belief, powers, strict=True)]
        total = sum(belief)
        belief = [p / total for p in belief]
        likelihood += math.log(total) + top
        forward.append(belief)
    return Course(candidates, tuple(days), _backward(forward, emit, stays, prior), likelihood)


def _powers(row: Sequence[float]) -> tuple[list[float], float]:
    """Return a row of logarithms as numbers up to 1, and the logarithm of what was divided off."""
    top = max(row)
    return [math.exp(v - top) for v in row], top


def _backward(
    forward: Sequence[Sequence[float]],
    emit: Sequence[tuple[list[float], float]],
    stays: Sequence[float],
    prior: Sequence[float],
) -> tuple[tuple[float, ...], ...]:
    """Return the forward beliefs corrected by what is said later."""
    after = [1.0] * len(prior)
    found: list[tuple[float, ...]] = []
    for i in range(len(forward) - 1, -1, -1):
        if i < len(stays):
            seen = [p * q for p, q in zip(emit[i + 1][0], after, strict=True)]
            mean = sum(p * q for p, q in zip(seen, prior, strict=True))
            after = [stays[i] * s + (1 - stays[i]) * mean for s in seen]
            top = max(after)
            after = [a / top for a in after]
        belief = [p * q for p, q in zip(forward[i], after, strict=True)]
        total = sum(belief)
        found.append(tuple(p / total for p in belief[:-1]))
    return tuple(reversed(found))


def comparable(value: Value) -> tuple[int, float | str | datetime]:
    """Return something to sort values by: numbers, then times, then text."""
    if isinstance(value, datetime):
        return (1, value if value.tzinfo else value.replace(tzinfo=UTC))
    if isinstance(value, date):
        return (1, datetime.combine(value, time(), UTC))
    if isinstance(value, str):
        return (2, value)
    return (0, value)
