"""An update is killed at any moment: the same command again completes it, and leaves no lock."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from knowloom.store.connect import Endpoint
from knowloom.store.database import Database

pytestmark = [pytest.mark.neo4j, pytest.mark.slow, pytest.mark.timeout(900)]
MOMENTS = 20
PEOPLE = 3_000
ONTOLOGY = '''
from knowloom import Entity, Relation


class Group(Entity, key=("name",)):
    """Description: people together."""


class Person(Entity, key=("name",)):
    """Description: a human being."""

    age: int | None = None
    group: Group | None = None


class Employment(Relation):
    """Description: a person works for a group."""

    head_entity: Person
    tail_entity: Group
    since: int | None = None
'''
MAPPING = """
[[objects]]
concept = "Person"
attributes = { name = "name", age = "age", group = "group" }

[[relations]]
relation = "Employment"
head = { column = "name", concept = "Person", by = "name" }
tail = { column = "employer", concept = "Group", by = "name" }
attributes = { since = "since" }
"""


@pytest.fixture
def folder(tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the ontology, its mapping, and the address of the tests' server."""
    monkeypatch.setenv("NEO4J_URI", endpoint.uri)
    monkeypatch.setenv("NEO4J_USERNAME", endpoint.user)
    monkeypatch.setenv("NEO4J_PASSWORD", endpoint.password)
    (tmp_path / "ontology.py").write_text(ONTOLOGY)
    (tmp_path / "mapping.toml").write_text(MAPPING)
    return tmp_path


def put(folder: Path, seed: int) -> None:
    """Write the table as it is at some time: some people come, some go, many change."""
    chance = random.Random(seed)
    with (folder / "people.csv").open("w", newline="") as file:
        write = csv.writer(file).writerow
        write(["name", "age", "group", "employer", "since"])
        for i in range(PEOPLE):
            if chance.random() < 0.9:
                age = i % 90 + (seed if chance.random() < 0.4 else 0)
                where = [f"g{chance.randrange(40)}", f"g{i % 40}"]
                write([f"p{i}", age, *where, 1990 + (chance.random() < 0.2)])


def command(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "knowloom", *arguments],
        cwd=folder,
        env=dict(os.environ),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def done(folder: Path, *arguments: str) -> str:
    process = command(folder, *arguments)
    out, error = process.communicate(timeout=300)
    assert process.returncode == 0, error
    return out


UPDATE: Sequence[str] = ("update", "run", "people.csv", "--mapping", "mapping.toml", "--json")


def before(database: Database, folder: Path) -> None:
    """Bring the graph to the state before the update that is killed."""
    database.run(
        "MATCH (n) WHERE NOT n:__Neo4jMigration OR n.migrationTarget IS NULL "
        "CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"
    )
    done(folder, "ontology", "load", "ontology.py")
    put(folder, 1)
    done(folder, *UPDATE)
    put(folder, 2)


def fingerprint(folder: Path) -> str:
    return str(json.loads(done(folder, "check", "--fingerprint", "--json"))["fingerprint"])


def test_killed_at_any_moment(database: Database, folder: Path) -> None:
    """At twenty moments of an update with changes and removals."""
    before(database, folder)
    started = time.monotonic()
    assert json.loads(done(folder, *UPDATE))[0]["removed"] > 0
    length = time.monotonic() - started
    undisturbed = fingerprint(folder)
    for number in range(MOMENTS):
        before(database, folder)
        process = command(folder, *UPDATE)
        time.sleep(length * (number + 0.5) / MOMENTS)
        process.kill()
        process.communicate(timeout=60)
        done(folder, *UPDATE)
        assert fingerprint(folder) == undisturbed, f"killed at moment {number}"
        assert database.read("MATCH (l:_SourceLock) RETURN l") == []
