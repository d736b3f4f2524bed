"""A distribution on this machine: its jars and the unpacked Browser in the user's cache."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from knowloom.server import download
from knowloom.server.distribution import Distribution, Jar, shipped
from knowloom.server.files import disk_room, remove_abandoned

Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the files of a distribution are, or will be.

    Args:
        distribution: what belongs to it.
        folder: its own folder in the cache.
    """

    distribution: Distribution
    folder: Path

    @property
    def version(self) -> str:
        """The version of Neo4j."""
        return self.distribution.neo4j

    @property
    def jars(self) -> Path:
        """The folder of the jars."""
        return self.folder / "lib"

    @property
    def class_path(self) -> tuple[Path, ...]:
        """The jars of the server, in order; Neo4j Browser is not among them."""
        return tuple(self.jars / jar.file_name for jar in self.distribution.server_jars)

    @property
    def browser(self) -> Path:
        """The folder of the unpacked Neo4j Browser."""
        return self.folder / f"browser-{self.distribution.browser_jar.version}"

    def missing(self) -> tuple[Jar, ...]:
        """Return what has to be downloaded."""
        return download.missing(self.distribution.jars, self.jars)

    def complete(self, repository: str = "", advance: Advance = lambda size: None) -> None:
        """Download and unpack what is missing; nothing happens when all is there.

        Args:
            repository: the root of a Maven repository; empty for the public one.
            advance: called with the bytes of every file that has arrived.

        Raises:
            DownloadFailed: a file cannot be had.
            DiskFull: no room is left.
        """
        download.fetch(self.distribution.jars, self.jars, repository, advance)
        if not self.browser.exists():
            remove_abandoned(self.folder)
            unpack(self.jars / self.distribution.browser_jar.file_name, "browser/", self.browser)


def default_installation(cache: Path | None = None) -> Installation:
    """Return the installation of the shipped distribution in the user's cache.

    Args:
        cache: another cache folder.
    """
    from platformdirs import user_cache_path

    distribution = shipped()
    root = cache or user_cache_path("knowloom")
    return Installation(distribution, root / f"neo4j-{distribution.neo4j}")


def unpack(archive: Path, inside: str, target: Path) -> None:
    """Unpack what an archive holds below `inside` as the folder `target`, at once.

    Args:
        archive: a jar or zip file.
        inside: a folder in it, ending in a slash; left out of the names.
        target: not there yet; when another process is quicker, its folder stays.
    """
    part = Path(tempfile.mkdtemp(prefix=f".{target.name}-", suffix=".part", dir=target.parent))
    try:
        with disk_room(target), zipfile.ZipFile(archive) as content:
            content.extractall(part, [n for n in content.namelist() if n.startswith(inside)])
        unpacked = part / inside
        unpacked.chmod(0o755)
        try:
            unpacked.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
