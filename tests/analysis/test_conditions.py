"""What units must be like: negation, alternatives, days, and conditions on what they lead to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import mean, median
from typing import Any

import pytest

from knowloom import Entity
from knowloom.analysing import analyse
from knowloom.base import KnowledgeBase
from knowloom.ontology.live import ontology_of
from knowloom.store.database import Database
from tests.sandbox.confined import needs_confinement

pytestmark = [pytest.mark.neo4j, needs_confinement]


class Country(Entity, key=("name",)):
    """Description: a state."""


class City(Entity, key=("name",)):
    """Description: a settlement."""

    country: Country | None = None


class Topic(Entity, key=("name",)):
    """Description: a field."""


class Author(Entity, key=("name",)):
    """Description: who writes."""

    born: date | None = None
    died: date | None = None
    born_in: City | None = None


class Book(Entity, key=("name",)):
    """Description: what one reads."""

    year: int | None = None
    pages: int | None = None
    lent: bool | None = None
    about: list[Topic] = []
    authors: list[Author] = []


class Prize(Entity, key=("name", "year")):
    """Description: an honour."""

    year: int
    recipient: list[Author] = []


class GrandPrize(Prize):
    """Description: a large one."""


class Ship(Entity, key=("name",)):
    """Description: what goes to sea."""

    launched: date | None = None


class Crash(Entity, key=("name",)):
    """Description: what happens when two ships meet."""

    ships: list[Ship] = []


LAUNCHED = {"Able": 1999, "Bold": 1911, "Calm": 1999}
CITIES = {"Oslo": "Norway", "Bergen": "Norway", "Paris": "France", "Nowhere": None}
# born, died, born in
PEOPLE: dict[str, tuple[int | None, int | None, str | None]] = {
    "Ann Ash": (1900, 1960, "Oslo"),
    "Bo Berg": (1910, None, "Bergen"),
    "Cy Camp": (1920, 1990, "Paris"),
    "Di Dole": (None, 1995, None),
    "Ed Elk": (1930, None, "Nowhere"),
}
# year, pages, about, authors
BOOKS: dict[str, tuple[int | None, int | None, list[str], list[str]]] = {
    "One": (1950, 100, ["ships"], ["Ann Ash"]),
    "Two": (1955, 200, ["ships", "winds"], ["Ann Ash", "Bo Berg"]),
    "Three": (1955, 300, ["trade winds"], ["Cy Camp"]),
    "Four": (1960, 400, [], ["Di Dole", "Bo Berg"]),
    "Five": (None, None, ["winds"], []),
}


@pytest.fixture
def kb(database: Database, tmp_path: Path) -> Iterator[KnowledgeBase]:
    """A graph of books, authors and prizes."""
    base = KnowledgeBase(database, tmp_path)
    base.save_ontology(ontology_of(Book, GrandPrize))
    cities = {n: City(n, country=Country(c) if c else None) for n, c in CITIES.items()}
    people = {
        name: Author(
            name,
            born=date(born, 5, 17) if born else None,
            died=date(died, 1, 2) if died else None,
            born_in=cities[place] if place else None,
        )
        for name, (born, died, place) in PEOPLE.items()
    }
    books = [
        Book(
            name,
            year=year,
            pages=pages,
            lent=name == "One",
            about=[Topic(t) for t in about],
            authors=[people[a] for a in authors],
        )
        for name, (year, pages, about, authors) in BOOKS.items()
    ]
    prizes = [
        Prize("Pen", year=1950, recipient=[people["Ann Ash"]]),
        GrandPrize("Grand Prize", year=1951, recipient=[people["Ann Ash"], people["Cy Camp"]]),
        GrandPrize("Grand Prize", year=1952, recipient=[people["Bo Berg"]]),
    ]
    base.write([*books, *people.values(), *prizes])
    yield base


def _answer(kb: KnowledgeBase, task: str) -> Any:
    done = analyse(kb, task)
    assert done.good, (task, done.best.reasons)
    return next(v.value for v in done.results.values if v.name == "answer")


SIZES = [len(authors) for _, _, _, authors in BOOKS.values() if authors]
PER_AUTHOR = [2, 2, 1, 1]
ANSWERS: dict[str, Any] = {
    "How many books were not written by Bo Berg?": 2,  # of one nobody knows who wrote it
    "How many books from 1955 are not about ships?": 1,
    "How many books are about ships or trade winds?": 3,
    "How many books are about ships, winds or trade winds?": 4,
    "How many lent books are there?": 1,
    "How many books are lent?": 1,
    "How many books are not lent?": 4,
    "What is the total number of pages of lent books?": 100,
    "How many lent books of 1950 are there?": 1,
    "How many lent books of 1955 are there?": 0,
    "How many books without authors are there?": 1,
    "How many books have no topics?": 1,
    "How many books have exactly 2 authors?": 2,
    "How many books have at most 200 pages?": 2,
    "How many books were published in the 1950s?": 3,
    "How many books from the years 1955 to 1960 are there?": 3,
    "How many books of 1950 or 1960 are there?": 2,
    "How many books were not published in 1955?": 2,
    "How many authors died?": 3,
    "How many authors were born before 1915?": 2,
    "How many authors died after 1980?": 2,
    "How many authors were born in Norway?": 2,
    "How many authors received a Grand Prize?": 3,
    "How many authors never received a prize?": 2,
    "How many authors born in Oslo received a Grand Prize?": 1,
    "How many books were written by authors who were born in Oslo?": 2,
    "How many books were written by authors born in Paris or Oslo?": None,
    "What percentage of books from 1955 are about ships?": 0.5,
    "What share of books with more than 150 pages is from 1955?": 2 / 3,
    "Average number of authors of books": mean(SIZES),
    "What is the median number of books per author?": median(PER_AUTHOR),
    "What is the average number of books per author?": mean(PER_AUTHOR),
}


@pytest.mark.parametrize("task", ANSWERS)
def test_conditions_hold_as_they_are_said(kb: KnowledgeBase, task: str) -> None:
    """None where the task is refused: no number is better than that of something else."""
    if ANSWERS[task] is None:
        assert not analyse(kb, task).good
    else:
        assert _answer(kb, task) == pytest.approx(ANSWERS[task])


def test_averages_of_counts_for_each_group(kb: KnowledgeBase) -> None:
    """What is known of nothing does not count as none."""
    done = analyse(kb, "Average number of authors of books for each topic")
    assert done.good, done.best.reasons
    assert {row[0]: row[1] for row in done.results.tables[0].rows} == {
        "ships": 1.5,
        "winds": 2.0,
        "trade winds": 1.0,
    }


@pytest.mark.parametrize(
    "task",
    [
        "How many books did Bo Berg not write in 1955?",
        "How many books are not about ships from 1955?",
        "How many books are not about ships or not about winds?",
        "How many books were written by Bo Berg or in 1955?",
        "How many books are about ships or written by Cy Camp?",
        "How many books without are there?",
        "How many books without pages are there?",
        "How many books have more pages than authors?",
        "How many authors neither died nor received a prize?",
        "How many authors of books about ships are still alive?",
        "What percentage of books?",
        "How many books except those of Bo Berg are there?",
        "How many authors were married in Oslo?",
        "Number of books per decade",
        "Number of authors per year",  # of their birth, or of their death
        "Average number of pages per author for authors with at least 2 books",
    ],
)
def test_what_reaches_no_one_knows_how_far_is_refused(kb: KnowledgeBase, task: str) -> None:
    """With the reason."""
    done = analyse(kb, task)
    assert not done.good
    assert done.best.reasons[0].startswith("the task cannot be read: ")


def test_who_is_left_out_is_said(kb: KnowledgeBase) -> None:
    """Nothing is known of the authors of the fifth book."""
    done = analyse(kb, "How many books were not written by Bo Berg?")
    assert "those without any known authors are left out" in done.best.notes


def test_an_unasked_chart_that_shows_nothing_is_left_out(kb: KnowledgeBase) -> None:
    """And one that was asked is missed."""
    done = analyse(kb, "The 3 books with the most topics")
    assert done.good, done.best.reasons
    flat = analyse(kb, "Number of prizes per year")
    assert flat.good
    assert not flat.best.charts or not flat.best.charts[0].faults


def test_what_is_in_no_group_is_said(kb: KnowledgeBase) -> None:
    """The numbers of the groups need not add up to all that there are."""
    for task in ("Number of books per topic", "Share of books by topic"):
        done = analyse(kb, task)
        assert done.good, done.best.reasons
        assert "1 of 5 books are in no group: they have no about" in done.results.notes, task
    whole = analyse(kb, "Number of prizes per year")
    assert not any("in no group" in note for note in whole.results.notes)


def test_days_are_grouped_by_their_year(database: Database, tmp_path: Path) -> None:
    """Where no attribute is called so, and a class of that name is also an attribute."""
    base = KnowledgeBase(database, tmp_path)
    base.save_ontology(ontology_of(Crash))
    ships = [Ship(name, launched=date(year, 5, 9)) for name, year in LAUNCHED.items()]
    base.write([*ships, Crash("Off Dover", ships=ships[:2])])
    done = analyse(base, "Number of ships per year")
    assert done.good, done.best.reasons
    assert [list(row) for row in done.results.tables[0].rows] == [[1911, 1], [1999, 2]]
