"""The newcomer's path: the tutorial in an environment with nothing in it, word for word."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.test_documents import Block, blocks, commands

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial.md"
INSTALL = "pip install 'knowloom[server,documents]'"
MOST = 6  # commands from nothing to an answer, the making of the environment left out
ANSWER = "Ida Lewis  born=1842"


def until_the_answer() -> list[Block]:
    """Return the blocks of the tutorial up to the one that gives the answer."""
    found: list[Block] = []
    for block in blocks(TUTORIAL.read_text("utf-8")):
        found.append(block)
        if ANSWER in block.body:
            return found
    raise AssertionError("the tutorial gives no answer any more")


def test_few_commands_lead_to_the_answer() -> None:
    """Own classes, own table, own two documents, and a question: six commands."""
    path = until_the_answer()
    typed = [command for block in path for command, _ in commands(block)]
    assert path[0].body.splitlines()[1] == INSTALL
    assert 1 + len(typed) <= MOST
    files = {block.file.rpartition(".")[2] for block in path if block.file}
    assert files == {"py", "csv", "md", "txt"}


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_clean_environment_gets_there(tmp_path: Path) -> None:
    """With only what the tutorial installs, in an empty folder, its commands give its answer."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    binaries = tmp_path / "venv" / "bin"
    install: list[str | Path] = [
        binaries / "python",
        "-m",
        "pip",
        "install",
        "-q",
        f"{ROOT}[server,documents]",
    ]
    subprocess.run(install, check=True)
    folder = tmp_path / "lighthouses"
    folder.mkdir()
    known = {n: v for n, v in os.environ.items() if not re.match("NEO4J_|KNOWLOOM_|PYTHON", n)}
    environ = {**known, "PATH": f"{binaries}{os.pathsep}{known['PATH']}"}
    said = ""
    try:
        for block in until_the_answer():
            if block.file:
                (folder / block.file).write_text(block.body, encoding="utf-8")
            for command, _ in commands(block) if block.language == "console" else ():
                ran = subprocess.run(
                    command,
                    shell=True,
                    check=False,
                    cwd=folder,
                    env=environ,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    timeout=600,
                )
                assert ran.returncode == 0, f"$ {command}{ran.stdout}"
                said = ran.stdout
    finally:
        subprocess.run(
            [binaries / "knowloom", "server", "stop"], cwd=folder, env=environ, check=False
        )
    assert ANSWER in said
