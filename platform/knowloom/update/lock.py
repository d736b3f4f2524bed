"""One update of a source at a time, whoever runs it and wherever."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from random import uniform

import psutil

from knowloom.assets import cypher
from knowloom.errors import SourceBusy
from knowloom.store import runs
from knowloom.store.database import Database
from knowloom.store.runs import Run

_PATIENCE = 30.0
_PAUSES = 0.1, 0.4


@contextmanager
def alone(
    database: Database, source: str, command: str, *, by_force: bool = False
) -> Generator[Run]:
    """Yield a run that has the lock of its source; who has it now is waited for a while.

    Args:
        database: where the lock is.
        source, command: of the run, which begins when the lock is there.
        by_force: take it from whoever has it.

    Raises:
        SourceBusy: another run still has it.
    """
    holder = runs.begin(database, source, command)
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            take_lock(database, holder, by_force=by_force)
            break
        except SourceBusy:
            if time.monotonic() > until:
                raise
            time.sleep(uniform(*_PAUSES))
    try:
        yield runs.begin(database, source, command)
    finally:
        drop_lock(database, holder)


def take_lock(database: Database, run: Run, *, by_force: bool = False) -> None:
    """Take the lock of a run's source.

    A lock whose process ran on this machine and is no more is taken over.

    Args:
        database: where the lock is.
        run: who wants it.
        by_force: take it from whoever has it.

    Raises:
        SourceBusy: another run has it.
    """
    host, pid = socket.gethostname(), os.getpid()
    mine = {
        "source": run.source,
        "holder": f"process {pid} on {host}",
        "host": host,
        "pid": pid,
        "since": datetime.now(UTC),
        "run": run.id,
    }
    while True:
        [row] = database.in_write(lambda tx: list(tx.run(cypher("update/take_lock"), mine)))
        if row["run"] == run.id:
            return
        since = row["since"].to_native()
        if not (by_force or _is_dead(row["host"], row["pid"], since)):
            raise SourceBusy(run.source, row["holder"], since.isoformat(" ", "seconds"))
        database.write(cypher("update/drop_lock"), source=run.source, run=row["run"])


def drop_lock(database: Database, run: Run) -> None:
    """Drop the lock of a run's source."""
    database.write(cypher("update/drop_lock"), source=run.source, run=run.id)


def _is_dead(host: str, pid: int, since: datetime) -> bool:
    """Return whether a process is known to be no more; its number may have been given away."""
    if host != socket.gethostname():
        return False
    try:
        return psutil.Process(pid).create_time() > since.timestamp()
    except psutil.NoSuchProcess:
        return True
