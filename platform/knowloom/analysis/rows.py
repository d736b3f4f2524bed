"""How objects cross into a program: as rows of plain values, never as pickles (spec 79 and 80).

The rows of a class are its constructor's arguments in order, a link is the number of the object it
leads to; what has no name is called by its key. The declaration is the code that makes
`search_results` of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    attributes = list(constructor(ontology, kind).values())
    made: list[list[Any]] = []
    for thing in things:
        known = vars(thing)
        row = [_cell(known.get(a.name), a, numbers) for a in attributes]
        if not row[0] and attributes[0].name == "name":
            row[0] = _by_key(known, ontology, kind)
        made.append([*row, thing.uid])
    return made


def _by_key(known: Mapping[str, Any], ontology: Ontology, kind: Sequence[str]) -> str:
    """Return what a thing without a name is called: the values of its key, if it has one."""
    _, names = ontology.key(kind[0]) or ("", ())
    values = [known.get(name) for name in names]
    return " ".join(str(v) for v in values if v and not isinstance(v, (list, Thing)))


def _cell(value: Any, attribute: Attribute, numbers: Mapping[str, int]) -> Any:
    """Return a value as it crosses."""
    if not attribute.is_link:
        return None if value == [] else json_value(value)
    if isinstance(value, Thing):
        value = [value]
    targets = cast(Sequence[Thing], value or ())
    found = [n for target in targets if (n := numbers.get(target.uid)) is not None]
    if attribute.many:
        return found or None
    return found[0] if found else None


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
