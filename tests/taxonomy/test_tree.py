"""Taxonomies as values: what they are, what they refuse, and that no insertion makes a circle."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.errors import Fault, TaxonomyFaulty
from knowloom.ontology.concepts import Concept, Ontology
from knowloom.taxonomy.questions import New, of_ontology, read_news, read_questions, read_trees
from knowloom.taxonomy.tree import Taxonomy, taxonomy

SMALL = taxonomy([("animal", "dog"), ("animal", "cat"), ("pet", "dog"), ("dog", "poodle")])


def test_shape() -> None:
    """Roots, leaves, depths by the longest way, and ancestors with steps."""
    assert SMALL.roots == ("animal", "pet")
    assert SMALL.leaves == ("cat", "poodle")
    assert SMALL.depths == {"animal": 1, "pet": 1, "dog": 2, "cat": 2, "poodle": 3}
    assert SMALL.above("poodle") == {"poodle": 0, "dog": 1, "animal": 2, "pet": 2}
    assert SMALL.lineage("poodle") == ("poodle", "dog", "animal")


def test_circles_are_named() -> None:
    """Each knot once, and a name that is its own parent too."""
    with pytest.raises(TaxonomyFaulty, match="a → b → c → a") as caught:
        taxonomy([("a", "b"), ("b", "c"), ("c", "a"), ("x", "x"), ("r", "s")])
    assert [fault.where for fault in caught.value.faults] == ["a", "x"]


def test_a_name_may_stand_between() -> None:
    """It takes over children of its parents, and nothing else."""
    grown = SMALL.with_node("canine", ["animal"], "like a dog", taking=["dog"])
    assert grown.parents["dog"] == ("canine", "pet")
    assert grown.definitions["canine"] == "like a dog"
    assert "canine" not in SMALL
    with pytest.raises(TaxonomyFaulty, match="no child"):
        SMALL.with_node("canine", ["animal"], taking=["poodle"])


@pytest.mark.parametrize(
    ("name", "parents", "taking", "code"),
    [
        ("dog", ["animal"], [], "duplicate"),
        ("wolf", ["beast"], [], "unknown-parent"),
        ("wolf", ["wolf"], [], "unknown-parent"),
        ("toy", ["animal", "poodle"], ["dog"], "cycle"),
    ],
)
def test_what_cannot_be_is_refused(
    name: str, parents: list[str], taking: list[str], code: str
) -> None:
    """A name twice, a parent that is not there, itself as parent, a circle."""
    with pytest.raises(TaxonomyFaulty) as caught:
        SMALL.with_node(name, parents, taking=taking)
    assert {fault.code for fault in caught.value.faults} == {code}


@given(st.data())
def test_no_sequence_of_insertions_makes_a_circle(data: st.DataObject) -> None:
    """Whatever is inserted where, what is refused changes nothing (item 28)."""
    tree = Taxonomy({"root": ()})
    for number in range(data.draw(st.integers(1, 12))):
        known = [*tree.parents, f"n{number}", "stranger"]
        parents = data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=3))
        taking = data.draw(st.lists(st.sampled_from(known), max_size=3))
        try:
            grown = tree.with_node(f"n{number}", parents, taking=taking)
        except TaxonomyFaulty:
            continue
        assert len(grown) == len(tree) + 1
        assert nx.is_directed_acyclic_graph(grown.graph)
        assert all(set(tree.above(n)) <= set(grown.above(n)) for n in tree.parents)
        tree = grown


def test_classes_of_an_ontology() -> None:
    """With the roots, descriptions and several parents."""
    ontology = Ontology(
        [Concept(name="Person", description="a human being"), Concept(name="Author")]
    )
    made = of_ontology(ontology)
    assert made.roots == ("Entity", "Event", "Relation")
    assert made.definitions["Person"] == "a human being"


def test_names_come_from_lines(tmp_path: Path) -> None:
    """JSON, tab or the name alone; what is none of these is noted with its line, nothing lost."""
    file = tmp_path / "new.jsonl"
    lines = [
        '{"name": "airburst", "definition": "an explosion in the air", "aliases": ["air burst"]}',
        "phở\tbánh và nước dùng",
        "量子力学",
        "",
        '{"definition": "nameless"}',
        '{"name": 3}',
        "{broken",
        "***",
        '{"name": "airburst"}',
        '{"name": "long", "definition": "' + "x" * 10_000 + '"}',
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    faults: list[Fault] = []
    news = read_news(file, faults)
    assert [new.name for new in news] == ["airburst", "phở", "量子力学", "long"]
    assert news[0] == New("airburst", "an explosion in the air", ("air burst",))
    assert len(news[3].definition) == 10_000
    assert [fault.where for fault in faults] == [f"new.jsonl:{n}" for n in (5, 6, 7, 8, 9)]


def test_aliases_are_names(tmp_path: Path) -> None:
    """Marks name nothing; all aliases of a name that is there twice are kept."""
    file = tmp_path / "new.jsonl"
    lines = [
        '{"name": "clamp", "aliases": ["!!!"]}',
        '{"name": "splint", "aliases": [null]}',
        '{"name": "lancet", "aliases": ["small  knife"]}',
        '{"name": "lancet", "definition": "a knife", "aliases": ["fleam"]}',
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    faults: list[Fault] = []
    assert read_news(file, faults) == [New("lancet", "a knife", ("small knife", "fleam"))]
    assert [fault.where for fault in faults] == [f"new.jsonl:{n}" for n in (1, 2, 4)]


def test_a_file_that_is_none(tmp_path: Path) -> None:
    """No traceback: what cannot be read is said."""
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\x80")
    for path in (tmp_path / "missing", tmp_path / "binary"):
        with pytest.raises(TaxonomyFaulty, match="cannot be read"):
            read_news(path, [])


def questions(folder: Path, *lines: str) -> Path:
    """Return a folder with questions."""
    (folder / "test_taxonomy_expansion.json").write_text("\n".join(lines), encoding="utf-8")
    (folder / "test_definition.json").write_text('{"wolf": "a wild dog"}', encoding="utf-8")
    return folder


def test_a_parent_that_is_not_there_is_no_question(tmp_path: Path) -> None:
    """It has no place to compare answers with."""
    line = (
        '{"entity_list": ["animal", "dog"], "relation_list": [["animal", "dog"]],'
        ' "test_node": "ghost", "test_node_parent": "spirit"}'
    )
    with pytest.raises(TaxonomyFaulty, match=r"json:1: its parent 'spirit' is not in the"):
        read_questions(questions(tmp_path, line))


def test_questions_of_both_shapes(tmp_path: Path) -> None:
    """Several names asked for in one taxonomy, or each in its own (item 29)."""
    one = (
        '{"root": "animal", "entity_list": ["animal", "dog"], "relation_list": [["animal","dog"]],'
        ' "test_node": "wolf", "test_node_parent": "dog"}'
    )
    other = one.replace('"wolf"', '"toad"').replace('"dog"', '"frog"')
    first, second, third = read_questions(questions(tmp_path, one, one, other))
    assert first.taxonomy is second.taxonomy is not third.taxonomy
    assert first.new == New("wolf", "a wild dog")
    assert first.golds == ("dog",)
    assert third.new.definition == ""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{}", "test_taxonomy_expansion.json:1: is no question"),
        ("[1]", "is no question"),
        ("{", "is no JSON"),
        (
            '{"entity_list": [], "relation_list": [["a","b"],["b","a"]], "test_node": "c", '
            '"test_node_parent": "a"}',
            "its own ancestor",
        ),
    ],
)
def test_questions_that_are_none(tmp_path: Path, line: str, said: str) -> None:
    """With file and line."""
    with pytest.raises(TaxonomyFaulty, match=said):
        read_questions(questions(tmp_path, line))


def test_trees_in_brackets(tmp_path: Path) -> None:
    """The first name in brackets is above the others."""
    file = tmp_path / "trees.ptb"
    file.write_text("(call_$_up (a b) c)\n\n(x y)\n", encoding="utf-8")
    first, second = read_trees(file)
    assert first.parents == {"call up": (), "a": ("call up",), "b": ("a",), "c": ("call up",)}
    assert second.roots == ("x",)
    file.write_text("(a (b c)", encoding="utf-8")
    with pytest.raises(TaxonomyFaulty, match="brackets"):
        read_trees(file)


def test_names_can_be_taken_out() -> None:
    """With every edge to and from them, as training across taxonomies asks for."""
    left = SMALL.free_of({"dog"})
    assert left.parents == {"animal": (), "cat": ("animal",)}
    assert SMALL.free_of(()) is SMALL
