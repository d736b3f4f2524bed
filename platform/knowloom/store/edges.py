"""Writing relationships, one batch after the other; those without ends wait for them."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, Any, Generic, LiteralString, NamedTuple, TypeVar

import neo4j

from knowloom.assets import cypher
from knowloom.knowledge.instance import INSTANCE_LABEL
from knowloom.knowledge.record import Mention, Values, uid_of_fact
from knowloom.knowledge.stated import Stated, restated, statements_of, supported
from knowloom.ontology.concepts import Ontology
from knowloom.ontology.names import quoted, quoted_labels
from knowloom.store.columns import Shape, assigned, columns
from knowloom.store.database import Database
from knowloom.store.runs import Run
from knowloom.store.statement import filled
from knowloom.store.turns import Turn, Turns, in_turn

BATCH_EDGES = 10_000
_SMALLER = 5_000  # edges in a batch, where there are several
# Writers of one process take turns, and so do the batches of one (docs/decisions/0002-edges-take-
# turns.md).
_turn = Lock()


@dataclass(frozen=True, slots=True)
class EdgeKind:
    """What all edges of one statement share.

    Args:
        type: the relationship type.
        derived: True when they follow from a record of the start node.
        head_labels: a stated one's start node must have one of these.
        tail_labels: likewise for the end node.
        keyed: True when there can be several between the same ends, told apart by their
            qualifiers; they carry a `uid` then.
    """

    type: str
    derived: bool
    head_labels: tuple[str, ...] = ()
    tail_labels: tuple[str, ...] = ()
    keyed: bool = False


class Edge(NamedTuple):
    """One relationship to be.

    Args:
        kind: what it shares with others.
        uid: see `record.uid_of_fact`; empty where type and ends tell all.
        head, tail: its ends.
        place: its row in the source when stated, its position in the list when derived.
        values: its qualifiers.
        said: the uids that the source means, where an end was merged into something else.
    """

    kind: EdgeKind
    uid: str
    head: Mention
    tail: Mention
    place: int = 0
    values: Values | None = None
    said: tuple[str, str] | None = None


@dataclass(slots=True)
class EdgeOutcome:
    """What became of some edges.

    Args:
        stated: new relationships that rows of their own state.
        supported: relationships that gained another source.
        updates: everything the server counted as changed.
        misfits: stated edges whose ends are of the wrong class, each with a reason.
        waiting: edges put off because an end does not exist yet.
    """

    stated: int = 0
    supported: int = 0
    updates: int = 0
    misfits: list[tuple[Edge, str]] = field(default_factory=list[tuple[Edge, str]])
    waiting: list[Edge] = field(default_factory=list[Edge])

    def add(self, other: EdgeOutcome) -> None:
        """Add what became of other edges."""
        self.stated += other.stated
        self.supported += other.supported
        self.updates += other.updates
        self.misfits += other.misfits
        self.waiting += other.waiting


T = TypeVar("T")


class Spool(Generic[T]):
    """Keeps what speaks of things that have not come yet until all nodes are written.

    Any number must fit, so what is more than a batch lies on disk.
    """

    def __init__(self) -> None:
        self._open: list[T] = []
        self._file: IO[bytes] | None = None
        self.count = 0

    def add(self, one: T) -> None:
        """Keep one more."""
        self._open.append(one)
        self.count += 1
        if len(self._open) >= BATCH_EDGES:
            self._file = self._file or TemporaryFile()  # noqa: SIM115 - closed when read back
            pickle.dump(self._open, self._file, protocol=pickle.HIGHEST_PROTOCOL)
            self._open = []

    def batches(self) -> Iterator[list[T]]:
        """Yield all in lists of at most a batch, and forget them."""
        if self._file is not None:
            with self._file as file:
                end = file.tell()
                file.seek(0)
                while file.tell() < end:
                    yield pickle.load(file)
        if self._open:
            yield self._open
        self._open, self._file, self.count = [], None, 0


class EdgeWriter:
    """Writes batches of edges, one after the other.

    Args:
        database: where to.
        ontology: knows the labels of the concepts that edges mention.
        run: the run they are written in; it is recorded with the first change.
    """

    def __init__(self, database: Database, ontology: Ontology, run: Run) -> None:
        self._database = database
        self._ontology = ontology
        self._run = run

    def write(self, edges: Sequence[Edge], *, final: bool) -> EdgeOutcome:
        """Write any number of edges, in turn with those of this process's other writers.

        Args:
            edges: of any kinds.
            final: True when no more nodes are to come: ends that are missing are created as
                mentions then, and edges without them are put off until then.
        """
        if len(edges) <= BATCH_EDGES:
            with _turn:
                return self._write_batch(edges, final, Turns())
        outcome, turns, pool = EdgeOutcome(), Turns(), ThreadPoolExecutor(2)
        with _turn:
            try:
                batches = in_turn(edges, self._ends, _SMALLER)
                sent = [pool.submit(self._write_batch, some, final, turns) for some in batches]
                for each in sent:
                    outcome.add(each.result())
            finally:
                pool.shutdown(cancel_futures=True)
        return outcome

    def _write_batch(self, edges: Sequence[Edge], final: bool, turns: Turns) -> EdgeOutcome:
        """Write a batch in one transaction."""
        with closing(Turn(turns)) as turn:
            outcome = self._database.in_write(
                lambda tx: turn.statements(lambda: self._recorded(tx, edges, final))
            )
        self._run.recorded = self._run.recorded or outcome.updates > 0
        return outcome

    def _ends(self, edge: Edge) -> tuple[str, str]:
        """Return the uids of the nodes between which an edge is written."""
        kept = self._run.kept
        return kept.get(edge.head.uid, edge.head.uid), kept.get(edge.tail.uid, edge.tail.uid)

    def write_in(
        self, tx: neo4j.ManagedTransaction, edges: Sequence[Edge], *, final: bool
    ) -> EdgeOutcome:
        """Write a batch inside a transaction; see `write`."""
        by_kind: dict[EdgeKind, list[Edge]] = {}
        moved: dict[EdgeKind, list[Edge]] = {}
        for edge in edges:
            there = moved_to(edge, self._run.kept) if self._run.kept else edge
            (by_kind if there.said is None else moved).setdefault(edge.kind, []).append(there)
        outcome = EdgeOutcome()
        for kind, group in moved.items():
            outcome.add(self._write_moved(tx, kind, group, final))
        for kind, group in by_kind.items():
            outcome.add(self._write_kind(tx, kind, group, final))
        return outcome

    def _recorded(
        self, tx: neo4j.ManagedTransaction, edges: Sequence[Edge], final: bool
    ) -> EdgeOutcome:
        """Write a batch, and the run with its first change."""
        outcome = self.write_in(tx, edges, final=final)
        if outcome.updates and not self._run.recorded:
            self._run.record(tx)
        return outcome

    def _write_kind(
        self, tx: neo4j.ManagedTransaction, kind: EdgeKind, edges: list[Edge], final: bool
    ) -> EdgeOutcome:
        """Write edges of one kind; when some find no ends, those are looked at one by one."""
        outcome, found = self._merge(tx, kind, edges)
        if found < len(edges):
            waiting = self._without_ends(tx, kind, edges, outcome)
            if final:
                outcome.add(self._merge(tx, kind, self._mentioned(tx, kind, waiting, outcome))[0])
            else:
                outcome.waiting += waiting
        return outcome

    def _write_moved(
        self, tx: neo4j.ManagedTransaction, kind: EdgeKind, edges: list[Edge], final: bool
    ) -> EdgeOutcome:
        """Write stated edges with an end that was merged, noting which ends the source means."""
        outcome = EdgeOutcome()
        waiting = self._without_ends(tx, kind, edges, outcome)
        if final:
            self._mentioned(tx, kind, waiting, outcome)
        else:
            outcome.waiting += waiting
        left_out = {id(e) for e, _ in outcome.misfits} | {id(e) for e in outcome.waiting}
        ready = [edge for edge in edges if id(edge) not in left_out]
        for edge in ready:
            outcome.add(self._state(tx, kind, edge))
        return outcome

    def _state(self, tx: neo4j.ManagedTransaction, kind: EdgeKind, edge: Edge) -> EdgeOutcome:
        """Write one stated edge, knowing exactly what stands behind it already."""
        head, tail = edge.head.uid, edge.tail.uid
        row = {"head": head, "tail": tail, "uid": edge.uid or None}
        found = tx.run(
            filled(cypher("write/read_stated"), {"_LINK": quoted(kind.type)}), rows=[row]
        ).single(strict=True)["found"]
        before = statements_of(found or {}, head, tail)
        new = Stated(self._run.id, edge.place, *(edge.said or (head, tail)))
        after = supported(before, new, self._run.own)
        if after is None:
            return EdgeOutcome()
        own = {"uid": edge.uid, **(edge.values or {})} if kind.keyed else {}
        given = {"head": head, "tail": tail, "set": restated(found or own, after, head, tail)}
        text = filled(cypher("write/put_stated"), {"_LINK/*key*/": _pattern(kind, "row.set.uid")})
        updates = updates_of(tx.run(text, rows=[given]).consume().counters)
        return EdgeOutcome(stated=not before, supported=bool(before), updates=updates)

    def _merge(
        self, tx: neo4j.ManagedTransaction, kind: EdgeKind, edges: list[Edge]
    ) -> tuple[EdgeOutcome, int]:
        """Merge the edges whose ends exist and fit; return the outcome and how many did."""
        said = [edge.values or {} for edge in edges] if kind.keyed else []
        qualifiers = columns(said, dict.fromkeys(set[str]().union(*said), ""))
        result = tx.run(
            _text(kind, qualifiers.shape), self._parameters(kind, edges) | qualifiers.given
        )
        answer = result.single(strict=True)
        counters = result.consume().counters
        outcome = EdgeOutcome(updates=updates_of(counters))
        if not kind.derived:
            outcome.stated = counters.relationships_created
            others: list[int] = answer["others"]
            if others:
                outcome.add(self._support(tx, kind, [edges[i] for i in others]))
            moved: list[int] = answer["moved"]
            for i in moved:
                outcome.add(self._state(tx, kind, edges[i]))
        return outcome, answer["found"]

    def _parameters(self, kind: EdgeKind, edges: Sequence[Edge]) -> dict[str, Any]:
        """Return the parameters of the statement of edges but for their qualifiers."""
        given: dict[str, Any] = {
            "starts": [edge.head.uid for edge in edges],
            "ends": [edge.tail.uid for edge in edges],
        }
        if kind.derived:
            return given | {"places": [edge.place for edge in edges]}
        given["places"] = [edge.place or None for edge in edges]
        if kind.keyed:
            given["uids"] = [edge.uid for edge in edges]
        shared = {"heads": kind.head_labels, "tails": kind.tail_labels}
        return given | shared | {"run": self._run.id, "own": self._run.own}

    def _support(
        self, tx: neo4j.ManagedTransaction, kind: EdgeKind, edges: Sequence[Edge]
    ) -> EdgeOutcome:
        """Add this run's source to relationships that others stated."""
        rows = [
            {"head": e.head.uid, "tail": e.tail.uid, "uid": e.uid, "row": e.place or None}
            for e in edges
        ]
        text = filled(cypher("write/support_stated"), {"_LINK/*key*/": _pattern(kind, "row.uid")})
        result = tx.run(text, rows=rows, run=self._run.id, own=self._run.own)
        supported = result.single(strict=True)["supported"]
        return EdgeOutcome(supported=supported, updates=updates_of(result.consume().counters))

    def _without_ends(
        self,
        tx: neo4j.ManagedTransaction,
        kind: EdgeKind,
        edges: list[Edge],
        outcome: EdgeOutcome,
    ) -> list[Edge]:
        """Return the edges with an end that does not exist; note those whose ends do not fit."""
        uids = sorted({m.uid for edge in edges for m in (edge.head, edge.tail)})
        rows = tx.run(cypher("write/read_ends"), uids=uids)
        labels = {row["uid"]: frozenset[str](row["labels"]) for row in rows}
        waiting: list[Edge] = []
        for edge in edges:
            if edge.head.uid not in labels or edge.tail.uid not in labels:
                waiting.append(edge)
            elif reason := _misfit(kind, edge, labels):
                outcome.misfits.append((edge, reason))
        return waiting

    def _mentioned(
        self,
        tx: neo4j.ManagedTransaction,
        kind: EdgeKind,
        edges: list[Edge],
        outcome: EdgeOutcome,
    ) -> list[Edge]:
        """Create the missing ends as mentions and return the edges that fit then."""
        by_concept: dict[str, dict[str, Mention]] = {}
        for edge in edges:
            for mention in (edge.head, edge.tail):
                group = by_concept.setdefault(mention.concept, {})
                if mention.values or mention.uid not in group:
                    group[mention.uid] = mention
        revived = sorted({uid for group in by_concept.values() for uid in group})
        for concept, group in by_concept.items():
            lineage = self._ontology.lineage(concept)
            again = {"uids": sorted(group), "labels": [INSTANCE_LABEL, *lineage]}
            tx.run(cypher("write/revive_instances"), again).consume()
            text = cypher("write/merge_mentions").replace("/*labels*/", quoted_labels(lineage))
            rows = [{"uid": m.uid, "set": dict(m.values)} for m in group.values()]
            outcome.updates += updates_of(tx.run(text, rows=rows).consume().counters)
        if revived:
            tx.run(cypher("runs/put_touched"), run=self._run.id, uids=revived).consume()
        self._without_ends(tx, kind, edges, outcome)
        misfits = {id(edge) for edge, _ in outcome.misfits}
        return [edge for edge in edges if id(edge) not in misfits]


