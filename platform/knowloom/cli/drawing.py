"""Ontologies as text for a terminal: the tree, and one concept with all it inherits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from knowloom.cli.output import table
from knowloom.ontology.check import range_text
from knowloom.ontology.concepts import ROOTS, Ontology


def tree_lines(
    ontology: Ontology, population: Mapping[str, int], top: str | None = None
) -> Iterator[str]:
    """Yield the hierarchy as lines; a concept of several parents stands below the first.

    Args:
        ontology: what to draw.
        population: concept name to number of instances, where there are any.
        top: the concept to begin with; all roots when None.
    """
    first = {concept.name: concept.parents[0] for concept in ontology}
    below: dict[str, list[str]] = {}
    for name, parent in first.items():
        below.setdefault(parent, []).append(name)
    for root in (top,) if top else (r for r in ROOTS if r in below):
        # Names with what stands before them and before their children; no recursion.
        todo = [(root, "", "")]
        while todo:
            name, before, indent = todo.pop()
            yield f"{before}{name}{_remarks(ontology, population, name)}"
            children = below.get(name, [])
            last = len(children) - 1
            todo.extend(
                (child, f"{indent}{'└─' if i == last else '├─'} ", f"{indent}{_rail(i, last)}")
                for i, child in reversed(list(enumerate(children)))
            )


def concept_lines(ontology: Ontology, name: str, count: int) -> Iterator[str]:
    """Yield everything about one concept: definition, place, attributes with their origin."""
    concept = ontology[name]
    above = " → ".join(ontology.ancestors(name))
    yield f"{name}{f' → {above}' if above else ''}"
    yield from (f"  {line}" for line in concept.description.splitlines())
    facts = {
        "also called": ", ".join(concept.aliases),
        "such as": ", ".join(concept.examples),
        "key": ", ".join(concept.key),
        "identifier": concept.iri,
        "subclasses": ", ".join(ontology.children(name)),
        "instances": f"{count:,}" if count else "",
    }
    yield from (f"  {what}: {said}" for what, said in facts.items() if said)
    rows = [
        (
            f"  {attribute.name}",
            range_text(attribute),
            "required" if attribute.required else "",
            _origin(ontology, name, attribute.name),
            attribute.description,
        )
        for attribute in ontology.attributes(name).values()
    ]
    yield from table(("  attribute", "type", "", "from", "meaning"), rows)


def _remarks(ontology: Ontology, population: Mapping[str, int], name: str) -> str:
    """Return what stands behind a name: how many instances, and its other parents."""
    count = f" ({population[name]:,})" if name in population else ""
    others = ontology[name].parents[1:]
    also = f", also {', '.join(others)}" if others else ""
    return f"{count}{also}"


def _rail(position: int, last: int) -> str:
    """Return what stands before the children of a child."""
    return "   " if position == last else "│  "


def _origin(ontology: Ontology, concept: str, attribute: str) -> str:
    """Return the nearest superclass that defines an attribute; empty when it is the concept."""
    for ancestor in ontology.lineage(concept):
        if any(a.name == attribute for a in ontology[ancestor].attributes):
            return "" if ancestor == concept else ancestor
    return ""
