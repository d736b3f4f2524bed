"""Writing instances: the quick way for what is new or unchanged, the careful way for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, LiteralString

import neo4j

from knowloom.assets import cypher
from knowloom.knowledge.instance import (
    GONE_LABEL,
    Link,
    Revision,
    State,
    inline_evidence,
    inline_properties,
    record_id,
    record_properties,
    replaced,
    revise,
    stored_evidence,
)
from knowloom.knowledge.project import Evidence, evidence_of
from knowloom.knowledge.record import Mention, Record
from knowloom.ontology.concepts import ConceptRange, Ontology
from knowloom.ontology.names import quoted, quoted_labels
from knowloom.store.database import Database
from knowloom.store.edges import Edge, EdgeKind, updates_of
from knowloom.store.runs import PastRun, Run, past_runs
from knowloom.store.statement import filled

_AT_ONCE = 2_000


@dataclass(slots=True)
class InstanceOutcome:
    """What became of some records.

    Args:
        written: records that created or changed something.
        updates: everything the server counted as changed.
        edges: the relationships that follow from the records.
    """

    written: int = 0
    updates: int = 0
    edges: list[Edge] = field(default_factory=list[Edge])


@dataclass(frozen=True, slots=True)
class Started:
    """A batch on its way to the server."""

    batch: Sequence[tuple[Record, str]]
    merges: Sequence[Future[tuple[InstanceOutcome, set[str]]]]


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

    def read(self, uids: list[str]) -> Iterator[tuple[State, Mapping[str, Any]]]:
        """Yield state and node properties of the instances that exist."""
        yield from self.states(self._database.read(cypher("write/read_states"), uids=uids))

    def states(self, rows: Iterable[neo4j.Record]) -> Iterator[tuple[State, Mapping[str, Any]]]:
        """Yield state and node properties from the rows of `write/read_states`."""
        for row in rows:
            labels = frozenset[str](row["labels"])
            links = frozenset(Link(t, uid, at or 0) for t, uid, at, _ in row["links"])
            properties: dict[str, Any] = row["properties"]
            evidence = tuple(stored_evidence(r, self._ontology) for r in row["records"])
            if "_hash" in properties:
                evidence = (self._inline_evidence(labels, properties, links),)
            mention = "_mention" in properties
            yield State(row["uid"], labels, evidence, links, mention), properties

    def _inline_evidence(
        self, labels: frozenset[str], properties: Mapping[str, Any], links: frozenset[Link]
    ) -> Evidence:
        number: int = properties["_run"]
        if number not in self._past:
            self._past |= past_runs(self._database, [number])
        run = self._past[number]
        return inline_evidence(
            labels, properties, links, self._ontology, source=run.source, recorded=run.started
        )


class InstanceWriter:
    """Writes records as instances with an inline record, or as further evidence of old ones.

    Args:
        database: where to.
        ontology: the classes as stored.
        run: the run they are written in; it is recorded with the first change.
    """

    def __init__(self, database: Database, ontology: Ontology, run: Run) -> None:
        self._database = database
        self._ontology = ontology
        self._run = run
        self._reader = StateReader(database, ontology)
        # A server makes nodes on two cores nearly twice as fast as on one. Each sender has its own
        # half of all uids and keeps to the order given, so neither ever waits for the other.
        self._senders = (ThreadPoolExecutor(1), ThreadPoolExecutor(1))
        self._kinds: dict[tuple[str, str], EdgeKind] = {}
        # What this source said in this run of instances that hold more than one record: at the
        # end, its other records of them are history.
        self._said: dict[str, set[str]] = {}
        self.gone: set[str] = set()  # instances without a standing record
        self.unlinked: set[str] = set()  # ends of relationships that went

    def start(self, batch: Sequence[tuple[Record, str]]) -> Started:
        """Begin to write records with their content hashes, in order; `finish` does the rest."""
        halves = zip(self._senders, _halves(batch), strict=True)
        merges = [sender.submit(self._merge, half) for sender, half in halves]
        return Started(batch, merges)

    def finish(self, started: Started) -> InstanceOutcome:
        """Wait for a batch, and take the careful way for what was there saying something else.

        Args:
            started: the oldest batch that is not finished.

        Returns:
            The outcome; its edges are still to be written.
        """
        outcome, differing = InstanceOutcome(), set[str]()
        for merge in started.merges:
            part, others = merge.result()
            outcome.written += part.written
            outcome.updates += part.updates
            differing |= others
        again: dict[str, list[tuple[Record, str]]] = {}
        for record, hash_ in started.batch:
            # What was revised meanwhile was compared with what it held before that.
            if record.uid in differing or record.uid in self._said:
                again.setdefault(record.uid, []).append((record, hash_))
            elif record.links:
                outcome.edges += self._edges(record)
        if again:
            self._revise(again, outcome)
        return outcome

    def close(self) -> None:
        """End the threads that send."""
        for sender in self._senders:
            sender.shutdown()

    def retract(self, uids: Iterable[str]) -> None:
        """Let this run's source say nothing of some instances any more, once it settles."""
        for uid in uids:
            self._said.setdefault(uid, set())

    def amend(
        self, uids: Sequence[str], change: Callable[[Sequence[Evidence]], list[Evidence]]
    ) -> InstanceOutcome:
        """Give instances other records.

        Args:
            uids: of the instances, in order.
            change: from all records of one to those it has from now on.
        """
        outcome = InstanceOutcome()
        for start in range(0, len(uids), _AT_ONCE):
            part = list(uids[start : start + _AT_ONCE])

            def work(
                tx: neo4j.ManagedTransaction, part: list[str] = part
            ) -> tuple[list[Revision], int]:
                tx.run(cypher("write/lock_instances"), uids=part).consume()
                rows = tx.run(cypher("write/read_states"), uids=part)
                revisions = [
                    replaced(state, change(state.evidence), self._ontology)
                    for state, _ in self._reader.states(rows)
                ]
                return revisions, self._apply(tx, revisions)

            revisions, updates = self._database.in_write(work)
            self._run.recorded = self._run.recorded or updates > 0
            outcome.updates += updates
            self._note(revisions)
            outcome.edges += self._missing_edges(revisions, {uid: [] for uid in part})
        return outcome

    def settle(self) -> InstanceOutcome:
        """Supersede what this run's source used to say of instances it now says otherwise of."""
        outcome = InstanceOutcome()
        uids = sorted(self._said)
        for start in range(0, len(uids), _AT_ONCE):
            part = uids[start : start + _AT_ONCE]
            self._revise({uid: [] for uid in part}, outcome, settle=True)
        return outcome

    def _merge(self, batch: Sequence[tuple[Record, str]]) -> tuple[InstanceOutcome, set[str]]:
        """Create what is new; return the uids that hold something else than the batch says."""
        if not batch:
            return InstanceOutcome(), set()
        by_concept: dict[str, list[tuple[Record, str]]] = {}
        for record, hash_ in batch:
            by_concept.setdefault(record.concept, []).append((record, hash_))
        statements = [self._merging(concept, group) for concept, group in by_concept.items()]

        def work(tx: neo4j.ManagedTransaction) -> tuple[InstanceOutcome, set[str]]:
            outcome, differing = InstanceOutcome(), set[str]()
            for text, columns in statements:
                result = tx.run(text, columns)
                differing.update(result.single(strict=True)["differing"])
                counters = result.consume().counters
                outcome.written += counters.nodes_created
                outcome.updates += updates_of(counters)
            self._record_run(tx, outcome.updates)
            return outcome, differing

        done = self._database.in_write(work)
        self._run.recorded = self._run.recorded or done[0].updates > 0
        return done

    def _merging(
        self, concept: str, batch: Sequence[tuple[Record, str]]
    ) -> tuple[LiteralString, dict[str, Any]]:
        """Return the statement that creates instances of a concept, and its parameters.

        Its columns are the concept's attributes whether used or not, so that few texts have to
        be planned.
        """
        rows = [self._inline(record, hash_) for record, hash_ in batch]
        declared = {a.name for a in self._ontology.attributes(concept).values() if not a.is_link}
        names = sorted(declared.union(*rows))
        columns: dict[str, Any] = {
            f"column{number}": [row.get(name) for row in rows] for number, name in enumerate(names)
        }
        columns["uids"] = [record.uid for record, _ in batch]
        columns["hashes"] = [hash_ for _, hash_ in batch]
        return _creating(tuple(names), self._ontology.lineage(concept)), columns

    def _inline(self, record: Record, hash_: str) -> dict[str, Any]:
        """Return the properties of a node with this one record; the hot path of every load."""
        properties: dict[str, Any] = dict(record.values)
        properties["_run"] = self._run.id
        properties["_hash"] = hash_
        if record.row:
            properties["_row"] = record.row
        if (
            record.observed
            or record.valid_from
            or record.valid_to
            or record.confidence is not None
            or record.end
        ):
            properties.update(inline_properties(self._evidence(record, hash_)))
        return properties

    def _evidence(self, record: Record, hash_: str) -> Evidence:
        run = self._run
        return evidence_of(record, hash_, run=run.id, source=run.source, recorded=run.started)

    def _edges(self, record: Record) -> list[Edge]:
        """Return the relationships that follow from a record."""
        head = Mention(record.concept, record.uid)
        return [
            self._edge(head, name, mention, position)
            for name, mentions in record.links.items()
            for position, mention in enumerate(mentions)
        ]

    def _edge(self, head: Mention, attribute: str, tail: Mention, position: int) -> Edge:
        kind = self._kinds.get((head.concept, attribute))
        if kind is None:
            found = self._ontology.attributes(head.concept)[attribute]
            kind = EdgeKind(found.relationship_type, derived=True)
            self._kinds[head.concept, attribute] = kind
        return Edge(kind, "", head, tail, position)

    def _revise(
        self,
        batch: Mapping[str, Sequence[tuple[Record, str]]],
        outcome: InstanceOutcome,
        *,
        settle: bool = False,
    ) -> None:
        """Add records to instances that exist, or supersede old ones.

        First it reads without locks, so that what is unchanged is never written; then it locks
        what has to change, reads again and writes.
        """
        if not settle:
            for uid, said in batch.items():
                self._said.setdefault(uid, set()).update(hash_ for _, hash_ in said)
        planned = self._database.in_read(lambda tx: self._plan(tx, batch, settle))
        if uids := sorted(r.uid for r in planned if r.changes_node):
            locked = {uid: batch[uid] for uid in uids}

            def work(tx: neo4j.ManagedTransaction) -> tuple[list[Revision], int]:
                tx.run(cypher("write/lock_instances"), uids=uids).consume()
                revisions = self._plan(tx, locked, settle)
                return revisions, self._apply(tx, revisions)

            revisions, updates = self._database.in_write(work)
            self._run.recorded = self._run.recorded or updates > 0
            outcome.updates += updates
            outcome.written += sum(r.added for r in revisions)
            self._note(revisions)
            planned = [r for r in planned if not r.changes_node] + revisions
        outcome.edges += self._missing_edges(planned, batch)

    def _note(self, revisions: Iterable[Revision]) -> None:
        """Note what went with some revisions, for the end of the run to look after."""
        for revision in revisions:
            self.unlinked.update(link.target for link in revision.remove_links)
            if revision.properties is not None:
                is_gone = GONE_LABEL in revision.add_labels
                (self.gone.add if is_gone else self.gone.discard)(revision.uid)

    def _plan(
        self,
        tx: neo4j.ManagedTransaction,
        batch: Mapping[str, Sequence[tuple[Record, str]]],
        settle: bool,
    ) -> list[Revision]:
        """Return what the batch changes about the instances as they are stored now."""
        revisions: list[Revision] = []
        rows = tx.run(cypher("write/read_states"), uids=list(batch))
        for state, _ in self._reader.states(rows):
            new = [self._evidence(record, hash_) for record, hash_ in batch[state.uid]]
            gone = self._outdated(state) if settle else ()
            revisions.append(revise(state, new, self._ontology, run=self._run.id, superseded=gone))
        return revisions

    def _outdated(self, state: State) -> set[str]:
        """Return the hashes of records that this source made earlier and did not repeat."""
        return {
            e.hash
            for e in state.evidence
            if e.source == self._run.source
            and e.stands
            and e.run != self._run.id
            and e.hash not in self._said[state.uid]
        }

    def _apply(self, tx: neo4j.ManagedTransaction, revisions: Sequence[Revision]) -> int:
        """Write revisions inside a transaction that holds the locks; return the server's count."""
        changed = [r for r in revisions if r.properties is not None]
        rows = [
            {"uid": r.uid, "set": r.properties, "add": r.add_labels, "remove": r.remove_labels}
            for r in changed
        ]
        records = [
            {"uid": r.uid, "id": record_id(r.uid, e), "set": record_properties(e)}
            for r in changed
            for e in r.records
        ]
        amended = [
            {
                "id": record_id(r.uid, e),
                "superseded_by": e.superseded_by or None,
                "undone": e.undone or None,
            }
            for r in changed
            for e in r.amended
        ]
        updates = _run(tx, cypher("write/replace_instances"), rows=rows)
        updates += _run(tx, cypher("write/add_records"), rows=records)
        updates += _run(tx, cypher("write/amend_records"), rows=amended)
        updates += self._remove_links(tx, revisions)
        self._record_run(tx, updates)
        return updates

    def _remove_links(self, tx: neo4j.ManagedTransaction, revisions: Sequence[Revision]) -> int:
        by_type: dict[str, list[dict[str, str]]] = {}
        for revision in revisions:
            for link in revision.remove_links:
                row = {"head": revision.uid, "tail": link.target}
                by_type.setdefault(link.type, []).append(row)
        text = cypher("write/remove_derived")
        return sum(
            _run(tx, text.replace("_LINK", quoted(type_)), rows=rows)
            for type_, rows in by_type.items()
        )

    def _missing_edges(
        self,
        revisions: Iterable[Revision],
        batch: Mapping[str, Sequence[tuple[Record, str]]],
    ) -> list[Edge]:
        """Return the links of revised instances that are not stored yet."""
        edges: list[Edge] = []
        for revision in revisions:
            if not revision.add_links:
                continue
            mentioned = {
                m.uid: (record.concept, m)
                for record, _ in batch[revision.uid]
                for mentions in record.links.values()
                for m in mentions
            }
            for name, uid, position in revision.add_links:
                concept, tail = mentioned.get(uid) or self._guess(revision, name, uid)
                head = Mention(concept, revision.uid)
                edges.append(self._edge(head, name, tail, position))
        return edges

    def _guess(self, revision: Revision, name: str, uid: str) -> tuple[str, Mention]:
        """Return a concept that has the attribute, and a mention as its range describes it."""
        for concept in self._ontology:
            attribute = self._ontology.attributes(concept.name).get(name)
            if attribute is not None and isinstance(attribute.range, ConceptRange):
                return concept.name, Mention(attribute.range.concepts[0], uid)
        raise AssertionError((revision.uid, name))

    def _record_run(self, tx: neo4j.ManagedTransaction, updates: int) -> None:
        if updates and not self._run.recorded:
            self._run.record(tx)


@lru_cache(maxsize=1_000)
def _creating(names: tuple[str, ...], lineage: tuple[str, ...]) -> LiteralString:
    """Return the statement that creates instances with these properties and labels."""
    values: LiteralString = ", n.".join(
        f"{quoted(name)} = ${quoted(f'column{number}')}[i]" for number, name in enumerate(names)
    )
    parts: dict[str, LiteralString] = {
        "/*labels*/": quoted_labels(lineage),
        "/*values*/": f", n.{values}",
    }
    return filled(cypher("write/merge_instances"), parts)


def _halves(batch: Sequence[tuple[Record, str]]) -> tuple[list[tuple[Record, str]], ...]:
    """Return a batch in two parts; all records of one instance are in the same, in order."""
    parts: tuple[list[tuple[Record, str]], ...] = ([], [])
    for said in batch:
        parts[said[0].uid[-1] in "02468ace"].append(said)
    return parts


def _run(
    tx: neo4j.ManagedTransaction, text: LiteralString, *, rows: Sequence[Any], **more: Any
) -> int:
    """Run a statement over rows, if there are any, and return what the server changed."""
    if not rows:
        return 0
    return updates_of(tx.run(text, rows=rows, **more).consume().counters)
