"""Updating: a source is read again, and only what differs from last time reaches the graph.

The source says all there is in it: of what it says nothing any more, its evidence ends. What
others say stays. A run that dies in the middle leaves no mark, so the next one looks at everything
again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

from knowloom import loading
from knowloom.base import KnowledgeBase
from knowloom.errors import TooMuchGone
from knowloom.knowledge.plugins import kinds, loader
from knowloom.knowledge.record import Fact, Record, Reject, Statement, hash_of, said, uid_of_fact
from knowloom.ontology.concepts import ENDS, Ontology
from knowloom.store import runs, sources
from knowloom.store.edges import Spool
from knowloom.store.retract import FactKey
from knowloom.store.sources import Known
from knowloom.store.write import Counts, Writer, WriteReport
from knowloom.update.incoming import Incoming, incoming
from knowloom.update.ledger import Ledger

Advance = Callable[[int], None]
_FEW = 10  # so many things may always go
_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Request:
    """What to update from.

    Args:
        source: a path, an address of JSON lines, or a database's.
        name: how the source is called; by itself when empty.
        kind: of the loader; empty to tell by the ending.
        mapping: what its columns mean; proposed when None.
        query: for a database.
        allow_gone: the largest share of things that may go at once.
        take_over: take the source from an update of which it is known that it is no more.
    """

    source: str
    name: str = ""
    kind: str = ""
    mapping: Path | None = None
    query: str = ""
    allow_gone: float = 0.3
    take_over: bool = False

    @property
    def called(self) -> str:
        """The name under which what it says is kept."""
        plain = self.source.partition("?")[0].rstrip("/")
        if "://" in plain:  # never a password
            return self.name or plain.partition("://")[2].rpartition("@")[2]
        return self.name or Path(plain).name


@dataclass(slots=True)
class UpdateReport:
    """What an update did, or would do.

    Args:
        source: its name.
        run: its number; 0 when nothing had to be written.
        counts: of what the source says.
        changed: statements that differ from last time.
        gone: instances of which the source says nothing any more.
        gone_facts: relationships that it states no more.
        unchanged: True when the source is as it was, and nothing was looked at.
        write: what reached the graph; None when nothing was to.
    """

    source: str
    run: int = 0
    counts: Counts = field(default_factory=Counts)
    changed: int = 0
    gone: int = 0
    gone_facts: int = 0
    unchanged: bool = False
    write: WriteReport | None = None


def update(
    kb: KnowledgeBase,
    request: Request,
    *,
    dry_run: bool = False,
    advance: Advance = lambda _: None,
) -> UpdateReport:
    """Bring the graph up to date with one source.

    Args:
        kb: where to; its ontology gains concepts that a proposed mapping needs.
        request: what to read.
        dry_run: say what would change; write nothing.
        advance: called with every number of statements read.

    Raises:
        SourceError: the source cannot be read; nothing was written.
        SourceBusy: another update of it is running.
        TooMuchGone: more would go than is allowed; nothing was written.
        StoreError: the server went away; the same call again does all that is left.
    """
    name = request.called
    known = sources.known(kb.database, name)
    read = incoming(request.source, query=request.query, etag=known.etag, modified=known.modified)
    with read as found:
        if found.unchanged:
            return _as_it_was(name, known)
        plan = loading.plan(
            request.kind or found.kind or _kind(found),
            found.paths,
            kb.ontology,
            mapping=request.mapping,
            source=name,
        )
        part = plan.parts[0]
        digest = loading.digest_of(plan, part, plan.ontology)
        if known.mark and known.digest == digest:
            return _as_it_was(name, known)
        if plan.added and not dry_run:
            kb.migrate()
            kb.save_ontology(plan.ontology, comment=f"for {name}")
        told = {"digest": digest, "etag": found.etag or None, "modified": found.modified or None}
        work = _Update(kb, plan.ontology, request, known, told)
        return work.done(
            lambda: loading.statements(plan.loader, part, plan.ontology), advance, dry_run=dry_run
        )


def _as_it_was(name: str, known: Known) -> UpdateReport:
    counts = Counts(given=known.given, unchanged=known.given)
    return UpdateReport(name, counts=counts, unchanged=True)


def _kind(found: Incoming) -> str:
    """Return the loader whose files end like those of a source."""
    files = [p for path in found.paths for p in (path.rglob("*") if path.is_dir() else (path,))]
    for kind in kinds():
        if any(file.name.lower().endswith(loader(kind).suffixes) for file in files):
            return kind
    return "csv"


@dataclass(slots=True)
class _Difference:
    """What a source says otherwise than last time."""

    given: int = 0
    changed: Spool[Statement] = field(default_factory=Spool[Statement])
    gone: list[str] = field(default_factory=list[str])
    gone_facts: list[FactKey] = field(default_factory=list[FactKey])


@dataclass(slots=True)
class _Update:
    """One update of one source."""

    kb: KnowledgeBase
    ontology: Ontology
    request: Request
    known: Known
    told: dict[str, Any]

    @property
    def name(self) -> str:
        """The source's."""
        return self.request.called

    def done(
        self, read: Callable[[], Iterator[Statement]], advance: Advance, *, dry_run: bool
    ) -> UpdateReport:
        """Compare with last time, and write what differs."""
        path = self.kb.workspace / "sources.sqlite"
        with Ledger(path, self.name, self.known.mark) as ledger:
            found = self._difference(ledger, read, advance)
            report = UpdateReport(
                self.name,
                counts=Counts(given=found.given, unchanged=found.given - found.changed.count),
                changed=found.changed.count,
                gone=len(found.gone),
                gone_facts=len(found.gone_facts),
            )
            if not dry_run:
                self._write(ledger, found, report)
            return report

    def _difference(
        self, ledger: Ledger, read: Callable[[], Iterator[Statement]], advance: Advance
    ) -> _Difference:
        found = _Difference()
        for statements, said_before in self._compared(ledger, read):
            found.given += len(statements)
            advance(len(statements))
            for (statement, _), known_already in zip(statements, said_before, strict=True):
                if not known_already:
                    found.changed.add(statement)
        if ledger.holds:
            self._complete(ledger, found, read)
            gone: Iterable[str] = ledger.gone()
            known = ledger.count()
        else:
            gone, known = self._gone_from_graph(ledger)
        for key in gone:
            if key.startswith("i "):
                found.gone.append(key[2:])
            elif key.startswith("f "):
                type_, head, tail, uid = key[2:].split("\t")
                found.gone_facts.append(FactKey(type_, head, tail, uid or None))
        lost = len(found.gone) + len(found.gone_facts)
        if lost > max(_FEW, self.request.allow_gone * known):
            raise TooMuchGone(self.name, lost, known, self.request.allow_gone)
        return found

    def _complete(
        self, ledger: Ledger, found: _Difference, read: Callable[[], Iterator[Statement]]
    ) -> None:
        """Send all that is said of things of which more than one record speaks, if any differs."""
        several = ledger.several()
        if not several:
            return
        changed: Spool[Statement] = Spool()
        for statements, said_before in self._compared(ledger, read):
            for (statement, key), known_already in zip(statements, said_before, strict=True):
                if key in several or not known_already:
                    changed.add(statement)
        found.changed = changed

    def _compared(
        self, ledger: Ledger, read: Callable[[], Iterator[Statement]]
    ) -> Iterator[tuple[list[tuple[Statement, str]], list[bool]]]:
        """Yield statements with what they are about, and whether the same was said last time."""
        source, name = read(), self.name
        while part := list(islice(source, _PAGE)):
            told = [_identity(statement, name, self.ontology) for statement in part]
            said_before = ledger.note(told)
            keys = (key for key, _ in told)
            yield list(zip(part, keys, strict=True)), said_before

    def _gone_from_graph(self, ledger: Ledger) -> tuple[list[str], int]:
        """Return what the graph has of this source and the source has not; without a ledger."""
        own = runs.begin(self.kb.database, self.name, "").earlier
        keys = [*self._instances(own), *self._facts(own)] if own else []
        return [key for key in keys if not ledger.is_said(key)], len(keys)

    def _instances(self, own: Sequence[int]) -> Iterator[str]:
        for uid in sources.standing(self.kb.database, self.name, own, _PAGE):
            yield f"i {uid}"

    def _facts(self, own: Sequence[int]) -> Iterator[str]:
        for fact in sources.stated(self.kb.database, own, _PAGE):
            yield _key(*fact)

    def _write(self, ledger: Ledger, found: _Difference, report: UpdateReport) -> None:
        """Write the difference as one run, and mark the source as read."""
        kb = self.kb
        kb.migrate()
        lock = sources.lock(kb.database, self.name, take_over=self.request.take_over)
        run = runs.begin(kb.database, self.name, "update run")
        marks: dict[str, Any] = {}
        try:
            rejects = kb.workspace / "rejects" / f"{run.id}.jsonl"
            report.write = Writer(kb.database, self.ontology, run, rejects).write(
                (s for batch in found.changed.batches() for s in batch),
                gone=found.gone,
                gone_facts=found.gone_facts,
            )
            report.run = report.write.run
            report.counts = _all_counts(found, report.write.counts)
            if not report.write.counts.rejected:
                mark = blake2b(f"{self.told['digest']} {run.id}".encode(), digest_size=8)
                ledger.commit(mark.hexdigest())
                marks = {**self.told, "given": found.given, "mark": mark.hexdigest()}
        finally:
            sources.release(kb.database, self.name, lock, run, marks, whole=bool(marks))


