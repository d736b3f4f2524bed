"""Running a program: the gate, then monty where it can, else a confined process."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from knowloom.sandbox.gate import faults_of
from knowloom.sandbox.monty import MontyTier
from knowloom.sandbox.outcome import Ended, Level, Limits, Outcome
from knowloom.sandbox.process import ProcessTier


def run(
    source: str,
    inputs: Mapping[str, Any],
    *,
    result: str,
    limits: Limits | None = None,
    libraries: tuple[str, ...] = (),
    weakest: Level = Level.FULL,
) -> Outcome:
    """Run a program that nobody has looked at.

    Args:
        source: Python.
        inputs: plain data, each a variable of the program.
        result: the variable that holds what it found.
        limits: what it may take.
        libraries: installed packages that it may import; only the process tier has them.
        weakest: the level below which nothing is run.

    Raises:
        SandboxTooWeak: this machine cannot confine it as demanded; nothing was run.

    >>> run("answer = max(row['n'] for row in rows)", {"rows": [{"n": 3}]}, result="answer").value
    3
    """
    given = limits or Limits()
    if faults := faults_of(source, libraries=libraries):
        message = "; ".join(map(str, faults[:3]))
        line = int(faults[0].where.rpartition(" ")[2])
        return Outcome(Ended.REFUSED, message=message, line=line)
    if not libraries and find_spec("pydantic_monty") is not None:
        outcome = MontyTier(given).run(source, inputs, result=result)
        if outcome.ended is not Ended.UNSUPPORTED:
            return outcome
    return ProcessTier(given, libraries, weakest).run(source, inputs, result=result)


def reached() -> Level:
    """Return how well this machine confines a process; asked of a real one."""
    outcome = ProcessTier(weakest=Level.LIMITS).run("answer = 1", {}, result="answer")
    return outcome.level
