"""Files that are written whole or not at all, and locks between processes."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from knowloom.errors import DiskFull

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_ABANDONED = 3600  # seconds after which a half-written file belongs to nobody
_MOMENT = 10  # seconds that making a folder never takes
_LOCK = ".lock"
_PAUSE = 0.05  # seconds between two looks at a lock


@contextmanager
def placed(target: Path, mode: int = 0o644) -> Generator[Path]:
    """Yield a path to write to; what is there at the end becomes `target` at once.

    When the block raises, `target` stays as it was. Two processes may do this together: the last
    one wins, and a reader sees either file whole.

    Raises:
        DiskFull: the disk, the quota or the limit on file sizes is reached.
    """
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", suffix=".part", dir=target.parent)
    os.close(handle)
    part = Path(name)
    try:
        with disk_room(target):
            yield part
        part.chmod(mode)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def remove_abandoned(folder: Path) -> None:
    """Remove what processes that were killed have left half-written in a folder."""
    for part in folder.glob(".*.part"):
        with suppress(FileNotFoundError):  # another process was quicker
            if time.time() - part.stat().st_mtime < _ABANDONED:
                continue
            if part.is_dir():
                shutil.rmtree(part, ignore_errors=True)
            else:
                part.unlink()


def write_text(target: Path, text: str, mode: int = 0o644) -> None:
    """Write a small file whole or not at all, and see that it reached the disk.

    Raises:
        DiskFull: no room is left.
    """
    with placed(target, mode) as part, part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def disk_room(path: Path, needed: int | None = None) -> Generator[None]:
    """Turn a full disk inside the block into an error a person can act on.

    Raises:
        DiskFull: naming `path`.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull(path, needed) from error
        raise


@contextmanager
def exclusive(path: Path, wait: float) -> Generator[int | None]:
    """Take the lock file `path` for this process alone, within `wait` seconds.

    The operating system lets go of it when the process ends, however it ends; a child that
    inherits the descriptor holds it too.

    Yields:
        The descriptor of the lock file, None when another process has the lock.
    """
    until = time.monotonic() + wait
    with path.open("a") as file:
        while not (held := _locked(file.fileno())) and time.monotonic() < until:
            time.sleep(_PAUSE)
        yield file.fileno() if held else None


@contextmanager
def own_folder(parent: Path, prefix: str) -> Generator[Path]:
    """Yield a new folder, which is gone afterwards.

    Those of the same prefix that belong to no process any more, since theirs was killed, go first.
    """
    one_at_a_time = parent / f".{prefix}lock"
    with ExitStack() as held:
        with exclusive(one_at_a_time, wait=_MOMENT):
            for left in parent.glob(f"{prefix}*"):
                with exclusive(left / _LOCK, wait=0) as lock:
                    if lock is not None:
                        shutil.rmtree(left, ignore_errors=True)
            folder = Path(tempfile.mkdtemp(dir=parent, prefix=prefix))
            held.enter_context(exclusive(folder / _LOCK, wait=0))
        try:
            yield folder
        finally:
            with exclusive(one_at_a_time, wait=_MOMENT):
                shutil.rmtree(folder, ignore_errors=True)


def _locked(descriptor: int) -> bool:
    """Return whether the lock could be taken now."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
