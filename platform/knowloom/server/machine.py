"""What this machine has left: ports nobody uses, memory."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import psutil

_TAKEN = frozenset({errno.EADDRINUSE, errno.EACCES})


def free_port(first: int, preferred: int | None = None) -> int:
    """Return `preferred` when it is free, else the next free port from `first` on.

    Raises:
        OSError: no port above `first` is free.
    """
    if preferred is not None and is_free(preferred):
        return preferred
    for port in range(first, 65_536):
        if is_free(port):
            return port
    raise OSError(f"no port is free from {first} on")


def is_free(port: int) -> bool:
    """Return whether nobody on this machine listens where `localhost:port` leads."""
    return _can_bind(socket.AF_INET, "127.0.0.1", port) and (
        not socket.has_ipv6 or _can_bind(socket.AF_INET6, "::1", port)
    )


def is_open(port: int) -> bool:
    """Return whether anybody takes connections at `127.0.0.1:port`."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _can_bind(family: socket.AddressFamily, host: str, port: int) -> bool:
    """Return False when another process has this address."""
    with socket.socket(family) as probe:
        # A server that has just stopped leaves the port busy for others but not for its like.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno not in _TAKEN
    return True


def machine_memory() -> int:
    """Return the memory this process may use, in bytes: the machine's, or its container's."""
    limits = [psutil.virtual_memory().total]
    for file in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        text = _read(Path(file)).strip()
        if text.isdigit():
            limits.append(int(text))
    return min(limits)


def _read(file: Path) -> str:
    """Return the content of a file, empty when it cannot be read."""
    try:
        return file.read_text()
    except OSError:
        return ""
