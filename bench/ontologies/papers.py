"""Papers of machine learning conferences: the ontology for the papers benchmark.

What the files of the `papers` data set hold, less everything about people but their names.
"""

from __future__ import annotations

from knowloom import Entity, Field


class Venue(Entity, key=("name",)):
    """Description: a conference that is held every year or so."""


class Organization(Entity, key=("name",)):
    """Description: where authors work, as they write it themselves."""


class Person(Entity, key=("name",)):
    """Description: an author, under one spelling of the name."""


class Paper(Entity, key=("venue_year", "name")):
    """Description: a paper that was submitted to a conference."""

    venue_year: str = Field(description="Where and when it was submitted, such as `icml2015`.")
    venue: Venue | None = None
    year: int | None = Field(default=None, minimum=1987, maximum=2100)
    status: str | None = Field(default=None, description="How it was presented.")
    abstract: str | None = None
    keywords: list[str] = []
    citations: int | None = Field(default=None, minimum=0)
    authors: list[Person] = []
    affiliations: list[Organization] = []
