"""The whole graph of a managed server as one file, and back: Neo4j's own dumps."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from knowloom.errors import BackupFailed, DiskFull, ServerError, WorkspaceBusy
from knowloom.server import admin, swap
from knowloom.server.config import DATABASE, import_settings
from knowloom.server.files import disk_room, exclusive, write_text
from knowloom.server.local import LocalServer
from knowloom.server.log import is_disk_full, last_cause, text_of

_FILE = f"{DATABASE}.dump"  # what the tool calls it


def dump(server: LocalServer, file: Path) -> int:
    """Write the stored graph to a file and return its size in bytes.

    A running server is stopped for as long as that takes. The file appears whole or not at all;
    one that is there is replaced. Users and passwords are not in it.

    Args:
        server: managed, started at least once.
        file: in a folder that is there.

    Raises:
        BackupFailed: there is nothing to save, or the tool could not.
        DiskFull: no room is left.
        ServerError: as for `LocalServer.start`.
    """
    home = server.workspace.home
    log = home / "logs" / "dump.log"
    if not server.workspace.has_run:
        raise BackupFailed(file, "the server never ran, so there is nothing to save", log)
    try:
        with (
            disk_room(file),
            tempfile.TemporaryDirectory(prefix=".dump-", dir=file.absolute().parent) as folder,
            server.at_rest(),
        ):
            arguments = ["dump", DATABASE, f"--to-path={folder}", "--overwrite-destination=true"]
            _run(server, arguments, file, log)
            size = (Path(folder) / _FILE).stat().st_size
            (Path(folder) / _FILE).replace(file)
    except FileNotFoundError as error:
        raise BackupFailed(file, f"{error.filename} is no folder", log) from error
    return size


def load(server: LocalServer, file: Path) -> None:
    """Put the graph in a file in the place of the stored one; the server runs afterwards.

    The new store is made beside the old one, and the two are exchanged at the end: whatever ends
    this process on the way, the next start serves one of them, whole.

    Args:
        server: managed, running or not.
        file: made by `dump`, or by `neo4j-admin database dump` of this version or an older one.

    Raises:
        BackupFailed: it is no such file.
        WorkspaceBusy: another load or import for this workspace is running.
        DiskFull: no room is left.
        ServerError: as for `LocalServer.start`.
    """
    server.prepare()
    home = server.workspace.home
    log = home / "logs" / "dump.log"
    if not file.is_file():
        raise BackupFailed(file, "there is no such file", log)
    with exclusive(swap.staging_lock(home), wait=0) as lock:
        if lock is None:
            raise WorkspaceBusy(server.workspace.folder)
        swap.clear(home)
        try:
            _stage(server, file, log, lock)
            server.exchange()
        finally:
            swap.clear(home)


def _stage(server: LocalServer, file: Path, log: Path, lock: int) -> None:
    """Load a file into the staging folder."""
    staging = swap.staging(server.workspace.home)
    with disk_room(staging):
        (staging / "files").mkdir(parents=True)
        (staging / "files" / _FILE).symlink_to(file.resolve())
        write_text(staging / "neo4j.conf", import_settings(f"{swap.STAGING}/data"))
    arguments = ["load", DATABASE, f"--from-path={staging / 'files'}"]
    _run(server, arguments, file, log, conf=staging, inherited=(lock,))


def _run(
    server: LocalServer,
    arguments: Sequence[str],
    file: Path,
    log: Path,
    *,
    conf: Path | None = None,
    inherited: Sequence[int] = (),
) -> None:
    """Run the tool.

    Raises:
        BackupFailed: it did not do its part.
        DiskFull: it found no room.
    """
    code = admin.run(
        server.java(),
        server.installation.class_path,
        server.workspace.home,
        ["database", *arguments],
        conf=conf,
        log=log,
        inherited=inherited,
    )
    if code != 0:
        said = text_of(log)
        error: ServerError = BackupFailed(file, last_cause(said), log)
        raise DiskFull(file) if is_disk_full(said) else error
