"""Learning from data: hypernyms, examples, descriptions and constraints."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.errors import OntologyError
from knowloom.ontology.check import check
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Kind, Ontology, Scalar
from knowloom.ontology.generate import generated
from knowloom.ontology.learn import (
    GUIDELINE,
    Learned,
    attached,
    covering_type,
    described,
    learned_ends,
    main_parent,
    top_examples,
    with_examples,
    with_learned_ends,
    with_main_parents,
)

WORLD = Ontology(
    [
        Concept(name="Agent"),
        Concept(name="Person", parents=("Agent",)),
        Concept(name="Author", parents=("Person",)),
        Concept(name="Musician", parents=("Person",)),
        Concept(name="Place"),
        Concept(name="City", parents=("Place",)),
        Concept(
            name="BornIn",
            parents=("Relation",),
            attributes=(Attribute(name="year", range=Scalar.INT),),
        ),
        Concept(name="Award", parents=("Event",)),
    ]
)


def test_the_hypernym_with_the_most_instances_is_the_main_one() -> None:
    """Counts (5, 9) choose the second; equal counts, or none, the first named (item 6)."""
    assert main_parent(("Artist", "Scholar"), {"Artist": 5, "Scholar": 9}) == "Scholar"
    assert main_parent(("Artist", "Scholar"), {"Artist": 5, "Scholar": 5}) == "Artist"
    assert main_parent(("Artist", "Scholar"), {}) == "Artist"


def test_main_hypernyms_come_first_and_none_is_lost() -> None:
    """Every concept gets its main parent in front."""
    both = Concept(name="Both", parents=("Author", "Musician"))
    ontology = with_main_parents(WORLD.with_concepts([both]), {"Musician": 3, "Author": 1})
    assert ontology["Both"].parents == ("Musician", "Author")
    assert ontology["Author"] == WORLD["Author"]


def test_an_order_that_python_cannot_build_is_left_as_it_is() -> None:
    """Neither the concept nor one below it may become impossible."""
    redundant = Concept(name="X", parents=("Author", "Person"))
    contrary = [
        Concept(name="A"),
        Concept(name="B"),
        Concept(name="AB", parents=("A", "B")),
        Concept(name="AB2", parents=("A", "B")),
        Concept(name="C", parents=("AB", "AB2")),
    ]
    ontology = WORLD.with_concepts([redundant, *contrary])
    assert with_main_parents(ontology, {"Person": 9})["X"].parents == ("Author", "Person")
    assert with_main_parents(ontology, {"B": 9})["C"].parents == ("AB", "AB2")


@given(st.data())
def test_any_counts_give_a_hierarchy(data: st.DataObject) -> None:
    """Whatever the counts, the result is an ontology with the same parents for each concept."""
    ontology = Ontology(generated(seed=3, entities=220, relations=0, events=0))
    several = [p for c in ontology if len(c.parents) > 1 for p in c.parents]
    counts = data.draw(st.dictionaries(st.sampled_from(several), st.integers(0, 9)))
    result = with_main_parents(ontology, counts)
    assert {c.name: set(c.parents) for c in result} == {c.name: set(c.parents) for c in ontology}


def test_an_unseen_concept_hangs_below_what_is_known_or_the_root() -> None:
    """Known hypernyms are used, the main one first; without any it is the root (item 7)."""
    poet = Concept(name="Poet")
    below = attached(WORLD, poet, ["Nobody", "Musician", "Author"], instances={"Author": 2})
    assert below["Poet"].parents == ("Author", "Musician")
    assert attached(WORLD, poet, ["Nobody"])["Poet"].parents == ("Entity",)
    assert attached(WORLD, poet)["Poet"].parents == ("Entity",)
    raid = attached(WORLD, Concept(name="Raid"), kind=Kind.EVENT)
    assert raid.kind("Raid") is Kind.EVENT


def test_a_hypernym_above_another_adds_nothing() -> None:
    """Of a class and its superclass only the class becomes a parent."""
    ontology = attached(WORLD, Concept(name="Poet"), ["Person", "Author"], instances={"Person": 9})
    assert ontology["Poet"].parents == ("Author",)


def test_a_known_concept_cannot_be_attached_again() -> None:
    """A duplicate is refused (item 21)."""
    with pytest.raises(OntologyError, match="Author: is defined twice"):
        attached(WORLD, Concept(name="Author"), ["Person"])


def test_the_ten_most_frequent_examples_in_order() -> None:
    """Thirty instances with known counts give the top ten, most frequent first (item 9)."""
    counts = {f"e{i:02}": i for i in range(1, 31)}
    seen = [text for text, count in counts.items() for _ in range(count)]
    expected = tuple(f"e{i:02}" for i in range(30, 20, -1))
    assert top_examples(seen) == expected
    assert top_examples(counts) == expected


def test_equally_frequent_examples_are_in_text_order() -> None:
    """Ties do not depend on the order in which things were seen; empty texts are none."""
    assert top_examples(["b", "", "a", "c", "c"]) == top_examples(["c", "a", "c", "b"])
    assert top_examples(["b", "a"], limit=1) == ("a",)


@given(st.lists(st.text(max_size=2)))
def test_examples_are_the_most_frequent(seen: list[str]) -> None:
    """No text that is left out is more frequent than one that is kept."""
    counts = Counter(t for t in seen if t)
    kept = top_examples(seen, limit=3)
    assert len(kept) == min(3, len(counts))
    assert all(counts[k] >= counts[o] for k in kept for o in counts if o not in kept)


def test_examples_go_to_their_concepts() -> None:
    """Only concepts that something was seen of change."""
    ontology = with_examples(WORLD, {"City": ["Rome", "Oslo", "Rome"]})
    assert ontology["City"].examples == ("Rome", "Oslo")
    assert ontology["Person"] == WORLD["Person"]


class Template:
    """A describer that counts how often it is asked."""

    name = "template.v1"

    def __init__(self, text: str = "a kind\n of thing ") -> None:
        self.text = text
        self.asked = 0

    def __call__(self, concept: Concept) -> str:
        self.asked += 1
        return self.text


def test_a_guideline_describes_first() -> None:
    """The guideline's text wins, and its origin is kept (item 8)."""
    describer = Template()
    told = described(Concept(name="T", description="old"), " From the guide. ", describer)
    assert (told.description, told.description_origin) == ("From the guide.", GUIDELINE)
    assert describer.asked == 0


