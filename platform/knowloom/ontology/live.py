"""Live classes as an ontology: the same concepts that the parser reads from their source."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, get_args

from knowloom.ontology.concepts import Attribute, Concept, Ontology
from knowloom.ontology.docstrings import read_docstring
from knowloom.ontology.things import BASES, About, Thing, type_of


def ontology_of(*classes: type[Thing]) -> Ontology:
    """Return the ontology that classes stand for, with their bases and all they refer to.

    Args:
        classes: written below `Entity`, `Event` or `Relation`.

    Raises:
        OntologyError: they are no hierarchy.

    >>> from knowloom.ontology.things import Entity
    >>> class Person(Entity, key=("name",)):
    ...     born: int | None = None
    >>> ontology_of(Person).attributes("Person")["born"].range.value
    'int'
    """
    return Ontology(_concept(cls) for cls in reached(*classes))


def reached(*classes: type[Thing]) -> list[type[Thing]]:
    """Return classes with their bases and all they refer to, each once; the roots left out."""
    found: dict[str, type[Thing]] = {}
    todo = list(classes)
    while todo:
        cls = todo.pop(0)
        if cls.__name__ in found or cls in (Thing, *BASES.values()):
            continue
        cls.model_rebuild()
        found[cls.__name__] = cls
        todo += [*_bases(cls), *_referred(cls)]
    return list(found.values())


def _bases(cls: type[Thing]) -> list[type[Thing]]:
    return [base for base in cls.__bases__ if issubclass(base, Thing)]


def _referred(cls: type[Thing]) -> Iterator[type[Thing]]:
    """Yield the classes that a class's own attributes refer to."""
    for name in _own(cls):
        yield from _classes_in(cls.model_fields[name].annotation)


def _classes_in(annotation: Any) -> Iterator[type[Thing]]:
    if isinstance(annotation, type) and issubclass(annotation, Thing):
        yield annotation
    for argument in get_args(annotation):
        yield from _classes_in(argument)


def _own(cls: type[Thing]) -> list[str]:
    """Return the names of the fields that a class declares itself, in order."""
    declared = inspect.get_annotations(cls)
    return [name for name in cls.model_fields if name in declared and name != "uid"]


def _concept(cls: type[Thing]) -> Concept:
    """Return the concept of one class."""
    description, examples = read_docstring(cls.__dict__.get("__doc__"))
    said: dict[str, Any] = dict(cls.__said__)
    key = said.pop("key", ())
    return Concept(
        name=cls.__name__,
        parents=tuple(base.__name__ for base in _bases(cls)),
        attributes=tuple(_attribute(cls, name) for name in _own(cls)),
        key=(key,) if isinstance(key, str) else tuple(key),
        description=description,
        examples=examples,
        **said,
    )


def _attribute(cls: type[Thing], name: str) -> Attribute:
    """Return the attribute that a field declares."""
    info = cls.model_fields[name]
    hint = type_of(info.annotation)
    if hint is None:
        raise TypeError(f"{cls.__name__}.{name} has a type that no attribute can have")
    about = next((m for m in info.metadata if isinstance(m, About)), About())
    return Attribute(
        name=name,
        range=hint.range,
        many=hint.many,
        required=info.is_required(),
        description=info.description or "",
        examples=tuple(str(e) for e in info.examples or ()),
        aliases=about.aliases,
        policy=about.policy,
        minimum=about.minimum,
        maximum=about.maximum,
        iri=about.iri,
        relationship=about.relationship,
    )
