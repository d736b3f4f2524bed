"""Updating: a source is looked at again, and only what changed is written.

A run reads and checks the whole source before it writes, so that a source that cannot be read to
its end, or that lost too much, changes nothing. How far a source has been read is noted in the
last transaction: whatever ends a run before, the same command again completes it.
"""

from __future__ import annotations

import getpass
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from knowloom import loading
from knowloom.assets import cypher
from knowloom.base import KnowledgeBase
from knowloom.errors import KnowloomError, SourceBusy, TooMuchWouldGo, UsageError
from knowloom.knowledge.mapping_file import mapping_to_toml, read_mapping
from knowloom.knowledge.plugins import News, all_new, loaders, news_of
from knowloom.knowledge.record import Record, Reject, Statement
from knowloom.ontology.as_json import to_json
from knowloom.ontology.concepts import Ontology
from knowloom.server.files import own_folder
from knowloom.store import runs
from knowloom.store.collector import paused_collector
from knowloom.store.database import Database
from knowloom.store.revise import plan_ahead
from knowloom.store.runs import Run
from knowloom.store.write import RejectFile, Validator, Writer
from knowloom.update.fetch import Fetched, Known, fetch
from knowloom.update.lock import begin_writing, drop_lock, take_lock
from knowloom.update.reading import Reading
from knowloom.update.resolve import is_behind
from knowloom.update.restate import stated_by
from knowloom.update.retract import retract
from knowloom.update.snapshot import (
    Changed,
    Part,
    Rows,
    changed_parts,
    parted,
    rows_of,
    subject,
)
from knowloom.update.sources import Source

Advance = Callable[[int], None]
Snapshot = tuple[list[Part], Rows | None]


@dataclass(slots=True)
class UpdateReport:
    """What an update did, or with a trial would do.

    Args:
        source: its name.
        run: its number; 0 when it changed nothing and so left no trace.
        given: statements read; 0 when the source was known to be unchanged.
        written: of them new or changed.
        unchanged: of them known already.
        rejected: of them unusable; they are listed in `rejects_file`.
        removed: statements that the source does not make any more.
        updates: everything the server counted as changed.
        seconds: how long it took.
        skipped: True when the source was known to be unchanged, and nothing was read.
        rejects: the first rejected statements.
        rejects_file: where all of them are listed.
        joined, to_review: pairs of things found to be one, and questions about such pairs, when
            the source asks for it.
        unresolved: why that could not be looked at, when others went on deciding; the next update
            does, whether the source changed or not.
        changes: the first statements that would be written or removed, in a trial.
    """

    source: str
    run: int = 0
    given: int = 0
    written: int = 0
    unchanged: int = 0
    rejected: int = 0
    removed: int = 0
    updates: int = 0
    seconds: float = 0.0
    skipped: bool = False
    rejects: list[Reject] = field(default_factory=list[Reject])
    rejects_file: Path | None = None
    joined: int = 0
    to_review: int = 0
    unresolved: str = ""
    changes: list[str] = field(default_factory=list[str])


_SHOWN = 20
_KNOWN = ("name", "digest", "way", "etag", "modified", "mirrors", "last", "interrupted", "query")


def update(
    kb: KnowledgeBase,
    source: Source,
    *,
    dry_run: bool = False,
    break_lock: bool = False,
    advance: Advance = lambda _: None,
) -> UpdateReport:
    """Bring the graph up to date with a source.

    Args:
        kb: where to; its ontology gains the concepts that a proposed mapping needs.
        source: what to look at.
        dry_run: say what would change, and change nothing.
        break_lock: take the source's lock from a run that is no more.
        advance: called with every number of statements read.

    Raises:
        SourceBusy: another update of this source is running.
        SourceError: it cannot be read, or not to its end; nothing was written.
        TooMuchWouldGo: more of it is missing than its guard allows; nothing was written.
        StoreError: the server went away; the same call again completes the update.
    """
    started = time.monotonic()
    kb.migrate()
    kb.workspace.mkdir(parents=True, exist_ok=True)
    with own_folder(kb.workspace, "update-") as folder:
        report = _Update(kb, source, folder, advance).run(dry_run, break_lock)
    if source.resolve and not dry_run and (not report.skipped or is_behind(kb.database)):
        try:
            found = kb.resolve()
        except SourceBusy as error:
            report.unresolved = str(error)
        else:
            report.joined, report.to_review = len(found.joined), len(found.review)
    report.seconds = time.monotonic() - started
    return report


