"""py2neo objects in and out, against the real server."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowloom.base import KnowledgeBase
from knowloom.errors import OntologyError
from knowloom.ontology.parse import parse
from knowloom.py2neo_adapter import from_py2neo, graph, to_py2neo
from knowloom.store.database import Database

py2neo = pytest.importorskip("py2neo")
pytestmark = [pytest.mark.neo4j, pytest.mark.usefixtures("login")]

ONTOLOGY = '''
from datetime import date

class Firm(Entity, key=("name",)):
    """Description: a business."""

class Person(Entity, key=("name",)):
    """Description: a human being."""
    born: date | None = None
    works_at: list[Firm] = []

class Author(Person):
    """Description: a person who writes."""

class Wrote(Relation):
    """Description: one writes to another."""
    head_entity: Person
    tail_entity: Person
    year: int | None = None
'''


@pytest.fixture
def kb(database: Database, workspace: Path) -> KnowledgeBase:
    """A knowledge base that knows people, firms and letters."""
    kb = KnowledgeBase(database, workspace)
    kb.save_ontology(parse(ONTOLOGY))
    return kb


def letters() -> object:
    """Return a py2neo subgraph of two people, a firm and a letter."""
    ada = py2neo.Node("Author", name="Ada", born=date(1815, 12, 10))
    bob = py2neo.Node("Person", name="Bob", aliases=["Bobby"])
    firm = py2neo.Node("Firm", name="Analytical")
    edges = [py2neo.Relationship(one, "WORKS_AT", firm) for one in (ada, bob)]
    return py2neo.Subgraph([], [*edges, py2neo.Relationship(ada, "WROTE", bob, year=1843)])


def test_a_subgraph_goes_in(kb: KnowledgeBase) -> None:
    """Nodes become instances of their most specific class, relationships links and facts."""
    assert from_py2neo(kb, letters(), source="old program").counts.rejected == 0
    [ada] = kb.find("Author")
    assert ada.model_dump(include={"name", "born"}) == {"name": "Ada", "born": date(1815, 12, 10)}
    found = kb.subgraph("Ada")
    [letter] = map(vars, found.relations)
    assert (letter["head_entity"].name, letter["tail_entity"].name) == ("Ada", "Bob")
    assert letter["year"] == 1843
    assert kb.why("Ada", "born")[0].evidence.source == "old program"
    again = from_py2neo(kb, letters(), source="old program")
    assert again.counts.written == 0


def test_a_subgraph_comes_out(kb: KnowledgeBase) -> None:
    """It has the labels of all classes, the values, the links and the facts."""
    from_py2neo(kb, letters())
    out = to_py2neo(kb.subgraph("Ada", hops=2))
    by_name = {node["name"]: node for node in out.nodes}
    assert set(by_name["Ada"].labels) == {"_Instance", "Entity", "Person", "Author"}
    assert by_name["Ada"]["born"] == date(1815, 12, 10)
    assert sorted(type(edge).__name__ for edge in out.relationships) == [
        "WORKS_AT",
        "WORKS_AT",
        "WROTE",
    ]


def test_what_py2neo_reads_goes_in_again(kb: KnowledgeBase) -> None:
    """A graph read through py2neo itself is the same knowledge: writing it changes no value."""
    from_py2neo(kb, letters())
    before = kb.subgraph("Ada", hops=2).json()["instances"]
    there = graph()
    read = there.run("MATCH p = (:_Instance)-[]->(:_Instance) RETURN p").to_subgraph()
    there.service.connector.close()
    from_py2neo(kb, read, source="py2neo")
    assert (
        KnowledgeBase(kb.database, kb.workspace).subgraph("Ada", hops=2).json()["instances"]
        == before
    )


def test_what_the_ontology_does_not_know_is_refused(kb: KnowledgeBase) -> None:
    """All that does not fit is named at once, and nothing is written."""
    odd = py2neo.Node("Spaceship", name="x")
    ada = py2neo.Node("Person", name="Ada", height=3)
    ruled = py2neo.Relationship(ada, "RULES", py2neo.Node("Person", name="Bob"))
    with pytest.raises(OntologyError) as error:
        from_py2neo(kb, odd | ruled)
    assert {fault.code for fault in error.value.faults} == {"class", "attribute", "relationship"}
    assert kb.find("Person") == []
