"""Nothing gets out of either tier, and whoever tries is ended within its limits."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowloom.sandbox.monty import MontyTier
from knowloom.sandbox.outcome import Ended, Level, Limits
from knowloom.sandbox.process import ProcessTier
from tests.sandbox.confined import needs_confinement
from tests.sandbox.payloads import ACT, LEAK, REACH, READ, TAKE

pytestmark = needs_confinement

SECRET = "canary-4711-secret"
LIMITS = Limits(seconds=1, memory=512 << 20, output=1_000_000)
PROGRAMS = {
    **{name: f"{code}{LEAK}" for name, code in {**READ, **REACH}.items()},
    **ACT,
    **TAKE,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a secret in a file that anybody may read, and in the environment."""
    made = tmp_path_factory.mktemp("host")
    (made / "secret").write_text(SECRET)
    os.environ["KNOWLOOM_CANARY"] = SECRET
    yield made
    del os.environ["KNOWLOOM_CANARY"]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A port of the host at which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def program(code: str, folder: Path, port: int) -> str:
    """Return a payload that knows where the secret is."""
    for word, value in {
        "CANARY_LIKE": repr(SECRET),
        "FILE": str(folder / "secret"),
        "NAME": "KNOWLOOM_CANARY",
        "PID": str(os.getpid()),
        "PORT": str(port),
        "CANARY": SECRET,
    }.items():
        code = code.replace(word, value)
    return code


def test_there_are_many() -> None:
    """At least eighty."""
    assert len(PROGRAMS) >= 80


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize(
    "tier", [ProcessTier(LIMITS), MontyTier(LIMITS)], ids=["process", "monty"]
)
def test_nothing_escapes(
    tier: ProcessTier | MontyTier, name: str, folder: Path, port: int
) -> None:
    """It ends as a failure of some kind, in time, without the secret; the host is as before."""
    if isinstance(tier, MontyTier):
        pytest.importorskip("pydantic_monty", reason="the extra `monty` is not installed")
    source = program(PROGRAMS[name], folder, port)
    started = time.monotonic()
    outcome = tier.run(source, {"rows": []}, result="answer")
    seconds = time.monotonic() - started
    assert outcome.ended is not Ended.DONE, outcome
    assert outcome.message
    assert outcome.level in {Level.FULL, Level.INTERPRETER} or outcome.ended is Ended.REFUSED
    assert seconds < LIMITS.seconds + 4
    assert SECRET not in f"{outcome.value} {outcome.printed}"
    assert [p.name for p in folder.iterdir()] == ["secret"]
    assert (folder / "secret").read_text() == SECRET
    assert (folder / "secret").stat().st_mode & 0o777 == 0o644 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
