"""The extractors by name, made ready for one knowledge base."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from knowloom.base import KnowledgeBase
from knowloom.errors import UsageError
from knowloom.extract.findings import Extractor
from knowloom.extract.gazetteer import Gazetteer, Name, known_names
from knowloom.extract.patterns import Patterns, Rules
from knowloom.store import documents as stored

NAMES = ("rules", "gazetteer", "patterns")


def extractor_named(name: str, kb: KnowledgeBase) -> Extractor:
    """Return an extractor that knows the classes and the names of a knowledge base.

    Args:
        name: `rules` (gazetteer and patterns), `gazetteer` or `patterns`.
        kb: its ontology declares the patterns; the names are its instances' and the examples of
            its classes.

    Raises:
        UsageError: no extractor is called so.
        OntologyError: a pattern of the ontology is faulty.
    """
    if name not in NAMES:
        raise UsageError(f"no extractor is called {name!r}: use {', '.join(NAMES)}")
    gazetteer = Gazetteer(kb.ontology, chain(known_names(kb.ontology), _names(kb)))
    if name == "gazetteer":
        return gazetteer
    return (Rules if name == "rules" else Patterns)(kb.ontology, gazetteer)


def _names(kb: KnowledgeBase) -> Iterator[Name]:
    """Yield what the instances of a knowledge base are called."""
    for _, concept, name, aliases in stored.names(kb.database, kb.ontology):
        yield Name(name, concept)
        yield from (Name(alias, concept) for alias in aliases)
