"""`knowloom ontology` on a real server: what a person reads and what a script gets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from knowloom.cli.ontology import ontology as command
from knowloom.errors import OntologyError, UsageError, WouldOrphan
from knowloom.ontology.parse import read_ontology
from knowloom.store import ontology as store
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database

ONTOLOGY = '''
from datetime import date
from knowloom import Entity, Event


class Agent(Entity):
    """Description: something that acts."""


class Person(Agent, key=("name",)):
    """Description: a human being.
    Examples: "Ada Lovelace", "Alan Turing"
    """

    born: date | None = None


class Author(Person):
    pass


class Robot(Agent):
    pass


class Award(Event):
    recipient: list[Person] = []
'''

Run = Callable[..., Any]


@pytest.fixture
def file(workspace: Path) -> Path:
    """An ontology file in the current directory."""
    path = workspace / "ontology.py"
    path.write_text(ONTOLOGY, encoding="utf-8")
    return path


@pytest.fixture
def run(database: Database, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A function that runs a command on the test server and returns what it prints."""
    assert database
    monkeypatch.setenv("NEO4J_URI", endpoint.uri)
    monkeypatch.setenv("NEO4J_USERNAME", endpoint.user)
    monkeypatch.setenv("NEO4J_PASSWORD", endpoint.password)

    def invoke(*words: str | Path) -> str:
        result: Result = CliRunner().invoke(command, [str(word) for word in words])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    return invoke


def test_check_finds_nothing_wrong_with_a_good_file(file: Path) -> None:
    """It needs no database."""
    result = CliRunner().invoke(command, ["check", str(file)])
    assert (result.exit_code, result.output) == (0, "5 concepts, nothing is wrong\n")


def test_check_names_file_and_line_of_every_fault(file: Path) -> None:
    """The exit code says that something is wrong."""
    file.write_text("class A(B): pass\nclass C(D): pass\n")
    result = CliRunner().invoke(command, ["check", str(file), "--json"])
    assert result.exit_code == 1
    faults = json.loads(result.output)["faults"]
    assert [fault["where"] for fault in faults] == [f"{file}:1", f"{file}:2"]


@pytest.mark.neo4j
def test_load_stores_what_the_file_says_as_a_version(
    database: Database, run: Run, file: Path
) -> None:
    """A dry run before it stores nothing, loading again changes nothing."""
    assert "Person is added below Agent" in run("load", file, "--dry-run")
    assert len(store.load(database)) == 0
    assert "version 1" in run("load", file)
    assert store.load(database) == read_ontology(file)
    assert run("load", file) == "Nothing differs.\n"


@pytest.mark.neo4j
def test_load_brings_the_schema_with_it(database: Database, run: Run, file: Path) -> None:
    """On an empty server nothing has to be done before."""
    database.run("MATCH (m:__Neo4jMigration) DETACH DELETE m")
    run("load", file, "--dry-run")
    assert database.read("MATCH (m:__Neo4jMigration) RETURN m") == []
    run("load", file)
    assert database.read("MATCH (m:__Neo4jMigration) RETURN m") != []


@pytest.mark.neo4j
def test_a_faulty_file_is_not_loaded(database: Database, run: Run, file: Path) -> None:
    """All faults are told, nothing is stored."""
    file.write_text("class A(B): pass\n")
    with pytest.raises(OntologyError, match=r"ontology.py:1"):
        run("load", file)
    assert len(store.load(database)) == 0


@pytest.mark.neo4j
def test_orphans_are_counted_in_a_dry_run_and_refused_without_leave(
    database: Database, run: Run, file: Path
) -> None:
    """`--on-orphans` is the leave."""
    run("load", file)
    database.write("CREATE (:_Instance:Entity:Agent:Robot {uid: 'r'})")
    file.write_text(ONTOLOGY.replace("class Robot(Agent):\n    pass\n", ""))
    said = "Robot: is removed, and 1 instances are of this class"
    assert f"would be orphaned: {said}" in run("load", file, "--dry-run")
    assert run("load", file, "--dry-run", "--json").count(said) == 1
    with pytest.raises(WouldOrphan, match=said):
        run("load", file)
    done = json.loads(run("load", file, "--on-orphans", "retype", "--json"))
    assert done["removed"] == ["Robot"]
    assert done["adjustments"][0].endswith("lose Robot")


