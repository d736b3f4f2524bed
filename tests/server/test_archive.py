"""The class-data archive: made in the background, used, and never in the way."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest

from knowloom.server import admin
from knowloom.server.archive import ClassArchive, class_archive
from knowloom.server.installation import default_installation
from knowloom.server.java import Java
from knowloom.server.local import LocalServer
from tests.server.conftest import Make

LIMIT = 200  # seconds for the background process on a busy machine


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache that has the files of the real one, but no archives."""
    real = default_installation()
    real.complete()
    own = default_installation(tmp_path / "cache")
    own.folder.mkdir(parents=True)
    own.jars.symlink_to(real.jars)
    own.browser.symlink_to(real.browser)
    return tmp_path / "cache"


def archive_of(server: LocalServer) -> ClassArchive:
    """Return the archive that the server would use."""
    installation = server.installation
    return class_archive(installation.folder, server.java(), installation.class_path)


def test_a_damaged_archive_is_thrown_away(make: Make, cache: Path) -> None:
    """A server with an archive that Java refuses starts without it."""
    server = make(cache=cache)
    archive = archive_of(server)
    archive.file.write_bytes(b"no archive at all" * 1000)
    archive.refused.touch()  # so that none is made in the background
    info = server.start()
    assert not archive.file.exists()
    assert not any("SharedArchiveFile" in word for word in psutil.Process(info.pid).cmdline())


def test_tools_do_without_a_damaged_archive(make: Make, cache: Path, tmp_path: Path) -> None:
    """They run, and leave it to the next start of a server to throw it away."""
    server = make(cache=cache)
    server.prepare()
    archive = archive_of(server)
    archive.file.write_bytes(b"no archive at all" * 1000)
    options, log = archive.if_it_fits(), tmp_path / "log"
    home = server.workspace.home
    jars = archive.class_path
    assert any(str(archive.file) in option for option in options)
    assert admin.run(archive.java, jars, home, ["--version"], options=options, log=log) == 0


@pytest.mark.slow
def test_the_second_server_uses_what_the_first_one_loaded(make: Make, cache: Path) -> None:
    """After the first start an archive appears, whole, and the next server maps it."""
    server = make(cache=cache)
    archive = archive_of(server)
    server.start()
    assert not archive.file.exists()
    server.stop()
    until = time.monotonic() + LIMIT
    while not archive.file.exists() and time.monotonic() < until:
        time.sleep(0.2)
    second = make("second", cache=cache)
    words = psutil.Process(second.start().pid).cmdline()
    assert f"-XX:SharedArchiveFile={archive.file}" in words
    assert archive.file.exists()


def test_each_java_and_class_path_has_its_own(tmp_path: Path) -> None:
    """An archive is never offered to another Java, nor with other jars."""
    jars = [tmp_path / "a.jar", tmp_path / "b.jar"]
    java = Java(Path("/java/17/bin/java"), "17.0.15")
    files = {
        class_archive(tmp_path, java, jars).file,
        class_archive(tmp_path, Java(java.executable, "17.0.16"), jars).file,
        class_archive(tmp_path, Java(Path("/other/java"), "17.0.15"), jars).file,
        class_archive(tmp_path, java, jars[::-1]).file,
    }
    assert len(files) == 4
