"""The shape of the tree: where files lie, how large they are, what they are called."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]
SOURCE_ROOTS = ("platform", "loaders", "bench", "scripts", "examples")
LONGEST_FILE = 600
LONGEST_FUNCTION = 60
MEDIAN_FUNCTION = 10
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
HEADER = re.compile(r"// [A-Z].*\.\n(?:// .*\n)*?// parameters: .+\n(?:// .*\n)*?// columns: .+\n")
USED_STATEMENT = re.compile(r"""\b(?:cypher|statement)\(\s*["']([a-z_]+/[a-z_0-9]+)["']""")


def _python(*folders: str) -> list[Path]:
    """Return the Python files below these folders."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each function of a file with the number of its lines, the docstring left out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if ast.get_docstring(node) is not None:
                first = node.body[0]
                lines -= (first.end_lineno or first.lineno) - first.lineno + 1
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", lines


def _statements() -> list[Path]:
    """Return all Cypher files that ship, migrations left out."""
    return sorted((ROOT / "cypher").rglob("*.cypher"))


def test_platform_is_no_package() -> None:
    """With an `__init__.py` in platform/, the standard library's module of that name is lost."""
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_the_standard_platform_module_wins() -> None:
    """A Python started in the root of the checkout still finds the standard `platform` module."""
    text = "import platform; print(platform.__file__)"
    found = subprocess.run(
        [sys.executable, "-c", text], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert not Path(found.stdout.strip()).is_relative_to(ROOT / "platform")


@pytest.mark.parametrize("folder", ["cypher", "migrations", "examples", "loaders"])
def test_folders_of_files_are_no_packages(folder: str) -> None:
    """A folder that is no package must not become one by accident."""
    assert not (ROOT / folder / "__init__.py").exists()


@pytest.mark.parametrize("name", ["cypher", "migrations", "examples"])
def test_no_module_takes_the_place_of_packaged_files(name: str) -> None:
    """A module of this name would hide the folder of files that the wheel puts beside it."""
    assert not (ROOT / "platform" / "knowloom" / f"{name}.py").exists()


def test_files_are_not_longer_than_agreed() -> None:
    """A file is one idea, and an idea has at most 600 lines; tests too."""
    lines = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in _python(*SOURCE_ROOTS, "tests")
    }
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def test_functions_are_short() -> None:
    """No function has more than 60 lines, and half of them have at most 10."""
    lengths = dict(found for path in _python(*SOURCE_ROOTS) for found in _functions(path))
    assert {name: count for name, count in lengths.items() if count > LONGEST_FUNCTION} == {}
    assert median(lengths.values()) <= MEDIAN_FUNCTION


def test_names_of_files_say_something() -> None:
    """A file called utils or helpers holds whatever nobody had a place for."""
    assert [p for p in _python(*SOURCE_ROOTS, "tests") if p.stem in VAGUE] == []


@pytest.mark.parametrize("path", _statements(), ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_every_statement_says_what_it_is(path: Path) -> None:
    """A Cypher file begins with its purpose, its parameters and its columns."""
    assert HEADER.match(path.read_text(encoding="utf-8"))


def test_every_statement_is_used_and_every_used_one_exists() -> None:
    """The statements that code asks for by name are the statements that ship."""
    code = "\n".join(p.read_text(encoding="utf-8") for p in _python("platform", "loaders"))
    known = {f"{path.parent.name}/{path.stem}" for path in _statements()}
    asked = set(USED_STATEMENT.findall(code))
    assert asked - known == set()
    unused = {n for n in known if n not in code and f'"{n.partition("/")[2]}"' not in code}
    assert unused == set()


def test_the_public_names_are_pinned() -> None:
    """What `knowloom` offers is decided here and changes in a reviewed line."""
    import knowloom

    assert knowloom.__all__ == PUBLIC
    assert [name for name in PUBLIC if not hasattr(knowloom, name)] == []


PUBLIC = [
    "Attribute",
    "Binding",
    "Concept",
    "Entity",
    "Event",
    "Fault",
    "Field",
    "In",
    "KnowledgeBase",
    "KnowloomError",
    "Ontology",
    "Out",
    "Relation",
    "Thing",
    "connect",
    "ontology_of",
]