class _Update:
    """One update on its way."""

    def __init__(self, kb: KnowledgeBase, source: Source, folder: Path, advance: Advance) -> None:
        self._kb = kb
        self._source = source
        self._folder = folder
        self._advance = advance
        self._report = UpdateReport(source.name)

    def run(self, dry_run: bool, break_lock: bool) -> UpdateReport:
        """Look at the source, and do what there is to do."""
        known = _known(self._kb.database, self._source.name)
        self._refuse_another_query(known)
        seen = Known()
        if _is_current(known) and known["way"] and known["way"] == self._way():
            seen = Known(known["etag"] or "", known["modified"] or "")
        fetched = fetch(self._source, seen, self._folder)
        if fetched.unchanged:
            self._report.skipped = True
            return self._report
        plan = self._load_plan(fetched)
        digest = self._digest(plan, fetched)
        if known["digest"] == digest and _is_current(known):
            self._report.skipped = True
            return self._report
        if dry_run:
            self._try(plan, fetched)
            return self._report
        with _Ahead(self._kb.database, known, lambda: self._begin(break_lock)) as ahead:
            is_held = True
            try:
                early = None if plan.added else self._see(plan, fetched, ahead.snapshot(), ahead)
                is_held = not self._locked(plan, fetched, digest, early, ahead)
            finally:
                if is_held and ahead.begun.exception() is None:
                    drop_lock(self._kb.database, ahead.begun.result())
        return self._report

    def _refuse_another_query(self, known: Mapping[str, Any]) -> None:
        """Refuse to take a second query of a database for the first because neither has a name."""
        source = self._source
        if not source.is_named and known["query"] not in (None, source.query):
            raise UsageError(
                f"{source.name} was asked another query before, and what this one does not find "
                "would go: call this source otherwise with --name, or give --name "
                f"{source.name} to let it take the place of the other"
            )

    def _begin(self, by_force: bool) -> Run:
        """Begin the run, and take the lock of its source."""
        run = runs.begin(self._kb.database, self._source.name, "update run")
        take_lock(self._kb.database, run, by_force=by_force)
        return run

    def _see(
        self, plan: loading.LoadPlan, fetched: Fetched, snapshot: Snapshot, ahead: _Ahead
    ) -> _Seen:
        """Read the source; no further than one block when its lock cannot be had.

        Args:
            plan: how it is read.
            fetched: what of it.
            snapshot: what it said before.
            ahead: takes the lock meanwhile.
        """

        def advance(count: int) -> None:
            if ahead.begun.done():
                ahead.begun.result()
            self._advance(count)

        rejects = RejectFile(self._folder / "rejects.jsonl")
        try:
            read = self._read(plan, fetched, snapshot[1], rejects, advance)
            ahead.begun.result()
        except BaseException:
            rejects.close()
            raise
        return _Seen(snapshot, read, rejects)

    def _locked(
        self,
        plan: loading.LoadPlan,
        fetched: Fetched,
        digest: str,
        seen: _Seen | None,
        ahead: _Ahead,
    ) -> bool:
        """Write what changed, then note how far the source was read.

        Args:
            plan: how the source is read.
            fetched: what of it.
            digest: of both.
            seen: what it says, read before the lock was there.
            ahead: has the run, once that has the lock.

        Returns:
            Whether the last transaction dropped the lock.
        """
        database, holder = self._kb.database, ahead.begun.result()
        if plan.added:
            self._kb.grow_ontology(plan.added_to, comment=f"for {self._source.name}")
            digest = self._digest(plan, fetched)
        known = _known(database, self._source.name)
        if known["interrupted"]:
            database.write(cypher("update/close_interrupted"), source=holder.source)
        if seen is None or known != ahead.known:  # somebody else had the lock before
            if seen is not None:
                seen.rejects.close()
            seen = self._see(plan, fetched, _snapshot(database, known), ahead)
        (parts, _), read, rejects = seen
        with rejects:
            run = begin_writing(database, holder)
            rejects.move(self._kb.workspace / "rejects" / f"{run.id}.jsonl")
            gone = self._gone(read, run)
            packing = ahead.aside.submit(changed_parts, parts, read.known, read.turnover())
            try:
                self._write(run, read, gone, rejects)
            except KnowloomError as error:
                self._finish(run, "failed", str(error))
                raise
            self._note_rejects(rejects)
            if self._report.rejected > self._source.allow_rejects:
                self._finish(run, "rejects", "more statements were rejected than allowed")
                return False
            if self._report.rejected:
                read.keep(gone)  # what was not looked at closely did not go
                packing = ahead.aside.submit(changed_parts, parts, read.known, read.turnover())
            self._advance_source(run, holder, packing.result(), digest, fetched)
        return True

    def _load_plan(self, fetched: Fetched) -> loading.LoadPlan:
        """Return how the files are to be read."""
        kind = fetched.kind or self._source.kind or _kind_of(fetched.files)
        paths = [*fetched.files, *fetched.deleted]
        return loading.plan(
            kind,
            paths,
            self._kb.ontology,
            mapping=self._source.mapping,
            source=self._source.name,
        )

    def _way(self) -> str:
        """Return a hash of how the source is read, whatever it holds."""
        source, mapping = self._source, self._source.mapping
        text = mapping_to_toml(read_mapping(mapping)) if mapping else ""
        content = orjson.dumps(to_json(self._kb.ontology), option=orjson.OPT_SORT_KEYS)
        content += f"{source.location} {source.kind} {source.delta}\n{text}".encode()
        return blake2b(content, digest_size=16).hexdigest()

    def _digest(self, plan: loading.LoadPlan, fetched: Fetched) -> str:
        """Return a hash of all that decides what this update writes."""
        [part] = plan.parts
        content = f"{loading.digest_of(plan, part, self._kb.ontology)} {self._source.delta}"
        content += " ".join(path.parent.name for path in fetched.deleted)
        return blake2b(content.encode(), digest_size=16).hexdigest()

    def _read(
        self,
        plan: loading.LoadPlan,
        fetched: Fetched,
        known: Rows | None,
        rejects: RejectFile,
        advance: Advance,
    ) -> Reading:
        """Read the whole source, and keep what its last snapshot does not hold."""
        ontology, without = plan.ontology if plan.added else self._kb.ontology, fetched.deleted
        deleted = _deletions(plan, ontology, fetched)
        validator = Validator(ontology, rejects.add)
        read = Reading(self._source, validator, rejects.add, known, deleted)
        if self._source.delta or deleted:  # what a row means depends on its place
            news = all_new(_statements(plan, ontology, without))
        else:
            news = _news(plan, ontology, known or {}, without)
        with paused_collector():
            read.read(news, advance)
        self._report.given = read.given
        return read

    def _gone(self, read: Reading, run: Run) -> set[str]:
        """Return the lines of what the source does not say any more.

        Raises:
            TooMuchWouldGo: it is more than may go in one run.
        """
        before = read.before
        if before is None:
            before = read.compare_with(stated_by(self._kb.database, run))
        if self._source.delta:
            spoken = {subject(line) for line in read.now}
            gone = {line for line in before if subject(line) in read.dropped}
            read.keep({line for line in before - gone if subject(line) not in spoken})
            self._report.removed = len(gone)
            return gone
        gone = set(read.ended)
        self._report.removed = read.lost(gone)
        if self._report.removed > self._source.guard * len(before):
            raise TooMuchWouldGo(
                self._source.name, self._report.removed, len(before), self._source.guard
            )
        return gone

    def _write(self, run: Run, read: Reading, gone: set[str], rejects: RejectFile) -> None:
        """Write what changed, then take back what is not said any more."""
        report, database = self._report, self._kb.database
        changed = read.changed.count
        if changed:
            replaced = set[str]()
            if not (rejects.count or self._source.delta):
                replaced = {line for line in gone if subject(line) in read.renewed}
                gone -= replaced
            writer = Writer(
                database,
                self._kb.ontology,
                run,
                complete=self._source.delta,
                certain=read.known is not None,
                gone=parted(replaced)[0],
            )
            done = writer.put(one for part in read.changed.batches() for one in part)
            report.written, report.updates = done.counts.written, done.updates
            for reject in done.rejects:
                rejects.add(reject)
        if not rejects.count:
            report.updates += retract(database, self._kb.ontology, run, gone)
        else:
            report.removed = 0
        report.unchanged = read.given - rejects.count - report.written
        report.run = run.id if run.recorded else 0

    def _advance_source(
        self, run: Run, holder: Run, changed: Changed, digest: str, fetched: Fetched
    ) -> None:
        """Note how far the source was read, drop the lock and close the run, all at once."""
        rows = [part._asdict() for part in changed.parts]
        state = {
            "source": run.source,
            "digest": digest,
            "way": self._way() if fetched.etag or fetched.modified else None,
            "given": self._report.given,
            "etag": fetched.etag or None,
            "modified": fetched.modified or None,
            "watermark": run.started,
            "mirrors": run.id if run.recorded else max(run.earlier, default=0),
            "query": self._source.query or None,
        }

        def work(tx: Any) -> None:
            if changed.anew:
                tx.run(cypher("update/drop_parts"), source=run.source).consume()
            if rows:
                given = {"rows": rows}
                tx.run(cypher("update/put_snapshot"), source=run.source, given=given).consume()
            tx.run(cypher("update/advance_source"), state).consume()
            tx.run(cypher("update/drop_lock"), source=run.source, run=holder.id).consume()
            self._finish_in(tx, run, "done", "")

        self._kb.database.in_write(work)

    def _finish(self, run: Run, status: str, error: str) -> None:
        """Close the run in the ledger."""
        self._kb.database.in_write(lambda tx: self._finish_in(tx, run, status, error))

    def _finish_in(self, tx: Any, run: Run, status: str, error: str) -> None:
        if run.recorded:
            told = {
                "given": self._report.given,
                "written": self._report.written,
                "unchanged": self._report.unchanged,
                "rejected": self._report.rejected,
                "removed": self._report.removed,
                "updates": self._report.updates,
                "snapshot": not self._source.delta,
                "by": getpass.getuser(),
                "error": error or None,
            }
            runs.finish_in(tx, run, status, told)

    def _note_rejects(self, rejects: RejectFile) -> None:
        self._report.rejected = rejects.count
        self._report.rejects = rejects.first
        self._report.rejects_file = rejects.path if rejects.count else None

    def _try(self, plan: loading.LoadPlan, fetched: Fetched) -> None:
        """Say what an update would do, but for what is only rejected when it is written."""
        database, report = self._kb.database, self._report
        run = runs.begin(database, self._source.name, "update run")
        known = _known(database, self._source.name)
        with RejectFile(None) as rejects:
            read = self._read(plan, fetched, _snapshot(database, known)[1], rejects, self._advance)
        gone = self._gone(read, run)
        if rejects.count:  # what was not looked at closely does not go
            gone, report.removed = set[str](), 0
        new = sorted(read.now - (read.before or set()))
        self._note_rejects(rejects)
        report.written = len(new)
        report.unchanged = report.given - rejects.count - len(new)
        report.changes = [f"+ {line}" for line in new[:_SHOWN]]
        report.changes += [f"- {line}" for line in sorted(gone)[:_SHOWN]]


