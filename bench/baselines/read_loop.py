"""The loop a knowledgeable engineer writes by hand to read a graph: chunks collected, dicts made.

It is the yardstick of the read benchmark. Nodes and relationships come as collected lists of a
thousand, each node becomes a dict with its values, each link is set on it by attribute. There are
no classes, nothing is checked, and dates stay in the driver's types.
"""

from __future__ import annotations

from typing import Any

import neo4j

Thing = dict[str, Any]

NODES = """
MATCH (n:_Instance)
WITH collect(n) AS found
UNWIND range(0, size(found) - 1, 1000) AS start
RETURN [n IN found[start..start + 1000] | [labels(n), properties(n)]] AS nodes
"""
EDGES = """
MATCH (a:_Instance)-[r]->(b:_Instance)
WITH collect([a.uid, type(r), b.uid]) AS found
UNWIND range(0, size(found) - 1, 1000) AS start
RETURN found[start..start + 1000] AS edges
"""


def read(driver: neo4j.Driver, database: str) -> dict[str, Thing]:
    """Return every node by uid, linked."""
    things: dict[str, Thing] = {}
    with driver.session(database=database, default_access_mode="READ") as session:
        for record in session.run(NODES):
            for labels, properties in record["nodes"]:
                things[properties["uid"]] = {"labels": labels, **properties}
        for record in session.run(EDGES):
            for start, kind, end in record["edges"]:
                things[start].setdefault(kind.lower(), []).append(things[end])
    return things
