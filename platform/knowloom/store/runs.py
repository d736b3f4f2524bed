"""Runs: every write belongs to one, which is in the graph once it has written something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any

import neo4j

from knowloom.assets import cypher
from knowloom.knowledge.policies import DEFAULT, Policy
from knowloom.store.database import Database
from knowloom.store.policies import policy_in

_numbering = Lock()
_given_out = 0


@dataclass(slots=True)
class Run:
    """One run of a command over one source.

    Args:
        source: the name of what is read.
        command: what a person ran, such as `load csv`.
        started: in UTC.
        id: 16 digits that read as the moment it started: YYMMDDhhmmss and a ten-thousandth.
        earlier: the numbers of the same source's earlier runs.
        recorded: True once it is in the graph.
        kept: what was merged before it: absorbed uid to the uid under which the thing is kept.
        policy: how conflicts are settled, as the last fit left it.
        has_retired: True when there are instances of which nothing is said any more.
    """

    source: str
    command: str
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    id: int = 0
    earlier: tuple[int, ...] = ()
    recorded: bool = False
    kept: Mapping[str, str] = field(default_factory=dict[str, str])
    policy: Policy = DEFAULT
    has_retired: bool = False

    def __post_init__(self) -> None:
        self.id = self.id or int(self.started.strftime("%y%m%d%H%M%S%f")[:16])

    @property
    def own(self) -> list[int]:
        """The numbers of this and all earlier runs of the source."""
        return [*self.earlier, self.id]

    def record(self, tx: neo4j.ManagedTransaction) -> None:
        """Put the run into the graph, in the transaction of its first write."""
        names = ("id", "source", "command", "started")
        given = {"runs": [{name: getattr(self, name) for name in names}]}
        tx.run(cypher("runs/record_run"), given=given).consume()


def plan_ahead(tx: neo4j.ManagedTransaction) -> None:
    """Let the server plan how a run is recorded and closed, in a transaction like theirs."""
    tx.run(cypher("runs/record_run"), given={"runs": []}).consume()
    finish_in(tx, Run("", "", id=-1), "", {})  # no run has that number


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run as the graph remembers it."""

    id: int
    source: str
    started: datetime


def past_runs(database: Database, numbers: Sequence[int] | None = None) -> dict[int, PastRun]:
    """Return the runs that have these numbers and wrote something, by number; all when None."""
    rows = database.read(cypher("runs/read_runs"), numbers=numbers)
    return {
        row["id"]: PastRun(row["id"], row["source"], row["started"].to_native()) for row in rows
    }


def begin(database: Database, source: str, command: str) -> Run:
    """Return a new run of `source`; nothing is written yet.

    Its number is later than that of every run in the graph, whatever this machine's clock says.
    """
    [row] = database.read(cypher("runs/read_earlier"), source=source)
    run = Run(
        source,
        command,
        earlier=tuple(row["earlier"]),
        kept=dict(row["redirects"]),
        policy=policy_in(row["policy"]),
        has_retired=row["retired"],
    )
    run.id = _later(run.id, row["newest"] or 0)
    return run


def _later(wanted: int, newest: int) -> int:
    """Return a number not below `wanted` and above both `newest` and all given out here before."""
    global _given_out  # noqa: PLW0603 - threads of one process must not share a number
    with _numbering:
        _given_out = max(wanted, newest + 1, _given_out + 1)
        return _given_out


def finish(database: Database, run: Run, status: str, counts: dict[str, int]) -> None:
    """Close a run that has written something; one that has not leaves no trace."""
    if run.recorded:
        database.in_write(lambda tx: finish_in(tx, run, status, counts))


def finish_in(
    tx: neo4j.ManagedTransaction, run: Run, status: str, told: Mapping[str, Any]
) -> None:
    """Close a recorded run inside a transaction, with its counts and what else is to be told."""
    finished = datetime.now(UTC)
    tx.run(
        cypher("runs/finish_run"), id=run.id, status=status, finished=finished, told=told
    ).consume()


def loaded_digest(database: Database, source: str) -> tuple[str, int] | None:
    """Return the digest and the number of statements of the last complete load of a source."""
    rows = database.read(cypher("runs/read_digest"), source=source)
    if not rows or rows[0]["digest"] is None:
        return None
    return rows[0]["digest"], rows[0]["given"]


def remember_digest(database: Database, source: str, digest: str, given: int) -> None:
    """Remember that the source was loaded completely, without rejects, looking like this."""
    database.write(cypher("runs/set_digest"), source=source, digest=digest, given=given)
