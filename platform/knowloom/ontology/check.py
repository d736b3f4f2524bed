"""What is wrong with an ontology beyond its structure: names, ranges, keys, bounds, clashes.

`Ontology` itself refuses what is no hierarchy at all. `check` finds what would make a sound
hierarchy fail later: in Python, in Neo4j, or in the meaning of a subclass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from knowloom.errors import Fault
from knowloom.ontology.concepts import (
    ENDS,
    ROOTS,
    Attribute,
    Concept,
    ConceptRange,
    Enumeration,
    Kind,
    Ontology,
    Range,
    Scalar,
)
from knowloom.ontology.names import RESERVED_ATTRIBUTES, SYSTEM_PREFIX, is_name, suggestions
from knowloom.ontology.values import bounds_fault

MOST_EXAMPLES = 10
POLICIES = frozenset(
    {
        "union",
        "latest",
        "latest-valid",
        "max",
        "min",
        "trusted-source-order",
        "truth-discovery",
        "review",
    }
)


def check(ontology: Ontology) -> list[Fault]:
    """Return everything that is wrong with `ontology`.

    `where` of a fault is `Concept` or `Concept.attribute`.

    >>> winner = Attribute(name="won_by", range=ConceptRange(("Persn",)))
    >>> award = Concept(name="Award", attributes=(winner,))
    >>> print(*check(Ontology([award, Concept(name="Person")])))
    Award.won_by: refers to Persn, which is no concept; did you mean Person?
    """
    found = [fault for rule in _ONTOLOGY_RULES for fault in rule(ontology)]
    for concept in ontology:
        for rule in _CONCEPT_RULES:
            found += rule(concept, ontology)
        for attribute in concept.attributes:
            where = f"{concept.name}.{attribute.name}"
            for attribute_rule in _ATTRIBUTE_RULES:
                found += (
                    Fault(where, what, code) for code, what in attribute_rule(attribute, ontology)
                )
    return found


def range_text(attribute: Attribute) -> str:
    """Return the type of an attribute as it is written in Python.

    >>> range_text(Attribute(name="friends", range=ConceptRange(("Person",)), many=True))
    'list[Person]'
    """
    match attribute.range:
        case ConceptRange(concepts):
            one = " | ".join(concepts)
        case Enumeration(values):
            one = f"Literal[{', '.join(map(repr, values))}]"
        case _:
            one = attribute.range.value
    return f"list[{one}]" if attribute.many else one


def is_narrower(narrow: Range, wide: Range, ontology: Ontology) -> bool:
    """Return whether every value of `narrow` is one of `wide` too; equal ranges are."""
    match narrow, wide:
        case ConceptRange(low), ConceptRange(high):
            return all(any(n in ontology and ontology.is_a(n, w) for w in high) for n in low)
        case Enumeration(low), Enumeration(high):
            return set(low) <= set(high)
        case Enumeration(), Scalar.STR:
            return True
        case _:
            return narrow == wide


What = Iterator[tuple[str, str]]


def _letter_case_faults(ontology: Ontology) -> Iterator[Fault]:
    """Yield concepts whose names differ from an earlier one's in upper and lower case only."""
    first = {name.casefold(): name for name in ROOTS}
    for concept in ontology:
        other = first.setdefault(concept.name.casefold(), concept.name)
        if other != concept.name:
            what = f"differs from {other} in upper and lower case only; rename one"
            yield Fault(concept.name, what, "letter-case")


def _relation_type_faults(ontology: Ontology) -> Iterator[Fault]:
    """Yield relations and link attributes that would be stored as the type of another relation."""
    relations: dict[str, str] = {}
    for concept in ontology:
        if ontology.kind(concept.name) is Kind.RELATION:
            kind = concept.relationship_type
            if (other := relations.setdefault(kind, concept.name)) != concept.name:
                what = f"is stored as {kind}, like {other}; rename one"
                yield Fault(concept.name, what, "relationship-clash")
    for concept in ontology:
        for attribute in concept.attributes:
            kind = attribute.relationship_type
            if not attribute.is_link or attribute.name in ENDS:
                continue
            if (relation := relations.get(kind)) is not None:
                what = f"is stored as {kind}, like the relation {relation}; set `relationship`"
                yield Fault(f"{concept.name}.{attribute.name}", what, "relationship-clash")


