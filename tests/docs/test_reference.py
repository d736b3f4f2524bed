"""The reference pages say what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts import reference

ROOT = Path(__file__).parents[2]
# Where a statement has something filled in, or what a label is called in an index.
PLACEHOLDERS = {"_Label", "_Class", "_LINK", "_RENAMED", "_MOST"}


@pytest.mark.parametrize("name", reference.pages())
def test_a_reference_page_is_current(name: str) -> None:
    """Written anew from the code it is the same; else run `python scripts/reference.py`."""
    assert (reference.FOLDER / name).read_text("utf-8") == reference.pages()[name]


def test_all_commands_and_settings_are_there() -> None:
    """Each command has a heading, with its example, and each setting a line."""
    text = reference.pages()["cli.md"]
    headings = re.findall(r"^## (knowloom .+)$", text, re.MULTILINE)
    assert {"knowloom demo", "knowloom browser guide", "knowloom server dump"} <= set(headings)
    parts = re.split(r"^## .+$", text, flags=re.MULTILINE)[1:]
    for heading, part in zip(headings, parts, strict=True):
        assert f"\n{heading}" in part, heading
    assert "`NEO4J_PASSWORD`" in reference.pages()["settings.md"]


def test_every_system_label_and_type_is_described() -> None:
    """What a statement of ours reads or writes is in the graph model."""
    texts = "\n".join(p.read_text("utf-8") for p in (ROOT / "cypher").rglob("*.cypher"))
    labels = set(re.findall(r"\(\w*:(_+[A-Z]\w+)", texts)) - PLACEHOLDERS
    types = set(re.findall(r"\[\w*:(_+[A-Z]\w+)", texts)) - PLACEHOLDERS
    page = reference.pages()["graph-model.md"]
    assert [name for name in sorted(labels | types) if f"| `{name}` |" not in page] == []
