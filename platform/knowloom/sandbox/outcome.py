"""What a program may take, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast


class Ended(StrEnum):
    """How a program ended."""

    DONE = "done"
    REFUSED = "refused"  # by the gate, before it ran
    FAILED = "failed"  # it raised, or its result is no plain data
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT = "output"  # it printed or returned more than allowed
    CRASHED = "crashed"  # the process died
    UNSUPPORTED = "unsupported"  # this tier lacks something; another may have it


class Level(StrEnum):
    """How well a program is confined, from bad to good."""

    LIMITS = "limits"  # time and memory only: no boundary
    LANDLOCK = "landlock"
    FULL = "landlock+seccomp"
    INTERPRETER = "interpreter"  # an interpreter without any authority, in a process of its own


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program may take.

    Args:
        seconds: on the clock.
        memory: bytes of address space.
        output: bytes printed, and bytes of its result.
        files: open at once. None can be written, and no process or thread started, in any case.
    """

    seconds: float = 5.0
    memory: int = 1 << 30
    output: int = 10_000_000
    files: int = 64


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a program.

    Args:
        ended: how.
        value: its result as plain data; None unless it is done.
        message: what went wrong; empty when nothing did.
        line: of the program where that was; 0 when unknown.
        printed: what it printed, as far as it was read.
        seconds: from the start of its process to the end.
        level: how well it was confined.
    """

    ended: Ended
    value: Any = None
    message: str = ""
    line: int = 0
    printed: str = ""
    seconds: float = 0.0
    level: Level = Level.LIMITS

    @property
    def done(self) -> bool:
        """Whether it ran to its end."""
        return self.ended is Ended.DONE

    @property
    def values(self) -> list[Any] | None:
        """Its result where that is a list; None where it is not."""
        value: object = self.value
        return cast("list[Any]", value) if isinstance(value, list) else None
