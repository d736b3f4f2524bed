"""Revising instances: read what is stored, plan, lock, read again, write; and who reads states."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, LiteralString

import neo4j

from knowloom.assets import cypher
from knowloom.knowledge.evidence import Key
from knowloom.knowledge.instance import (
    KNOWN,
    Link,
    Revision,
    State,
    inline_evidence,
    known_by,
    record_id,
    record_properties,
    revise,
    said_in,
    stored_evidence,
)
from knowloom.knowledge.project import Evidence
from knowloom.knowledge.record import Mention, Record, Values
from knowloom.knowledge.roles import Role, Roles
from knowloom.ontology.concepts import ConceptRange, Ontology
from knowloom.ontology.names import quoted, quoted_labels
from knowloom.store import runs
from knowloom.store.database import Database
from knowloom.store.edges import Edge, EdgeKind, updates_of
from knowloom.store.runs import PastRun, Run, past_runs

_REVISING = (
    "write/lock_instances",
    "write/read_states",
    "write/replace_instances",
    "write/touch_nothing",
    "write/restate_records",
    "write/supersede_records",
)
_TIMES, _DAYS = ("recorded", "observed"), ("valid_from", "valid_to")
_AT_ONCE = 1_000  # how many states make one row of an answer
_UNKNOWN = datetime.fromtimestamp(0, UTC)


class StateReader:
    """Reads all that is stored of instances: what they show, their records, their links.

    Args:
        database: tells which run wrote an inline record.
        ontology: the classes as stored.
    """

    def __init__(self, database: Database, ontology: Ontology) -> None:
        self._database = database
        self._ontology = ontology
        self._past: dict[int, PastRun] = {}

    def read(self, uids: Sequence[str]) -> list[tuple[State, Mapping[str, Any]]]:
        """Return state and node properties of the instances that exist."""
        return self._database.in_read(lambda tx: [*self.read_in(tx, uids)])

    def read_in(
        self, tx: neo4j.ManagedTransaction, uids: Sequence[str], *, retired: bool = False
    ) -> Iterator[tuple[State, Mapping[str, Any]]]:
        """Yield state and node properties of the instances that a transaction sees.

        Args:
            tx: the transaction.
            uids: of which.
            retired: also of those that were set aside.
        """
        text = cypher("write/read_states")
        if retired:
            text = text.replace("/*|retired*/", "|_Retired")
        for start in range(0, len(uids), _AT_ONCE):
            [row] = tx.run(text, given={"uids": [*uids[start : start + _AT_ONCE]]})
            for stored in row["states"]:
                yield self._state(stored), stored["properties"]

    def _state(self, stored: Mapping[str, Any]) -> State:
        labels, properties = frozenset[str](stored["labels"]), stored["properties"]
        links = frozenset(Link(t, uid, at or 0) for t, uid, at, _ in stored["links"])
        evidence = tuple(stored_evidence(r, self._ontology) for r in stored["records"])
        if "_hash" in properties:
            evidence = (self._inline_evidence(labels, properties, links),)
        mention = "_mention" in properties
        known: Values = {}
        if mention or KNOWN in properties:
            concept = next(iter(self._ontology.most_specific(labels)), "Entity")
            known = known_by(properties, concept, self._ontology)
        return State(stored["uid"], labels, evidence, links, mention, known)

    def _inline_evidence(
        self, labels: frozenset[str], properties: Mapping[str, Any], links: frozenset[Link]
    ) -> Evidence:
        # Without locks a node may be seen half written, or before its run: such a record is of no
        # source that could say the same, so that it is looked at again under a lock.
        number: int = properties.get("_run", 0)
        if number not in self._past:
            self._past |= past_runs(self._database, [number])
        run = self._past.get(number, PastRun(number, "", _UNKNOWN))
        return inline_evidence(
            labels, properties, links, self._ontology, source=run.source, recorded=run.started
        )


@dataclass(slots=True)
class Revised:
    """What became of some instances.

    Args:
        added: new records.
        updates: everything the server counted as changed.
        revisions: what each instance became; their new links are still to be written.
    """

    added: int = 0
    updates: int = 0
    revisions: list[Revision] = field(default_factory=list[Revision])


class Reviser:
    """Changes instances that hold records, the careful way.

    Args:
        database: where to.
        ontology: the classes as stored.
        run: the run that revises; it is recorded with the first change.
    """

    def __init__(self, database: Database, ontology: Ontology, run: Run) -> None:
        self._database = database
        self._ontology = ontology
        self._run = run
        self._reader = StateReader(database, ontology)
        self._kinds: dict[tuple[str, str], EdgeKind] = {}

    def revise(
        self,
        new: Mapping[str, Sequence[Evidence]],
        outdated: Callable[[State], Collection[Key]],
        *,
        certain: bool = False,
    ) -> Revised:
        """Add records to instances, and end others.

        First it reads without locks, so that what is unchanged is never written; then it locks
        what has to change, reads again and writes.

        Args:
            new: the records to add, by the uid of the instance that is to hold them.
            outdated: the keys of the stored records that are history from now on.
            certain: the records are known to be new: lock at once.
        """

        def plan(tx: neo4j.ManagedTransaction, uids: Sequence[str]) -> list[Revision]:
            return [
                revise(
                    state,
                    new[state.uid],
                    self._ontology,
                    run=self._run.id,
                    superseded=outdated(state),
                    kept=self._run.kept,
                    policy=self._run.policy,
                )
                for state, _ in self._reader.read_in(tx, uids)
            ]

        return self.apply(plan, list(new), certain=certain)

    def apply(
        self,
        plan: Callable[[neo4j.ManagedTransaction, Sequence[str]], list[Revision]],
        uids: Sequence[str],
        *,
        certain: bool = False,
    ) -> Revised:
        """Write what a plan says of instances, planned again under their locks.

        Args:
            plan: returns the revisions of some instances as they are stored at that moment.
            uids: those it concerns.
            certain: all of them are known to change: nothing is read before they are locked.
        """
        planned: list[Revision] = []
        changing = sorted(uids)
        if not certain:
            planned = self._database.in_read(lambda tx: plan(tx, uids))
            changing = sorted(r.uid for r in planned if r.changes_node)
        revised = Revised(revisions=planned)
        if not changing:
            return revised

        def work(tx: neo4j.ManagedTransaction) -> tuple[list[Revision], int]:
            tx.run(cypher("write/lock_instances"), given={"uids": changing}).consume()
            revisions = plan(tx, changing)
            return revisions, self.write(tx, revisions)

        revisions, revised.updates = self._database.in_write(work)
        self._run.recorded = self._run.recorded or revised.updates > 0
        revised.added = sum(r.added for r in revisions)
        revised.revisions = [r for r in planned if not r.changes_node] + revisions
        return revised

    def write(
        self, tx: neo4j.ManagedTransaction, revisions: Sequence[Revision], *, sweep: bool = True
    ) -> int:
        """Write revisions inside a transaction that holds the locks; return the server's count.

        Args:
            tx: the transaction.
            revisions: what to write.
            sweep: set aside at once what nothing refers to any more.
        """
        changed = [r for r in revisions if r.properties is not None]
        restated = [
            {"id": record_id(r.uid, e), **sent_record(e)} for r in changed for e in r.restated
        ]
        ended = [{"id": id_, "by": by or None} for r in changed for id_, by in r.superseded]
        relabelled = [
            {"uid": r.uid, "add": r.add_labels, "remove": r.remove_labels}
            for r in changed
            if r.add_labels or r.remove_labels
        ]
        updates = 0
        if changed:
            result = tx.run(cypher("write/replace_instances"), given=_replacing(changed))
            updates += updates_of(result.consume().counters)
        updates += run_rows(tx, cypher("write/relabel_instances"), relabelled)
        updates += run_rows(tx, cypher("write/restate_records"), restated)
        updates += run_rows(tx, cypher("write/supersede_records"), ended)
        updates += self._remove_links(tx, revisions)
        loose = {link.target for r in revisions for link in r.remove_links}
        loose.update(r.uid for r in changed if r.retired)
        if sweep:
            updates += run_rows(tx, cypher("write/retire_unmentioned"), sorted(loose))
            updates += self.relabel(tx, revisions)
        if updates and not self._run.recorded:
            self._run.record(tx)
        return updates

    def relabel(self, tx: neo4j.ManagedTransaction, revisions: Iterable[Revision]) -> int:
        """Let what nobody speaks of any more be what those take it for who refer to it.

        Args:
            tx: the transaction; all else of it is written.
            revisions: what was written.

        Returns:
            The server's count.
        """
        rows: list[dict[str, Any]] = []
        if uids := sorted(r.uid for r in revisions if r.retired):
            for row in tx.run(cypher("write/read_roles"), given={"rows": uids}):
                uid, labels = row["uid"], set[str](row["labels"])
                roles = [Role(*role) for role in row["roles"]]
                known = said_in(row["properties"])
                taken_for = self._roles.concepts_of(uid, labels, known, roles)
                wanted = {label for c in taken_for for label in self._ontology.lineage(c)}
                gone = sorted(label for label in labels - wanted if label in self._ontology)
                if wanted:
                    rows.append({"uid": uid, "add": sorted(wanted - labels), "remove": gone})
        return run_rows(tx, cypher("write/relabel_instances"), rows)

    @cached_property
    def _roles(self) -> Roles:
        return Roles(self._ontology)

    def prepare(self, records: Iterable[Record]) -> None:
        """Make the instances that records speak of, as yet unsaid, where there are none."""
        by_concept: dict[str, set[str]] = {}
        for record in records:
            uid = self._run.kept.get(record.uid, record.uid)
            by_concept.setdefault(record.concept, set()).add(uid)
        for concept, uids in by_concept.items():
            labels = quoted_labels(self._ontology.lineage(concept))
            text = cypher("write/merge_mentions").replace("/*labels*/", labels)
            rows: list[dict[str, Any]] = [{"uid": uid, "set": {}} for uid in sorted(uids)]
            self._database.write(text, rows=rows)

    def revive(self, uids: Iterable[str]) -> None:
        """Bring back, with their history, instances of which nothing was said any more."""
        text = cypher("write/revive_instances")
        self._database.write(text, uids=sorted(set(uids)), labels=None)

    def edge(
        self,
        revision: Revision,
        attribute: str,
        uid: str,
        position: int,
        mentions: Mapping[str, Mention] | None = None,
    ) -> Edge:
        """Return a link that an instance is to have as the relationship to write."""
        concept, tail = self._guess(revision, attribute, uid)
        if mentions and uid in mentions:
            tail = mentions[uid]
        head = Mention(concept, revision.uid)
        return Edge(self.kind(concept, attribute), "", head, tail, position)

    def kind(self, concept: str, attribute: str) -> EdgeKind:
        """Return what the relationships of a link attribute share."""
        kind = self._kinds.get((concept, attribute))
        if kind is None:
            found = self._ontology.attributes(concept)[attribute]
            kind = EdgeKind(found.relationship_type, derived=True)
            self._kinds[concept, attribute] = kind
        return kind

    def _guess(self, revision: Revision, name: str, uid: str) -> tuple[str, Mention]:
        """Return a concept that has the attribute, and a mention as its range describes it."""
        for concept in self._ontology:
            attribute = self._ontology.attributes(concept.name).get(name)
            if attribute is not None and isinstance(attribute.range, ConceptRange):
                return concept.name, Mention(attribute.range.concepts[0], uid)
        raise AssertionError((revision.uid, name))

    def _remove_links(self, tx: neo4j.ManagedTransaction, revisions: Sequence[Revision]) -> int:
        by_type: dict[str, list[dict[str, str]]] = {}
        for revision in revisions:
            for link in revision.remove_links:
                row = {"head": revision.uid, "tail": link.target}
                by_type.setdefault(link.type, []).append(row)
        text = cypher("write/remove_derived")
        return sum(
            run_rows(tx, text.replace("_LINK", quoted(type_)), rows)
            for type_, rows in by_type.items()
        )


def plan_ahead(database: Database) -> None:
    """Let the server plan the statements that revise instances while it has nothing else to do.

    A server that has just been started takes longer to plan them than to carry them out for a
    thousand instances; one that has planned them answers at once. It plans a statement once more
    for transactions that have changed something, as those that revise have after the first.
    """

    def work(tx: neo4j.ManagedTransaction) -> None:
        nothing: dict[str, list[Any]] = {"uids": [], "rows": [], "times": [], "days": []}
        for name in _REVISING:
            tx.run(cypher(name), given=nothing).consume()
        runs.plan_ahead(tx)

    past_runs(database, [0])
    database.in_write(work)


def sent_record(evidence: Evidence) -> dict[str, Any]:
    """Return what a record node is to hold: times as text, which goes many times faster.

    What is absent is left out, for it would cost as much.
    """
    held = _held(evidence)
    times = {name: held.pop(name).isoformat() for name in (*_TIMES, *_DAYS) if name in held}
    return {"set": held, **times}


def _held(evidence: Evidence) -> dict[str, Any]:
    """Return what the node of a record holds, but for its id and what is absent."""
    return {name: v for name, v in record_properties(evidence).items() if v is not None}


def _replacing(revisions: Iterable[Revision]) -> dict[str, Any]:
    """Return the parameters of `write/replace_instances`: each moment and each day goes once."""
    times, days = dict[str, int](), dict[str, int]()

    def sent(revision: Revision, evidence: Evidence) -> dict[str, Any]:
        row = _held(evidence)
        for names, places in ((_TIMES, times), (_DAYS, days)):
            for name in names:
                if name in row:
                    row[name] = places.setdefault(row[name].isoformat(), len(places))
        row["id"] = record_id(revision.uid, evidence)
        return row

    rows = [
        {"uid": r.uid, "set": r.properties, "records": [sent(r, e) for e in r.records]}
        for r in revisions
    ]
    return {"rows": rows, "times": [*times], "days": [*days]}


def run_rows(tx: neo4j.ManagedTransaction, text: LiteralString, rows: Sequence[Any]) -> int:
    """Run a statement over rows, if there are any, and return what the server changed."""
    if not rows:
        return 0
    return updates_of(tx.run(text, given={"rows": rows}).consume().counters)
