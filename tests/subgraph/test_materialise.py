"""Rows become objects: identity, classes, links, and what to do with all that does not fit."""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from neo4j.time import Date

from knowloom.knowledge.record import uid_of_fact
from knowloom.ontology.build import Classes
from knowloom.ontology.things import concepts_of
from knowloom.store.collector import paused_collector
from knowloom.subgraph.materialise import NodeRow, materialise
from knowloom.subgraph.shape import Shapes

Node = Callable[..., NodeRow]


def test_a_node_is_one_object(shapes: Shapes, node: Node) -> None:
    """Whoever refers to a node refers to the same object, and cycles close."""
    rows = [
        node("a", "Person", [("KNOWS", "b"), ("SPOUSE", "b")], name="Ada"),
        node("b", "Person", [("KNOWS", "a")], name="Ben"),
    ]
    ada, ben = materialise(shapes, rows).instances
    assert vars(ada)["knows"] == [ben]
    assert vars(ada)["knows"][0] is vars(ada)["spouse"] is ben
    assert vars(ben)["knows"][0] is ada


def test_the_most_specific_class_wins(shapes: Shapes, node: Node, classes: Classes) -> None:
    """A node with the labels of Author and Person becomes an Author."""
    [ada] = materialise(shapes, [node("a", "Author", name="Ada", pen_name="A. A. L.")])
    assert type(ada) is classes["Author"]
    assert vars(ada)["pen_name"] == "A. A. L."


def test_several_classes_are_combined(shapes: Shapes, node: Node, classes: Classes) -> None:
    """A node of two classes is an instance of both, with the attributes of both."""
    rows = [node("a", "Author+Chair", [("CHAIRS", "o")], pen_name="X"), node("o", "Organization")]
    ada, analytical = materialise(shapes, rows).instances
    assert isinstance(ada, classes["Author"])
    assert isinstance(ada, classes["Chair"])
    assert concepts_of(ada) == ("Author", "Chair")
    assert vars(ada)["pen_name"] == "X"
    assert vars(ada)["chairs"] == [analytical]


def test_classes_below_different_roots_are_combined(shapes: Shapes, node: Node) -> None:
    """A node that is a person and a prize at once does not stop the others."""
    found = materialise(shapes, [node("a", "Person+Prize", name="Odd"), node("b", "Person")])
    assert [concepts_of(thing) for thing in found] == [("Person", "Prize"), ("Person",)]


def test_what_is_unknown_is_kept_aside(shapes: Shapes, node: Node) -> None:
    """Labels, properties and relationship types the ontology lacks raise nothing and stay."""
    links = [("ADMIRES", "b", {"uid": "x", "why": "style"}), ("_OURS", "b", {})]
    found = materialise(
        shapes, [node("a", "Person+Pirate", links, name="Ada", ship="Rover"), node("b", "Person")]
    )
    assert [thing.uid for thing in found] == ["a", "b"]
    [(uid, aside)] = found.aside.items()
    assert uid == "a"
    assert aside.labels == ("Pirate",)
    assert aside.properties == {"ship": "Rover"}
    assert aside.relationships == [("ADMIRES", "b", {"why": "style"})]


def test_a_node_of_no_known_class_is_an_entity(shapes: Shapes) -> None:
    """A node whose labels say nothing comes back as an entity, its labels aside."""
    found = materialise(
        shapes, [NodeRow("@x", ["_Instance", "Pirate"], {"uid": "x", "name": "X"})]
    )
    assert [(concepts_of(t), vars(t)["name"]) for t in found] == [(("Entity",), "X")]
    assert found.aside["x"].labels == ("Pirate",)


