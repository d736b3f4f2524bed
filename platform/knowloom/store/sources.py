"""Sources in the graph: how one looked when it was last read whole, and who is reading it now."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psutil

from knowloom.assets import cypher
from knowloom.errors import SourceBusy
from knowloom.store.database import Database
from knowloom.store.runs import Run


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a source.

    Args:
        digest: of all that decided what its last complete update wrote; empty when there is none.
        given: how many statements that was.
        mark: names the state of the graph that the ledger must fit; empty while it is not sure.
        lock: who is updating it; empty for nobody.
        etag, modified: what an HTTP server said of it.
    """

    digest: str = ""
    given: int = 0
    mark: str = ""
    lock: str = ""
    etag: str = ""
    modified: str = ""


def known(database: Database, name: str) -> Known:
    """Return what is known of a source."""
    rows = database.read(cypher("update/read_source"), name=name)
    if not rows:
        return Known()
    return Known(**{key: value for key, value in rows[0].data().items() if value is not None})


def lock(database: Database, name: str, *, take_over: bool = False) -> str:
    """Take a source for an update, and return the lock; one whose process died is taken over.

    Args:
        database: where.
        name: of the source.
        take_over: also take it from a process of another machine.

    Raises:
        SourceBusy: another update of it is running.
    """
    mine = f"{socket.gethostname()} {os.getpid()} {_started(os.getpid())}"
    held = known(database, name).lock
    stale = held if held and (take_over or _is_dead(held)) else None
    parameters = {"name": name, "lock": mine, "stale": stale}
    statement = cypher("update/lock_source")
    [row] = database.in_write(lambda tx: list(tx.run(statement, parameters)))
    if row["lock"] != mine:
        raise SourceBusy(name, row["lock"])
    return mine


def release(
    database: Database, name: str, lock: str, run: Run, found: Mapping[str, Any], *, whole: bool
) -> None:
    """Give a source back.

    Args:
        database: where.
        name: of the source.
        lock: from `lock`.
        run: of the update.
        found: `mark`, `digest`, `given`, `etag`, `modified`; nothing when it was not read whole.
        whole: whether the run said all that the source says.
    """
    database.write(
        cypher("update/release_source"),
        name=name,
        lock=lock,
        run=run.id,
        set=dict(found),
        complete=whole,
    )


def standing(database: Database, name: str, own: Sequence[int], page: int) -> Iterator[str]:
    """Yield the uids of the instances of which a source still says something.

    Args:
        database: where; all of it is looked at.
        name: of the source.
        own: the numbers of its runs.
        page: how many at a time.
    """
    after = ""
    statement = cypher("update/standing_instances")
    while rows := database.read(statement, source=name, own=list(own), after=after, limit=page):
        yield from (row["uid"] for row in rows)
        after = rows[-1]["uid"]


def stated(
    database: Database, own: Sequence[int], page: int
) -> Iterator[tuple[str, str, str, str | None]]:
    """Yield the relationships that runs state: type, head, tail, and the uid where it has one."""
    after = ""
    statement = cypher("update/stated_facts")
    while rows := database.read(statement, own=list(own), after=after, limit=page):
        yield from map(tuple, rows[0]["facts"])
        after = rows[0]["last"]


def _is_dead(lock: str) -> bool:
    """Return whether a lock is this machine's, and its process has ended."""
    host, _, rest = lock.partition(" ")
    number, _, started = rest.partition(" ")
    return host == socket.gethostname() and _started(int(number)) != started


def _started(process: int) -> str:
    """Return when a process began, so that another with its number is not taken for it."""
    try:
        return f"{psutil.Process(process).create_time():.0f}"
    except psutil.NoSuchProcess:
        return ""
