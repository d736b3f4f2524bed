"""The monty tier: a program in an interpreter that has no authority at all (extra `[monty]`).

`pydantic-monty` interprets a part of Python in a worker process: no imports but a few, no files,
no classes with bases; those of a program are flattened before. What it cannot run is told apart,
so that the process tier may.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from knowloom.errors import ExtraMissing
from knowloom.sandbox.flatten import Flat, flatten
from knowloom.sandbox.outcome import Ended, Level, Limits, Outcome

if TYPE_CHECKING:
    from pydantic_monty import Monty, MontyRuntimeError

# What a program found leaves it as text, made inside: what it shares is small there, and would not
# be here. As `plain` in the child of the process tier.
_BEFORE = """\
import json as _json
from datetime import date as _date, datetime as _datetime

def _plain(value):
    if isinstance(value, (_date, _datetime)):
        return value.isoformat()
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {_key(name): _plain(part) for name, part in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted([_plain(part) for part in value], key=_json.dumps)
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value

def _key(name):
    return name if isinstance(name, str) else _json.dumps(_plain(name))
"""
_LACKING = re.compile(r"NotImplementedError|ModuleNotFoundError|not supported in this environment")
_REAL_CLASSES = "NotImplementedError: it does with its classes what only real ones do"
_FLOOD = "printed more than allowed"


@dataclass(frozen=True, slots=True)
class MontyTier:
    """Runs programs in monty's workers.

    Args:
        limits: what each may take.
    """

    limits: Limits = field(default_factory=Limits)

    def run(self, source: str, inputs: Mapping[str, Any], *, result: str) -> Outcome:
        """Run a program.

        Args:
            source: Python, as far as monty knows it.
            inputs: plain data, each a variable of the program.
            result: the variable that holds what it found.

        Raises:
            ExtraMissing: monty is not installed.
        """
        from pydantic_monty import MontyError, MontyRuntimeError, MontySyntaxError

        started = time.monotonic()
        printed = _Printed(self.limits.output)
        if (flat := _flattened(source)) is None:
            return Outcome(Ended.UNSUPPORTED, message=_REAL_CLASSES, level=Level.INTERPRETER)
        try:
            outcome = _outcome(self._text(flat.source, inputs, result, printed))
        except MontySyntaxError as error:
            outcome = Outcome(Ended.REFUSED, message=f"it is no Python: {error}")
        except MontyRuntimeError as error:
            outcome = _failed(error, flat)
        except MontyError as error:
            outcome = Outcome(Ended.CRASHED, message=str(error))
        return Outcome(
            outcome.ended,
            outcome.value,
            outcome.message,
            outcome.line,
            printed.text,
            time.monotonic() - started,
            Level.INTERPRETER,
        )

    def _text(
        self, source: str, inputs: Mapping[str, Any], result: str, printed: _Printed
    ) -> str | None:
        """Run a program and return its result as JSON; None when that is too long."""
        limits = {
            "max_feed_duration_secs": self.limits.seconds,
            "max_total_sleep_secs": self.limits.seconds,
            "max_memory": self.limits.memory,
            "max_recursion_depth": 500,
        }
        told = f"_text = _json.dumps(_plain({result}))"
        with workers().checkout(limits=limits) as session:  # type: ignore[arg-type]
            session.feed_run(_BEFORE)
            session.feed_run(source, inputs=dict(inputs), print_callback=printed)
            text: str | None = session.feed_run(
                f"{told}\n_text if len(_text) <= {self.limits.output} else None"
            )
        return text


class _Printed:
    """What a program prints, up to a limit."""

    def __init__(self, most: int) -> None:
        self._left = most
        self.text = ""

    def __call__(self, stream: str, text: str) -> None:
        self._left -= len(text)
        if self._left < 0:
            raise ValueError(_FLOOD)
        self.text += text


@cache
def workers() -> Monty:
    """Return the worker processes of this process, started when first needed.

    Raises:
        ExtraMissing: monty is not installed.
    """
    try:
        from pydantic_monty import Monty
    except ModuleNotFoundError as error:
        raise ExtraMissing("running programs in monty", "monty") from error
    pool = Monty()
    pool.__enter__()
    return pool


def _outcome(text: str | None) -> Outcome:
    """Return the outcome of a program that ran to its end."""
    if text is None:
        return Outcome(Ended.OUTPUT, message="it printed or returned more than allowed")
    return Outcome(Ended.DONE, json.loads(text))


def _flattened(source: str) -> Flat | None:
    """Return a program without inheritance; one that is no Python is left for monty to refuse."""
    try:
        return flatten(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Flat(source, {})


def _failed(error: MontyRuntimeError, flat: Flat) -> Outcome:
    """Return what became of a program that raised."""
    message = str(error)
    frames = error.traceback()
    line = flat.line(frames[-1].line) if frames else 0
    if message.startswith(("TimeoutError: feed time", "TimeoutError: sleep limit")):
        return Outcome(Ended.TIMEOUT, message="it took longer than allowed")
    if message.startswith("MemoryError: memory limit"):
        return Outcome(Ended.MEMORY, message="it took more memory than allowed")
    if _FLOOD in message:
        return Outcome(Ended.OUTPUT, message="it printed or returned more than allowed")
    if _LACKING.search(message):
        return Outcome(Ended.UNSUPPORTED, message=message, line=line)
    return Outcome(Ended.FAILED, message=message, line=line)
