"""Taxonomies taken apart for training: whatever their shape, the parts are taxonomies."""

from __future__ import annotations

import random
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_taxonomy import world

from knowloom.errors import TaxonomyFaulty
from knowloom.models.encoders import Spelling
from knowloom.taxonomy.index import bare, entries
from knowloom.taxonomy.questions import New, read_edges
from knowloom.taxonomy.tree import Taxonomy, taxonomy
from knowloom.training.parting import LARGE, cuttings, parted
from knowloom.training.taxonomy import train


@st.composite
def made(draw: st.DrawFn) -> Taxonomy:
    """Several roots, several parents, some names alone."""
    size = draw(st.integers(3, 160))
    chance = random.Random(draw(st.integers(0, 99)))
    edges = [
        (f"n{chance.randrange(n)}", f"n{n}")
        for n in range(1, size)
        for _ in range(chance.choice((0, 1, 1, 1, 2)))
    ]
    names = [f"n{n}" for n in range(size)]
    return taxonomy(edges, {name: f"what {name} means" for name in names[::2]}, names)


@given(whole=made(), seed=st.integers(0, 9))
def test_leaves_go_together(whole: Taxonomy, seed: int) -> None:
    """A fifth of them; everything else stays as it was."""
    rest, asked = parted(whole, random.Random(seed))
    assert len(rest) + len(asked) == len(whole)
    assert set(asked) <= set(whole.leaves)
    assert all(set(golds) <= set(rest.parents) for golds in asked.values())
    assert not set(rest.definitions) & set(asked)
    assert len(asked) == (max(1, round(0.2 * len(whole.leaves))) if whole.leaves else 0)


@given(whole=made(), seed=st.integers(0, 9))
def test_cuttings_are_small_taxonomies_of_the_same_edges(whole: Taxonomy, seed: int) -> None:
    """One top each, from eight names to eighty, and every edge between them."""
    some = cuttings(whole, random.Random(seed), 5)
    if len(whole) <= LARGE:
        assert some == []
    for one in some:
        assert 8 <= len(one) <= 80
        assert nx.is_weakly_connected(one.graph)
        expected = whole.graph.subgraph(one.parents)
        assert set(one.graph.edges) == set(expected.edges)
        assert set(one.definitions.items()) <= set(whole.definitions.items())


def test_some_cuttings_have_no_definitions_and_their_sizes_differ() -> None:
    """As taxonomies do."""
    some = cuttings(world(300), random.Random(1), 60)
    without = sum(not one.definitions for one in some)
    assert 5 <= without <= 30
    sizes = [len(one) for one in some]
    assert min(sizes) < 15 and max(sizes) > 40


def test_an_entry_without_its_definition_is_that_of_the_name_alone() -> None:
    """To the last number."""
    told, untold = entries([New("RaceCar", "a car for races"), New("RaceCar")], Spelling())
    stripped = bare(told)
    assert np.array_equal(stripped.vectors, untold.vectors)
    for part in ("new", "said", "words", "head", "meaning", "genus", "bag", "grams"):
        assert getattr(stripped, part) == getattr(untold, part)
    assert told.defined and not stripped.defined


def test_learning_for_elsewhere_is_tried_on_whole_taxonomies() -> None:
    """Alike in the same run, and told how it did on those it did not learn from."""
    several = [world(120, 1), *(world(20, seed) for seed in range(2, 8))]
    one, other = (train(several, Spelling(), elsewhere=True) for _ in range(2))
    assert [str(t.model_to_string()) for t in one.trees] == [
        str(t.model_to_string()) for t in other.trees
    ]
    assert one.card.figures["held_out"] > 20
    assert one.card.figures["accuracy_on_held_out"] > 0.4


def test_edges_are_read(tmp_path: Path) -> None:
    """With roots, definitions and several parents; what is no edge is told with its line."""
    file = tmp_path / "edges.tsv"
    file.write_text("\tanimal\tit lives\nanimal\tdog\tit barks\n\npet\tdog\n", encoding="utf-8")
    read = read_edges(file)
    assert read.parents == {"animal": (), "dog": ("animal", "pet"), "pet": ()}
    assert read.definitions == {"animal": "it lives", "dog": "it barks"}
    for text, where in (("animal", "edges.tsv:1"), ("a\tb\na\t \n", "edges.tsv:2")):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(TaxonomyFaulty, match=where):
            read_edges(file)
    file.write_text("a\tb\nb\ta\n", encoding="utf-8")
    with pytest.raises(TaxonomyFaulty, match="its own ancestor"):
        read_edges(file)
