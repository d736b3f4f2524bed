"""How the properties of nodes are sent: dates and times as text, which is many times faster.

The driver takes 4 µs to make a date and 50 to 100 µs to make a time with a zone; as ISO text they
cost a tenth of one (measured with its version 6.4.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import LiteralString

from knowloom.ontology.binding import INSTANCE_LABEL, Bindings, Place
from knowloom.ontology.concepts import Kind, Ontology, PropertyBinding, Range, Scalar
from knowloom.ontology.names import quoted

AS_TEXT: LiteralString = "_text"  # the one key of the map in which a date or time is sent as text
_MOST_BRANCHES = 40  # with more of them choosing would take longer than it saves
_TYPES: dict[Range, LiteralString] = {
    Scalar.DATE: "DATE NOT NULL",
    Scalar.DATETIME: "LOCAL DATETIME NOT NULL | ZONED DATETIME NOT NULL",
}


def properties_expression(bindings: Bindings) -> LiteralString:
    """Return the Cypher expression for the properties of the node `n`.

    Values of any other type than the attribute's are sent as they are, to be seen as the faults
    they are; so are all of them when very many classes have dates.

    >>> from knowloom.ontology.concepts import Attribute, Concept, Ontology
    >>> born = Attribute(name="born", range=Scalar.DATE)
    >>> ontology = Ontology([Concept(name="Person", attributes=(born,))])
    >>> properties_expression(Bindings(ontology)).splitlines()[1]
    '  WHEN n:`_Instance`&`Person` THEN n {.*, _observed: null, `born`: CASE WHEN n.`born` IS :: DATE NOT NULL THEN {_text: toString(n.`born`)} ELSE n.`born` END}'
    """  # noqa: E501
    branches = list(_branches(bindings))
    # When a source observed something is for `why` to tell.
    own: LiteralString = f"  WHEN n:{quoted(INSTANCE_LABEL)} THEN n {{.*, _observed: null}}"
    return "\n".join(["CASE", *branches, own, "  ELSE properties(n) END"])


def _branches(bindings: Bindings) -> Iterator[LiteralString]:
    """Yield a branch for each class with dates or times, subclasses before superclasses."""
    ontology = bindings.ontology
    foreign = {place.concept: place for place in bindings.foreign}
    own = [name for name in reversed(ontology.parents_first()) if _has_times(ontology, name)]
    if len(own) + len(foreign) > _MOST_BRANCHES:
        return
    for name in own:
        yield _branch(bindings, Place(name, (INSTANCE_LABEL, name)))
    for name in reversed(ontology.parents_first()):
        if name in foreign and (branch := _branch(bindings, foreign[name])):
            yield branch


def _has_times(ontology: Ontology, name: str) -> bool:
    """Return whether the instances of a concept have dates or times its parents lack."""
    mine = any(a.range in _TYPES and not a.many for a in ontology[name].attributes)
    return mine and ontology.kind(name) is not Kind.RELATION


def _branch(bindings: Bindings, place: Place) -> LiteralString:
    """Return what is sent of the nodes at a place; empty when that is nothing special."""
    parts: list[LiteralString] = ["_observed: null"] if place.own else []
    plain = len(parts)
    for attribute in bindings.ontology.attributes(place.concept).values():
        bound = bindings.of_attribute(place.concept, attribute, place.own)
        type_ = _TYPES.get(attribute.range)
        if type_ and not attribute.many and isinstance(bound, PropertyBinding):
            name = quoted(bound.property)
            parts.append(
                f"{name}: CASE WHEN n.{name} IS :: {type_} "
                f"THEN {{{AS_TEXT}: toString(n.{name})}} ELSE n.{name} END"
            )
    if len(parts) == plain:
        return ""
    return f"  WHEN n:{place.pattern} THEN n {{.*, {', '.join(parts)}}}"
