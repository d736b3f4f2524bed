"""The ontology of the bulk benchmark."""

from __future__ import annotations

from datetime import date

from knowloom import Entity


class Person(Entity, key=("code",)):
    """Description: a human being."""

    code: str
    age: int | None = None
    score: float | None = None
    joined: date | None = None
    knows: list[Person] = []


class Researcher(Person):
    """Description: a person who finds out."""


class Engineer(Person):
    """Description: a person who makes things work."""