def _concept_faults(concept: Concept, ontology: Ontology) -> Iterator[Fault]:
    """Yield what is wrong with a concept's name, examples, attribute names and binding."""
    if not is_name(concept.name):
        what = "cannot be a class name: it must be a Python identifier without a leading _"
        yield Fault(concept.name, what, "name")
    if len(concept.examples) > MOST_EXAMPLES:
        what = f"has {len(concept.examples)} examples; keep the {MOST_EXAMPLES} most frequent"
        yield Fault(concept.name, what, "examples")
    names = [a.name for a in concept.attributes]
    for name in dict.fromkeys(n for n in names if names.count(n) > 1):
        yield Fault(f"{concept.name}.{name}", "is defined twice", "duplicate-attribute")
    if concept.binding is not None:
        yield from _binding_faults(concept, ontology)


def _binding_faults(concept: Concept, ontology: Ontology) -> Iterator[Fault]:
    """Yield what is wrong with where a concept says its instances lie."""
    binding = concept.binding
    assert binding is not None
    if not binding.labels or not all(binding.labels):
        yield Fault(concept.name, "has a binding that names no label", "binding")
    known = ontology.attributes(concept.name)
    for name, _ in binding.attributes:
        if name not in known:
            yield Fault(f"{concept.name}.{name}", "is bound but no attribute", "binding")


def _key_faults(concept: Concept, ontology: Ontology) -> Iterator[Fault]:
    """Yield why the key of a concept cannot identify its instances."""
    if concept.key and ontology.kind(concept.name) is Kind.RELATION:
        yield Fault(concept.name, "is a relation, which has no key; its ends identify it", "key")
        return
    known = ontology.attributes(concept.name)
    for name in concept.key:
        where = f"{concept.name}.{name}"
        if name not in known:
            near = _hint(name, known)
            yield Fault(where, f"is part of the key but no attribute{near}", "key")
        elif known[name].many:
            yield Fault(where, "is part of the key but holds a list, which is no identity", "key")
        elif known[name].is_link:
            yield Fault(where, "is part of the key but refers to other things", "key")
        elif concept.key.count(name) > 1:
            yield Fault(where, "is named twice in the key", "key")


def _inheritance_faults(concept: Concept, ontology: Ontology) -> Iterator[Fault]:
    """Yield attributes that do not mean what they mean for a parent."""
    if not concept.attributes and len(concept.parents) == 1:
        return
    own = {a.name for a in concept.attributes}
    attributes = ontology.attributes(concept.name)
    for parent in concept.parents:
        for name, inherited in ontology.attributes(parent).items():
            here = attributes[name]
            if here is inherited or (why := _widening(here, inherited, ontology)) is None:
                continue
            where = f"{concept.name}.{name}"
            if name in own:
                yield Fault(where, f"{why} of its parent {parent}", "range-clash")
            else:
                what = f"is inherited as {range_text(here)}, and {why} of {parent}; redefine it"
                yield Fault(where, what, "range-clash")


def _widening(here: Attribute, inherited: Attribute, ontology: Ontology) -> str | None:
    """Return how `here` allows what `inherited` does not, None when it does not."""
    mine, theirs = range_text(here), range_text(inherited)
    if here.many != inherited.many:
        return f"as {mine} it does not fit the {theirs}"
    if not is_narrower(here.range, inherited.range, ontology):
        return f"as {mine} it does not fit the {theirs}"
    if inherited.required and not here.required:
        return "may be missing, unlike that"
    return None


