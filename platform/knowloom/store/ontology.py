"""The ontology in the graph: read, changed, remembered in versions, and undone.

A change is one transaction: readers see the old ontology or the new one. Instances are adjusted
after it in batches; what is left of that is kept with the version, so that an interrupted
adjustment goes on with the next change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import neo4j
import orjson

from knowloom.assets import cypher
from knowloom.errors import Fault, NotFound, NothingToUndo, OntologyError, WouldOrphan
from knowloom.ontology.as_json import concept_from_json, concept_to_json
from knowloom.ontology.concepts import ROOTS, Attribute, Concept, ConceptRange, Ontology
from knowloom.ontology.diff import Change
from knowloom.ontology.render_annotated import render_class
from knowloom.store.adjust import Adjustment
from knowloom.store.database import Database
from knowloom.store.impact import impact
from knowloom.store.keys import fit_indexes
from knowloom.store.layout import (
    ATTRIBUTE_FIELDS,
    CONCEPT_FIELDS,
    Rows,
    attribute_of,
    concept_of,
)
from knowloom.store.rehash import follow
from knowloom.store.transition import Impact, Orphans, Transition

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class OntologyChange:
    """What saving an ontology did, or would do.

    Args:
        version: its number; 0 when nothing changed or it was a dry run.
        change: the concepts that differ.
        impact: what that does to stored instances.
    """

    version: int
    change: Change
    impact: Impact

    def to_json(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        steps = self.change.steps
        return {
            "version": self.version or None,
            "added": [s.name for s in steps if s.before is None],
            "changed": [s.name for s in steps if s.before and s.after],
            "removed": [s.name for s in steps if s.after is None],
            "notes": [str(note) for note in self.change.notes],
            "orphans": [str(fault) for fault in self.impact.orphans],
            "warnings": [str(fault) for fault in self.impact.warnings],
            "adjustments": [str(adjustment) for adjustment in self.impact.adjustments],
        }


@dataclass(frozen=True, slots=True)
class OntologyVersion:
    """A change of the ontology as the graph remembers it.

    Args:
        number: counted from 1.
        at: when, in UTC.
        comment: what for.
        added, changed, removed: numbers of concepts.
        concepts: how many there were afterwards.
        undoes: the number of the version it undoes; 0 when it is a change of its own.
        finished: False while instances are still to be adjusted.
    """

    number: int
    at: datetime
    comment: str
    added: int
    changed: int
    removed: int
    concepts: int
    undoes: int
    finished: bool


def load(database: Database, *, version: int | None = None) -> Ontology:
    """Return the stored ontology; the empty one when none is.

    Args:
        database: where it is.
        version: the version to go back to, 0 for the time before the first; None for now.

    Raises:
        NotFound: there is no such version.
    """
    ontology = database.in_read(_read).ontology
    return ontology if version is None else _as_of(database, ontology, version)


def save(
    database: Database,
    new: Ontology,
    *,
    comment: str = "",
    orphans: Orphans = Orphans.REFUSE,
    dry_run: bool = False,
) -> OntologyChange:
    """Make `new` the stored ontology, writing only what differs, as a version of its own.

    Instances whose class moved or was renamed get their new labels; renamed attributes keep their
    values. Key attributes get indexes.

    Args:
        database: with knowloom's schema (`knowloom migrate up`).
        new: the whole ontology; concepts that it lacks are removed.
        comment: what the change is for, kept with the version.
        orphans: what may happen to stored data that `new` does not describe.
        dry_run: change nothing; orphans are reported, not refused.

    Raises:
        WouldOrphan: stored data would be described by nothing any more; counts are named.
        OntologyError: an attribute ranges over something that is no concept. Other faults are not
            looked for here: see `knowloom.ontology.check`.
    """
    return _save(database, lambda _: new, {"comment": comment}, orphans, dry_run=dry_run)


def grow(
    database: Database, after: Callable[[Ontology], Ontology], *, comment: str = ""
) -> OntologyChange:
    """Store what the ontology becomes from what it is at that moment, whoever changed it last.

    Args:
        database: with knowloom's schema (`knowloom migrate up`).
        after: what becomes of the stored ontology; may be called more than once.
        comment: what the change is for, kept with the version.

    Raises:
        WouldOrphan, OntologyError: as for `save`.
    """
    return _save(database, after, {"comment": comment}, Orphans.REFUSE, dry_run=False)


def undo(
    database: Database, *, orphans: Orphans = Orphans.REFUSE, dry_run: bool = False
) -> OntologyChange:
    """Go back to what was before the newest change that is not undone, as a new version.

    Called again, it goes back one change further. Instances that were retyped because their class
    was removed stay what they are.

    Raises:
        NothingToUndo: every change is undone.
        WouldOrphan: data stored since would be described by nothing.
    """
    history = versions(database)
    undone = {version.undoes for version in history}
    open_ = (v.number for v in history if not v.undoes and v.number not in undone)
    if (number := next(open_, None)) is None:
        raise NothingToUndo
    before = load(database, version=number - 1)
    facts = {"comment": f"undoes version {number}", "undoes": number}
    return _save(database, lambda _: before, facts, orphans, dry_run=dry_run)


def versions(database: Database) -> tuple[OntologyVersion, ...]:
    """Return all changes of the ontology, newest first."""
    return tuple(map(_version, database.read(cypher("ontology/read_versions"))))


def resume(database: Database) -> int:
    """Finish adjusting instances where that was interrupted; return how many steps were left."""
    return _finish(database, lambda: load(database))


def _finish(database: Database, present: Callable[[], Ontology]) -> int:
    """Adjust instances to `present`, the stored ontology; return how many steps that took."""
    left = 0
    for row in database.read(cypher("ontology/read_unfinished")):
        steps = [Adjustment.from_json(step) for step in orjson.loads(row["steps"])]
        left += len(steps) - row["done"]
        for number, step in list(enumerate(steps, start=1))[row["done"] :]:
            step.run(database)
            database.write(cypher("ontology/set_done"), number=row["number"], done=number)
        ontology = present()
        follow(database, ontology, steps)
        fit_indexes(database, ontology)
        database.write(cypher("ontology/finish_version"), number=row["number"])
    return left


def _version(row: neo4j.Record) -> OntologyVersion:
    """Return one change as the graph remembers it."""
    fields: dict[str, Any] = row.data()
    fields["at"] = fields["at"].to_native()
    return OntologyVersion(**fields)


@dataclass(frozen=True, slots=True)
class _Stored:
    """The ontology in the graph, and in which order it stands there."""

    ontology: Ontology
    positions: Mapping[str, int]
    has_roots: bool


def _read(tx: neo4j.ManagedTransaction) -> _Stored:
    """Return what is stored."""
    attributes: dict[str, list[Attribute]] = {}
    for name, values, targets in _rows(tx, cypher("ontology/read_attributes"), ATTRIBUTE_FIELDS):
        attributes.setdefault(name, []).append(attribute_of(values, targets))
    parents: dict[str, list[str]] = {}
    for child, parent in _rows(tx, cypher("ontology/read_parents"), ()):
        parents.setdefault(child, []).append(parent)
    concepts: list[Concept] = []
    positions: dict[str, int] = {}
    known: set[str] = set()
    for name, position, values in _rows(tx, cypher("ontology/read_concepts"), CONCEPT_FIELDS):
        known.add(name)
        if name not in ROOTS:
            positions[name] = position
            own = attributes.get(name, ())
            concepts.append(concept_of(name, values, parents.get(name, ()), own))
    return _Stored(Ontology(concepts), positions, known >= ROOTS.keys())


def _rows(
    tx: neo4j.ManagedTransaction, text: LiteralString, fields: Sequence[str]
) -> Iterable[Sequence[Any]]:
    """Yield the rows of a statement that collects a thousand at a time."""
    for record in tx.run(text, fields=list(fields)):
        yield from record["rows"]


def _as_of(database: Database, ontology: Ontology, version: int) -> Ontology:
    """Return what `ontology`, the present one, was in an earlier version."""
    newest = database.read(cypher("ontology/newest_version"))[0]["number"]
    if not 0 <= version <= newest:
        raise NotFound("version of the ontology", str(version), f"the newest is {newest}")
    concepts: dict[str, Concept | None] = {concept.name: concept for concept in ontology}
    for row in database.read(cypher("ontology/read_before"), after=version):
        for name, before in orjson.loads(row["before"]).items():
            concepts[name] = concept_from_json(before) if before else None
    return Ontology(concept for concept in concepts.values() if concept)


def _save(
    database: Database,
    after: Callable[[Ontology], Ontology],
    facts: Mapping[str, Any],
    orphans: Orphans,
    *,
    dry_run: bool,
) -> OntologyChange:
    """Store what becomes of the ontology; `facts` go with the version."""

    def work(tx: neo4j.ManagedTransaction) -> tuple[OntologyChange, Ontology]:
        if not dry_run:
            tx.run(cypher("ontology/lock")).consume()
        stored = _read(tx)
        transition = Transition(stored.ontology, _storable(after(stored.ontology)), orphans)
        found = impact(tx, transition)
        if dry_run or not transition.change:
            return OntologyChange(0, transition.change, found), transition.new
        if found.orphans and orphans is Orphans.REFUSE:
            raise WouldOrphan(found.orphans)
        _write(tx, stored, transition)
        version = _put_version(tx, transition, found, facts)
        return OntologyChange(version, transition.change, found), transition.new

    if dry_run:
        return database.in_read(work)[0]
    resume(database)
    done, new = database.in_write(work)
    _finish(database, lambda: new)
    return done


def _storable(ontology: Ontology) -> Ontology:
    """Return an ontology whose ranges the graph can hold.

    Raises:
        OntologyError: one is no concept.
    """
    if faults := _unknown_ranges(ontology):
        raise OntologyError(faults)
    return ontology


def _unknown_ranges(ontology: Ontology) -> list[Fault]:
    """Return the ranges that the graph could not hold."""
    ranges = (
        (f"{concept.name}.{attribute.name}", name)
        for concept in ontology
        for attribute in concept.attributes
        if isinstance(attribute.range, ConceptRange)
        for name in attribute.range.concepts
    )
    return [
        Fault(where, f"refers to {name}, which is no concept", "unknown-range")
        for where, name in ranges
        if name not in ontology
    ]


def _write(tx: neo4j.ManagedTransaction, stored: _Stored, transition: Transition) -> None:
    """Write the concepts that differ."""
    new, rows = transition.new, Rows()
    for root in () if stored.has_roots else ROOTS.values():
        rows.add(None, root, new, render_class(root))
    for step in transition.change.steps:
        if step.after is not None:
            rows.add(step.before, step.after, new, render_class(step.after))
    rows.concepts += _moved_kinds(transition)
    gone = [step.name for step in transition.change.steps if step.after is None]
    _put(tx, cypher("ontology/remove_concepts"), gone)
    _put(tx, cypher("ontology/put_concepts"), rows.concepts)
    _put(tx, cypher("ontology/drop_parents"), rows.unparented)
    _put(tx, cypher("ontology/put_parents"), rows.parents)
    _put(tx, cypher("ontology/drop_attributes"), rows.dropped)
    _put(tx, cypher("ontology/put_attributes"), rows.attributes)
    _put(tx, cypher("ontology/put_ranges"), rows.ranges)
    _put(tx, cypher("ontology/put_positions"), _new_positions(stored.positions, new))


def _put(tx: neo4j.ManagedTransaction, text: LiteralString, rows: Sequence[object]) -> None:
    """Run a statement over rows, some thousands at a time."""
    for start in range(0, len(rows), _BATCH):
        tx.run(text, rows=rows[start : start + _BATCH]).consume()


def _moved_kinds(transition: Transition) -> list[dict[str, Any]]:
    """Return rows for concepts that hang from another root only because a superclass does."""
    old, new = transition.old, transition.new
    moved = [
        step.name
        for step in transition.change.steps
        if step.before and step.after and old.kind(step.name) is not new.kind(step.name)
    ]
    below = {name for concept in moved for name in new.descendants(concept)}
    return [{"name": name, "set": {"kind": new.kind(name).value}} for name in sorted(below)]


def _new_positions(stored: Mapping[str, int], new: Ontology) -> list[dict[str, Any]]:
    """Return the positions to write: of new concepts when they come last, else of all."""
    kept = [stored[c.name] for c in new if c.name in stored]
    known = [c.name in stored for c in new]
    appended = kept == sorted(kept) and known == sorted(known, reverse=True)
    first = max(kept, default=-1) + 1
    names = [c.name for c in new if not (appended and c.name in stored)]
    start = first if appended else 0
    return [{"name": name, "position": i} for i, name in enumerate(names, start=start)]


def _put_version(
    tx: neo4j.ManagedTransaction, transition: Transition, found: Impact, facts: Mapping[str, Any]
) -> int:
    """Note the change with what leads back and what is still to be done; return its number."""
    steps = transition.change.steps
    newest: int = tx.run(cypher("ontology/newest_version")).single(strict=True)["number"]
    before = {s.name: concept_to_json(s.before) if s.before else None for s in steps}
    version = {
        **facts,
        "number": newest + 1,
        "added": sum(s.before is None for s in steps),
        "removed": sum(s.after is None for s in steps),
        "changed": sum(bool(s.before and s.after) for s in steps),
        "concepts": len(transition.new),
        "before": orjson.dumps(before).decode(),
        "steps": orjson.dumps([step.to_json() for step in found.adjustments]).decode(),
        "done": 0,
    }
    tx.run(cypher("ontology/put_version"), version=version).consume()
    return newest + 1
