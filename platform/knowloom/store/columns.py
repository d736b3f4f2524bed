"""Values on their way to the server: a column for each property, with dates and times as text.

The server reads columns faster than a map for each thing. The driver takes 5 µs to send a date and
28 µs to send a time; as text both go at once, and the server takes 1 µs to read one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, LiteralString, NamedTuple

from knowloom.ontology.names import quoted

Shape = tuple[tuple[str, LiteralString], ...]


class Columns(NamedTuple):
    """The properties of many things.

    Args:
        shape: the name of each property, and the Cypher function that reads its values; empty
            where they are what they are.
        given: the values as parameters, `column0`, `column1` and so on.
    """

    shape: Shape
    given: dict[str, list[Any]]


def columns(rows: Sequence[Mapping[str, Any]], usual: Mapping[str, LiteralString]) -> Columns:
    """Return the properties of some things.

    Args:
        rows: for each thing its properties; those it lacks may be left out.
        usual: the names of the properties, each with the function it has where no thing has a
            value: the fewer shapes there are, the fewer statements the server has to plan.

    >>> columns([{"born": date(1815, 12, 10)}, {}], {"born": "date"})
    Columns(shape=(('born', 'date'),), given={'column0': ['1815-12-10', None]})
    """
    shape: list[tuple[str, LiteralString]] = []
    given: dict[str, list[Any]] = {}
    for number, name in enumerate(sorted(usual)):
        values = [row.get(name) for row in rows]
        function = _function(values, usual[name])
        given[f"column{number}"] = _texts(values) if function else values
        shape.append((name, function))
    return Columns(tuple(shape), given)


def assigned(variable: LiteralString, shape: Shape) -> LiteralString:
    """Return what sets properties to those of row `i`, to stand behind another assignment.

    >>> assigned("n", (("born", "date"),))
    ', n.`born` = date($`column0`[i])'
    """
    parts: list[LiteralString] = [
        f", {variable}.{quoted(name)} = {function}(${quoted(f'column{number}')}[i])"
        for number, (name, function) in enumerate(shape)
    ]
    return "".join(parts)


def _function(values: Sequence[Any], usual: LiteralString) -> LiteralString:
    """Return the function that reads values which are all of one kind of date or time."""
    kinds = set(map(type, values)) - {type(None)}
    if not kinds:
        return usual
    if kinds == {date}:
        return "date"
    if kinds == {datetime}:
        zoned = {value.tzinfo is not None for value in values if value is not None}
        if len(zoned) == 1:
            return "datetime" if zoned.pop() else "localdatetime"
    return ""


def _texts(values: Sequence[Any]) -> list[str | None]:
    return [None if value is None else value.isoformat() for value in values]