def _statements(
    plan: loading.LoadPlan, ontology: Ontology, without: Sequence[Path] = ()
) -> Iterator[Statement]:
    """Yield what the files of a plan say, but for some of them."""
    [part] = plan.parts
    for path, mapping in part.files:
        if path not in without:
            yield from plan.loader.statements(
                path, ontology=ontology, mapping=mapping, source=part.source
            )


def _news(
    plan: loading.LoadPlan, ontology: Ontology, known: Rows, without: Sequence[Path] = ()
) -> Iterator[News]:
    """Yield what the rows of a plan's files say, but for those known."""
    [part] = plan.parts
    for path, mapping in part.files:
        if path not in without:
            yield from news_of(plan.loader, path, ontology, mapping, part.source, known)


def _deletions(plan: loading.LoadPlan, ontology: Ontology, fetched: Fetched) -> dict[str, int]:
    """Return the uids of things that a source says are no more, with the line that says so."""
    if not fetched.deleted:
        return {}
    said = [path for path, _ in plan.parts[0].files if path not in fetched.deleted]
    found = _statements(plan, ontology, said)
    return {s.uid: s.row for s in found if isinstance(s, Record)}


def _kind_of(files: Iterable[Path]) -> str:
    """Return the loader that reads files of these endings."""
    suffixes: set[str] = set()
    for path in files:
        found = path.rglob("*") if path.is_dir() else [path]
        suffixes |= {p.suffix.lower() for p in found if p.is_file()}
    offered = loaders()
    fitting = [kind for kind, each in offered.items() if suffixes & {*each.suffixes}]
    if len(fitting) == 1:
        return fitting[0]
    shown = " or ".join(fitting or offered)
    raise UsageError(f"say with --kind how these files are to be read: {shown}")


