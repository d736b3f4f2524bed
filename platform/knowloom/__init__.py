"""knowloom: a knowledge platform on Neo4j.

A Python class hierarchy goes into Neo4j as a class hierarchy, typed data goes in fast and safely,
and comes back as the same Python objects.

    import knowloom

    with knowloom.connect() as kb:
        subgraph = kb.subgraph("Geoffrey Hinton", hops=2)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from knowloom.base import KnowledgeBase as KnowledgeBase
    from knowloom.errors import Fault as Fault
    from knowloom.errors import KnowloomError as KnowloomError
    from knowloom.ontology.binding import In as In
    from knowloom.ontology.binding import Out as Out
    from knowloom.ontology.concepts import Attribute as Attribute
    from knowloom.ontology.concepts import Binding as Binding
    from knowloom.ontology.concepts import Concept as Concept
    from knowloom.ontology.concepts import Ontology as Ontology
    from knowloom.ontology.live import ontology_of as ontology_of
    from knowloom.ontology.things import Entity as Entity
    from knowloom.ontology.things import Event as Event
    from knowloom.ontology.things import Field as Field
    from knowloom.ontology.things import Relation as Relation
    from knowloom.ontology.things import Thing as Thing
    from knowloom.session import connect as connect

# Names are imported when they are used, so that `import knowloom` costs nothing.
_HOMES = {
    "Attribute": "ontology.concepts",
    "Binding": "ontology.concepts",
    "Concept": "ontology.concepts",
    "Entity": "ontology.things",
    "Event": "ontology.things",
    "Fault": "errors",
    "Field": "ontology.things",
    "In": "ontology.binding",
    "KnowledgeBase": "base",
    "KnowloomError": "errors",
    "Ontology": "ontology.concepts",
    "Out": "ontology.binding",
    "Relation": "ontology.things",
    "Thing": "ontology.things",
    "connect": "session",
    "ontology_of": "ontology.live",
}

__all__ = [
    "Attribute",
    "Binding",
    "Concept",
    "Entity",
    "Event",
    "Fault",
    "Field",
    "In",
    "KnowledgeBase",
    "KnowloomError",
    "Ontology",
    "Out",
    "Relation",
    "Thing",
    "connect",
    "ontology_of",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'knowloom' has no attribute {name!r}")
    return getattr(import_module(f"knowloom.{_HOMES[name]}"), name)
