"""py2neo's own bulk writers, `merge_nodes` and `merge_relationships`, in batches of 10,000."""

from __future__ import annotations

import harness
import rows
from py2neo import Graph
from py2neo.bulk import merge_nodes, merge_relationships

BATCH = 10_000
CONSTRAINT = "CREATE CONSTRAINT person_uid IF NOT EXISTS FOR (n:Person) REQUIRE n.uid IS UNIQUE"
PERSON = ("Person", "uid")
KEYS = ["uid", "name", "age", "score", "joined"]


def setup(target: harness.Target) -> tuple[harness.Writer, harness.Writer]:
    """Return loops over py2neo's bulk functions; its own schema calls fail on Neo4j 5."""
    graph = Graph(target.uri, auth=target.auth or ("", ""), name=target.database)
    graph.run(CONSTRAINT)

    def write_nodes(given: harness.Rows) -> None:
        for label, group in rows.by("label", given).items():
            for batch in rows.batches(group, BATCH):
                values = [[row[key] for key in KEYS] for row in batch]
                merge_nodes(graph.auto(), values, PERSON, labels={"Person", label}, keys=KEYS)

    def write_edges(given: harness.Rows) -> None:
        for kind, group in rows.by("type", given).items():
            for batch in rows.batches(group, BATCH):
                values = [(row["start"], {}, row["end"]) for row in batch]
                merge_relationships(
                    graph.auto(), values, kind, start_node_key=PERSON, end_node_key=PERSON
                )

    return write_nodes, write_edges


if __name__ == "__main__":
    harness.measure("py2neo bulk", __doc__ or "", setup)
