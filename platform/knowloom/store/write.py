"""The typed write: statements in, exact counts out, one path for every command that writes.

Statements are validated, grouped and sent in batches while the next batch is prepared.
Relationships whose ends have not come yet wait until every node of the run is there.
"""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import IO, Any, Self

import orjson

from knowloom.errors import StoreError, WriteLost
from knowloom.knowledge.evidence import Key
from knowloom.knowledge.record import Fact, Record, Reject, Statement, hash_of, said, uid_of_fact
from knowloom.ontology.concepts import ENDS, ConceptRange, Ontology
from knowloom.ontology.rules import (
    CompiledConcept,
    compile_concept,
    may_be_long,
    reference_problems,
)
from knowloom.store.collector import paused_collector
from knowloom.store.database import Database
from knowloom.store.edges import BATCH_EDGES, Edge, EdgeKind, EdgeWriter, Spool
from knowloom.store.instances import InstanceOutcome, InstanceWriter, Started
from knowloom.store.runs import Run, finish

BATCH_ROWS = 10_000
BATCH_BYTES = 8_000_000
_FIRST_ROWS = 1_000
_SHOWN_REJECTS = 20
_UNDER_WAY = 2  # batches: one is on its way, one is finished while the next is
_BIT = 500
_WINDOW = 5 * BATCH_EDGES  # edges of many kinds are few of each in a batch: gather more


@dataclass(slots=True)
class Counts:
    """What became of the statements of a run: given = written + unchanged + rejected."""

    given: int = 0
    written: int = 0
    unchanged: int = 0
    rejected: int = 0


@dataclass(slots=True)
class WriteReport:
    """What a run did.

    Args:
        run: its number; 0 when it changed nothing and so left no trace.
        source: the name of the source.
        counts: of statements.
        updates: everything the server counted as changed; 0 for an unchanged re-run.
        rejects: the first rejected statements.
        rejects_file: where all of them are listed; None without rejects.
    """

    run: int
    source: str
    counts: Counts = field(default_factory=Counts)
    updates: int = 0
    rejects: list[Reject] = field(default_factory=list[Reject])
    rejects_file: Path | None = None


