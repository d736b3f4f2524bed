"""The schedule: what knowloom.toml declares is kept up to date, alone, and ends when told to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from knowloom.base import KnowledgeBase
from knowloom.cli import cli
from knowloom.errors import SettingsError
from knowloom.ontology.parse import parse
from knowloom.settings import Settings
from knowloom.store import runs
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database
from knowloom.update.declared import declared
from knowloom.updating import Request, update

ONTOLOGY = 'class Person(Entity, key=("name",)):\n    age: int | None = None\n'
MAPPING = '[[objects]]\nconcept = "Person"\n[objects.attributes]\nname = "name"\nage = "age"\n'


@pytest.fixture
def kb(database: Database, workspace: Path, login: Endpoint) -> KnowledgeBase:
    """An empty knowledge base with a class, and a table in the current directory."""
    made = KnowledgeBase(database, workspace / ".knowloom")
    made.save_ontology(parse(ONTOLOGY))
    Path("people.toml").write_text(MAPPING)
    Path("people.csv").write_text("name,age\nAda,36\n")
    return made


def declare(text: str) -> None:
    """Write knowloom.toml."""
    Path("knowloom.toml").write_text(text)


PEOPLE = '[sources.people]\nsource = "people.csv"\nmapping = "people.toml"\n'


@pytest.mark.neo4j
def test_once_runs_each_source(kb: KnowledgeBase) -> None:
    """One that fails does not keep the others; the exit code tells."""
    declare(f'{PEOPLE}\n[sources.lost]\nsource = "lost.csv"\n')
    done = CliRunner().invoke(cli, ["update", "schedule", "--once"])
    assert done.exit_code == 1, done.output
    assert len(kb.find("Person")) == 1
    told = CliRunner().invoke(cli, ["update", "schedule", "status", "--json"], env={})
    by_name = {one["source"]: one for one in json.loads(told.output)}
    assert by_name["people"]["status"] == "done"
    assert (by_name["lost"]["status"], by_name["lost"]["failures"]) == ("failed", 1)
    assert "there is no such file" in by_name["lost"]["message"]


@pytest.mark.neo4j
def test_a_declared_source_is_run_by_its_name(kb: KnowledgeBase) -> None:
    """With all that is declared of it."""
    declare(PEOPLE)
    done = CliRunner().invoke(cli, ["update", "run", "people"], catch_exceptions=False)
    assert "people: 1 read" in done.output
    assert len(kb.find("Person")) == 1


def start(*arguments: str) -> subprocess.Popen[str]:
    """Start the schedule as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "knowloom", "update", "schedule", *arguments],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(os.environ),
    )


@pytest.mark.neo4j
def test_it_keeps_on_until_told(kb: KnowledgeBase) -> None:
    """Changes are seen, failures do not stop it, a second one is refused, SIGTERM ends it."""
    pytest.importorskip("apscheduler", reason="the extra `schedule` is not installed")
    lost = '[sources.lost]\nsource = "lost.csv"\nevery = "1 second"\n'
    declare(f'{PEOPLE}every = "1 second"\n{lost}')
    process = start()
    try:
        wait_for(lambda: len(kb.find("Person")) == 1)
        Path("people.csv").write_text("name,age\nAda,36\nBob,40\n")
        wait_for(lambda: len(kb.find("Person")) == 2)
        second = start()
        _, error = second.communicate(timeout=60)
        assert (second.returncode, "another schedule runs" in error) == (2, True)
        health = json.loads(Path(".knowloom/schedule.json").read_text())
        assert health["process"] == process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    assert "Traceback" not in error
    assert error.count("lost: failed") == 1  # it waits half a minute before it tries again
    assert not [r for r in runs.listed(kb.database) if r.status == "running"]


def wait_for(what: object, seconds: float = 60) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not what():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[sources.a]\n", "needs `source`"),
        ('[sources.a]\nsource = "x"\nevery = "soon"\n', "is no time"),
        ('[sources.a]\nsource = "x"\nevery = "1 day"\ncron = "* * * * *"\n', "both"),
        ('[sources.a]\nsource = "x"\nmaping = "m"\n', "did you mean 'mapping'"),
        ("sources = 1\n", "must be tables"),
        ("[sources.a\n", "cannot be read"),
    ],
)
def test_what_is_declared_wrongly_is_told(tmp_path: Path, text: str, said: str) -> None:
    """With the place."""
    file = tmp_path / "knowloom.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=said):
        declared(file)


@pytest.fixture
def feed() -> Iterator[tuple[str, list[str]]]:
    """A server of JSON lines that knows ETags; and what it was asked."""
    asked: list[str] = []
    body = b'{"name": "Ada", "age": 36}\n{"name": "Bob", "age": 40}\n'

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers.get("If-None-Match", ""))
            if self.path.startswith("/cut"):
                self.send_response(200)
                self.send_header("Content-Length", "9999")
                self.end_headers()
                self.wfile.write(body)
                return
            status = 304 if asked[-1] == '"1"' else 404 if self.path == "/none" else 200
            self.send_response(status)
            self.send_header("ETag", '"1"')
            self.send_header("Content-Length", str(len(body) if status == 200 else 0))
            self.end_headers()
            if status == 200:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    server.server_close()


@pytest.mark.neo4j
def test_a_feed_is_asked_whether_it_changed(
    kb: KnowledgeBase, feed: tuple[str, list[str]]
) -> None:
    """By its ETag; then nothing is read and nothing is written."""
    address, asked = feed
    request = Request(f"{address}/people", "feed", mapping=Path("people.toml"))
    assert update(kb, request).counts.written == 2
    again = update(kb, request)
    assert (again.unchanged, asked) == (True, ["", '"1"'])


@pytest.mark.neo4j
@pytest.mark.parametrize("path", ["none", "cut"])
def test_a_feed_that_fails_changes_nothing(
    kb: KnowledgeBase, feed: tuple[str, list[str]], path: str
) -> None:
    """Neither one that is not there nor one that breaks off."""
    from knowloom.errors import SourceError

    address, _ = feed
    update(kb, Request(f"{address}/people", "feed", mapping=Path("people.toml")))
    kb.database.write("MATCH (s:_Source {name: 'feed'}) REMOVE s.etag")
    with pytest.raises(SourceError):
        update(kb, Request(f"{address}/{path}", "feed", mapping=Path("people.toml")))
    assert len(kb.find("Person")) == 2


@pytest.mark.neo4j
def test_a_database_is_asked(kb: KnowledgeBase) -> None:
    """By one query; its password is in no name."""
    import sqlite3

    pytest.importorskip("sqlalchemy", reason="the extra `sql` is not installed")
    with sqlite3.connect("crm.db") as connection:
        connection.execute("CREATE TABLE person (name TEXT, age INTEGER)")
        connection.execute("INSERT INTO person VALUES ('Ada', 36), ('Bob', 40)")
    request = Request(
        "sqlite:///crm.db", mapping=Path("people.toml"), query="SELECT name, age FROM person"
    )
    assert update(kb, request).counts.written == 2
    assert update(kb, request).unchanged
    secret = Request("postgresql://ann:secret@host/crm", query="SELECT 1")
    assert secret.called == "host/crm"


def test_settings_leave_sources_alone(tmp_path: Path) -> None:
    """They stand in the same file."""
    from knowloom.settings import load_settings

    (tmp_path / "knowloom.toml").write_text(f'database = "films"\n{PEOPLE}')
    found = load_settings(environ={}, directory=tmp_path)
    assert isinstance(found, Settings)
    assert found.database == "films"
