"""neontology: `merge_nodes` and `merge_relationships` over its pydantic models."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import harness
import rows
from neontology import BaseNode, BaseRelationship, init_neontology
from neontology.graphengines import Neo4jConfig

BATCH = 1_000
CONSTRAINT = "CREATE CONSTRAINT {0}_uid IF NOT EXISTS FOR (n:{0}) REQUIRE n.uid IS UNIQUE"


class Person(BaseNode):
    """What the three classes of people share."""

    __primaryproperty__: ClassVar[str] = "uid"
    __primarylabel__: ClassVar[str] = "Person"
    uid: str
    name: str
    age: int
    score: float
    joined: date


class Researcher(Person):
    """The first class of the rows."""

    __primarylabel__: ClassVar[str] = "Researcher"
    __secondarylabels__: ClassVar[list[str]] = ["Person"]


class Engineer(Person):
    """The second class of the rows."""

    __primarylabel__: ClassVar[str] = "Engineer"
    __secondarylabels__: ClassVar[list[str]] = ["Person"]


class Student(Person):
    """The third class of the rows."""

    __primarylabel__: ClassVar[str] = "Student"
    __secondarylabels__: ClassVar[list[str]] = ["Person"]


class Knows(BaseRelationship):
    """The first kind of relationship of the rows."""

    __relationshiptype__: ClassVar[str] = "KNOWS"
    source: Person
    target: Person


class Advises(BaseRelationship):
    """The second kind of relationship of the rows."""

    __relationshiptype__: ClassVar[str] = "ADVISES"
    source: Person
    target: Person


CLASSES = {c.__name__: c for c in (Researcher, Engineer, Student)}
RELATIONSHIPS = {"KNOWS": Knows, "ADVISES": Advises}


def setup(target: harness.Target) -> tuple[harness.Writer, harness.Writer]:
    """Connect, make the constraints that neontology leaves to its user, return its writers."""
    with target.driver() as driver:
        for label in ("Person", *CLASSES):
            driver.execute_query(CONSTRAINT.format(label), database_=target.database)
    user, password = target.auth or ("neo4j", "none")
    init_neontology(Neo4jConfig(uri=target.uri, username=user, password=password))
    people: dict[str, Person] = {}

    def write_nodes(given: harness.Rows) -> None:
        for label, group in rows.by("label", given).items():
            for batch in rows.batches(group, BATCH):
                made = [
                    CLASSES[label](**{k: row[k] for k in row if k != "label"}) for row in batch
                ]
                CLASSES[label].merge_nodes(made)
                people.update((person.uid, person) for person in made)

    def write_edges(given: harness.Rows) -> None:
        for kind, group in rows.by("type", given).items():
            for batch in rows.batches(group, BATCH):
                RELATIONSHIPS[kind].merge_relationships(
                    [
                        RELATIONSHIPS[kind](source=people[row["start"]], target=people[row["end"]])
                        for row in batch
                    ]
                )

    return write_nodes, write_edges


if __name__ == "__main__":
    harness.measure("neontology", __doc__ or "", setup, nodes=5_000, edges=5_000)
