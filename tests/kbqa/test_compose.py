"""Questions become the programs that they mean, over a schema alone."""

from __future__ import annotations

import pytest

from knowloom.kbqa.compose import compose
from knowloom.kbqa.link import Called, link, literals
from knowloom.kbqa.mentions import Question, bounds_of, cues_of
from knowloom.kbqa.programs import words_of_program
from knowloom.kbqa.schema import Schema, Value
from knowloom.ontology.parse import parse

ONTOLOGY = """
from knowloom import Entity, Relation

class City(Entity):
    country: str | None = None

class Person(Entity):
    born: int | None = None
    lives_in: City | None = None
    follows: list["Person"] = []

class Film(Entity):
    released: int | None = None
    director: list[Person] = []

class Acted(Relation):
    head_entity: Person
    tail_entity: Film
    role: str | None = None
"""
SCHEMA = Schema(parse(ONTOLOGY))
CALLED = (
    Called("p1", "Ann Lee", "Person"),
    Called("p2", "Bob Ray", "Person"),
    Called("f1", "Night Train", "Film"),
    Called("f2", "Day Break", "Film"),
    Called("c1", "Oslo", "City"),
)


def meant(text: str) -> str:
    """Return the likeliest program in words."""
    question = Question.of(text)
    country = next(v for v in SCHEMA.values if v.attribute == "country")
    said = literals(question, {country: ["Norway", "Peru"]})
    best = compose(question, SCHEMA, link(question, CALLED), said)[0]
    return words_of_program(best.program, SCHEMA)


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("How many films are there?", "count of each Film"),
        ("Who directed Night Train?", "each Person ←DIRECTOR- (Night Train)"),
        ("When was Ann Lee born?", "born of Ann Lee"),
        ("Which films did Ann Lee act in?", "each Film ←ACTED- (Ann Lee)"),
        ("Which films were released after 1990?", "each Film released > 1990"),
        ("What is the oldest film?", "each Film, the least by released"),
        ("Which two films are the oldest?", "each Film, the least by released"),
        ("Who follows Bob Ray?", "each Person -FOLLOWS→ (Bob Ray)"),
        ("Whom does Bob Ray follow?", "each Person ←FOLLOWS- (Bob Ray)"),
        ("Which role did Ann Lee act in Night Train?", "role of Ann Lee -ACTED→ (Night Train)"),
        ("Did Ann Lee act in Day Break?", "exists of Ann Lee -ACTED→ (Day Break)"),
        ("Which people live in Oslo?", "each Person -LIVES_IN→ (Oslo)"),
        (
            "Which people live in Norway?",
            "each Person -LIVES_IN→ (each City country = Norway)",
        ),
        (
            "Which person acted in the most films?",
            "each Person -ACTED→ (each Film), the most by how many",
        ),
        (
            "Who directed the films in which Ann Lee acted?",
            "each Person ←DIRECTOR- (each Film ←ACTED- (Ann Lee))",
        ),
    ],
)
def test_means(text: str, way: str) -> None:
    """The likeliest program is the one that a person means."""
    assert meant(text) == way


def test_an_unknown_name_is_left_unexplained() -> None:
    """A name that the graph does not know costs the program most of its score."""
    known = compose_score("Who directed Night Train?")
    assert compose_score("Who directed Golden Hour?") < known - 0.3


def compose_score(text: str) -> float:
    """Return the score of the likeliest program; nothing is below all."""
    question = Question.of(text)
    found = compose(question, SCHEMA, link(question, CALLED), [])
    return found[0].score if found else -1.0


def test_misspelt_names_are_found_but_less_surely() -> None:
    """A name with a letter wrong still links; the exact one is the better fit."""
    [near] = link(Question.of("who directed Nigt Train?"), CALLED)
    [exact] = link(Question.of("who directed Night Train?"), CALLED)
    assert near.keys == exact.keys
    assert near.fit < exact.fit


def test_names_with_odd_signs_stand_by_themselves() -> None:
    """C is not meant where C++ is said."""
    called = [Called("1", "C", "Language"), Called("2", "C++", "Language")]
    assert [n.name for n in link(Question.of("Who designed C++?"), called)] == ["C++"]
    assert [n.name for n in link(Question.of("Who designed C?"), called)] == ["C"]


def test_bounds() -> None:
    """Years and numbers come with how they compare."""
    between = bounds_of(Question.of("films released between 1990 and 1995"), frozenset())
    assert [(b.operator, b.number, b.upper) for b in between] == [(">=", 1990, 1995)]
    decade = bounds_of(Question.of("films of the 1990s"), frozenset())
    assert [(b.number, b.upper) for b in decade] == [(1990, 1999)]
    assert bounds_of(Question.of("more than three films"), frozenset())[0].number == 3


def test_cues() -> None:
    """The form of a question is told by its words."""
    assert cues_of(Question.of("Did Ann act?")).kind == "yesno"
    assert cues_of(Question.of("What is the average age?")).fold == "avg"
    [(by, most, _, limit)] = cues_of(Question.of("the three most expensive products")).picks
    assert (by, most, limit) == ("price", True, 3)


@pytest.mark.parametrize(
    "text", ["", "?", "x" * 100_000, "\x00\x1b[31m", "誰がこの映画を監督したか", "' OR 1=1 //"]
)
def test_any_text_is_a_question(text: str) -> None:
    """Nothing that is typed makes composing fail."""
    question = Question.of(text)
    assert isinstance(compose(question, SCHEMA, link(question, CALLED), []), list)


def test_years_and_numbers_are_told_apart() -> None:
    """A whole number is a year by its name or its bounds."""
    kinds: dict[str, str] = {v.attribute: v.kind for v in SCHEMA.values if isinstance(v, Value)}
    assert kinds["released"] == kinds["born"] == "year"


@pytest.mark.parametrize(
    ("text", "operator", "number"),
    [
        ("no more than 5 films", "<=", 5),
        ("not less than 5 films", ">=", 5),
        ("more than 10,000 votes", ">", 10_000),
        ("exactly 1,250.5 tons", "=", 1250.5),
    ],
)
def test_numbers_and_how_they_compare(text: str, operator: str, number: float) -> None:
    """A `no` turns a comparison round, and thousands are parted by commas."""
    [bound] = bounds_of(Question.of(text), frozenset())
    assert (bound.operator, bound.number) == (operator, number)


def test_a_number_before_a_class_counts_its_things() -> None:
    """What acted in more than 2 films was not born after the year 2."""
    question = Question.of("Which people acted in more than 2 films?")
    scores = [c.score for c in compose(question, SCHEMA, link(question, CALLED), [])]
    assert max(scores) < 0.6
