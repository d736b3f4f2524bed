"""One real Neo4j for the whole run, emptied between tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from knowloom.server import TESTS, LocalServer
from knowloom.store import migrate
from knowloom.store.connect import Endpoint, connect
from knowloom.store.database import Database

# How long an example takes tells how busy the machine is, and nothing of the code.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """The server that NEO4J_URI names, else a managed local one for this run."""
    if uri := os.environ.get("NEO4J_URI"):
        user = os.environ.get("NEO4J_USERNAME", "neo4j")
        password = os.environ.get("NEO4J_PASSWORD", "")
        yield Endpoint(uri, user, password, os.environ.get("NEO4J_DATABASE", "neo4j"))
        return
    server = LocalServer(tmp_path_factory.mktemp("neo4j") / ".knowloom", profile=TESTS)
    info = server.start()
    try:
        yield Endpoint(info.bolt_uri, info.user, info.password, "neo4j")
    finally:
        server.stop()


@pytest.fixture(scope="session")
def migrated(endpoint: Endpoint) -> Iterator[Database]:
    """A database with knowloom's own schema."""
    with connect(endpoint) as database:
        # A server that outlives the run may remember the migrations of another checkout.
        database.run("MATCH (m:__Neo4jMigration|__Neo4jMigrationsLock) DETACH DELETE m")
        database.run("DROP INDEX knowloom_instance_text IF EXISTS")
        database.run("DROP INDEX knowloom_concept_text IF EXISTS")
        migrate.up(database, migrate.shipped())
        yield database


@pytest.fixture
def database(migrated: Database) -> Database:
    """An empty database with knowloom's own schema."""
    migrated.run(
        "MATCH (n) WHERE NOT n:__Neo4jMigration OR n.migrationTarget IS NULL "
        "CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"
    )
    return migrated


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def login(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    """The server of the run, which commands find in the environment."""
    monkeypatch.setenv("NEO4J_URI", endpoint.uri)
    monkeypatch.setenv("NEO4J_USERNAME", endpoint.user)
    monkeypatch.setenv("NEO4J_PASSWORD", endpoint.password)
    return endpoint
