"""Live classes: they say what the parser reads from their source."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, Optional, Union

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowloom import Binding, Entity, Event, Field, In, Out, Relation, Thing, ontology_of
from knowloom.errors import OntologyError
from knowloom.ontology.concepts import (
    Attribute,
    Concept,
    ConceptRange,
    Enumeration,
    Ontology,
    Range,
    Scalar,
)
from knowloom.ontology.parse import read_ontology
from knowloom.ontology.render import render

SOURCE = '''
from __future__ import annotations

from datetime import date, datetime
from typing import Literal, Optional

from knowloom import Binding, Entity, Event, Field, In, Out, Relation


class Place(Entity, aliases=["Spot"], title="a place", iri="https://example.org/Place"):
    """Description: somewhere.
    Examples: "Rome", (Lake, Garda)
    """

    area: float | None = Field(default=None, minimum=0, maximum=1.5e8, description="In km².")
    inside: "Place | None" = None


class Person(
    Entity,
    key="name",
    binding=Binding(labels=("PERSON",), identity="id", attributes=(("likes", In("LIKES")),)),
):
    """A docstring that is all description."""

    born: date | None = Field(default=None, minimum="1000-01-01", policy="latest-valid.v1")
    seen: Optional[datetime] = None
    mood: Literal["calm", "cross"] | None = None
    home: Place
    likes: list[Person | Place] = Field(
        default=[], aliases=["fond_of"], examples=["Ada"], relationship="FOND_OF"
    )

    @classmethod
    def post_process(cls, obj, sentence):
        if obj.name == "he":
            return None
        return obj


class Author(Person):
    pass


class Trip(Event, key=("name", "year"), description_origin="guideline"):
    """Examples: "to Rome" """

    year: int


class Wrote(Relation):
    head_entity: Author
    tail_entity: Entity
'''


@pytest.fixture
def module(tmp_path: Path) -> ModuleType:
    """The source above, imported."""
    return imported(tmp_path / "classes_of_a_person.py", SOURCE)


def imported(path: Path, text: str) -> ModuleType:
    """Write a module and import it."""
    path.write_text(text, encoding="utf-8")
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    sys.modules[path.stem] = made
    spec.loader.exec_module(made)
    return made


def test_live_classes_are_what_the_parser_reads(module: ModuleType) -> None:
    """Every part of a class statement gives the same concept, alive or as text."""
    live = ontology_of(module.Author, module.Trip, module.Wrote)
    read = read_ontology(Path(str(module.__file__)))
    assert {c.name: c for c in live} == {c.name: c for c in read}
    assert live["Person"].post_process.startswith("@classmethod\ndef post_process")


def test_classes_bring_their_bases_and_what_they_refer_to(module: ModuleType) -> None:
    """An ontology made from one class is closed."""
    names = {c.name for c in ontology_of(module.Wrote)}
    assert names == {"Wrote", "Author", "Person", "Place"}


words = st.text("abcdefgh", min_size=2, max_size=6)
plain: st.SearchStrategy[Range] = st.one_of(
    st.sampled_from(list(Scalar)),
    st.lists(words, min_size=1, max_size=3, unique=True).map(lambda v: Enumeration(tuple(v))),
    st.just(ConceptRange(("C0",))),
)


@st.composite
def ontologies(draw: st.DrawFn) -> Ontology:
    """Draw an ontology whose classes need no comment beside them."""
    concepts = []
    for i in range(draw(st.integers(1, 5))):
        above = draw(st.lists(st.integers(0, i - 1), max_size=1)) if i else []
        attributes = [
            Attribute(
                name=f"a{i}_{number}",
                range=draw(plain),
                many=draw(st.booleans()),
                required=draw(st.booleans()),
                description=draw(words),
                aliases=tuple(draw(st.lists(words, max_size=2))),
                policy=draw(st.sampled_from(["", "union"])),
            )
            for number in range(draw(st.integers(0, 3)))
        ]
        concepts.append(
            Concept(
                name=f"C{i}",
                parents=tuple(f"C{p}" for p in above) or ("Entity",),
                attributes=tuple(attributes),
                description=draw(words),
                examples=tuple(draw(st.lists(words, max_size=3))),
                aliases=tuple(draw(st.lists(words, max_size=2))),
                patterns=tuple(draw(st.lists(words, max_size=2))),
                key=draw(st.sampled_from([(), ("name",)])),
                title=draw(st.sampled_from(["", "see"])),
            )
        )
    return Ontology(concepts)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ontologies())
def test_rendered_classes_live_again(tmp_path: Path, ontology: Ontology) -> None:
    """An ontology rendered as Python, imported and read from its classes is the same."""
    made = imported(tmp_path / "rendered_classes.py", render(ontology, "annotated"))
    assert ontology_of(*(getattr(made, c.name) for c in ontology)) == ontology


class Group(Entity):
    pass


HINTS = [
    (Optional[int], Scalar.INT, False),  # noqa: UP045
    (Union[Group, None], ConceptRange(("Group",)), False),  # noqa: UP007
    (list[Group], ConceptRange(("Group",)), True),
    (Sequence[date], Scalar.DATE, True),
    (set[str], Scalar.STR, True),
    (list[Literal["a", "b"]], Enumeration(("a", "b")), True),
    (list[Group | Entity], ConceptRange(("Group", "Entity")), True),
    (datetime, Scalar.DATETIME, False),
]


def test_an_attribute_may_be_called_like_a_type(tmp_path: Path) -> None:
    """Hints mean the type all the same, its own and those of other attributes."""
    attributes = (
        Attribute(name="date", range=Scalar.DATE),
        Attribute(name="until", range=Scalar.DATE, required=True),
        Attribute(name="int", range=Scalar.INT, many=True),
        Attribute(name="str", range=ConceptRange(("Meeting",))),
    )
    ontology = Ontology([Concept(name="Meeting", attributes=attributes)])
    made = imported(tmp_path / "shadowed_classes.py", render(ontology, "annotated"))
    assert ontology_of(made.Meeting) == ontology
    day = date(2020, 1, 2)
    meeting = made.Meeting("Kick-off", date=day, until=day, int=[1])
    assert (meeting.date, meeting.int) == (day, [1])


@pytest.mark.parametrize(("hint", "range_", "many"), HINTS)
def test_every_way_to_write_a_hint_is_understood(hint: Any, range_: Range, many: bool) -> None:
    """Optional, unions, collections and literals give range and cardinality."""
    made = type("Made", (Entity,), {"__annotations__": {"x": hint}, "__module__": __name__})
    attribute = ontology_of(made).attributes("Made")["x"]
    assert (attribute.range, attribute.many, attribute.required) == (range_, many, True)


@pytest.mark.parametrize(
    ("hint", "default", "said"),
    [
        (dict[str, int], ..., "Made.x: has the type"),
        (int | str, ..., "Made.x: has the type"),
        (list[list[int]], ..., "Made.x: has the type"),
        (Literal[1, 2], ..., "Made.x: has the type"),
        (int, 5, "Made.x: has the default 5"),
        (list[int], [1], r"Made.x: has the default \[1\]"),
        ("Nowhere", ..., "Made: has a type hint that cannot be used"),
    ],
)
def test_what_no_attribute_can_be_is_a_fault(hint: Any, default: Any, said: str) -> None:
    """Types and defaults that an ontology cannot hold are told with their place."""
    body = {
        "__annotations__": {"x": hint},
        "__module__": __name__,
        "x": Field(default=default),
    }
    made = type("Made", (Entity,), body)
    with pytest.raises(OntologyError, match=said):
        ontology_of(made)


def test_two_classes_of_one_name_are_a_fault() -> None:
    """One name is one concept."""
    other = type("Group", (Entity,), {"__module__": "elsewhere"})
    with pytest.raises(OntologyError, match="Group: is the name of two classes"):
        ontology_of(Group, other)


def test_a_hook_without_source_is_a_fault() -> None:
    """A hook is kept as source, so a class made on the fly cannot have one."""
    made = type("Made", (Entity,), {"post_process": classmethod(lambda cls, o, s: o)})
    with pytest.raises(
        OntologyError, match="Made: has a post_process hook whose source is nowhere"
    ):
        ontology_of(made)


def test_roots_add_nothing() -> None:
    """The roots are part of every ontology."""
    assert ontology_of(Entity, Event, Relation, Thing) == Ontology()
    assert Out("X") != In("X")
    assert Binding(labels=("A",)) == Binding(labels=("A",))
