"""`knowloom find`, `subgraph`, `search` and `why`: for people, and as JSON for scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from knowloom.cli import cli
from knowloom.ontology.concepts import Ontology
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database
from knowloom.store.ontology import save

pytestmark = pytest.mark.neo4j


@pytest.fixture
def run(
    database: Database,
    ontology: Ontology,
    endpoint: Endpoint,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Any:
    """Run a command against a graph with the family in it."""
    save(database, ontology)
    request.getfixturevalue("family")
    monkeypatch.setenv("NEO4J_URI", endpoint.uri)
    monkeypatch.setenv("NEO4J_USERNAME", endpoint.user)
    monkeypatch.setenv("NEO4J_PASSWORD", endpoint.password)
    monkeypatch.setenv("NEO4J_DATABASE", endpoint.database)

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(cli, words)

    return invoke


def _json(result: Result) -> Any:
    assert result.exception is None, result.exception
    return orjson.loads(result.stdout)


def test_find(run: Any) -> None:
    """Conditions are attribute=value; the same attribute twice means either value."""
    found = _json(run("find", "Person", "affiliation=Analytical", "--json"))
    assert [(t["uid"], t["concepts"]) for t in found] == [("ada", ["Author"])]
    both = run("find", "Person", "name=Ada", "name=Grace")
    assert both.stdout.splitlines()[1:] == [
        "ada    Author  Ada  height=1.6  aliases=Countess  lucky=7, 9",
        "grace  Person  Grace",
    ]
    assert run("find", "Person", "name=Nobody").stdout == "Nothing was found.\n"
    cut = run("find", "Person", "--limit", "1", "--json")
    assert (len(_json(cut)), cut.stderr) == (
        1,
        "knowloom: there are more than these 1: see --limit\n",
    )


def test_find_facts(run: Any) -> None:
    """Of a Relation class facts are found; a script gets the uids of their ends."""
    [fact] = _json(run("find", "Employment", "head_entity=Ada", "--json"))
    assert (fact["head_entity"], fact["tail_entity"]) == ("ada", "analytical")
    assert fact["values"] == {"since": 1843}
    shown = run("find", "Employment").stdout.splitlines()
    assert [line.split() for line in shown] == [
        ["head_entity", "class", "tail_entity", "values"],
        ["Ada", "Employment", "Analytical", "since=1843"],
    ]
    assert run("find", "Employment", "since=1900").stdout == "Nothing was found.\n"


def test_subgraph(run: Any) -> None:
    """People see instances, links and facts; scripts get all of it; code runs."""
    shown = run("subgraph", "London", "--hops", "2").stdout
    assert "Ada —affiliation→ Analytical" in shown
    assert "Ada —Employment→ Analytical  since=1843" in shown
    assert "cut:" not in shown
    found = _json(run("subgraph", "London", "--hops", "2", "--json"))
    assert [t["uid"] for t in found["instances"]] == ["ada", "analytical", "london"]
    space: dict[str, Any] = {}
    exec(run("subgraph", "London", "--hops", "2", "--code").stdout, space)
    assert [t.name for t in space["search_results"]] == ["Ada", "Analytical", "London"]


def test_a_cut_subgraph_says_so(run: Any) -> None:
    """What a limit cut off stands below what is shown."""
    shown = run("subgraph", "London", "--hops", "3", "--limit", "2").stdout
    assert "cut: 1 instance is over the limit and not read" in shown


def test_search(run: Any) -> None:
    """Words find instances and concepts."""
    assert "ada" in [hit["id"] for hit in _json(run("search", "countess", "--json"))]
    assert "Ada" in run("search", "ada").stdout


def test_why(run: Any) -> None:
    """Each line names source and row."""
    line = run("why", "Ada", "height").stdout.splitlines()[1]
    assert line.split()[:5] == ["height", "1.6", "people.csv", "row", "3"]
    [reason] = _json(run("why", "ada", "affiliation", "--json"))
    assert (reason["value"], reason["name"]) == ("analytical", "Analytical")
    assert (reason["source"], reason["row"], reason["shown"]) == ("people.csv", 3, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("find", "Person", "name"), "write ATTRIBUTE=VALUE"),
        (("find", "Person", "nmae=Ada"), "did you mean name"),
        (("find", "Persn"), "did you mean Person"),
        (("subgraph", "Nobody"), "no instance is called 'Nobody'"),
        (("why", "Nobody"), "no instance is called 'Nobody'"),
    ],
)
def test_wrong_use(run: Any, words: tuple[str, ...], message: str) -> None:
    """A wrong question is answered with what would be right."""
    result = run(*words)
    assert result.exit_code != 0
    assert message in f"{result.exception}{result.output}"
