"""What names and definitions say by their words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.taxonomy.words import head, meaning, sort_of, sound, spoken, tokens


@pytest.mark.parametrize(
    ("name", "definition", "genera"),
    [
        ("handsaw", "a saw that is used with one hand", ["saw"]),
        ("orthodontics", "orthodontics is a specialty of dentistry", ["specialty", "dentistry"]),
        (
            "metrology",
            "metrology is the scientific study of measurement",
            ["study", "measurement"],
        ),
        ("airburst", "an explosion at an altitude below the fireball", ["explosion"]),
        ("rug", "floor covering consisting of a piece of thick fabric", ["covering"]),
        ("Airbus", "", []),
    ],
)
def test_the_genus_of_a_definition(name: str, definition: str, genera: list[str]) -> None:
    """The first noun phrase, and the one behind `of` where the first only leads to it."""
    assert [phrase[-1] for phrase in meaning(name, definition).genera] == genera


def test_a_subject_that_is_another_name() -> None:
    """Definitions from elsewhere may be of a near relative."""
    found = meaning("brain science", "neuroscience is the scientific study of the nervous system")
    assert found.subject == ("neuroscience",)
    assert meaning("saw", "a tool that is sharp").subject == ()


@pytest.mark.parametrize(
    "empty", ["", "saw", "dumping may refer to:", "see text", "coordinates: 90°n 0°e"]
)
def test_definitions_that_say_nothing(empty: str) -> None:
    """Pages that only lead elsewhere count as none; long texts are cut."""
    assert sound("x", empty) == ""
    assert len(sound("x", "word " * 4_000)) <= 600


def test_heads_and_plurals() -> None:
    """The head is the last word, or the one before a preposition."""
    assert head(tokens("costs of pollution")) == "cost"
    assert head(tokens("noise levels")) == "level"
    assert head(()) == ""
    assert tokens("Policies") == tokens("policy")
    assert spoken("HTTPServer_error") == "http server error"
    assert sort_of(("branch",)) and not sort_of(("saw",))


@given(st.text(max_size=80), st.text(max_size=200))
def test_any_text_can_be_looked_at(name: str, definition: str) -> None:
    """Nothing that somebody writes is an error."""
    found = meaning(name, sound(name, definition))
    assert all(all(phrase) for phrase in found.genera)
    assert tokens(spoken(name)) == tokens(spoken(spoken(name)))