def _all_counts(found: _Difference, sent: Counts) -> Counts:
    """Return what became of all that a source says, also of what was not sent."""
    return Counts(
        found.given, sent.written, found.given - sent.written - sent.rejected, sent.rejected
    )


def _identity(statement: Statement, source: str, ontology: Ontology) -> tuple[str, str]:
    """Return what a statement is about, and a hash of what it says; nothing for a reject."""
    match statement:
        case Record():
            return f"i {statement.uid}", hash_of(said(statement, source))
        case Fact():
            type_, keyed = _type(statement, ontology)
            head, tail = statement.head.uid, statement.tail.uid
            uid = uid_of_fact(type_, head, tail, statement.values) if keyed else ""
            return _key(type_, head, tail, uid), ""
        case Reject():  # sent each time, to be listed
            return "r", str(id(statement))


def _type(fact: Fact, ontology: Ontology) -> tuple[str, bool]:
    """Return the relationship type of a fact, and whether its ends may have several."""
    if fact.relation in ontology:
        attributes = ontology.attributes(fact.relation)
        keyed = any(name not in ENDS for name in attributes)
        return ontology[fact.relation].relationship_type, keyed
    if fact.head.concept in ontology:
        attributes = ontology.attributes(fact.head.concept)
        if fact.attribute in attributes:
            return attributes[fact.attribute].relationship_type, False
    return fact.attribute, False


def _key(type_: str, head: str, tail: str, uid: str | None) -> str:
    return f"f {type_}\t{head}\t{tail}\t{uid or ''}"
