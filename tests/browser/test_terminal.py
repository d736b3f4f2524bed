"""Links at the end of answers: for people at a terminal, not for programs behind a pipe."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from knowloom.base import KnowledgeBase
from knowloom.cli import cli
from knowloom.ontology.concepts import Attribute, Concept, Ontology, Scalar
from knowloom.store.database import Database

pytestmark = [pytest.mark.neo4j, pytest.mark.usefixtures("login")]
COMMANDS = [
    ("find", "Ship"),
    ("search", "beagle"),
    ("subgraph", "Beagle"),
    ("why", "Beagle"),
    ("ontology", "show"),
    ("ontology", "show", "Ship"),
    ("update", "history"),
    ("update", "show", "RUN"),
    ("update", "rollback", "RUN", "--dry-run"),
    ("review", "list"),
    ("review", "show", "Beagle.tons"),
    ("review", "accept", "Beagle.tons"),
    ("ask", "How many ships are there?"),
    ("analyse", "Number of ships by tons"),
    ("load", "csv", "ships.csv"),
    ("update", "run", "more.csv"),
    ("merge", "BEAGLE", "FRAM"),
]


def on_a_terminal(words: tuple[str, ...]) -> str:
    """Return what a command prints on a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, "-m", "knowloom", *words], stdout=theirs) as process:
        os.close(theirs)
        said = b""
        try:
            while part := os.read(ours, 65536):
                said += part
        except OSError:  # how Linux says that nobody writes any more
            pass
        os.close(ours)
    assert process.returncode == 0
    return said.decode()


@pytest.fixture
def fleet(database: Database, workspace: Path) -> dict[str, str]:
    """Two ships, of which sources do not agree, and what commands call them."""
    kb = KnowledgeBase(database, workspace)
    tons = Attribute(name="tons", range=Scalar.INT, policy="review")
    kb.save_ontology(Ontology([Concept(name="Ship", key=("name",), attributes=(tons,))]))
    ship = kb.classes["Ship"]
    kb.write([ship(name="Beagle", tons=242), ship(name="Fram", tons=402)], source="log")
    report = kb.write([ship(name="Beagle", tons=235)], source="letters")
    Path("ships.csv").write_text("name,tons\nEndurance,348\n", encoding="utf-8")
    Path("more.csv").write_text("name,tons\nNimrod,334\n", encoding="utf-8")
    uids = {name.upper(): kb.find("Ship", name=name)[0].uid for name in ("Beagle", "Fram")}
    return {**uids, "RUN": str(report.run)}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_an_answer_ends_with_a_link(fleet: dict[str, str], words: tuple[str, ...]) -> None:
    """It is the last line of what a person sees."""
    typed = tuple(fleet.get(word, word) for word in words)
    last = on_a_terminal(typed).splitlines()[-1]
    assert last.startswith("Look at it: http://localhost:")
    assert "cmd=edit&arg=MATCH" in last


def test_a_script_has_the_links(fleet: dict[str, str]) -> None:
    """In the document of every one of them; a pipe without --json is not bothered with it."""
    assert "Look at it" not in CliRunner().invoke(cli, ["find", "Ship"]).output
    missing: list[str] = []
    for words in COMMANDS:
        typed = [*(fleet.get(word, word) for word in words), "--json"]
        told = CliRunner().invoke(cli, typed, catch_exceptions=False)
        found = json.loads(told.stdout)
        link = (found[0] if isinstance(found, list) else found)["browser"]
        if "cmd=edit&arg=MATCH" not in str(link):
            missing.append(" ".join(words))
    assert missing == []
