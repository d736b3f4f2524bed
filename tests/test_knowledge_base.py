"""The Python surface: classes go in as a hierarchy, objects go in, the same objects come back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowloom import Entity, Field, Relation, loading, ontology_of
from knowloom.base import KnowledgeBase
from knowloom.errors import NotFound, UnknownConcept
from knowloom.ontology.concepts import Concept
from knowloom.ontology.parse import read_ontology
from knowloom.store.database import Database
from knowloom.store.transition import Orphans

pytestmark = pytest.mark.neo4j
EXAMPLE = Path(__file__).parents[1] / "examples" / "computing" / "ontology.py"


class Organization(Entity, key=("name",)):
    """Description: a group of people with a shared purpose."""


class Person(Entity, key=("name",), aliases=("Human",)):
    """Description: a human being.
    Examples: "Ada", "Alan"
    """

    born: date | None = None
    height: float | None = Field(default=None, minimum=0, description="In metres.")
    affiliation: list[Organization] = []


class Author(Person):
    """Description: a person who writes."""

    knows: list[Person] = []


class Employment(Relation):
    """Description: a person works for an organization."""

    head_entity: Person
    tail_entity: Organization
    since: int | None = None


@pytest.fixture
def kb(database: Database, tmp_path: Path) -> KnowledgeBase:
    """A knowledge base with the classes above."""
    made = KnowledgeBase(database, tmp_path)
    made.save_ontology(ontology_of(Author, Employment))
    return made


def test_the_ontology_comes_back_equal(kb: KnowledgeBase) -> None:
    """What was stored is what is read."""
    assert kb.ontology == ontology_of(Author, Employment)
    assert kb.ontology.ancestors("Author") == ("Person", "Entity")


def test_live_classes_say_what_their_source_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """An imported ontology file stands for the same concepts as its parsed text."""
    monkeypatch.syspath_prepend(EXAMPLE.parent)
    import importlib

    module = importlib.import_module("ontology")
    classes = [
        c
        for c in vars(module).values()
        if isinstance(c, type) and getattr(c, "__module__", "") == "ontology"
    ]
    assert ontology_of(*classes) == read_ontology(EXAMPLE)


def test_objects_come_back_as_the_same_objects(kb: KnowledgeBase) -> None:
    """Values, classes, links and cycles survive the way through the graph."""
    acm = Organization("ACM")
    ada = Author("Ada", born=date(1815, 12, 10), height=1.6, affiliation=[acm])
    alan = Person("Alan", affiliation=[acm])
    ada.knows = [alan, ada]
    report = kb.write([ada, Employment(alan, acm, since=1940)])
    (found,) = kb.find(Author, name="Ada")
    assert type(found) is Author
    assert (found.born, found.height) == (ada.born, ada.height)
    assert [type(o) for o in found.affiliation] == [Organization]
    assert {p.name for p in found.knows} == {"Ada", "Alan"}
    assert next(p for p in found.knows if p.name == "Ada") is found
    assert report.counts.given == 4


def test_writing_again_changes_nothing(kb: KnowledgeBase) -> None:
    """Objects written twice, or read and written back, leave the graph as it is."""
    ada = Author("Ada", born=date(1815, 12, 10), affiliation=[Organization("ACM")])
    kb.write([ada])
    before = kb.fingerprint()
    assert kb.write([ada]).updates == 0
    kb.write(kb.find("Author"), source="another")
    assert kb.fingerprint() == before


def test_a_changed_object_changes_the_graph(kb: KnowledgeBase) -> None:
    """An object that was read, changed and written shows its new value, and why it does."""
    kb.write([Author("Ada", height=1.6)], source="old")
    (ada,) = kb.find(Author)
    ada.height = 1.7
    kb.write([ada], source="new")
    assert kb.find(Author)[0].height == 1.7
    assert {reason.evidence.source for reason in kb.why("Ada", "height")} >= {"new"}


def test_nothing_is_called_so(kb: KnowledgeBase) -> None:
    """A name or class that is not there is an error that says so."""
    with pytest.raises(NotFound, match="Nobody"):
        kb.subgraph("Nobody")
    with pytest.raises(UnknownConcept, match="Autor"):
        kb.find("Autor")


def test_a_trial_of_an_ontology_leaves_an_empty_database_empty(
    database: Database, tmp_path: Path
) -> None:
    """Not even knowloom's own schema is made."""
    database.run("MATCH (n) DETACH DELETE n")
    kb = KnowledgeBase(database, tmp_path)
    assert kb.save_ontology(ontology_of(Person), dry_run=True)
    assert database.read("MATCH (n) RETURN n LIMIT 1") == []
    kb.migrate()  # for the tests that follow


def test_an_instance_of_a_root_is_no_fault(kb: KnowledgeBase) -> None:
    """Written so, or the last that is left of a class that went; a class that nobody knows is."""
    rock = Concept(name="Rock")
    kb.save_ontology(kb.ontology.with_concepts([rock]))
    kb.write([kb.classes["Rock"](name="Gneiss")])
    kb.save_ontology(kb.ontology.without(["Rock"]), orphans=Orphans.RETYPE)
    assert [thing.name for thing in kb.find(Entity)] == ["Gneiss"]
    assert kb.check().faults == []
    kb.database.write("MATCH (n:_Instance) SET n:Mineral")
    assert [fault.code for fault in kb.check().faults] == ["unknown-class"]


def test_a_load_keeps_classes_that_others_added(kb: KnowledgeBase, tmp_path: Path) -> None:
    """What it plans is worked out from the ontology before; what came since stays."""
    path = tmp_path / "ships.csv"
    path.write_text("name,masts\nAda,3\n", encoding="utf-8")
    plan = loading.plan("csv", [path], kb.ontology)
    other = KnowledgeBase(kb.database, kb.workspace)
    other.save_ontology(other.ontology.with_concepts([Concept(name="Harbour")]))
    [report] = loading.load(kb, plan)
    assert report.counts.rejected == 0
    assert {"Harbour", *plan.added} <= {concept.name for concept in kb.ontology}
