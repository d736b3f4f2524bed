"""Who may do what beside whom.

A source has one update at a time. Decisions, on who is who and on what is shown, are taken one at
a time, and not while an update or a load writes: it places what it says by the decisions that
stood when it began. Whoever is in the way is waited for.

Both sides first say in the graph what they are about to do, then look whether the other does; so
one of the two always sees the other, and who writes is the one that steps back.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from random import uniform
from typing import Any
from uuid import uuid4

import psutil

from knowloom.assets import cypher
from knowloom.errors import SourceBusy
from knowloom.store import runs
from knowloom.store.database import Database
from knowloom.store.runs import Run

DECISIONS = "decisions"
"""The source in whose name decisions are taken."""
_PATIENCE = 30.0
_PATIENCE_OF_UPDATES = 600.0  # nobody sits before them, and to look at all things takes minutes
_PAUSES = 0.1, 0.4
_SILENCE = 1.0  # others are mostly done by then
_EXACT = 2.0  # seconds; the machine's own start is told in whole ones
_held: set[tuple[str, int]] = set()
"""The locks of this process, without those that it could not drop while the server was away."""
_log = logging.getLogger(__name__)


@contextmanager
def alone(database: Database, command: str, *, by_force: bool = False) -> Generator[Run]:
    """Yield a run that takes decisions; who else does, or writes, is waited for a while.

    Args:
        database: where the locks are.
        command: of the run, which begins when nobody is in the way.
        by_force: whoever is in the way is no more.

    Raises:
        SourceBusy: another one still decides or writes.
    """
    holder = runs.begin(database, DECISIONS, command)
    until = time.monotonic() + _PATIENCE
    _patiently(lambda: take_lock(database, holder, by_force=by_force), until)
    try:
        if by_force:
            _forget_writers(database)
        else:
            _patiently(lambda: _refuse(database, lambda row: row["writes"]), until)
        yield runs.begin(database, DECISIONS, command)
    finally:
        drop_lock(database, holder)


def deciding(
    database: Database, command: str, *, dry_run: bool = False
) -> AbstractContextManager[Run]:
    """Return the run of a decision, as `alone` has it; a trial waits for nobody."""
    if dry_run:
        return nullcontext(runs.begin(database, DECISIONS, command))
    return alone(database, command)


def begin_writing(database: Database, holder: Run) -> Run:
    """Return the run in which a source is written, once nobody decides; none does until it ends.

    Args:
        database: where the locks are.
        holder: has the lock of the source.

    Raises:
        SourceBusy: somebody still decides, after ten minutes.
    """
    _once_nobody_decides(
        database,
        lambda: _say(database, holder, writes=True),
        lambda: _say(database, holder, writes=False),
    )
    return runs.begin(database, holder.source, holder.command)


@contextmanager
def writing(database: Database, source: str, command: str) -> Generator[Run]:
    """Yield a run that writes beside whoever else does, of its source too.

    Args:
        database: where the locks are.
        source: who says what is written.
        command: of the run, which begins once nobody decides; none does until it ends.

    Raises:
        SourceBusy: somebody still decides, after ten minutes.
    """
    holder = Run(f"{source} {uuid4()}", command)
    _once_nobody_decides(
        database,
        lambda: take_lock(database, holder, of=source),
        lambda: drop_lock(database, holder),
    )
    try:
        yield runs.begin(database, source, command)
    finally:
        drop_lock(database, holder)


def take_lock(
    database: Database, run: Run, *, by_force: bool = False, of: str | None = None
) -> None:
    """Take the lock of a run's source.

    A lock whose process ran on this machine and is no more is taken over.

    Args:
        database: where the lock is.
        run: who wants it.
        by_force: take it from whoever has it.
        of: the source that the run writes, when the lock is its own.

    Raises:
        SourceBusy: another run has it.
    """
    host, pid = socket.gethostname(), os.getpid()
    mine = {
        "source": run.source,
        "of": of,
        "holder": f"process {pid} on {host}",
        "host": host,
        "pid": pid,
        "born": _born(pid),
        "since": datetime.now(UTC),
        "run": run.id,
    }
    _held.add((run.source, run.id))
    while True:
        [row] = database.in_write(lambda tx: list(tx.run(cypher("update/take_lock"), mine)))
        if row["run"] == run.id:
            return
        if not (by_force or _is_dead(row)):
            _held.discard((run.source, run.id))
            raise _busy(row)
        database.write(cypher("update/drop_lock"), source=run.source, run=row["run"])


def drop_lock(database: Database, run: Run) -> None:
    """Drop the lock of a run's source."""
    _held.discard((run.source, run.id))
    database.write(cypher("update/drop_lock"), source=run.source, run=run.id)


def _forget_writers(database: Database) -> None:
    """Drop the locks of single runs."""
    for row in database.read(cypher("update/read_locks")):
        if row["of"] is not None:
            _forget(database, row)


def _forget(database: Database, row: Any) -> None:
    """Drop the lock of a single run that is no more, which nobody else ever takes over."""
    database.write(cypher("update/drop_lock"), source=row["source"], run=row["run"])


def _patiently(attempt: Callable[[], None], until: float) -> None:
    """Attempt something until nobody is in the way, or it is too late; tell who is waited for."""
    silent_until: float | None = time.monotonic() + _SILENCE
    while True:
        try:
            return attempt()
        except SourceBusy as error:
            now = time.monotonic()
            if now > until:
                raise
            if silent_until is not None and now > silent_until:
                _log.warning("waiting, for %.0f s at most: %s", until - now, error)
                silent_until = None
        time.sleep(uniform(*_PAUSES))


def _once_nobody_decides(
    database: Database, say: Callable[[], None], unsay: Callable[[], None]
) -> None:
    """Say that something writes, and step back as often as somebody decides.

    Raises:
        SourceBusy: somebody still decides, after ten minutes.
    """

    def attempt() -> None:
        say()
        try:
            _refuse(database, lambda row: row["source"] == DECISIONS)
        except BaseException:
            unsay()
            raise

    _patiently(attempt, time.monotonic() + _PATIENCE_OF_UPDATES)


def _say(database: Database, run: Run, *, writes: bool) -> None:
    """Say beside the lock of a run's source whether it writes."""
    database.write(cypher("update/put_writing"), source=run.source, run=run.id, writes=writes)


def _refuse(database: Database, is_in_the_way: Callable[[Any], bool]) -> None:
    """Refuse while somebody who has a lock is in the way."""
    for row in database.read(cypher("update/read_locks")):
        if is_in_the_way(row):
            if not _is_dead(row):
                raise _busy(row)
            if row["of"] is not None:
                _forget(database, row)


def _busy(row: Any) -> SourceBusy:
    since = row["since"].to_native()
    told = row["holder"], since.isoformat(" ", "seconds")
    if row["of"] is not None:
        return SourceBusy(row["of"], *told, doing="written")
    return SourceBusy(row["source"], *told)


def _is_dead(row: Any) -> bool:
    """Return whether a process is known to be no more; its number may have been given away."""
    if row["host"] != socket.gethostname():
        return False
    if row["pid"] == os.getpid() and (row["source"], row["run"]) not in _held:
        return True
    try:
        return row["born"] is not None and abs(_born(row["pid"]) - row["born"]) > _EXACT
    except psutil.NoSuchProcess:
        return True


def _born(pid: int) -> float:
    """Return how long after its machine a process was started, in seconds.

    What time it was then is said otherwise once somebody sets the clock.

    Raises:
        psutil.NoSuchProcess: there is none.
    """
    return psutil.Process(pid).create_time() - psutil.boot_time()
