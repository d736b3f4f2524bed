"""Which instances are wanted: a class and the values of attributes, as patterns and conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString, cast

from knowloom.errors import UnknownAttribute, UsageError
from knowloom.ontology.binding import INSTANCE_LABEL, Bindings, Place
from knowloom.ontology.concepts import (
    Attribute,
    Direction,
    PropertyBinding,
    RelationshipBinding,
    Scalar,
)
from knowloom.ontology.names import quoted, suggestions
from knowloom.ontology.values import reader
from knowloom.ontology.verdicts import Unfit

_TICK = timedelta(microseconds=1)


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
        parameters_of(bindings.ontology.attributes(concept), wanted),
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


def parameters_of(
    attributes: Mapping[str, Attribute], wanted: Mapping[str, list[object]]
) -> dict[str, Any]:
    """Return what `is_one_of` compares with, by the names of the parameters `v0`, `v1` …"""
    return {
        f"v{i}": [_about(cast(datetime, v)) for v in values]
        if _tells_time(attributes[n])
        else values
        for i, (n, values) in enumerate(wanted.items())
    }


def is_one_of(stored: LiteralString, attribute: Attribute, values: LiteralString) -> LiteralString:
    """Return the condition that a property is, or holds, one of the values in a parameter."""
    # What is no list in a foreign graph counts as a list of one.
    value: LiteralString = "x" if attribute.many else stored
    test: LiteralString = f"{value} IN {values}"
    if _tells_time(attribute):
        near: LiteralString = f"m[1] < {value} < m[2] OR m[3] < {value} < m[4]"
        test = f"any(m IN {values} WHERE {value} = m[0] OR {near})"
    return f"any(x IN [] + {stored} WHERE {test})" if attribute.many else test


def _tells_time(attribute: Attribute) -> bool:
    return attribute.range is Scalar.DATETIME


def _about(moment: datetime) -> list[datetime]:
    """Return a moment and what lies around it, with a zone and without one, which counts as UTC.

    Equal moments may differ in their zones, and then they are not equal to the server.
    """
    at = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    least, most = (each.replace(tzinfo=UTC) for each in (datetime.min, datetime.max))
    around = [max(at, least + _TICK) - _TICK, min(at, most - _TICK) + _TICK]
    return [moment, *around, *(each.replace(tzinfo=None) for each in around)]


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
    return is_one_of(stored, attribute, values)


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
