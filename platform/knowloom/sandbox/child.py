"""The child of the process tier: confines itself, then runs one program; standard library only.

It is started as a script of its own (`python -S -P child.py FD`), reads one JSON request from its
standard input, and writes two lines of JSON to the file descriptor it was given: how well it is
confined, before any line of the program has run, and what became of the program.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date, datetime, time
from types import TracebackType
from typing import Any

_VIEWS: Any = (type({}.keys()), type({}.values()), type({}.items()))
_LONGEST = 2_000  # characters of a message


def main() -> None:
    """Do what the module says."""
    answers = int(sys.argv[1])
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - no pathlib here
    sys.path.insert(0, here)
    confinement: Any = __import__("confinement")

    sys.path.remove(here)
    request: dict[str, Any] = json.loads(sys.stdin.buffer.read())
    sys.argv = [""]
    sys.path += request["paths"]
    for name in request["libraries"]:
        __import__(name)
    source = compile(request["source"], "<program>", "exec", dont_inherit=True)
    confinement.limit(request["seconds"], request["memory"], request["files"])
    level = confinement.confine([*request["readable"], *request["paths"]])
    _answer(answers, {"level": level})
    if level not in request["levels"]:
        return
    _answer(answers, _run(source, request["inputs"], request["result"]))


def _run(source: Any, inputs: dict[str, Any], result: str) -> dict[str, Any]:
    """Run a program; return its result or what ended it."""
    space: dict[str, Any] = {"__name__": "__main__", **inputs}
    try:
        exec(source, space)
    except MemoryError:
        space.clear()
        return {"ended": "memory", "message": "it took more memory than allowed"}
    except BaseException as error:
        return {"ended": "failed", "message": _said(error), "line": _line(error.__traceback__)}
    if result not in space:
        return {"ended": "failed", "message": f"it sets no {result}", "line": 0}
    try:
        json.dumps(made := plain(space[result]), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        return {"ended": "failed", "message": f"{result} is no plain data: {error}", "line": 0}
    return {"ended": "done", "value": made}


def plain(value: Any) -> Any:
    """Return a value as JSON has it; days and times as text, what is no number as nothing."""
    made = value
    if isinstance(value, float):
        made = value if value - value == 0 else None
    elif isinstance(value, date | datetime | time):
        made = value.isoformat()
    elif isinstance(value, dict):
        made = {_key(name): plain(part) for name, part in value.items()}
    elif isinstance(value, set | frozenset):
        made = sorted(map(plain, value), key=json.dumps)
    elif isinstance(value, (list, tuple, *_VIEWS)):
        parts: Any = value
        made = [plain(part) for part in parts]
    elif hasattr(value, "tolist"):  # of numpy and pandas
        made = plain(value.tolist())
    elif value is not None and not isinstance(value, bool | int | str):
        raise TypeError(f"{type(value).__name__} cannot leave the program")
    return made


def _key(name: Any) -> str:
    made = plain(name)
    return made if isinstance(made, str) else json.dumps(made)


def _said(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"[:_LONGEST]
    except BaseException:
        return type(error).__name__


def _line(trace: TracebackType | None) -> int:
    """Return the last line of the program that was running."""
    line = 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<program>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _answer(handle: int, body: dict[str, Any]) -> None:
    rest = json.dumps(body).encode() + b"\n"
    while rest:
        rest = rest[os.write(handle, rest) :]


if __name__ == "__main__":
    main()
