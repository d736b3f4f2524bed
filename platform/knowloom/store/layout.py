"""Concepts as rows of the graph, and back: the stored form of an ontology, without a database.

A concept is a `_Concept` node, each of its own attributes an `_Attribute` node; parents and
ranges are relationships. Every field is a property of its own name, left out at its default, so
that Neo4j Browser shows what a person wants to read. Only a binding is kept as JSON. `words` and
`code` are there for the full-text index and are not read back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, cast

import orjson

from knowloom.ontology.as_json import concept_from_json, concept_to_json
from knowloom.ontology.check import range_text
from knowloom.ontology.concepts import (
    Attribute,
    Concept,
    ConceptRange,
    Enumeration,
    Ontology,
    Range,
    Scalar,
)
from knowloom.ontology.names import relationship_type

Row = dict[str, Any]

_ELSEWHERE = frozenset({"name", "parents", "attributes", "binding", "range"})
_CONCEPT_FIELDS = {f.name: f.default for f in fields(Concept) if f.name not in _ELSEWHERE}
_ATTRIBUTE_FIELDS = {f.name: f.default for f in fields(Attribute) if f.name not in _ELSEWHERE}
CONCEPT_FIELDS = (*_CONCEPT_FIELDS, "binding")
ATTRIBUTE_FIELDS = ("name", "range", "values", *_ATTRIBUTE_FIELDS)


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

    concepts: list[Row] = field(default_factory=list[Row])
    unparented: list[str] = field(default_factory=list[str])
    parents: list[Row] = field(default_factory=list[Row])
    dropped: list[Row] = field(default_factory=list[Row])
    attributes: list[Row] = field(default_factory=list[Row])
    ranges: list[Row] = field(default_factory=list[Row])

    def add(self, before: Concept | None, after: Concept, ontology: Ontology, code: str) -> None:
        """Add what leads from `before` to `after`, a concept of `ontology`.

        Args:
            before: as stored; None when it is not.
            after: as it is to be.
            ontology: the one `after` belongs to.
            code: the class as Python code.
        """
        kind = ontology.kind(after.name).value
        properties = _concept_properties(after, kind, code)
        self.concepts.append({"name": after.name, "set": _trimmed(properties, before)})
        if before is None or before.parents != after.parents:
            self._add_parents(before, after)
        old = {a.name: (i, a) for i, a in enumerate(before.attributes)} if before else {}
        for position, attribute in enumerate(after.attributes):
            if old.pop(attribute.name, None) != (position, attribute):
                self._add_attribute(before, after.name, position, attribute)
        self.dropped += [{"concept": after.name, "name": name} for name in old]

    def _add_parents(self, before: Concept | None, after: Concept) -> None:
        if before is not None:
            self.unparented.append(after.name)
        self.parents += [
            {"name": after.name, "parent": parent, "position": position}
            for position, parent in enumerate(after.parents)
        ]

    def _add_attribute(
        self, before: Concept | None, concept: str, position: int, attribute: Attribute
    ) -> None:
        where = {"concept": concept, "name": attribute.name}
        properties = _trimmed(_attribute_properties(attribute), before)
        self.attributes.append({**where, "position": position, "set": properties})
        if isinstance(attribute.range, ConceptRange):
            self.ranges += [
                {**where, "target": target, "position": place}
                for place, target in enumerate(attribute.range.concepts)
            ]


def concept_of(
    name: str, values: Iterable[Any], parents: Iterable[str], attributes: Iterable[Attribute]
) -> Concept:
    """Return the concept that a node holds.

    Args:
        name: its name.
        values: one for each of `CONCEPT_FIELDS`; None for the default.
        parents: names, in order.
        attributes: in order.
    """
    given = _given(CONCEPT_FIELDS, values)
    if text := given.pop("binding", ""):
        known = {"name": name, "binding": orjson.loads(text)}
        given["binding"] = concept_from_json(known).binding
    return Concept(name=name, parents=tuple(parents), attributes=tuple(attributes), **given)


def attribute_of(values: Iterable[Any], targets: Sequence[str]) -> Attribute:
    """Return the attribute that a node holds.

    Args:
        values: one for each of `ATTRIBUTE_FIELDS`; None for the default.
        targets: names of the concepts it ranges over, in order.
    """
    given = _given(ATTRIBUTE_FIELDS, values)
    allowed = given.pop("values", ())
    match given.pop("range"):
        case "Concept":
            range_: Range = ConceptRange(tuple(targets))
        case "Literal":
            range_ = Enumeration(allowed)
        case scalar:
            range_ = Scalar(scalar)
    return Attribute(range=range_, **given)


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
            range_ = "Concept"
        case Enumeration(allowed):
            range_, values = "Literal", list(allowed)
        case scalar:
            range_ = scalar.value
    return {
        **_stored(attribute, _ATTRIBUTE_FIELDS),
        "name": attribute.name,
        "range": range_,
        "values": values,
        "type": range_text(attribute),
    }


def _stored(value: Concept | Attribute, defaults: Mapping[str, Any]) -> Row:
    """Return the fields as properties, None for those at their default."""
    found: Row = {name: getattr(value, name) for name in defaults}
    return {name: None if v == defaults[name] else _plain(v) for name, v in found.items()}


def _trimmed(properties: Row, before: Concept | None) -> Row:
    """Return the properties to set: of a new node, there is none to remove."""
    if before is not None:
        return properties
    return {name: value for name, value in properties.items() if value is not None}


def _given(names: Iterable[str], values: Iterable[Any]) -> Row:
    """Return the fields that a node holds."""
    named = zip(names, values, strict=True)
    return {name: _frozen(value) for name, value in named if value is not None}


def _plain(value: Any) -> Any:
    """Return a field as a property: Neo4j's lists are Python's."""
    return list(cast("tuple[str, ...]", value)) if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    """Return a property as a field."""
    return tuple(cast("list[str]", value)) if isinstance(value, list) else value


def _binding_text(concept: Concept) -> str | None:
    """Return a binding as JSON, None without one."""
    if concept.binding is None:
        return None
    return orjson.dumps(concept_to_json(concept)["binding"]).decode()
