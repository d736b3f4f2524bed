"""What stands behind the facts of an answer: who says so, and whether others differ."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from knowloom.kbqa.answer import Fact
from knowloom.ontology.binding import fact_types_of
from knowloom.ontology.concepts import Kind, Ontology
from knowloom.store.database import Database
from knowloom.subgraph.why import Reason, told

_MOST = 10  # facts that are looked into


@dataclass(frozen=True, slots=True)
class Backed:
    """A fact with what stands behind it.

    Args:
        fact: of an answer.
        sources: that say so now, with the row or sentence; none in a graph of others.
        disputed: whether sources differ and no policy settles it.
    """

    fact: Fact
    sources: tuple[str, ...] = ()
    disputed: bool = False


def backed(database: Database, ontology: Ontology, facts: Sequence[Fact]) -> list[Backed]:
    """Return facts with the sources behind them; only the first ten are looked into.

    Args:
        database: where the records are read.
        ontology: the classes as stored there.
        facts: of one answer.
    """
    keys = dict.fromkeys(fact.key for fact in facts[:_MOST] if fact.key)
    reasons = told(database, ontology, keys)
    names = {
        said: set(_names(said, ontology)) for said in {f.said for f in facts if f.key in reasons}
    }
    return [
        _backed(fact, names[fact.said], reasons[fact.key]) if fact.key in reasons else Backed(fact)
        for fact in facts
    ]


def _backed(fact: Fact, names: Collection[str], reasons: Iterable[Reason]) -> Backed:
    """Return a fact with those of the reasons that speak of it, under one of its names."""
    said = [
        reason
        for reason in reasons
        if reason.attribute in names
        and reason.evidence.stands
        and fact.end in (str(reason.value), reason.name)
    ]
    return Backed(
        fact,
        tuple(dict.fromkeys(_source(reason) for reason in said)),
        any(reason.disputed for reason in said),
    )


def _names(said: str, ontology: Ontology) -> Iterator[str]:
    """Yield the attributes and concepts that an attribute or a relationship type means."""
    yield said
    for concept in ontology:
        if ontology.kind(concept.name) is Kind.RELATION and said in fact_types_of(concept):
            yield concept.name
        for attribute in concept.attributes:
            if attribute.is_link and attribute.relationship_type == said:
                yield attribute.name


def _source(reason: Reason) -> str:
    """Return where a record comes from, for people."""
    if reason.quote:
        return f"{reason.evidence.source}: {reason.quote}"
    row = reason.evidence.row
    return f"{reason.evidence.source}: row {row}" if row else reason.evidence.source
