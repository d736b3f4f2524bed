"""Projection: an instance is a pure function of its records and the policy (design, section 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from knowloom.knowledge.evidence import Evidence, body, evidence_of, in_order, sources_of
from knowloom.knowledge.policies import (
    DEFAULT,
    Claim,
    Outcome,
    Policy,
    Question,
    Side,
    has_last_word,
    holds,
    judged,
    latest,
)
from knowloom.knowledge.record import Value, Values
from knowloom.ontology.concepts import Attribute, Ontology

__all__ = [
    "Evidence",
    "Projection",
    "body",
    "evidence_of",
    "project",
    "show",
    "sources_of",
]

NAMING = ("name", "aliases")


@dataclass(frozen=True, slots=True)
class Projection:
    """What is shown of an instance: its classes, values and links.

    Args:
        concepts: the most specific ones, sorted.
        values: attribute name to value, or to a list for attributes that hold many.
        links: attribute name to the uids it leads to, in order.
        disputes: attribute name to every value said and who supports it, the shown ones first,
            for the attributes on which the policy cannot settle.
    """

    concepts: tuple[str, ...]
    values: Values
    links: Mapping[str, tuple[str, ...]]
    disputes: Mapping[str, tuple[Side, ...]] = field(default_factory=dict[str, tuple[Side, ...]])


def project(
    evidence: Sequence[Evidence],
    ontology: Ontology,
    policy: Policy = DEFAULT,
    *,
    at: date | None = None,
) -> Projection:
    """Return what the standing evidence of one instance amounts to.

    The order in which records arrived matters only where two were said at the same moment; then
    the later run, and in it the later row, is the later word.

    What a person decided between the values that were said is shown whatever the policy, and
    whatever is said later; a value that nobody had said until then opens the question again.

    Args:
        evidence: at least one record of a source that is not superseded.
        ontology: says which attributes there are and their policies.
        policy: for attributes that declare none, and the parameters of all.
        at: the day in the world on which the values are to hold; None for the last that is known.
            For a day of recording see `evidence.known_after`.
    """
    standing = in_order(evidence)
    decided = [e for e in standing if e.is_decision]
    if decided:
        standing = [e for e in standing if not e.is_decision]
    concepts = ontology.most_specific(e.concept for e in standing)
    attributes = {n: a for c in concepts for n, a in ontology.attributes(c).items()}
    values: Values = {}
    links: dict[str, tuple[str, ...]] = {}
    disputes: dict[str, tuple[Side, ...]] = {}
    for name, attribute in attributes.items():
        if not (said := _speaking(standing, attribute)):
            continue
        survive = policy.choose(attribute, concepts, ontology)
        if decided and (word := _decision(decided, attribute, at)):
            known = _known(evidence, attribute, word.run)
            claims = [Claim(_said(e, attribute), e) for e in said]
            last = Claim(_said(word, attribute), word)
            outcome = judged(last, claims, known, Question(attribute, policy, at))
        elif survive is latest and at is None and has_last_word(said):
            outcome = Outcome(_said(said[-1], attribute))
        else:
            claims = [Claim(_said(e, attribute), e) for e in said]
            outcome = survive(claims, Question(attribute, policy, at))
        kept = outcome.values
        if outcome.disputed:
            disputes[name] = outcome.disputed
        if attribute.many and not attribute.is_link:
            values[name] = list(kept)
        elif kept and attribute.is_link:
            links[name] = tuple(str(uid) for uid in kept)
        elif kept:
            values[name] = kept[0]
    return Projection(concepts, values, links, disputes)


def show(
    evidence: Sequence[Evidence],
    ontology: Ontology,
    kept: Mapping[str, str],
    policy: Policy = DEFAULT,
    *,
    at: date | None = None,
) -> Projection:
    """Return what an instance shows, whatever was merged: it, and what it refers to.

    References lead to where what they mean is kept, and of things that were merged every other
    name is an alias.

    Args:
        evidence: all records it holds, at least one of them standing.
        ontology: says which attributes there are and their policies.
        kept: absorbed uid to the uid under which the thing is kept.
        policy, at: as in `project`.
    """
    shown = project(evidence, ontology, policy, at=at)
    if kept and any(uid in kept for uids in shown.links.values() for uid in uids):
        links = {
            name: tuple(dict.fromkeys(kept.get(uid, uid) for uid in uids))
            for name, uids in shown.links.items()
        }
        shown = replace(shown, links=links)
    if len({e.uid for e in evidence if not e.superseded_by}) > 1:
        shown = also_called(shown, evidence)
    return shown


def also_called(projection: Projection, evidence: Iterable[Evidence]) -> Projection:
    """Return a projection that keeps every other name as an alias.

    Args:
        projection: of one instance, its records those of one cluster.
        evidence: these records.
    """
    said: dict[Value, None] = {}
    for record in in_order(evidence):
        for field_ in NAMING:
            value = record.values.get(field_, "")
            said.update(dict.fromkeys(value if isinstance(value, list) else [value]))
    others: list[Value] = [v for v in said if v not in ("", projection.values.get("name"))]
    if not others:
        return projection
    return replace(projection, values={**projection.values, "aliases": others})


def _decision(
    decided: Sequence[Evidence], attribute: Attribute, at: date | None
) -> Evidence | None:
    """Return what a person decided last of an attribute on some day; None for nothing."""
    found = [e for e in _speaking(decided, attribute) if holds(e, at)]
    return found[-1] if found else None


def _known(evidence: Iterable[Evidence], attribute: Attribute, run: int) -> set[Value]:
    """Return all that was said of an attribute before a run, what is history by now too."""
    before = [e for e in evidence if e.run < run and not e.is_decision]
    return {value for each in _speaking(before, attribute) for value in _said(each, attribute)}


def _speaking(standing: Sequence[Evidence], attribute: Attribute) -> list[Evidence]:
    """Return the evidence that says something of an attribute, in the order said."""
    name = attribute.name
    if attribute.is_link:
        return [e for e in standing if e.links.get(name)]
    return [e for e in standing if e.values.get(name) is not None]


def _said(evidence: Evidence, attribute: Attribute) -> Sequence[Value]:
    """Return what evidence says of an attribute that it speaks of."""
    if attribute.is_link:
        return evidence.links[attribute.name]
    value = evidence.values[attribute.name]
    return value if isinstance(value, list) else [value]
