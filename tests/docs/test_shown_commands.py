"""What documents show: the commands in it exist, its links lead to a heading."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from knowloom.cli import cli
from knowloom.doctor import _EXTRAS
from tests.docs.test_documents import ROOT, blocks, documents

COMMAND = re.compile(r"(?:^|[\s/;(])knowloom ([a-z].*)$")
LINK = re.compile(r"\]\(([^)#:]*)#([^)]+)\)")


def shown() -> Iterator[tuple[str, str]]:
    """Yield each knowloom command in a block that is not run, with its place."""
    for document in documents():
        for block in blocks(document.read_text("utf-8")):
            if block.language in {"sh", "text", "toml"} and not block.file:
                for line in block.body.splitlines():
                    if found := COMMAND.search(line.partition(" #")[0].rstrip(" \\")):
                        yield f"{document.relative_to(ROOT)}:{block.line}", found[1]


@pytest.mark.parametrize(("place", "command"), list(shown()))
def test_a_shown_command_exists(place: str, command: str) -> None:
    """Its words are a command of ours, and so are its options."""
    current: click.Command = cli
    words = shlex.split(command.partition("|")[0])
    while words and isinstance(current, click.Group):
        following = current.get_command(click.Context(current), words[0])
        if following is None:
            break
        current = following
        words.pop(0)
    assert current is not cli, f"{place}: knowloom {command}"
    known = {option for parameter in current.params for option in parameter.opts} | {"--help"}
    assert {w.partition("=")[0] for w in words if w.startswith("--")} <= known, place


def slugs(document: Path) -> set[str]:
    """Return what the headings of a document are called in links."""
    headings = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), flags=re.M)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def test_links_lead_to_headings() -> None:
    """A link into a document names one of its headings."""
    broken = [
        f"{document.relative_to(ROOT)}: {target}#{anchor}"
        for document in documents()
        for target, anchor in LINK.findall(document.read_text("utf-8"))
        if anchor not in slugs(document.parent / target if target else document)
    ]
    assert broken == []


def test_doctor_covers_all_extras() -> None:
    """Each optional part of the package has its line in `knowloom doctor`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert {name for _, _, name in _EXTRAS} == set(project["optional-dependencies"])


def unchecked(text: str) -> list[int]:
    """Return the lines of the blocks of a document that nothing runs, writes, reads or parses."""
    found: list[int] = []
    for block in blocks(text):
        if block.file or block.language in {"console", "python"}:
            continue  # run, or written for what is run
        if block.language == "toml":
            tomllib.loads(block.body)
        elif block.language == "py":
            compile(block.body, "a document", "exec")
        elif block.language not in {"sh", "text", "cypher"}:
            found.append(block.line)
    return found


def test_every_block_is_run_or_checked() -> None:
    """None is of a kind that no test looks at, and every fence that opens closes."""
    for document in documents():
        text = document.read_text("utf-8")
        assert unchecked(text) == [], document
        fences = re.findall(r"^ *(?:```|~~~)", text, flags=re.M)
        assert len(fences) == 2 * len(list(blocks(text))), document


def test_a_block_that_nobody_looks_at_is_found() -> None:
    """A shell script under another name, TOML and Python that cannot be read."""
    assert unchecked("text\n```bash\nknowloom find\n```\n") == [2]
    assert unchecked("```\n$ knowloom find\n```\n") == [1]
    assert unchecked("```console\n$ knowloom find\n```\n") == []
    for wrong in ("```toml\n[\n```\n", "```py\nclass\n```\n"):
        with pytest.raises((tomllib.TOMLDecodeError, SyntaxError)):
            unchecked(wrong)


def test_a_dead_link_is_found() -> None:
    """The test of links would see one: its pattern finds every form that documents use."""
    target = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
    assert target.findall("[a](b.md) ![c](d/e.png) [f](g.md#h)") == ["b.md", "d/e.png", "g.md"]
    everything = "\n".join(d.read_text("utf-8") for d in documents())
    targets = re.findall(r"\]\(([^)]+)\)", everything)
    outside = [t for t in targets if "://" in t]
    inside = [t for t in targets if "://" not in t and not t.startswith("#")]
    assert len(target.findall(everything)) == len(inside)
    assert all(t.startswith("https://") for t in outside)
    assert not re.findall(r"^\[[^]]+\]: |<a href", everything, flags=re.M)
