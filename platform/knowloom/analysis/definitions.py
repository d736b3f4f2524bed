"""The classes a program sees: a closed part of the ontology as plain Python (spec 77 and 80).

Closed means that whatever a class names is defined: its superclasses, and what its attributes
refer to. Classes that are only referred to keep their plain values, and those of their links that
stay inside; else one class would bring the whole ontology along.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from knowloom.ontology.concepts import ENDS, ROOTS, Attribute, Concept, ConceptRange, Ontology
from knowloom.ontology.docstrings import docstring
from knowloom.ontology.render_annotated import range_hint

_HEADER = "from __future__ import annotations\n\nfrom datetime import date, datetime"


def part_of(ontology: Ontology, names: Iterable[str]) -> Ontology:
    """Return some classes of an ontology with what they need, so that nothing is undefined.

    Args:
        ontology: all classes.
        names: the classes that matter, with all their attributes.

    Raises:
        UnknownConcept: a name is no class.

    >>> city = Concept(name="City")
    >>> person = Concept(name="Person", attributes=(
    ...     Attribute(name="home", range=ConceptRange(("City",))),))
    >>> [c.name for c in part_of(Ontology([city, person]), ["Person"])]
    ['City', 'Person']
    """
    wanted = {above for name in names for above in ontology.lineage(name)}
    near = {
        above
        for name in wanted
        for attribute in ontology[name].attributes
        if isinstance(attribute.range, ConceptRange)
        for target in attribute.range.concepts
        for above in ontology.lineage(target)
    }
    inside = wanted | near
    chosen = [ontology[n] for n in ontology.parents_first() if n in inside and n not in ROOTS]
    return Ontology(_inside(concept, inside, concept.name in wanted) for concept in chosen)


def _inside(concept: Concept, inside: set[str], whole: bool) -> Concept:
    """Return a class without the links that lead outside."""
    kept = tuple(
        a
        for a in concept.attributes
        if whole or not isinstance(a.range, ConceptRange) or inside.issuperset(a.range.concepts)
    )
    return replace(concept, attributes=kept, post_process="", binding=None)


def with_attributes(ontology: Ontology, names: Iterable[str]) -> Ontology:
    """Return an ontology whose classes have only these attributes beside name and ends."""
    kept = set(names)
    return Ontology(
        replace(c, attributes=tuple(a for a in c.attributes if a.name in kept)) for c in ontology
    )


def constructor(ontology: Ontology, concepts: Sequence[str]) -> Mapping[str, Attribute]:
    """Return what the constructor of a class takes, in order; uid comes behind all of it.

    Args:
        ontology: the part that the program sees.
        concepts: the class, or those that a combined class joins.
    """
    found: dict[str, Attribute] = {}
    for concept in concepts:
        found.update(ontology.attributes(concept))
    return found


def combined(concepts: Sequence[str]) -> str:
    """Return the name of the class of things that are instances of several."""
    return "_and_".join(concepts)


def definitions(ontology: Ontology, joined: Iterable[Sequence[str]] = ()) -> str:
    """Return the classes as Python that runs alone and inherits as the ontology says.

    Args:
        ontology: the part that the program sees.
        joined: the concepts of things that are instances of several.

    >>> print(definitions(Ontology([Concept(name="Person")])).partition("class Person")[2])
    (Entity):
        "Description:"
    <BLANKLINE>
        def __init__(self, name='', aliases: list[str] = None, uid=''):
            self.name = name
            self.aliases = [] if aliases is None else aliases
            self.uid = uid
    """
    names = [n for n in ontology.parents_first() if n not in ROOTS or _is_used(n, ontology)]
    classes = [_class(ontology, ontology[name]) for name in names]
    classes += [_joined(ontology, concepts) for concepts in joined]
    return "\n\n\n".join([_HEADER, *classes])


def _is_used(root: str, ontology: Ontology) -> bool:
    return root == "Entity" or any(ontology.kind(c.name).value == root for c in ontology)


def _class(ontology: Ontology, concept: Concept) -> str:
    said = docstring(concept.description, concept.examples[:3])
    text = f'"""{said}\n"""' if "\n" in said else f'"{said}"'
    if '"' in said or "\\" in said or not said.replace("\n", "").isprintable():
        text = repr(said)
    head = f"class {concept.name}({', '.join(concept.parents)}):"
    head = head.replace("()", "")
    lines = [head, *(f"    {line}" for line in text.splitlines()), ""]
    return "\n".join([*lines, *_init(constructor(ontology, [concept.name]))])


def _joined(ontology: Ontology, concepts: Sequence[str]) -> str:
    head = f"class {combined(concepts)}({', '.join(concepts)}):"
    return "\n".join([head, *_init(constructor(ontology, concepts))])


def _init(attributes: Mapping[str, Attribute]) -> list[str]:
    """Return the lines of a constructor."""
    takes = ["self", *(_parameter(a) for a in attributes.values()), "uid=''"]
    one_line = f"    def __init__({', '.join(takes)}):"
    lines = [one_line]
    if len(one_line) > 96:
        lines = ["    def __init__(", *(f"        {one}," for one in takes), "    ):"]
    for name, attribute in attributes.items():
        value = f"[] if {name} is None else {name}" if attribute.many else name
        lines.append(f"        self.{name} = {value}")
    return [*lines, "        self.uid = uid"]


def _parameter(attribute: Attribute) -> str:
    if attribute.name == "name":
        return "name=''"
    if attribute.name in ENDS:
        return f"{attribute.name}: {range_hint(attribute)} = None"
    hint = range_hint(attribute)
    if hint.startswith("Literal["):
        hint = "str"
    return f"{attribute.name}: {f'list[{hint}]' if attribute.many else hint} = None"
