"""The whole graph as a file: what was saved comes back, what cannot be read changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from knowloom.cli import cli
from knowloom.errors import BackupFailed
from knowloom.server import LocalServer
from knowloom.server.backup import dump, load
from tests.server.test_local import ask, started


def test_what_was_saved_comes_back(running: LocalServer, tmp_path: Path) -> None:
    """After a load the graph is that of the dump; the server runs again after both."""
    ask(started(running), "MATCH (n) DETACH DELETE n")
    ask(started(running), "CREATE (:Person {name: 'Ada'})-[:KNOWS]->(:Person {name: 'Charles'})")
    file = tmp_path / "a graph.dump"
    assert dump(running, file) == file.stat().st_size > 0
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    ask(started(running), "MATCH (n) DETACH DELETE n CREATE (:Later)")
    load(running, file)
    found = ask(started(running), "MATCH (a)-[:KNOWS]->(b) RETURN [a.name, b.name]")
    assert found == ["Ada", "Charles"]
    assert ask(started(running), "MATCH (n:Later) RETURN count(n)") == 0


def test_a_stopped_server_stays_stopped(running: LocalServer, tmp_path: Path) -> None:
    """A dump leaves the server as it found it."""
    running.stop()
    dump(running, tmp_path / "graph.dump")
    assert running.status() is None


def test_what_is_no_dump_changes_nothing(running: LocalServer, tmp_path: Path) -> None:
    """The stored graph and the running server stay."""
    ask(started(running), "MATCH (n) DETACH DELETE n")
    ask(started(running), "CREATE (:Kept)")
    (tmp_path / "text.dump").write_text("no dump")
    for name in ("text.dump", "missing.dump"):
        with pytest.raises(BackupFailed, match="the stored graph is as it was"):
            load(running, tmp_path / name)
    assert ask(started(running), "MATCH (n:Kept) RETURN count(n)") == 1


def test_there_has_to_be_something_to_save(tmp_path: Path) -> None:
    """A workspace without a server and a folder that is not there are said in one sentence."""
    server = LocalServer(tmp_path / "none")
    with pytest.raises(BackupFailed, match="never ran"):
        dump(server, tmp_path / "graph.dump")


def test_a_folder_that_is_not_there(running: LocalServer, tmp_path: Path) -> None:
    """The file's folder has to be there already."""
    with pytest.raises(BackupFailed, match="is no folder"):
        dump(running, tmp_path / "missing" / "graph.dump")


def test_a_trial_does_nothing(running: LocalServer, tmp_path: Path) -> None:
    """With `--dry-run` both commands only say what they would do."""
    workspace = ["--workspace", str(running.workspace.folder), "--dry-run"]
    file = str(tmp_path / "graph.dump")
    for command in ("dump", "load"):
        told = CliRunner().invoke(cli, ["server", command, file, *workspace])
        assert told.exit_code == 0
        assert "would" in told.output
    assert list(tmp_path.iterdir()) == []
