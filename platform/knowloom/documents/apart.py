"""Reading in a process of its own: what a crafted file breaks or fills is not ours.

    python -m knowloom.documents.apart READER PATH BYTES SECONDS

The process has a limit on memory and processor time, writes no file, opens no connection and
starts no program. It says what it reads as a line of JSON each: `[place, text]` for a piece, then
`{}`, or `{"why": …, "code": …}` for an error. Whoever stops listening ends it.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO

from knowloom.documents.piece import Piece
from knowloom.errors import DocumentUnreadable

MEMORY = 1024 * 1024 * 1024  # bytes of address space
SECONDS = 60  # of processor time for any file
SECONDS_A_MEGABYTE = 2  # more for each that it holds
LONGEST_TEXT = 256 * 1024 * 1024  # characters; the text of a crafted file may have no end
_STDERR = 64 * 1024
_ENVIRONMENT = ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
# How PDFium ends its process when it is given no more memory, and how Linux does.
_OUT_OF_MEMORY = frozenset({-signal.SIGABRT, -signal.SIGKILL})
_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn")


def pieces_apart(
    reader: str, path: Path, *, memory: int = MEMORY, seconds: int | None = None
) -> Iterator[Piece]:
    """Yield what `knowloom.documents.<reader>.pieces(path)` yields, from a process with limits.

    Args:
        reader: name of the module.
        path: of the file.
        memory: most bytes of address space (Linux only).
        seconds: most processor time; by default a minute, and 2 s for each megabyte of the file.

    Raises:
        DocumentUnreadable: whatever the reader raises, or it broke a limit.
    """
    if seconds is None:
        seconds = SECONDS + SECONDS_A_MEGABYTE * (path.stat().st_size >> 20)
    command = [sys.executable, "-P", "-m", "knowloom.documents.apart", reader, str(path.resolve())]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [*command, str(memory), str(seconds)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd="/",
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        )
        assert process.stdout is not None
        try:
            if not (yield from _heard(process.stdout, path)):
                raise _died(path, process.wait(), seconds, errors)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def _heard(lines: IO[bytes], path: Path) -> Generator[Piece, None, bool]:
    """Yield the pieces that a reader says; return whether it came to its end."""
    length = 0
    for line in lines:
        if not line.endswith(b"\n"):
            return False
        match json.loads(line):
            case [str(place), str(text)]:
                length += len(text)
                if length > LONGEST_TEXT:
                    why = f"it holds more than {LONGEST_TEXT:,} characters"
                    raise DocumentUnreadable(path, why, "too-large")
                yield Piece(place, text)
            case {"why": str(why), "code": str(code)}:
                raise DocumentUnreadable(path, why, code)
            case _:
                return True
    return False


def _died(path: Path, status: int, seconds: int, errors: IO[bytes]) -> DocumentUnreadable:
    """Return the error of a reader that ended before its time."""
    if status == -signal.SIGXCPU:
        why = f"reading it took more than {seconds} s of processor time"
        return DocumentUnreadable(path, why, "too-slow")
    errors.seek(0)
    said = errors.read(_STDERR).decode("utf-8", errors="replace").strip()
    last = said.splitlines()[-1] if said else f"its reader ended with status {status}"
    if last.startswith("MemoryError") or (not said and status in _OUT_OF_MEMORY):
        return DocumentUnreadable(path, "reading it takes too much memory", "too-large")
    return DocumentUnreadable(path, f"it is damaged ({last[:200]})", "damaged")


def limit(memory: int, seconds: int) -> None:
    """Set the limits of this process, which it cannot lift again.

    Args:
        memory: most bytes of address space.
        seconds: most processor time.
    """
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: _STDERR,
        resource.RLIMIT_CORE: 0,
    }
    for what, most in limits.items():
        with suppress(ValueError, OSError):  # macOS has no limit on address space
            resource.setrlimit(what, (most, most + (what == resource.RLIMIT_CPU)))
    sys.addaudithook(_refuse)


def _refuse(event: str, _: object) -> None:
    """Raise for what no reader has a reason to do."""
    if event.startswith(_FORBIDDEN):
        message = f"a reader of documents may not do {event}"
        raise PermissionError(message)


def main(reader: str, path: str, memory: str, seconds: str) -> None:
    """Say what a reader yields, within limits; see above."""
    module = import_module(f"knowloom.documents.{reader}")
    limit(int(memory), int(seconds))
    last: dict[str, str] = {}
    try:
        for place, text in module.pieces(Path(path)):
            sys.stdout.write(json.dumps([place, text]) + "\n")
    except DocumentUnreadable as error:
        last = {"why": error.why, "code": error.code}
    sys.stdout.write(json.dumps(last) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
