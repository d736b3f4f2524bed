"""What type checkers infer of concept classes; nobody runs this file, `make check` reads it.

An ignore that is not needed is an error there, so each one says: this must be refused.
"""

from __future__ import annotations

from datetime import date
from typing import Any, assert_type

from knowloom import Entity, Event, Field, Relation, Thing
from knowloom.ontology.build import Classes


class Group(Entity):
    pass


class Person(Entity, key="name", title="a person"):
    born: date | None = None
    year: int
    height: float | None = Field(default=None, minimum=0)
    groups: list[Group] = []


class Membership(Relation):
    head_entity: Person
    tail_entity: Group
    since: int | None = None


def constructors(classes: Classes) -> None:
    """Positions, keywords and types are checked for classes that are written out."""
    person = Person("Ada", year=1815, height=1.6, groups=[Group("Society")])
    assert_type(person, Person)
    assert_type(person.born, date | None)
    assert_type(person.groups, list[Group])
    member = Membership(person, Group("Society"), since=1840)
    assert_type(member.head_entity, Person)
    assert_type(Event("Turing Award 2018").name, str)
    assert_type(Person.materialise({"name": "Ada"}), Person)
    assert_type(classes["Person"]("Ada", born=None), Thing)
    assert_type(Relation(head_entity=person, tail_entity=person).head_entity, Any)

    Person("Ada")  # type: ignore[call-arg]
    Person("Ada", "Byron", year=1815)  # type: ignore[call-arg]
    Person("Ada", year="1815")  # type: ignore[arg-type]
    Person("Ada", year=1815, bron=None)  # type: ignore[call-arg]
    Membership(Group("Society"), person)  # type: ignore[arg-type]
