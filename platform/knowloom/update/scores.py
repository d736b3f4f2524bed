"""Scores: how probable it is that two things are one (Fellegi and Sunter, JASA 1969).

Each field of a pair is compared to a level, such as `exact` or `initials`. A level speaks for the
pair by log2(m / u) bits, where m and u are its probabilities among pairs that are the same and
among those that are not; missing values say nothing. The sum and the share of same pairs give a
probability. m and u come with the library and are fitted to a graph without labels by expectation
maximisation (`fitted`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson
from rapidfuzz.distance import JaroWinkler

from knowloom.knowledge.record import Value
from knowloom.knowledge.truth import agree
from knowloom.ontology.concepts import Enumeration, Kind, Ontology, Scalar
from knowloom.update.names import likeness, tokens
from knowloom.update.profiles import Profile

Odds = Mapping[str, tuple[float, float]]
Levels = Mapping[str, str]

SHIPPED: Mapping[str, Odds] = MappingProxyType(
    {
        "name": {
            "exact": (0.6, 0.002),
            "acronym": (0.03, 0.01),
            "initials": (0.12, 0.03),
            "close": (0.1, 0.01),
            "short": (0.12, 0.012),
            "similar": (0.02, 0.2),
            "other": (0.01, 0.736),
        },
        "key": {"same": (0.999, 0.0001), "other": (0.001, 0.9999)},
        "date": {
            "same": (0.8, 0.0094),
            "year": (0.06, 0.012),
            "close": (0.045, 0.036),
            "other": (0.095, 0.9426),
        },
        "number": {"same": (0.75, 0.05), "close": (0.1, 0.1), "other": (0.15, 0.85)},
        "text": {"same": (0.7, 0.05), "close": (0.1, 0.05), "other": (0.2, 0.9)},
        "choice": {"same": (0.9, 0.4), "other": (0.1, 0.6)},
        "many": {"same": (0.7, 0.05), "other": (0.3, 0.95)},
        "link": {"two": (0.4, 0.005), "one": (0.4, 0.06), "other": (0.2, 0.935)},
    }
)
"""m and u of each level by kind of field, for fields that no fit has seen."""

VETOES = ("birth_date", "birthdate", "birthday", "born", "date_of_birth")
_CLOSE_TEXT, _CLOSE_NUMBER, _CLOSE_DAYS = 0.92, 0.02, 31
_BELIEF = 20.0
"""How many pairs the shipped odds count for when fitted."""


class Band(StrEnum):
    """What follows from a score."""

    SAME = "same"
    REVIEW = "review"
    DIFFERENT = "different"


@dataclass(frozen=True, kw_only=True)
class Weights:
    """The parameters of identity: an immutable value with a version.

    Args:
        odds: field to level to (m, u); fields that are not here take those of their kind.
        share: how many of the pairs that are compared are the same, 0 to 1.
        same: the probability, 0 to 1, from which on two things are taken for one.
        review: that from which on a person is asked.
        vetoes: attributes of which one thing has one value for ever, so that two values that do
            not agree make two things.
    """

    odds: Mapping[str, Odds] = field(default_factory=dict[str, Odds])
    share: float = 0.1
    same: float = 0.97
    review: float = 0.5
    vetoes: tuple[str, ...] = VETOES

    @cached_property
    def version(self) -> str:
        """A hash of all parameters, 16 hexadecimal digits."""
        content = orjson.dumps(self.as_json(), option=orjson.OPT_SORT_KEYS)
        return blake2b(content, digest_size=8).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Return the weights as plain values, for `weights_of`."""
        return asdict(self)

    def band(self, score: Score) -> Band:
        """Return what follows from a score."""
        if score.veto or score.probability < self.review:
            return Band.DIFFERENT
        return Band.SAME if score.probability >= self.same else Band.REVIEW

    def bits(self, name: str, level: str) -> float:
        """Return how much a level of a field speaks for a pair; see `compare` for names."""
        odds = self.odds.get(name) or SHIPPED[name.partition(":")[0]]
        m, u = odds.get(level, (1.0, 1.0))
        return math.log2(m / u)


class Score(NamedTuple):
    """How probable it is, 0 to 1, that two things are one, and what rules it out, if anything."""

    probability: float
    veto: str = ""


def weights_of(data: Mapping[str, Any]) -> Weights:
    """Return the weights that `Weights.as_json` gave."""
    fields = dict(data)
    fields["vetoes"] = tuple(data["vetoes"])
    fields["odds"] = {
        name: {level: (m, u) for level, (m, u) in odds.items()}
        for name, odds in data["odds"].items()
    }
    return Weights(**fields)


def score(one: Profile, other: Profile, ontology: Ontology, weights: Weights) -> Score:
    """Return how probable it is that two things of compatible classes are one; symmetric."""
    if veto := contradiction(one, other, ontology, weights.vetoes):
        return Score(0.0, veto)
    return Score(probability(compare(one, other, ontology), weights))


def probability(levels: Levels, weights: Weights) -> float:
    """Return how probable it is, 0 to 1, that a pair with these levels is the same."""
    bits = math.log2(weights.share / (1 - weights.share))
    bits += sum(weights.bits(name, level) for name, level in sorted(levels.items()))
    return 1 / (1 + 2 ** -max(min(bits, 60.0), -60.0))


