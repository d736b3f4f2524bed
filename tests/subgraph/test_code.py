"""Declaration code: running it gives objects equal to those that were loaded (item 62)."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.ontology.build import Classes
from knowloom.ontology.concepts import Attribute, Concept, Ontology
from knowloom.subgraph.graph import Subgraph
from knowloom.subgraph.materialise import NodeRow, materialise
from knowloom.subgraph.shape import Shapes

Node = Callable[..., NodeRow]

HOSTILE = [
    "O'Brien \"\"\" 'x' \\",
    "line\nbreak\ttab\x00nul\x07bell\u2028\u2029\x85",
    "'); import os; os.abort() #",
    "{name} %s \\N{BULLET} \\x41 \\u0041",
    "שלום \u202eevil\u202c",
    "名前 🦉 \U0010ffff",
]


def run(subgraph: Subgraph) -> dict[str, Any]:
    """Run the code of a subgraph by itself and return what it defines."""
    space: dict[str, Any] = {"__name__": "declared"}
    exec(compile(subgraph.code(), "<code>", "exec"), space)
    return space


def assert_same(subgraph: Subgraph) -> dict[str, Any]:
    """The code makes objects equal to those of the subgraph, in both directions of `==`."""
    space = run(subgraph)
    for name, things in (
        ("search_results", subgraph.instances),
        ("relations", subgraph.relations),
        ("seeds", subgraph.seeds),
    ):
        made = space[name]
        assert len(made) == len(things)
        assert all(a == b and b == a for a, b in zip(made, things, strict=True))
        assert [_flat(a) for a in made] == [_flat(b) for b in things]
    return space


def _flat(thing: Any) -> dict[str, Any]:
    """Return all values of an object, with uids in place of what it refers to."""

    def short(value: Any) -> Any:
        return (
            [short(v) for v in value] if isinstance(value, list) else getattr(value, "uid", value)
        )

    return {"class": type(thing).__name__, **{n: short(v) for n, v in vars(thing).items()}}


def test_cycles_facts_and_several_classes(shapes: Shapes, node: Node) -> None:
    """Cycles, links to oneself, facts and instances of several classes all come back."""
    fact = ("EMPLOYMENT", "o", {"uid": "f", "since": 1843})
    rows = [
        node("a", "Author+Chair", [("KNOWS", "b", 0), ("KNOWS", "a", 1), fact], name="Ada"),
        node("b", "Person", [("SPOUSE", "a"), ("AFFILIATION", "o")], name="Ben", lucky=[3, 1]),
        node("o", "Organization", name="Analytical"),
    ]
    space = assert_same(materialise(shapes, rows, ["@a"]))
    ada, ben, analytical = space["search_results"]
    assert ada.knows == [ben, ada]
    assert ada.knows[0] is ben
    assert ben.spouse is ada
    assert isinstance(ada, space["Author"])
    assert isinstance(ada, space["Chair"])
    assert space["relations"][0].tail_entity is analytical


def test_targets_come_before_what_refers_to_them(shapes: Shapes, node: Node) -> None:
    """Without cycles every link is an argument, so the code reads from top to bottom."""
    rows = [
        node("a", "Person", [("AFFILIATION", "o")], name="Ada"),
        node("o", "Organization", [("SEAT", "p")], name="Analytical"),
        node("p", "Place", name="London"),
    ]
    lines = materialise(shapes, rows).code().splitlines()
    made = lines[lines.index("import datetime as _datetime") :]
    assert made == [
        "import datetime as _datetime",
        "",
        "place_1 = Place('London', uid='p')",
        "organization_1 = Organization('Analytical', uid='o', seat=place_1)",
        "person_1 = Person('Ada', uid='a', affiliation=[organization_1])",
        "search_results = [person_1, organization_1, place_1]",
        "relations = []",
        "seeds = [person_1, organization_1, place_1]",
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_stays_text(shapes: Shapes, node: Node, text: str) -> None:
    """Quotes, line ends, control characters and code in names are data."""
    rows = [node(text, "Person", name=text, aliases=[text, "x"])]
    space = assert_same(materialise(shapes, rows))
    assert space["search_results"][0].name == text


def test_values_of_every_type(shapes: Shapes, node: Node) -> None:
    """Numbers, truth values, dates and times with zones are written exactly."""
    zone = timezone(timedelta(hours=-5, minutes=-17))
    row = node(
        "a",
        "Person",
        born=date(1, 1, 1),
        height=0.1 + 0.2,
        hand="left",
        alive=False,
        seen=datetime(1815, 12, 10, 1, 2, 3, 456789, tzinfo=zone),
        lucky=[-(2**63), 0, 2**63 - 1],
    )
    [ada] = assert_same(materialise(shapes, [row]))["search_results"]
    assert ada.alive is False
    assert ada.seen == datetime(1815, 12, 10, 6, 19, 3, 456789, tzinfo=UTC)


def test_names_that_the_code_uses_itself() -> None:
    """Classes may be called like its variables, modules and lists."""
    names = ["person_1", "datetime", "search_results", "seeds", "Person", "A", "B", "A_B"]
    odd = (Attribute(name="self"), Attribute(name="values"))
    concepts = [Concept(name=n, attributes=odd if n == "Person" else ()) for n in names]
    shapes = Shapes(Classes(Ontology(concepts)))
    rows = [
        NodeRow(n, ["_Instance", "Entity", *n.split("+")], {"uid": n, "self": "x"})
        for n in [*names, "A+B"]
    ]
    space = run(materialise(shapes, rows))
    kinds = sorted(type(thing).__name__ for thing in space["search_results"])
    assert kinds == sorted([*names, "A_B"])


def test_an_empty_subgraph(shapes: Shapes) -> None:
    """Nothing found is code too."""
    assert run(materialise(shapes, []))["search_results"] == []


def test_the_code_runs_alone(shapes: Shapes, node: Node) -> None:
    """A fresh Python without knowloom runs it (item 80)."""
    rows = [node("a", "Author", [("KNOWS", "b")], name="Ada"), node("b", "Person", name="Ben")]
    code = materialise(shapes, rows).code() + "print(search_results[0].knows[0].name)"
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "Ben\n"


texts = st.text(alphabet=st.characters(codec="utf-8"), max_size=12)
values = st.fixed_dictionaries(
    {},
    optional={
        "name": texts,
        "aliases": st.lists(texts, min_size=1, max_size=3),
        "born": st.dates(),
        "height": st.floats(allow_nan=False, allow_infinity=False),
        "alive": st.booleans(),
        "seen": st.datetimes(timezones=st.sampled_from([None, UTC, timezone(timedelta(hours=3))])),
        "lucky": st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=3),
    },
)
kinds = st.sampled_from(["Person", "Author", "Chair", "Author+Chair"])
ends = st.lists(st.tuples(st.sampled_from(["KNOWS", "SPOUSE"]), st.integers(0, 5)), max_size=6)


@given(people=st.lists(st.tuples(kinds, values, ends), min_size=1, max_size=6), data=st.data())
def test_any_small_graph(
    shapes: Shapes, node: Node, people: list[tuple[str, dict[str, Any], Any]], data: st.DataObject
) -> None:
    """Whatever the values and links, the code is Python and makes equal objects."""
    uids = data.draw(
        st.lists(texts.filter(bool), min_size=len(people), max_size=len(people), unique=True)
    )
    rows = [
        node(
            uid, kind, [(type_, uids[i % len(uids)]) for type_, i in dict.fromkeys(links)], **known
        )
        for uid, (kind, known, links) in zip(uids, people, strict=True)
    ]
    subgraph = materialise(shapes, rows)
    ast.parse(subgraph.code())
    assert_same(subgraph)
