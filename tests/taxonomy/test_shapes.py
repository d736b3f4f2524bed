"""Taxonomies of other kinds than those of the data sets: what needs no training works on them."""

from __future__ import annotations

import pytest

from knowloom.errors import TaxonomyFaulty
from knowloom.evaluation.taxonomy import held_out
from knowloom.models.encoders import Spelling
from knowloom.taxonomy.index import entries, index
from knowloom.taxonomy.place import Where, place, ranked
from knowloom.taxonomy.questions import New
from knowloom.taxonomy.rank import Rules
from knowloom.taxonomy.tree import Taxonomy, taxonomy

SORTS = {
    "Beverages": ("Soft drinks", "Coffees", "Teas", "Beers"),
    "Condiments": ("Sweet sauces", "Relishes", "Spreads"),
    "Dairy": ("Cheeses", "Butter", "Yoghurt"),
    "Grains/Cereals": ("Breads", "Crackers", "Pasta"),
}
PRODUCTS = taxonomy(
    [(top, sort) for top, sorts in SORTS.items() for sort in sorts]
    + [
        (sort, f"{way} {sort.lower()} {grams}g")
        for sorts in SORTS.values()
        for sort in sorts
        for way, grams in (("Organic", 100), ("Budget", 350), ("Premium", 600))
    ]
)
COMPOUNDS = taxonomy(
    [
        ("Tier", "Hund"),
        ("Tier", "Katze"),
        ("Tier", "Maus"),
        ("Tier", "Adler"),
        ("Hund", "Jagdhund"),
        ("Adler", "Seeadler"),
    ]
)
TOPS = ("film", "music", "tv")
TYPES = taxonomy(
    [(f"/{top}", f"/{top}/{name}") for top in TOPS for name in ("actor", "genre")]
    + [("/people/person", f"/{top}/actor") for top in TOPS]
)


def best(known: Taxonomy, name: str) -> str:
    """Return the parent that the rules find for a name without a definition."""
    [entry] = entries([New(name)], Spelling())
    return ranked(index(known, Spelling()), entry, Rules())[0][0]


@pytest.mark.parametrize(
    ("name", "parent"),
    [
        ("Frozen soft drinks 330ml", "Soft drinks"),
        ("Imported teas 50g", "Teas"),
        ("Fair cheeses (8 boxes)", "Cheeses"),
    ],
)
def test_products_with_amounts(name: str, parent: str) -> None:
    """What kind they are stands in the middle of the name."""
    assert best(PRODUCTS, name) == parent


@pytest.mark.parametrize(
    ("name", "parent"), [("Wachhund", "Hund"), ("Feldmaus", "Maus"), ("Steinadler", "Adler")]
)
def test_compounds_of_another_language(name: str, parent: str) -> None:
    """Written together, and no word of theirs is known."""
    assert best(COMPOUNDS, name) == parent


def test_paths_as_names_and_several_parents() -> None:
    """Types as some graphs write them: the domain is above the type."""
    assert best(TYPES, "/music/producer") == "/music"


def test_shapes_at_the_edge() -> None:
    """A name alone, roots alone, a chain, and a name of which no letter is known."""
    for known in (
        taxonomy([], names=["one"]),
        taxonomy([], names=["one", "two", "three"]),
        taxonomy([(f"n{n}", f"n{n + 1}") for n in range(30)]),
    ):
        [entry] = entries([New("日本語")], Spelling())
        placed = place(index(known, Spelling()), entry, Rules())
        assert placed.where in {Where.BELOW, Where.BETWEEN}
        assert set(placed.parents) <= set(known.parents)


def test_nothing_to_ask_for_is_said() -> None:
    """Not a table of zeros."""
    with pytest.raises(TaxonomyFaulty, match="no leaf to ask for"):
        held_out([taxonomy([], names=["one"])], Spelling(), lambda _: [Rules()])
