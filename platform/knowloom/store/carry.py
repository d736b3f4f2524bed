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
from knowloom.store.owed import Owed
from knowloom.store.runs import Run
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
    """System nodes and relationships as files, and what no file makes.

    Args:
        nodes: labels and their sheet.
        relationships: type and its sheet.
        owed: what the new store still lacks; one of the nodes says so.
    """

    nodes: list[tuple[tuple[str, ...], Sheet]]
    relationships: list[tuple[str, Sheet]]
    owed: Owed


def carry(database: Database, folder: Path, first: int, begun: Sequence[Run]) -> Carried:
    """Write what a database holds besides instances to files.

    Args:
        database: where to read.
        folder: where the files go.
        first: the number of the first of these nodes; the others follow.
        begun: the runs that write the instances, none of them recorded yet.
    """
    owed = Owed(
        _made_again(database.read(cypher("bulk/indexes"))),
        _made_again(database.read(cypher("bulk/schema"))),
        begun,
    )
    note: Mapping[str, Any] = {
        "id": "owed",
        "labels": ["_BulkLoad"],
        "properties": owed.as_properties(),
    }
    nodes: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    numbers: dict[str, int] = {}
    for row in [*database.read(cypher("bulk/system_nodes")), note]:
        nodes.setdefault(tuple(sorted(row["labels"])), []).append(row)
        numbers[row["id"]] = first + len(numbers)
    links: dict[str, list[Mapping[str, Any]]] = {}
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
        owed,
    )


def _made_again(rows: Sequence[neo4j.Record]) -> list[LiteralString]:
    """Return the statements of rows so that they pass over what is there already."""
    made = (row["statement"].replace(" FOR ", " IF NOT EXISTS FOR ", 1) for row in rows)
    return [cast(LiteralString, each) for each in made]


def _sheet(
    folder: Path,
    name: str,
    ids: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
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
