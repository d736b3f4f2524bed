"""Exchanging the stored graph for a staged one, so that no crash leaves half of either.

A store is two folders, and no file system renames two folders at once. So a journal says that the
exchange is decided; from then on every start carries on where the last one was cut, until both
folders are the new ones.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from knowloom.server.config import DATABASE
from knowloom.server.files import exclusive, write_text

STAGING = "staging"
_PARTS = (Path("databases") / DATABASE, Path("transactions") / DATABASE)


def staging(home: Path) -> Path:
    """Return the folder in which a store is made ready."""
    return home / STAGING


def staging_lock(home: Path) -> Path:
    """Return the file that is locked while a store is made ready."""
    return home / f"{STAGING}.lock"


def begin(home: Path) -> None:
    """Decide the exchange: `finish` will do it, in this process or a later one.

    Args:
        home: of a server that does not run, with a whole store below `staging/data`.
    """
    _force_to_disk(staging(home) / "data")
    write_text(_journal(home), "exchange\n")


def finish(home: Path) -> None:
    """Carry out an exchange that was decided, and remove what is left of staged stores.

    Args:
        home: of a server that does not run.
    """
    if _journal(home).exists():
        for part in _PARTS:
            _exchange(staging(home) / "data" / part, home / "data" / part)
        _journal(home).unlink()
    # A store that another process is still making ready stays.
    with exclusive(staging_lock(home), wait=0) as lock:
        if lock is not None:
            clear(home)


def clear(home: Path) -> None:
    """Remove the staging folder, unless an exchange that is not finished needs it."""
    if staging(home).exists() and not _journal(home).exists():
        shutil.rmtree(staging(home))


def _exchange(new: Path, current: Path) -> None:
    """Put a folder in the place of another; repeatable at every point."""
    if not new.exists():
        return
    current.parent.mkdir(parents=True, exist_ok=True)
    if current.exists():
        shutil.rmtree(_replaced(new), ignore_errors=True)
        current.rename(_replaced(new))
    new.rename(current)
    _force_folder(current.parent)


def _replaced(new: Path) -> Path:
    """Return where the folder goes whose place `new` takes."""
    return new.with_name(f"{new.name}.replaced")


def _journal(home: Path) -> Path:
    return home / "exchange.journal"


def _force_to_disk(folder: Path) -> None:
    """See that all files below a folder survive a power cut."""
    for root, _, names in os.walk(folder):
        for name in names:
            with (Path(root) / name).open("rb") as file:
                os.fsync(file.fileno())
        _force_folder(Path(root))


def _force_folder(folder: Path) -> None:
    """See that the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
