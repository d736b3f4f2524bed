"""Which facts of a `Relation` concept are wanted: the types that store them, and conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

from knowloom.ontology.binding import Bindings
from knowloom.ontology.concepts import ENDS, Attribute, PropertyBinding
from knowloom.ontology.names import quoted
from knowloom.store.select import (
    is_called,
    is_one_of,
    names_anywhere,
    parameters_of,
    values_wanted,
)

_NODES: Mapping[str, LiteralString] = {ENDS[0]: "a", ENDS[1]: "b"}


@dataclass(frozen=True, slots=True)
class FactSelection:
    """The facts of a `Relation` concept that meet conditions.

    Args:
        concept: its subclasses are meant too.
        types: what stands between `[r:` and `]` for the relationships that store them.
        conditions: Cypher that the relationship `r` from `a` to `b` has to meet, with ` AND `
            before it; or nothing.
        parameters: the values it is compared with.
        limit: at most so many of them, those whose ends have the first uids; None for all.
    """

    concept: str
    types: LiteralString
    conditions: LiteralString
    parameters: Mapping[str, Any]
    limit: int | None = None


def select_facts(
    bindings: Bindings,
    concept: str,
    where: Mapping[str, object] | None = None,
    limit: int | None = None,
) -> FactSelection:
    """Return the selection of the facts of `concept` with these ends and qualifiers.

    The arguments and errors are those of `select`; an end is given as a link is.

    >>> from knowloom.ontology.concepts import Concept, ConceptRange, Ontology
    >>> ends = [Attribute(name=end, range=ConceptRange(("Entity",))) for end in ENDS]
    >>> knows = Concept(name="Knows", parents=("Relation",), attributes=tuple(ends))
    >>> selection = select_facts(Bindings(Ontology([knows])), "Knows", {"head_entity": "Ada"})
    >>> selection.types, selection.conditions
    ('`KNOWS`', ' AND (a.`uid` IN $`v0` OR a.`name` IN $`v0`)')
    """
    ontology = bindings.ontology
    wanted = {
        name: values_wanted(ontology.attributes(concept), concept, name, value)
        for name, value in (where or {}).items()
    }
    below = sorted({concept, *ontology.descendants(concept)})
    # Own and foreign facts may be of one type, and hold an attribute at different places.
    places = [(each, own) for each in below for own in (True, False) if _lies(bindings, each, own)]
    types: list[LiteralString] = [quoted(_type(bindings, each, own)) for each, own in places]
    return FactSelection(
        concept,
        "|".join(dict.fromkeys(types)),
        "".join(_condition(bindings, places, n, i) for i, n in enumerate(wanted)),
        parameters_of(ontology.attributes(concept), wanted),
        limit,
    )


def _lies(bindings: Bindings, concept: str, own: bool) -> bool:
    """Return whether facts of a concept may lie in the own layout, or else in a foreign one."""
    return own or bool(bindings.ontology[concept].binding)


def _type(bindings: Bindings, concept: str, own: bool) -> str:
    """Return the relationship type that stores the facts of a concept."""
    found = bindings.ontology[concept]
    return found.relationship_type if own or not found.binding else found.binding.labels[0]


def _condition(
    bindings: Bindings, places: list[tuple[str, bool]], name: str, number: int
) -> LiteralString:
    """Return the condition that an attribute has one of the values in a parameter."""
    values: LiteralString = f"${quoted(f'v{number}')}"
    if name in _NODES:
        return f" AND ({is_called(_NODES[name], names_anywhere(bindings), values)})"
    tests: dict[LiteralString, list[LiteralString]] = {}
    for concept, own in places:
        attribute = bindings.ontology.attributes(concept)[name]
        test = _test(bindings, concept, attribute, own, values)
        tests.setdefault(test, []).append(quoted(_type(bindings, concept, own)))
    if len(tests) == 1:
        return f" AND ({next(iter(tests))})"
    either = " OR ".join(f"(r:{'|'.join(types)} AND {test})" for test, types in tests.items())
    return f" AND ({either})"


def _test(
    bindings: Bindings, concept: str, attribute: Attribute, own: bool, values: LiteralString
) -> LiteralString:
    """Return the test of one qualifier where it lies."""
    bound = bindings.of_attribute(concept, attribute, own)
    if not isinstance(bound, PropertyBinding):
        return "false"  # a relationship holds no other
    stored: LiteralString = f"r.{quoted(bound.property)}"
    return is_one_of(stored, attribute, values)
