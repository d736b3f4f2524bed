"""The annotated style: parse and render are inverse, faults have places."""

from __future__ import annotations

import string
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.errors import OntologyError, SourceError
from knowloom.ontology.as_json import from_json, to_json
from knowloom.ontology.check import check
from knowloom.ontology.concepts import (
    Attribute,
    Binding,
    Concept,
    ConceptRange,
    Direction,
    Enumeration,
    Ontology,
    PropertyBinding,
    RelationshipBinding,
    Scalar,
)
from knowloom.ontology.parse import parse, read_ontology
from knowloom.ontology.render import render

texts = st.text(st.characters(codec="utf-8"), max_size=12)
words = st.text(string.ascii_lowercase, min_size=3, max_size=8)


@st.composite
def attributes(draw: st.DrawFn, name: str, concepts: list[str]) -> Attribute:
    ranges = st.one_of(
        st.sampled_from([Scalar.STR, Scalar.INT, Scalar.DATE]),
        st.lists(texts.filter(bool), min_size=1, max_size=3, unique=True).map(
            lambda v: Enumeration(tuple(v))
        ),
        st.just(ConceptRange((concepts[0],))),
    )
    return Attribute(
        name=name,
        range=draw(ranges),
        many=draw(st.booleans()),
        required=draw(st.booleans()),
        description=draw(texts),
        examples=tuple(draw(st.lists(texts, max_size=2))),
        aliases=tuple(draw(st.lists(texts, max_size=2))),
        policy=draw(st.sampled_from(["", "latest", "union.v1"])),
        iri=draw(texts),
        relationship=draw(st.sampled_from(["", "ODD `TYPE`"])),
    )


@st.composite
def ontologies(draw: st.DrawFn) -> Ontology:
    names = draw(st.lists(words.map(str.title), min_size=1, max_size=5, unique_by=str.lower))
    concepts: list[Concept] = []
    for index, name in enumerate(names):
        own = draw(st.lists(words.map(lambda w: f"a_{w}"), max_size=2, unique=True))
        above = names[:index] or ["Entity"]
        parents = draw(st.lists(st.sampled_from(above), max_size=2, unique=True))
        concepts.append(
            Concept(
                name=name,
                parents=tuple(parents) or ("Entity",),
                attributes=tuple(draw(attributes(f"{a}_{index}", names)) for a in own),
                key=draw(st.sampled_from([(), ("name",)])),
                description=draw(texts),
                examples=tuple(draw(st.lists(texts, max_size=3))),
                aliases=tuple(draw(st.lists(texts, max_size=2))),
                patterns=tuple(draw(st.lists(texts, max_size=2))),
                title=draw(texts),
                iri=draw(texts),
                description_origin=draw(st.sampled_from(["", "guideline"])),
                binding=draw(
                    st.sampled_from(
                        [
                            None,
                            Binding(labels=("A b", "C"), identity="id"),
                            Binding(
                                labels=("X",),
                                attributes=(
                                    ("name", PropertyBinding("na`me")),
                                    ("aliases", RelationshipBinding("R", Direction.IN)),
                                ),
                            ),
                        ]
                    )
                ),
            )
        )
    try:
        return Ontology(concepts)
    except OntologyError:
        return Ontology(concepts[:1])


def valid(ontology: Ontology) -> bool:
    return not check(ontology)


@given(ontologies().filter(valid))
def test_parse_inverts_render(ontology: Ontology) -> None:
    """Whatever an ontology holds comes back from its file."""
    assert parse(render(ontology, "annotated")) == ontology


@given(ontologies())
def test_json_is_lossless(ontology: Ontology) -> None:
    """Whatever an ontology holds comes back from JSON."""
    assert from_json(to_json(ontology)) == ontology


@given(ontologies().filter(valid), st.data())
def test_any_selection_runs(ontology: Ontology, data: st.DataObject) -> None:
    """Any selection of classes is emitted with all it needs, and runs alone."""
    names = data.draw(st.lists(st.sampled_from([c.name for c in ontology]), min_size=1))
    space: dict[str, type] = {}
    exec(render(ontology, "executable", names), space)
    for name in names:
        made = space[name]("x", uid="1")
        assert made == space[name]("x", uid="1")
        assert [b.__name__ for b in type(made).__mro__[1:-2]] == list(ontology.ancestors(name))


