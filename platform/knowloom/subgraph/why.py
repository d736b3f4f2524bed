"""Why a value is there: the records that carry it, with source, row and time (item 59).

A value comes from the records of its instance, inline or of their own; a link either from those
too, or from a row that stated it by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

from knowloom.assets import cypher
from knowloom.documents.sentences import sentences
from knowloom.errors import NotFound, UnknownAttribute, UsageError
from knowloom.knowledge.instance import Link, inline_evidence, native, said_in, stored_evidence
from knowloom.knowledge.policies import DEFAULT, Policy
from knowloom.knowledge.project import Evidence, project
from knowloom.ontology.binding import Bindings
from knowloom.ontology.concepts import Ontology
from knowloom.ontology.names import suggestions
from knowloom.store.database import Database
from knowloom.store.documents import Place, Quoted, passages
from knowloom.store.policies import rules_of
from knowloom.store.runs import PastRun, past_runs
from knowloom.store.seeds import SeedFinder

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reason:
    """One record that carries a value.

    Args:
        attribute: the attribute, or the `Relation` concept of a fact.
        value: the value; of a link or fact the uid it leads to.
        evidence: the record: source, run, row, when it was recorded and observed, and the rest
            of what it says.
        shown: whether the instance has this value now.
        name: what the thing is called that a link leads to.
        place: where in a document the chunk begins that says it, such as `page 3`; empty for other
            sources.
        quote: the sentence of the document that says it, likewise.
        disputed: whether sources differ on it and the attribute's policy cannot settle that.
        uid: of the instance.
    """

    attribute: str
    value: Any
    evidence: Evidence
    shown: bool
    name: str = ""
    place: str = ""
    quote: str = ""
    disputed: bool = False
    uid: str = ""


class Linked(NamedTuple):
    """A relationship that leaves the instance: its type, where it leads, what it carries."""

    type: str
    uid: str
    name: str | None
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is kept of one instance.

    Args:
        uid: its own.
        labels: of its node.
        properties: of its node, knowloom's own included.
        records: the properties of its record nodes.
        links: the relationships that leave it.
    """

    uid: str
    labels: frozenset[str]
    properties: Mapping[str, Any]
    records: Sequence[Mapping[str, Any]] = ()
    links: Sequence[Linked] = ()


def why(
    database: Database, ontology: Ontology, seed: str, attribute: str | None = None
) -> list[Reason]:
    """Return where the values of an instance come from.

    Empty for an instance that is known only through references, and in a graph that knowloom did
    not lay out.

    Args:
        database: where to read.
        ontology: the classes as stored there.
        seed: its uid, name or alias.
        attribute: only this attribute or `Relation` concept; all when None.

    Raises:
        NotFound: nothing has this uid or name.
        UsageError: several instances have this name.
        UnknownAttribute: the instance has no such attribute and never had.
    """
    keys = SeedFinder(database, Bindings(ontology)).keys([seed]).get(seed, [])
    if not keys:
        raise NotFound("instance", seed, "try `knowloom search` with a part of the name")
    if len(keys) > 1:
        raise UsageError(f"{len(keys)} instances are called {seed!r}: give the uid of one")
    found = told(database, ontology, keys)[keys[0]]
    if attribute is None:
        return found
    chosen = [reason for reason in found if reason.attribute == attribute]
    if not chosen:
        _check_name(_kept(database, keys[0]), ontology, attribute)
    return chosen


def told(database: Database, ontology: Ontology, keys: Iterable[str]) -> dict[str, list[Reason]]:
    """Return where the values of a few instances come from, see `why`.

    Args:
        database: where to read.
        ontology: the classes as stored there.
        keys: element ids.
    """
    kept = {key: _kept(database, key) for key in keys}
    if not kept:
        return {}
    runs, policy = past_runs(database), rules_of(database).policy
    return {
        key: _quoted(database, reasons(one, ontology, runs, policy)) for key, one in kept.items()
    }


def reasons(
    kept: Kept, ontology: Ontology, runs: Mapping[int, PastRun], policy: Policy = DEFAULT
) -> list[Reason]:
    """Return the reasons for every value, by attribute; what is shown and newest comes first.

    Args:
        kept: what is stored of the instance.
        ontology: tells attributes and concepts.
        runs: all runs by number.
        policy: tells what is disputed.
    """
    concepts = ontology.most_specific(kept.labels)
    order = {name: i for c in concepts for i, name in enumerate(ontology.attributes(c))}
    said = list(_evidence(kept, ontology, runs))
    disputes = project(said, ontology, policy).disputes
    found = [
        replace(
            reason,
            disputed=reason.evidence.stands and reason.attribute in disputes,
            uid=kept.uid,
        )
        for evidence in said
        for reason in _carried(evidence, kept, ontology)
    ]
    found += _stated(kept, ontology, runs)
    found.sort(key=lambda r: _moment(r.evidence.time), reverse=True)
    found.sort(key=lambda r: (order.get(r.attribute, len(order)), r.attribute, not r.shown))
    return found


