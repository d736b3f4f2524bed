"""`knowloom demo`, against the server of the test run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from knowloom.base import KnowledgeBase
from knowloom.cli import cli
from knowloom.errors import UsageError
from knowloom.ontology.concepts import Concept, Ontology
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database

pytestmark = pytest.mark.neo4j

Run = Callable[..., Result]


@pytest.fixture
def demo(endpoint: Endpoint, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `knowloom demo` with these options in an empty folder, on the server of the tests."""
    monkeypatch.setenv("NEO4J_URI", endpoint.uri)
    monkeypatch.setenv("NEO4J_USERNAME", endpoint.user)
    monkeypatch.setenv("NEO4J_PASSWORD", endpoint.password)
    monkeypatch.setenv("NEO4J_DATABASE", endpoint.database)
    monkeypatch.setenv("KNOWLOOM_WORKSPACE", str(workspace / ".knowloom"))

    def run(*options: str) -> Result:
        return CliRunner().invoke(cli, ["demo", *options], catch_exceptions=True)

    return run


def test_the_demo_tells_the_whole_story(database: Database, demo: Run) -> None:
    """It loads every file, reads the documents, draws the classes and answers its questions."""
    told = demo()
    assert told.exit_code == 0, told.output
    for part in (
        "people.csv: 173 written, 0 unchanged",
        "ResearchUniversity (47), also ResearchInstitute",
        "at some time?\n  Alfred Aho\n  Dennis Ritchie\n  Jeffrey Ullman\n  Ken Thompson\n",
        "  Barbara Liskov ← John McCarthy\n",
        "  University of Toronto: Geoffrey Hinton, Stephen Cook\n",
        "  1954-06-08  documents/alan-turing.pdf: Alan Turing died on 8 June 1954.\n",
    ):
        assert part in told.output
    count = "MATCH (n:_Instance) RETURN count(n) AS n"
    assert database.read(count)[0]["n"] > 600  # what the tables hold, and what documents add
    documents = "MATCH (d:_Document)-[:_CHUNK]->(c) RETURN count(DISTINCT d) AS n"
    assert database.read(documents)[0]["n"] == 14


def test_the_demo_can_be_run_again(database: Database, demo: Run, workspace: Path) -> None:
    """The second run writes nothing, what is known stays the same, and `check` finds no fault."""
    demo()
    known = KnowledgeBase(database, workspace).fingerprint()
    again = demo()
    assert again.exit_code == 0, again.output
    assert again.output.count(" 0 written, ") == 11
    kb = KnowledgeBase(database, workspace)
    assert kb.fingerprint() == known
    assert not kb.check().faults


def test_a_trial_writes_nothing(database: Database, demo: Run) -> None:
    """With `--dry-run` it names the files it would load and leaves the database empty."""
    told = demo("--dry-run")
    assert told.output.count("would load ") == 11
    assert database.read("MATCH (n:_Concept) RETURN count(n) AS n")[0]["n"] == 0


def test_the_demo_keeps_out_of_other_databases(database: Database, demo: Run) -> None:
    """Where somebody has data already, the demo refuses and writes nothing."""
    database.write("CREATE (:Customer)")
    assert isinstance(demo().exception, UsageError)
    assert database.read("MATCH (n:_Instance) RETURN count(n) AS n")[0]["n"] == 0


def test_the_demo_keeps_other_ontologies(database: Database, demo: Run, workspace: Path) -> None:
    """Where somebody has an ontology already, the demo refuses and leaves it as it is."""
    mine = Ontology([Concept(name="Customer")])
    KnowledgeBase(database, workspace).save_ontology(mine)
    assert isinstance(demo().exception, UsageError)
    assert KnowledgeBase(database, workspace).ontology == mine
