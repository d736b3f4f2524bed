"""Projection: an instance is a pure function of its records (design, section 3).

Survivorship is per attribute: `union` keeps every value, `latest` the newest. Attributes without
a declared policy use `union` when they hold many values and `latest` when they hold one
(items 54, 56; decisions G16, G17).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import orjson

from knowloom.knowledge.record import Record, Value, Values
from knowloom.ontology.concepts import Attribute, Ontology

_SORTED = orjson.OPT_SORT_KEYS


@dataclass(frozen=True, slots=True)
class Evidence:
    """A record as it is kept: what was said, and who said it when.

    Args:
        run: the number of the run that wrote it.
        source: the name of the source.
        recorded: when the run started.
        hash: see `record.content_hash`.
        concept: the class the source took the thing for.
        values: attribute values.
        links: attribute name to the uids referred to, in order.
        row, end: where in the source; 0 when unknown.
        observed, valid_from, valid_to, confidence: as in `Record`.
        superseded_by: the run in which the source said something else instead, or nothing any
            more; 0 while it stands.
        undone: True when the run that wrote it was rolled back: as if it had never been said.
        stored: True when it has a record node of its own.
    """

    run: int
    source: str
    recorded: datetime
    hash: str
    concept: str
    values: Values
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    row: int = 0
    end: int = 0
    observed: datetime | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    confidence: float | None = None
    superseded_by: int = 0
    undone: bool = False
    stored: bool = False

    @property
    def stands(self) -> bool:
        """Whether its source says it still."""
        return not (self.superseded_by or self.undone)

    @property
    def time(self) -> datetime:
        """When it was said: observed if known, else recorded (G16)."""
        return self.observed or self.recorded

    def superseded(self, run: int) -> Evidence:
        """Return this evidence as history: no longer what its source says."""
        return replace(self, superseded_by=run)


@dataclass(frozen=True, slots=True)
class Projection:
    """What is shown of an instance: its classes, values and links."""

    concepts: tuple[str, ...]
    values: Values
    links: Mapping[str, tuple[str, ...]]


def evidence_of(
    record: Record, content_hash: str, *, run: int, source: str, recorded: datetime
) -> Evidence:
    """Return `record` as the evidence that this run keeps of it."""
    return Evidence(
        run=run,
        source=source,
        recorded=recorded,
        hash=content_hash,
        concept=record.concept,
        values=record.values,
        links={name: tuple(m.uid for m in found) for name, found in record.links.items()},
        row=record.row,
        end=record.end,
        observed=record.observed,
        valid_from=record.valid_from,
        valid_to=record.valid_to,
        confidence=record.confidence,
    )


def project(evidence: Sequence[Evidence], ontology: Ontology) -> Projection:
    """Return what the standing evidence of one instance amounts to.

    The order in which records arrived matters only where two were said at the same moment; then
    the later run, and in it the later row, is the later word. What a source is not sure of never
    takes the place of what another one states (docs/decisions/0007-the-unsure-do-not-override.md).

    Args:
        evidence: its records; where none stands, nothing is shown.
        ontology: says which attributes there are and their policies.
    """
    standing = sorted((e for e in evidence if e.stands), key=_order)
    surest_last = sorted(standing, key=_is_sure)
    concepts = ontology.most_specific(e.concept for e in standing)
    attributes = {n: a for c in concepts for n, a in ontology.attributes(c).items()}
    values: Values = {}
    links: dict[str, tuple[str, ...]] = {}
    for name, attribute in attributes.items():
        survive = _policy(attribute)
        ordered = surest_last if survive is _latest else standing
        if attribute.is_link:
            if found := survive([list(e.links[name]) for e in ordered if e.links.get(name)]):
                links[name] = tuple(str(uid) for uid in found)
        elif said := [_listed(e.values[name]) for e in ordered if e.values.get(name) is not None]:
            kept = survive(said)
            values[name] = kept if attribute.many else kept[0]
    return Projection(concepts, values, links)


def body(evidence: Evidence) -> str:
    """Return the values and links of a record as canonical JSON, as record nodes keep it."""
    said = {"values": evidence.values, "links": evidence.links}
    return orjson.dumps(said, option=_SORTED).decode()


def _order(evidence: Evidence) -> tuple[datetime, int, int, str]:
    """Return what comes after what; the hash only makes the order total."""
    return (evidence.time, evidence.run, evidence.row, evidence.hash)


def _is_sure(evidence: Evidence) -> bool:
    return evidence.confidence is None or evidence.confidence >= 1


def _listed(value: Value | list[Value]) -> list[Value]:
    return value if isinstance(value, list) else [value]


def _union(said: Sequence[Sequence[Value]]) -> list[Value]:
    """Return every value once, in the order first said."""
    return list(dict.fromkeys(v for values in said for v in values))


def _latest(said: Sequence[Sequence[Value]]) -> list[Value]:
    """Return the values said last."""
    return list(said[-1]) if said else []


_POLICIES: Mapping[str, Callable[[Sequence[Sequence[Value]]], list[Value]]] = {
    "union": _union,
    "latest": _latest,
}


def _policy(attribute: Attribute) -> Callable[[Sequence[Sequence[Value]]], list[Value]]:
    """Return the survivorship function of an attribute; an unknown name counts as undeclared."""
    name = attribute.policy.partition(".")[0]
    default = "union" if attribute.many else "latest"
    return _POLICIES[
        name if name in _POLICIES and (attribute.many or name != "union") else default
    ]


def sources_of(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """Return the names of the sources that stand behind an instance, sorted."""
    return tuple(sorted({e.source for e in evidence if e.stands}))
