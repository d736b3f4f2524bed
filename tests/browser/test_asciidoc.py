"""The guide for the newer Browser, read back by Asciidoctor: what was meant is what it finds."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowloom.base import KnowledgeBase
from knowloom.browser.apply import make_guide
from knowloom.browser.guide import Page, Query
from knowloom.browser.pages import as_asciidoc
from knowloom.browser.shown import literal
from knowloom.ontology.concepts import Concept, Ontology
from knowloom.store.database import Database

pytestmark = pytest.mark.browser
READER = Path(__file__).with_name("read_asciidoc.js")
HOSTILE = (
    "- a list",
    ". a title",
    "1. first",
    "// a comment",
    "= a heading",
    "----",
    "====",
    "|===",
    "* *bold* _it_ `code` #mark#",
    "NOTE: well",
    "term:: meaning",
    "a;; b",
    "include::/etc/passwd[]",
    "image::http://example.org/x.png[]",
    "ifdef::x[] hidden endif::[]",
    ":attribute: value",
    "{doctitle} {nothing}",
    "((index)) (((hidden)))",
    "[source,ruby]",
    "<<anchor>> [[here]] <b>",
    "x^2^ y~1~ a -> b <- c => d",
    "R&D &amp; (C) (R) (TM)",
    "it's \"quoted\" '`curved`'",
    "+plus+ ++more++ +++raw+++",
    "link:x[y] xref:z[] footnote:[n] pass:[p]",
    "back\\slash \\{x} \\*y*",
    "ends with a plus +",
    "2001-2010 -- and so on...",
)


def read(text: str) -> dict[str, Any]:
    """Return what Asciidoctor finds in a document."""
    modules = Path(sys.prefix) / "asciidoctor" / "node_modules"
    node = shutil.which("node")
    if node is None or not modules.is_dir():
        pytest.skip("Asciidoctor is not installed: `make test-browser`, where there is npm")
    ran = subprocess.run(
        [node, READER],
        input=text,
        env={**os.environ, "NODE_PATH": str(modules)},
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def plain(html: str) -> str:
    """Return the text of inline HTML, its zero-width spaces left out."""
    return unescape(re.sub(r"<[^>]*>", "", html)).replace("\u200b", "")


def check(pages: Sequence[Page]) -> None:
    """Compare what is read back with what was written."""
    found = read(as_asciidoc("A guide", pages))
    assert found["messages"] == []
    assert found["title"] == "A guide"
    assert [plain(s["title"]) for s in found["sections"]] == [page.title for page in pages]
    for section, page in zip(found["sections"], pages, strict=True):
        blocks = section["blocks"]
        said = [plain(b["text"]) for b in blocks if b["kind"] == "paragraph"]
        assert said == list(page.says)
        listings = [(plain(b["title"]), b["text"]) for b in blocks if b["kind"] == "listing"]
        wanted = [(q.title, q.text) for q in page.queries]
        wanted += [("", "\n".join(page.commands))] if page.commands else []
        assert listings == wanted
        assert {b["kind"] for b in blocks} <= {"paragraph", "listing"}


def page_of(text: str) -> Page:
    """Return a page on which everything is called so."""
    text = " ".join(text.split())
    query = Query(text, f"RETURN {literal(text)}")
    return Page(text, (text, f"Ada {text}"), (query,), (f"knowloom find {text}",))


def test_nothing_in_a_name_is_taken_for_a_sign() -> None:
    """Whatever a thing is called, it stands there as it is."""
    check([page_of(text) for text in HOSTILE])


@settings(max_examples=10)
@given(
    st.lists(
        st.text(
            st.sampled_from("ab1 .:;-=*_`#|+<>^~[](){}'\"\\/&!$%@,?\u00e9"),
            min_size=1,
            max_size=20,
        ).filter(str.strip),
        min_size=30,
        max_size=60,
    )
)
def test_any_text_is_read_back(texts: list[str]) -> None:
    """Hundreds of names of signs and few letters."""
    check([page_of(text) for text in texts])


@pytest.mark.neo4j
def test_a_guide_to_a_graph_is_well_formed(database: Database, tmp_path: Path) -> None:
    """With hostile names in the graph; its queries are those that were run there."""
    kb = KnowledgeBase(database, tmp_path)
    kb.save_ontology(Ontology([Concept(name="Ship", description="- not a list: *bold*")]))
    ship = kb.classes["Ship"]
    kb.write([ship(name=name) for name in HOSTILE], source="log")
    made = make_guide(kb.database, kb.ontology)
    check(made.pages)
    tried = {one.query.text for one in made.log if one.good}
    assert {query.text for page in made.pages for query in page.queries} == tried
