"""Whatever is killed, whenever: the same command again leaves what an undisturbed run leaves."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from knowloom.base import KnowledgeBase
from knowloom.server import TESTS, LocalServer
from knowloom.store.connect import Endpoint, connect

Work = Callable[[Path], "subprocess.Popen[str]"]
pytestmark = [pytest.mark.neo4j, pytest.mark.slow, pytest.mark.timeout(3_600)]
MOMENTS = 10  # for each kind of kill
PEOPLE = 6_000

ONTOLOGY = '''
from knowloom import Entity


class Group(Entity, key=("name",)):
    """Description: people together."""


class Person(
    Entity,
    key=("name",),
    patterns=(
        "{name} is {age} years old",
        "{name} belongs to {group}",
        "{friends} befriended {name}",
    ),
):
    """Description: a human being."""

    age: int | None = None
    friends: list["Person"] = []
    group: Group | None = None
'''
MAPPING = """
[[objects]]
concept = "Person"
[objects.attributes]
name = "name"
age = "age"
group = "group"
friends = { column = "friends", split = ";" }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an ontology, a mapping and a table; some people stand in it twice."""
    made = tmp_path_factory.mktemp("kill")
    (made / "ontology.py").write_text(ONTOLOGY)
    (made / "mapping.toml").write_text(MAPPING)
    chance = random.Random(3)
    with (made / "people.csv").open("w", newline="") as file:
        write = csv.writer(file).writerow
        write(["name", "age", "group", "friends"])
        for i in range(PEOPLE):
            friends = ";".join(f"p{chance.randrange(PEOPLE)}" for _ in range(2))
            write([f"p{i % (PEOPLE - 50)}", i % 90, f"g{i % 40}", friends])
    sentences = [
        f"Person Number{i} is {i % 90} years old. He belongs to Group {'ABCD'[i % 4]}. "
        f"Person Number{chance.randrange(PEOPLE)} and Person Number{i // 2} befriended "
        f"Person Number{i}."
        for i in range(PEOPLE // 2)
    ]
    (made / "notes.txt").write_text("\n".join(sentences))
    return made


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[LocalServer]:
    """A server of this module's own, since it is killed."""
    made = LocalServer(folder / ".knowloom", profile=TESTS)
    made.start()
    yield made
    made.stop()


def command(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NEO4J_")}
    return subprocess.Popen(
        [sys.executable, "-m", "knowloom", *arguments],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def load(folder: Path) -> subprocess.Popen[str]:
    return command(folder, "load", "csv", "people.csv", "--mapping", "mapping.toml", "--json")


def done(process: subprocess.Popen[str]) -> str:
    out, error = process.communicate(timeout=300)
    assert process.returncode == 0, error
    return out


def empty(server: LocalServer, folder: Path) -> None:
    info = server.start()
    with connect(Endpoint(info.bolt_uri, info.user, info.password)) as database:
        KnowledgeBase(database, folder).migrate()
        database.run(
            "MATCH (n) WHERE NOT n:__Neo4jMigration "
            "CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"
        )
    done(command(folder, "ontology", "load", "ontology.py"))
    (folder / ".knowloom" / "extracted.sqlite").unlink(missing_ok=True)


def fingerprint(folder: Path) -> str:
    return str(
        json.loads(done(command(folder, "check", "--fingerprint", "--json")))["fingerprint"]
    )


def extract(folder: Path) -> subprocess.Popen[str]:
    return command(folder, "extract", "notes.txt", "--json")


@pytest.mark.parametrize("work", [load, extract])
def test_killed_at_any_moment(server: LocalServer, folder: Path, work: Work) -> None:
    """The command is killed, then the server is killed, at twenty moments of its work."""
    empty(server, folder)
    started = time.monotonic()
    done(work(folder))
    length = time.monotonic() - started
    undisturbed = fingerprint(folder)
    for number in range(2 * MOMENTS):
        empty(server, folder)
        process = work(folder)
        time.sleep(length * (number // 2 + 0.5) / MOMENTS)
        if number % 2:
            process.kill()
            process.communicate(timeout=60)
        else:
            info = server.status()
            assert info is not None
            os.kill(info.pid, signal.SIGKILL)
            _, error = process.communicate(timeout=300)
            assert "Traceback" not in error
            server.start()
        done(work(folder))
        assert fingerprint(folder) == undisturbed, f"killed at moment {number}"
