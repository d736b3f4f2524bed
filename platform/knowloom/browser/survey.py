"""What a graph holds, looked at once so that a guide can speak of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from knowloom.assets import cypher
from knowloom.browser.branches import branches
from knowloom.browser.shown import shown
from knowloom.knowledge.proposal import About
from knowloom.ontology.concepts import Concept, Kind, Ontology, PropertyBinding
from knowloom.store import review
from knowloom.store.census import population
from knowloom.store.database import Database
from knowloom.subgraph.why import Reason, why

_CLASSES = 6  # that get a page of their own
_SOURCES = 60  # things said by several sources that are looked at for that
_DISPUTES = 5  # that are shown
_PATIENCE = 0.3  # seconds spent on looking for what a policy settled


@dataclass(frozen=True, slots=True)
class Seen:
    """A class as a guide speaks of it.

    Args:
        concept: the class.
        labels: those that all its instances have.
        caption: the property that holds the name.
        columns: further properties with plain values.
        count: its instances, those of subclasses included.
        links: the relationship types that leave its instances, most frequent first.
    """

    concept: Concept
    labels: tuple[str, ...]
    caption: str
    columns: tuple[str, ...]
    count: int
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dispute:
    """A value that sources differ on.

    Args:
        uid: of the instance.
        name: of the instance.
        attribute: what they differ on.
        values: what they say, the shown one first.
        open: whether no policy settles it.
    """

    uid: str
    name: str
    attribute: str
    values: tuple[str, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """What a graph holds.

    Args:
        counts: class to number of instances, those of its subclasses included.
        classes: those worth a page, the largest branches first.
        example: uid and name of an instance with records; None without any.
        disputes: some values that sources differ on, those that nothing settles first.
        open: how many there are that nothing settles.
    """

    counts: Mapping[str, int]
    classes: tuple[Seen, ...] = ()
    example: tuple[str, str] | None = None
    disputes: tuple[Dispute, ...] = field(default=())
    open: int = 0


def survey(database: Database, ontology: Ontology) -> Survey:
    """Return what a graph holds.

    Args:
        database: where to look.
        ontology: the classes stored there.
    """
    counts = population(database, ontology)
    chosen = sorted(_worthy(ontology, counts), key=lambda name: -counts[name])[:_CLASSES]
    known = database.read(cypher("browser/many_sources"), limit=_SOURCES)
    known = known or database.read(cypher("browser/one_instance"))
    example = (known[0]["uid"], str(known[0]["name"])) if known else None
    found = _disputes(database, ontology, {r["uid"]: str(r["name"]) for r in known})
    asked = list(_asked(database))
    disputes = [*asked, *islice((one for one in found if not one.open), _DISPUTES)][:_DISPUTES]
    if disputes:
        example = (disputes[0].uid, disputes[0].name)
    return Survey(
        counts,
        tuple(_seen(database, ontology, n, counts[n]) for n in chosen),
        example,
        tuple(disputes),
        len(asked),
    )


def seen_class(ontology: Ontology, name: str, count: int = 0) -> Seen:
    """Return a class as a guide speaks of it, without having looked for relationships.

    Args:
        ontology: its own.
        name: of the class.
        count: its instances.
    """
    concept = ontology[name]
    bound = dict(concept.binding.attributes) if concept.binding else {}
    known = ontology.attributes(name).values()
    plain = [a.name for a in known if not a.is_link and not a.many and a.name != "name"]
    places = (bound.get(one, PropertyBinding(one)) for one in plain)
    columns = tuple(p.property for p in places if isinstance(p, PropertyBinding))
    caption = bound.get("name", PropertyBinding("name"))
    return Seen(
        concept,
        concept.binding.labels if concept.binding else (name,),
        caption.property if isinstance(caption, PropertyBinding) else "name",
        columns[:5],
        count,
    )


def _worthy(ontology: Ontology, counts: Mapping[str, int]) -> Iterator[str]:
    """Yield the classes that head a branch and have instances."""
    for name in branches(ontology):
        if counts.get(name) and ontology.kind(name) is not Kind.RELATION:
            yield name


def _seen(database: Database, ontology: Ontology, name: str, count: int) -> Seen:
    """Return a class with the relationships of its instances."""
    one = seen_class(ontology, name, count)
    rows = database.read(shown("link_types", labels=one.labels))
    links = tuple(row["type"] for row in rows)
    return Seen(one.concept, one.labels, one.caption, one.columns, count, links)


def _asked(database: Database) -> Iterator[Dispute]:
    """Yield what waits in the queue for a person to decide."""
    for one in review.listed(database, about=About.DISPUTE):
        values = tuple(str(side["name"] or side["value"]) for side in one.body["sides"])
        body = one.body
        yield Dispute(body["uid"], body["name"] or body["uid"], body["attribute"], values, True)


def _disputes(
    database: Database, ontology: Ontology, things: Mapping[str, str]
) -> Iterator[Dispute]:
    """Yield what sources differ on, for as long as there is time to look."""
    until = time.monotonic() + _PATIENCE
    for uid, name in things.items():
        if time.monotonic() > until:
            return
        by_attribute: dict[str, list[Reason]] = {}
        for reason in why(database, ontology, uid):
            if reason.evidence.stands and not reason.evidence.superseded_by:
                by_attribute.setdefault(reason.attribute, []).append(reason)
        for attribute, said in by_attribute.items():
            if any(r.disputed for r in said) or {r.shown for r in said} == {True, False}:
                values = tuple(dict.fromkeys(str(r.name or r.value) for r in said))
                open_ = any(r.disputed for r in said)
                yield Dispute(uid, name, attribute, values, open_)
