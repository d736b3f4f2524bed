"""People who work at groups, and how sources speak of them."""

from __future__ import annotations

from typing import Any

from knowloom.knowledge.record import Fact, Mention, Record, uid_of_key, uid_of_source_id
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar

ONTOLOGY = Ontology(
    [
        Concept(name="Group", key=("name",)),
        Concept(
            name="Person",
            attributes=(
                Attribute(name="born", range=Scalar.INT),
                Attribute(name="home"),
                Attribute(name="nicknames", many=True),
                Attribute(name="group", range=ConceptRange(("Group",)), many=True),
                Attribute(name="friends", range=ConceptRange(("Person",)), many=True),
            ),
        ),
        Concept(
            name="Employment",
            parents=("Relation",),
            attributes=(
                Attribute(name="head_entity", range=ConceptRange(("Person",)), required=True),
                Attribute(name="tail_entity", range=ConceptRange(("Group",)), required=True),
                Attribute(name="since", range=Scalar.INT),
            ),
        ),
    ]
)


def uid(identifier: str, source: str = "a") -> str:
    """Return the uid of a person whom a source calls so."""
    return uid_of_source_id(source, identifier)


def group(name: str) -> Mention:
    """Return a group as others mention it."""
    return Mention("Group", uid_of_key("Group", (name,)), (("name", name),))


def someone(identifier: str, source: str = "a") -> Mention:
    """Return a person as others mention them."""
    return Mention("Person", uid(identifier, source))


def person(identifier: str, source: str = "a", **values: Any) -> Record:
    """Return what a source says of a person; `group` and `friends` are names and mentions."""
    links = {
        "group": tuple(group(name) for name in values.pop("group", ())),
        "friends": tuple(values.pop("friends", ())),
    }
    links = {name: found for name, found in links.items() if found}
    return Record("Person", uid(identifier, source), {"name": identifier, **values}, links, row=1)


def employed(who: Mention, where: str, since: int | None = None) -> Fact:
    """Return the fact that a person is employed by a group."""
    values: dict[str, Any] = {} if since is None else {"since": since}
    return Fact("Employment", "", who, group(where), values, 1)
