"""The limits of the settings reach programs on both tiers, and each has its end."""

from __future__ import annotations

import pytest

from knowloom.errors import SandboxTooWeak, SettingsError
from knowloom.sandbox.chosen import limits_of, tier_of, weakest_of
from knowloom.sandbox.monty import MontyTier
from knowloom.sandbox.outcome import Ended, Level, Limits
from knowloom.settings import LEVELS, Settings, load_settings
from tests.sandbox.confined import needs_confinement

SETTINGS = {
    "KNOWLOOM_SANDBOX_SECONDS": "1",
    "KNOWLOOM_SANDBOX_MEMORY": "256m",
    "KNOWLOOM_SANDBOX_OUTPUT": "4k",
    "KNOWLOOM_SANDBOX_FILES": "16",
}
# All of these are allowed by the limits that hold without settings.
OVER = {
    "answer = 0\nwhile answer < 10**9:\n    answer += 1": Ended.TIMEOUT,
    "answer = len([0] * (50 << 20))": Ended.MEMORY,
    "print('x' * 9000)\nanswer = 1": Ended.OUTPUT,
    "answer = 'x' * 9000": Ended.OUTPUT,
}


def test_the_settings_say_the_limits() -> None:
    """Sizes are binary, and without settings the documented defaults hold."""
    assert limits_of(load_settings(environ=SETTINGS)) == Limits(1.0, 256 << 20, 4 << 10, 16)
    assert limits_of(Settings()) == Limits(20.0, 1 << 30, 10 << 20, 64)
    assert weakest_of(Settings()) is Level.FULL


def test_the_levels_of_the_settings_are_those_of_the_sandbox() -> None:
    """From bad to good."""
    assert list(LEVELS) == list(Level)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECONDS", "0"),
        ("SECONDS", "1.5 minutes"),
        ("MEMORY", "1024"),
        ("OUTPUT", "much"),
        ("FILES", "3"),
        ("WEAKEST", "none"),
    ],
)
def test_a_limit_that_is_none_is_refused(name: str, value: str) -> None:
    """With the place that says so."""
    variable = f"KNOWLOOM_SANDBOX_{name}"
    with pytest.raises(SettingsError, match=variable):
        load_settings(environ={variable: value})


@needs_confinement
@pytest.mark.parametrize("program", OVER)
@pytest.mark.parametrize("tier", ["process", "monty"])
def test_what_is_over_a_limit_is_ended(program: str, tier: str) -> None:
    """The same program is fine, or far longer running, where more is allowed."""
    settings = load_settings(environ=SETTINGS)
    if tier == "monty":
        pytest.importorskip("pydantic_monty", reason="the extra `monty` is not installed")
    made = tier_of(settings) if tier == "process" else MontyTier(limits_of(settings))
    assert made.run(program, {}, result="answer").ended is OVER[program]


@needs_confinement
def test_open_files_are_counted() -> None:
    """Of the standard library, which is all that can be read."""
    program = "import json\nsome = [open(json.__file__) for _ in range(30)]\nanswer = len(some)"
    few, many = tier_of(load_settings(environ=SETTINGS)), tier_of(Settings())
    assert "Too many open files" in few.run(program, {}, result="answer").message
    assert many.run(program, {}, result="answer").value == 30


@needs_confinement
@pytest.mark.parametrize(
    "program",
    [
        "import os\nanswer = os.fork()",
        "import threading\nt = threading.Thread(target=print)\nt.start()\nanswer = 1",
        "import json\nanswer = open('made', 'w')",
    ],
)
def test_no_setting_allows_processes_threads_or_files_written(program: str) -> None:
    """They end as failures."""
    generous = load_settings(environ={"KNOWLOOM_SANDBOX_FILES": "1000"})
    assert tier_of(generous).run(program, {}, result="answer").ended is Ended.FAILED


def test_the_weakest_level_is_what_the_settings_say() -> None:
    """A stricter one refuses the process tier."""
    strict = load_settings(environ={"KNOWLOOM_SANDBOX_WEAKEST": "interpreter"})
    with pytest.raises(SandboxTooWeak, match="sandbox_weakest"):
        tier_of(strict).run("answer = 1", {}, result="answer")
    weak = load_settings(environ={"KNOWLOOM_SANDBOX_WEAKEST": "limits"})
    assert tier_of(weak).run("answer = 1", {}, result="answer").value == 1
