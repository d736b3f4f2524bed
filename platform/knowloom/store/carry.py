"""Carrying over what is no instance, ontology, runs and migrations, to a store made anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString, cast

import neo4j

from knowloom.assets import cypher
from knowloom.ontology.names import quoted, quoted_labels
from knowloom.store.database import Database
from knowloom.store.owed import UNSTAGED, Owed, as_text
from knowloom.store.runs import Run
from knowloom.store.sheets import ARRAY_DELIMITER, Sheet, Unstageable, cell, is_argument

_TYPES = {
    "bool": "boolean",
    "int": "long",
    "float": "double",
    "str": "string",
    "Date": "date",
    "DateTime": "datetime",
    "Time": "time",
    "Duration": "duration",
}
_ZONED = ("datetime", "time")  # the types of which there is a local one, without a zone
_ENDS = {":START_ID": "start", ":END_ID": "end"}


@dataclass(frozen=True, slots=True)
class Carried:
    """System nodes and relationships as files, and what no file makes.

    Args:
        nodes: labels and their sheet; no labels where a column says them.
        relationships: type and its sheet; an empty type where a column says it.
        owed: what the new store still lacks; one of the nodes says so.
    """

    nodes: list[tuple[tuple[str, ...], Sheet]]
    relationships: list[tuple[str, Sheet]]
    owed: Owed


@dataclass(slots=True)
class _Group:
    """Rows for one sheet.

    Args:
        types: name to type of all properties that any of the rows has.
        rows: the ends or the id of each, and its cells.
    """

    types: dict[str, str] = field(default_factory=dict[str, str])
    rows: list[tuple[list[int], dict[str, object]]] = field(
        default_factory=list["tuple[list[int], dict[str, object]]"]
    )

    def fits(self, types: Mapping[str, str]) -> bool:
        """Return whether no property of these types is of another type here."""
        return all(self.types.get(name, type_) == type_ for name, type_ in types.items())


def carry(database: Database, folder: Path, first: int, begun: Sequence[Run]) -> Carried:
    """Write what a database holds besides instances to files.

    Args:
        database: where to read.
        folder: where the files go.
        first: the number of the first of these nodes; the others follow.
        begun: the runs that write the instances, none of them recorded yet.
    """
    rows = database.read(cypher("bulk/system_nodes"))
    numbers = {row["id"]: first + i for i, row in enumerate(rows)}
    nodes: dict[tuple[str, ...], list[_Group]] = {}
    for row in rows:
        groups = nodes.setdefault(tuple(sorted(row["labels"])), [])
        _add(groups, [numbers[row["id"]]], row["properties"])
    links: dict[str, list[_Group]] = {}
    for row in database.read(cypher("bulk/system_relationships")):
        ends = [numbers[row[key]] for key in _ENDS.values()]
        _add(links.setdefault(row["type"], []), ends, row["properties"])
    owed = Owed(
        _made_again(database.read(cypher("bulk/indexes"))),
        _made_again(database.read(cypher("bulk/schema"))),
        begun,
        _unstaged(nodes, links),
    )
    _add(nodes.setdefault(("_BulkLoad",), []), [first + len(rows)], owed.as_properties())
    every = [(labels, group) for labels, groups in nodes.items() for group in groups]
    all_links = [(type_, group) for type_, groups in links.items() for group in groups]
    return Carried(
        [_nodes(folder, f"system{i}", *each) for i, each in enumerate(every)],
        [_relationships(folder, f"link{i}", *each) for i, each in enumerate(all_links)],
        owed,
    )


def _made_again(rows: Sequence[neo4j.Record]) -> list[LiteralString]:
    """Return the statements of rows so that they pass over what is there already."""
    made = (row["statement"].replace(" FOR ", " IF NOT EXISTS FOR ", 1) for row in rows)
    return [cast(LiteralString, each) for each in made]


def _unstaged(
    nodes: Mapping[tuple[str, ...], Sequence[_Group]], links: Mapping[str, Sequence[_Group]]
) -> list[LiteralString]:
    """Return patterns for everything, called n, that has properties which no cell can hold."""
    patterns: list[LiteralString] = [
        f"(n{quoted_labels(labels)})" for labels, groups in nodes.items() if _lack(groups)
    ]
    return [
        *patterns,
        *(f"()-[n:{quoted(t)}]->()" for t, groups in links.items() if _lack(groups)),
    ]


def _lack(groups: Sequence[_Group]) -> bool:
    return any(UNSTAGED in group.types for group in groups)


def _add(groups: list[_Group], ids: list[int], properties: Mapping[str, Any]) -> None:
    """Add a row to the first group where it fits, since a column is of one type."""
    types: dict[str, str] = {}
    cells: dict[str, object] = {}
    left: dict[str, Any] = {}
    for name, value in properties.items():
        try:
            cells[name] = _cell(value)
            types[name] = _type(value)
        except Unstageable:
            left[name] = value
    if left:
        cells[UNSTAGED], types[UNSTAGED] = as_text(left), "string"
    if (group := next((g for g in groups if g.fits(types)), None)) is None:
        groups.append(group := _Group())
    group.types.update(types)
    group.rows.append((ids, cells))


def _nodes(
    folder: Path, name: str, labels: tuple[str, ...], group: _Group
) -> tuple[tuple[str, ...], Sheet]:
    """Return a sheet of nodes, and the labels that stand on the command line."""
    if all(map(is_argument, labels)):
        return labels, _sheet(folder, name, {":ID": None}, group)
    columns = {":ID": None, ":LABEL": ARRAY_DELIMITER.join(labels)}
    return (), _sheet(folder, name, columns, group)


def _relationships(folder: Path, name: str, type_: str, group: _Group) -> tuple[str, Sheet]:
    """Return a sheet of relationships, and the type that stands on the command line."""
    if is_argument(type_):
        return type_, _sheet(folder, name, dict.fromkeys(_ENDS), group)
    return "", _sheet(folder, name, {**dict.fromkeys(_ENDS), ":TYPE": type_}, group)


def _sheet(folder: Path, name: str, first: Mapping[str, str | None], group: _Group) -> Sheet:
    """Return a sheet of rows with all properties that any of them has.

    Args:
        folder: where it goes.
        name: of its files.
        first: the first columns, with what stands in every row; None for numbers of the row.
        group: the rows.
    """
    sheet = Sheet(folder, name, [*first, *(f"{k}:{t}" for k, t in group.types.items())])
    same = [each for each in first.values() if each is not None]
    for numbers, cells in group.rows:
        sheet.write([*numbers, *same, *(cells.get(k) for k in group.types)])
    sheet.close()
    return sheet


def _type(value: Any) -> str:
    """Return the type of a column for a property; a list is not empty."""
    if isinstance(value, list):
        return f"{_type(cast(list[Any], value)[0])}[]"
    name = _TYPES[type(value).__name__]
    return f"local{name}" if name in _ZONED and value.tzinfo is None else name


def _cell(value: Any) -> object:
    """Return a property as a cell; raises as `cell` does, for texts and lists only."""
    if isinstance(value, list):
        values = [str(_cell(v)) for v in cast(list[Any], value)]
        if not values:
            raise Unstageable
        return ARRAY_DELIMITER.join(values)
    as_iso = getattr(value, "iso_format", None)  # the driver's dates and times, to the nanosecond
    return as_iso() if as_iso else cell(value)
