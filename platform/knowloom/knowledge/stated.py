"""What stands behind a relationship that rows of their own state: who states it, of which ends.

One relationship may have many statements: of several sources, and after a merge of several pairs
of things. It is there as long as one of them stands. The first statement lies in the properties
`_run` and `_row`, further ones in `_runs` and `_rows`, and `_ends` says of which uids each of them
speaks where that is not where the relationship lies.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

_OWN = ("_run", "_row", "_runs", "_rows", "_ends")


class Stated(NamedTuple):
    """One statement of a relationship.

    Args:
        run: the run in which a source stated it first.
        row: where in the source; 0 when unknown.
        head, tail: the uids that the source itself means.
    """

    run: int
    row: int
    head: str
    tail: str


def statements_of(properties: Mapping[str, Any], head: str, tail: str) -> list[Stated]:
    """Return the statements behind a relationship, in the order they came.

    Args:
        properties: of the relationship.
        head, tail: the uids of the nodes that it connects.

    >>> statements_of({"_run": 7, "_row": 3, "_runs": [9], "_rows": [1]}, "a", "b")
    [Stated(run=7, row=3, head='a', tail='b'), Stated(run=9, row=1, head='a', tail='b')]
    """
    if properties.get("_run") is None:
        return []
    runs = [properties["_run"], *(properties.get("_runs") or ())]
    rows = [properties.get("_row") or 0, *(properties.get("_rows") or ())]
    rows += [0] * (len(runs) - len(rows))
    ends: Sequence[str] = properties.get("_ends") or [""] * len(runs)
    ends = [*ends, *[""] * (len(runs) - len(ends))]
    return [
        Stated(run, row, *(said.split(" ") if said else (head, tail)))
        for run, row, said in zip(runs, rows, ends, strict=False)
    ]


def stated_by(statements: Sequence[Stated], head: str, tail: str) -> dict[str, Any]:
    """Return the properties that keep statements on a relationship; the inverse of the above.

    >>> stated_by([Stated(7, 3, "a", "b"), Stated(9, 1, "a", "c")], "a", "b")["_ends"]
    ['', 'a c']
    """
    if not statements:
        return {}
    first, *others = statements
    found: dict[str, Any] = {"_run": first.run}
    if first.row:
        found["_row"] = first.row
    if others:
        found["_runs"] = [s.run for s in others]
        found["_rows"] = [s.row for s in others]
    ends = ["" if (s.head, s.tail) == (head, tail) else f"{s.head} {s.tail}" for s in statements]
    if any(ends):
        found["_ends"] = ends
    return found


def restated(
    properties: Mapping[str, Any], statements: Sequence[Stated], head: str, tail: str
) -> dict[str, Any]:
    """Return the properties of a relationship with these statements in place of its own."""
    kept = {name: value for name, value in properties.items() if name not in _OWN}
    return kept | stated_by(statements, head, tail)


def joined(first: Iterable[Stated], second: Iterable[Stated]) -> list[Stated]:
    """Return the statements of two relationships that are one from now on, each once, in order."""
    return sorted({*first, *second})


def supported(
    statements: Sequence[Stated], new: Stated, own: Collection[int]
) -> Sequence[Stated] | None:
    """Return statements with a further one; None when its source has said so before.

    Args:
        statements: those that are there.
        new: the further one.
        own: the runs of its source.
    """
    if any(s.run in own and (s.head, s.tail) == (new.head, new.tail) for s in statements):
        return None
    return [*statements, new]
