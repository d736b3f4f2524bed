"""Planning ahead: what an update is about to ask is planned while its source is still read.

A server that has not met a statement takes longer to plan it than to carry it out for hundreds of
things.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, LiteralString

from knowloom.assets import cypher
from knowloom.store.database import Database
from knowloom.store.runs import Run


def plan_ahead(database: Database, run: Run) -> None:
    """Let the server plan what an update of a known source asks for when something changed.

    Args:
        database: where to.
        run: of the source.
    """
    database.plan(_statements(run))


def _statements(run: Run) -> Iterator[tuple[LiteralString, Mapping[str, Any]]]:
    """Yield the statements in the order they are needed; parameters tell by their types."""
    given: Mapping[str, Any] = {"given": {}}
    yield cypher("write/lock_instances"), given
    yield cypher("write/read_states"), given
    yield cypher("runs/read_runs"), {"numbers": [run.id]}
    yield cypher("write/replace_instances"), given
    yield cypher("write/add_records"), given
    yield cypher("write/supersede_records"), given
    started = {"id": run.id, "source": run.source, "command": run.command, "started": run.started}
    yield cypher("runs/record_run"), started
    yield cypher("search/await_refresh"), {}
    yield cypher("update/put_snapshot"), {"source": run.source, **given}
    yield cypher("update/drop_lock"), {"source": run.source, "run": run.id}
    yield cypher("update/finish_update"), {"id": run.id, "status": "done", "set": {}}
