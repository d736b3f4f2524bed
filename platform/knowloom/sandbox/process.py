"""The process tier: a program in a fresh Python that gave up everything but computing.

No environment, no network, no files but the standard library, no other process; killed as a group
when its time is over. What comes back is JSON, never a pickle.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

from knowloom.errors import SandboxTooWeak
from knowloom.sandbox.outcome import Ended, Level, Limits, Outcome

_CHILD = Path(__file__).parent / "child.py"
_BLOCK = 1 << 16
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")  # of C, that modules are linked with
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",  # the same program, the same bytes
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "TZ": "UTC",
}


@dataclass(frozen=True, slots=True)
class ProcessTier:
    """Runs programs in processes of their own.

    Args:
        limits: what each may take.
        libraries: installed packages that programs may import, such as `pandas`.
        weakest: the level below which nothing is run.
    """

    limits: Limits = field(default_factory=Limits)
    libraries: tuple[str, ...] = ()
    weakest: Level = Level.FULL

    def run(self, source: str, inputs: Mapping[str, Any], *, result: str) -> Outcome:
        """Run a program.

        Args:
            source: Python.
            inputs: plain data, each a variable of the program.
            result: the variable that holds what it found.

        Raises:
            SandboxTooWeak: this machine cannot confine it as demanded; nothing was run.

        >>> ProcessTier().run("answer = len(rows)", {"rows": [1, 2]}, result="answer").value
        2
        """
        started = time.monotonic()
        try:
            compile(source, "<program>", "exec")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = getattr(error, "lineno", 0) or 0
            return Outcome(Ended.REFUSED, message=f"it is no Python: {error}", line=line)
        request = json.dumps(self._request(source, inputs, result)).encode()
        with tempfile.TemporaryDirectory(prefix="knowloom-") as folder:
            exchange = _Exchange(request, self.limits, folder)
            exchange.hold(started + self.limits.seconds + 1)
        return self._outcome(exchange, time.monotonic() - started)

    def _request(self, source: str, inputs: Mapping[str, Any], result: str) -> dict[str, Any]:
        return {
            "source": source,
            "inputs": dict(inputs),
            "result": result,
            "seconds": self.limits.seconds,
            "memory": self.limits.memory,
            "files": self.limits.files,
            "libraries": list(self.libraries),
            "paths": [sysconfig.get_path("purelib")] if self.libraries else [],
            "readable": [*_standard_library(), *_LIBRARIES],
            "levels": self._allowed(),
        }

    def _outcome(self, exchange: _Exchange, seconds: float) -> Outcome:
        """Return what became of a program whose process has ended."""
        first, _, rest = bytes(exchange.read[exchange.answers]).partition(b"\n")
        told, body = _json(first), _json(rest)
        level = Level(told.get("level", Level.LIMITS))
        if told and level not in self._allowed():
            raise SandboxTooWeak(level, self.weakest)
        if exchange.ended is not None:
            ended, message = exchange.ended, _SAID[exchange.ended]
        elif body.get("ended") in set(Ended):
            ended, message = Ended(body["ended"]), str(body.get("message", ""))
        else:
            (ended, message), body = exchange.died(), {}
        return Outcome(
            ended,
            body.get("value") if ended is Ended.DONE else None,
            message,
            int(body.get("line", 0)),
            bytes(exchange.read[exchange.prints]).decode("utf-8", "replace"),
            seconds,
            level,
        )

    def _allowed(self) -> list[Level]:
        """Return the levels at which programs may run."""
        levels = list(Level)
        return levels[levels.index(self.weakest) :]


_SAID = {
    Ended.TIMEOUT: "it took longer than allowed",
    Ended.OUTPUT: "it printed or returned more than allowed",
}


class _Exchange:
    """One child: what it is given, and what comes from it."""

    def __init__(self, request: bytes, limits: Limits, folder: str) -> None:
        self.answers, theirs = os.pipe()
        self._left = memoryview(request)
        self._most = limits.output
        self.ended: Ended | None = None
        self._child = subprocess.Popen(
            [_python(), "-S", "-s", "-P", "-B", str(_CHILD), str(theirs)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=_ENVIRONMENT,
            cwd=folder,
            pass_fds=(theirs,),
            start_new_session=True,
        )
        os.close(theirs)
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._gives = self._child.stdin.fileno()
        self.prints = self._child.stdout.fileno()
        self.read = {self.answers: bytearray(), self.prints: bytearray()}

    def hold(self, deadline: float) -> None:
        """Talk until both ends are closed, time is over, or too much is said; end the child."""
        try:
            self._talk(deadline)
        finally:
            self._kill()
            os.close(self.answers)
            for pipe in (self._child.stdin, self._child.stdout):
                if pipe is not None:
                    _closed(pipe)

    def died(self) -> tuple[Ended, str]:
        """Return why a child ended without an answer."""
        code = self._child.returncode
        if code in {-signal.SIGXCPU, -signal.SIGKILL}:
            return Ended.TIMEOUT, _SAID[Ended.TIMEOUT]
        if b"MemoryError" in self.read[self.prints]:
            return Ended.MEMORY, "it took more memory than allowed"
        return Ended.CRASHED, f"its process ended with code {code}"

    def _talk(self, deadline: float) -> None:
        with selectors.DefaultSelector() as selector:
            os.set_blocking(self._gives, False)
            selector.register(self._gives, selectors.EVENT_WRITE)
            for handle in self.read:
                selector.register(handle, selectors.EVENT_READ)
            while any(handle in selector.get_map() for handle in self.read):
                left = deadline - time.monotonic()
                if left <= 0:
                    self.ended = Ended.TIMEOUT
                    return
                for key, _ in selector.select(left):
                    if not self._moved(int(key.fd)):
                        selector.unregister(key.fd)
                if self.ended is not None:
                    return

    def _moved(self, handle: int) -> bool:
        """Write or read a block; return whether there is more to come."""
        if handle == self._gives:
            return self._gave()
        block = os.read(handle, _BLOCK)
        self.read[handle] += block
        if len(self.read[handle]) > self._most:
            self.ended = Ended.OUTPUT
        return bool(block)

    def _gave(self) -> bool:
        try:
            self._left = self._left[os.write(self._gives, self._left[:_BLOCK]) :]
        except BrokenPipeError:
            self._left = self._left[:0]
        if not self._left and self._child.stdin is not None:
            _closed(self._child.stdin)
        return bool(self._left)

    def _kill(self) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(0 if self.ended else 1)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()


def _closed(pipe: Any) -> None:
    with suppress(OSError):
        pipe.close()


def _json(text: bytes) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return cast(dict[str, Any], body) if isinstance(body, dict) else {}


@cache
def _python() -> str:
    """Return the interpreter itself, not that of a virtual environment."""
    return getattr(sys, "_base_executable", "") or sys.executable


@cache
def _standard_library() -> Sequence[str]:
    paths = sysconfig.get_paths()
    return tuple(dict.fromkeys((paths["stdlib"], paths["platstdlib"])))
