"""Carrying over what is no instance, ontology, runs and migrations, to a store made anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString, cast

import neo4j

from knowloom.assets import cypher
from knowloom.knowledge.instance import native
from knowloom.store.database import Database
from knowloom.store.sheets import Sheet, Unstageable, cell

_TYPES = {
    "bool": "boolean",
    "int": "long",
    "float": "double",
    "str": "string",
    "Date": "date",
    "DateTime": "datetime",
    "Duration": "duration",
}
_ENDS = {":START_ID": "start", ":END_ID": "end"}


@dataclass(frozen=True, slots=True)
class Carried:
    """System nodes and relationships as files, and the statements that make the schema.

    Args:
        nodes: labels and their sheet.
        relationships: type and its sheet.
        indexes: statements for all indexes that belong to no constraint.
        constraints: statements for all constraints.
    """

    nodes: list[tuple[tuple[str, ...], Sheet]]
    relationships: list[tuple[str, Sheet]]
    indexes: list[LiteralString]
    constraints: list[LiteralString]


def carry(database: Database, folder: Path, first: int) -> Carried:
    """Write what a database holds besides instances to files.

    Args:
        database: where to read.
        folder: where the files go.
        first: the number of the first of these nodes; the others follow.
    """
    nodes: dict[tuple[str, ...], list[neo4j.Record]] = {}
    numbers: dict[str, int] = {}
    for row in database.read(cypher("bulk/system_nodes")):
        nodes.setdefault(tuple(sorted(row["labels"])), []).append(row)
        numbers[row["id"]] = first + len(numbers)
    links: dict[str, list[neo4j.Record]] = {}
    for row in database.read(cypher("bulk/system_relationships")):
        links.setdefault(row["type"], []).append(row)
    return Carried(
        [
            (labels, _sheet(folder, f"system{i}", {":ID": "id"}, rows, numbers))
            for i, (labels, rows) in enumerate(nodes.items())
        ],
        [
            (type_, _sheet(folder, f"link{i}", _ENDS, rows, numbers))
            for i, (type_, rows) in enumerate(links.items())
        ],
        _made_again(database.read(cypher("bulk/indexes"))),
        _made_again(database.read(cypher("bulk/schema"))),
    )


def restore_schema(database: Database, carried: Carried) -> None:
    """Make the constraints again, and begin to make the indexes, which are filled from then on.

    `migrate.await_indexes` waits for those.
    """
    # One after the other: what a constraint needs is there soonest while nothing else is filled.
    for statement in carried.constraints:
        database.run(statement)
    # In one transaction, so that the server fills all of them in one passage through the store.
    database.in_write(lambda tx: [tx.run(each).consume() for each in carried.indexes])


def _made_again(rows: Sequence[neo4j.Record]) -> list[LiteralString]:
    """Return the statements of rows so that they pass over what is there already."""
    made = (row["statement"].replace(" FOR ", " IF NOT EXISTS FOR ", 1) for row in rows)
    return [cast(LiteralString, each) for each in made]


def _sheet(
    folder: Path,
    name: str,
    ids: Mapping[str, str],
    rows: Sequence[neo4j.Record],
    numbers: Mapping[str, int],
) -> Sheet:
    """Return a sheet of rows with all properties that any of them has."""
    types: dict[str, str] = {}
    for row in rows:
        properties: Mapping[str, Any] = row["properties"]
        types.update({k: _type(v) for k, v in properties.items() if k not in types})
    sheet = Sheet(folder, name, [*ids, *(f"{k}:{t}" for k, t in types.items())])
    for row in rows:
        values = [_cell(row["properties"].get(k)) for k in types]
        sheet.write([*(numbers[row[key]] for key in ids.values()), *values])
    sheet.close()
    return sheet


def _type(value: Any) -> str:
    if isinstance(value, list):
        inner = cast(list[Any], value)
        return f"{_type(inner[0]) if inner else 'string'}[]"
    return _TYPES[type(value).__name__]


def _cell(value: Any) -> object:
    """Return a property as a cell; a text that is empty counts as missing."""
    if value in ("", []):
        return None
    if type(value).__name__ == "Duration":
        return value.iso_format()
    try:
        return cell(native(value))
    except Unstageable:
        return str(value)
