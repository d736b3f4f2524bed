"""Links at the end of answers: for people at a terminal, not for programs behind a pipe."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from knowloom.base import KnowledgeBase
from knowloom.ontology.concepts import Concept, Ontology
from knowloom.store.database import Database

pytestmark = [pytest.mark.neo4j, pytest.mark.usefixtures("login")]
COMMANDS = [
    ("find", "Ship"),
    ("search", "beagle"),
    ("subgraph", "Beagle"),
    ("why", "Beagle"),
    ("ontology", "show"),
    ("ontology", "show", "Ship"),
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


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_an_answer_ends_with_a_link(
    database: Database, workspace: Path, words: tuple[str, ...]
) -> None:
    """It is the last line of what a person sees, and no line of what a pipe carries."""
    kb = KnowledgeBase(database, workspace)
    kb.save_ontology(Ontology([Concept(name="Ship")]))
    kb.write([kb.classes["Ship"](name="Beagle")], source="log")
    last = on_a_terminal(words).splitlines()[-1]
    assert last.startswith("Look at it: http://localhost:")
    assert "cmd=edit&arg=MATCH" in last
    piped = subprocess.run(
        [sys.executable, "-m", "knowloom", *words], check=True, capture_output=True, text=True
    )
    assert "Look at it" not in piped.stdout
