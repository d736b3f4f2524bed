"""Names: what is alike and how much."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.update.names import LEVELS, likeness, tokens


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Kurt Gödel", "Godel, Kurt", "exact"),
        ("IBM", "I.B.M.", "acronym"),
        ("IBM", "ibm", "short"),
        ("IBM", "International Business Machines", "acronym"),
        ("A. M. Turing", "Alan Mathison Turing", "initials"),
        ("Alan Turing", "Alan Mathison Turing", "initials"),
        ("Alan Turing", "Brian Turing", "other"),
        ("Jonathan Smyth", "Jonathan Smith", "close"),
        ("Apollo 11", "Apollo 12", "other"),
        ("GPT-2", "GPT-3", "other"),
        ("Zebra", "Turing", "other"),
        ("...", "...", "other"),
    ],
)
def test_levels_by_example(one: str, other: str, level: str) -> None:
    """Two names are alike at the level a person would say."""
    assert likeness([one], [other]) == level


def test_the_best_pair_of_names_counts() -> None:
    """One alias that fits is enough."""
    assert likeness(["Mark Twain", "Samuel Clemens"], ["Clemens, Samuel"]) == "exact"


@given(st.lists(st.text(max_size=12), max_size=3), st.lists(st.text(max_size=12), max_size=3))
def test_likeness_is_symmetric(one: list[str], other: list[str]) -> None:
    """It does not matter which of the two is asked first."""
    assert likeness(one, other) == likeness(other, one)
    assert likeness(one, other) in LEVELS


def test_case_accents_and_punctuation_do_not_count() -> None:
    """Two spellings of one name have the same words."""
    assert tokens("ÅNGSTRÖM, Anders-Jonas") == tokens("Anders Jonas Ångström")
