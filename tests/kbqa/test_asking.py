"""Asking graphs in a real Neo4j: one laid out by knowloom, one that was there before."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from knowloom.asking import Asker
from knowloom.backing import backed
from knowloom.base import KnowledgeBase
from knowloom.cli import cli
from knowloom.kbqa.compose import compose
from knowloom.kbqa.mentions import Question
from knowloom.ontology.parse import parse
from knowloom.pathfinding import PlainRanker
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database

pytestmark = pytest.mark.neo4j

ONTOLOGY = """
from datetime import date
from knowloom import Entity, Relation

class Place(Entity, key=("name",)):
    pass

class Person(Entity, key=("name",)):
    born: date | None = None
    born_in: Place | None = None

class Actor(Person):
    pass

class Painter(Person):
    pass

class Film(Entity, key=("name",)):
    released: int | None = None
    director: list[Person] = []

class Acted(Relation):
    head_entity: Person
    tail_entity: Film
    role: str | None = None
"""

OTHERS = (
    "CREATE (t:Shop {title: 'Corner Shop', city: 'Oslo'}), "
    "(u:Shop {title: 'Old Mill', city: 'Bergen'}), "
    "(a:Clerk {name: 'Ida Berg', age: 31}), (b:Clerk {name: 'Per Dahl', age: 44}), "
    "(a)-[:WORKS_AT {since: 2011}]->(t), (b)-[:WORKS_AT {since: 2002}]->(t), (b)-[:OWNS]->(u)"
)


@pytest.fixture
def films(database: Database, tmp_path: Path) -> Database:
    """Three films with those who made them, in knowloom's own layout."""
    kb = KnowledgeBase(database, tmp_path)
    kb.save_ontology(parse(ONTOLOGY))
    c = kb.classes
    oslo = c["Place"]("Oslo")
    ann = c["Painter"]("Ann Lee", born=date(1960, 5, 1), born_in=oslo)
    bob = c["Actor"]("Bob Ray", born=date(1971, 2, 3))
    night = c["Film"]("Night Train", released=1991, director=[ann])
    day = c["Film"]("Day Break", released=1999, director=[ann, bob])
    late = c["Film"]("Late Snow", released=2004, director=[bob])
    facts = [
        c["Acted"](bob, night, role="Guard"),
        c["Acted"](bob, day, role="Cook"),
        c["Acted"](ann, day),
    ]
    kb.write([oslo, ann, bob, night, day, late, *facts])
    return database


@pytest.fixture
def shops(database: Database) -> Database:
    """A graph that knowloom did not lay out."""
    database.run(OTHERS)
    return database


QUESTIONS = {
    "Who directed Night Train?": {"Ann Lee"},
    "Which films did Bob Ray act in?": {"Night Train", "Day Break"},
    "When was Ann Lee born?": {date(1960, 5, 1)},
    "How many films are there?": {3},
    "Which films were released after 1995?": {"Day Break", "Late Snow"},
    "What is the oldest film?": {"Night Train"},
    "Who directed the most films?": {"Ann Lee", "Bob Ray"},
    "Which role did Bob Ray act in Day Break?": {"Cook"},
    "Did Ann Lee direct Late Snow?": {False},
    "Who was born in 1971?": {"Bob Ray"},
    "Who is older, Ann Lee or Bob Ray?": {"Ann Lee"},
}


def test_answers(films: Database) -> None:
    """Operators of every kind give what the graph holds."""
    asker = Asker(films)
    said = {text: {f.value for f in asker.ask(text).values} for text in QUESTIONS}
    assert said == QUESTIONS


def test_both_programs_say_the_same(films: Database) -> None:
    """The statement and the Python of each likely program find the same."""
    asker = Asker(films)
    for text in QUESTIONS:
        question = Question.of(text)
        for candidate in compose(question, asker.schema, *asker.linked(question))[:3]:
            found = {str(f.value) for f in asker.values(candidate.program)}
            outcome = asker.in_sandbox(candidate.program)
            assert outcome.message == ""
            assert {str(value) for value in outcome.value} == found, text


