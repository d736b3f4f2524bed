"""A small world of people and places, as an ontology, as rows and as a graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from knowloom.knowledge.record import Fact, Mention, Record, Statement
from knowloom.ontology.build import Classes
from knowloom.ontology.concepts import (
    Attribute,
    Concept,
    ConceptRange,
    Enumeration,
    Ontology,
    Scalar,
)
from knowloom.store import runs
from knowloom.store.database import Database
from knowloom.store.write import Writer, WriteReport
from knowloom.subgraph.materialise import LinkRow, NodeRow
from knowloom.subgraph.reader import Reader
from knowloom.subgraph.shape import NO_POSITION, Shapes

Node = Callable[..., NodeRow]
Write = Callable[..., WriteReport]


def _link(name: str, *concepts: str, many: bool = True) -> Attribute:
    return Attribute(name=name, range=ConceptRange(concepts), many=many)


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    """People, authors and chairs of organizations in places, and employments."""
    people = Concept(
        name="Person",
        attributes=(
            Attribute(name="born", range=Scalar.DATE),
            Attribute(name="height", range=Scalar.FLOAT),
            Attribute(name="hand", range=Enumeration(("left", "right"))),
            Attribute(name="alive", range=Scalar.BOOL),
            Attribute(name="seen", range=Scalar.DATETIME),
            Attribute(name="lucky", range=Scalar.INT, many=True),
            _link("affiliation", "Organization"),
            _link("spouse", "Person", many=False),
            _link("knows", "Person", "Organization"),
        ),
    )
    employment = Concept(
        name="Employment",
        parents=("Relation",),
        attributes=(
            Attribute(name="head_entity", range=ConceptRange(("Person",)), required=True),
            Attribute(name="tail_entity", range=ConceptRange(("Organization",)), required=True),
            Attribute(name="since", range=Scalar.INT),
        ),
    )
    return Ontology(
        [
            Concept(name="Place"),
            Concept(name="Organization", attributes=(_link("seat", "Place", many=False),)),
            people,
            Concept(name="Author", parents=("Person",), attributes=(Attribute(name="pen_name"),)),
            Concept(name="Chair", parents=("Person",), attributes=(_link("chairs", "Entity"),)),
            Concept(name="Prize", parents=("Event",), attributes=(_link("recipient", "Person"),)),
            employment,
        ]
    )


@pytest.fixture(scope="session")
def classes(ontology: Ontology) -> Classes:
    return Classes(ontology)


@pytest.fixture(scope="session")
def shapes(classes: Classes) -> Shapes:
    return Shapes(classes)


@pytest.fixture(scope="session")
def node(ontology: Ontology) -> Node:
    """Make a row in knowloom's own layout; its key is its uid with an `@` before it."""

    def make(
        uid: str, concept: str, links: Iterable[tuple[str, str, Any]] = (), **properties: Any
    ) -> NodeRow:
        names = [
            n for c in concept.split("+") for n in (ontology.lineage(c) if c in ontology else [c])
        ]
        rows = [_row(*link) for link in links]
        stored = {"uid": uid, "_run": 1, "_hash": "0" * 16, **properties}
        return NodeRow(f"@{uid}", ["_Instance", *dict.fromkeys(names)], stored, rows)

    return make


def _row(type_: str, target: str, more: Any = None) -> LinkRow:
    """Return a link with a position, or with properties."""
    if isinstance(more, dict):
        return LinkRow(type_, f"@{target}", NO_POSITION, more)
    return LinkRow(type_, f"@{target}", NO_POSITION if more is None else more)


@pytest.fixture
def write(database: Database, ontology: Ontology, tmp_path: Path) -> Write:
    """Write statements as one run of a source."""

    def run(*said: Statement, source: str = "people.csv") -> WriteReport:
        started = runs.begin(database, source, "test")
        report = Writer(database, ontology, started, tmp_path / "rejects.jsonl").write(said)
        assert report.counts.rejected == 0, report.rejects
        return report

    return run


@pytest.fixture
def reader(database: Database, classes: Classes) -> Reader:
    return Reader(database, classes)


@pytest.fixture
def family(write: Write) -> None:
    """Ada and Grace know each other; Ada works at Analytical, which sits in London.

    Two hops lead from London to Ada, three to Grace.
    """
    ada, grace = Mention("Person", "ada"), Mention("Person", "grace")
    analytical, london = Mention("Organization", "analytical"), Mention("Place", "london")
    write(
        Record("Place", "london", {"name": "London"}, row=1),
        Record("Organization", "analytical", {"name": "Analytical"}, {"seat": (london,)}, row=2),
        Record(
            "Author",
            "ada",
            {"name": "Ada", "aliases": ["Countess"], "height": 1.6, "lucky": [7, 9]},
            {"affiliation": (analytical,), "knows": (grace,)},
            row=3,
        ),
        Record("Person", "grace", {"name": "Grace"}, {"knows": (ada,)}, row=4),
        Fact("Employment", "", ada, analytical, {"since": 1843}, row=5),
    )
