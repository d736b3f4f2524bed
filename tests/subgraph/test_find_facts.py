"""Finding the facts of `Relation` classes as typed objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import neo4j
import pytest

from knowloom.errors import UnknownAttribute, UsageError
from knowloom.knowledge.record import Fact, Mention, Record, Statement
from knowloom.ontology.things import Thing
from knowloom.store.write import WriteReport
from knowloom.subgraph.reader import Reader
from tests.subgraph.test_foreign import studio

__all__ = ["studio"]

pytestmark = pytest.mark.neo4j

Write = Callable[..., WriteReport]


def employed(who: str, where: str, since: int) -> Fact:
    """Return that somebody began to work somewhere."""
    ends = Mention("Person", who), Mention("Organization", where)
    return Fact("Employment", "", *ends, {"since": since})


@pytest.fixture
def firms(family: None, write: Write) -> None:
    """The family, and more employments: Grace had two at one place."""
    more: list[Statement] = [
        Record("Organization", "navy", {"name": "Navy"}),
        employed("grace", "navy", 1943),
        employed("grace", "navy", 1967),
        employed("grace", "analytical", 1949),
    ]
    write(*more, source="more.csv")


def _told(found: list[Thing]) -> list[tuple[str, str, int]]:
    """Return the facts found in short, sorted."""
    facts = [vars(fact) for fact in found]
    return sorted((f["head_entity"].name, f["tail_entity"].name, f["since"]) for f in facts)


@pytest.mark.usefixtures("firms")
def test_facts_are_objects(reader: Reader) -> None:
    """They come with qualifiers, uids, and ends that are shared and have their values."""
    found = reader.find("Employment")
    assert _told(found) == [
        ("Ada", "Analytical", 1843),
        ("Grace", "Analytical", 1949),
        ("Grace", "Navy", 1943),
        ("Grace", "Navy", 1967),
    ]
    assert [f.uid for f in found] == sorted({f.uid for f in found})
    graces = [h for f in found if (h := vars(f)["head_entity"]).uid == "grace"]
    assert len(graces) == 3
    assert len({id(grace) for grace in graces}) == 1
    [ada] = [h for f in found if (h := vars(f)["head_entity"]).uid == "ada"]
    assert (type(ada).__name__, vars(ada)["height"]) == ("Author", 1.6)
    assert reader.find("Relation") == found


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize(
    "where",
    [
        {"tail_entity": "Navy", "since": [1943]},
        {"head_entity": "grace", "since": "1943"},
        {"tail_entity": ["navy", "nowhere"], "since": 1943},
        {"since": [1943, 2000]},
    ],
)
def test_facts_by_ends_and_qualifiers(reader: Reader, where: dict[str, Any]) -> None:
    """An end is given by uid or name, a qualifier by a value or several; all must hold."""
    assert _told(reader.find("Employment", where)) == [("Grace", "Navy", 1943)]


@pytest.mark.usefixtures("firms")
def test_facts_by_the_thing_itself(reader: Reader) -> None:
    """An end may be given as an object; what nothing meets finds nothing."""
    [ada] = reader.find("Person", {"name": "Ada"})
    assert _told(reader.find("Employment", {"head_entity": ada})) == [("Ada", "Analytical", 1843)]
    assert reader.find("Employment", {"head_entity": ada, "since": 1900}) == []


@pytest.mark.usefixtures("firms")
def test_a_limit_takes_the_first_ends(reader: Reader) -> None:
    """A limit always keeps the same facts."""
    assert _told(reader.find("Employment", limit=2)) == [
        ("Ada", "Analytical", 1843),
        ("Grace", "Analytical", 1949),
    ]


def test_many_facts_need_two_questions(
    reader: Reader, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many facts are found, the server is asked twice: for them, and for their ends."""
    write(*(employed(f"p{i}", f"o{i % 7}", 1900 + i) for i in range(50)))
    asked: list[str] = []
    run = neo4j.ManagedTransaction.run

    def noted(tx: neo4j.ManagedTransaction, query: Any, *rest: Any, **more: Any) -> neo4j.Result:
        asked.append(str(query))
        return run(tx, query, *rest, **more)

    monkeypatch.setattr(neo4j.ManagedTransaction, "run", noted)
    assert len(reader.find("Employment")) == 50
    assert len(asked) == 2


def test_wrong_questions(reader: Reader) -> None:
    """What is no qualifier, and what cannot be its value, is named."""
    with pytest.raises(UnknownAttribute, match="did you mean since"):
        reader.find("Employment", {"sinse": 1})
    with pytest.raises(UsageError, match="since is 'long ago'"):
        reader.find("Employment", {"since": "long ago"})


def test_facts_of_a_foreign_graph(studio: Reader) -> None:
    """Through bindings the facts of a graph that knowloom did not write are found as well."""
    [role] = studio.find("Role", {"characters": "Ripley", "head_entity": "Sigourney Weaver"})
    assert vars(role)["characters"] == ["Ripley"]
    assert vars(role)["tail_entity"].name == "Alien"
    assert studio.find("Role", {"characters": "Dallas"}) == []
