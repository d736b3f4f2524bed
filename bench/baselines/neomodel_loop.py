"""neomodel: `bulk_create_or_update` in batches for nodes, `connect` one by one for relationships.

It has no bulk writer for relationships, so a smaller number of them is written by default.
"""

from __future__ import annotations

import sys

import harness
import rows
from neomodel import (
    DateProperty,
    FloatProperty,
    IntegerProperty,
    RelationshipTo,
    StringProperty,
    StructuredNode,
    db,
    get_config,
)

BATCH = 5_000


class Person(StructuredNode):
    """What the three classes of people share."""

    uid = StringProperty(unique_index=True, required=True)
    name = StringProperty()
    age = IntegerProperty()
    score = FloatProperty()
    joined = DateProperty()
    knows = RelationshipTo("Person", "KNOWS")
    advises = RelationshipTo("Person", "ADVISES")


class Researcher(Person):
    """The first class of the rows."""


class Engineer(Person):
    """The second class of the rows."""


class Student(Person):
    """The third class of the rows."""


CLASSES = {c.__name__: c for c in (Researcher, Engineer, Student)}


def setup(target: harness.Target) -> tuple[harness.Writer, harness.Writer]:
    """Connect, install the constraints and return neomodel's own ways to write."""
    get_config().database_name = target.database
    db.set_connection(driver=target.driver())
    db.install_all_labels(stdout=sys.stderr)

    def write_nodes(given: harness.Rows) -> None:
        for label, group in rows.by("label", given).items():
            values = [{k: v for k, v in row.items() if k != "label"} for row in group]
            for batch in rows.batches(values, BATCH):
                CLASSES[label].nodes.bulk_create_or_update(*batch)

    def write_edges(given: harness.Rows) -> None:
        ends = {row["start"] for row in given} | {row["end"] for row in given}
        people = {p.uid: p for p in Person.nodes.all() if p.uid in ends}
        for row in given:
            getattr(people[row["start"]], row["type"].lower()).connect(people[row["end"]])

    return write_nodes, write_edges


if __name__ == "__main__":
    harness.measure("neomodel", __doc__ or "", setup, nodes=30_000, edges=3_000)