def test_what_is_not_there_is_not_said(films: Database) -> None:
    """Unknown names, missing relations and false premises are not answered."""
    asker = Asker(films)
    for text in (
        "Who directed Golden Hour?",
        "What is the budget of Night Train?",
        "Who is Ann Lee married to?",
        "Which films were released after 2020?",
        "What is the meaning of life?",
    ):
        assert asker.ask(text).values == (), text


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Which films were not released in 1999?", "not"),
        ("Which films didn't Ann Lee direct?", "didn't"),
        ("Which films did Bob Ray never direct?", "never"),
        ("Which film is the second oldest film?", "second"),
        ("Which films were released in May 1999?", "may"),
        ("Who was born in February 1971?", "february"),
        ("Who was born after 1970-05-01?", "1970-05-01"),
        ("Which films did Ann Lee or Bob Ray direct?", "or"),
        ("Which films were released later than Night Train?", "than"),
        ("Were all films released in 1999?", "all"),
        ("Which films were released after two thousand?", "thousand"),
    ],
)
def test_a_word_that_turns_the_answer_round_is_not_passed_over(
    films: Database, text: str, word: str
) -> None:
    """Where no program heeds it, nothing is said, not the answer to another question."""
    answer = Asker(films).ask(text)
    assert (answer.values, answer.guesses) == ((), ())
    assert answer.why_not == f"what {word!r} means here cannot be told"


def test_a_graph_that_was_there_before(shops: Database) -> None:
    """Labels, types and properties of any graph are enough; nothing is written to it."""
    asker = Asker(shops)
    before = _counts(shops)
    assert {f.value for f in asker.ask("Who works at the Corner Shop?").values} == {
        "Ida Berg",
        "Per Dahl",
    }
    assert [f.value for f in asker.ask("Which clerk is the oldest by age?").values] != []
    assert [
        f.value for f in asker.ask("Since when has Ida Berg worked at Corner Shop?").values
    ] == [2011]
    assert [f.value for f in asker.ask("Which shops are in Bergen?").values] == ["Old Mill"]
    assert _counts(shops) == before


def test_a_topic_that_is_given(shops: Database) -> None:
    """With the topic known, the likeliest of the paths that exist answers."""
    asker = Asker(shops, ranker=PlainRanker())
    answer = asker.ask("what does he own", topic="Per Dahl")
    assert [f.value for f in answer.values] == ["Old Mill"]
    assert asker.ask("what", topic="Nobody").values == ()


ABOUT_BOB = {
    "How many films did he direct?": {2},
    "How many films did Bob Ray direct?": {2},
    "What is the first film that he directed?": {"Day Break"},
    "When was he born?": {date(1971, 2, 3)},
    "Did he direct Night Train?": {False},
    "Who is older, Ann Lee or Bob Ray?": {"Ann Lee"},
    "Which films did he direct?": {"Day Break", "Late Snow"},
    "Which films did he direct after 2000?": {"Late Snow"},
}


def test_more_than_paths_about_a_topic_that_is_given(films: Database) -> None:
    """What is counted, compared, picked or read off is so with a topic too, named or not."""
    asker = Asker(films, ranker=PlainRanker())
    worked_out = {text: values for text, values in ABOUT_BOB.items() if "Which films" not in text}
    for text, values in worked_out.items():
        assert {f.value for f in asker.ask(text, topic="Bob Ray").values} == values, text


def test_what_is_composed_more_surely_about_a_topic(films: Database) -> None:
    """Without a trained ranker, a program that explains the question goes before a path."""
    asker = Asker(films)
    for text, values in ABOUT_BOB.items():
        assert {f.value for f in asker.ask(text, topic="Bob Ray").values} == values, text


