"""What README and docs show is what happens: their blocks are run, top to bottom.

Blocks of these kinds mean something here; all others are only shown:

    ```console              each `$ command` is run; what follows, if anything, is its output
    ```sh                   is run in its scene (scenes.toml), which brings about what it talks of
    ```python               is executed; with `>>>` its output is compared
    ```csv file=people.csv  (any language) is written to that file first

In outputs `...` stands for anything, and the amount of white space does not matter.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from knowloom.base import KnowledgeBase
from knowloom.store.connect import Endpoint
from tests.docs.scenes import Scene, played, scene, stand_ins, unused

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^(?P<fence>```+)(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=fence)$", re.M | re.S)
LENIENT = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
PATIENCE = 300  # seconds for one command


@dataclass(frozen=True)
class Block:
    """A fenced block of a document; `line` is that of its fence, `info` what stands behind it."""

    line: int
    info: str
    body: str

    @property
    def language(self) -> str:
        """The first word behind the fence."""
        return self.info.split(" ")[0]

    @property
    def file(self) -> str:
        """The file that the block is the content of, or nothing."""
        return self.info.partition("file=")[2]


def documents() -> list[Path]:
    """Return all documents whose blocks are promises; decisions record the past."""
    found = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *ROOT.glob("examples/*/*.md")]
    return sorted(p for p in found if "decisions" not in p.parts)


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a Markdown text."""
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(line, match["info"].strip(), match["body"])


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """Yield each command of a console block with the output that follows it."""
    for part in re.split(r"^\$ ", block.body, flags=re.M)[1:]:
        lines = part.splitlines(keepends=True)
        last = next(i for i, line in enumerate(lines) if not line.endswith("\\\n"))
        yield "".join(lines[: last + 1]), "".join(lines[last + 1 :])


class Stage:
    """Where the blocks of one document are run: a folder, and the names Python blocks define.

    Args:
        document: its path.
        environment: what scripts are told of their scenes.
        neural: whether the scripts that need networks are run, instead of the others.
    """

    def __init__(
        self, document: Path, environment: Mapping[str, str], *, neural: bool = False
    ) -> None:
        self._environment = environment
        self._neural = neural
        self._document = str(document.relative_to(ROOT))
        self._names: dict[str, Any] = {"__name__": "__main__"}

    def play(self, block: Block) -> None:
        """Write, run or execute one block; one that is only shown does nothing."""
        if block.file:
            Path(block.file).write_text(block.body, encoding="utf-8")
        elif block.language == "console":
            for command, expected in commands(block):
                self._type(command, expected, block)
        elif block.language == "sh":
            self._perform(block)
        elif block.language == "python" and ">>> " in block.body:
            self._compare(block)
        elif block.language == "python":
            text = "\n" * block.line + block.body  # so that a traceback names the right line
            exec(compile(text, self._document, "exec"), self._names)

    def close(self) -> None:
        """Close what blocks left open, and forget the modules they wrote and imported."""
        folder = str(Path.cwd())
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", "")).startswith(folder):
                del sys.modules[name]
        for value in self._names.values():
            if isinstance(value, KnowledgeBase):
                value.close()

    def _type(self, command: str, expected: str, block: Block) -> None:
        """Run a shell command and compare what it prints."""
        ran = subprocess.run(
            command,
            shell=True,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
        )
        place = f"{self._document}:{block.line}: $ {command}"
        same = doctest.OutputChecker().check_output(expected, ran.stdout, LENIENT)
        assert same or not expected.strip(), f"{place}{ran.stdout}"
        assert ran.returncode == 0 or "knowloom: " in expected, f"{place}{ran.stdout}"

    def _perform(self, block: Block) -> None:
        """Run a script, unless another test does."""
        found = scene(self._document, block.body)
        if not found.elsewhere and found.neural == self._neural:
            played(found, f"{self._document}:{block.line}", self._environment)

    def _compare(self, block: Block) -> None:
        """Run an interactive session and compare each output."""
        test = doctest.DocTestParser().get_doctest(
            block.body, self._names, self._document, self._document, block.line
        )
        report: list[str] = []
        doctest.DocTestRunner(optionflags=LENIENT).run(test, out=report.append, clear_globs=False)
        assert not report, "".join(report)
        self._names.update(test.globs)


def furnish(workspace: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a folder what documents suppose: a checkout, with a server and our commands."""
    for folder in ("bench", "examples"):
        (workspace / folder).symlink_to(ROOT / folder)
    monkeypatch.syspath_prepend(str(workspace))
    monkeypatch.setenv("NEO4J_URI", endpoint.uri)
    monkeypatch.setenv("NEO4J_USERNAME", endpoint.user)
    monkeypatch.setenv("NEO4J_PASSWORD", endpoint.password)
    monkeypatch.setenv("NEO4J_DATABASE", endpoint.database)
    scripts = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", os.pathsep.join([scripts, os.environ["PATH"]]))


@pytest.mark.neo4j
@pytest.mark.timeout(900)  # the reference runs every command there is
@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("document", documents(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_document_shows_what_happens(
    document: Path, endpoint: Endpoint, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command and every line of Python in a document gives the output that it shows."""
    furnish(workspace, endpoint, monkeypatch)
    text = document.read_text(encoding="utf-8")
    with stand_ins(workspace) as environment, closing(Stage(document, environment)) as stage:
        for block in blocks(text):
            stage.play(block)


def test_links_between_documents_lead_somewhere() -> None:
    """A relative link in a document names a file that exists."""
    broken = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in documents()
        for target in re.findall(
            r"\]\(([^)#:]+)(?:#[^)]*)?\)", FENCE.sub("", document.read_text("utf-8"))
        )
        if not (document.parent / target).exists()
    ]
    assert broken == []


def test_the_runner_tells_commands_from_output() -> None:
    """A command may go on over several lines; all up to the next prompt is its output."""
    block = Block(1, "console", "$ one \\\n  two\nout\n$ three\n")
    assert list(commands(block)) == [("one \\\n  two\n", "out\n"), ("three\n", "")]


@pytest.mark.usefixtures("workspace")
def test_the_runner_fails_on_another_output() -> None:
    """A document that shows an output that does not happen fails."""
    stage = Stage(ROOT / "README.md", {})
    stage.play(Block(1, "console", "$ echo one\no...\n"))
    with pytest.raises(AssertionError, match=r"README.md:1: \$ echo one"):
        stage.play(Block(1, "console", "$ echo one\ntwo\n"))
    with pytest.raises(AssertionError, match="Expected"):
        stage.play(Block(1, "python", ">>> 1 + 1\n3\n"))


def test_a_script_that_fails_is_seen() -> None:
    """At its end, in the middle, and in what comes before it."""
    for before, script in (("", "exit 3"), ("", "false\ntrue"), ("false", "true")):
        with pytest.raises(AssertionError, match="here"):
            played(Scene(before, script), "here", {})
    played(Scene("ONE=1", "test $ONE = $TWO"), "here", {"TWO": "1"})


def test_every_scene_has_its_script() -> None:
    """What scenes.toml brings about, replaces or leaves to others is in a document."""
    scripts: dict[str, list[str]] = {}
    for document in documents():
        found = [b.body for b in blocks(document.read_text("utf-8")) if b.language == "sh"]
        scripts[str(document.relative_to(ROOT))] = found
    assert unused(scripts) == []