def test_annotated_files_are_importable_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rendered file can also be imported, and its classes work."""
    ontology = parse(
        'class Person(Entity, key=("name",)):\n'
        '    """Description: a human being.\n    Examples: "Ada"\n    """\n'
        "    born: date | None = None\n"
        "    friends: list[Person] = []\n"
        "    role: Literal['a', 'b'] | None = Field(default=None, description='what')\n"
    )
    (tmp_path / "made_ontology.py").write_text(render(ontology))
    monkeypatch.syspath_prepend(tmp_path)
    person = import_module("made_ontology").Person("Ada", born=date(1815, 12, 10))
    assert person.name == "Ada"


FAULTY = {
    "class A(B): pass": "its parent 'B' is not defined",
    "class A(Entity): pass\nclass A(Entity): pass": "is defined twice",
    "class A(B): pass\nclass B(A): pass": "is its own ancestor",
    "class A(Entity): pass\nclass B(A): pass\nclass C(A, B): pass": "one order",
    "class A(Entity):\n    x: foo[int]": "no type of an attribute",
    "class A(Entity):\n    x: Ghost": "Ghost",
    "class A(Entity):\n    x: int | Person": "mixes int",
    "class A(Entity):\n    x: list[list[int]]": "list of lists",
    "class A(Entity):\n    x: int = 3": "default must be None or []",
    "class A(Entity):\n    x: int = Field(size=3)": "size is no keyword of Field",
    "class A(Entity):\n    x: int = Column()": "Column is not Field",
    "class A(Entity):\n    _x: int": "_x",
    "class A(Entity):\n    uid: str": "uid",
    "class A(Entity):\n    def run(self): pass": "no part of an ontology",
    "class A(Entity, kee=()): pass": "kee is no class keyword",
    "class A(Entity, key=('ghost',)): pass": "ghost",
    "class A(Entity):\n    x: int = Field(minimum='much')": "much",
    "class A(Entity): x: int\nclass B(A): x: str": "x",
    "class (": "is not Python",
    "x = '\0'": "is not Python",
    "class A(Entity, Event): pass": "hangs from",
    "class A(open('x')): pass": "no name of a type",
    "class A(Entity):\n    x: int = __import__('os').getpid()": "",
}


@pytest.mark.parametrize("text", FAULTY, ids=lambda text: text[:30])
def test_faults_name_file_and_line(text: str) -> None:
    """Every fault names file and line and says what is wrong."""
    with pytest.raises(OntologyError) as caught:
        parse(text, "file.py")
    assert all(fault.where.startswith("file.py:") for fault in caught.value.faults)
    assert FAULTY[text] in str(caught.value)


def test_all_faults_at_once() -> None:
    """Five faults in two files are five lines, in order."""
    text = "class A(B):\n    x: foo[int]\n    y = 3\nclass C(D, key=3): pass\n"
    with pytest.raises(OntologyError) as caught:
        parse(text, "f.py")
    assert [fault.where for fault in caught.value.faults] == [f"f.py:{n}" for n in (1, 2, 3, 4, 4)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.py", b"\xff\xfe"),
        ("a.json", b"{"),
        ("a.json", b"[]"),
        ("a.docx", b""),
        ("gone.py", None),
    ],
)
def test_unreadable_files(tmp_path: Path, name: str, content: bytes | None) -> None:
    """A file that is no ontology at all is named with the reason."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=name):
        read_ontology(tmp_path / name)


def test_unknown_parents_can_be_attached_to_the_root() -> None:
    """With attach_unknown, a class whose parent is nowhere hangs from Entity (item 7)."""
    ontology = parse("class A(Ghost): pass", attach_unknown=True)
    assert ontology["A"].parents == ("Entity",)


def test_nothing_of_the_file_is_run(tmp_path: Path) -> None:
    """Parsing does not execute: a file with effects has none."""
    witness = tmp_path / "witness"
    with pytest.raises(OntologyError):
        parse(f"class A(Entity):\n    x: int = open({str(witness)!r}, 'w')")
    assert not witness.exists()
