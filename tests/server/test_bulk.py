"""Whole graphs through the import tool: what goes in is there, what is faulty changes nothing."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from knowloom.errors import ImportFailed, WorkspaceBusy
from knowloom.server import LocalServer
from knowloom.server.bulk import ARRAY_DELIMITER, Imported, NodeFile, RelationshipFile, import_full
from knowloom.server.files import exclusive
from knowloom.server.swap import staging, staging_lock
from tests.server.test_local import ask, started

# Dies when the exchange has been decided and its first folder is about to move.
CRASH = """
import os, sys
from pathlib import Path
from knowloom.server import TESTS, LocalServer
from knowloom.server.bulk import NodeFile, import_full

def watch(event, arguments):
    if event == "os.rename" and str(arguments[0]).endswith("data/databases/neo4j"):
        os._exit(9)

sys.addaudithook(watch)
server, header, data = LocalServer(Path(sys.argv[1]), profile=TESTS), *map(Path, sys.argv[2:])
import_full(server, [NodeFile(("Person",), header, (data,))])
"""


@pytest.fixture
def people(tmp_path: Path) -> NodeFile:
    """Two people in two files, one of them compressed, with hostile names inside and outside."""
    folder = tmp_path / "a, b+c"
    folder.mkdir()
    header = folder / "people,header.csv"
    header.write_text("uid:ID,name,aliases:string[],born:date\n")
    (folder / "1+.csv").write_text(f'p1,"Ann ""x"",\nB.",a;b{ARRAY_DELIMITER}c,1815-12-10\n')
    (folder / "2.csv.gz").write_bytes(gzip.compress("p2,Bób,,\n".encode()))
    data = (folder / "1+.csv", folder / "2.csv.gz")
    return NodeFile(("Person", "_Instance"), header, data)


def knows(tmp_path: Path, *rows: str) -> RelationshipFile:
    """Return a file of relationships."""
    header, data = tmp_path / "knows_header.csv", tmp_path / "knows.csv"
    header.write_text(":START_ID,:END_ID,since:int\n")
    data.write_text("".join(f"{row}\n" for row in rows))
    return RelationshipFile("KNOWS", header, (data,), is_broken=False)


def test_the_files_become_the_graph(
    running: LocalServer, people: NodeFile, tmp_path: Path
) -> None:
    """Nodes, lists, dates and relationships arrive; what was stored goes, the login stays."""
    ask(started(running), "CREATE (:Old)")
    before = started(running)
    assert import_full(running, [people], [knows(tmp_path, "p1,p2,1833")]) == Imported(2, 1, 7)
    after = started(running)
    assert after.password == before.password
    assert ask(after, "MATCH (n:Old) RETURN count(n)") == 0
    query = "MATCH (a:Person&_Instance)-[r:KNOWS]->(b) RETURN [a{.*}, r.since, b{.*}]"
    ann, since, bob = ask(after, query)
    assert (ann["name"], ann["aliases"], str(ann["born"])) == (
        'Ann "x",\nB.',
        ["a;b", "c"],
        "1815-12-10",
    )
    assert (since, bob) == (1833, {"uid": "p2", "name": "Bób"})
    assert not staging(running.workspace.home).exists()


def test_faulty_rows_change_nothing(
    running: LocalServer, people: NodeFile, tmp_path: Path
) -> None:
    """A relationship to nowhere, or an id twice, fails with its name; the old graph stays."""
    info = started(running)
    ask(info, "CREATE (:Stays)")
    with pytest.raises(ImportFailed, match=r"missing node p9.*log: .*import\.log"):
        import_full(running, [people], [knows(tmp_path, "p1,p9,1833")])
    with pytest.raises(ImportFailed, match=r"'p[12]' is defined more than once"):
        import_full(running, [people, people])
    assert started(running) == info
    assert ask(info, "MATCH (n:Stays) RETURN count(n)") == 1
    assert not staging(running.workspace.home).exists()


def test_one_import_at_a_time(running: LocalServer, people: NodeFile) -> None:
    """While another process imports into the workspace, a second one is refused."""
    with (
        exclusive(staging_lock(running.workspace.home), wait=0),
        pytest.raises(WorkspaceBusy),
    ):
        import_full(running, [people])


@pytest.mark.slow
def test_a_kill_in_the_middle_of_the_exchange(running: LocalServer, people: NodeFile) -> None:
    """The next start completes an exchange that a kill has cut in two."""
    folder = str(running.workspace.folder)
    files = [str(people.header), str(people.data[0])]
    done = subprocess.run([sys.executable, "-c", CRASH, folder, *files], check=False)
    assert done.returncode == 9
    assert running.status() is None
    assert staging(running.workspace.home).exists()
    assert ask(running.start(), "MATCH (n:Person) RETURN count(n)") == 1
    assert not staging(running.workspace.home).exists()
