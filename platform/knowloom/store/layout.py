"""Concepts as rows of the graph, and back: the stored form of an ontology, without a database.

A concept is a `_Concept` node, each of its own attributes an `_Attribute` node; parents and
ranges are relationships. Every field is a property of its own name, left out at its default, so
that Neo4j Browser shows what a person wants to read. Only a binding is kept as JSON. `words` and
`code` are there for the full-text index and are not read back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import orjson

from knowloom.ontology.as_json import concept_from_json, concept_to_json
from knowloom.ontology.check import range_text
from knowloom.ontology.concepts import (
    Attribute,
    Binding,
    Concept,
    ConceptRange,
    Enumeration,
    Ontology,
    Range,
    Scalar,
)
from knowloom.ontology.names import relationship_type

Row = dict[str, Any]

_LITERAL, _CONCEPT = "Literal", "Concept"
_ELSEWHERE = frozenset({"name", "parents", "attributes", "binding", "range"})
_CONCEPT_FIELDS = {f.name: f.default for f in fields(Concept) if f.name not in _ELSEWHERE}
_ATTRIBUTE_FIELDS = {f.name: f.default for f in fields(Attribute) if f.name not in _ELSEWHERE}


@dataclass(slots=True)
class Rows:
    """What is to be written of some concepts, each list for one statement.

    Args:
        concepts: `{name, set}`; None in `set` removes a property.
        unparented: names of concepts whose old parents go.
        parents: `{name, parent, position}`.
        dropped: `{concept, name}` of attributes that go.
        attributes: `{concept, name, position, set}`.
        ranges: `{concept, name, target, position}`; older ranges of the attribute go.
    """

    concepts: list[Row] = field(default_factory=list)
    unparented: list[str] = field(default_factory=list)
    parents: list[Row] = field(default_factory=list)
    dropped: list[Row] = field(default_factory=list)
    attributes: list[Row] = field(default_factory=list)
    ranges: list[Row] = field(default_factory=list)

    def add(self, before: Concept | None, after: Concept, ontology: Ontology, code: str) -> None:
        """Add what leads from `before` to `after`, a concept of `ontology`.

        Args:
            before: as stored; None when it is not.
            after: as it is to be.
            ontology: the one `after` belongs to.
            code: the class as Python code.
        """
        kind = ontology.kind(after.name).value
        self.concepts.append({"name": after.name, "set": _concept_properties(after, kind, code)})
        if before is None or before.parents != after.parents:
            self._add_parents(before, after)
        old = {a.name: (i, a) for i, a in enumerate(before.attributes)} if before else {}
        for position, attribute in enumerate(after.attributes):
            if old.pop(attribute.name, None) != (position, attribute):
                self._add_attribute(after.name, position, attribute)
        self.dropped += [{"concept": after.name, "name": name} for name in old]

    def _add_parents(self, before: Concept | None, after: Concept) -> None:
        if before is not None:
            self.unparented.append(after.name)
        self.parents += [
            {"name": after.name, "parent": parent, "position": position}
            for position, parent in enumerate(after.parents)
        ]

    def _add_attribute(self, concept: str, position: int, attribute: Attribute) -> None:
        where = {"concept": concept, "name": attribute.name}
        self.attributes.append(
            {**where, "position": position, "set": _attribute_properties(attribute)}
        )
        if isinstance(attribute.range, ConceptRange):
            self.ranges += [
                {**where, "target": target, "position": place}
                for place, target in enumerate(attribute.range.concepts)
            ]


def concept_of(
    properties: Mapping[str, Any], parents: Sequence[str], attributes: Iterable[Sequence[Any]]
) -> Concept:
    """Return the concept that a node holds.

    Args:
        properties: of the node; missing and None ones are at their defaults.
        parents: names, in order.
        attributes: for each its properties and the names of the concepts it ranges over, in order.
    """
    return Concept(
        name=properties["name"],
        parents=tuple(parents),
        attributes=tuple(_attribute_of(own, targets) for own, targets in attributes),
        binding=_binding_of(properties),
        **dict(_given(properties, _CONCEPT_FIELDS)),
    )


def _concept_properties(concept: Concept, kind: str, code: str) -> Row:
    """Return the properties of a concept's node besides its name."""
    names = [concept.name, *(a.name for a in concept.attributes)]
    return {
        **_stored(concept, _CONCEPT_FIELDS),
        "binding": _binding_text(concept),
        "kind": kind,
        "words": " ".join(relationship_type(name).replace("_", " ").lower() for name in names),
        "code": code,
    }


def _attribute_properties(attribute: Attribute) -> Row:
    """Return the properties of an attribute's node."""
    values: list[str] | None = None
    match attribute.range:
        case ConceptRange():
            range_ = _CONCEPT
        case Enumeration(allowed):
            range_, values = _LITERAL, list(allowed)
        case scalar:
            range_ = scalar.value
    return {
        **_stored(attribute, _ATTRIBUTE_FIELDS),
        "name": attribute.name,
        "range": range_,
        "values": values,
        "type": range_text(attribute),
    }


def _attribute_of(properties: Mapping[str, Any], targets: Sequence[str]) -> Attribute:
    """Return the attribute that a node holds."""
    return Attribute(
        name=properties["name"],
        range=_range_of(properties, targets),
        **dict(_given(properties, _ATTRIBUTE_FIELDS)),
    )


def _range_of(properties: Mapping[str, Any], targets: Sequence[str]) -> Range:
    """Return the range of an attribute's node."""
    if properties["range"] == _CONCEPT:
        return ConceptRange(tuple(targets))
    if properties["range"] == _LITERAL:
        return Enumeration(tuple(properties["values"]))
    return Scalar(properties["range"])


def _stored(value: Concept | Attribute, defaults: Mapping[str, Any]) -> Row:
    """Return the fields as properties, None for those at their default."""
    found = {name: getattr(value, name) for name in defaults}
    return {
        name: None if v == defaults[name] else list(v) if isinstance(v, tuple) else v
        for name, v in found.items()
    }


def _given(
    properties: Mapping[str, Any], defaults: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Yield the fields that a node holds."""
    for name in defaults:
        if (value := properties.get(name)) is not None:
            yield name, tuple(value) if isinstance(value, list) else value


def _binding_text(concept: Concept) -> str | None:
    """Return a binding as JSON, None without one."""
    if concept.binding is None:
        return None
    return orjson.dumps(concept_to_json(concept)["binding"]).decode()


def _binding_of(properties: Mapping[str, Any]) -> Binding | None:
    """Return the binding that a node holds."""
    if not (text := properties.get("binding")):
        return None
    return concept_from_json({"name": properties["name"], "binding": orjson.loads(text)}).binding
