"""Facts with qualifiers, of things that were merged or not: each stands and goes by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowloom import loading
from knowloom.base import KnowledgeBase
from knowloom.errors import TooMuchWouldGo
from knowloom.knowledge.record import uid_of_key
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar
from knowloom.update.sources import Source
from knowloom.updating import update

pytestmark = pytest.mark.neo4j

ONTOLOGY = Ontology(
    [
        Concept(name="Town", key=("name",)),
        Concept(
            name="Guest", key=("name",), attributes=(Attribute(name="born", range=Scalar.INT),)
        ),
        Concept(
            name="Visit",
            parents=("Relation",),
            attributes=(
                Attribute(name="head_entity", range=ConceptRange(("Guest",)), required=True),
                Attribute(name="tail_entity", range=ConceptRange(("Town",)), required=True),
                Attribute(name="day", range=Scalar.DATE),
            ),
        ),
    ]
)
MAPPING = """
[[objects]]
concept = "Guest"
where = { kind = ["guest"] }
attributes = { name = "name", born = "born" }

[[relations]]
relation = "Visit"
where = { kind = ["visit"] }
head = "name"
tail = "town"
attributes = { day = "day" }
"""
BOB, CY = (uid_of_key("Guest", (name,)) for name in ("Bob", "Cy"))
GUESTS = "guest,Bob,1,,\nguest,Cy,2,,\n"


def told(kb: KnowledgeBase, folder: Path) -> tuple[Path, Source]:
    """Return the file of guests and visits, and it as a source."""
    kb.save_ontology(ONTOLOGY)
    (folder / "mapping.toml").write_text(MAPPING)
    path = folder / "visits.csv"
    mapping = folder / "mapping.toml"
    return path, Source(location=str(path), name="visits.csv", mapping=mapping)


def put(path: Path, *days: int, born: int = 2) -> None:
    """Write that Bob was in Rome on some days of a month."""
    visits = "".join(f"visit,Bob,,Rome,2020-01-{day:02}\n" for day in days)
    guests = GUESTS.replace("Cy,2", f"Cy,{born}")
    path.write_text(f"kind,name,born,town,day\n{guests}{visits}")


def days(kb: KnowledgeBase) -> list[int]:
    """Return the days on which somebody was in Rome."""
    rows = kb.database.read(
        "MATCH (:Guest)-[e:VISIT]->(:Town {name: 'Rome'}) RETURN e.day.day AS day ORDER BY day"
    )
    return [row["day"] for row in rows]


def merged(kb: KnowledgeBase) -> None:
    """Say that Bob is Cy, whose visits all are then."""
    kb.merge(BOB, CY)
    assert kb.database.read("MATCH (:Guest {uid: $uid})-[:VISIT]->() RETURN 1", uid=CY)


def test_one_of_several_goes(kb: KnowledgeBase, tmp_path: Path) -> None:
    """What its source does not say any more goes, and nothing else does."""
    path, place = told(kb, tmp_path)
    put(path, 1, 2, 3)
    update(kb, place)
    merged(kb)
    put(path, 1, 2)
    assert update(kb, place).removed == 1
    assert days(kb) == [1, 2]
    put(path, 1, 9)
    update(kb, place)
    assert days(kb) == [1, 9]
    kb.split(BOB)
    assert days(kb) == [1, 9]


def test_compared_with_the_graph(kb: KnowledgeBase, tmp_path: Path) -> None:
    """Without a snapshot that mirrors the last run the graph itself says what the source said."""
    path, place = told(kb, tmp_path)
    put(path, 1, 2)
    update(kb, place)
    merged(kb)
    put(path, 1, 2, born=3)
    plan = loading.plan("csv", [path], kb.ontology, mapping=place.mapping, source=place.name)
    loading.load(kb, plan)
    assert days(kb) == [1, 2]
    report = update(kb, place)
    assert (report.updates, days(kb)) == (0, [1, 2])
    put(path, 2, born=3)
    update(kb, place)
    assert days(kb) == [2]


def test_many_facts_between_two_things_are_guarded(kb: KnowledgeBase, tmp_path: Path) -> None:
    """That one of them is left does not hide that the others would go; changed ones may."""
    path, place = told(kb, tmp_path)
    put(path, *range(1, 21))
    update(kb, place)
    put(path, 1)
    with pytest.raises(TooMuchWouldGo):
        update(kb, place)
    put(path, *range(5, 25))
    update(kb, place)
    assert days(kb) == [*range(5, 25)]