def test_without_guideline_a_describer_is_asked() -> None:
    """What has no description gets one on one line, with the describer's versioned name."""
    made = described(Concept(name="T"), describer=Template())
    assert (made.description, made.description_origin) == ("a kind of thing", "template.v1")


def test_a_description_is_kept_and_none_is_made_of_nothing() -> None:
    """A concept that is described is not asked about, an empty answer changes nothing."""
    describer = Template()
    concept = Concept(name="T", description="old", description_origin="hand")
    assert described(concept, "  ", describer) is concept
    assert describer.asked == 0
    assert described(Concept(name="T"), describer=Template(" ")) == Concept(name="T")
    assert described(Concept(name="T")) == Concept(name="T")


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        ([("Author",)] * 95 + [("City",)] * 5, Learned("Author", 95, 100)),
        ([("Author",)] * 50 + [("Musician",)] * 45 + [("City",)] * 5, Learned("Person", 95, 100)),
        ([("Author",)] * 8 + [("City",)] * 2, Learned("Entity", 10, 10)),
        ([("Author", "Musician")] * 9 + [("Author",)], Learned("Musician", 9, 10)),
        ([("Author",), ("Nobody",)], Learned("Author", 1, 1)),
        ([("Nobody",), ()], None),
        ([("Author",), ("Award",)], None),
    ],
)
def test_the_smallest_type_that_covers_enough(
    observed: list[tuple[str, ...]], expected: Learned | None
) -> None:
    """Nine in ten must be covered, by the most special type that does (item 11, G53)."""
    assert covering_type(WORLD, observed) == expected


@given(
    st.lists(st.lists(st.sampled_from([c.name for c in WORLD]), min_size=1), min_size=1),
    st.floats(0.01, 1.0),
)
def test_a_covering_type_covers_and_nothing_below_it_does(
    observed: list[list[str]], coverage: float
) -> None:
    """The type found covers the share asked for; its subclasses do not."""
    found = covering_type(WORLD, observed, coverage)
    roots = {WORLD.kind(t) for types in observed for t in types}
    if found is None:
        assert len(roots) > 1
        return

    def covered(name: str) -> int:
        return sum(any(WORLD.is_a(t, name) for t in types) for types in observed)

    assert found.covered == covered(found.concept)
    assert found.share >= coverage
    assert all(covered(n) < coverage * len(observed) for n in WORLD.children(found.concept))


FACTS = [
    ("BornIn", ("Author",), ("City",)),
    ("BornIn", ("Musician",), ("City",)),
    ("BornIn", ("Person", "Author"), ("City",)),
    ("Unclear", ("Nobody",), ("City",)),
]


def test_relations_learn_their_ends_from_facts() -> None:
    """Toy triples give the types that heads and tails have in common (item 11)."""
    learned = learned_ends(WORLD, FACTS)
    assert learned == {"BornIn": (Learned("Person", 3, 3), Learned("City", 3, 3))}
    ontology = with_learned_ends(WORLD, learned)
    ends = ontology.attributes("BornIn")
    assert ends["head_entity"].range == ConceptRange(("Person",))
    assert ends["tail_entity"].range == ConceptRange(("City",))
    assert ends["tail_entity"].required
    assert "year" in ends
    assert check(ontology) == []


def test_learning_never_widens_what_a_parent_allows() -> None:
    """An end that data would make wider than the parent relation's stays."""
    narrow = Attribute(name="head_entity", range=ConceptRange(("Author",)), required=True)
    ontology = WORLD.with_concepts(
        [
            Concept(name="Wrote", parents=("Relation",), attributes=(narrow,)),
            Concept(name="Cowrote", parents=("Wrote",)),
        ]
    )
    learned = {"Cowrote": (Learned("Person", 1, 1), Learned("City", 1, 1))}
    result = with_learned_ends(ontology, learned)
    assert result.attributes("Cowrote")["head_entity"].range == ConceptRange(("Author",))
    assert result.attributes("Cowrote")["tail_entity"].range == ConceptRange(("City",))
    assert check(result) == []
