"""Downloads: checked, kept after a cut, safe for two at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from knowloom.errors import DiskFull, DownloadFailed
from knowloom.server.distribution import Jar
from knowloom.server.download import fetch, missing
from knowloom.server.files import remove_abandoned
from tests.server.repository import Repository, cut, garbled, refused, serving

FETCH = """
import json, resource, sys
from pathlib import Path
from knowloom.server.distribution import Jar
from knowloom.server.download import fetch
jars, folder, url, limit = json.loads(sys.argv[1])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    fetch([Jar(**jar) for jar in jars], Path(folder), url)
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


@pytest.fixture
def repository() -> Iterator[Repository]:
    """A repository without files."""
    with serving() as repository:
        yield repository


def fetch_apart(jars: list[Jar], folder: Path, url: str, limit: int = 0) -> subprocess.Popen[str]:
    """Start a process of its own that fetches `jars`; it can write files of `limit` bytes."""
    given = json.dumps([[asdict(jar) for jar in jars], str(folder), url, limit])
    return subprocess.Popen(
        [sys.executable, "-c", FETCH, given], stderr=subprocess.PIPE, text=True
    )


def test_all_files_arrive_and_are_counted(repository: Repository, tmp_path: Path) -> None:
    """Every file lies in the folder with the right content, and its bytes were reported."""
    jars = [repository.add(f"a{n}", os.urandom(1000 * n)) for n in range(1, 30)]
    seen: list[int] = []
    fetch(jars, tmp_path / "lib", repository.url, seen.append)
    assert missing(jars, tmp_path / "lib") == ()
    assert {f.name for f in (tmp_path / "lib").iterdir()} == {jar.file_name for jar in jars}
    assert sum(seen) == sum(jar.size for jar in jars)


def test_what_is_there_is_not_fetched_again(repository: Repository, tmp_path: Path) -> None:
    """A second call asks the repository for nothing."""
    jars = [repository.add("a", b"one")]
    fetch(jars, tmp_path, repository.url)
    fetch(jars, tmp_path, repository.url)
    assert repository.asked.total() == 1


def test_a_cut_file_is_tried_again(repository: Repository, tmp_path: Path) -> None:
    """A connection that breaks, or a busy repository, is only asked again."""
    jars = [
        repository.add("a", b"x" * 100_000, cut),
        repository.add("b", b"y" * 10, refused(503), refused(503)),
    ]
    fetch(jars, tmp_path, repository.url)
    assert missing(jars, tmp_path) == ()


def test_a_lasting_cut_names_the_file_and_keeps_the_others(
    repository: Repository, tmp_path: Path
) -> None:
    """Finished files stay, nothing half-written does, and the next call fetches the rest only."""
    good = [repository.add(f"good{n}", os.urandom(500)) for n in range(5)]
    bad = repository.add("bad", b"x" * 100_000, *[cut] * 20)
    # The largest file begins first; it takes until its last attempt to fail.
    with pytest.raises(DownloadFailed, match=r"bad-1\.0\.jar.*run the command again"):
        fetch([*good, bad], tmp_path, repository.url)
    assert {f.name for f in tmp_path.iterdir()} == {jar.file_name for jar in good}
    repository.answers.clear()
    repository.asked.clear()
    fetch([*good, bad], tmp_path, repository.url)
    assert list(repository.asked) == [f"/{bad.path}"]


def test_a_garbled_file_is_not_taken(repository: Repository, tmp_path: Path) -> None:
    """A file with another SHA-256 than the lock file's never gets its name."""
    jar = repository.add("a", b"x" * 1000, garbled)
    with pytest.raises(DownloadFailed, match="SHA-256"):
        fetch([jar], tmp_path, repository.url)
    assert list(tmp_path.iterdir()) == []


def test_a_file_nobody_has_is_named(repository: Repository, tmp_path: Path) -> None:
    """The message says which file, and how the repository answered."""
    jar = repository.add("a", b"x", refused(404))
    with pytest.raises(DownloadFailed, match=r"a-1\.0\.jar .* answers 404"):
        fetch([jar], tmp_path, repository.url)


def test_no_repository_at_all(tmp_path: Path) -> None:
    """When nobody listens the message says what to set."""
    jar = Jar("g", "a", "1", sha256="", size=1)
    with pytest.raises(DownloadFailed, match="KNOWLOOM_MAVEN_REPOSITORY"):
        fetch([jar], tmp_path, "http://127.0.0.1:9")


def test_two_processes_at_once(repository: Repository, tmp_path: Path) -> None:
    """Two processes that fetch into one folder both succeed, and the files are whole."""
    jars = [repository.add(f"a{n}", os.urandom(200_000)) for n in range(20)]
    both = [fetch_apart(jars, tmp_path, repository.url) for _ in range(2)]
    assert [process.communicate()[1] for process in both] == ["", ""]
    assert {f.name for f in tmp_path.iterdir()} == {jar.file_name for jar in jars}
    assert all(
        (tmp_path / j.file_name).read_bytes() == repository.files[f"/{j.path}"] for j in jars
    )


def test_a_file_being_written_is_not_taken_for_abandoned(
    repository: Repository, tmp_path: Path
) -> None:
    """Whoever clears up while another process fetches leaves alone what that one is writing."""
    jars = [repository.add(f"a{n}", b"x") for n in range(300)]
    fetching = fetch_apart(jars, tmp_path, repository.url)
    while fetching.poll() is None:
        remove_abandoned(tmp_path)
    assert fetching.communicate()[1] == ""
    assert missing(jars, tmp_path) == ()


def test_a_full_disk_is_said_to_be_one(repository: Repository, tmp_path: Path) -> None:
    """When a file cannot be written in full the error is about room, and nothing half stays."""
    jar = repository.add("a", b"x" * 500_000)
    _, said = fetch_apart([jar], tmp_path, repository.url, limit=100_000).communicate()
    assert said.startswith("DiskFull: no space left to write")
    assert list(tmp_path.iterdir()) == []


def test_more_than_the_disk_holds_is_not_begun(repository: Repository, tmp_path: Path) -> None:
    """Without room for all files none is asked for."""
    jar = Jar("g", "a", "1", sha256="", size=10**18)
    with pytest.raises(DiskFull, match="MB needed"):
        fetch([jar], tmp_path, repository.url)
    assert repository.asked.total() == 0


def test_leftovers_of_killed_processes_go(repository: Repository, tmp_path: Path) -> None:
    """A half-written file that is an hour old is removed, a young one may still be in use."""
    old, young = tmp_path / ".a.jar-1.part", tmp_path / ".a.jar-2.part"
    old.touch()
    young.touch()
    os.utime(old, (time.time() - 4000, time.time() - 4000))
    fetch([repository.add("a", b"x")], tmp_path, repository.url)
    assert (old.exists(), young.exists()) == (False, True)
