"""Reading nodes and relationships in collected chunks, through bindings.

A thousand nodes a row travel many times faster than one (`bench/read.py`), so every statement
answers in chunks of columns, each with one item for each node. They see knowloom's own layout
and, where concepts are bound, graphs that knowloom did not lay out; nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import neo4j

from knowloom.assets import cypher
from knowloom.ontology.binding import Bindings
from knowloom.store.projection import properties_expression
from knowloom.store.select import Selection, either_place
from knowloom.store.select_facts import FactSelection
from knowloom.store.statement import filled

CHUNK = 1_000  # nodes a row: fast already, and small beside a server's heap
UNLIMITED = 2**62
_CUT_FACTS: LiteralString = "/* ORDER BY a.uid, b.uid, r.uid, elementId(r) LIMIT $limit*/"
_CUT: LiteralString = "/* ORDER BY n.uid, elementId(n) LIMIT $limit*/"


@dataclass(slots=True)
class Chunk:
    """Some nodes as columns of one length.

    Args:
        keys: element ids.
        labels: of each.
        properties: of each.
        leaving: of each, the relationships to other instances: type, key of the end, position in
            the list they belong to, properties (None for types without any worth reading).
        arriving: of each, the relationships from other instances likewise; empty unless asked for.
    """

    keys: list[str]
    labels: list[list[str]]
    properties: list[dict[str, Any]]
    leaving: list[list[list[Any]]]
    arriving: list[list[list[Any]]]

    def rows(self) -> Iterator[tuple[str, list[str], dict[str, Any], list[list[Any]]]]:
        """Return key, labels, properties and leaving relationships of each node."""
        return zip(self.keys, self.labels, self.properties, self.leaving, strict=True)


class GraphReader:
    """The statements that read a graph with these bindings, each in a transaction of the caller.

    Args:
        bindings: where instances lie.
        plain: relationship types whose properties are not worth reading.
    """

    def __init__(self, bindings: Bindings, plain: Sequence[str] = ()) -> None:
        self._plain = list(plain)
        self._parts: dict[str, LiteralString] = {
            "/*|bound*/": either_place(bindings.foreign),
            "properties(n)/*or dates as text*/": properties_expression(bindings),
        }
        self._nodes: LiteralString = filled(cypher("read/nodes"), self._parts)
        self._degrees: LiteralString = filled(cypher("read/degrees"), self._parts)

    def instances(
        self, tx: neo4j.ManagedTransaction, selection: Selection, *, arriving: bool = False
    ) -> Iterator[Chunk]:
        """Yield the nodes of a selection with all their relationships.

        Args:
            tx: the transaction to read in.
            selection: from `select`.
            arriving: whether to read the relationships that lead to them too.
        """
        text = filled(
            cypher("read/instances"),
            {
                **self._parts,
                "/*&class|bound*/": selection.pattern,
                "/* AND conditions*/": selection.conditions,
                _CUT: "" if selection.limit is None else _CUT[2:-2],
            },
        )
        parameters = {**selection.parameters, "limit": selection.limit, "chunk": CHUNK}
        return self._chunks(tx, text, parameters, arriving)

    def facts(
        self, tx: neo4j.ManagedTransaction, selection: FactSelection
    ) -> list[tuple[str, list[Any]]]:
        """Return the facts of a selection, each as the key of its start and a link of `Chunk`."""
        text = filled(
            cypher("read/facts"),
            {
                **self._parts,
                "_LINK/*types*/": selection.types,
                "/* AND conditions*/": selection.conditions,
                _CUT_FACTS: "" if selection.limit is None else _CUT_FACTS[2:-2],
            },
        )
        rows = tx.run(text, {**selection.parameters, "limit": selection.limit})
        return [(start, link) for start, link in rows.values()]

    def nodes(
        self,
        tx: neo4j.ManagedTransaction,
        keys: Sequence[str],
        *,
        cap: int = UNLIMITED,
        arriving: bool = False,
    ) -> Iterator[Chunk]:
        """Yield nodes by their element ids, with at most `cap` relationships in each direction.

        Ids of nodes that are gone are passed over.
        """
        parts = [keys[i : i + CHUNK] for i in range(0, len(keys), CHUNK)]
        return self._chunks(tx, self._nodes, {"chunks": parts, "cap": cap}, arriving)

    def degrees(self, tx: neo4j.ManagedTransaction, keys: Iterable[str]) -> dict[str, int]:
        """Return the number of relationships that each of these nodes has with instances."""
        rows = tx.run(self._degrees, keys=list(keys))
        return {row["key"]: row["degree"] for row in rows}

    def first(self, tx: neo4j.ManagedTransaction, keys: Iterable[str], limit: int) -> list[str]:
        """Return those `limit` of the nodes whose uids come first."""
        rows = tx.run(cypher("read/first_by_uid"), keys=list(keys), limit=limit)
        found: list[str] = rows.single(strict=True)["keys"]
        return found

    def _chunks(
        self,
        tx: neo4j.ManagedTransaction,
        text: LiteralString,
        parameters: dict[str, Any],
        arriving: bool,
    ) -> Iterator[Chunk]:
        parameters |= {"plain": self._plain, "arriving": arriving}
        for record in tx.run(text, parameters):
            yield Chunk(*record.values())
