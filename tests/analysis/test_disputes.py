"""What sources differ on reaches the results of an analysis as disputed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from knowloom import Entity, Field
from knowloom.analysing import analyse
from knowloom.base import KnowledgeBase
from knowloom.cli import cli
from knowloom.models.scripted import Scripted
from knowloom.ontology.live import ontology_of
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database
from knowloom.update.disputes import disputed
from tests.sandbox.confined import needs_confinement

pytestmark = [pytest.mark.neo4j, needs_confinement]


class Venue(Entity, key=("name",)):
    """Description: where papers appear."""


class Paper(Entity, key=("name",)):
    """Description: a scholarly article."""

    venue: Venue | None = None
    citations: int | None = Field(default=None, policy="review")
    pages: int | None = None


@pytest.fixture
def kb(database: Database, tmp_path: Path) -> Iterator[KnowledgeBase]:
    """Six papers, of two of which a second source says other citations."""
    base = KnowledgeBase(database, tmp_path)
    base.save_ontology(ontology_of(Paper))
    base.write(
        [
            Paper(f"P{n}", venue=Venue("Alpha" if n < 4 else "Beta"), citations=n, pages=n)
            for n in range(6)
        ],
        source="one",
    )
    base.write([Paper("P1", citations=10, pages=1), Paper("P2", citations=20)], source="two")
    base.write([Paper("P3", citations=3)], source="three")  # agrees
    yield base


def _uid(kb: KnowledgeBase, name: str) -> str:
    return next(paper.uid for paper in kb.find(Paper, name=name))


def test_disputes_are_found_for_many_things_at_once(kb: KnowledgeBase) -> None:
    """As `why` finds them for one."""
    uids = [paper.uid for paper in kb.find(Paper)]
    found = disputed(kb.database, kb.ontology, uids)
    assert found == {_uid(kb, name): ["citations"] for name in ("P1", "P2")}
    assert {
        reason.uid for uid in uids for reason in kb.why(uid) if reason.disputed
    } == found.keys()


def test_a_number_over_disputed_values_says_so(kb: KnowledgeBase) -> None:
    """With how many of those behind it."""
    done = analyse(kb, "What is the total number of citations of papers at Alpha?")
    assert next(v.value for v in done.results.values) == 0 + 10 + 20 + 3
    note = "disputed: citations of 2 of the 4 objects behind these numbers"
    assert note in done.best.notes
    assert not any("disputed" in n for n in analyse(kb, "How many papers are there?").best.notes)
    beta = analyse(kb, "What is the total number of citations of papers at Beta?")
    assert not any("disputed" in n for n in beta.best.notes)


def test_what_was_left_out_for_a_disputed_value_is_said_too(kb: KnowledgeBase) -> None:
    """P1 may well have fewer than 5 citations."""
    done = analyse(kb, "How many papers were cited fewer than 5 times?")
    assert next(v.value for v in done.results.values) == 3
    assert "disputed: citations of 2 objects that were looked at" in done.best.notes


def test_the_results_of_a_model_carry_them_as_well(kb: KnowledgeBase) -> None:
    """Its program names no uids: then they may be behind every number."""
    papers = "[p for p in search_results if isinstance(p, Paper)]"
    code = f"analysis_results = {{'n': sum(p.citations or 0 for p in {papers})}}"
    done = analyse(kb, "papers", model=Scripted([f"```python\n{code}\n```", "GOOD"]))
    assert any(note.startswith("disputed: citations of 2 of") for note in done.best.notes)


def test_the_trace_marks_them(kb: KnowledgeBase, login: Endpoint, workspace: Path) -> None:
    """On the row they are behind, in the text and in the files."""
    task = ["analyse", "Total citations of papers per venue", "--trace"]
    text = CliRunner().invoke(cli, [*task, "--out", "out"])
    assert text.exit_code == 0, text.output
    alpha = next(line for line in text.output.splitlines() if line.startswith("Alpha"))
    beta = next(line for line in text.output.splitlines() if line.startswith("Beta"))
    assert alpha.count("(disputed: citations)") == 2
    assert "disputed" not in beta
    said = json.loads((workspace / "out" / "results.json").read_text())
    [table] = said["tables"]
    assert dict(zip([row[0] for row in table["rows"]], table["disputed"], strict=True)) == {
        "Alpha": 2,
        "Beta": 0,
    }
    assert said["disputed"].keys() == {_uid(kb, "P1"), _uid(kb, "P2")}
