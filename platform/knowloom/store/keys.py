"""Indexes on key attributes, so that an instance is found by its key at once."""

from __future__ import annotations

from typing import LiteralString

from knowloom.assets import cypher
from knowloom.ontology.concepts import Kind, Ontology
from knowloom.ontology.names import quoted
from knowloom.store.database import Database
from knowloom.store.migrate import await_indexes

_PREFIX = "knowloom_key_"


def wanted_indexes(ontology: Ontology) -> dict[str, tuple[str, str]]:
    """Return index name to class and attribute, for each part of each declared key.

    Keys of relations are left out, and so are classes bound to a graph that is not ours to index.

    >>> from knowloom.ontology.concepts import Concept
    >>> wanted_indexes(Ontology([Concept(name="Person", key=("name",))]))
    {'knowloom_key_Person.name': ('Person', 'name')}
    """
    return {
        f"{_PREFIX}{concept.name}.{name}": (concept.name, name)
        for concept in ontology
        if concept.key and not concept.binding and ontology.kind(concept.name) is not Kind.RELATION
        for name in concept.key
        if not ontology.attributes(concept.name)[name].is_link
    }


def fit_indexes(database: Database, ontology: Ontology) -> tuple[str, ...]:
    """Create the indexes that the keys of `ontology` want, and drop those no key wants.

    Returns:
        The names of those created, once they can be used.
    """
    rows = database.read(cypher("ontology/read_key_indexes"), prefix=_PREFIX)
    there = {row["name"] for row in rows}
    wanted = wanted_indexes(ontology)
    for name in there - wanted.keys():
        database.run(f"DROP INDEX {quoted(name)} IF EXISTS")
    created = tuple(name for name in wanted if name not in there)
    for name in created:
        database.run(_create(name, *wanted[name]))
    if created:
        await_indexes(database)
    return created


def _create(name: str, concept: str, attribute: str) -> LiteralString:
    """Return the statement that creates an index."""
    on = f"FOR (n:{quoted(concept)}) ON (n.{quoted(attribute)})"
    return f"CREATE INDEX {quoted(name)} IF NOT EXISTS {on}"
