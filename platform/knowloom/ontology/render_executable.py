"""Concepts as plain Python classes that run alone: standard library only, real inheritance.

Programs over objects and declaration code stand on these (items 15, 62): the classes of any
selection together with everything they need, whatever else is installed.
"""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import dedent

from knowloom.ontology.concepts import ROOTS, Attribute, Concept, Enumeration, Kind, Ontology
from knowloom.ontology.docstrings import docstring
from knowloom.ontology.render_annotated import range_hint

_BASE = dedent(
    '''
    class Thing:
        """What all instances have in common."""

        uid: str
        __positional__ = ()

        def __init__(self, /, *args, **values):
            positional = type(self).__positional__
            if len(args) > len(positional):
                raise TypeError(f"{type(self).__name__} takes {len(positional)} unnamed values")
            values = {**dict(zip(positional, args)), **values}
            hints = {}
            for base in reversed(type(self).__mro__):
                hints.update(base.__dict__.get("__annotations__", {}))
            for name in values:
                if name not in hints:
                    raise TypeError(f"{type(self).__name__} has no attribute {name!r}")
            for name, hint in hints.items():
                blank = [] if hint.startswith("list[") else "" if name in ("uid", "name") else None
                setattr(self, name, values.get(name, blank))

        def __eq__(self, other):
            return type(self).__name__ == type(other).__name__ and _flat(self) == _flat(other)

        def __hash__(self):
            return hash((type(self).__name__, self.uid or getattr(self, "name", "")))

        def __repr__(self):
            return f"{type(self).__name__}({getattr(self, 'name', '') or self.uid!r})"


    def _flat(thing):
        return {name: _short(value) for name, value in vars(thing).items()}


    def _short(value):
        if isinstance(value, list):
            return [_short(v) for v in value]
        if hasattr(value, "uid"):
            return (type(value).__name__, value.uid or getattr(value, "name", ""))
        return value
    '''
).strip()


def render_executable(ontology: Ontology, names: Iterable[str] | None = None) -> str:
    """Return plain Python that defines concepts and all they need, and runs by itself.

    Args:
        ontology: the concepts.
        names: which of them; all when None.

    >>> person = Concept(name="Person", attributes=(Attribute(name="born"),))
    >>> space = {}
    >>> exec(render_executable(Ontology([person]), ["Person"]), space)
    >>> space["Person"]("Ada", born="1815").born
    '1815'
    """
    wanted = ontology.parents_first() if names is None else ontology.closure(names)
    classes = [_class(ontology[name]) for name in wanted]
    return "\n\n\n".join([_header(ontology, wanted), _BASE, *classes]) + "\n"


def _header(ontology: Ontology, names: Iterable[str]) -> str:
    attributes = [a for name in names for a in ontology[name].attributes]
    lines = ["from __future__ import annotations", "", "from datetime import date, datetime"]
    if any(isinstance(a.range, Enumeration) for a in attributes):
        lines.append("from typing import Literal")
    return "\n".join(lines)


def _class(concept: Concept) -> str:
    lines = [f"class {concept.name}({', '.join(concept.parents) or 'Thing'}):"]
    lines.append(f"    {docstring(concept.description, concept.examples)!r}")
    if concept.name in ROOTS:
        is_relation = concept.name == Kind.RELATION
        positional = ("head_entity", "tail_entity") if is_relation else ("name",)
        lines.append(f"    __positional__ = {positional!r}")
    lines += [f"    {attribute.name}: {_hint(attribute)}" for attribute in concept.attributes]
    return "\n".join(lines)


def _hint(attribute: Attribute) -> str:
    hint = range_hint(attribute)
    return f"list[{hint}]" if attribute.many else f"{hint} | None"
