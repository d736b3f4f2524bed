"""Processes of the operating system: starting one apart from us, recognising it, ending it."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

_PATIENCE = 60.0  # seconds that a process may take to end by itself
_PAUSE = 0.02  # seconds between two looks at it


def launch(command: Sequence[str], output: Path) -> psutil.Process:
    """Start a process that outlives this one and no terminal reaches.

    Args:
        command: an absolute path and arguments.
        output: the file that gets what it prints; an older one is overwritten.
    """
    with output.open("wb") as log:
        # Not subprocess.Popen: that object warns when it goes while its process runs.
        pid = os.posix_spawn(
            command[0],
            list(command),
            dict(os.environ),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, log.fileno(), 1),
                (os.POSIX_SPAWN_DUP2, log.fileno(), 2),
            ],
            setsid=True,
        )
    return psutil.Process(pid)


def find(argument: str, pid: int | None) -> psutil.Process | None:
    """Return the living process that was started with `argument`, if `pid` is one.

    A number alone proves nothing: it may have been given to a stranger.
    """
    if pid is None:
        return None
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None
    return process if has_argument(process, argument) else None


def search(argument: str) -> psutil.Process | None:
    """Return a living process that was started with `argument`, whatever its number."""
    return next((p for p in psutil.process_iter() if has_argument(p, argument)), None)


def has_argument(process: psutil.Process, argument: str) -> bool:
    """Return whether the process lives and was started with `argument`."""
    try:
        return argument in process.cmdline() and is_alive(process)
    except psutil.Error:
        return False


def is_alive(process: psutil.Process) -> bool:
    """Return whether it still runs; one that ended but was not waited for does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def listens(process: psutil.Process, *ports: int) -> bool:
    """Return whether the process itself, and no stranger, listens on all `ports`."""
    try:
        connections = process.net_connections(kind="tcp")
    except psutil.Error:
        return False
    open_ports = {c.laddr.port for c in connections if c.status == psutil.CONN_LISTEN}
    return open_ports.issuperset(ports)


def end(process: psutil.Process) -> None:
    """End a process: politely, and after a minute by force."""
    for signal in (process.terminate, process.kill):
        try:
            signal()
        except psutil.NoSuchProcess:
            return
        if _ended(process):
            return


def _ended(process: psutil.Process) -> bool:
    """Wait until the process has ended; return whether it did in time.

    Its parent need not be this process, and need not have noticed.
    """
    until = time.monotonic() + _PATIENCE
    while is_alive(process):
        if time.monotonic() > until:
            return False
        time.sleep(_PAUSE)
    with suppress(ChildProcessError):  # it is the child of another process
        os.waitpid(process.pid, os.WNOHANG)
    return True