def contradiction(
    one: Profile, other: Profile, ontology: Ontology, vetoes: Sequence[str] = VETOES
) -> str:
    """Return what makes two things different for certain, nothing when they may be the same.

    A different key, different values of an attribute with a veto, and for events a role that is
    taken by others (item 57).
    """
    for declarer in sorted({d for d, _ in one.keys} & {d for d, _ in other.keys}):
        if not any(d == declarer for d, _ in one.keys & other.keys):
            return f"different key of {declarer}"
    for name in vetoes:
        if _apart(one.values.get(name, ()), other.values.get(name, ())):
            return f"different {name}"
    if one.concepts and ontology.kind(one.concepts[0]) is Kind.EVENT:
        for name in sorted(one.links.keys() & other.links.keys()):
            if not one.links[name] & other.links[name]:
                return f"different {name}"
    return ""


def compare(one: Profile, other: Profile, ontology: Ontology) -> dict[str, str]:
    """Return the level of every field that both things have; symmetric.

    Fields are called `name`, `key`, or by kind and attribute: `date:born`, `link:employer`.
    """
    levels = {"name": likeness(one.names, other.names)} if one.names and other.names else {}
    if one.keys & other.keys:
        levels["key"] = "same"
    kinds = _kinds({*one.concepts, *other.concepts}, ontology)
    for name in one.values.keys() & other.values.keys() & kinds.keys():
        kind = kinds[name]
        levels[f"{kind}:{name}"] = _nearest(kind, one.values[name], other.values[name])
    for name in one.links.keys() & other.links.keys():
        shared = len(one.links[name] & other.links[name])
        levels[f"link:{name}"] = ("other", "one", "two")[min(shared, 2)]
    return levels


def fitted(
    pairs: Iterable[tuple[Levels, bool | None]],
    weights: Weights,
    *,
    rounds: int = 40,
) -> Weights:
    """Return weights fitted to pairs by expectation maximisation.

    Args:
        pairs: the levels of a pair and whether it is the same where that is certain (a shared
            key, a veto), None for all others.
        weights: where to start; the shipped odds count as 20 further pairs a field, so that rare
            levels keep sense.
        rounds: how often to repeat.
    """
    counted = Counter((tuple(sorted(levels.items())), known) for levels, known in pairs)
    for _ in range(rounds):
        weights = _refit(counted, weights)
    return weights


def _refit(
    counted: Counter[tuple[tuple[tuple[str, str], ...], bool | None]], weights: Weights
) -> Weights:
    """Return the weights after one more round: expect what is the same, then count again."""
    same: dict[str, Counter[str]] = {}
    other: dict[str, Counter[str]] = {}
    total = matched = 0.0
    for (levels, known), count in counted.items():
        belief = probability(dict(levels), weights) if known is None else float(known)
        total, matched = total + count, matched + count * belief
        for name, level in levels:
            same.setdefault(name, Counter())[level] += count * belief  # type: ignore[assignment]
            other.setdefault(name, Counter())[level] += count * (1 - belief)  # type: ignore[assignment]
    odds = {name: _estimate(name, same[name], other[name]) for name in sorted(same)}
    share = (matched + 1) / (total + 10)
    return Weights(
        odds={**weights.odds, **odds},
        share=min(max(share, 1e-4), 0.9),
        same=weights.same,
        review=weights.review,
        vetoes=weights.vetoes,
    )


def _estimate(name: str, same: Mapping[str, float], other: Mapping[str, float]) -> Odds:
    """Return m and u of every level of a field from expected counts and the shipped odds."""
    prior = SHIPPED[name.partition(":")[0]]
    m_all, u_all = sum(same.values()) + _BELIEF, sum(other.values()) + _BELIEF
    return {
        level: (
            (same.get(level, 0.0) + _BELIEF * m) / m_all,
            (other.get(level, 0.0) + _BELIEF * u) / u_all,
        )
        for level, (m, u) in prior.items()
    }


def _kinds(concepts: Iterable[str], ontology: Ontology) -> dict[str, str]:
    """Return attribute name to kind of field, for the plain attributes of some classes."""
    kinds: dict[str, str] = {}
    for concept in sorted(concepts):
        for name, attribute in ontology.attributes(concept).items():
            if attribute.is_link:
                continue
            kinds[name] = "many" if attribute.many else _kind(attribute.range)
    return kinds


def _kind(range_: object) -> str:
    if range_ in (Scalar.DATE, Scalar.DATETIME):
        return "date"
    if range_ in (Scalar.INT, Scalar.FLOAT):
        return "number"
    return "choice" if range_ is Scalar.BOOL or isinstance(range_, Enumeration) else "text"


def _nearest(kind: str, one: Sequence[Value], other: Sequence[Value]) -> str:
    """Return the level of the two values that are most alike."""
    if any(_same(v, w) for v in one for w in other):
        if kind == "date" and not any(_same_day(v, w) for v in one for w in other):
            return "year"  # or the month: what one of them tells, which many share
        return "same"
    has_close = kind in ("date", "number", "text")
    return "close" if has_close and any(_close(v, w) for v in one for w in other) else "other"


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, str) and isinstance(other, str) and tokens(one) == tokens(other) != ():
        return True
    return agree(one, other, 1e-3 if isinstance(one, float) else 0.0)


def _same_day(one: Value, other: Value) -> bool:
    """Return whether two dates are equal and tell a day, as a first of January hardly does."""
    return one == other and not (isinstance(one, date) and (one.month, one.day) == (1, 1))


def _close(one: Value, other: Value) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return JaroWinkler.similarity(one.casefold(), other.casefold()) >= _CLOSE_TEXT
    if isinstance(one, date) and isinstance(other, date):
        return abs(one.toordinal() - other.toordinal()) <= _CLOSE_DAYS
    return agree(one, other, _CLOSE_NUMBER)


def _apart(one: Sequence[Value], other: Sequence[Value]) -> bool:
    """Return whether both have values and no two of them agree."""
    return bool(one and other) and not any(agree(v, w) for v in one for w in other)