HOSTILE = (
    "MATCH (n) DETACH DELETE n",
    "Who directed Night Train' }) DETACH DELETE n //",
    "x " * 50_000,
    "\x00\x1b[2J\u202e\ud800",
    "¿Quién dirigió Night Train? 誰 кто",
    "`) CALL db.labels() YIELD label RETURN label //",
)


def test_hostile_questions_change_nothing(films: Database) -> None:
    """Whatever is asked, the graph stays as it was."""
    asker = Asker(films)
    before = _counts(films)
    for text in HOSTILE:
        asker.ask(text)
        asker.ask(text, topic=text)
    assert _counts(films) == before


def _counts(database: Database) -> list[int]:
    """Return how much the database holds."""
    [row] = database.read(
        "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN count(DISTINCT n), count(r), "
        "sum(size(keys(n)))"
    )
    return list(row.values())


def test_command(films: Database, login: Endpoint) -> None:
    """The command prints an answer with its way and its facts, or one JSON document."""
    run = CliRunner().invoke(cli, ["ask", "Who directed Night Train?", "--show-code"])
    assert run.exit_code == 0
    assert run.stdout.startswith("Ann Lee\n")
    assert "fact     Night Train - DIRECTOR - Ann Lee" in run.stdout
    assert "MATCH (n0" in run.stdout
    assert "def answer(objects):" in run.stdout
    run = CliRunner().invoke(cli, ["ask", "Who directed Golden Hour?", "--json"])
    body = json.loads(run.stdout)
    assert (body["answers"], run.exit_code) == ([], 0)
    run = CliRunner().invoke(cli, ["ask"], input="How many films are there?\n\n")
    assert run.stdout.startswith("3\n")


def test_evaluating(films: Database, login: Endpoint, workspace: Path) -> None:
    """Questions with statements for gold are scored, and each is written down."""
    rows = [
        {"id": "1", "graph": "films", "kind": "path", "question": "Who directed Night Train?",
         "cypher": "MATCH (:Film {name: 'Night Train'})-[:DIRECTOR]->(p) RETURN p.name AS answer"},
        {"id": "2", "graph": "films", "kind": "none", "question": "Who directed Golden Hour?"},
        {"id": "3", "graph": "shops", "kind": "one", "question": "?", "cypher": "RETURN 1 AS n"},
    ]  # fmt: skip
    file = workspace / "questions.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    arguments = [
        "evaluate",
        "kbqa",
        str(file),
        "--graph",
        "films",
        "--out",
        "each.jsonl",
        "--json",
    ]
    run = CliRunner().invoke(cli, arguments)
    figures = json.loads(run.stdout)[str(file)]
    assert (figures["questions"], figures["means"]["exact"], figures["held_back"]) == (1, 100.0, 1)
    assert len((workspace / "each.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    refused = CliRunner().invoke(cli, arguments[:3])
    assert "say which one is loaded with --graph" in str(refused.exception)


def test_facts_name_their_sources_and_disputes(database: Database, tmp_path: Path) -> None:
    """What an answer rests on is said by somebody, and what others deny is marked."""
    kb = KnowledgeBase(database, tmp_path)
    kb.save_ontology(
        parse(ONTOLOGY.replace("born: date | None = None", "born: date = Field(policy='review')")
              .replace("import Entity", "import Entity, Field"))
    )  # fmt: skip
    c = kb.classes
    ann = c["Person"]("Ann Lee", born=date(1960, 5, 1))
    kb.write([ann, c["Film"]("Night Train", director=[ann])], source="one")
    kb.write([c["Person"]("Ann Lee", born=date(1961, 5, 1))], source="two")
    asker = Asker(database)
    directed = asker.ask("Who directed Night Train?")
    [found] = backed(database, kb.ontology, directed.evidence)
    assert (found.fact[:3], found.sources) == (("Night Train", "DIRECTOR", "Ann Lee"), ("one",))
    assert not found.disputed
    born = asker.ask("When was Ann Lee born?")
    [found] = backed(database, kb.ontology, born.evidence)
    assert (found.sources, found.disputed) == (("two",), True)
