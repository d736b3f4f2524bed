"""Survivorship: which of the values that were said of a thing are shown, and which are disputed.

One policy an attribute, by name and version (`latest.v1`): declared in the ontology, else in the
settings, else by cardinality: `latest` for attributes that hold one value, `union` for those that
hold many (items 54-56; decisions G16, G17). All are pure functions of the claims. What a source
is not sure of never takes the place of what another one states
(docs/decisions/0007-the-unsure-do-not-override.md).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from knowloom.knowledge.evidence import Evidence
from knowloom.knowledge.record import Value
from knowloom.knowledge.truth import Trust, agree, beliefs, comparable, course, words
from knowloom.ontology.concepts import Attribute, Ontology, Scalar

_FLOATS_DIFFER = 1e-3
_SILENT = 0.5
"""How probable it is that a source leaves out one of several true values."""


class Claim(NamedTuple):
    """What one record says of one attribute."""

    values: Sequence[Value]
    by: Evidence


class Side(NamedTuple):
    """One value of a dispute and the sources that support it, sorted."""

    value: Value
    sources: tuple[str, ...]


class Outcome(NamedTuple):
    """What a policy decides: the values to show and, where there is one, the dispute.

    Args:
        values: for an attribute that holds one value, at most one.
        disputed: all values with their supporters, the shown ones first; empty when there is no
            dispute.
    """

    values: Sequence[Value]
    disputed: tuple[Side, ...] = ()


class Question(NamedTuple):
    """What a policy is asked.

    Args:
        attribute: the attribute.
        policy: the parameters.
        at: the day the values are to hold on; None for the last that is known.
    """

    attribute: Attribute
    policy: Policy
    at: date | None = None

    @property
    def tolerance(self) -> float:
        """How much numbers may differ and still agree, as a share of the larger one."""
        return tolerance_of(self.attribute, self.policy.tolerance)


def tolerance_of(attribute: Attribute, declared: Mapping[str, float]) -> float:
    """Return how much numbers of an attribute may differ and still agree, 0 to 1.

    Args:
        attribute: whose values they are.
        declared: attribute to its share of the larger number, where people say so.

    >>> tolerance_of(Attribute(name="weight", range=Scalar.FLOAT), {"weight": 0.01})
    0.01
    """
    inexact = _FLOATS_DIFFER if attribute.range is Scalar.FLOAT else 0.0
    return declared.get(attribute.name, inexact)


Survive = Callable[[Sequence[Claim], Question], Outcome]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How conflicts are settled: an immutable value with a version.

    Args:
        choices: `Concept.attribute` or `attribute` to the name of a policy, for attributes whose
            declaration names none.
        single, many: for all others, by cardinality.
        trusted: sources, the most trusted first, for `trusted-source-order`; others come last.
        tolerance: attribute to the share by which its numbers may differ and still agree.
        certain: the probability, 0 to 1, below which `truth-discovery` calls a value disputed.
        functional: the learned functionality, 0 to 1, from which several values of an attribute
            that may hold many are a dispute.
        trust: what `update fit` learned.
    """

    choices: Mapping[str, str] = field(default_factory=dict[str, str])
    single: str = "latest.v1"
    many: str = "union.v1"
    trusted: tuple[str, ...] = ()
    tolerance: Mapping[str, float] = field(default_factory=dict[str, float])
    certain: float = 0.8
    functional: float = 0.95
    trust: Trust = field(default_factory=Trust)

    @cached_property
    def version(self) -> str:
        """A hash of everything that decides, 16 hexadecimal digits.

        >>> Policy().version == Policy(choices={"born": "review"}).version
        False
        """
        content = orjson.dumps(self.as_json(), option=orjson.OPT_SORT_KEYS)
        return blake2b(content, digest_size=8).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Return the policy as plain values, for `policy_of`."""
        return asdict(self)

    def choose(self, attribute: Attribute, concepts: Iterable[str], ontology: Ontology) -> Survive:
        """Return the function for an attribute of an instance of these concepts."""
        name = attribute.policy
        if not name and self.choices:
            name = self._chosen(attribute.name, concepts, ontology)
        found = _named(name) if name else None
        if found is None or (found is union and not attribute.many):
            return self._undeclared[attribute.many]
        return found

    @cached_property
    def _undeclared(self) -> tuple[Survive, Survive]:
        """The functions for attributes that hold one value, and for those that hold many."""
        return _named(self.single) or latest, _named(self.many) or union

    def _chosen(self, attribute: str, concepts: Iterable[str], ontology: Ontology) -> str:
        """Return the name the settings give, the most specific class first."""
        for concept in concepts:
            for each in ontology.lineage(concept):
                if found := self.choices.get(f"{each}.{attribute}"):
                    return found
        return self.choices.get(attribute, "")


def policy_of(data: Mapping[str, Any]) -> Policy:
    """Return the policy that `Policy.as_json` gave."""
    fields = dict(data)
    fields["trusted"], fields["trust"] = tuple(data["trusted"]), Trust(**data["trust"])
    return Policy(**fields)


def sides(claims: Iterable[Claim], shown: Sequence[Value] = ()) -> tuple[Side, ...]:
    """Return every value with the sources that say it: those shown, then the best supported."""
    found: dict[Value, set[str]] = {}
    for claim in claims:
        for value in claim.values:
            found.setdefault(value, set()).add(claim.by.source)
    ranked = sorted(found, key=lambda v: (v not in shown, -len(found[v]), str(v)))
    return tuple(Side(value, tuple(sorted(found[value]))) for value in ranked)


def judged(
    decision: Claim, claims: Sequence[Claim], known: Collection[Value], ask: Question
) -> Outcome:
    """Return what a person decided; it is a dispute again when a source says something new.

    Args:
        decision: what was decided last.
        claims: what sources say.
        known: what any source had said when it was decided.
        ask: tells what agrees.
    """
    news = [
        v
        for claim in claims
        if claim.by.run > decision.by.run
        for v in claim.values
        if v not in known and not any(agree(v, d, ask.tolerance) for d in decision.values)
    ]
    shown = decision.values
    return Outcome(shown, sides([decision, *claims], shown) if news else ())


def union(claims: Sequence[Claim], ask: Question) -> Outcome:
    """Return every value once, in the order first said.

    Several values of an attribute of which things have just one, as `fit` learned, are a dispute.
    """
    claims = _holding(claims, ask.at)
    kept = list(dict.fromkeys(v for claim in claims for v in claim.values))
    functionality = ask.policy.trust.functionality
    if len(kept) < 2 or not functionality or ask.attribute.policy:
        return Outcome(kept)
    if functionality.get(ask.attribute.name, 0.0) < ask.policy.functional:
        return Outcome(kept)
    return Outcome(kept, sides(claims, kept))


def latest(claims: Sequence[Claim], ask: Question) -> Outcome:
    """Return what was said last."""
    return _foremost(_holding(claims, ask.at), ask, lambda by: by.time)


def _latest_valid(claims: Sequence[Claim], ask: Question) -> Outcome:
    """Return what began last of what holds.

    A new value closes the interval of the one before at its own beginning; an old document that is
    read late opens an interval in the past. What still holds comes before what has ended.
    """
    if ask.at is None:
        return _foremost(
            claims, ask, lambda by: (by.valid_to is None, by.valid_to or date.max, by.begins)
        )
    holding = [c for c in _holding(claims, ask.at) if c.by.begins <= ask.at]
    return _foremost(holding, ask, lambda by: by.begins)


def _trusted_source_order(claims: Sequence[Claim], ask: Question) -> Outcome:
    """Return what the most trusted source said last; for many values, all that it says."""
    rank = {source: -i for i, source in enumerate(ask.policy.trusted)}
    lowest = -len(rank)
    claims = _surest(_holding(claims, ask.at))
    if not ask.attribute.many or not claims:
        return _foremost(claims, ask, lambda by: (rank.get(by.source, lowest), by.time))
    best = max(rank.get(c.by.source, lowest) for c in claims)
    said = (v for c in claims if rank.get(c.by.source, lowest) == best for v in c.values)
    return Outcome(list(dict.fromkeys(said)))


def _extreme(pick: Callable[..., Value]) -> Survive:
    """Return the policy that shows the largest or smallest value."""

    def survive(claims: Sequence[Claim], ask: Question) -> Outcome:
        said = [v for claim in _surest(_holding(claims, ask.at)) for v in claim.values]
        return Outcome([pick(said, key=comparable)] if said else [])

    return survive


def _review(claims: Sequence[Claim], ask: Question) -> Outcome:
    """Show the latest value, and call it disputed until everybody agrees; many are all kept."""
    if ask.attribute.many:
        return union(claims, ask)
    claims = _holding(claims, ask.at)
    shown = _foremost(claims, ask, lambda by: by.time)
    return Outcome(shown.values, _dispute(claims, shown.values, ask))


def _truth_discovery(claims: Sequence[Claim], ask: Question) -> Outcome:
    """Return the value that is true most probably; see `knowloom.knowledge.truth`."""
    if ask.attribute.many:
        return _true_of_many(_holding(claims, ask.at), ask)
    name, trust = ask.attribute.name, ask.policy.trust
    said = words(((c.values[0], c.by) for c in claims if c.values), name, trust)
    if not said:
        return Outcome([])
    variety = trust.variety.get(name, trust.variety_unknown)
    change = trust.change.get(name, 0.0)
    found = course(said, variety=variety, change=change, tolerance=ask.tolerance, at=ask.at)
    day = found.days[-1] if ask.at is None else ask.at.toordinal()
    best = beliefs(found, day, ask.tolerance)[0]
    if ask.at is not None and best.probability < 0.5:
        return Outcome([])
    disputed = best.probability < ask.policy.certain
    return Outcome([best.value], _dispute(claims, [best.value], ask) if disputed else ())


def _true_of_many(claims: Sequence[Claim], ask: Question) -> Outcome:
    """Return the values that are true more probably than not, each judged by itself.

    A source that says it speaks for it with A / (1 - A); one that speaks of the attribute and
    leaves it out speaks a little against it (after the latent truth model of Zhao et al., VLDB
    2012, with its sensitivity fixed).
    """
    name, trust = ask.attribute.name, ask.policy.trust
    silence = {
        c.by.source: _SILENT / max(trust.accuracy_of(c.by.source, name), 0.5) for c in claims
    }
    kept: list[Value] = []
    for value in dict.fromkeys(v for c in claims for v in c.values):
        said = words(((value, c.by) for c in claims if value in c.values), name, trust)
        odds = 1.0
        for word in said:
            odds *= (word.accuracy / (1 - word.accuracy)) ** word.weight
        for source in silence.keys() - {word.by.source for word in said}:
            odds *= silence[source]
        if odds >= 1:
            kept.append(value)
    left_out = any(v not in kept for c in claims for v in c.values)
    return Outcome(kept, sides(claims, kept) if left_out else ())


def _foremost(
    claims: Sequence[Claim], ask: Question, precedence: Callable[[Evidence], Any]
) -> Outcome:
    """Return what the claim that comes first says; a tie of different sources is a dispute.

    Args:
        claims: in the order said; of equal precedence the last one is shown.
        ask: tells what agrees.
        precedence: larger for what comes first.
    """
    claims = _surest(claims)
    if not claims:
        return Outcome([])
    if len(claims) == 1:
        return Outcome(_fitting(claims[0].values, ask.attribute))
    ranks = [precedence(claim.by) for claim in claims]
    best = max(ranks)
    tied = [claim for claim, rank in zip(claims, ranks, strict=True) if rank == best]
    shown = _fitting(tied[-1].values, ask.attribute)
    if len(tied) == 1 or ask.attribute.many:
        return Outcome(shown)
    return Outcome(shown, _dispute(tied, shown, ask))


def holds(by: Evidence, at: date | None) -> bool:
    """Return whether evidence is not said to hold at other times only than on a day."""
    return at is None or (
        (by.valid_from is None or by.valid_from <= at)
        and (by.valid_to is None or at < by.valid_to)
    )


def has_last_word(said: Sequence[Evidence]) -> bool:
    """Return whether the last of some records settles what is latest without a closer look."""
    last = said[-1]
    return last.is_sure and (len(said) == 1 or said[-2].time < last.time)


def _dispute(claims: Sequence[Claim], shown: Sequence[Value], ask: Question) -> tuple[Side, ...]:
    """Return the sides when a source says something that does not agree with what is shown."""
    if not shown or len({c.by.source for c in claims}) < 2:
        return ()
    agreed = all(agree(v, shown[0], ask.tolerance) for c in claims for v in c.values)
    return () if agreed else sides(claims, shown)


def _fitting(values: Sequence[Value], attribute: Attribute) -> Sequence[Value]:
    """Return what one record says; a link that should have one end may have more."""
    return values if attribute.many or attribute.is_link else values[:1]


def _surest(claims: Sequence[Claim]) -> Sequence[Claim]:
    """Return the claims their sources are sure of; all of them when there is none."""
    return [c for c in claims if c.by.is_sure] or claims


def _holding(claims: Sequence[Claim], at: date | None) -> Sequence[Claim]:
    """Return the claims that are not said to hold at other times only."""
    return claims if at is None else [c for c in claims if holds(c.by, at)]


def _named(name: str) -> Survive | None:
    """Return a policy by its name with or without version; None when there is none."""
    return POLICIES.get(name if ".v" in name else f"{name}.v1")


POLICIES: Mapping[str, Survive] = MappingProxyType(
    {
        "latest.v1": latest,
        "latest-valid.v1": _latest_valid,
        "union.v1": union,
        "max.v1": _extreme(max),
        "min.v1": _extreme(min),
        "trusted-source-order.v1": _trusted_source_order,
        "truth-discovery.v1": _truth_discovery,
        "review.v1": _review,
    }
)
"""Every policy by its versioned name; a name without version means the first."""

DEFAULT = Policy()
