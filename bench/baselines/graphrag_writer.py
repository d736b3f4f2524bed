"""neo4j-graphrag: its `Neo4jWriter` component in batches of 1,000.

The writer's relationships need APOC, which is no part of Neo4j Community: on a server without it
only the nodes are measured. A failed write is a status there, no exception, so it is looked at.
"""

from __future__ import annotations

import asyncio
import sys

import harness
from neo4j_graphrag.experimental.components.kg_writer import Neo4jWriter
from neo4j_graphrag.experimental.components.types import (
    Neo4jGraph,
    Neo4jNode,
    Neo4jRelationship,
)

APOC = "SHOW PROCEDURES YIELD name WHERE name STARTS WITH 'apoc.' RETURN count(*) AS found"


def setup(target: harness.Target) -> tuple[harness.Writer, harness.Writer | None]:
    """Return the writer applied to nodes, and to relationships where there is APOC."""
    driver = target.driver()
    has_apoc = driver.execute_query(APOC, database_=target.database).records[0]["found"]
    writer = Neo4jWriter(driver, neo4j_database=target.database, batch_size=1000, clean_db=False)

    def write(graph: Neo4jGraph) -> None:
        if (result := asyncio.run(writer.run(graph))).status != "SUCCESS":
            sys.exit(f"neo4j-graphrag: {result.metadata}")

    def write_nodes(given: harness.Rows) -> None:
        write(Neo4jGraph(nodes=[node(row) for row in given]))

    def write_edges(given: harness.Rows) -> None:
        write(Neo4jGraph(relationships=[relationship(row) for row in given]))

    return write_nodes, write_edges if has_apoc else None


def node(row: dict[str, object]) -> Neo4jNode:
    """Return a row as the writer wants it: it knows one label a node."""
    properties = {key: value for key, value in row.items() if key != "label"}
    return Neo4jNode(id=row["uid"], label=row["label"], properties=properties)


def relationship(row: dict[str, object]) -> Neo4jRelationship:
    """Return an edge as the writer wants it."""
    return Neo4jRelationship(start_node_id=row["start"], end_node_id=row["end"], type=row["type"])


if __name__ == "__main__":
    harness.measure("neo4j-graphrag", __doc__ or "", setup)
