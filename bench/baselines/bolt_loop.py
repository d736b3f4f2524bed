"""The loop a knowledgeable engineer writes by hand: one thread, UNWIND and MERGE, 10,000 rows.

It is the yardstick of the write benchmarks: every rate is also given as a ratio to this one. It
stores the same classes as labels and the same values as the typed write, and nothing of where
they come from.
"""

from __future__ import annotations

import harness
import rows

BATCH = 10_000
CONSTRAINT = "CREATE CONSTRAINT thing_uid IF NOT EXISTS FOR (n:Thing) REQUIRE n.uid IS UNIQUE"
NODES = """
UNWIND $rows AS row
MERGE (n:Thing {{uid: row.uid}})
SET n:Entity:Person:{label},
    n.name = row.name, n.age = row.age, n.score = row.score, n.joined = row.joined
"""
EDGES = """
UNWIND $rows AS row
MATCH (a:Thing {{uid: row.start}})
MATCH (b:Thing {{uid: row.end}})
MERGE (a)-[:{type}]->(b)
"""


def setup(target: harness.Target) -> tuple[harness.Writer, harness.Writer]:
    """Return the two loops, one statement text a label or type so that its plan is reused."""
    driver = target.driver()
    driver.execute_query(CONSTRAINT, database_=target.database)
    driver.execute_query("CALL db.awaitIndexes()", database_=target.database)

    def run(statement: str, given: harness.Rows) -> None:
        with driver.session(database=target.database) as session:
            for batch in rows.batches(given, BATCH):
                session.run(statement, rows=batch).consume()

    def write_nodes(given: harness.Rows) -> None:
        for label, group in rows.by("label", given).items():
            run(NODES.format(label=label), group)

    def write_edges(given: harness.Rows) -> None:
        for kind, group in rows.by("type", given).items():
            run(EDGES.format(type=kind), group)

    return write_nodes, write_edges


if __name__ == "__main__":
    harness.measure("bolt loop", __doc__ or "", setup)
