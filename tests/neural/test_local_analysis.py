"""A model in a folder writes the programs of an analysis; with random weights none is good."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the extra `neural` is not installed")

from knowloom import Entity
from knowloom.analysis.cycle import Gathered, Query, Ran, Run, Search, Seen, cycle
from knowloom.analysis.program import execute, program
from knowloom.models.local import LocalModel
from knowloom.ontology.live import ontology_of
from tests.models.tiny_model import tiny_model
from tests.sandbox.confined import needs_confinement

pytestmark = [
    pytest.mark.neural,
    pytest.mark.filterwarnings("default"),
    needs_confinement,
]


class Book(Entity):
    """Description: what one reads."""

    pages: int | None = None


def test_a_local_model_is_asked_three_times_and_what_it_writes_is_confined(
    tmp_path: Path,
) -> None:
    """Whatever a model writes, the cycle ends, with reasons and without a number."""
    model = LocalModel(tiny_model(tmp_path))
    ontology = ontology_of(Book)
    steps = cycle("How many pages do the books have?", judged=True)
    step = next(steps)
    try:
        while True:
            match step:
                case Search():
                    step = steps.send(Seen(ontology, ("Book",)))
                case Query():
                    step = steps.send(Gathered([Book("One", uid="a", pages=90)]))
                case Run(code=code, seen=seen, things=things):
                    made = program(things, seen.ontology, code)
                    step = steps.send(Ran(made, *execute(made)))
                case prompt:
                    step = steps.send(model.complete(replace(prompt, limit=20)))
    except StopIteration as end:
        done = end.value
    assert len(done.attempts) == 3
    assert not done.good
    assert all(attempt.reasons and attempt.code for attempt in done.attempts)
    assert not done.results.values
