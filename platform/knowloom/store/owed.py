"""What a store made by the import tool is still owed: schema, runs, and what no file could hold.

The store says so itself, in a node, until the load that made it has come to its end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, LiteralString

import neo4j
import orjson

from knowloom.assets import cypher
from knowloom.store.database import Database
from knowloom.store.runs import Run

UNSTAGED = "_unstaged"  # holds the properties, as JSON, that the files of a load could not
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Owed:
    """The statements that make a schema again, and the runs to be recorded.

    Args:
        indexes: statements for all indexes that belong to no constraint.
        constraints: statements for all constraints.
        runs: of the load, one a source.
        unstaged: patterns for what has a property `UNSTAGED`; they call it n.
    """

    indexes: list[LiteralString]
    constraints: list[LiteralString]
    runs: Sequence[Run]
    unstaged: list[LiteralString] = field(default_factory=list["LiteralString"])

    def as_properties(self) -> dict[str, Any]:
        """Return the properties of the node that says so."""
        runs = [
            {"source": r.source, "command": r.command, "started": r.started, "id": r.id}
            for r in self.runs
        ]
        body = {
            "indexes": self.indexes,
            "constraints": self.constraints,
            "runs": runs,
            "unstaged": self.unstaged,
        }
        return {"name": "bulk load", "body": as_text(body)}


def as_text(value: Mapping[str, Any]) -> str:
    """Return JSON that a file of a bulk load can hold: without any control character."""
    return orjson.dumps(value).decode().replace("\x7f", "\\u007f")


def owed_to(database: Database) -> Owed | None:
    """Return what a store is owed since a bulk load was cut; None when there was no such load."""
    rows = database.read(cypher("bulk/read_owed"))
    if not rows:
        return None
    # The statements in it will be executed. They came from the server's own SHOW commands, and
    # whoever can change them in the graph can give the server any statement as it is.
    body = orjson.loads(rows[0]["body"])
    runs = [
        Run(r["source"], r["command"], datetime.fromisoformat(r["started"]), r["id"])
        for r in body["runs"]
    ]
    return Owed(body["indexes"], body["constraints"], runs, body.get("unstaged", []))


def restore_properties(database: Database, owed: Owed) -> None:
    """Set the properties that no file could hold; what has them already stays."""
    for pattern in owed.unstaged:
        found = f"MATCH {pattern} WHERE n.{UNSTAGED} IS NOT NULL "
        update = (
            f"UNWIND $rows AS row MATCH {pattern} WHERE elementId(n) = row.id "
            "SET n += row.properties"
        )
        rows = [
            {"id": row["id"], "properties": {**orjson.loads(row["text"]), UNSTAGED: None}}
            for row in database.read(f"{found} RETURN elementId(n) AS id, n.{UNSTAGED} AS text")
        ]
        for start in range(0, len(rows), _BATCH):
            database.write(update, rows=rows[start : start + _BATCH])


def restore_constraints(database: Database, owed: Owed) -> None:
    """Make the constraints again; what is there already stays.

    One after the other: what a constraint needs is there soonest while nothing else is filled.
    """
    for statement in owed.constraints:
        database.run(statement)


def begin_indexes(database: Database, owed: Owed) -> None:
    """Begin to make the indexes again; `migrate.await_indexes` waits for them.

    In one transaction, so that the server fills all of them in one passage through the store.
    """
    database.in_write(lambda tx: [tx.run(each).consume() for each in owed.indexes])


def give(database: Database, owed: Owed) -> None:
    """Give a store what it is owed since a load was cut; what is there already stays."""
    restore_properties(database, owed)
    restore_constraints(database, owed)
    begin_indexes(database, owed)
    _record_interrupted(database, owed)


def _record_interrupted(database: Database, owed: Owed) -> None:
    """Record the runs of a load that was cut; those that came to their end stay as they are."""

    def record(tx: neo4j.ManagedTransaction) -> None:
        for run in owed.runs:
            run.record(tx)
            tx.run(cypher("update/close_interrupted"), source=run.source).consume()

    database.in_write(record)


def forget(database: Database) -> None:
    """Say that the store has all it was owed."""
    database.write(cypher("bulk/forget_owed"))
