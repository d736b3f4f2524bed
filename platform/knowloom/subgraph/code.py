"""A subgraph as Python code: definitions, then a declaration that makes the objects (item 62).

The code needs the standard library only. Every value is written by `repr` or its like, so text of
any kind stays text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast

from knowloom.ontology.concepts import ENDS
from knowloom.ontology.names import attribute_name
from knowloom.ontology.render_executable import render_executable
from knowloom.ontology.things import Thing, concepts_of
from knowloom.subgraph.graph import links_of, plain_values

if TYPE_CHECKING:
    from knowloom.subgraph.graph import Subgraph

# No concept can have this name, so none can hide the module.
_IMPORT = "import datetime as _datetime"
_GATHERED = ("search_results", "relations", "seeds")


def program(subgraph: Subgraph) -> str:
    """Return the definitions of all classes in use, and the declaration of the objects."""
    things = (*subgraph.instances, *subgraph.relations)
    names = sorted({name for thing in things for name in concepts_of(thing)})
    definitions = render_executable(subgraph.ontology, names or ["Entity"])
    return f"{definitions}\n\n{declaration(subgraph)}"


def declaration(subgraph: Subgraph) -> str:
    """Return code that makes the objects of a subgraph where its classes are defined.

    Each object is a variable; what it refers to is made before it, and only links that close a
    cycle are set afterwards. `search_results` holds all instances, `relations` the facts and
    `seeds` the instances that were asked for.
    """
    variables = _variables(subgraph)
    lines = [_IMPORT, *_combined(subgraph), ""]
    made: set[int] = set()
    later: list[str] = []
    for thing in _targets_first(subgraph.instances):
        now, cyclic = _links(thing, made, variables)
        lines.append(_made(thing, now, variables))
        later += (f"{variables[id(thing)]}.{name} = {value}" for name, value in cyclic.items())
        made.add(id(thing))
    lines += later
    lines += (_made(fact, {}, variables) for fact in subgraph.relations)
    gathered = (subgraph.instances, subgraph.relations, subgraph.seeds)
    for name, things in zip(_GATHERED, gathered, strict=True):
        lines.append(f"{name} = [{', '.join(variables[id(thing)] for thing in things)}]")
    return "\n".join(lines) + "\n"


def _variables(subgraph: Subgraph) -> Mapping[int, str]:
    """Return a variable name for each object, by `id`: its class in small letters and a number."""
    taken = set(subgraph.ontology.parents_first()) | set(_GATHERED)
    counts: dict[str, int] = {}
    names: dict[int, str] = {}
    for thing in (*subgraph.instances, *subgraph.relations):
        stem = attribute_name(type(thing).__name__)
        name = ""
        while not name or name in taken:
            counts[stem] = counts.get(stem, 0) + 1
            name = f"{stem}_{counts[stem]}"
        taken.add(name)
        names[id(thing)] = name
    return names


def _combined(subgraph: Subgraph) -> Iterator[str]:
    """Yield definitions of the classes whose instances are of several concepts."""
    classes = {type(t): None for t in subgraph.instances if len(concepts_of(t)) > 1}
    for cls in classes:
        bases = ", ".join(base.__name__ for base in cls.__bases__)
        yield f"{_class_variable(cls)} = type({cls.__name__!r}, ({bases},), {{}})"


def _class_variable(cls: type[Thing]) -> str:
    """Return how the code calls a class; a combined one cannot hide a concept of its name."""
    return cls.__name__ if len(concepts_of(cls)) == 1 else f"_{cls.__name__}"


def _targets_first(things: Sequence[Thing]) -> Iterator[Thing]:
    """Return things so that what one refers to comes before it, as far as cycles allow."""
    state: dict[int, bool] = {}
    for first in things:
        stack = [(first, False)]
        while stack:
            thing, done = stack.pop()
            if done:
                yield thing
            elif id(thing) not in state:
                state[id(thing)] = True
                stack.append((thing, True))
                targets = [t for found in links_of(thing).values() for t in found]
                stack += ((t, False) for t in reversed(targets) if id(t) not in state)


def _links(
    thing: Thing, made: Iterable[int], variables: Mapping[int, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the links of a thing as code: those that can be given now, those to set later."""
    now: dict[str, str] = {}
    later: dict[str, str] = {}
    for name, targets in links_of(thing).items():
        shown = ", ".join(variables[id(target)] for target in targets)
        chosen = now if all(id(target) in made for target in targets) else later
        chosen[name] = f"[{shown}]" if isinstance(vars(thing)[name], list) else shown
    return now, later


def _made(thing: Thing, links: Mapping[str, str], variables: Mapping[int, str]) -> str:
    """Return the line that makes one object."""
    values = plain_values(thing)
    known = vars(thing)
    if ENDS[0] in known:
        first = [variables[id(known[end])] for end in ENDS]
    else:
        first = [repr(values.pop("name"))] if values.get("name") else []
    shown = {"uid": repr(thing.uid), **{n: _code(v) for n, v in values.items()}, **links}
    arguments = ", ".join([*first, *(f"{name}={value}" for name, value in shown.items())])
    return f"{variables[id(thing)]} = {_class_variable(type(thing))}({arguments})"


def _code(value: Any) -> str:
    """Return a value as an expression."""
    if isinstance(value, list):
        return f"[{', '.join(map(_code, cast(list[object], value)))}]"
    if isinstance(value, datetime):
        return f"_datetime.datetime.fromisoformat({value.isoformat()!r})"
    if isinstance(value, date):
        return f"_datetime.date({value.year}, {value.month}, {value.day})"
    return repr(value)