def moved_to(edge: Edge, kept: Mapping[str, str]) -> Edge:
    """Return an edge between the things that its ends were merged into."""
    ends = (edge.head.uid, edge.tail.uid)
    head, tail = (kept.get(uid, uid) for uid in ends)
    if (head, tail) == ends:
        return edge
    there = edge._replace(head=edge.head._replace(uid=head), tail=edge.tail._replace(uid=tail))
    if edge.kind.derived:
        return there
    uid = uid_of_fact(edge.kind.type, head, tail, edge.values or {}) if edge.kind.keyed else ""
    return there._replace(uid=uid, said=ends)


def _text(kind: EdgeKind, qualifiers: Shape) -> LiteralString:
    """Return the statement that writes edges of this kind, with these qualifiers."""
    if kind.derived:
        return filled(cypher("write/merge_derived"), {"_LINK": quoted(kind.type)})
    parts: dict[str, LiteralString] = {
        "_LINK/*key*/": _pattern(kind, "$uids[i]"),
        "/*qualifiers*/": assigned("e", qualifiers),
    }
    return filled(cypher("write/merge_stated"), parts)


def _pattern(kind: EdgeKind, uid: LiteralString) -> LiteralString:
    """Return what stands for a stated relationship in a pattern, behind its colon."""
    return f"{quoted(kind.type)} {{uid: {uid}}}" if kind.keyed else quoted(kind.type)


def _misfit(kind: EdgeKind, edge: Edge, labels: dict[str, frozenset[str]]) -> str:
    """Return why the stored ends of an edge are of the wrong class; empty when they fit."""
    ends = (("start", edge.head, kind.head_labels), ("end", edge.tail, kind.tail_labels))
    for which, mention, wanted in ends:
        if wanted and labels[mention.uid].isdisjoint(wanted):
            shown = sorted(name for name in labels[mention.uid] if not name.startswith("_"))
            return (
                f"the {which} of {kind.type} is {', '.join(shown)} "
                f"({_called(mention)}), not {' or '.join(wanted)}"
            )
    return ""


def _called(mention: Mention) -> str:
    """Return how a person would recognise the thing mentioned."""
    return ", ".join(f"{k}={v!r}" for k, v in mention.values) or f"uid {mention.uid}"


def updates_of(counters: neo4j.SummaryCounters) -> int:
    """Return how much the server says it changed."""
    return (
        counters.nodes_created
        + counters.nodes_deleted
        + counters.relationships_created
        + counters.relationships_deleted
        + counters.properties_set
        + counters.labels_added
        + counters.labels_removed
    )