@pytest.mark.parametrize(
    ("attribute", "stored", "said"),
    [
        ("height", "tall", "is 'tall', which is not a number"),
        ("name", 42, "is 42, which is not text"),
        ("born", "soon", "is 'soon', which is not a date (YYYY-MM-DD)"),
        ("lucky", 7, "is 7, which is not a list"),
        ("hand", "both", "is 'both', which is not one of 'left', 'right'"),
        ("alive", 1, "is 1, which is not true or false"),
    ],
)
def test_a_value_of_the_wrong_type_is_a_fault(
    shapes: Shapes, node: Node, attribute: str, stored: Any, said: str
) -> None:
    """The fault names the place in the graph; the rest of the instance is returned."""
    [ada] = (
        found := materialise(shapes, [node("a", "Author", pen_name="P", **{attribute: stored})])
    )
    [fault] = found.faults
    assert (fault.where, fault.what) == (f"(:Author {{uid: 'a'}}).{attribute}", said)
    assert vars(ada)[attribute] in (None, "", [])
    assert vars(ada)["pen_name"] == "P"


def test_a_second_target_of_a_single_link_is_a_fault(shapes: Shapes, node: Node) -> None:
    """A link that holds one thing keeps the first by uid and names the other."""
    rows = [
        node("a", "Person", [("SPOUSE", "c"), ("SPOUSE", "b")]),
        node("b", "Person"),
        node("c", "Person"),
    ]
    found = materialise(shapes, rows)
    assert vars(found["a"])["spouse"] is found["b"]
    [fault] = found.faults
    assert fault.where == "(:Person {uid: 'a'}).spouse"
    assert "leads to c as well" in fault.what


def test_a_link_to_the_wrong_class_is_a_fault(shapes: Shapes, node: Node) -> None:
    """A person cannot be affiliated with a place; nothing is set and the fault says so."""
    found = materialise(shapes, [node("a", "Person", [("AFFILIATION", "p")]), node("p", "Place")])
    assert vars(found["a"])["affiliation"] == []
    assert [(f.where, f.code) for f in found.faults] == [
        ("(:Person {uid: 'a'}).affiliation", "link-type")
    ]


def test_a_link_may_know_less_than_the_range(shapes: Shapes, node: Node) -> None:
    """What is only known as an entity may be the organization one is affiliated with."""
    found = materialise(shapes, [node("a", "Person", [("AFFILIATION", "e")]), node("e", "Entity")])
    assert vars(found["a"])["affiliation"] == [found["e"]]
    assert found.faults == ()


def test_links_out_of_the_subgraph_are_counted(shapes: Shapes, node: Node) -> None:
    """Only links to nodes that are there are set; the others are counted, knowloom's own not."""
    links = [("KNOWS", "b"), ("KNOWS", "gone"), ("ADMIRES", "gone"), ("_RECORD", "gone")]
    found = materialise(shapes, [node("a", "Person", links), node("b", "Person")])
    assert vars(found["a"])["knows"] == [found["b"]]
    assert found.truncated.outside == 2
    assert not found.truncated


def test_a_fact_is_a_relation_with_qualifiers(shapes: Shapes, node: Node) -> None:
    """A relationship of a relation's type becomes an instance with its ends."""
    fact = ("EMPLOYMENT", "o", {"uid": "f", "since": 1843, "_run": 1, "_row": 5})
    found = materialise(shapes, [node("a", "Author", [fact]), node("o", "Organization")])
    [employment] = found.relations
    assert vars(employment)["head_entity"] is found["a"]
    assert vars(employment)["tail_entity"] is found["o"]
    assert (employment.uid, vars(employment)["since"]) == ("f", 1843)
    assert found.aside == {}


def test_a_fact_without_a_uid_of_its_own(shapes: Shapes, node: Node) -> None:
    """Where type and ends tell all, the uid follows from them."""
    fact = ("EMPLOYMENT", "o", {"_run": 1, "_id": "5:x:1"})
    found = materialise(shapes, [node("a", "Person", [fact]), node("o", "Organization")])
    assert [r.uid for r in found.relations] == [uid_of_fact("EMPLOYMENT", "a", "o", {})]


