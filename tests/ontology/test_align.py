"""Alignment: the types of a data set as types of the library, one for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.errors import UnknownConcept
from knowloom.ontology.align import align, normal_form
from knowloom.ontology.concepts import Concept, Ontology
from knowloom.ontology.names import is_name

LIBRARY = Ontology(
    [
        Concept(name="Human", aliases=("Person", "people")),
        Concept(name="FilmCompany", title="film company"),
        Concept(name="Vehicle"),
        Concept(name="GeoPoliticalEntity", aliases=("GPE",)),
    ]
)


def test_names_find_their_concepts_in_every_way() -> None:
    """Exact, alike but for case, punctuation and plural, or by alias (item 16)."""
    assert align(["Human", "film-companies", "VEHICLES", "gpe"], LIBRARY) == {
        "Human": "Human",
        "film-companies": "FilmCompany",
        "VEHICLES": "Vehicle",
        "gpe": "GeoPoliticalEntity",
    }
    assert align(["Person"], LIBRARY) == {"Person": "Human"}


def test_the_number_of_types_stays() -> None:
    """Two names for one concept stay two types; the surer claim has it, whatever the order."""
    assert align(["Person", "Human"], LIBRARY) == {"Person": "Person", "Human": "Human"}
    assert align(["people", "Person"], LIBRARY) == {"people": "Human", "Person": "Person"}


def test_what_finds_nothing_stays_itself() -> None:
    """An unknown type keeps a legal name that is no concept's."""
    assert align(["date of birth"], LIBRARY) == {"date of birth": "DateOfBirth"}
    assert align(["people", "Person", "person"], LIBRARY)["person"] == "Person_2"


def test_decided_pairs_count_most() -> None:
    """What a person decided comes before the same name; deciding for nothing is an error."""
    assert align(["Car", "Vehicle"], LIBRARY, {"Car": "Vehicle"}) == {
        "Car": "Vehicle",
        "Vehicle": "Vehicle_2",
    }
    with pytest.raises(UnknownConcept):
        align(["Car"], LIBRARY, {"Car": "Auto"})


names = st.one_of(
    st.sampled_from(["Person", "person", "PERSON", "Human", "humans", "GPE", "Vehicle", "people"]),
    st.text(max_size=6),
)


@given(st.lists(names))
def test_alignment_is_one_to_one(given_: list[str]) -> None:
    """Every name has a type of its own with a legal name, the same each time."""
    found = align(given_, LIBRARY)
    assert list(found) == list(dict.fromkeys(given_))
    assert len(set(found.values())) == len(found)
    assert all(is_name(name) for name in found.values())
    assert align(given_, LIBRARY) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Film Companies", "film_company"),
        ("churches", "Church"),
        ("classes", "Class"),
        ("Status", "status"),
        ("boxes", "box"),
        ("Persons", "PERSON"),
    ],
)
def test_normal_forms_forget_case_punctuation_and_plural(one: str, other: str) -> None:
    """Names that mean the same type have one normal form."""
    assert normal_form(one) == normal_form(other)


@pytest.mark.parametrize(("one", "other"), [("Bus", "Bu"), ("Class", "Clas"), ("Axis", "Axi")])
def test_normal_forms_keep_what_tells_types_apart(one: str, other: str) -> None:
    """Not every final s is a plural."""
    assert normal_form(one) != normal_form(other)


@given(st.text(max_size=10))
def test_normal_forms_of_any_text_exist(text: str) -> None:
    """A normal form has letters and digits only."""
    assert all(c.isalnum() for c in normal_form(text))