def _relationship_faults(concept: Concept, ontology: Ontology) -> Iterator[Fault]:
    """Yield link attributes of one concept that would share a relationship type."""
    if not concept.attributes and len(concept.parents) == 1:
        return
    if ontology.kind(concept.name) is Kind.RELATION:
        return
    taken: dict[str, str] = {}
    for name, attribute in ontology.attributes(concept.name).items():
        if not attribute.is_link:
            continue
        other = taken.setdefault(attribute.relationship_type, name)
        if other != name:
            what = f"is stored as {attribute.relationship_type}, like {other}; set `relationship`"
            yield Fault(f"{concept.name}.{name}", what, "relationship-clash")


def _end_faults(concept: Concept, ontology: Ontology) -> Iterator[Fault]:
    """Yield attributes of a relation that a relationship cannot hold."""
    if ontology.kind(concept.name) is not Kind.RELATION:
        return
    for attribute in concept.attributes:
        if attribute.is_link and attribute.name not in ENDS:
            what = "refers to things, which only the two ends of a relation can; use an Event"
            yield Fault(f"{concept.name}.{attribute.name}", what, "relation-link")


def _name_whats(attribute: Attribute, ontology: Ontology) -> What:
    """Yield what is wrong with an attribute's name."""
    if attribute.name in RESERVED_ATTRIBUTES:
        yield "name", "has a name that is reserved; append an underscore"
    elif not is_name(attribute.name):
        yield "name", "cannot be an attribute: it must be a Python identifier without a leading _"


def _range_whats(attribute: Attribute, ontology: Ontology) -> What:
    """Yield what is wrong with an attribute's range."""
    match attribute.range:
        case Enumeration(values):
            if not values or len(set(values)) < len(values):
                yield "range", "has a Literal without values or with one twice"
        case ConceptRange(concepts):
            if not concepts:
                yield "range", "refers to no concept at all"
            for name in concepts:
                yield from _target_whats(name, ontology)
        case _:
            pass


def _target_whats(name: str, ontology: Ontology) -> What:
    """Yield what keeps a concept from being referred to."""
    if name not in ontology:
        near = _hint(name, (c.name for c in ontology))
        yield "unknown-range", f"refers to {name}, which is no concept{near}"
    elif ontology.kind(name) is Kind.RELATION:
        yield "range", f"refers to {name}, a relation, which nothing can point to"


def _policy_whats(attribute: Attribute, ontology: Ontology) -> What:
    """Yield a policy that does not exist; a version may follow its name: `latest.v1`."""
    name, dot, version = attribute.policy.partition(".v")
    if attribute.policy and (name not in POLICIES or (dot and not version.isdigit())):
        known = ", ".join(sorted(POLICIES))
        yield "policy", f"has the policy {attribute.policy!r}, which is none of {known}"


def _bounds_whats(attribute: Attribute, ontology: Ontology) -> What:
    """Yield bounds that cannot be used."""
    if what := bounds_fault(attribute):
        yield "bounds", what


def _stored_whats(attribute: Attribute, ontology: Ontology) -> What:
    """Yield a relationship type that is reserved, or one of an attribute that is no link."""
    if attribute.relationship and not attribute.is_link:
        yield "relationship", "declares a relationship type but refers to nothing"
    elif attribute.is_link and attribute.relationship_type.startswith(SYSTEM_PREFIX):
        yield "relationship", f"is stored as {attribute.relationship_type}, and _ is reserved"


def _hint(name: str, known: Iterable[str]) -> str:
    """Return a question naming what looks like `name`, or nothing."""
    near = suggestions(name, list(known))
    return f"; did you mean {' or '.join(near)}?" if near else ""


_ONTOLOGY_RULES: tuple[Callable[[Ontology], Iterator[Fault]], ...] = (
    _letter_case_faults,
    _relation_type_faults,
)
_CONCEPT_RULES: tuple[Callable[[Concept, Ontology], Iterator[Fault]], ...] = (
    _concept_faults,
    _key_faults,
    _inheritance_faults,
    _relationship_faults,
    _end_faults,
)
_ATTRIBUTE_RULES: tuple[Callable[[Attribute, Ontology], What], ...] = (
    _name_whats,
    _range_whats,
    _policy_whats,
    _bounds_whats,
    _stored_whats,
)