def test_a_faulty_fact_is_a_fault(shapes: Shapes, node: Node) -> None:
    """A wrong qualifier costs the qualifier, a wrong end the fact; unknown ones go aside."""
    rows = [
        node(
            "a",
            "Person",
            [
                ("EMPLOYMENT", "o", {"uid": "f", "since": "long", "salary": 3}),
                ("EMPLOYMENT", "p", {"uid": "g"}),
            ],
        ),
        node("o", "Organization"),
        node("p", "Place"),
    ]
    found = materialise(shapes, rows)
    assert [(r.uid, vars(r)["since"]) for r in found.relations] == [("f", None)]
    assert [(f.where, f.code) for f in found.faults] == [
        ("[:EMPLOYMENT {uid: 'f'}].since", "type"),
        ("[:EMPLOYMENT {uid: 'g'}]", "link-type"),
    ]
    assert found.aside["f"].properties == {"salary": 3}


def test_dates_of_the_driver_become_those_of_python(shapes: Shapes, node: Node) -> None:
    """A stored date is a `datetime.date`."""
    [ada] = materialise(shapes, [node("a", "Person", born=Date(1815, 12, 10))])
    assert vars(ada)["born"] == date(1815, 12, 10)


def test_lists_keep_their_order(shapes: Shapes, node: Node) -> None:
    """Links stand at their positions, those without one behind them by uid."""
    links = [("KNOWS", "z"), ("KNOWS", "b", 1), ("KNOWS", "c", 0), ("KNOWS", "y")]
    rows = [node("a", "Person", links), *(node(uid, "Person") for uid in "bcyz")]
    known = vars(materialise(shapes, rows)["a"])["knows"]
    assert [thing.uid for thing in known] == ["c", "b", "y", "z"]


def test_knowloom_keeps_its_own_properties_to_itself(shapes: Shapes, node: Node) -> None:
    """Provenance on a node is neither an attribute nor aside."""
    row = node("a", "Person", _row=3, _observed=Date(2020, 1, 1), _mention=True, _new_one=1)
    found = materialise(shapes, [row])
    assert found.aside == {}
    assert not [name for name in vars(found["a"]) if name.startswith("_")]


@given(order=st.permutations(range(5)), data=st.data())
def test_the_order_of_rows_does_not_matter(
    shapes: Shapes, node: Node, order: list[int], data: st.DataObject
) -> None:
    """Any order of the same rows, and of their links, gives the same subgraph."""
    pairs = st.tuples(st.sampled_from(["KNOWS", "ADMIRES"]), st.sampled_from("abcde"))
    links = [data.draw(st.lists(pairs, unique=True, max_size=4)) for _ in range(5)]
    rows = [node(uid, "Person", own, name=uid) for uid, own in zip("abcde", links, strict=True)]
    turned = [rows[i]._replace(links=list(reversed(rows[i].links))) for i in order]
    first, second = materialise(shapes, rows), materialise(shapes, turned)
    assert first.instances == second.instances
    assert first.json()["instances"] == second.json()["instances"]


@pytest.mark.parametrize("running", [True, False])
def test_the_collector_is_as_it_was(running: bool) -> None:
    """It rests while objects are made, and runs afterwards only if it ran before."""
    was = gc.isenabled()
    try:
        (gc.enable if running else gc.disable)()
        with pytest.raises(KeyError), paused_collector():
            assert not gc.isenabled()
            raise KeyError
        assert gc.isenabled() is running
    finally:
        (gc.enable if was else gc.disable)()


def test_frozen_objects_stay_frozen() -> None:
    """What a program froze before it forked is not thawed."""
    gc.freeze()
    try:
        with paused_collector():
            pass
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_garbage_made_while_paused_is_still_collected(shapes: Shapes, node: Node) -> None:
    """A subgraph full of cycles is freed by the next full collection."""
    rows = [
        node("a", "Person", [("KNOWS", "b")], name="a"),
        node("b", "Person", [("KNOWS", "a")], name="b"),
    ]
    materialise(shapes, rows)
    assert gc.collect() > 0
