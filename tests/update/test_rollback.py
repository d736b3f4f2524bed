"""Taking runs back: the graph is as if they had not happened."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from knowloom.base import KnowledgeBase
from knowloom.errors import DecisionDepends, NotFound, UsageError
from knowloom.knowledge.record import Statement
from tests.update.conftest import Write
from tests.update.people import employed, person, someone, uid

pytestmark = pytest.mark.neo4j

PEOPLE = [f"p{i}" for i in range(6)]
GROUPS = ["X", "Y", "Z"]


def empty(kb: KnowledgeBase) -> None:
    kb.database.run(
        "MATCH (n:_Instance|_Retired|_Redirect|_Record|_Run|_Source|_Snapshot|_Statement|_Undone"
        "|_Decision) DETACH DELETE n"
    )


def random_run(chance: Random) -> tuple[str, list[Statement]]:
    """Return a source and some of the things it may say, new on every call."""
    source = chance.choice("ab")
    said: list[Statement] = []
    for name in chance.sample(PEOPLE, chance.randint(1, 3)):
        friends = [someone(n) for n in chance.sample(PEOPLE, chance.randint(0, 2))]
        said.append(
            person(
                name,
                born=chance.randrange(10**6),
                nicknames=[chance.choice("uvw")],
                group=chance.sample(GROUPS, chance.randint(0, 2)),
                friends=friends,
            )
        )
    for name in chance.sample(PEOPLE, chance.randint(0, 2)):
        said.append(employed(someone(name), chance.choice(GROUPS), chance.randrange(10**6)))
    return source, said


def written(
    kb: KnowledgeBase, write: Write, history: Sequence[tuple[str, list[Statement]]]
) -> list[int]:
    """Write runs on an empty graph and return their numbers."""
    empty(kb)
    return [write(said, source).run for source, said in history]


@pytest.mark.parametrize("seed", range(12))
def test_any_run_can_be_taken_back(kb: KnowledgeBase, write: Write, seed: int) -> None:
    """Without any of the last runs, and then without a second one, as if they had never been."""
    chance = Random(seed)
    history = [random_run(chance) for _ in range(6)]
    numbers = written(kb, write, history)
    first, second = chance.sample(range(len(history)), 2)
    whole = kb.fingerprint()
    kb.rollback(numbers[first], dry_run=True)
    assert kb.fingerprint() == whole
    kb.rollback(numbers[first])
    assert not kb.check().counts
    without_one = kb.fingerprint()
    kb.rollback(numbers[second])
    without_two = kb.fingerprint()
    written(kb, write, [r for i, r in enumerate(history) if i != first])
    assert kb.fingerprint() == without_one
    written(kb, write, [r for i, r in enumerate(history) if i not in (first, second)])
    assert kb.fingerprint() == without_two


def test_what_a_run_ended_stands_again(kb: KnowledgeBase, write: Write) -> None:
    """A value that was replaced shows again, with the thing that only it referred to."""
    write([person("Ada", home="Rome", group=["X"])])
    before = kb.fingerprint()
    second = write([person("Ada", home="Oslo", group=["Y"])])
    kb.rollback(second.run)
    assert kb.fingerprint() == before
    assert [e.status for e in kb.history()] == ["done", "rolled back", "done"]


def test_the_only_run_leaves_nothing(kb: KnowledgeBase, write: Write) -> None:
    """An empty graph has no instance, whatever the run brought."""
    nothing = kb.fingerprint()
    run = write([person("Ada", group=["X"]), employed(someone("Bob"), "Y", 1)]).run
    kb.rollback(run)
    assert kb.fingerprint() == nothing
    with pytest.raises(UsageError, match="already"):
        kb.rollback(run)
    with pytest.raises(NotFound):
        kb.rollback(7)


def test_merged_things_are_taken_back_too(kb: KnowledgeBase, write: Write) -> None:
    """A run that touched one side of a merge goes; one that a merge needs is refused by name."""
    write([person("Ada", home="Rome"), person("Eve")])
    extra = write([person("Ada", "a", born=1)], "b")
    kb.merge(uid("Ada"), uid("Eve"))
    merged = kb.fingerprint()
    late = write([person("Eve", home="Oslo"), employed(someone("Eve"), "X", 1)], "c")
    kb.rollback(late.run)
    assert kb.fingerprint() == merged
    assert not kb.check().counts
    kb.rollback(extra.run)
    other = write([person("Zoe")], "d")
    kb.merge(uid("Zoe"), uid("Ada"))
    with pytest.raises(DecisionDepends, match="Zoe"):
        kb.rollback(other.run)
    kb.split(uid("Zoe"))
    kb.rollback(other.run)
    assert kb.database.read("MATCH (n:Person {name: 'Zoe'}) RETURN n") == []
