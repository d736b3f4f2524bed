"""Where names go: another name, below, between; and growing without end."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_taxonomy import world

from knowloom.models.encoders import Spelling
from knowloom.taxonomy.grow import Growing
from knowloom.taxonomy.index import Entry, Index, entries, index
from knowloom.taxonomy.place import Band, Placement, Where, described, place
from knowloom.taxonomy.questions import New
from knowloom.taxonomy.rank import Rules
from knowloom.taxonomy.tree import Taxonomy, taxonomy

TREE = taxonomy(
    [
        ("entity", "artifact"),
        ("artifact", "saw"),
        ("artifact", "toy saw"),
        ("saw", "handsaw"),
        ("saw", "chain saw"),
        ("entity", "person"),
        ("person", "author"),
    ],
    {
        "artifact": "an entity made by people",
        "saw": "an artifact with teeth that cuts",
        "handsaw": "a saw that is used with one hand",
        "chain saw": "a saw with a motor and a chain",
        "author": "a person who writes books",
    },
)
AT = index(TREE, Spelling())


def entry(name: str, definition: str = "", *aliases: str) -> Entry:
    """Return a new name."""
    return entries([New(name, definition, aliases)], Spelling())[0]


def at(new: Entry, tree: Index = AT, **aliases: str) -> Placement:
    """Return where it goes by rule."""
    return place(tree, new, Rules(), aliases)


@pytest.mark.parametrize("name", ["authors", "Author", "AUTHOR", "chain-saws"])
def test_the_same_name_decides_itself(name: str) -> None:
    """Case, punctuation and plural make no other class."""
    found = at(entry(name))
    assert (found.where, found.band) == (Where.SAME, Band.AUTOMATIC)
    assert found.confidence > 0.9


PLURALS = taxonomy(
    [("entity", name) for name in ("Bus", "Status", "Lens", "House", "Horse", "Cop", "Ten", "US")]
)


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("buses", "Bus"),
        ("statuses", "Status"),
        ("Lenses", "Lens"),
        ("houses", "House"),
        ("horses", "Horse"),
        ("copses", ""),
        ("tenses", ""),
        ("uses", ""),
    ],
)
def test_plurals_in_ses(name: str, same: str) -> None:
    """Of words in -s and of words in -se; what is neither is no other name of a shorter word."""
    assert at(entry(name), index(PLURALS, Spelling())).same == same


def test_aliases_count_as_names() -> None:
    """Those of the known names, and those that the new one brings."""
    assert at(entry("Writers"), writer="author").same == "author"
    assert at(entry("scribe", "", "authors"), author="author").same == "author"


def test_names_and_definitions_that_agree_are_for_a_person() -> None:
    """Alike is not the same."""
    found = at(entry("chain saws motor", "a saw with a motor and a chain"))
    if found.where is Where.SAME:
        assert found.band is Band.REVIEW
    twin = entry("hand saw x", "a saw that is used with one hand")
    alike = replace(twin, vectors=AT.entries[AT.ids["handsaw"]].vectors)
    found = at(alike)
    assert (found.where, found.same, found.band) == (Where.SAME, "handsaw", Band.REVIEW)
    assert found.parents
    assert "agree" in found.why[0]


def test_below() -> None:
    """With a shortlist whose shares make one, and reasons."""
    found = at(entry("panel saw", "a saw for wooden panels"))
    assert (found.where, found.parents) == (Where.BELOW, ("saw",))
    assert sum(share for _, share in found.shortlist) == pytest.approx(1)
    assert found.shortlist[0][0] == "saw"
    assert described(found) == "below saw"


def test_between() -> None:
    """Children whose name or definition says so move below the new one."""
    found = at(entry("toy", "an artifact to play with"))
    assert found.where is Where.BELOW  # a toy saw is a saw by its name, not a toy
    tree = TREE.with_node("power tool", ["artifact"], "a tool with a motor")
    found = at(entry("tool", "an artifact to work with"), index(tree, Spelling()))
    assert (found.where, found.taking) == (Where.BETWEEN, ("power tool",))
    assert described(found) == "below artifact, above power tool"


def test_two_parents_need_evidence_for_both() -> None:
    """The second nearly as likely, apart from the first, and below the same root."""

    class Fixed(Rules):
        def __init__(self, **shares: float) -> None:
            self._shares = shares

        def shares(self, index, entry, near, candidates):  # type: ignore[no-untyped-def]
            return [self._shares.get(index.names[node], 0.0) for node in candidates]

    new = entry("sawyer", "whatever")
    assert place(AT, new, Fixed(saw=0.5, person=0.4)).parents == ("saw", "person")
    assert place(AT, new, Fixed(saw=0.5, artifact=0.45)).parents == ("saw",)
    assert place(AT, new, Fixed(saw=0.8, person=0.2)).parents == ("saw",)


def test_nothing_is_known_yet() -> None:
    """The first name is a root."""
    empty = Taxonomy({})
    growing = Growing(empty, Index(empty, {}))
    new = entry("thing")
    assert growing.take(at(new, growing.index), new).where is Where.ROOT
    assert at(entry("toy thing", "a thing"), growing.index).parents == ("thing",)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.integers(3, 30))
def test_growing_keeps_the_hierarchy(seed: int, count: int) -> None:
    """Whatever is placed one after another: no circle, nothing lost, index and tree in step."""
    start = world(12, seed)
    growing = Growing(start, index(start, Spelling()))
    fresh = world(count + 1, seed + 1, branching=0.8)
    for name, text in list(fresh.definitions.items())[1:]:
        new = entry(name, text)
        found = growing.take(at(new, growing.index, **growing.aliases), new)
        assert found.where is Where.SAME or name in growing.taxonomy
    tree = growing.taxonomy
    assert nx.is_directed_acyclic_graph(tree.graph)
    assert set(start.parents) <= set(tree.parents)
    assert tree.roots == start.roots
    assert {
        n: {growing.index.names[p] for p in growing.index.parents[i]}
        for n, i in growing.index.ids.items()
    } == {n: set(above) for n, above in tree.parents.items()}


def test_growing_again_gives_the_same() -> None:
    """Same names in the same order, same tree."""
    trees: list[Taxonomy] = []
    for _ in range(2):
        growing = Growing(TREE, index(TREE, Spelling()))
        for name in ("rip saw", "saws", "painter", "power saw", "novelist"):
            new = entry(name, f"a {name.split()[-1]}")
            growing.take(at(new, growing.index, **growing.aliases), new)
        trees.append(growing.taxonomy)
    assert trees[0].parents == trees[1].parents
