"""What every tier promises; a class that runs programs and is not here is a fault."""

from __future__ import annotations

import ast
import gc
import json
from collections.abc import Callable
from pathlib import Path

import pytest

import knowloom.sandbox
from knowloom.errors import SandboxTooWeak
from knowloom.sandbox.gate import faults_of
from knowloom.sandbox.monty import MontyTier
from knowloom.sandbox.outcome import Ended, Level, Limits
from knowloom.sandbox.process import ProcessTier
from knowloom.sandbox.run import run
from tests.sandbox.confined import needs_confinement

pytestmark = needs_confinement

Tier = ProcessTier | MontyTier
LIMITS = Limits(seconds=2)
TIERS: dict[str, Callable[[], Tier]] = {
    "ProcessTier": lambda: ProcessTier(LIMITS),
    "MontyTier": lambda: MontyTier(LIMITS),
}
ROWS = [{"name": f"p{i}", "year": 2000 + i % 7, "cites": i * 3 % 11} for i in range(50)]
PROGRAMS = [
    "answer = [row['name'] for row in rows if row['cites'] > 5]",
    "from collections import Counter\nanswer = Counter(row['year'] for row in rows)",
    "answer = {'none': None, 'yes': True, 'half': 0.5, 'text': 'é', 3: (1, 2), 'set': {2, 1}}",
    "from datetime import date\nanswer = [date(2020, 1, 31), float('nan'), float('inf')]",
    "class P:\n    def __init__(self, name, cites):\n        self.name = name\n"
    "        self.cites = cites\n"
    "found = [P(r['name'], r['cites']) for r in rows]\n"
    "answer = sorted((p.cites, p.name) for p in found)[-3:]",
    "import math, re, json, itertools, functools\n"
    "answer = [math.sqrt(16), re.sub('a+', 'b', 'caat'), json.loads('[1]')]",
    "def best(items):\n    return max(items, key=lambda r: (r['cites'], r['name']))\n"
    "answer = best(rows)['name']",
    "total = 0\nfor row in rows:\n    if row['year'] == 2003:\n        total += row['cites']\n"
    "answer = total",
    "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    answer = str(error)",
]


@pytest.fixture(params=TIERS)
def tier(request: pytest.FixtureRequest) -> Tier:
    """Each tier in turn."""
    if request.param == "MontyTier":
        pytest.importorskip("pydantic_monty", reason="the extra `monty` is not installed")
    return TIERS[request.param]()


def test_every_tier_is_held_to_the_contract() -> None:
    """Whatever has a `run` in the room is in the table above."""
    made: set[str] = set()
    for path in Path(next(iter(knowloom.sandbox.__path__))).glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and any(
                isinstance(part, ast.FunctionDef) and part.name == "run" for part in node.body
            ):
                made.add(node.name)
    assert made == set(TIERS)


@pytest.mark.parametrize("program", PROGRAMS)
def test_both_tiers_give_the_same_bytes(program: str) -> None:
    """What monty can run, it runs as CPython does."""
    pytest.importorskip("pydantic_monty", reason="the extra `monty` is not installed")
    outcomes = [make().run(program, {"rows": ROWS}, result="answer") for make in TIERS.values()]
    assert [o.ended for o in outcomes] == [Ended.DONE] * 2, outcomes
    first, second = (json.dumps(o.value) for o in outcomes)
    assert first == second


def test_the_same_program_twice_gives_the_same(tier: Tier) -> None:
    """Sets of texts have one order, run for run."""
    program = "answer = [list({row['name'] for row in rows}), 1]\nprint('done')"
    one, two = (tier.run(program, {"rows": ROWS}, result="answer") for _ in range(2))
    assert (one.value, one.printed) == (two.value, two.printed)
    assert one.printed == "done\n"
    assert one.done


@pytest.mark.parametrize(
    ("program", "ended", "said"),
    [
        ("answer = 1 / 0", Ended.FAILED, "ZeroDivisionError"),
        ("answer = rows[99]", Ended.FAILED, "IndexError"),
        ("while True: pass", Ended.TIMEOUT, "longer"),
        ("answer = 'x' * 10**12", Ended.MEMORY, "memory"),
        ("answer = (", Ended.REFUSED, "no Python"),
        ("answr = 1", Ended.FAILED, "answer"),
    ],
)
def test_ends_are_told_apart(tier: Tier, program: str, ended: Ended, said: str) -> None:
    """Each end has its name and a sentence."""
    outcome = tier.run(program, {"rows": []}, result="answer")
    assert outcome.ended is ended, outcome
    assert said in outcome.message
    assert outcome.value is None


def test_the_line_is_named(tier: Tier) -> None:
    """Where it went wrong."""
    outcome = tier.run("x = 1\n\ny = x / 0\n", {}, result="y")
    assert outcome.line == 3


def test_below_the_demanded_level_nothing_runs() -> None:
    """A machine that cannot confine a program does not run it."""
    tier = ProcessTier(LIMITS, weakest=Level.INTERPRETER)
    with pytest.raises(SandboxTooWeak, match="landlock"):
        tier.run("answer = 1", {}, result="answer")


def test_what_monty_lacks_runs_in_a_process() -> None:
    """Inheritance, statistics; and isinstance over subclasses is CPython's."""
    program = (
        "import statistics\nclass A: pass\nclass B(A): pass\n"
        "answer = [isinstance(B(), A), statistics.median([3, 1, 2])]"
    )
    outcome = run(program, {}, result="answer")
    assert (outcome.value, outcome.level) == ([True, 2], Level.FULL)


@pytest.mark.parametrize(
    "source",
    [
        "import os",
        "from subprocess import run",
        "import numpy",
        "from . import x",
        "().__class__",
        "x.__globals__",
        "open('x')",
        "eval('1')",
        "'{0.__class__}'.format(1)",
        "g.gi_frame",
        "async def f(): pass",
        "try:\n    pass\nexcept* ValueError:\n    pass",
        "x" * 300_000,
        "a = " + "[" * 90 + "]" * 90,
        "x = (",
    ],
)
def test_the_gate_says_what_cannot_run(source: str) -> None:
    """With a line, before anything starts."""
    faults = faults_of(source)
    assert faults
    assert faults[0].where.startswith("line ")
    assert run(source, {}, result="x").ended is Ended.REFUSED


def test_the_gate_lets_through_what_is_named() -> None:
    """Libraries that were asked for, and classes with methods of their own."""
    assert faults_of("import numpy as np", libraries=("numpy",)) == []
    assert faults_of("class A:\n    def __init__(self): self.x = 1\nimport math") == []


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file, no process, no handle; what other tests started is not looked at."""
    import psutil

    def children() -> set[int]:
        return {child.pid for child in psutil.Process().children(recursive=True)}

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    gc.collect()
    processes, handles = children(), set(Path("/proc/self/fd").iterdir())
    for program in ("answer = 1", "while True: pass", "print('x' * 10**8)"):
        ProcessTier(Limits(seconds=1)).run(program, {}, result="answer")
    assert list(tmp_path.iterdir()) == []
    assert set(Path("/proc/self/fd").iterdir()) <= handles
    assert children() <= processes
