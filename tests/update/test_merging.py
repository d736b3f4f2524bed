"""Merging and splitting in the graph: what moves, and that all of it comes back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from random import Random
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from knowloom.base import KnowledgeBase
from knowloom.cli import cli
from knowloom.errors import NotFound, UsageError
from knowloom.knowledge.record import Record, Statement
from knowloom.store.connect import Endpoint
from knowloom.update.merging import decisions, decisions_near
from tests.update.conftest import Write
from tests.update.people import employed, group, person, someone, uid

pytestmark = pytest.mark.neo4j


def shown(kb: KnowledgeBase, one: str) -> dict[str, Any]:
    """Return the properties a person sees of a node."""
    [row] = kb.database.read("MATCH (n:_Instance {uid: $uid}) RETURN properties(n) AS p", uid=one)
    return {n: v for n, v in row["p"].items() if n[0] != "_" and n != "uid"}


def around(kb: KnowledgeBase) -> set[tuple[str, str, str]]:
    """Return all relationships by the names of their ends."""
    rows = kb.database.read(
        "MATCH (a:_Instance)-[e]->(b:_Instance) "
        "RETURN coalesce(a.name, a.uid) AS head, type(e) AS type, "
        "coalesce(b.name, b.uid) AS tail"
    )
    return {(row["head"], row["type"], row["tail"]) for row in rows}


def stored(kb: KnowledgeBase) -> set[str]:
    """Return all records with who holds them, inline ones too."""
    rows = kb.database.read(
        "MATCH (n:_Instance)-[:_RECORD]->(r) RETURN n.uid + ' ' + r.hash AS held "
        "UNION MATCH (n:_Instance) WHERE n._hash IS NOT NULL RETURN n.uid + ' ' + n._hash AS held"
    )
    return {row["held"] for row in rows}


def test_many_merge_at_once(kb: KnowledgeBase, write: Write) -> None:
    """Decisions that hang together are taken one after the other, so that none is missed."""
    names = [f"Person {number}" for number in range(8)]
    write([person(name) for name in names])
    with ThreadPoolExecutor(len(names)) as people:
        done = [people.submit(kb.merge, uid(a), uid(b)) for a, b in pairwise(names)]
    assert all(one.result().run for one in done)
    assert len(kb.find("Person")) == 1
    assert kb.database.read("MATCH (l:_SourceLock) RETURN l") == []


def test_only_decisions_that_hang_together_are_read(kb: KnowledgeBase, write: Write) -> None:
    """However many others stand, and however long the chain is."""
    names = [f"Person {number}" for number in range(6)]
    write([person(name) for name in names])
    first, second, third, *others = map(uid, names)
    kb.merge(first, second)
    kb.merge(second, third)
    kb.merge(*others[:2])
    near = decisions_near(kb.database, [third])
    assert {frozenset(t.decision[:2]) for t in near} == {
        frozenset((first, second)),
        frozenset((second, third)),
    }
    assert near == [t for t in decisions(kb.database) if t in near]
    assert decisions_near(kb.database, others[2:]) == []


def test_two_become_one(kb: KnowledgeBase, write: Write) -> None:
    """Values unite, the other name is an alias, references and facts lead to the older."""
    write([person("Ada", nicknames=["A"], group=["X"]), person("Bob", friends=[someone("Ada")])])
    write(
        [
            person("Lady Ada", "b", born=1815, nicknames=["L"], group=["Y"]),
            person("Cid", "b", friends=[someone("Lady Ada", "b")]),
            employed(someone("Lady Ada", "b"), "Z", 1840),
            employed(someone("Ada"), "Z", 1840),
        ],
        "b",
    )
    kb.merge(uid("Lady Ada", "b"), uid("Ada"))
    assert shown(kb, uid("Ada")) == {
        "name": "Lady Ada",
        "aliases": ["Ada"],
        "born": 1815,
        "nicknames": ["A", "L"],
    }
    assert around(kb) == {
        ("Lady Ada", "GROUP", "X"),
        ("Lady Ada", "GROUP", "Y"),
        ("Lady Ada", "EMPLOYMENT", "Z"),
        ("Bob", "FRIENDS", "Lady Ada"),
        ("Cid", "FRIENDS", "Lady Ada"),
    }
    [row] = kb.database.read("MATCH ()-[e:EMPLOYMENT]->() RETURN count(e) AS n")
    assert row["n"] == 1
    assert not kb.check().counts


def test_split_restores_what_was_there(kb: KnowledgeBase, write: Write) -> None:
    """After merge and split the fingerprint, records and relationships are those from before."""
    write([person("Ada", group=["X"]), person("Bob", friends=[someone("Ada"), someone("Eve")])])
    write(
        [
            person("Eve", home="Rome"),
            employed(someone("Eve"), "X", 3),
            employed(someone("Ada"), "X", 3),
        ]
    )
    before = kb.fingerprint(), stored(kb), around(kb)
    kb.merge(uid("Ada"), uid("Eve"))
    assert kb.fingerprint() != before[0]
    kb.split(uid("Eve"))
    assert (kb.fingerprint(), stored(kb), around(kb)) == before
    assert not kb.check().counts
    [row] = kb.database.read("MATCH (d:_Decision) RETURN d.taken_back IS NOT NULL AS back")
    assert row["back"]


def test_what_comes_after_a_merge_finds_its_place(kb: KnowledgeBase, write: Write) -> None:
    """Loading before the merge or after it, and again, gives one graph; split gives the other."""
    first: list[Statement] = [person("Ada", group=["X"]), person("Bob", friends=[someone("Ada")])]
    second: list[Statement] = [
        person("Lady Ada", "b", born=1815, friends=[someone("Bob")]),
        person("Cid", "b", friends=[someone("Lady Ada", "b"), someone("Ada")]),
        employed(someone("Lady Ada", "b"), "Z", 1840),
        employed(someone("Ada"), "Z", 1840),
    ]
    write(first)
    write(second, "b")
    plain = kb.fingerprint()
    kb.merge(uid("Ada"), uid("Lady Ada", "b"))
    merged = kb.fingerprint()
    write([person("Lady Ada", "b", born=1815)], "b")
    later = write(second, "b")
    assert later.counts.written == 1  # what it said of Ada last is not what it says now
    again = write(second, "b")
    assert (again.updates, again.counts.rejected) == (0, 0)
    assert kb.fingerprint() == merged
    kb.split(uid("Ada"))
    assert kb.fingerprint() == plain
    assert not kb.check().counts


def test_a_mention_keeps_by_what_it_was_known(kb: KnowledgeBase, write: Write) -> None:
    """It holds the record of the other for a while; split, it is the mention that it was."""
    clubs = [group("Royal Club"), group("Great Club")]
    write([person("Ada", group=[each.values[0][1] for each in clubs])])
    kept, absorbed = sorted(clubs, key=lambda each: each.uid)
    name = absorbed.values[0][1]
    described = Record("Group", absorbed.uid, {"name": name}, row=1)
    write([described], "b")
    apart = kb.fingerprint()
    kb.rollback(kb.history("b")[0].id)
    before = kb.fingerprint()
    kb.merge(kept.uid, absorbed.uid)
    write([described], "b")
    assert [one.name for one in kb.find("Group")] == [name]  # type: ignore[attr-defined]
    kb.split(absorbed.uid)
    assert kb.fingerprint() == apart
    kb.rollback(kb.history("b")[0].id)
    assert kb.fingerprint() == before


def test_merging_first_and_loading_then(kb: KnowledgeBase, write: Write) -> None:
    """Two mentions are merged, then the sources speak: as if they had spoken before."""
    said: list[Statement] = [
        person("Bob", friends=[someone("Ada"), someone("Eve")]),
        employed(someone("Eve"), "X", 3),
        employed(someone("Ada"), "X", 3),
    ]
    write(said)
    kb.merge(uid("Ada"), uid("Eve"))
    write([person("Ada", born=1), person("Eve", home="Rome")], "b")
    early = kb.fingerprint()
    kb.split(uid("Ada"))
    apart = kb.fingerprint()
    kb.merge(uid("Eve"), uid("Ada"))
    assert kb.fingerprint() == early != apart
    assert not kb.check().counts


def test_chains_of_merges_in_any_order(kb: KnowledgeBase, write: Write) -> None:
    """Three merged pairwise are one whatever comes first; taking one link back parts the chain."""
    names = ["A", "B", "C", "D"]
    write([person(n, group=[n]) for n in names])
    plain = kb.fingerprint()
    pairs = [("A", "B"), ("B", "C"), ("C", "D")]
    prints = set[str]()
    for seed in range(3):
        for one, other in Random(seed).sample(pairs, 3):
            kb.merge(uid(one), uid(other))
        prints.add(kb.fingerprint())
        kb.split(uid("B"))
        kb.split(uid("C"))
        assert kb.fingerprint() == plain
    assert len(prints) == 1


def test_a_trial_changes_nothing(kb: KnowledgeBase, write: Write) -> None:
    """With `dry_run` the plan is told, and neither run nor decision is left behind."""
    write([person("Ada", born=1), person("Eve", home="Rome")])
    before = kb.fingerprint()
    done = kb.merge(uid("Ada"), uid("Eve"), dry_run=True)
    assert (done.run, len(done.plan.changes)) == (0, 2)
    assert kb.fingerprint() == before
    assert kb.database.read("MATCH (d:_Decision|_Redirect) RETURN d") == []


def test_merging_twice_is_merging_once(kb: KnowledgeBase, write: Write) -> None:
    """The second time nothing is written."""
    write([person("Ada"), person("Eve")])
    kb.merge(uid("Ada"), uid("Eve"))
    assert kb.merge(uid("Eve"), uid("Ada")).run == 0


def test_faults_name_what_to_do(kb: KnowledgeBase, write: Write) -> None:
    """An unknown uid, one thing twice, and a split without a merge are refused."""
    write([person("Ada")])
    with pytest.raises(NotFound):
        kb.merge(uid("Ada"), "nobody")
    with pytest.raises(UsageError):
        kb.merge(uid("Ada"), uid("Ada"))
    with pytest.raises(NotFound):
        kb.split(uid("Ada"))


def test_the_commands(
    kb: KnowledgeBase, write: Write, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`merge` and `split` say what they did, for people and for scripts."""
    for name, value in (
        ("NEO4J_URI", endpoint.uri),
        ("NEO4J_USERNAME", endpoint.user),
        ("NEO4J_PASSWORD", endpoint.password),
    ):
        monkeypatch.setenv(name, value)
    write([person("Ada", born=1), person("Eve", home="Rome")])
    ran = CliRunner().invoke(cli, ["merge", uid("Ada"), uid("Eve"), "--json"])
    data = orjson.loads(ran.output)
    assert {*data["groups"][0]} == {uid("Ada"), uid("Eve")}
    assert {c["attribute"] for c in data["changes"]} >= {"aliases", "home"}
    ran = CliRunner().invoke(cli, ["split", uid("Eve")])
    assert "one thing: " in ran.output
    assert group("X").concept == "Group"