class RejectFile:
    """Lists rejected statements as JSON Lines; the file exists once there is one.

    Args:
        path: where to; None to keep only the first few in memory.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.count = 0
        self.first: list[Reject] = []
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()

    def move(self, path: Path) -> None:
        """Go on in another file, with all that was listed so far."""
        if self.path is not None and self._file is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.path.rename(path)
        self.path = path

    def add(self, reject: Reject) -> None:
        """List one more."""
        self.count += 1
        if len(self.first) < _SHOWN_REJECTS:
            self.first.append(reject)
        if self.path is None:
            return
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("wb")
        self._file.write(orjson.dumps(asdict(reject), option=orjson.OPT_APPEND_NEWLINE))


class Validator:
    """Turns statements into rows to write, or rejects; knows the ontology and nothing of Neo4j.

    Args:
        ontology: the classes as stored.
        reject: called with every statement that cannot be stored, and why.
    """

    def __init__(self, ontology: Ontology, reject: Callable[[Reject], None]) -> None:
        self._ontology = ontology
        self._reject = reject
        self._compiled: dict[str, CompiledConcept] = {}
        self._kinds: dict[tuple[str, str], EdgeKind] = {}

    def record(self, record: Record) -> bool:
        """Return whether a record can be stored; it is rejected when not."""
        compiled = self._compiled.get(record.concept) or self._compile(record.concept)
        if compiled is None:
            self._reject_unknown(record, record.concept)
            return False
        problems: Sequence[tuple[str, str]] = compiled.problems(record.values, record.links)
        if record.valid_to is not None and (problem := _time_problem(record)):
            problems = [*problems, problem]
        if problems:
            self._reject(_reject(record, problems))
            return False
        return True

    def edge(self, fact: Fact) -> Edge | None:
        """Return a fact as a relationship to write; None when it is rejected."""
        subject = fact.relation or fact.head.concept
        compiled = self._compiled.get(subject) or self._compile(subject)
        if compiled is None:
            self._reject_unknown(fact, subject)
            return None
        if problems := _fact_problems(compiled, fact):
            self._reject(_reject(fact, problems))
            return None
        kind = self._kind(fact, subject)
        uid = ""
        if kind.keyed:
            uid = uid_of_fact(kind.type, fact.head.uid, fact.tail.uid, fact.values)
        return Edge(kind, uid, fact.head, fact.tail, fact.row, fact.values)

    def _compile(self, concept: str) -> CompiledConcept | None:
        if concept not in self._ontology:
            return None
        return self._compiled.setdefault(concept, compile_concept(self._ontology, concept))

    def _kind(self, fact: Fact, subject: str) -> EdgeKind:
        """Return what the statement for this fact has to look like."""
        key = (subject, fact.attribute)
        if key not in self._kinds:
            self._kinds[key] = _edge_kind(self._ontology, fact, subject)
        return self._kinds[key]

    def _reject_unknown(self, statement: Record | Fact, concept: str) -> None:
        reason = f"{concept} is no concept of the stored ontology"
        self._reject(Reject(statement.row, reason, "unknown-concept", given_of(statement)))


def _time_problem(record: Record) -> tuple[str, str] | None:
    """Return what is wrong with the time in which a record holds, None for nothing."""
    first, end = record.valid_from, record.valid_to
    if first is None or end is None or first <= end:
        return None
    return "period", f"valid_to ({end}) is before valid_from ({first})"


def _fact_problems(compiled: CompiledConcept, fact: Fact) -> Sequence[tuple[str, str]]:
    """Return what keeps a fact from being stored; empty when nothing does."""
    found: Sequence[tuple[str, str]] = ()
    if fact.relation:
        found = compiled.fact_problems(fact.values, fact.head.concept, fact.tail.concept)
    elif not compiled.is_link(fact.attribute):
        found = [("unknown", f"{fact.attribute} is no link attribute of {fact.head.concept}")]
    # What the end really is, is stored with it: its class is tested when the link is written.
    for end, mention in (("head", fact.head), ("tail", fact.tail)):
        if may_be_long(mention.values):
            found = [*found, *reference_problems(end, mention)]
    return found


def _edge_kind(ontology: Ontology, fact: Fact, subject: str) -> EdgeKind:
    """Return type and end labels for a relation concept or a link attribute."""
    attributes = ontology.attributes(subject)
    if fact.relation:
        type_ = ontology[fact.relation].relationship_type
        head, tail = (_labels(attributes[end].range) for end in ENDS)
        keyed = any(name not in ENDS for name in attributes)
        return EdgeKind(type_, False, head, tail, keyed)
    attribute = attributes[fact.attribute]
    declarers = [c for c in ontology.lineage(subject) if _declares(ontology, c, fact.attribute)]
    return EdgeKind(attribute.relationship_type, False, (declarers[-1],), _labels(attribute.range))


def _declares(ontology: Ontology, concept: str, attribute: str) -> bool:
    return any(a.name == attribute for a in ontology[concept].attributes)


def _labels(range_: object) -> tuple[str, ...]:
    return range_.concepts if isinstance(range_, ConceptRange) else ()


def _reject(statement: Record | Fact, problems: Sequence[tuple[str, str]]) -> Reject:
    reason = "; ".join(reason for _, reason in problems)
    return Reject(statement.row, reason, problems[0][0], given_of(statement))


def given_of(statement: Record | Fact) -> str:
    """Return a statement as text for a list of rejects, at most 500 characters."""
    named = statement.concept if isinstance(statement, Record) else statement.relation
    return f"{named} {statement.values!r}"[:500]


def _kind_of(edge: Edge) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Return what edges are grouped by."""
    return (edge.kind.type, edge.kind.head_labels, edge.kind.tail_labels)