@pytest.mark.neo4j
def test_show_draws_the_hierarchy_with_numbers_of_instances(
    database: Database, run: Run, file: Path
) -> None:
    """Those of subclasses are included."""
    run("load", file)
    database.write("CREATE (:_Instance:Entity:Agent:Person:Author {uid: 'a'})")
    assert run("show").splitlines() == [
        "Entity (1)",
        "└─ Agent (1)",
        "   ├─ Person (1)",
        "   │  └─ Author (1)",
        "   └─ Robot",
        "Event",
        "└─ Award",
    ]
    rows = {row["name"]: row for row in json.loads(run("show", "--json"))}
    author = rows["Author"]
    assert (author["parents"], author["instances"]) == (["Person"], 1)


@pytest.mark.neo4j
def test_show_tells_all_about_one_concept(run: Run, file: Path) -> None:
    """Inherited attributes say where they come from."""
    run("load", file)
    lines = run("show", "Author").splitlines()
    assert lines[0] == "Author → Person → Agent → Entity"
    rows = [line.split() for line in lines]
    assert ["born", "date", "Person"] in rows
    data = json.loads(run("show", "Person", "--json"))
    assert data["all_attributes"] == ["name", "aliases", "born"]
    assert (data["subclasses"], data["instances"]) == (["Author"], 0)


@pytest.mark.neo4j
def test_a_concept_that_is_not_there_suggests_another(run: Run, file: Path) -> None:
    """Typing mistakes are common."""
    run("load", file)
    with pytest.raises(OntologyError, match=r"'Persn'; did you mean Person\?"):
        run("show", "Persn")


@pytest.mark.neo4j
def test_diff_tells_what_a_file_would_change(database: Database, run: Run, file: Path) -> None:
    """And changes nothing itself."""
    run("load", file)
    assert run("diff", file) == "Nothing differs.\n"
    file.write_text(ONTOLOGY.replace("class Robot(Agent)", "class Robot(Person)"))
    assert run("diff", file) == "Robot hangs below Person, and hung below Agent\n"
    assert json.loads(run("diff", file, "--json"))[0]["act"] == "moved"
    assert store.load(database)["Robot"].parents == ("Agent",)


@pytest.mark.neo4j
@pytest.mark.parametrize(("style", "ending"), [("annotated", ".py"), ("json", ".json")])
def test_what_is_exported_can_be_loaded_again(
    run: Run, file: Path, style: str, ending: str
) -> None:
    """Without a difference."""
    run("load", file)
    exported = file.with_name(f"exported{ending}")
    exported.write_text(run("export", "--style", style), encoding="utf-8")
    assert run("diff", exported) == "Nothing differs.\n"


@pytest.mark.neo4j
def test_an_exported_part_holds_all_it_needs(run: Run, file: Path) -> None:
    """Superclasses and the classes that attributes refer to come along."""
    run("load", file)
    exported = file.with_name("part.py")
    exported.write_text(run("export", "Award"), encoding="utf-8")
    assert {c.name for c in read_ontology(exported)} == {"Agent", "Person", "Award"}


@pytest.mark.neo4j
def test_undo_goes_back_and_can_be_tried_first(database: Database, run: Run, file: Path) -> None:
    """Each call undoes one more change."""
    run("load", file)
    file.write_text(ONTOLOGY.replace("class Robot(Agent)", "class Robot(Person)"))
    run("load", file)
    assert "hangs below Agent" in run("undo", "--dry-run")
    assert store.load(database)["Robot"].parents == ("Person",)
    assert "version 3" in run("undo")
    assert store.load(database)["Robot"].parents == ("Agent",)
    run("undo")
    assert len(store.load(database)) == 0


def test_infer_proposes_classes_for_data_as_a_file(workspace: Path) -> None:
    """The kind of source is told by the ending, and what is proposed can be loaded."""
    (workspace / "people.csv").write_text("name,born\nAnn,1990-05-01\nBob,1985-01-31\n")
    result = CliRunner().invoke(command, ["infer", "people.csv"])
    proposed = workspace / "proposed.py"
    proposed.write_text(result.output, encoding="utf-8")
    [concept] = read_ontology(proposed)
    assert "born: date | None" in result.output
    assert [a.name for a in concept.attributes] == ["born"]


def test_infer_wants_to_know_the_kind_of_what_it_does_not_know(workspace: Path) -> None:
    """An ending that no loader claims is a wrong use."""
    (workspace / "data.xyz").write_text("1")
    result = CliRunner().invoke(command, ["infer", "data.xyz"])
    assert isinstance(result.exception, UsageError)
    assert "--kind" in str(result.exception)
