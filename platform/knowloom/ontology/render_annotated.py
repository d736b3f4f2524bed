"""Ontologies as files in the annotated style, which read back to the same concepts (item 4)."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace

from knowloom.ontology.concepts import (
    ROOTS,
    Attribute,
    Binding,
    Concept,
    ConceptRange,
    Direction,
    Enumeration,
    Ontology,
    PropertyBinding,
)
from knowloom.ontology.docstrings import docstring
from knowloom.ontology.parse import extras_comment
from knowloom.ontology.parse_annotated import Reading, read_class

_DATES = ("date", "datetime")


def render_annotated(ontology: Ontology, names: Iterable[str] | None = None) -> str:
    """Return a Python file that defines concepts and all they need, parents first (item 15).

    Args:
        ontology: the concepts.
        names: which of them; all when None.
    """
    wanted = ontology.parents_first() if names is None else ontology.closure(names)
    concepts = [ontology[name] for name in wanted if name not in ROOTS]
    classes = [render_class(concept) for concept in concepts]
    return "\n\n".join([_header(concepts, "".join(classes)), *classes])


def render_class(concept: Concept) -> str:
    """Return one class; what the style has no room for stands in a comment above it."""
    text = _class(concept)
    plain = _reread(text, concept)
    return extras_comment(concept, plain) + text


def range_hint(attribute: Attribute) -> str:
    """Return the type hint of one value of an attribute."""
    match attribute.range:
        case Enumeration(values):
            return f"Literal[{', '.join(map(repr, values))}]"
        case ConceptRange(concepts):
            return " | ".join(concepts)
        case scalar:
            return scalar.value


def _class(concept: Concept) -> str:
    """Return the class as far as the style goes."""
    head = ", ".join([*concept.parents, *_keywords(concept)])
    lines = [f"class {concept.name}({head}):"]
    if concept.description or concept.examples:
        lines.append(_indented_docstring(docstring(concept.description, concept.examples)))
    body = [f"    {_attribute(a)}" for a in concept.attributes]
    if concept.post_process:
        body.append("\n".join(f"    {line}" for line in concept.post_process.splitlines()))
    if body and len(lines) > 1:
        lines.append("")
    lines += body
    return "\n".join(lines if len(lines) > 1 else [*lines, "    pass"]) + "\n"


def _keywords(concept: Concept) -> list[str]:
    found: list[str] = []
    for name in ("key", "aliases", "patterns", "title", "iri", "description_origin"):
        if value := getattr(concept, name):
            found.append(f"{name}={value!r}")
    if concept.binding is not None:
        found.append(f"binding={_binding(concept.binding)}")
    return found


def _binding(binding: Binding) -> str:
    parts = [f"labels={binding.labels!r}"]
    if binding.identity:
        parts.append(f"identity={binding.identity!r}")
    if binding.attributes:
        pairs = "".join(f"({name!r}, {_bound(b)}), " for name, b in binding.attributes)
        parts.append(f"attributes=({pairs})")
    return f"Binding({', '.join(parts)})"


def _bound(bound: object) -> str:
    if isinstance(bound, PropertyBinding):
        return f"PropertyBinding({bound.property!r})"
    way = "In" if getattr(bound, "direction", None) is Direction.IN else "Out"
    return f"{way}({getattr(bound, 'type', '')!r})"


def _indented_docstring(text: str) -> str:
    """Return a docstring literal; one that needs escapes is written on one line."""
    plain = text.replace("\n", "")
    if plain.isprintable() and '"""' not in text and "\\" not in text and not text.endswith('"'):
        return '    """' + text.replace("\n", "\n    ") + '"""'
    if plain.isprintable() and '"""' not in text and "\\" not in text:
        return '    """' + text.replace("\n", "\n    ") + '\n    """'
    return f"    {text!r}"


def _attribute(attribute: Attribute) -> str:
    hint = range_hint(attribute)
    if attribute.many:
        hint = f"list[{hint}]"
    elif not attribute.required and attribute.name != "name":
        hint = f"{hint} | None"
    default = "[]" if attribute.many else '""' if attribute.name == "name" else "None"
    said = _field_keywords(attribute)
    if said:
        given = said if attribute.required else [f"default={default}", *said]
        return f"{attribute.name}: {hint} = Field({', '.join(given)})"
    return f"{attribute.name}: {hint}" + ("" if attribute.required else f" = {default}")


def _field_keywords(attribute: Attribute) -> list[str]:
    found = [
        f"{name}={value!r}"
        for name in ("description", "examples", "aliases", "policy")
        if (value := getattr(attribute, name))
    ]
    found += [
        f"{name}={_number(value)}"
        for name in ("minimum", "maximum")
        if (value := getattr(attribute, name))
    ]
    return found + [
        f"{name}={value!r}"
        for name in ("iri", "relationship")
        if (value := getattr(attribute, name))
    ]


def _number(text: str) -> str:
    """Return a bound as a number where that reads back as the same text, else quoted."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return repr(text)
    plain = isinstance(value, int | float) and not isinstance(value, bool) and str(value) == text
    return text if plain else repr(text)


def _header(concepts: list[Concept], text: str) -> str:
    """Return the imports that the classes need."""
    lines = ["from __future__ import annotations", ""]
    used = {str(a.range) for c in concepts for a in c.attributes}
    if dates := [name for name in _DATES if name in used]:
        lines.append(f"from datetime import {', '.join(dates)}")
    if any(isinstance(a.range, Enumeration) for c in concepts for a in c.attributes):
        lines.append("from typing import Literal")
    if len(lines) > 2:
        lines.append("")
    parents = {p for c in concepts for p in c.parents}
    ranges = {
        name
        for c in concepts
        for a in c.attributes
        if isinstance(a.range, ConceptRange)
        for name in a.range.concepts
    }
    names = {name for name in ROOTS if name in parents | ranges}
    names |= {n for n in ("Binding", "Field", "In", "Out", "PropertyBinding") if f"{n}(" in text}
    lines.append(f"from knowloom import {', '.join(sorted(names or {'Entity'}))}")
    return "\n".join(lines) + "\n"


def _reread(text: str, concept: Concept) -> Concept:
    """Return what the parser reads from a class without its comment."""
    try:
        node = ast.parse(text).body[0]
    except (SyntaxError, ValueError):
        return replace(concept, description="", examples=())
    assert isinstance(node, ast.ClassDef)
    return read_class(node, Reading("", text))
