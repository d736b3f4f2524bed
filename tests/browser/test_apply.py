"""Style and guide of the managed server: written by the commands that change what they show."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowloom.base import KnowledgeBase
from knowloom.browser.apply import refresh, style_files
from knowloom.ontology.concepts import Concept, Ontology
from knowloom.server.config import STYLE
from knowloom.server.local import LocalServer
from knowloom.settings import Settings
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database

ONTOLOGY = Ontology([Concept(name="Ship")])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those of a workspace whose server ran once."""
    found = Settings(workspace=tmp_path / "ws")
    workspace = LocalServer.of(found).workspace
    workspace.prepare()
    workspace.password_file.write_text("a password")
    return found


@pytest.mark.neo4j
def test_both_follow_what_was_written(database: Database, settings: Settings) -> None:
    """After a write the served files speak of it."""
    kb = KnowledgeBase(database, settings.workspace)
    kb.save_ontology(ONTOLOGY)
    kb.write([kb.classes["Ship"](name="Beagle")], source="log")
    refresh(settings, database, kb.ontology)
    workspace = LocalServer.of(settings).workspace
    assert "node.Ship {" in (workspace.served / STYLE).read_text("utf-8")
    assert "Beagle" in workspace.guide.read_text("utf-8")


@pytest.mark.neo4j
def test_another_server_is_left_alone(
    database: Database, settings: Settings, endpoint: Endpoint
) -> None:
    """Where the managed server is not the one that was written to, its files stay."""
    other = Settings(workspace=settings.workspace, uri=endpoint.uri)
    refresh(other, database, ONTOLOGY)
    assert not LocalServer.of(settings).workspace.served.exists()


@pytest.mark.slow  # the driver tries for half a minute
def test_a_guide_that_cannot_be_made_fails_nothing(settings: Settings) -> None:
    """What a command was asked for is done by then; the guide before stays."""
    nobody = Database("bolt://127.0.0.1:1", None)
    workspace = LocalServer.of(settings).workspace
    workspace.served.mkdir(parents=True)
    workspace.guide.write_text("before")
    refresh(settings, nobody, ONTOLOGY)
    nobody.close()
    assert workspace.guide.read_text() == "before"
    assert "node.Ship {" in (workspace.served / STYLE).read_text("utf-8")


def test_a_setting_holds_the_style_on_one_line() -> None:
    """The line can be added to a server's configuration as it is."""
    line = style_files(ONTOLOGY)["style.conf"]
    assert line.startswith('browser.post_connect_cmd=style {"node":')
    assert line.count("\n") == 1
    assert ";" not in line


def test_the_name_of_the_guide_is_a_secret(settings: Settings) -> None:
    """It follows from the password, and neither shows the other."""
    workspace = LocalServer.of(settings).workspace
    first = workspace.guide
    workspace.password_file.write_text("another password")
    assert first != workspace.guide
    assert "password" not in first.name
    assert len(first.name) > 24
