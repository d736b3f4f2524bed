"""The objects that the Python of a program runs over, read from the graph as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from knowloom.assets import cypher
from knowloom.kbqa.programs import Node
from knowloom.kbqa.schema import Schema
from knowloom.store.database import Database
from knowloom.store.statement import filled
from knowloom.subgraph.materialise import LinkRow
from knowloom.update.past import Past

Row = dict[str, Any]
Materials = tuple[list[Row], list[Row]]
"""The things and the facts."""


def materials(database: Database, schema: Schema, nodes: Iterable[Node], most: int) -> Materials:
    """Return the things and facts that a program may look at.

    Args:
        database: where they are read.
        schema: their classes.
        nodes: that the program's objects stand for, with the relationships it follows.
        most: nodes of a class, and relationships, that are read.
    """
    things: dict[str, Row] = {}
    types: set[str] = set()
    for node in dict.fromkeys(nodes):
        types |= {t for branch in node.branches for t in (*branch.types, *branch.also)}
        for row in _read(database, schema, node, most):
            things[row["key"]] = row
    rows = database.read(cypher("kbqa/facts"), keys=list(things), types=sorted(types), limit=most)
    facts = [
        {
            "type": row["type"],
            "start": row["start"],
            "end": row["end"],
            "values": _plain(row["properties"]),
        }
        for row in rows
    ]
    return list(things.values()), facts


def past_materials(past: Past, schema: Schema, nodes: Iterable[Node]) -> Materials:
    """Return the things and facts that a program may look at, as they stood at another time.

    Args:
        past: that time.
        schema: the classes.
        nodes: that the program's objects stand for, their keys uids.
    """
    asked = list(nodes)
    concepts = {node.concept for node in asked if node.concept and not node.keys}
    rows = past.rows(concepts, {key for node in asked for key in node.keys})
    things: list[Row] = []
    facts: list[Row] = []
    for row in rows:
        classes = _classes(schema, list(row.labels), Node())
        values = _plain(row.properties)
        things.append(
            {"key": row.key, "name": values.get("name"), "classes": classes, "values": values}
        )
        facts += [
            {
                "type": link.type,
                "start": row.key,
                "end": link.end,
                "values": _plain(link.properties or {}),
            }
            for link in (LinkRow(*each) for each in row.links)
        ]
    return things, facts


def _read(database: Database, schema: Schema, node: Node, most: int) -> Iterator[Row]:
    """Yield the nodes that a node of a program may stand for."""
    label = f":{schema.place(node.concept).pattern}" if node.concept else ""
    text = filled(cypher("kbqa/nodes"), {"/*:label*/": label})
    for row in database.read(text, keys=list(node.keys), limit=most):
        classes = _classes(schema, row["labels"], node)
        name = schema.name_of(classes[0]).property if classes else "name"
        values = _plain(row["properties"])
        yield {
            "key": row["key"],
            "name": values.get(name),
            "classes": classes,
            "values": values,
        }


def _classes(schema: Schema, labels: list[str], node: Node) -> list[str]:
    """Return the classes of a node with all that are above them, the most specific first."""
    found = schema.bindings.concepts(labels)
    lines = [line for concept in found for line in schema.ontology.lineage(concept)]
    return list(dict.fromkeys([*lines, *([node.concept] if node.concept else [])]))


def _plain(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties as plain data: days as ISO text, knowloom's own left out."""
    return {name: _text(value) for name, value in properties.items() if not name.startswith("_")}


def _text(value: Any) -> Any:
    """Return a day or moment as ISO text, everything else as it is."""
    for written in ("iso_format", "isoformat"):
        if hasattr(value, written):
            return getattr(value, written)()
    return value
