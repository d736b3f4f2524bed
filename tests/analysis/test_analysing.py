"""Tasks over a real graph: exact numbers with their uids, or a refusal; twice the same bytes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median
from typing import Any

import pytest
from click.testing import CliRunner, Result

from knowloom import Entity
from knowloom.analysing import analyse
from knowloom.analysis.cycle import Analysis
from knowloom.analysis.judging import insights, not_borne_out
from knowloom.base import KnowledgeBase
from knowloom.cli import cli
from knowloom.models.scripted import Scripted
from knowloom.ontology.live import ontology_of
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database
from tests.sandbox.confined import needs_confinement

pytestmark = [pytest.mark.neo4j, needs_confinement]


class Venue(Entity, key=("name",)):
    """Description: where papers appear."""


class Person(Entity, key=("name",)):
    """Description: a human being."""


class Paper(Entity, key=("name",)):
    """Description: a scholarly article."""

    venue: Venue | None = None
    year: int | None = None
    status: str | None = None
    citations: int | None = None
    authors: list[Person] = []


class Film(Entity, key=("name",)):
    """Description: a motion picture."""


class Director(Entity, key=("name",)):
    """Description: who directs films."""

    film: list[Film] = []


Row = tuple[str, str, int | None, str, int | None, list[str]]
# title, venue, year, status, citations, authors
ROWS: list[Row] = [
    (
        f"Paper {n:02}",
        ("Alpha", "Beta", "Gamma")[n % 3],
        2000 + n // 4 if n != 7 else None,
        "Oral" if n % 5 == 0 else "Poster",
        n * n if n % 7 else None,
        [
            name
            for d, name in ((2, "Ada King"), (3, "Ada B. King"), (5, "Bob Ray"), (1, "Cy Orr"))
            if n % d == 0 and not (d == 3 and n % 2 == 0)
        ],
    )
    for n in range(1, 41)
]
ADA = {"Ada King", "Ada B. King"}


@pytest.fixture
def kb(database: Database, tmp_path: Path) -> Iterator[KnowledgeBase]:
    """A graph of papers and one of films."""
    base = KnowledgeBase(database, tmp_path)
    base.save_ontology(ontology_of(Paper, Director))
    papers = [
        Paper(
            title,
            venue=Venue(venue),
            year=year,
            status=status,
            citations=cited,
            authors=[Person(name) for name in authors],
        )
        for title, venue, year, status, cited, authors in ROWS
    ]
    films = [Director("Dee", film=[Film("F1"), Film("F2")]), Director("Ed", film=[Film("F2")])]
    base.write([*papers, *films])
    yield base


def _answer(done: Analysis) -> Any:
    assert done.good, done.best.reasons
    return next(v.value for v in done.results.values if v.name == "answer")


def _rows(done: Analysis) -> list[list[Any]]:
    assert done.good, done.best.reasons
    return [list(row) for row in done.results.tables[0].rows]


def _cited(rows: list[Row]) -> list[int]:
    return [row[4] for row in rows if row[4] is not None]


def test_numbers_are_those_of_the_rows(kb: KnowledgeBase) -> None:
    alpha = [row for row in ROWS if row[1] == "Alpha"]
    ada = [row for row in ROWS if ADA & set(row[5])]
    expected: dict[str, Any] = {
        "How many papers are there?": 40,
        "How many papers were published at Alpha?": len(alpha),
        "How many papers did Ada King write?": len(ada),
        "How many papers did Ada King write since 2005?": sum((r[2] or 0) >= 2005 for r in ada),
        "What is the average number of citations of Alpha papers?": mean(_cited(alpha)),
        "What is the median number of citations of papers?": median(_cited(ROWS)),
        "What is the total number of citations of Bob Ray's papers?": sum(
            _cited([r for r in ROWS if "Bob Ray" in r[5]])
        ),
        "How many oral papers are there?": sum(r[3] == "Oral" for r in ROWS),
        "How many different authors are there?": 4,
        "How many authors have written more than 10 papers?": 2,
        "How many papers have more than 1,000 citations?": sum(c > 1000 for c in _cited(ROWS)),
        "How many Alpha papers did Bob Ray write?": sum("Bob Ray" in r[5] for r in alpha),
        "How many films did Dee direct?": 2,
        "How many papers were published at Alpha or Beta?": sum(r[1] != "Gamma" for r in ROWS),
        "How many papers from 2004 were not published at Alpha?": sum(
            r[2] == 2004 and r[1] != "Alpha" for r in ROWS
        ),
        "How many papers without authors are there?": sum(not r[5] for r in ROWS),
        "How many papers have exactly 2 authors?": sum(len(r[5]) == 2 for r in ROWS),
        "What percentage of papers were published at Alpha?": len(alpha) / 40,
        "What share of the papers at Alpha is oral?": sum(r[3] == "Oral" for r in alpha)
        / len(alpha),
        "How many papers from the years 2003 to 2005 are there?": sum(
            2003 <= (r[2] or 0) <= 2005 for r in ROWS
        ),
        "How many papers were cited fewer than 100 times?": sum(c < 100 for c in _cited(ROWS)),
        "How many directors have directed more than 1 films?": 1,
        "Average number of authors per paper": mean([len(r[5]) for r in ROWS if r[5]]),
        "What is the highest number of citations of Beta papers?": max(
            _cited([r for r in ROWS if r[1] == "Beta"])
        ),
    }
    found = {task: _answer(analyse(kb, task)) for task in expected}
    assert found == pytest.approx(expected)


def test_tables_are_those_of_the_rows(kb: KnowledgeBase) -> None:
    per_venue = Counter(r[1] for r in ROWS)
    assert sorted(_rows(analyse(kb, "Number of papers per venue"))) == sorted(
        [[v, n] for v, n in per_venue.items()]
    )
    shares = _rows(analyse(kb, "Share of papers by venue, as a pie chart"))
    assert shares == [["Beta", 14, 0.35], ["Alpha", 13, 0.325], ["Gamma", 13, 0.325]]
    per_year = Counter(r[2] for r in ROWS if r[2])
    assert _rows(analyse(kb, "Is there a trend in the number of papers per year?")) == [
        [year, per_year[year]] for year in sorted(per_year)
    ]
    authors = Counter(name for r in ROWS for name in r[5])
    top = sorted(authors.items(), key=lambda one: (-one[1], one[0]))[:2]
    assert _rows(analyse(kb, "Top 2 authors by number of papers")) == [list(one) for one in top]
    best = sorted(((r[4] or 0, r[0]) for r in ROWS), reverse=True)[:3]
    assert _rows(analyse(kb, "The 3 most cited papers")) == [[t, c] for c, t in best]
    sizes = Counter(len(r[5]) for r in ROWS if r[5])
    assert _rows(analyse(kb, "Distribution of the number of authors per paper")) == [
        [n, sizes[n]] for n in sorted(sizes)
    ]


@pytest.mark.parametrize(
    "task",
    [
        "How many unicorns are there?",
        "How many papers did Ada King not write?",
        "How many papers were published at Alpha and Beta?",
        "How many recent papers are there?",
        "How many papers without citations are there?",
        "Which authors wrote exactly 20 papers?",
        "How many papers has Zoe Nobody written?",
        "How many papers did Bob Ray direct?",
        "How many films did Dee write and direct?",
        "Compare the number of authors of Alpha and Beta papers",
        "Tell me something",
        "",
        "How many papers are there \x00 ' OR 1=1 }) DETACH DELETE n //",
    ],
)
def test_what_is_not_understood_is_refused_and_no_number_given(
    kb: KnowledgeBase, task: str
) -> None:
    done = analyse(kb, task)
    assert not done.good
    assert done.best.reasons[0].startswith("the task cannot be read")
    assert not done.results.values
    assert not done.results.tables
    assert len(kb.find(Paper)) == 40


def test_one_person_of_several_spellings_is_one_and_that_is_said(kb: KnowledgeBase) -> None:
    done = analyse(kb, "How many papers did Ada King write?")
    assert "Ada B. King" in done.best.notes[0]
    exact = analyse(kb, "How many papers did Ada B. King write?")
    assert _answer(exact) == sum("Ada B. King" in r[5] for r in ROWS) < _answer(done)
    assert not exact.best.notes


def test_every_number_leads_to_its_objects(kb: KnowledgeBase) -> None:
    done = analyse(kb, "Number of papers per venue")
    [table] = done.results.tables
    assert not table.all_given
    for (venue, count), uids in zip(table.rows, table.uids, strict=True):
        papers = [paper for uid in uids if isinstance(paper := kb.subgraph(uid, 0)[uid], Entity)]
        assert len(papers) == count
        assert {r[1] for r in ROWS if r[0] in {p.name for p in papers}} == {venue}


def test_what_was_cut_is_a_failure_and_said(kb: KnowledgeBase) -> None:
    done = analyse(kb, "How many papers are there?", most=10)
    assert not done.good
    assert "only 10 were read" in done.best.reasons[0]


def test_the_same_task_gives_the_same_bytes(kb: KnowledgeBase) -> None:
    for task in (
        "Number of papers per venue",
        "Compare the average citations of Alpha and Beta papers",
    ):
        one, other = analyse(kb, task), analyse(kb, task)
        assert json.dumps(one.results.json()) == json.dumps(other.results.json())
        assert one.best.charts == other.best.charts
        assert one.best.ran is not None
        assert other.best.ran is not None
        assert one.best.ran.program.alone() == other.best.ran.program.alone()


def test_a_model_sees_classes_and_its_program_the_objects_around_a_name(kb: KnowledgeBase) -> None:
    code = (
        "```python\npapers = [o for o in search_results if isinstance(o, Paper)]\n"
        "analysis_results = {'values': {'answer': len(papers)}}\n```"
    )
    model = Scripted([code, "GOOD"])
    done = analyse(kb, "papers of Bob Ray", model=model)
    assert _answer(done) == sum("Bob Ray" in r[5] for r in ROWS)
    assert "class Paper" in model.asked[0].text
    assert "Paper 05" not in model.asked[0].text


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["analyse", *arguments], standalone_mode=False)


def test_the_command(kb: KnowledgeBase, login: Endpoint, workspace: Path) -> None:
    done = _run("Share of papers by venue, as a pie chart", "--trace", "--out", "out")
    assert done.exit_code == 0, done.output
    assert "0.35" in done.output
    files = {path.name for path in (workspace / "out").iterdir()}
    assert {"results.json", "program.py", "chart-1.vl.json", "chart-1.svg"} <= files
    first = (workspace / "out" / "results.json").read_bytes()
    _run("Share of papers by venue, as a pie chart", "--out", "out")
    assert (workspace / "out" / "results.json").read_bytes() == first
    said = json.loads(_run("How many papers are there?", "--json", "--trace").output)
    assert said["values"][0]["value"] == len(said["values"][0]["uids"]) == 40
    assert "class Paper" in _run("How many papers?", "--show-code", "definitions").output
    refused = CliRunner().invoke(cli, ["analyse", "How many unicorns?"])
    assert refused.exit_code == 1
    assert "cannot be read" in refused.output


def test_no_outliers_and_no_trend_are_answers_too(kb: KnowledgeBase) -> None:
    class Depot(Entity, key=("name",)):
        """Description: where things are stored."""

        year: int | None = None
        size: int | None = None

    kb.save_ontology(kb.ontology.with_concepts(ontology_of(Depot)))
    kb.write([Depot(f"Depot {n}", year=2000 + n, size=5 + n % 3) for n in range(12)])
    none = analyse(kb, "outliers in size of depots")
    found = {value.name: value.value for value in none.results.values}
    assert none.good, none.best.reasons
    assert found["outliers"] == 0
    assert not none.results.tables
    trend = analyse(kb, "trend of the average size of depots")
    assert trend.good, trend.best.reasons
    assert not insights(trend.results)
    [said] = not_borne_out(trend.results)
    assert said.startswith("not borne out: ")
    assert "p = " in said
