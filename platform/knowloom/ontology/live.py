"""Live classes as an ontology: the same concepts that the parser reads from their source."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import PydanticUserError
from pydantic.errors import PydanticUndefinedAnnotation
from pydantic.fields import FieldInfo

from knowloom.errors import Fault, OntologyError
from knowloom.ontology.concepts import Attribute, Concept, Ontology
from knowloom.ontology.docstrings import read_docstring
from knowloom.ontology.parse_annotated import post_process_source
from knowloom.ontology.things import BASES, About, Thing, type_of

_ROOTS = (Thing, *BASES.values())


def ontology_of(*classes: type[Thing]) -> Ontology:
    """Return the ontology that classes stand for, with their bases and all they refer to.

    Args:
        classes: written below `Entity`, `Event` or `Relation`.

    Raises:
        OntologyError: they are no hierarchy, two have one name, or an attribute has a type or
            default that no attribute can have; all faults at once.

    >>> from knowloom.ontology.things import Entity
    >>> class Person(Entity, key=("name",)):
    ...     born: int | None = None
    >>> ontology_of(Person).attributes("Person")["born"].range.value
    'int'
    """
    found = reached(*classes)
    if faults := [fault for cls in found for fault in _faults(cls)]:
        raise OntologyError(faults)
    return Ontology(_concept(cls) for cls in found)


def reached(*classes: type[Thing]) -> list[type[Thing]]:
    """Return classes with their bases and all they refer to, each once; the roots left out.

    Raises:
        OntologyError: two different classes have one name, or a type hint names nothing.
    """
    found: dict[str, type[Thing]] = {}
    todo = list(classes)
    while todo:
        cls = todo.pop(0)
        if cls in _ROOTS or found.get(cls.__name__) is cls:
            continue
        if cls.__name__ in found:
            what = f"is the name of two classes, in {found[cls.__name__].__module__} and"
            raise OntologyError([Fault(cls.__name__, f"{what} {cls.__module__}", "duplicate")])
        _resolve(cls)
        found[cls.__name__] = cls
        todo += [*_bases(cls), *_referred(cls)]
    return list(found.values())


def _resolve(cls: type[Thing]) -> None:
    """Let pydantic look up what the type hints of a class name.

    Raises:
        OntologyError: there is no such thing.
    """
    if cls.__pydantic_fields_complete__:
        return
    try:
        cls.model_rebuild()
    except (PydanticUndefinedAnnotation, PydanticUserError) as error:
        what = f"has a type hint that cannot be used: {str(error).splitlines()[0]}"
        raise OntologyError([Fault(cls.__name__, what, "range")]) from None


def _bases(cls: type[Thing]) -> list[type[Thing]]:
    return [base for base in cls.__bases__ if issubclass(base, Thing)]


def _referred(cls: type[Thing]) -> Iterator[type[Thing]]:
    """Yield the classes that a class's own attributes refer to."""
    for info in _own(cls).values():
        yield from _classes_in(info.annotation)


def _classes_in(annotation: Any) -> Iterator[type[Thing]]:
    if isinstance(annotation, type) and issubclass(annotation, Thing):
        yield annotation
    for argument in get_args(annotation):
        yield from _classes_in(argument)


def _own(cls: type[Thing]) -> dict[str, FieldInfo]:
    """Return the fields that a class declares itself, in order."""
    declared = inspect.get_annotations(cls)
    fields = cls.model_fields
    return {name: fields[name] for name in declared if name in fields and name != "uid"}


def _faults(cls: type[Thing]) -> Iterator[Fault]:
    """Yield the fields that can be no attributes."""
    for name, info in _own(cls).items():
        where = f"{cls.__name__}.{name}"
        if type_of(info.annotation) is None:
            yield Fault(where, f"has the type {info.annotation}, which no attribute has", "range")
        default = info.get_default(call_default_factory=True, validated_data={})
        if not info.is_required() and default not in (None, "", []):
            what = f"has the default {default!r}; only None and [] are possible"
            yield Fault(where, what, "default")


def _concept(cls: type[Thing]) -> Concept:
    """Return the concept of one class."""
    description, examples = read_docstring(cls.__dict__.get("__doc__"))
    said: dict[str, Any] = dict(cls.__said__)
    return Concept(
        name=cls.__name__,
        parents=tuple(base.__name__ for base in _bases(cls)),
        attributes=tuple(_attribute(name, info) for name, info in _own(cls).items()),
        key=_texts(said.pop("key", ())),
        aliases=_texts(said.pop("aliases", ())),
        patterns=_texts(said.pop("patterns", ())),
        description=description,
        examples=examples,
        post_process=_post_process(cls),
        **said,
    )


def _texts(given: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return a text or several as a tuple."""
    return (given,) if isinstance(given, str) else tuple(given)


def _attribute(name: str, info: FieldInfo) -> Attribute:
    """Return the attribute that a field declares."""
    hint = type_of(info.annotation)
    assert hint is not None  # `_faults` found none without
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


def _post_process(cls: type[Thing]) -> str:
    """Return the source of the class's own hook, empty without one.

    Raises:
        OntologyError: the class was not read from a file.
    """
    if "post_process" not in cls.__dict__:
        return ""
    try:
        text = textwrap.dedent(inspect.getsource(cls))
    except (OSError, TypeError):
        what = "has a post_process hook whose source is nowhere; define the class in a file"
        raise OntologyError([Fault(cls.__name__, what, "post-process")]) from None
    [node] = ast.parse(text).body
    assert isinstance(node, ast.ClassDef)
    return post_process_source(node, text)
