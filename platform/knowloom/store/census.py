"""Counting what is stored: instances by their labels, values, links and facts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, LiteralString

import neo4j

from knowloom.assets import cypher
from knowloom.errors import StoreError
from knowloom.knowledge.instance import native
from knowloom.ontology.concepts import Kind, Ontology
from knowloom.ontology.names import quoted
from knowloom.store.database import Database
from knowloom.store.statement import filled

Labels = frozenset[str]

_PLACEHOLDERS = {
    "_Label": "label",
    "_LINK": "link",
    "_property": "property",
    "_renamed": "renamed",
    "_RENAMED": "renamed",
}


def rendered(name: LiteralString, **names: str) -> LiteralString:
    """Return a statement of `cypher/ontology` with its `_Label`, `_LINK`, … filled in.

    Args:
        name: the file without its ending.
        names: `label`, `link`, `property`, `renamed`, each as it is, unquoted.
    """
    # A name must not meet a comment, where quotes mean nothing.
    code = "\n".join(s for s in cypher(f"ontology/{name}").splitlines() if s[:2] != "//")
    return filled(code, {p: quoted(names[n]) for p, n in _PLACEHOLDERS.items() if n in names})


def demand_things(database: Database) -> None:
    """Refuse a graph in which there is nothing to look for.

    Raises:
        StoreError: it has no nodes, or none but knowloom's own.
    """
    if not database.read(cypher("server/first_thing")):
        raise StoreError(
            f"nothing is stored at {database.uri} yet: begin with `knowloom ontology load FILE` "
            "and `knowloom load`, or look at `knowloom demo`"
        )


class Census:
    """Counts what a graph holds, within one transaction.

    All names are those of the ontology that is stored.
    """

    def __init__(self, tx: neo4j.ManagedTransaction) -> None:
        self._tx = tx

    @cached_property
    def labels(self) -> frozenset[str]:
        """The labels that the graph has."""
        return frozenset(self._in_use["labels"])

    @cached_property
    def types(self) -> frozenset[str]:
        """The relationship types that the graph has."""
        return frozenset(self._in_use["types"])

    @cached_property
    def _in_use(self) -> neo4j.Record:
        return self._tx.run(cypher("ontology/in_use")).single(strict=True)

    def size(self, label: str) -> int:
        """Return how many nodes a class has."""
        return self._count(rendered("count_label", label=label))

    def links(self, type_: str) -> int:
        """Return how many relationships of a type there are."""
        return self._count(rendered("count_type", link=type_))

    def label_sets(self, label: str) -> dict[Labels, int]:
        """Return all combinations of labels that the instances of a class have."""
        rows = self._tx.run(rendered("count_label_sets", label=label))
        return {frozenset(row["labels"]): row["count"] for row in rows}

    def values(self, label: str, attribute: str) -> Iterator[tuple[Any, int]]:
        """Yield each value of an attribute, with how many instances of a class have it."""
        text = rendered("count_values", label=label, property=attribute)
        for row in self._tx.run(text):
            yield native(row["value"]), row["count"]

    def targets(self, label: str, link: str) -> Iterator[tuple[Labels, int]]:
        """Yield what links of a type lead to, with how many links of a class do."""
        for row in self._tx.run(rendered("count_targets", label=label, link=link)):
            yield frozenset(row["labels"]), row["count"]

    def missing(self, label: str, attribute: str) -> int:
        """Return how many instances of a class lack an attribute."""
        return self._count(rendered("count_missing", label=label, property=attribute))

    def unlinked(self, label: str, link: str) -> int:
        """Return how many instances of a class lack a link."""
        return self._count(rendered("count_unlinked", label=label, link=link))

    def crowded(self, label: str, link: str) -> int:
        """Return how many instances of a class have more than one link of a type."""
        return self._count(rendered("count_crowded", label=label, link=link))

    def facts(self, type_: str) -> Iterator[tuple[Labels, Labels, int]]:
        """Yield the labels of both ends of a relation's facts, with the number of facts."""
        for row in self._tx.run(rendered("count_facts", link=type_)):
            yield frozenset(row["head"]), frozenset(row["tail"]), row["count"]

    def qualifiers(self, type_: str, attribute: str) -> Iterator[tuple[Any, int]]:
        """Yield each value of a relation's attribute, with how many facts have it."""
        text = rendered("count_qualifiers", link=type_, property=attribute)
        for row in self._tx.run(text):
            yield native(row["value"]), row["count"]

    def _count(self, text: LiteralString) -> int:
        """Return the one number that a statement gives."""
        count: int = self._tx.run(text).single(strict=True)["count"]
        return count


def population(database: Database, ontology: Ontology) -> dict[str, int]:
    """Return how many instances, or facts, each concept has, those of its subclasses included.

    Concepts without any are left out.
    """

    def work(tx: neo4j.ManagedTransaction) -> dict[str, int]:
        census = Census(tx)
        found: dict[str, int] = {}
        for name in ontology.parents_first():
            type_ = ontology[name].relationship_type
            if name in census.labels:
                found[name] = census.size(name)
            elif ontology.kind(name) is Kind.RELATION and type_ in census.types:
                found[name] = census.links(type_)
        return found

    return {name: count for name, count in database.in_read(work).items() if count}
