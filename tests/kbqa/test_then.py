"""Questions about the graph as it stood, answered by the Python of a program over the past."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from knowloom.asking import Asker
from knowloom.asking_then import PastAsker
from knowloom.base import KnowledgeBase
from knowloom.errors import UsageError
from knowloom.ontology.parse import parse
from knowloom.store.database import Database
from tests.sandbox.confined import needs_confinement

pytestmark = [pytest.mark.neo4j, needs_confinement]

ONTOLOGY = """
from knowloom import Entity, Relation

class Person(Entity, key=("name",)):
    age: int | None = None

class Film(Entity, key=("name",)):
    director: list[Person] = []

class Acted(Relation):
    head_entity: Person
    tail_entity: Film
    role: str | None = None
"""


@pytest.fixture
def kb(database: Database, tmp_path: Path) -> KnowledgeBase:
    """A film to which more becomes known later."""
    kb = KnowledgeBase(database, tmp_path)
    kb.save_ontology(parse(ONTOLOGY))
    c = kb.classes
    ann, night = c["Person"]("Ann Lee", age=30), c["Film"]("Night Train")
    kb.write([ann, night, c["Acted"](ann, night, role="Guard")])
    return kb


def later(kb: KnowledgeBase) -> datetime:
    """Make more known; return the moment before."""
    moment = datetime.now(UTC)
    c = kb.classes
    bob = c["Person"]("Bob Ray")
    night = c["Film"]("Night Train")
    kb.write([c["Person"]("Ann Lee", age=31), bob, night, c["Acted"](bob, night, role="Cook")])
    return moment


QUESTIONS: dict[str, tuple[set[object], set[object]]] = {
    "Who acted in Night Train?": ({"Ann Lee"}, {"Ann Lee", "Bob Ray"}),
    "How old is Ann Lee by age?": ({30}, {31}),
    "How many persons are there?": ({1}, {2}),
    "Which role did Ann Lee act in Night Train?": ({"Guard"}, {"Guard"}),
}


def test_the_past_is_asked_and_today_is_not_touched(kb: KnowledgeBase) -> None:
    """What was recorded later is not said, and what was there then is."""
    moment = later(kb)
    then = PastAsker(kb.database, kb.as_of(moment))
    now = Asker(kb.database)
    for text, (before, after) in QUESTIONS.items():
        assert {found.value for found in then.ask(text).values} == before, text
        assert {found.value for found in now.ask(text).values} == after, text


def test_the_present_seen_as_a_past_is_the_present(kb: KnowledgeBase) -> None:
    """Both ways of running a program agree."""
    later(kb)
    then = PastAsker(kb.database, kb.as_of(datetime.now(UTC)))
    for text, (_, after) in QUESTIONS.items():
        assert {found.value for found in then.ask(text).values} == after, text


def test_a_topic_is_of_today(kb: KnowledgeBase) -> None:
    """Paths are not explored in the past; that is said."""
    with pytest.raises(UsageError, match="topic"):
        PastAsker(kb.database, kb.as_of(valid=date(2020, 1, 1))).ask("who", topic="Ann Lee")
