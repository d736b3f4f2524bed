"""Ontologies as JSON and back without loss; what is at its default is left out (item 68)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, cast

from knowloom.ontology.concepts import (
    Attribute,
    Binding,
    Concept,
    ConceptRange,
    Direction,
    Enumeration,
    Ontology,
    PropertyBinding,
    Range,
    RelationshipBinding,
    Scalar,
)

Json = dict[str, Any]

_CONCEPT = {f.name: f.default for f in fields(Concept) if f.name not in {"name", "binding"}}
_ATTRIBUTE = {f.name: f.default for f in fields(Attribute) if f.name not in {"name", "range"}}


def to_json(ontology: Ontology) -> Json:
    """Return an ontology as a JSON object; concepts in order of name, the roots left out.

    >>> to_json(Ontology([Concept(name="Person", key=("name",))]))
    {'concepts': [{'name': 'Person', 'key': ['name']}]}
    """
    ordered = sorted(ontology, key=lambda concept: concept.name)
    return {"concepts": [concept_to_json(concept) for concept in ordered]}


def from_json(data: Mapping[str, Any]) -> Ontology:
    """Return the ontology that `to_json` wrote.

    Raises:
        OntologyError: the concepts are no hierarchy.
    """
    return Ontology(concept_from_json(concept) for concept in data["concepts"])


def concept_to_json(concept: Concept) -> Json:
    """Return one concept as a JSON object."""
    data: Json = {"name": concept.name, **_given(concept, _CONCEPT)}
    if concept.attributes:
        data["attributes"] = [_attribute_to_json(a) for a in concept.attributes]
    if concept.binding is not None:
        data["binding"] = _binding_to_json(concept.binding)
    return data


def concept_from_json(data: Mapping[str, Any]) -> Concept:
    """Return the concept that `concept_to_json` wrote."""
    given: Json = {name: _frozen(data[name]) for name in _CONCEPT if name in data}
    given["attributes"] = tuple(_attribute_from_json(a) for a in data.get("attributes", ()))
    binding = data.get("binding")
    given["binding"] = None if binding is None else _binding_from_json(binding)
    return Concept(name=data["name"], **given)


def _attribute_to_json(attribute: Attribute) -> Json:
    return {
        "name": attribute.name,
        "range": _range_to_json(attribute.range),
        **_given(attribute, _ATTRIBUTE),
    }


def _attribute_from_json(data: Mapping[str, Any]) -> Attribute:
    given: Json = {name: _frozen(data[name]) for name in _ATTRIBUTE if name in data}
    return Attribute(name=data["name"], range=_range_from_json(data["range"]), **given)


def _range_to_json(range_: Range) -> Any:
    """Return `"int"`, `{"values": [...]}` or `{"concepts": [...]}`."""
    match range_:
        case Enumeration(values):
            return {"values": list(values)}
        case ConceptRange(concepts):
            return {"concepts": list(concepts)}
        case scalar:
            return scalar.value


def _range_from_json(data: Any) -> Range:
    if isinstance(data, str):
        return Scalar(data)
    if "values" in data:
        return Enumeration(tuple(data["values"]))
    return ConceptRange(tuple(data["concepts"]))


def _binding_to_json(binding: Binding) -> Json:
    attributes = {
        name: bound.property
        if isinstance(bound, PropertyBinding)
        else {"type": bound.type, "direction": bound.direction.value}
        for name, bound in binding.attributes
    }
    return {
        "labels": list(binding.labels),
        "identity": binding.identity,
        "attributes": attributes,
    }


def _binding_from_json(data: Mapping[str, Any]) -> Binding:
    attributes: Mapping[str, Any] = data.get("attributes", {})
    return Binding(
        labels=tuple(data["labels"]),
        identity=data.get("identity", ""),
        attributes=tuple((name, _bound(given)) for name, given in attributes.items()),
    )


def _bound(given: Any) -> PropertyBinding | RelationshipBinding:
    if isinstance(given, str):
        return PropertyBinding(given)
    return RelationshipBinding(given["type"], Direction(given.get("direction", "out")))


def _given(value: Concept | Attribute, defaults: Mapping[str, Any]) -> Json:
    """Return the fields that are not at their default."""
    found = {name: getattr(value, name) for name in defaults if name != "attributes"}
    return {
        name: list(cast(tuple[Any, ...], v)) if isinstance(v, tuple) else v
        for name, v in found.items()
        if v != defaults[name]
    }


def _frozen(value: Any) -> Any:
    return tuple(cast(list[Any], value)) if isinstance(value, list) else value
