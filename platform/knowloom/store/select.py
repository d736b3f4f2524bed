"""Which instances are wanted: a class and the values of attributes, as patterns and conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, LiteralString, cast

from knowloom.errors import UnknownAttribute, UsageError
from knowloom.ontology.binding import INSTANCE_LABEL, Bindings, Place
from knowloom.ontology.concepts import (
    Attribute,
    Direction,
    PropertyBinding,
    RelationshipBinding,
)
from knowloom.ontology.names import quoted, suggestions
from knowloom.ontology.values import reader
from knowloom.ontology.verdicts import Unfit


@dataclass(frozen=True, slots=True)
class Selection:
    """The instances of a class that meet conditions.

    Args:
        pattern: what follows `_Instance` in a label expression for all places they lie at.
        conditions: Cypher that the node `n` has to meet, with ` AND ` before it; or nothing.
        parameters: the values it is compared with.
        limit: at most so many of them, those with the first uids; None for all.
    """

    pattern: LiteralString
    conditions: LiteralString = ""
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    limit: int | None = None


def select_all(bindings: Bindings, limit: int | None = None) -> Selection:
    """Return the selection of every instance there is."""
    return Selection(either_place(bindings.foreign), limit=limit)


def select(
    bindings: Bindings,
    concept: str,
    where: Mapping[str, object] | None = None,
    limit: int | None = None,
) -> Selection:
    """Return the selection of the instances of `concept` whose attributes have these values.

    Args:
        bindings: where instances lie.
        concept: its subclasses are meant too.
        where: attribute to a value, or to a list of alternatives. Text is read as the attribute's
            type; an attribute that holds many has to hold one of them; for a link it is the uid
            or name of the target, or the target itself.
        limit: see `Selection`.

    Raises:
        UnknownConcept: the ontology has no such concept.
        UnknownAttribute: the concept has no such attribute.
        UsageError: a value cannot be one of its attribute.

    >>> from knowloom.ontology.concepts import Concept, Ontology
    >>> bindings = Bindings(Ontology([Concept(name="Person")]))
    >>> selection = select(bindings, "Person", {"name": "Ada"})
    >>> selection.pattern, selection.conditions, selection.parameters
    ('&`Person`', ' AND (n.`name` IN $`v0`)', {'v0': ['Ada']})
    """
    wanted = {
        name: values_wanted(bindings.ontology.attributes(concept), concept, name, value)
        for name, value in (where or {}).items()
    }
    own, *foreign = bindings.places(concept)
    pattern = own.pattern.removeprefix(quoted(INSTANCE_LABEL)) + either_place(foreign)
    return Selection(
        pattern,
        _conditions(bindings, (own, *foreign), list(wanted)),
        {f"v{i}": values for i, values in enumerate(wanted.values())},
        limit,
    )


def either_place(places: Iterable[Place]) -> LiteralString:
    """Return these places as further alternatives of a label expression."""
    return "".join(dict.fromkeys(f"|({place.pattern})" for place in places))


def names_of(bindings: Bindings, place: Place) -> str:
    """Return the property that holds the names of the instances at a place; empty without one."""
    if place.own:
        return "name"
    name = bindings.ontology.attributes(place.concept)["name"]
    bound = bindings.of_attribute(place.concept, name, own=False)
    return bound.property if isinstance(bound, PropertyBinding) else ""


def values_wanted(
    attributes: Mapping[str, Attribute], concept: str, name: str, given: object
) -> list[object]:
    """Return the alternatives for one attribute, in its type; raises as `select` does."""
    if name not in attributes:
        raise UnknownAttribute(concept, name, suggestions(name, attributes))
    attribute = attributes[name]
    listed = cast(list[object], given if isinstance(given, list) else [given])
    if attribute.is_link:
        return [str(getattr(value, "uid", value)) for value in listed]
    found: list[object] = []
    for value in listed:
        try:
            taken = reader(attribute)(value)
        except Unfit as unfit:
            raise UsageError(f"{name} {unfit}") from unfit
        found += taken if isinstance(taken, list) else [taken]
    return found


def _conditions(bindings: Bindings, places: Iterable[Place], names: list[str]) -> LiteralString:
    """Return the conditions: those of each place hold for the nodes that lie there."""
    if not names:
        return ""
    tests: dict[LiteralString, LiteralString] = {}
    for place in places:
        each: list[LiteralString] = [
            _condition(bindings, place, name, i) for i, name in enumerate(names)
        ]
        tests[place.pattern] = " AND ".join(each)
    if len(set(tests.values())) == 1:
        return f" AND ({next(iter(tests.values()))})"
    either = " OR ".join(f"(n:{pattern} AND {test})" for pattern, test in tests.items())
    return f" AND ({either})"


def _condition(bindings: Bindings, place: Place, name: str, number: int) -> LiteralString:
    """Return the condition that an attribute has one of the values in a parameter."""
    attribute = bindings.ontology.attributes(place.concept)[name]
    bound = bindings.of_attribute(place.concept, attribute, place.own)
    values: LiteralString = f"${quoted(f'v{number}')}"
    if isinstance(bound, RelationshipBinding):
        return _link_condition(bindings, bound, values)
    stored: LiteralString = f"n.{quoted(bound.property)}"
    if attribute.many:
        # What is no list in a foreign graph counts as a list of one.
        return f"any(x IN [] + {stored} WHERE x IN {values})"
    return f"{stored} IN {values}"


def _link_condition(
    bindings: Bindings, bound: RelationshipBinding, values: LiteralString
) -> LiteralString:
    """Return the condition that a link leads to an instance of one of these uids or names."""
    out = bound.direction is Direction.OUT
    start: LiteralString = "-" if out else "<-"
    end: LiteralString = "->" if out else "-"
    target = quoted(INSTANCE_LABEL) + either_place(bindings.foreign)
    tests = is_called("m", names_anywhere(bindings), values)
    return f"EXISTS {{ (n){start}[:{quoted(bound.type)}]{end}(m:{target}) WHERE {tests} }}"


def names_anywhere(bindings: Bindings) -> list[str]:
    """Return the properties that hold the uids and names of instances, wherever they lie."""
    found = ["uid", "name", *(names_of(bindings, place) for place in bindings.foreign)]
    return [name for name in dict.fromkeys(found) if name]


def is_called(node: LiteralString, names: Iterable[str], values: LiteralString) -> LiteralString:
    """Return the condition that a node is known by one of some values."""
    return " OR ".join(f"{node}.{quoted(name)} IN {values}" for name in names)
