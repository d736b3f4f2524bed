"""Check a built wheel: it holds exactly the tracked files, and it passes the fast tests.

    python scripts/check_wheel.py dist

The wheel is installed into a new virtual environment outside the checkout, and those tests that
need neither a server nor long are run against it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[1]
# Where a tracked folder lies in the wheel; hatch does the same (pyproject.toml).
FOLDERS = {
    "platform/knowloom": "knowloom",
    "loaders/knowloom_loaders": "knowloom_loaders",
    "cypher": "knowloom/cypher",
    "migrations": "knowloom/migrations",
    "examples": "knowloom/examples",
}
FAST = "not neo4j and not slow and not browser"


def main() -> None:
    """Check the one wheel of the folder that is given, and exit with 1 where it is faulty."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "dist")
    (wheel,) = folder.glob("*.whl")
    if faults := differences(expected_files(), packed_files(wheel)):
        sys.exit("\n".join(faults))
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(tested(wheel.resolve(), Path(temporary)))


def expected_files() -> set[str]:
    """Return the names that the tracked files have in a wheel."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", *FOLDERS], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return {
        name.replace(folder, packed, 1)
        for name in listed.stdout.split("\0")
        for folder, packed in FOLDERS.items()
        if name.startswith(f"{folder}/")
    }


def packed_files(wheel: Path) -> set[str]:
    """Return the names of a wheel's files, its own metadata left out."""
    with ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def differences(tracked: set[str], packed: set[str]) -> list[str]:
    """Return one line for each file that is on one side only."""
    return [
        *(f"tracked, but not in the wheel: {name}" for name in sorted(tracked - packed)),
        *(f"in the wheel, but not tracked: {name}" for name in sorted(packed - tracked)),
    ]


def tested(wheel: Path, folder: Path) -> int:
    """Install the wheel below `folder`, run the fast tests against it and return how it went."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    packages = [f"{wheel}[charts,documents,llm,ranking,schedule]", *test_requirements()]
    subprocess.run([*pip, *packages], check=True)
    tests = subprocess.run(
        [str(folder / "bin" / "pytest"), "-q", "-n", "2", "--dist", "loadfile", "-m", FAST],
        cwd=ROOT,
        env=os.environ | {"KNOWLOOM_TEST_INSTALLED": "wheel"},
        check=False,
    )
    return tests.returncode


def test_requirements() -> list[str]:
    """Return what the tests need beside the wheel, as pyproject.toml says."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[str] = groups["dependency-groups"]["test"]
    return found


if __name__ == "__main__":
    main()
