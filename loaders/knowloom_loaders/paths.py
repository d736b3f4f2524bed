"""Paths: columns of nested objects, such as `author.name`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

Object = Mapping[str, Any]

_DEEPEST = 3


def picker(columns: Sequence[str]) -> Callable[[Object], list[object]]:
    """Return a function from an object to its cells in these columns, None for what is not there.

    A path goes through objects and the items of lists; a list on the way makes the cell a list.
    A field whose own name holds dots is found first.

    >>> picker(["title", "author.name"])({"title": "A", "author": [{"name": "B"}, {"name": "C"}]})
    ['A', ['B', 'C']]
    """
    if not any("." in column for column in columns):
        return lambda found: [*map(found.get, columns)]
    paths = [(column, column.split(".")) for column in columns]
    return lambda found: [_at(found, column, path) for column, path in paths]


def paths(objects: Sequence[Object]) -> tuple[str, ...]:
    """Return the paths to the plain values of some objects, in the order met."""
    return tuple(dict.fromkeys(p for found in objects for p in _below(found, "", _DEEPEST)))


def _at(found: Object, column: str, path: Sequence[str]) -> object:
    """Return what stands at a path."""
    if column in found or len(path) == 1:
        return found.get(column)
    value: object = found
    for name in path:
        if isinstance(value, list):
            value = [_field(item, name) for item in _flat(cast(list[object], value))]
        else:
            value = _field(value, name)
    return list(_flat(cast(list[object], value))) if isinstance(value, list) else value


def _field(value: object, name: str) -> object:
    """Return a field of an object, None of anything else."""
    return cast(Object, value).get(name) if isinstance(value, dict) else None


def _flat(items: Sequence[object]) -> Iterator[object]:
    """Yield the items of lists within a list."""
    for item in items:
        if isinstance(item, list):
            yield from _flat(cast(list[object], item))
        else:
            yield item


def _below(found: Object, prefix: str, depth: int) -> Iterator[str]:
    """Yield the paths to the plain values of one object."""
    for name, value in found.items():
        items = cast(list[object], value) if isinstance(value, list) else [value]
        inner = [cast(Object, item) for item in items if isinstance(item, dict)]
        if not inner:
            yield prefix + name
        elif depth > 1:
            for item in inner:
                yield from _below(item, f"{prefix}{name}.", depth - 1)
