"""Ontology search: what a task speaks of, closed, in three forms (spec 77)."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowloom import Entity
from knowloom.analysis.definitions import part_of
from knowloom.analysis.relevant import Form, relevant, shown
from knowloom.analysis.vocabulary import Vocabulary
from knowloom.ontology.live import ontology_of

GOLDEN = Path(__file__).parent / "golden"


class Human(Entity):
    """Description: a person."""


class Venue(Entity):
    """Description: where papers appear."""


class AcademicPaper(Entity):
    """Description: a scholarly article.
    Examples: "Attention Is All You Need"
    """

    citation_count: int | None = None
    venue: Venue | None = None
    authors: list[Human] = []


class Animal(Entity):
    """Description: a living thing."""

    owner: Human | None = None


ONTOLOGY = ontology_of(AcademicPaper, Animal)


@pytest.mark.parametrize(
    ("task", "found"),
    [
        ("citation trend of papers", ("AcademicPaper",)),
        ("which animals are there", ("Animal",)),
        ("who owns what", ("Animal",)),
        ("shares of venues", ("Venue", "AcademicPaper")),
        ("the weather", ("Venue",)),
    ],
)
def test_classes_that_a_task_speaks_of(task: str, found: tuple[str, ...]) -> None:
    assert relevant(task, Vocabulary(ONTOLOGY), ["Venue"]) == found


@pytest.mark.parametrize("form", list(Form))
def test_they_come_with_what_they_refer_to_in_three_forms(form: Form) -> None:
    part = part_of(ONTOLOGY, ["AcademicPaper"])
    assert {c.name for c in part} == {"AcademicPaper", "Human", "Venue"}
    name = {"code": "classes.py.txt", "json": "classes.json", "text": "classes.txt"}[form.value]
    assert (GOLDEN / name).read_text(encoding="utf-8") == shown(part, form)
