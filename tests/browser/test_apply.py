"""Style and guide of the managed server: written by the commands that change what they show."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowloom.base import KnowledgeBase
from knowloom.browser.apply import refresh, style_files
from knowloom.knowledge.proposal import About
from knowloom.ontology.concepts import Attribute, Concept, Ontology, Scalar
from knowloom.reviewing import accept
from knowloom.server.config import STYLE
from knowloom.server.local import LocalServer
from knowloom.settings import Settings
from knowloom.store import review
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


def guide(settings: Settings, kb: KnowledgeBase) -> str:
    """Return the guide as the next command leaves it."""
    assert refresh(settings, kb.database, kb.ontology) == ""
    return LocalServer.of(settings).workspace.guide.read_text("utf-8")


@pytest.mark.neo4j
def test_the_guide_follows_whatever_changes(database: Database, settings: Settings) -> None:
    """Rollbacks, merges, splits, disputes and their decisions, and the ontology's undo."""
    kb = KnowledgeBase(database, settings.workspace)
    tons = Attribute(name="tons", range=Scalar.INT, policy="review")
    kb.save_ontology(Ontology([Concept(name="Ship", key=("name",), attributes=(tons,))]))
    ship = kb.classes["Ship"]
    kb.write([ship(name="Beagle", tons=242), ship(name="Fram", tons=402)], source="log")
    assert "Ship 2." in guide(settings, kb)
    kb.write([ship(name="Beagle", tons=235)], source="letters")
    assert "1 value waits" in guide(settings, kb)
    [dispute] = review.listed(database, about=About.DISPUTE)
    [accepted] = accept(kb, [dispute], who="ann").accepted
    assert "1 value waits" not in guide(settings, kb)
    kb.rollback(accepted.body["run"])
    assert "1 value waits" in guide(settings, kb)
    beagle, fram = (kb.find("Ship", name=name)[0].uid for name in ("Beagle", "Fram"))
    kb.merge(beagle, fram)
    assert "Ship 1." in guide(settings, kb)
    kb.split(fram)
    assert "Ship 2." in guide(settings, kb)
    kb.rollback(kb.history("log")[0].id)
    assert "Ship 1." in guide(settings, kb)
    kb.save_ontology(Ontology([*kb.ontology.concepts, Concept(name="Port")]))
    assert "has 2 classes" in guide(settings, kb)
    kb.undo_ontology()
    assert "has 1 class" in guide(settings, kb)


@pytest.mark.neo4j
def test_a_guide_is_made_once(database: Database, settings: Settings) -> None:
    """Where nothing changed since, the file is not touched."""
    kb = KnowledgeBase(database, settings.workspace)
    kb.save_ontology(ONTOLOGY)
    kb.write([kb.classes["Ship"](name="Beagle")], source="log")
    guide(settings, kb)
    file = LocalServer.of(settings).workspace.guide
    before = file.stat()
    guide(settings, kb)
    assert file.stat() == before


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
    assert "bolt://127.0.0.1:1" in refresh(settings, nobody, ONTOLOGY)
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
