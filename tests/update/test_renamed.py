"""Sources that are read again after the ontology calls something otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from knowloom.base import KnowledgeBase
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar
from knowloom.store.transition import Orphans
from knowloom.update.sources import Source
from knowloom.updating import UpdateReport, update

pytestmark = pytest.mark.neo4j

BORN = Attribute(name="born", range=Scalar.DATE)
LIKES = Attribute(name="likes", range=ConceptRange(("Person",)), many=True)
PERSON = Concept(name="Person", key=("name",), attributes=(BORN, LIKES))
CHEF = Concept(name="Chef", parents=("Person",))
HELPS = Concept(
    name="Helps",
    parents=("Relation",),
    attributes=(
        Attribute(name="head_entity", range=ConceptRange(("Person",)), required=True),
        Attribute(name="tail_entity", range=ConceptRange(("Person",)), required=True),
        Attribute(name="since", range=Scalar.INT),
    ),
)
ONTOLOGY = Ontology([PERSON, CHEF, HELPS])
MAPPING = """
[[objects]]
concept = "Chef"
attributes = { name = "name", born = "born", likes = { column = "likes", split = ";" } }

[[relations]]
relation = "Helps"
head = "name"
tail = "helps"
attributes = { since = "since" }
"""
HEADER = "name,born,likes,helps,since\n"
ANN, BEA = "Ann,1990-01-02,Bea;Cy,Bea,1999\n", "Bea,1991-01-02,,Cy,2001\n"


def source(
    kb: KnowledgeBase, folder: Path, name: str, *rows: str, mapping: str = MAPPING
) -> Source:
    """Return a file of these rows as a source."""
    folder.mkdir(exist_ok=True)
    (folder / "mapping.toml").write_text(mapping)
    path = folder / f"{name}.csv"
    path.write_text(HEADER + "".join(rows))
    return Source(location=str(path), name=name, mapping=folder / "mapping.toml", guard=1)


def told(kb: KnowledgeBase, folder: Path, mapping: str = MAPPING) -> list[UpdateReport]:
    """Read two sources that differ in when Ann was born."""
    other = ANN.replace("1990", "1980")
    places = [
        source(kb, folder, "one", ANN, BEA, mapping=mapping),
        source(kb, folder, "two", other, mapping=mapping),
    ]
    return [update(kb, place) for place in places]


def shown(kb: KnowledgeBase) -> list[Any]:
    """Return all that instances and facts show."""
    return kb.database.read(
        "MATCH (n:_Instance) "
        "RETURN n.name AS name, labels(n) AS labels, n {.*, _hash: null, uid: null} AS shown, "
        "  COLLECT { MATCH (n)-[e]->(m:_Instance) WITH type(e) + m.name AS to "
        "    RETURN to ORDER BY to } AS to "
        "ORDER BY name"
    )


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (replace(PERSON, attributes=(replace(BORN, name="birth", aliases=("born",)), LIKES)),
         {"born =": "birth ="}),
        (replace(PERSON, attributes=(BORN, replace(LIKES, name="admires", aliases=("likes",)))),
         {"likes =": "admires ="}),
        (replace(PERSON, attributes=(replace(BORN, many=True), LIKES)), {}),
        (replace(CHEF, name="Cook", aliases=("Chef",)), {"Chef": "Cook"}),
        (replace(HELPS, name="Assists", aliases=("Helps",)), {"Helps": "Assists"}),
    ],
    ids=["attribute", "link", "many", "class", "relation"],
)  # fmt: skip
def test_what_is_said_again_is_known_again(
    kb: KnowledgeBase, tmp_path: Path, changed: Concept, words: dict[str, str]
) -> None:
    """With its records, those of several sources too, so that nothing is written or goes."""
    kb.save_ontology(ONTOLOGY)
    told(kb, tmp_path)
    was = {changed.name, *changed.aliases}
    kb.save_ontology(Ontology(changed if c.name in was else c for c in ONTOLOGY))
    before = shown(kb)
    mapping = MAPPING
    for word, now in words.items():
        mapping = mapping.replace(word, now)
    reports = told(kb, tmp_path, mapping)
    assert [(r.written, r.updates, r.removed) for r in reports] == [(0, 0, 0)] * 2
    assert shown(kb) == before
    assert not kb.check().faults


def test_past_facts_of_a_renamed_relation_come_back_under_its_new_name(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    """When the run that ended them is taken back."""
    kb.save_ontology(ONTOLOGY)
    told(kb, tmp_path)
    before = shown(kb)
    report = update(kb, source(kb, tmp_path, "one", BEA))
    renamed = replace(HELPS, name="Assists", aliases=("Helps",))
    kb.save_ontology(Ontology([PERSON, CHEF, renamed]))
    kb.rollback(report.run)
    assert str(shown(kb)).replace("ASSISTS", "HELPS") == str(before)


def test_a_class_comes_back_that_was_taken_for_another_meanwhile(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    """Instances stay what they were made when its removal is undone, until they are told again."""
    guest = Concept(name="Guest", parents=("Person",))
    kb.save_ontology(Ontology([PERSON, CHEF, guest, HELPS]))
    told(kb, tmp_path)
    guests = source(
        kb, tmp_path / "guests", "guests", "Dan,,,,\n", mapping=MAPPING.replace("Chef", "Guest")
    )
    update(kb, guests)
    before = shown(kb)
    kb.save_ontology(Ontology([PERSON, HELPS]), orphans=Orphans.RETYPE)
    kb.undo_ontology()
    assert shown(kb) != before
    told(kb, tmp_path)
    update(kb, guests)
    assert [row["labels"] for row in shown(kb)] == [row["labels"] for row in before]


def test_another_policy_holds_from_the_change_on(kb: KnowledgeBase, tmp_path: Path) -> None:
    """For what is stored, and not only for what comes; undoing it shows what was shown."""
    kb.save_ontology(ONTOLOGY)
    told(kb, tmp_path)
    before = shown(kb)
    greatest = replace(BORN, policy="max")
    kb.save_ontology(Ontology([replace(PERSON, attributes=(greatest, LIKES)), CHEF, HELPS]))
    [ann] = kb.database.read("MATCH (n:Person {name: 'Ann'}) RETURN n.born.year AS year")
    assert ann["year"] == 1990
    kb.undo_ontology()
    assert shown(kb) == before