def _quoted(database: Database, found: Sequence[Reason]) -> list[Reason]:
    """Return the reasons with the sentences of the documents that say so."""
    places = [Place(r.evidence.source, r.evidence.run, r.evidence.row - 1) for r in found]
    wanted = sorted({place for place in places if place.start >= 0})
    texts = passages(database, wanted) if wanted else {}
    return [_with_quote(r, texts.get(place)) for r, place in zip(found, places, strict=True)]


def _with_quote(reason: Reason, found: Quoted | None) -> Reason:
    """Return a reason with its sentence, if its source is a document."""
    if found is None:
        return reason
    at = reason.evidence.row - 1 - found.at
    for start, end in sentences(found.text):
        if start <= at < end:
            return replace(reason, place=found.place, quote=found.text[start:end])
    return replace(reason, place=found.place)


def _kept(database: Database, key: str) -> Kept:
    """Return what is stored of one node."""
    [row] = database.read(cypher("read/why"), key=key)
    return Kept(
        uid=row["uid"] or key,
        labels=frozenset(row["labels"]),
        properties=row["properties"],
        records=row["records"],
        links=[Linked(*link) for link in row["links"]],
    )


def _check_name(kept: Kept, ontology: Ontology, attribute: str) -> None:
    """Refuse a name that means nothing here."""
    concepts = ontology.most_specific(kept.labels) or ("Entity",)
    known = {name for concept in concepts for name in ontology.attributes(concept)}
    if attribute not in known and attribute not in ontology:
        raise UnknownAttribute(" and ".join(concepts), attribute, suggestions(attribute, known))


def _evidence(kept: Kept, ontology: Ontology, runs: Mapping[int, PastRun]) -> Iterator[Evidence]:
    """Yield the records of an instance, inline or of their own."""
    for properties in kept.records:
        yield stored_evidence(properties, ontology)
    if "_hash" in kept.properties:
        derived = [
            Link(link.type, link.uid, link.properties.get("_position") or 0)
            for link in kept.links
            if link.properties.get("_derived")
        ]
        run = _run(runs, kept.properties.get("_run"))
        yield inline_evidence(
            kept.labels,
            {"_run": run.id, **kept.properties},
            derived,
            ontology,
            source=run.source,
            recorded=run.started,
        )


def _carried(evidence: Evidence, kept: Kept, ontology: Ontology) -> Iterator[Reason]:
    """Yield a reason for every value and link that a record carries."""
    for name, value in evidence.values.items():
        there = _items(native(kept.properties.get(name)))
        for item in _items(value):
            yield Reason(name, item, evidence, item in there)
    names = {(link.type, link.uid): link.name or "" for link in kept.links}
    known = evidence.concept if evidence.concept in ontology else "Entity"
    attributes = ontology.attributes(known)
    for name, uids in evidence.links.items():
        type_ = attributes[name].relationship_type if name in attributes else ""
        for uid in uids:
            link = (type_, uid)
            yield Reason(name, uid, evidence, link in names, names.get(link, ""))


def _stated(kept: Kept, ontology: Ontology, runs: Mapping[int, PastRun]) -> Iterator[Reason]:
    """Yield a reason for every row that states a relationship by itself."""
    concepts = ontology.most_specific(kept.labels)
    names = {
        a.relationship_type: a.name
        for concept in concepts
        for a in ontology.attributes(concept).values()
        if a.is_link
    }
    facts = Bindings(ontology).fact_types
    for link in kept.links:
        relation = facts.get(link.type, ("",))[0]
        name = relation or names.get(link.type, "")
        for number, row in _statements(link.properties) if name else ():
            run = _run(runs, number)
            evidence = Evidence(
                run=number,
                source=run.source,
                recorded=run.started,
                hash="",
                concept=relation or next(iter(concepts), "Entity"),
                values=said_in(link.properties),
                links={name: (link.uid,)},
                row=row,
            )
            yield Reason(name, link.uid, evidence, True, link.name or "", uid=kept.uid)


def _statements(properties: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    """Yield run and row of each statement of a relationship."""
    if (run := properties.get("_run")) is not None:
        yield run, properties.get("_row") or 0
    runs: Iterable[int] = properties.get("_runs") or ()
    rows: Sequence[int] = properties.get("_rows") or ()
    for i, run in enumerate(runs):
        yield run, rows[i] if i < len(rows) else 0


def _run(runs: Mapping[int, PastRun], number: int | None) -> PastRun:
    """Return a run by number; one that the graph has forgotten has no name."""
    return runs.get(number or 0) or PastRun(number or 0, "", _LONG_AGO)


def _items(value: Any) -> list[Any]:
    """Return a value as a list; None is none."""
    if value is None:
        return []
    return list(cast(Iterable[Any], value)) if isinstance(value, list) else [value]


def _moment(time: datetime) -> datetime:
    """Return a time so that it compares; one without a zone is taken as UTC."""
    return time if time.tzinfo else time.replace(tzinfo=UTC)