def _known(database: Database, source: str) -> dict[str, Any]:
    """Return how far a source has been read."""
    rows = database.read(cypher("update/read_source"), source=source)
    return dict(rows[0]) if rows else dict.fromkeys(_KNOWN)


def _is_current(known: dict[str, Any]) -> bool:
    """Return whether nothing was written in a source's name since it was last read whole."""
    return known["mirrors"] is not None and known["mirrors"] == (known["last"] or 0)


def _snapshot(database: Database, known: dict[str, Any]) -> Snapshot:
    """Return the last snapshot and its rows; None when it does not mirror what the graph holds."""
    if not _is_current(known):
        return [], None
    rows = database.read(cypher("update/read_snapshot"), source=known["name"])
    parts = [
        Part(row["number"], row["marks"], bytes(row["body"]), row["gone"] or b"") for row in rows
    ]
    return parts, rows_of(parts)


class _Seen(NamedTuple):
    """What a source says, the last snapshot that it was compared with, and what was rejected."""

    snapshot: Snapshot
    read: Reading
    rejects: RejectFile


class _Ahead:
    """What goes on while a source is read: its lock is taken, and the server plans.

    To plan takes longer than to carry out what revises a thousand instances. So it is done in the
    first run of a source as well, which does not revise any: the next finds the plans there.

    Args:
        database: where to.
        known: how far the source was read, as it stood before the lock was taken.
        begin: begins the run and takes the lock.
    """

    def __init__(
        self, database: Database, known: dict[str, Any], begin: Callable[[], Run]
    ) -> None:
        self.known = known
        self.aside = ThreadPoolExecutor(3)
        self.begun = self.aside.submit(begin)
        self._snapshot = self.aside.submit(_snapshot, database, known)
        self.aside.submit(plan_ahead, database)

    def __enter__(self) -> _Ahead:
        return self

    def __exit__(self, *_: object) -> None:
        self.aside.shutdown()

    def snapshot(self) -> Snapshot:
        """Return what `_snapshot` does."""
        return self._snapshot.result()
