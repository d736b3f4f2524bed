"""What is imported, and when: the heart stays pure and the command line light."""

from __future__ import annotations

import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import knowloom
import knowloom.knowledge
import knowloom.ontology

LIST_MODULES = "import sys, json; print(json.dumps(sorted(sys.modules)))"
DRIVERS = {"neo4j", "psutil", "urllib3", "duckdb", "rich", "click", "torch", "httpx"}
HEAVY = {"neo4j", "rich", "pydantic", "duckdb", "networkx", "pyoxigraph", "urllib3"}


def _modules_after(text: str) -> set[str]:
    """Return the names of the modules a fresh Python has imported after running `text`."""
    ran = subprocess.run(
        [sys.executable, "-c", f"{text}\n{LIST_MODULES}"],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(json.loads(ran.stdout.splitlines()[-1]))


def _pure_modules() -> list[str]:
    """Return the modules of the rooms that hold values and rules only."""
    return [
        found.name
        for room in (knowloom.ontology, knowloom.knowledge)
        for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")
    ]


def test_the_pure_rooms_import_no_driver() -> None:
    """All modules of ontology and knowledge together bring no driver."""
    imports = "\n".join(f"import {module}" for module in _pure_modules())
    assert _modules_after(imports) & DRIVERS == set()


def test_importing_knowloom_brings_no_driver() -> None:
    """An ontology file that imports its base classes does not wait for a database driver."""
    assert _modules_after("import knowloom") & (DRIVERS | {"networkx"}) == set()


def test_help_imports_nothing_heavy() -> None:
    """`knowloom --help` imports neither the driver, the drawing, the models nor the engines."""
    text = (
        "from click.testing import CliRunner\n"
        "from knowloom.cli import cli\n"
        "assert CliRunner().invoke(cli, ['--help']).exit_code == 0"
    )
    assert _modules_after(text) & HEAVY == set()


@pytest.mark.skipif(
    os.environ.get("KNOWLOOM_TEST_INSTALLED") != "wheel", reason="only for an installed wheel"
)
def test_the_installed_wheel_is_what_is_tested() -> None:
    """The tests of a wheel exercise the files in site-packages, not those of the checkout."""
    assert "site-packages" in Path(knowloom.__file__).parts
