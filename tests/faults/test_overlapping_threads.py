"""Threads that write the same relationships at once, again and again (twenty runs)."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from knowloom.knowledge.record import Fact, Mention, Record, Statement, uid_of_key
from knowloom.ontology.concepts import Ontology
from knowloom.ontology.parse import parse
from knowloom.store import runs
from knowloom.store.check import check
from knowloom.store.database import Database
from knowloom.store.fingerprint import fingerprint
from knowloom.store.write import Writer, WriteReport

pytestmark = [pytest.mark.neo4j, pytest.mark.slow, pytest.mark.timeout(1800)]

THREADS = 8
RUNS = 20
ONTOLOGY: Ontology = parse(
    'class Firm(Entity, key=("name",)): pass\n'
    'class Person(Entity, key=("name",)):\n'
    "    firms: list[Firm] = []\n"
    "    knows: list[Person] = []\n"
    "class Employment(Relation):\n"
    "    head_entity: Person\n"
    "    tail_entity: Firm\n"
    "    since: int | None = None\n"
)


def named(concept: str, name: str) -> Mention:
    return Mention(concept, uid_of_key(concept, (name,)), (("name", name),))


def statements() -> list[Statement]:
    """Return people around few firms, so that all threads want the same nodes."""
    firms = [named("Firm", f"f{i}") for i in range(4)]
    people = [named("Person", f"p{i}") for i in range(60)]
    said: list[Statement] = []
    for i, person in enumerate(people):
        links: dict[str, tuple[Mention, ...]] = {"firms": (firms[i % 4], firms[(i + 1) % 4])}
        said.append(Record("Person", person.uid, dict(person.values), links, row=i + 1))
        said += [
            Fact("Employment", "", person, firms[(i + k) % 4], {"since": 2000 + k})
            for k in range(4)
        ]
        said += [Fact("", "knows", person, people[(i + k) % 60]) for k in range(1, 6)]
    return said


def write(database: Database, said: list[Statement]) -> WriteReport:
    run = runs.begin(database, "shared", "test")
    return Writer(database, ONTOLOGY, run).write(said)


def empty(database: Database) -> None:
    database.run("MATCH (n) WHERE NOT n:__Neo4jMigration DETACH DELETE n")


def test_eight_threads_leave_what_one_leaves(database: Database) -> None:
    """No error reaches a caller, and every run ends with the knowledge that one thread writes."""
    said = statements()
    write(database, said)
    alone = fingerprint(database, ONTOLOGY)
    for number in range(RUNS):
        empty(database)
        ready = Barrier(THREADS)

        def at_once(seed: int, ready: Barrier = ready) -> WriteReport:
            order = random.Random(seed).sample(said, len(said))
            ready.wait()
            return write(database, order)

        with ThreadPoolExecutor(THREADS) as pool:
            seeds = range(number * THREADS, (number + 1) * THREADS)
            reports = list(pool.map(at_once, seeds))
        assert [report.counts.given for report in reports] == [len(said)] * THREADS
        assert [report.counts.rejected for report in reports] == [0] * THREADS
        assert fingerprint(database, ONTOLOGY) == alone, f"run {number + 1} of {RUNS}"
        assert not check(database, ONTOLOGY).counts
