"""Statistics and the made-up ontologies that are counted."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from knowloom.ontology.check import check
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Kind, Ontology
from knowloom.ontology.generate import generated
from knowloom.ontology.statistics import Counts, statistics


def test_counts_on_a_fixture() -> None:
    """Types, descriptions, examples, attributes and depth are counted for each kind (item 18)."""
    to_person = Attribute(name="knows", range=ConceptRange(("Person",)))
    ontology = Ontology(
        [
            Concept(name="Person", description="A human being.", examples=("Ada",)),
            Concept(name="Author", parents=("Person",), attributes=(to_person,)),
            Concept(name="Winner", parents=("Person",), attributes=(Attribute(name="prize"),)),
            Concept(name="Laureate", parents=("Author", "Winner"), description="Both."),
            Concept(name="Wrote", parents=("Relation",)),
        ]
    )
    assert statistics(ontology) == {
        Kind.ENTITY: Counts(
            types=4,
            described=2,
            exemplified=1,
            attributes=2,
            links=1,
            several_parents=1,
            depth=3,
        ),
        Kind.EVENT: Counts(),
        Kind.RELATION: Counts(types=1, depth=1),
    }
    assert statistics(ontology)[Kind.ENTITY].undescribed == 2


def test_a_made_up_library_has_the_size_asked_for() -> None:
    """30,572 concepts of three kinds, without a fault (item 17)."""
    ontology = Ontology(generated())
    counts = {kind: c.types for kind, c in statistics(ontology).items()}
    assert counts == {Kind.ENTITY: 29_177, Kind.RELATION: 876, Kind.EVENT: 519}
    assert check(ontology) == []
    deepest = max(ontology, key=lambda c: len(ontology.lineage(c.name))).name
    assert ontology.lineage(deepest)[0] == deepest
    assert deepest in ontology.descendants("Entity")


@settings(max_examples=20)
@given(st.integers(), st.integers(0, 300), st.integers(0, 40), st.integers(0, 60))
def test_made_up_ontologies_are_faultless_and_repeatable(
    seed: int, entities: int, relations: int, events: int
) -> None:
    """Any seed and size give the numbers asked for, no fault, and the same again."""
    made = generated(seed, entities=entities, relations=relations, events=events)
    ontology = Ontology(made)
    assert [c.types for c in statistics(ontology).values()] == [entities, events, relations]
    assert check(ontology) == []
    assert generated(seed, entities=entities, relations=relations, events=events) == made
