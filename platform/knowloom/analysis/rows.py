"""How objects cross into a program: as rows of plain values, never as pickles (spec 79 and 80).

The rows of a class are its constructor's arguments in order, a link is the number of the object it
leads to; what has no name is called by its key. The declaration is the code that makes
`search_results` of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from knowloom.analysis.definitions import combined, constructor
from knowloom.ontology.concepts import Attribute, Ontology, Scalar
from knowloom.ontology.things import Thing, concepts_of
from knowloom.subgraph.graph import json_value

Rows = Mapping[str, Sequence[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Crossing:
    """Objects as rows, and the code that makes objects of them again.

    Args:
        rows: those of each class; an object's number is its place among all of them.
        joined: the concepts of things that are instances of several.
        declaration: fills `search_results` from a variable `rows`.
        uids: of the objects, by number.
    """

    rows: Rows
    joined: tuple[tuple[str, ...], ...]
    declaration: str
    uids: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.uids)


def crossing(things: Iterable[Thing], ontology: Ontology) -> Crossing:
    """Return objects as rows.

    Links to what is not among them, and attributes that the program does not see, are left out.
    Things of one uid are one, the first; the same things in another order are the same rows.

    Args:
        things: instances and facts.
        ontology: the part that the program sees.
    """
    once: dict[str, Thing] = {}
    for thing in things:
        once.setdefault(thing.uid, thing)
    by_class: dict[tuple[str, ...], list[Thing]] = {}
    kinds: dict[tuple[str, ...], tuple[str, ...]] = {}
    for thing in sorted(once.values(), key=lambda t: t.uid):
        own = concepts_of(thing)
        if own not in kinds:
            kinds[own] = ontology.most_specific(_concepts(thing))
        if kinds[own]:
            by_class.setdefault(kinds[own], []).append(thing)
    order = sorted(by_class)
    uids = [thing.uid for kind in order for thing in by_class[kind]]
    numbers = {uid: number for number, uid in enumerate(uids)}
    rows = {combined(kind): _rows(by_class[kind], ontology, kind, numbers) for kind in order}
    declared = _declaration({kind: constructor(ontology, kind) for kind in order})
    return Crossing(rows, tuple(k for k in order if len(k) > 1), declared, tuple(uids))


def _concepts(thing: Thing) -> set[str]:
    """Return all concepts that a thing is an instance of."""
    bases = (base for base in type(thing).__mro__ if issubclass(base, Thing))
    return {name for base in bases for name in concepts_of(base)}


def _rows(
    things: Sequence[Thing], ontology: Ontology, kind: Sequence[str], numbers: Mapping[str, int]
) -> list[list[Any]]:
    """Return the rows of one class."""
    attributes = constructor(ontology, kind)
    crossers = [(name, _crosser(a, numbers)) for name, a in attributes.items()]
    made: list[list[Any]] = []
    for thing in things:
        known = vars(thing)
        row = [cross(known.get(name)) for name, cross in crossers]
        if not row[0] and crossers[0][0] == "name":
            row[0] = _by_key(known, ontology, kind)
        row.append(thing.uid)
        made.append(row)
    return made


def _by_key(known: Mapping[str, Any], ontology: Ontology, kind: Sequence[str]) -> str:
    """Return what a thing without a name is called: the values of its key, if it has one."""
    _, names = ontology.key(kind[0]) or ("", ())
    values = [known.get(name) for name in names]
    return " ".join(str(v) for v in values if v and not isinstance(v, (list, Thing)))


def _crosser(attribute: Attribute, numbers: Mapping[str, int]) -> Callable[[Any], Any]:
    """Return the function that makes what crosses of the values of an attribute."""
    if attribute.is_link:
        return _many_linked(numbers) if attribute.many else _one_linked(numbers)
    if attribute.range in {Scalar.DATE, Scalar.DATETIME}:
        return lambda value: None if value == [] else json_value(value)
    return lambda value: None if value == [] else value


def _many_linked(numbers: Mapping[str, int]) -> Callable[[Any], Any]:
    number = numbers.get

    def cross(value: Any) -> list[int] | None:
        if not value:
            return None
        targets = cast(Sequence[Thing], [value] if isinstance(value, Thing) else value)
        return [n for target in targets if (n := number(target.uid)) is not None] or None

    return cross


def _one_linked(numbers: Mapping[str, int]) -> Callable[[Any], Any]:
    def cross(value: Any) -> int | None:
        found = cast(Sequence[Thing | None], value if isinstance(value, list) else [value])
        return next((numbers[t.uid] for t in found if t is not None and t.uid in numbers), None)

    return cross


def _declaration(kinds: Mapping[tuple[str, ...], Mapping[str, Attribute]]) -> str:
    """Return the code that makes objects of the rows."""
    names = {combined(kind): attributes for kind, attributes in kinds.items()}
    lines = ["search_results = []"]
    places: list[str] = []
    for name in names:
        lines.append(f"some_{name} = [{name}(*row) for row in rows[{name!r}]]")
        lines.append(f"search_results += some_{name}")
    for name, attributes in names.items():
        mends = [line for a in attributes.values() for line in _mended(a)]
        if mends:
            places += [f"for thing in some_{name}:", *(f"    {line}" for line in mends)]
    return "\n".join([*lines, *places])


def _mended(attribute: Attribute) -> list[str]:
    """Return the lines that turn numbers into objects and texts into days."""
    name = f"thing.{attribute.name}"
    if attribute.is_link and attribute.many:
        return [f"{name} = [search_results[number] for number in {name}]"]
    if attribute.is_link:
        return [f"if {name} is not None:", f"    {name} = search_results[{name}]"]
    if attribute.range not in {Scalar.DATE, Scalar.DATETIME}:
        return []
    made = f"{attribute.range}.fromisoformat"
    if attribute.many:
        return [f"{name} = [{made}(text) for text in {name}]"]
    return [f"if {name} is not None:", f"    {name} = {made}({name})"]