def _free(*batch: list[Any]) -> None:
    """Empty lists bit by bit: while all of it is freed at once no other thread does anything."""
    for each in batch:
        while each:
            del each[-_BIT:]


class _Lane:
    """Runs jobs one after the other beside the caller, who is never more than one job ahead."""

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1)
        self._flight: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._wait()
        finally:
            self._worker.shutdown()

    def submit(self, job: Callable[..., None], *arguments: object) -> None:
        """Start a job once the one before is done; its error, if any, is raised here."""
        self._wait()
        self._flight = self._worker.submit(job, *arguments)

    def _wait(self) -> None:
        if self._flight is not None:
            self._flight.result()
            self._flight = None


class Writer:
    """Writes the statements of one run.

    Args:
        database: where to; migrations must have been applied.
        ontology: the classes as stored there.
        run: from `runs.begin`.
        rejects: where to list rejected statements; None to keep only the first few.
        complete: of the things it speaks of, the run says all that its source says, so that what
            it leaves out of them is history.
        certain: all it says is known to be new, so nothing is looked up before it is locked.
        gone: the keys of records that the source does not make any more, where the things they
            are of are spoken of otherwise.
    """

    def __init__(
        self,
        database: Database,
        ontology: Ontology,
        run: Run,
        rejects: Path | None = None,
        *,
        complete: bool = True,
        certain: bool = False,
        gone: Collection[Key] = (),
    ) -> None:
        self._complete = complete
        self._database = database
        self._run = run
        self._counts = Counts()
        self._rejects = RejectFile(rejects)
        self._listing = Lock()
        self._validator = Validator(ontology, self._add_reject)
        self._instances = InstanceWriter(database, ontology, run, gone, certain=certain)
        self._edges = EdgeWriter(database, ontology, run)
        self._waiting = Spool[Edge]()
        self._updates = 0
        self._started: tuple[Started, list[Edge], Callable[[int], None]] | None = None

    def write(
        self,
        statements: Iterable[Statement],
        advance: Callable[[int], None] = lambda _: None,
    ) -> WriteReport:
        """Write all statements and close the run; done again, it changes nothing.

        Args:
            statements: consumed once, in order.
            advance: called with every number of statements finished.

        Raises:
            WriteLost: the counts do not add up.
            StoreError: the server went away; what was written stays, and the same call again
                goes on from there.
        """
        report = self.put(statements, advance)
        self._close("done")
        return report

    def put(
        self,
        statements: Iterable[Statement],
        advance: Callable[[int], None] = lambda _: None,
    ) -> WriteReport:
        """Write all statements as `write` does, and leave the run to whoever began it."""
        try:
            with self._rejects, paused_collector():
                self._stream(statements, advance)
                self._finish()
                self._flush()
                self._revise_again(advance)
                if self._complete:
                    self._take(self._instances.settle())
                    self._flush()
        except StoreError:
            raise  # the server could not be told either
        except BaseException:
            self._close("failed")
            raise
        finally:
            self._instances.close()
        self._check()
        return WriteReport(
            run=self._run.id if self._run.recorded else 0,
            source=self._run.source,
            counts=self._counts,
            updates=self._updates,
            rejects=self._rejects.first,
            rejects_file=self._rejects.path if self._counts.rejected else None,
        )

    def _stream(self, statements: Iterable[Statement], advance: Callable[[int], None]) -> None:
        """Send batches in the order given, one on its way while the next is prepared."""
        records: list[tuple[Record, str]] = []
        edges: list[Edge] = []
        # Small at first, so that the server starts soon, and tells soon whether all is new.
        size, rows, window = 0, min(_FIRST_ROWS, BATCH_ROWS), BATCH_EDGES
        sent = deque[tuple[list[tuple[Record, str]], list[Edge]]]()
        with _Lane() as lane:
            for statement in statements:
                self._counts.given += 1
                if isinstance(statement, Record):
                    if self._validator.record(statement):
                        body = said(statement, self._run.source)
                        size += len(body)
                        records.append((statement, hash_of(body)))
                elif isinstance(statement, Fact):
                    if (edge := self._validator.edge(statement)) is not None:
                        edges.append(edge)
                else:
                    self._add_reject(statement)
                if len(records) >= rows or len(edges) >= window or size >= BATCH_BYTES:
                    lane.submit(self._send, records, edges, advance)
                    sent.append((records, edges))
                    if len(sent) > _UNDER_WAY:
                        _free(*sent.popleft())
                    gc.collect(0)  # what little the driver leaves behind
                    window = min(2 * window, _WINDOW) if edges else window
                    records, edges, size, rows = [], [], 0, BATCH_ROWS
            lane.submit(self._send, records, edges, advance)

    def _send(
        self,
        records: list[tuple[Record, str]],
        edges: list[Edge],
        advance: Callable[[int], None],
    ) -> None:
        """Start to write records, and finish those before them meanwhile, with their edges."""
        started = self._instances.start(records)
        self._finish()
        self._started = (started, edges, advance)
        if not records:  # there is nothing to wait for
            self._finish()

    def _finish(self) -> None:
        """Finish the records on their way, then write edges, and note what became of them."""
        if self._started is None:
            return
        started, edges, advance = self._started
        self._started = None
        outcome = self._instances.finish(started)
        self._counts.written += outcome.written
        self._counts.unchanged += len(started.batch) - outcome.written - outcome.put_off
        self._take(outcome)
        advance(len(started.batch) - outcome.put_off)
        edges.sort(key=_kind_of)
        self._send_edges(edges, advance, final=False)

    def _revise_again(self, advance: Callable[[int], None]) -> None:
        """Write the records that were put off until all else was there."""
        for count, outcome in self._instances.revise_again():
            self._counts.written += outcome.written
            self._counts.unchanged += count - outcome.written
            self._take(outcome)
            advance(count)
        self._flush()

    def _take(self, outcome: InstanceOutcome) -> None:
        """Write the relationships that follow from records."""
        self._updates += outcome.updates
        self._send_edges(outcome.edges, lambda _: None, final=False)

    def _send_edges(
        self, edges: list[Edge], advance: Callable[[int], None], *, final: bool
    ) -> None:
        """Write edges; count the stated ones."""
        if not edges:
            return
        outcome = self._edges.write(edges, final=final)
        if self._instances.has_put_off:  # what is put off may give an end the class it lacks
            outcome.waiting += [edge for edge, _ in outcome.misfits]
            outcome.misfits.clear()
        for edge in outcome.waiting:
            self._waiting.add(edge)
        for edge, reason in outcome.misfits:
            self._add_reject(Reject(edge.place, reason, "link-type", f"{edge.values!r}"[:500]))
        waiting = sum(not edge.kind.derived for edge in outcome.waiting)
        stated = sum(not edge.kind.derived for edge in edges) - waiting
        written = outcome.stated + outcome.supported
        self._counts.written += written
        self._counts.unchanged += stated - written - len(outcome.misfits)
        self._updates += outcome.updates
        advance(stated)

    def _flush(self) -> None:
        """Write the edges that waited for ends; those that never came become mentions."""
        waiting, self._waiting = self._waiting, Spool[Edge]()
        for edges in waiting.batches():
            self._send_edges(edges, lambda _: None, final=True)

    def _add_reject(self, reject: Reject) -> None:
        with self._listing:  # the lane finds rejects too
            self._counts.rejected += 1
            self._rejects.add(reject)

    def _check(self) -> None:
        counts = self._counts
        accounted = counts.written + counts.unchanged + counts.rejected
        if accounted != counts.given or min(counts.written, counts.unchanged) < 0:
            raise WriteLost(counts.given, accounted)

    def _close(self, status: str) -> None:
        finish(self._database, self._run, status, asdict(self._counts))
