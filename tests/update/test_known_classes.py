"""The class of a thing that others still refer to when no record of it is left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from knowloom.base import KnowledgeBase
from knowloom.knowledge.record import Fact, Mention, Record, Statement, uid_of_key
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology
from knowloom.store import runs
from knowloom.store.database import Database
from knowloom.store.write import Writer, WriteReport

pytestmark = pytest.mark.neo4j

Write = Callable[[list[Statement], str], WriteReport]


@pytest.fixture
def kb(database: Database, tmp_path: Path) -> KnowledgeBase:
    """A knowledge base of works that people write, people by name."""
    made = KnowledgeBase(database, tmp_path)
    made.save_ontology(
        Ontology(
            [
                Concept(name="Person", key=("name",)),
                Concept(name="Author", parents=("Person",)),
                Concept(
                    name="Work",
                    key=("name",),
                    attributes=(Attribute(name="by", range=ConceptRange(("Person",)), many=True),),
                ),
                Concept(
                    name="Friendship",
                    parents=("Relation",),
                    attributes=(
                        Attribute(name="head_entity", range=ConceptRange(("Person",))),
                        Attribute(name="tail_entity", range=ConceptRange(("Author", "Work"))),
                    ),
                ),
            ]
        )
    )
    return made


@pytest.fixture
def write(kb: KnowledgeBase) -> Write:
    """Writes statements as a run of a source."""

    def write(said: list[Statement], source: str) -> WriteReport:
        return Writer(kb.database, kb.ontology, runs.begin(kb.database, source, "test")).write(
            said
        )

    return write


def named(concept: str, name: str, declarer: str = "Person") -> Mention:
    return Mention(concept, uid_of_key(declarer, (name,)), (("name", name),))


def author(name: str) -> Record:
    return Record("Author", uid_of_key("Person", (name,)), {"name": name}, row=1)


def work(name: str, by: str) -> Record:
    uid = uid_of_key("Work", (name,))
    return Record("Work", uid, {"name": name}, {"by": (named("Person", by),)}, row=1)


def classes(kb: KnowledgeBase, name: str) -> set[str]:
    [row] = kb.database.read("MATCH (n:_Instance {name: $name}) RETURN labels(n) AS l", name=name)
    return {label for label in row["l"] if label in kb.ontology}


def test_a_rolled_back_record_takes_its_class_along(kb: KnowledgeBase, write: Write) -> None:
    """What is left is of the class that the link to it leads to, as before the record came."""
    write([work("Notes", "Ada")], "works")
    before, known = kb.fingerprint(), classes(kb, "Ada")
    late = write([author("Ada")], "people")
    assert "Author" in classes(kb, "Ada")
    kb.rollback(late.run)
    assert classes(kb, "Ada") == known
    assert kb.fingerprint() == before
    assert not kb.check().counts


@pytest.mark.parametrize("as_head", [True, False])
def test_the_ends_of_facts_tell_a_class(kb: KnowledgeBase, write: Write, *, as_head: bool) -> None:
    """The start of a friendship is any person; its end stays the author that it has to be."""
    head, tail = ("Ada", "Eve") if as_head else ("Eve", "Ada")
    ends = (named("Person", head), named("Author", tail))
    write([Fact("Friendship", "", *ends, {}, 1)], "works")
    before = kb.fingerprint()
    kb.rollback(write([author("Ada")], "people").run)
    assert ("Author" in classes(kb, "Ada")) == (not as_head)
    assert kb.fingerprint() == before


def test_what_comes_back_as_a_mention_is_of_its_class(kb: KnowledgeBase, write: Write) -> None:
    """A thing that was out of sight bears no class that nobody says any more."""
    kb.rollback(write([author("Ada")], "people").run)
    write([work("Notes", "Ada")], "works")
    assert classes(kb, "Ada") == {"Entity", "Person"}
