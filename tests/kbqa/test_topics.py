"""Questions about a known thing, where facts of several parts hang from nameless nodes."""

from __future__ import annotations

import pytest

from knowloom.asking import Asker
from knowloom.kbqa.narrow import Hanging, narrowings, wanted_words
from knowloom.kbqa.paths import Reached, Step
from knowloom.pathfinding import Pathfinder, PlainRanker, program_of
from knowloom.store.database import Database

FACTS = """
CREATE (per:Entity {name: 'Per Dahl'}), (ida:Entity {name: 'Ida Berg'}),
  (one:Entity {name: 'm.01'}), (two:Entity {name: 'm.02'}), (wed:Entity {name: 'm.03'}),
  (per)-[:`film.actor.film`]->(one)-[:`film.performance.film`]->(:Entity {name: 'Night Train'}),
  (one)-[:`film.performance.character`]->(:Entity {name: 'Guard'}),
  (per)-[:`film.actor.film`]->(two)-[:`film.performance.film`]->(:Entity {name: 'Day Break'}),
  (two)-[:`film.performance.character`]->(:Entity {name: 'Cook'}),
  (per)-[:`people.person.spouse_s`]->(wed)-[:`people.marriage.spouse`]->(ida),
  (wed)-[:`people.marriage.spouse`]->(per),
  (ben:Entity {name: 'Ben Dahl'})-[:`people.person.parents`]->(per),
  (eva:Entity {name: 'Eva Dahl'})-[:`people.person.parents`]->(per)
"""


@pytest.fixture
def asker(database: Database) -> Asker:
    """Somebody with two roles, a wife and two children."""
    database.run(FACTS)
    return Asker(database, ranker=PlainRanker())


def said(asker: Asker, text: str, topic: str) -> list[str]:
    """Return what is answered."""
    return [found.value for found in asker.ask(text, topic=topic).values]


@pytest.mark.neo4j
def test_what_else_is_named_decides(asker: Asker) -> None:
    """Another name in the question chooses among the roles."""
    both = said(asker, "what character did Per Dahl play", "Per Dahl")
    assert sorted(both) == ["Cook", "Guard"]
    assert said(asker, "what character did Per Dahl play in Night Train", "Per Dahl") == ["Guard"]
    assert said(asker, "what character did Per Dahl play in Day Break?", "Per Dahl") == ["Cook"]


@pytest.mark.neo4j
def test_a_way_does_not_turn_back(asker: Asker) -> None:
    """Nobody is his own spouse, nor his own brother; both programs agree."""
    assert said(asker, "who is the spouse of Per Dahl", "Per Dahl") == ["Ida Berg"]
    [key] = asker.database.read("MATCH (n {name: 'Ben Dahl'}) RETURN elementId(n)")[0]
    path = (Step("people.person.parents"), Step("people.person.parents", False))
    program = program_of(Reached(path, 1, ()), [key], "Ben Dahl")
    assert [found.value for found in asker.values(program)] == ["Eva Dahl"]
    assert asker.in_sandbox(program).value == ["Eva Dahl"]


@pytest.mark.neo4j
def test_both_programs_of_a_narrowed_path_say_the_same(asker: Asker) -> None:
    """The statement and the Python."""
    [key] = asker.database.read("MATCH (n {name: 'Per Dahl'}) RETURN elementId(n)")[0]
    path = (Step("film.actor.film"), Step("film.performance.character"))
    program = program_of(Reached(path, 2, (), mediated=True), [key], "Per Dahl")
    finder = Pathfinder(asker.database, asker.schema, PlainRanker())
    question = "what character did per dahl play in night train"
    narrow, likely = finder.narrowed(question, "Per Dahl", path, program)
    assert narrow != program
    assert not likely
    assert [found.value for found in asker.values(narrow)] == ["Guard"]
    assert asker.in_sandbox(narrow).value == ["Guard"]


@pytest.mark.neo4j
def test_ends_that_other_paths_agree_on_come_first(asker: Asker) -> None:
    """An end that the question speaks for has more weight, none is left out."""
    asker.database.run(
        "MATCH (n {name: 'Eva Dahl'}) CREATE (n)-[:lives_in]->(:Entity {name: 'Oslo'})"
    )
    answer = asker.ask("who are the children with parents Per Dahl in Oslo", topic="Per Dahl")
    assert [found.value for found in answer.values] == ["Eva Dahl", "Ben Dahl"]
    assert answer.values[0].weight > answer.values[1].weight


def test_only_what_some_ends_meet_narrows() -> None:
    """What holds of all ends, or of none, is no choice."""
    path = (Step("a"), Step("b"))
    ways = [("x", "m1"), ("y", "m2")]
    film = Hanging("m1", Step("film"), "f", "Star Wars")
    [one] = narrowings("who is it in star wars", "it", path, ways, [film])
    assert (one.place, one.step, dict(one.others)) == (1, Step("film"), {"f": "Star Wars"})
    other = Hanging("m2", Step("film"), "f", "Star Wars")
    assert list(narrowings("who is it in star wars", "it", path, ways, [film, other])) == []
    assert list(narrowings("who is it in jaws", "it", path, ways, [film])) == []


def test_a_year_names_its_days_and_first_words_a_long_name() -> None:
    """As people say them."""
    path, ways = (Step("a"), Step("b")), [("x", "m1"), ("y", "m2")]
    day = Hanging("m1", Step("from"), "d", "2008-05-01")
    long = Hanging("m1", Step("film"), "f", "Star Wars Episode I: The Phantom Menace")
    assert list(narrowings("who won it in 2008", "it", path, ways, [day]))
    assert not list(narrowings("who won it in 2009", "it", path, ways, [day]))
    assert list(narrowings("who played it in star wars", "it", path, ways, [long]))
    assert not list(narrowings("who is the star of it", "it", path, ways, [long]))


def test_words_of_the_topic_name_nothing_else() -> None:
    """Nor do words that only build the question."""
    assert wanted_words("who played the first son of Per Dahl", "Per Dahl") == ["played", "son"]
