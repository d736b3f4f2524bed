"""Objects cross as rows, programs run alone, and results come back typed."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowloom import Entity, Event, Relation
from knowloom.analysis.definitions import definitions, part_of
from knowloom.analysis.program import execute, program
from knowloom.analysis.results import read_results
from knowloom.ontology.build import Classes
from knowloom.ontology.live import ontology_of
from knowloom.ontology.things import Thing
from knowloom.sandbox.monty import MontyTier
from knowloom.sandbox.process import ProcessTier
from tests.sandbox.confined import needs_confinement


class Place(Entity):
    """Description: somewhere."""


class Person(Entity):
    """Description: a human being.
    Examples: "Ada"
    """

    born: date | None = None
    home: Place | None = None


class Author(Person):
    """Description: "one" who writes."""


class Prize(Event):
    """Description: an honour."""

    winners: list[Person] = []


class Work(Entity):
    """Description: something made."""

    year: int | None = None
    notes: str | None = None
    authors: list[Person] = []


class Knows(Relation):
    """Description: one knows another."""

    head_entity: Person
    tail_entity: Person
    since: int | None = None


ONTOLOGY = ontology_of(Work, Author, Prize, Knows)


def _things() -> list[Thing]:
    there = Place("London", uid="l")
    ada = Author("Ada", uid="a", born=date(1815, 12, 10), home=there)
    bob = Person("Bob 'x' \"y\" \\ \n é", uid="b")
    works = [
        Work("One", uid="w1", year=1843, notes="long" * 100, authors=[ada, bob]),
        Work("Two", uid="w2", authors=[bob]),
        Work("None", uid="w3"),
    ]
    return [*works, bob, ada, there, Knows(ada, bob, uid="k", since=1840)]


_ANALYSIS = """
works = [o for o in search_results if isinstance(o, Work)]
people = [o for o in search_results if isinstance(o, Person)]
known = [o for o in search_results if isinstance(o, Knows)]
analysis_results = {
    "values": {
        "works": {"value": len(works), "uids": [w.uid for w in works]},
        "first": min(w.year for w in works if w.year is not None),
        "born": [p.born.year for p in people if p.born is not None],
        "homes": [p.home.name for p in people if p.home is not None],
        "kinds": [type(p).__name__ for p in people],
        "knows": [[k.head_entity.name, k.tail_entity.uid, k.since] for k in known],
    },
    "tables": {"per": {
        "columns": ["work", "authors"],
        "rows": [[w.name, len(w.authors)] for w in works],
        "uids": [[w.uid, *[a.uid for a in w.authors]] for w in works],
    }},
}
"""


def _program(analysis: str = _ANALYSIS) -> Any:
    return program(_things(), part_of(ONTOLOGY, ["Work", "Person", "Author", "Knows"]), analysis)


@needs_confinement
def test_objects_cross_and_results_come_back_with_their_uids() -> None:
    outcome, found = execute(_program())
    assert outcome.done, outcome.message
    values = {v.name: v.value for v in found.values}
    assert values["works"] == 3
    assert values["first"] == 1843
    assert values["born"] == [1815]
    assert values["homes"] == ["London"]
    assert sorted(values["kinds"]) == ["Author", "Person"]
    assert values["knows"] == [["Ada", "b", 1840]]
    [table] = found.tables
    assert table.types == ("str", "int")
    assert table.rows == (("One", 2), ("Two", 1), ("None", 0))
    assert table.uids == (("w1", "a", "b"), ("w2", "b"), ("w3",))
    assert [v.all_given for v in found.values][:2] == [False, True]


@needs_confinement
def test_both_tiers_give_the_same_bytes_and_do_so_twice() -> None:
    pytest.importorskip("pydantic_monty", reason="the extra `monty` is not installed")
    made = _program()
    given = {"rows": {name: list(rows) for name, rows in made.crossing.rows.items()}}
    said = [
        json.dumps(tier.run(made.source, given, result="analysis_results").value)
        for tier in (ProcessTier(), MontyTier(), ProcessTier(), MontyTier())
    ]
    assert said[0] != "null"
    assert len(set(said)) == 1
    assert _program().alone() == made.alone()


def test_a_program_runs_alone(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(_program().alone(), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", script], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert json.loads(done.stdout)["values"]["works"]["value"] == 3


def test_what_a_program_does_not_name_does_not_cross() -> None:
    assert "long" not in _program().alone()
    assert "long" in _program(_ANALYSIS + "\nx = [w.notes for w in works]").alone()


def test_part_of_an_ontology_is_closed() -> None:
    part = part_of(ONTOLOGY, ["Prize"])
    assert {c.name for c in part} == {"Prize", "Person"}
    space: dict[str, Any] = {}
    exec(definitions(part), space)
    assert (
        space["Prize"]("Turing Award", winners=[space["Person"]("Ada")]).winners[0].name == "Ada"
    )


def test_things_of_several_classes_are_instances_of_each() -> None:
    class PrizedWork(Work):
        """Description: x."""

    class Classic(Work):
        """Description: y."""

    ontology = ontology_of(PrizedWork, Classic)

    both = Classes(ontology).combined(("Classic", "PrizedWork"))("W", uid="1")
    code = (
        "analysis_results = {'n': [isinstance(o, (Classic)) and isinstance(o, PrizedWork)"
        " for o in search_results]}"
    )
    outcome, found = execute(program([both], ontology, code))
    assert outcome.done, outcome.message
    assert found.tables[0].rows == ((True,),)


def test_results_of_any_form_are_read() -> None:
    found = read_results(
        {"n": 3, "rows": [{"a": 1, "b": None}, {"a": 2.5}], "pairs": [["x", 1]], "none": None},
        ["u1", "u2"],
    )
    assert [v.name for v in found.values] == ["n", "none"]
    assert [t.types for t in found.tables] == [("float", "empty"), ("str", "int")]
    assert found.tables[0].uids == (("u1", "u2"), ("u1", "u2"))
    assert found.tables[0].all_given
