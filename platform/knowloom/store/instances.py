"""Writing instances: the quick way for what is new or unchanged, then the careful for the rest."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, LiteralString, NamedTuple

import neo4j
from neo4j.exceptions import ConstraintError

from knowloom.assets import cypher
from knowloom.knowledge.evidence import Key
from knowloom.knowledge.instance import State, inline_properties
from knowloom.knowledge.project import Evidence, evidence_of
from knowloom.knowledge.record import Mention, Record, in_places
from knowloom.ontology.concepts import Ontology, Range, Scalar
from knowloom.ontology.names import quoted_labels
from knowloom.store.columns import Shape, assigned, columns
from knowloom.store.database import Database
from knowloom.store.edges import Edge, Spool, updates_of
from knowloom.store.revise import Revised, Reviser
from knowloom.store.runs import Run
from knowloom.store.statement import filled

_DIVIDED = 200  # instances that are revised by two senders
_USUAL: Mapping[Range, LiteralString] = {Scalar.DATE: "date", Scalar.DATETIME: "datetime"}
_FOR_ALL = ("_run", "_hash", "_row")  # every statement that creates instances sets these


@dataclass(slots=True)
class InstanceOutcome:
    """What became of some records.

    Args:
        written: records that created or changed something.
        updates: everything the server counted as changed.
        put_off: records that are left to `revise_again`.
        edges: the relationships that follow from the records.
    """

    written: int = 0
    updates: int = 0
    put_off: int = 0
    edges: list[Edge] = field(default_factory=list[Edge])


class _New(NamedTuple):
    """Records of one concept as the parameters of a statement that creates instances.

    Args:
        concept: theirs.
        shape: see `Columns`.
        given: all parameters by name.
    """

    concept: str
    shape: Shape
    given: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Started:
    """A batch on its way to the server."""

    batch: Sequence[tuple[Record, str]]
    merges: Sequence[Future[tuple[InstanceOutcome, set[str]]]]


class InstanceWriter:
    """Writes records as instances with an inline record, or as further evidence of old ones.

    Args:
        database: where to.
        ontology: the classes as stored.
        run: the run they are written in; it is recorded with the first change.
        gone: the keys of records that its source does not make any more.
        certain: all records are known to be new; the things of those in `gone` to be there.
    """

    def __init__(
        self,
        database: Database,
        ontology: Ontology,
        run: Run,
        gone: Collection[Key] = (),
        *,
        certain: bool = False,
    ) -> None:
        self._certain = certain
        self._gone = frozenset(gone)
        self._known = frozenset(uid for uid, _ in gone) if certain else frozenset[str]()
        self._database = database
        self._ontology = ontology
        self._run = run
        self._reviser = Reviser(database, ontology, run)
        # A server makes nodes on two cores nearly twice as fast as on one. Each sender has its own
        # half of all uids, so neither ever waits for the other.
        self._senders = (ThreadPoolExecutor(1), ThreadPoolExecutor(1))
        # Whether the next records may be expected to make new instances: those of a source that
        # was never read may, until one did not.
        self._all_new: bool | None = None if run.earlier else True
        # What is to be added to instances that exist, when all relationships are there: until then
        # the links of a record that was written in this run may not be.
        self._put_off = Spool[tuple[Record, str]]()
        # What this source said in this run of instances that hold more than one record: at the
        # end, its other records of them are history.
        self._said: dict[str, set[str]] = {}
        # What it said of all others that an earlier run may have said, too, as two numbers each:
        # where it says something else of one of them later, that is no history.
        self._again = array("Q")

    def start(self, batch: Sequence[tuple[Record, str]]) -> Started:
        """Begin to write records with their content hashes, in order; `finish` does the rest."""
        plain = batch
        if self._run.kept:
            plain = [said for said in batch if not self._is_moved(said[0])]
            self._reviser.prepare(said[0] for said in batch if self._is_moved(said[0]))
        if self._run.has_retired:
            self._reviser.revive(record.uid for record, _ in batch)
        if self._known:
            plain = [said for said in plain if said[0].uid not in self._known]
        merges = [
            sender.submit(self._merge, self._new(half))
            for sender, half in zip(self._senders, _halves(plain), strict=True)
        ]
        return Started(batch, merges)

    def finish(self, started: Started) -> InstanceOutcome:
        """Wait for a batch, and put off what was there saying something else.

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
        linked: set[str] = set()  # of those said twice the first settles the order of links
        for record, hash_ in started.batch:
            if (
                record.uid in differing
                or record.uid in self._known
                or record.uid in self._said
                or (self._run.kept and self._is_moved(record))
            ):
                self._said.setdefault(record.uid, set()).add(hash_)
                self._put_off.add((record, hash_))
                outcome.put_off += 1
                continue
            if self._run.earlier:
                self._again.extend((_number(record.uid), int(hash_, 16)))
            if record.links and record.uid not in linked:
                linked.add(record.uid)
                outcome.edges += self._edges(record)
        return outcome

    @property
    def has_put_off(self) -> bool:
        """Whether records are left to `revise_again`."""
        return self._put_off.count > 0

    def revise_again(self) -> Iterator[tuple[int, InstanceOutcome]]:
        """Take the careful way for what was put off; all relationships are to be there.

        Yields:
            How many records that was, and the outcome; its edges are still to be written.
        """
        for batch in self._put_off.batches():
            outcome, by_uid = InstanceOutcome(), dict[str, list[tuple[Record, str]]]()
            for record, hash_ in batch:
                by_uid.setdefault(record.uid, []).append((record, hash_))
            self._revise(by_uid, outcome)
            yield len(batch), outcome

    def _is_moved(self, record: Record) -> bool:
        """Return whether a record is of, or refers to, what was merged into something else."""
        kept = self._run.kept
        return record.uid in kept or any(
            m.uid in kept for mentions in record.links.values() for m in mentions
        )

    def close(self) -> None:
        """End the threads that send."""
        for sender in self._senders:
            sender.shutdown()

    def settle(self) -> InstanceOutcome:
        """Supersede what this run's source used to say of instances it now says otherwise of."""
        outcome, numbers = InstanceOutcome(), iter(self._again)
        numbered = {_number(uid): uid for uid in self._said}
        for number, content in zip(numbers, numbers, strict=True):
            if number in numbered:
                self._said[numbered[number]].add(f"{content:016x}")
        uids = sorted({self._run.kept.get(uid, uid) for uid in self._said})
        for start in range(0, len(uids), 2_000):
            part: dict[str, list[Evidence]] = {uid: [] for uid in uids[start : start + 2_000]}
            self._take(self._reviser.revise(part, self._outdated), outcome, {})
        return outcome

    def _merge(self, new: Sequence[_New]) -> tuple[InstanceOutcome, set[str]]:
        """Create what is new; return the uids that hold something else than the records say."""
        uids = [uid for each in new for uid in each.given["uids"]]
        if not uids:
            return InstanceOutcome(), set()
        if self._all_new and len(set(uids)) == len(uids):
            try:
                return self._put(new, "write/create_instances")
            except ConstraintError:  # something was there, so the server took none of them
                self._all_new = False
        done = self._put(new, "write/merge_instances")
        self._all_new = self._all_new is not False and done[0].written == len(uids)
        return done

    def _put(self, new: Sequence[_New], statement: str) -> tuple[InstanceOutcome, set[str]]:
        """Carry out a statement for some records, all of them or none; see `_merge`."""

        def work(tx: neo4j.ManagedTransaction) -> tuple[InstanceOutcome, set[str]]:
            outcome, differing = InstanceOutcome(), set[str]()
            for concept, shape, given in new:
                text = _creating(statement, shape, self._ontology.lineage(concept))
                result = tx.run(text, given)
                differing.update(uid for row in result for uid in row["differing"])
                counters = result.consume().counters
                outcome.written += counters.nodes_created
                outcome.updates += updates_of(counters)
            self._record_run(tx, outcome.updates)
            return outcome, differing

        done = self._database.in_write(work)
        self._run.recorded = self._run.recorded or done[0].updates > 0
        return done

    def _new(self, batch: Sequence[tuple[Record, str]]) -> list[_New]:
        """Return the parameters for some records, concept by concept.

        All writers come to concepts, and to the uids of each, in the same order, so that those of
        the same things wait for each other, and do not lock each other out. The server adds uids
        that are in order to their index with less work, too.
        """
        by_concept: dict[str, list[tuple[Record, str]]] = {}
        for record, hash_ in sorted(batch, key=_uid):
            by_concept.setdefault(record.concept, []).append((record, hash_))
        return [self._new_of(*each) for each in sorted(by_concept.items())]

    def _new_of(self, concept: str, batch: Sequence[tuple[Record, str]]) -> _New:
        """Return the parameters for records of one concept.

        There is one for each of its attributes whether used or not, so that few texts have to be
        planned; the run is the same for all.
        """
        rows = [
            record.values if record.is_plain else self._provenance(record, hash_)
            for record, hash_ in batch
        ]
        more = (row for row, (record, _) in zip(rows, batch, strict=True) if not record.is_plain)
        usual: dict[str, LiteralString] = dict.fromkeys(set[str]().union(*more), "")
        made = columns(rows, usual | self._declared(concept))
        given: dict[str, Any] = {**made.given}
        given["uids"] = [record.uid for record, _ in batch]
        given["hashes"] = [hash_ for _, hash_ in batch]
        given["places"] = [record.row or None for record, _ in batch]
        given["run"] = self._run.id
        return _New(concept, made.shape, given)

    def _declared(self, concept: str) -> dict[str, LiteralString]:
        """Return the attributes of a concept that nodes hold, and how one is usually read."""
        known = self._ontology.attributes(concept).values()
        return {a.name: "" if a.many else _USUAL.get(a.range, "") for a in known if not a.is_link}

    def _provenance(self, record: Record, hash_: str) -> dict[str, Any]:
        """Return the values of a record with all that is known of it beside run, hash and row."""
        found = inline_properties(self._evidence(record, hash_))
        return {name: value for name, value in found.items() if name not in _FOR_ALL}

    def _evidence(self, record: Record, hash_: str) -> Evidence:
        run = self._run
        return evidence_of(record, hash_, run=run.id, source=run.source, recorded=run.started)

    def _edges(self, record: Record) -> list[Edge]:
        """Return the relationships that follow from a record."""
        head = Mention(record.concept, record.uid)
        return [
            Edge(self._reviser.kind(record.concept, name), "", head, mention, position)
            for name, mentions in record.links.items()
            for position, mention in in_places(mentions)
        ]

    def _revise(
        self,
        batch: Mapping[str, Sequence[tuple[Record, str]]],
        outcome: InstanceOutcome,
    ) -> None:
        """Add records to instances that exist."""
        new: dict[str, list[Evidence]] = {}
        mentions: dict[str, Mention] = {}
        for uid, said in batch.items():
            holder = self._run.kept.get(uid, uid)
            new.setdefault(holder, []).extend(self._evidence(r, hash_) for r, hash_ in said)
            for record, _ in said:
                mentions.update((m.uid, m) for found in record.links.values() for m in found)
        lost = set(new)
        for revised in self._revised(new, is_divisible=not mentions):
            self._take(revised, outcome, mentions)
            lost -= {r.uid for r in revised.revisions}
        if self._known and lost:
            self._remake([said for uid in batch if uid in lost for said in batch[uid]], outcome)

    def _revised(
        self, new: Mapping[str, Sequence[Evidence]], *, is_divisible: bool
    ) -> list[Revised]:
        """Add records to instances, by two senders at once where there are many.

        Args:
            new: see `Reviser.revise`.
            is_divisible: nothing links them, so that neither sender waits for the other.
        """
        halves = [new]
        if is_divisible and len(new) > _DIVIDED:
            halves = [
                {uid: new[uid] for uid in new if _is_even(uid) == even} for even in (True, False)
            ]
        under_way = [
            sender.submit(self._reviser.revise, half, self._replaced, certain=self._certain)
            for sender, half in zip(self._senders, halves, strict=False)
        ]
        return [revising.result() for revising in under_way]

    def _remake(self, batch: Sequence[tuple[Record, str]], outcome: InstanceOutcome) -> None:
        """Create what should have been there, and is not: somebody else took it out."""
        self._known -= {record.uid for record, _ in batch}
        merged, differing = self._merge(self._new(batch))
        outcome.written += merged.written
        outcome.updates += merged.updates
        several: dict[str, list[tuple[Record, str]]] = {}
        for record, hash_ in batch:
            outcome.edges += self._edges(record)
            if record.uid in differing:
                several.setdefault(record.uid, []).append((record, hash_))
        if several:
            self._revise(several, outcome)

    def _take(
        self, revised: Revised, outcome: InstanceOutcome, mentions: Mapping[str, Mention]
    ) -> None:
        """Count what was revised and note the links that are still to be written."""
        outcome.updates += revised.updates
        outcome.written += revised.added
        for revision in revised.revisions:
            for name, uid, position in revision.add_links:
                outcome.edges.append(self._reviser.edge(revision, name, uid, position, mentions))

    def _replaced(self, state: State) -> Collection[Key]:
        """Return the keys of records that this source is known not to make any more."""
        if not self._gone:
            return ()
        own = {e.key for e in state.evidence if e.source == self._run.source}
        return own & self._gone

    def _outdated(self, state: State) -> set[Key]:
        """Return the keys of records that this source made earlier and did not repeat."""
        return {
            e.key
            for e in state.evidence
            if e.source == self._run.source
            and not e.superseded_by
            and e.run != self._run.id
            and e.uid in self._said
            and e.hash not in self._said[e.uid]
        }

    def _record_run(self, tx: neo4j.ManagedTransaction, updates: int) -> None:
        if updates and not self._run.recorded:
            self._run.record(tx)


@lru_cache(maxsize=1_000)
def _creating(statement: str, shape: Shape, lineage: tuple[str, ...]) -> LiteralString:
    """Return a statement that creates instances, with these properties and labels."""
    parts: dict[str, LiteralString] = {
        "/*labels*/": quoted_labels(lineage),
        "/*values*/": assigned("n", shape),
    }
    return filled(cypher(statement), parts)


def _number(uid: str) -> int:
    """Return a number by which this process tells uids apart."""
    return hash(uid) & 0xFFFF_FFFF_FFFF_FFFF


def _uid(said: tuple[Record, str]) -> str:
    return said[0].uid


def _halves(batch: Sequence[tuple[Record, str]]) -> tuple[list[tuple[Record, str]], ...]:
    """Return a batch in two parts; all records of one instance are in the same, in order."""
    parts: tuple[list[tuple[Record, str]], ...] = ([], [])
    for said in batch:
        parts[_is_even(said[0].uid)].append(said)
    return parts


def _is_even(uid: str) -> bool:
    return uid[-1] in "02468ace"
