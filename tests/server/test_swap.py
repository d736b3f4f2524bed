"""The exchange of stores: after a crash at any point the old or the new one is there, whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from knowloom.server.files import exclusive
from knowloom.server.swap import begin, clear, finish, staging, staging_lock

PARTS = ("databases/neo4j", "transactions/neo4j")
# Changes of the file system are counted as they happen; the process dies before the given one.
CRASH = """
import os, sys
from pathlib import Path
from knowloom.server import swap
home, left = Path(sys.argv[1]), int(sys.argv[2])

def count(event, arguments):
    global left
    changes = event in {"os.rename", "os.remove", "os.rmdir", "os.mkdir"}
    if changes or (event == "open" and arguments[1] not in {None, "r", "rb"}):
        left -= 1
        if left < 0:
            os._exit(9)

sys.addaudithook(count)
swap.begin(home)
swap.finish(home)
"""


def store(data: Path, generation: str) -> None:
    """Make the two folders of a store."""
    for part in PARTS:
        (data / part / "deep").mkdir(parents=True)
        (data / part / "deep" / "file").write_text(generation)


def generations(home: Path) -> set[str]:
    """Return which stores the parts in place belong to."""
    return {(home / "data" / part / "deep" / "file").read_text() for part in PARTS}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with an old store in place, another database beside it, and a new store staged."""
    store(tmp_path / "data", "old")
    (tmp_path / "data" / "databases" / "system").mkdir()
    store(staging(tmp_path) / "data", "new")
    return tmp_path


def test_the_staged_store_takes_the_place(home: Path) -> None:
    """Both folders are the new ones, nothing else is touched, and nothing is left over."""
    begin(home)
    finish(home)
    assert generations(home) == {"new"}
    assert (home / "data" / "databases" / "system").is_dir()
    assert sorted(p.name for p in (home / "data" / "databases").iterdir()) == ["neo4j", "system"]
    assert not staging(home).exists()


def test_a_staged_store_that_was_not_decided_on_is_forgotten(home: Path) -> None:
    """Without the decision the old store stays, and the staged one goes."""
    finish(home)
    assert generations(home) == {"old"}
    assert not staging(home).exists()


def test_a_store_in_the_making_stays(home: Path) -> None:
    """What another process is still writing is not removed."""
    with exclusive(staging_lock(home), wait=0) as lock:
        assert lock is not None
        finish(home)
    assert staging(home).exists()


def test_a_decided_exchange_is_not_cleared_away(home: Path) -> None:
    """The staged store is needed until the exchange is finished."""
    begin(home)
    clear(home)
    finish(home)
    assert generations(home) == {"new"}


def test_there_may_be_no_old_store(tmp_path: Path) -> None:
    """A server that never ran gets the staged store all the same."""
    store(staging(tmp_path) / "data", "new")
    begin(tmp_path)
    finish(tmp_path)
    assert generations(tmp_path) == {"new"}


def test_a_crash_at_any_point(tmp_path: Path) -> None:
    """Whenever the process dies, finishing later leaves one whole store: old, then new."""
    seen: list[str] = []
    for point in range(100):
        home = tmp_path / str(point)
        store(home / "data", "old")
        store(staging(home) / "data", "new")
        done = subprocess.run([sys.executable, "-c", CRASH, home, str(point)], check=False)
        finish(home)
        [generation] = generations(home)
        assert not staging(home).exists()
        seen.append(generation)
        if done.returncode == 0:
            break
    assert seen == sorted(seen, reverse=True)  # "old" before "new"
    assert {"old", "new"} == set(seen)
    assert len(seen) > 10
