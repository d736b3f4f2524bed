"""Classes: Python classes built from an ontology, and an ontology read from live classes.

`Classes` builds the class of a concept with its ancestors when it is asked for; `live.ontology_of`
goes the other way, from classes a person wrote below `Entity`, `Event` and `Relation`. The bases
themselves are in `things`; they are offered here too.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from threading import RLock
from types import new_class
from typing import Annotated, Any, Literal, cast

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from knowloom.errors import Fault, OntologyError
from knowloom.ontology import hierarchy
from knowloom.ontology.concepts import Attribute, Concept, Enumeration, Ontology, Scalar
from knowloom.ontology.docstrings import docstring
from knowloom.ontology.things import (
    BASES,
    PYTHON_TYPES,
    Entity,
    Event,
    Field,
    Relation,
    Thing,
    concepts_of,
)
from knowloom.ontology.verdicts import Unfit

__all__ = [
    "Classes",
    "Entity",
    "Event",
    "Field",
    "Relation",
    "Thing",
    "concept_classes",
    "concepts_of",
]


class Classes(Mapping[str, type[Thing]]):
    """The classes of an ontology by concept name, each built when it is first asked for.

    Real Python classes with all their parents, so `isinstance` answers as the ontology does.
    What an attribute refers to is checked by concept name, so no class is built only because
    another one mentions it.

    Args:
        ontology: where the concepts are defined.
        bound: classes of the caller's own to be used for the concepts of their names, together
            with their bases.

    Raises:
        OntologyError: a bound class is no concept, or has other parents than its concept.

    >>> ontology = Ontology([Concept(name="Person"), Concept(name="Author", parents=("Person",))])
    >>> classes = Classes(ontology)
    >>> issubclass(classes["Author"], classes["Person"])
    True
    >>> classes["Author"]("Ursula K. Le Guin")
    Author('Ursula K. Le Guin')
    """

    def __init__(self, ontology: Ontology, bound: Iterable[type[Thing]] = ()) -> None:
        self.ontology = ontology
        self._lock = RLock()
        self._combined: dict[tuple[str, ...], type[Thing]] = {}
        self._built: dict[str, type[Thing]] = dict(BASES)
        given = {c.__name__: c for live in bound for c in concept_classes(live)}
        if faults := [f for c in given.values() for f in _binding_faults(ontology, c)]:
            raise OntologyError(faults)
        self._built.update(given)

    def __getitem__(self, name: str) -> type[Thing]:
        """Return the class of the concept `name`.

        Raises:
            UnknownConcept: the ontology has no such concept.
        """
        if (found := self._built.get(name)) is not None:
            return found
        with self._lock:
            for ancestor in reversed(self.ontology.lineage(name)):
                if ancestor not in self._built:
                    self._built[ancestor] = self._build(self.ontology[ancestor])
        return self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.ontology.parents_first())

    def __len__(self) -> int:
        return len(self.ontology) + len(BASES)

    def __contains__(self, name: object) -> bool:
        return name in self.ontology

    def combined(self, names: Iterable[str]) -> type[Thing]:
        """Return the class of things that are instances of all these concepts at once.

        Superclasses of others among `names` add nothing; when one concept is left it is its
        class. Where Python cannot order the bases, the first alone is one; `concepts_of` still
        names all.

        Raises:
            UnknownConcept: the ontology lacks one of them.
        """
        wanted = tuple(names)
        if (found := self._combined.get(wanted)) is None:
            found = self._combined[wanted] = self._combine(wanted)
        return found

    def _combine(self, wanted: tuple[str, ...]) -> type[Thing]:
        """Return the class for `wanted`, shared by all orders and supersets of the same names."""
        for name in wanted:
            self.ontology[name]  # an unknown one must not be left out silently
        names = self.ontology.most_specific(wanted)
        if len(names) == 1:
            return self[names[0]]
        with self._lock:
            if names not in self._combined:
                self._combined[names] = self._build_combined(names)
        return self._combined[names]

    def _build(self, concept: Concept) -> type[Thing]:
        """Return the class of one concept whose parents are built."""
        bases = tuple(self._built[p] for p in concept.parents)
        alone = len(bases) == 1
        # Pydantic inherits fields base by base; in a diamond Python's order can differ.
        every = self.ontology.attributes(concept.name).values()
        said = docstring(concept.description, concept.examples)
        own = concept.attributes if alone else tuple(a for a in every if a.name != "uid")
        return _made(concept.name, bases, own, self.ontology, said)

    def _build_combined(self, names: tuple[str, ...]) -> type[Thing]:
        """Return a class below those of `names`."""
        lineages = {n: self.ontology.lineage(n) for n in names}
        title = "_".join(names)
        try:
            order = hierarchy.linearised(title, names, lineages)[1:]
            bases = tuple(self[n] for n in names)
        except hierarchy.Unlinearisable:
            order, bases = lineages[names[0]], (self[names[0]],)
        found: dict[str, Attribute] = {}
        for ancestor in reversed(order):
            found.update({a.name: a for a in self.ontology[ancestor].attributes})
        made = _made(title, bases, found.values(), self.ontology, f"Both {' and '.join(names)}.")
        made.__concepts__ = names
        return made


def concept_classes(live: type[Thing]) -> list[type[Thing]]:
    """Return `live` and its bases that are concepts and no roots, the most general first."""
    roots = (*BASES.values(), Thing)
    return [c for c in reversed(live.__mro__) if issubclass(c, Thing) and c not in roots]


@dataclass(frozen=True, slots=True, eq=False)
class _Reference:
    """Stands for concepts by name, so that their classes need not exist."""

    concepts: tuple[str, ...]
    ontology: Ontology

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.judged)

    def __repr__(self) -> str:
        return " | ".join(self.concepts)

    def judged(self, value: object) -> Thing:
        """Return `value`, an instance of one of the concepts or their subclasses."""
        if not isinstance(value, Thing):
            what = f"is {value!r}, which is not a {' or '.join(self.concepts)}"
            raise Unfit(what)
        known = [name for name in concepts_of(value) if name in self.ontology]
        if any(self.ontology.is_a(name, c) for name in known for c in self.concepts):
            return value
        what = f"is a {' and '.join(concepts_of(value))}, not a {' or '.join(self.concepts)}"
        raise Unfit(what)


def _binding_faults(ontology: Ontology, live: type[Thing]) -> list[Fault]:
    """Return why a class cannot stand for the concept of its name."""
    name = live.__name__
    if name not in ontology:
        return [Fault(name, "is bound to no concept: the ontology has none of this name", "bound")]
    above = tuple(b.__name__ for b in live.__bases__ if issubclass(b, Thing))
    if set(above) == set(ontology[name].parents):
        return []
    wanted = ", ".join(ontology[name].parents)
    what = f"has the bases {', '.join(above)}, while the concept's parents are {wanted}"
    return [Fault(name, what, "bound")]


def _made(
    name: str,
    bases: tuple[type[Thing], ...],
    attributes: Iterable[Attribute],
    ontology: Ontology,
    docstring: str,
) -> type[Thing]:
    """Return a new class with a field for each of `attributes`."""
    namespace: dict[str, Any] = {
        "__module__": __name__,
        "__qualname__": name,
        "__doc__": docstring,
        "__annotations__": {},
    }
    for attribute in attributes:
        namespace["__annotations__"][attribute.name] = _annotation(attribute, ontology)
        namespace[attribute.name] = _field(attribute)
    with warnings.catch_warnings():
        # A user may well have an attribute `copy`; it hides pydantic's outdated method only.
        warnings.filterwarnings("ignore", message="Field name .* shadows an attribute")
        return cast(type[Thing], new_class(name, bases, {}, lambda n: n.update(namespace)))


def _annotation(attribute: Attribute, ontology: Ontology) -> Any:
    """Return the type hint of the field for `attribute`."""
    match attribute.range:
        case Scalar():
            one: Any = PYTHON_TYPES[attribute.range]
        case Enumeration(values):
            one = Literal[values]
        case _:
            one = Annotated[Thing, _Reference(attribute.range.concepts, ontology)]
    if attribute.many:
        return list[one]
    return one if attribute.required or attribute.name == "name" else one | None


def _field(attribute: Attribute) -> Any:
    """Return the declaration of the field for `attribute`."""
    default: Any = [] if attribute.many else "" if attribute.name == "name" else None
    return Field(
        default=... if attribute.required else default,
        description=attribute.description,
        examples=attribute.examples,
        aliases=attribute.aliases,
        policy=attribute.policy,
        minimum=attribute.minimum,
        maximum=attribute.maximum,
        iri=attribute.iri,
        relationship=attribute.relationship,
    )
