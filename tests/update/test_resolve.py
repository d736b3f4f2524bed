"""Who is who, found by evidence: the same whenever it is looked at, and undone by people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from knowloom.base import KnowledgeBase
from knowloom.cli import cli
from knowloom.errors import ProposalDecided
from knowloom.knowledge.record import Record, Statement
from knowloom.reviewing import accept, reject
from knowloom.store import review as store
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database
from knowloom.update.merging import part
from tests.update.conftest import Write
from tests.update.people import ONTOLOGY, employed, group, person, someone, uid

pytestmark = pytest.mark.neo4j


def groups(kb: KnowledgeBase) -> set[frozenset[str]]:
    """Return the uids that are one."""
    found: dict[str, set[str]] = {}
    for row in kb.database.read("MATCH (r:_Redirect) RETURN r.uid AS uid, r.to AS kept"):
        found.setdefault(row["kept"], {row["kept"]}).add(row["uid"])
    return {frozenset(group) for group in found.values()}


def known(who: str, source: str = "a", **values: Any) -> Statement:
    """Return what a source says of somebody, the id being the name without its spelling."""
    return person(who, source, **values)


def test_the_same_name_in_two_sources_is_one_person(kb: KnowledgeBase, write: Write) -> None:
    """They are joined, their names are kept as aliases, and a second look finds nothing new."""
    write([known("Ada Lovelace", born=1815), known("Charles Babbage")])
    write([known("Lovelace, Ada", "b", home="London")], "b")
    done = kb.resolve()
    assert groups(kb) == {frozenset({uid("Ada Lovelace"), uid("Lovelace, Ada", "b")})}
    assert len(done.joined) == 1
    [ada] = kb.find("Person", born=1815)
    assert (ada.home, ada.aliases) == ("London", ["Ada Lovelace"])  # type: ignore[attr-defined]
    again = kb.resolve()
    assert (again.joined, again.parted, again.run) == ([], [], 0)


def test_a_name_that_no_index_takes_ends_nothing(kb: KnowledgeBase, write: Write) -> None:
    """A text in the place of a name is compared with its like, and the others as ever."""
    long = "".join(f"word{number} " for number in range(5_000)).strip()
    write([known("Ada Lovelace", born=1815), known(long)])
    write([known("Lovelace, Ada", "b"), known(long, "b")], "b")
    kb.resolve()
    assert frozenset({uid("Ada Lovelace"), uid("Lovelace, Ada", "b")}) in groups(kb)


def test_another_birth_keeps_namesakes_apart(kb: KnowledgeBase, write: Write) -> None:
    """A contradiction is stronger than any name."""
    write([known("Ada Lovelace", born=1815)])
    write([known("Ada Lovelace", "b", born=1990)], "b")
    assert kb.resolve().joined == []
    assert groups(kb) == set()


def test_what_came_to_contradict_is_parted_again(kb: KnowledgeBase, write: Write) -> None:
    """A later record takes a merge by evidence back, and only that."""
    write([known("Ada Lovelace", born=1815)])
    write([known("Ada Lovelace", "b")], "b")
    write([known("Grace Hopper"), known("Alan Turing")])
    write([known("Grace Hopper", "b")], "b")
    kb.resolve()
    assert len(groups(kb)) == 2
    write([known("Ada Lovelace", "b", born=1990)], "b")
    done = kb.resolve()
    assert len(done.parted) == 1
    assert groups(kb) == {frozenset({uid("Grace Hopper"), uid("Grace Hopper", "b")})}


def test_split_outlives_the_next_look(kb: KnowledgeBase, write: Write) -> None:
    """What a person parts stays apart, and all is as it was before it was joined."""
    write([known("Ada Lovelace", friends=[someone("Lovelace, Ada", "b")])])
    write([known("Lovelace, Ada", "b", home="London")], "b")
    before = kb.fingerprint()
    kb.resolve()
    assert groups(kb)
    kb.split(uid("Lovelace, Ada", "b"))
    assert kb.fingerprint() == before
    kb.resolve(everything=True)
    assert kb.fingerprint() == before


def test_what_is_not_certain_is_asked(
    kb: KnowledgeBase, write: Write, login: Endpoint, tmp_path: Any
) -> None:
    """A question in the review queue; yes joins, no parts for good."""
    write([known("Ada Lovelace", home="London"), known("Grace Hopper", home="New York")])
    write([known("A. Lovelace", "b", home="London")], "b")
    write([known("G. Hopper", "c", home="New York")], "c")
    done = kb.resolve()
    assert done.joined == []
    assert len(done.review) == 2

    def run(*args: str) -> Any:
        result = CliRunner().invoke(cli, [*args, "--json", "--workspace", str(tmp_path)])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    asked = {p["body"]["names"]: p["id"] for p in run("review", "list", "--about", "identity")}
    ada = next(key for name, key in asked.items() if "Ada" in name)
    grace = next(key for name, key in asked.items() if "Grace" in name)
    run("review", "accept", ada)
    run("review", "reject", grace)
    assert groups(kb) == {frozenset({uid("Ada Lovelace"), uid("A. Lovelace", "b")})}
    again = kb.resolve(everything=True)
    assert (again.joined, again.review) == ([], ())
    assert run("review", "list") == []


def test_who_decides_second_changes_nothing(kb: KnowledgeBase, write: Write) -> None:
    """Things are neither joined nor parted by somebody who read the question before."""
    write([known("Ada Lovelace", home="London"), known("Grace Hopper", home="New York")])
    write([known("A. Lovelace", "b", home="London")], "b")
    write([known("G. Hopper", "c", home="New York")], "c")
    kb.resolve()
    one, other = store.listed(kb.database)
    reject(kb, one, who="ann")
    done = accept(kb, [one, other], who="bob")
    assert [fault.code for fault in done.faults] == ["decided"]
    assert [each.id for each in done.accepted] == [other.id]
    joined = groups(kb)
    assert joined == {frozenset(other.body["members"])}
    with pytest.raises(ProposalDecided, match="accepted by bob"):
        reject(kb, other, who="ann")
    assert groups(kb) == joined


def test_decisions_outlive_what_they_are_about(kb: KnowledgeBase, write: Write) -> None:
    """Those between things of which nobody speaks any more lead nowhere, and not in a circle."""
    write([known("Ada Lovelace")])
    gone = [write([known(name, "b")], "b") for name in ("Countess", "Lady Lovelace")]
    one, two, three = uid("Ada Lovelace"), uid("Countess", "b"), uid("Lady Lovelace", "b")
    part(kb.database, kb.ontology, [one, two])
    part(kb.database, kb.ontology, [two, three])
    for run in gone:
        kb.rollback(run.run)
    kb.resolve()
    write([known("Ada Lovelace", born=1815)])
    assert kb.resolve().joined == []


def test_a_trial_writes_nothing(kb: KnowledgeBase, write: Write) -> None:
    """It says what would be joined."""
    write([known("Ada Lovelace")])
    write([known("Ada Lovelace", "b")], "b")
    before = kb.database.read("MATCH (n) RETURN count(n) AS n")[0]["n"]
    assert len(kb.resolve(dry_run=True).joined) == 1
    assert kb.database.read("MATCH (n) RETURN count(n) AS n")[0]["n"] == before


def test_after_a_rollback_only_what_it_touched_is_looked_at(
    kb: KnowledgeBase, write: Write
) -> None:
    """What the run had joined is parted, what it had parted joined, and nobody else looked at."""
    write([known("Ada Lovelace"), *(known(f"Nobody {i}") for i in range(30))])
    write([known("Ada Lovelace", "b")], "b")
    kb.resolve()
    before, one = kb.fingerprint(), groups(kb)
    write([known("Grace Hopper"), known("Ada Lovelace", born=1990)], "c")
    write([known("Ada Lovelace", "b", born=1815), known("Grace Hopper", "b")], "b")
    kb.resolve()
    assert groups(kb) != one
    for source in "bc":
        kb.rollback(kb.history(source)[0].id)
    again = kb.resolve()
    assert 0 < again.looked_at < 10
    assert (groups(kb), kb.fingerprint()) == (one, before)
    assert kb.resolve(everything=True).run == 0


def royal(name: str = "Royal Society") -> Statement:
    """Return what a source says of a group itself."""
    return Record("Group", group(name).uid, {"name": name}, row=1)


def grouped(kb: KnowledgeBase) -> dict[str, list[str]]:
    """Return whom each group that is shown has, by relationships of any kind."""
    rows = kb.database.read(
        "MATCH (g:Group)<-[]-(p:Person) RETURN g.name AS g, collect(DISTINCT p.name) AS p"
    )
    return {row["g"]: sorted(row["p"]) for row in rows}


def test_what_is_only_mentioned_is_found_in_other_spellings(
    kb: KnowledgeBase, write: Write
) -> None:
    """Links and stated facts lead to the one that is described, and come back when split."""
    write([known("Ada", group=["Royal Society"]), employed(someone("Ada"), "ROYAL SOCIETY")], "a")
    kb.resolve()
    assert len(grouped(kb)) == 1
    write([known("Charles", "b", group=["Society, Royal"])], "b")
    write([royal("Royal society")], "c")
    done = kb.resolve()
    assert done.review == ()
    assert grouped(kb) == {"Royal society": ["Ada", "Charles"]}
    assert kb.check().faults == []
    again = kb.resolve(everything=True)
    assert (again.joined, again.parted) == ([], [])
    kb.split(group("ROYAL SOCIETY").uid)
    kb.resolve(everything=True)
    assert grouped(kb) == {"Royal society": ["Ada", "Charles"], "ROYAL SOCIETY": ["Ada"]}


def test_a_mention_joins_later_and_its_source_goes_again(kb: KnowledgeBase, write: Write) -> None:
    """It is found although nobody says anything of it, and a rollback takes it away."""
    write([royal()], "c")
    kb.resolve()
    before = kb.fingerprint()
    write([employed(someone("Ada"), "royal society")], "a")
    assert [d.same for d in kb.resolve().joined] == [True]
    kb.rollback(kb.history("a")[0].id)
    kb.resolve()
    assert kb.fingerprint() == before


def test_nobody_is_asked_about_a_mention(kb: KnowledgeBase, write: Write) -> None:
    """Of a group that is only mentioned a name is all that is known: like names are many."""
    write([known("Ada", group=["Royal Society", "Royal Sociaty", "Society Royal"])], "a")
    done = kb.resolve()
    assert (done.joined, done.review) == ([], ())


@pytest.mark.parametrize("seed", range(4))
def test_mentions_are_the_same_looked_at_often_or_once(
    kb: KnowledgeBase, write: Write, database: Database, seed: int
) -> None:
    """Whatever the batches in which they came."""
    chance = Random(seed)
    spellings = ["Royal Society", "ROYAL SOCIETY", "Society, Royal", "Royal Club", "Club, Royal"]
    said: list[list[Statement]] = []
    for number in range(6):
        who = f"Person {number}"
        told: list[Statement] = [known(who, group=chance.sample(spellings, 2))]
        told.append(employed(someone(who), chance.choice(spellings)))
        if chance.random() < 0.3:
            told.append(royal(chance.choice(spellings)))
        said.append(told)

    def tell(looks: Iterable[int]) -> str:
        database.run("MATCH (n) WHERE NOT n:_Migration AND NOT n:_MigrationLock DETACH DELETE n")
        kb.save_ontology(ONTOLOGY)
        for number, told in enumerate(said):
            write(told, f"source {number}")
            if number in looks:
                kb.resolve()
        kb.resolve()
        return kb.fingerprint()

    once = tell(())
    assert tell(range(len(said))) == once
    assert tell((1, 3)) == once


FIRST = ("Ada", "Alan", "Grace", "Mary", "Max")
LAST = ("Lovelace", "Turing", "Hopper", "Born")


def rumours(chance: Random, number: int) -> list[tuple[str, list[Statement]]]:
    """Return what sources say one after the other; some of it changes what they said before."""
    said: list[tuple[str, list[Statement]]] = []
    for _ in range(number):
        source = chance.choice("abc")
        people: list[Statement] = []
        for who in chance.sample(range(12), 4):
            name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
            if chance.random() < 0.3:
                name = f"{name[0]}. {name.split()[1]}"
            values: dict[str, Any] = {}
            if chance.random() < 0.4:
                values["born"] = chance.choice([1815, 1912])
            if chance.random() < 0.5:
                values["friends"] = [someone(str(chance.randrange(8)), source)]
            record = person(str(who), source, **values)
            people.append(
                record.__class__(
                    record.concept,
                    record.uid,
                    {**record.values, "name": name},
                    record.links,
                    row=1,
                )
            )
        said.append((source, people))
    return said


@pytest.mark.parametrize("seed", range(8))
def test_often_or_once_is_the_same(
    kb: KnowledgeBase, write: Write, database: Database, seed: int
) -> None:
    """Looking after every run, after some, or once at the end gives the same graph."""
    said = rumours(Random(seed), 7)

    def tell(looks: Iterable[int]) -> str:
        database.run("MATCH (n) WHERE NOT n:_Migration AND NOT n:_MigrationLock DETACH DELETE n")
        kb.save_ontology(ONTOLOGY)
        for number, (source, people) in enumerate(said):
            write(people, source)
            if number in looks:
                kb.resolve()
        kb.resolve()
        assert kb.check().faults == []
        return kb.fingerprint()

    once = tell(())
    assert tell(range(len(said))) == once
    assert tell((2, 4)) == once
