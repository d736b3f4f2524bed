"""The cycle with a scripted model: it recovers in the order of the paper, and stops at the cap."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from knowloom import Entity
from knowloom.analysis.cycle import (
    MOST_ATTEMPTS,
    Analysis,
    Gathered,
    Query,
    Ran,
    Run,
    Search,
    Seen,
    cycle,
)
from knowloom.analysis.definitions import definitions
from knowloom.analysis.program import execute, program
from knowloom.analysis.prompts import code_prompt, judge_prompt
from knowloom.models.scripted import Scripted
from knowloom.ontology.live import ontology_of
from knowloom.sandbox.outcome import Limits

GOLDEN = Path(__file__).parent / "golden"


class Author(Entity):
    """Description: one who writes."""


class Paper(Entity):
    """Description: a scholarly article."""

    year: int | None = None
    authors: list[Author] = []


ONTOLOGY = ontology_of(Paper)
ADA = Author("Ada Lovelace", uid="a")
PAPERS = [Paper("One", uid="1", year=2001, authors=[ADA]), Paper("Two", uid="2", year=2002)]

BROKEN = "analysis_results = {'n': len(search_results}"
RAISES = "analysis_results = {'n': 1 / 0}"
WRONG_FIELD = "analysis_results = {'n': [o.pages for o in search_results if isinstance(o, Paper)]}"
ENDLESS = "while True: pass"
REACHES_OUT = "import os\nanalysis_results = {'n': os.getcwd()}"
NOTHING = "x = 1"
ALL_NONE = "analysis_results = {'n': None}"
EMPTY_CHART = """
analysis_results = {
    "tables": {"t": {"columns": ["year", "papers"], "rows": []}},
    "values": {"n": 2},
    "charts": [{"mark": "bar", "table": "t", "x": "year", "y": "papers"}],
}
"""
RIGHT = """
papers = [o for o in search_results if isinstance(o, Paper)]
rows = [[p.year, 1] for p in papers if p.year is not None]
analysis_results = {
    "values": {"n": {"value": len(papers), "uids": [p.uid for p in papers]}},
    "tables": {"t": {"columns": ["year", "papers"], "rows": rows}},
    "charts": [{"mark": "", "table": "t", "x": "year", "y": "papers"}],
}
"""


def _held(
    script: list[str], *, judged: bool = False, cut: str = ""
) -> tuple[Analysis, list[str], Scripted]:
    """Run a cycle with a scripted model; return it, the steps taken, and the model."""
    model = Scripted(
        [f"```python\n{one}\n```" if "\n" in one or "=" in one else one for one in script]
    )
    steps: list[str] = []
    talk = cycle("papers per year", judged=judged)
    step: Any = next(talk)
    while True:
        steps.append(type(step).__name__)
        try:
            step = talk.send(_answered(step, model, cut))
        except StopIteration as end:
            return end.value, steps, model


def _answered(step: Any, model: Scripted, cut: str) -> Any:
    match step:
        case Search():
            return Seen(ONTOLOGY, ("Paper",))
        case Query():
            return Gathered([*PAPERS, ADA], cut, whole=True)
        case Run(code=code, seen=seen, things=things):
            made = program(things, seen.ontology, code)
            return Ran(made, *execute(made, limits=Limits(seconds=1)))
        case prompt:
            return model.complete(prompt)


ROUND = ["Search", "Prompt", "Query", "Run"]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (BROKEN, "no Python"),
        (RAISES, "ZeroDivisionError"),
        (WRONG_FIELD, "pages"),
        (ENDLESS + "  # = ", "took too long"),
        (REACHES_OUT, "os cannot be imported"),
        (NOTHING, "analysis_results"),
        (ALL_NONE, "nothing"),
        (EMPTY_CHART, "chart 1: the chart is empty"),
    ],
)
def test_each_kind_of_bad_answer_is_told_and_recovered_from(bad: str, said: str) -> None:
    done, steps, model = _held([bad, RIGHT])
    assert steps == ROUND * 2
    assert done.good
    reasons = done.attempts[0].reasons
    assert any(said in reason for reason in reasons)
    assert all(reason in model.asked[1].text for reason in reasons)
    assert [v.value for v in done.results.values] == [2]


def test_it_recovers_from_two_and_stops_at_the_cap() -> None:
    done, steps, _ = _held([BROKEN, EMPTY_CHART, RIGHT])
    assert done.good
    assert steps == ROUND * 3
    done, steps, _ = _held([WRONG_FIELD, ENDLESS + " # =", ALL_NONE, RIGHT])
    assert not done.good
    assert len(done.attempts) == MOST_ATTEMPTS
    assert steps == ROUND * 3
    assert not done.results.values  # a gap, and no invented number
    assert all(a.reasons for a in done.attempts)


def test_a_judge_can_send_it_back() -> None:
    done, steps, _ = _held([RIGHT, "BAD: it counts all years", RIGHT, "GOOD"], judged=True)
    assert done.good
    assert steps == [*ROUND, "Prompt"] * 2
    assert done.attempts[0].reasons == ("the judge says: it counts all years",)


def test_what_was_cut_is_said() -> None:
    done, _, _ = _held([RIGHT], cut="12 instances are over the limit and not read")
    assert done.best.notes == ("12 instances are over the limit and not read",)


def test_lines_of_errors_are_those_of_the_analysis() -> None:
    done, _, _ = _held([f"x = 1\ny = 2\n{RAISES}", RIGHT])
    assert "line 3 of the analysis" in done.attempts[0].reasons[0]


def test_the_prompt_holds_classes_and_contract_and_no_datum() -> None:
    said = code_prompt("papers per year", definitions(ONTOLOGY), ["the chart is empty"]).text
    assert "search_results" in said
    assert "analysis_results" in said
    assert "class Paper(Entity)" in said
    assert "Ada" not in said
    assert "2001" not in said


def _prompts() -> Iterator[tuple[str, str]]:
    yield "code.txt", code_prompt("papers per year", definitions(ONTOLOGY)).text
    yield "code_again.txt", code_prompt("papers per year", "class A: ...", ["it is empty"]).text
    yield "judge.txt", judge_prompt("papers per year", "analysis_results = {}", "n: 2").text


@pytest.mark.parametrize(("name", "text"), list(_prompts()))
def test_prompts_are_as_they_were(name: str, text: str) -> None:
    assert (GOLDEN / name).read_text(encoding="utf-8") == text
