"""A directed acyclic graph of names: linearisation, ancestors, order. Names in, names out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from knowloom.errors import Fault

Parents = Mapping[str, tuple[str, ...]]


class Unlinearisable(Exception):
    """The parents of `name` contradict each other's order, so Python could not build the class."""

    def __init__(self, name: str, parents: tuple[str, ...]) -> None:
        self.name = name
        super().__init__(f"its parents {', '.join(parents)} cannot be put in one order")


class Lineage:
    """Linearisations of a hierarchy, computed when asked for and kept.

    Args:
        parents: each name with its direct parents; must be free of cycles.
    """

    __slots__ = ("__dict__", "_known", "parents")

    def __init__(self, parents: Parents) -> None:
        self.parents = parents
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, name: str) -> tuple[str, ...]:
        """Return the C3 linearisation of `name`, itself first.

        Raises:
            Unlinearisable: Python could not build this class either.
        """
        if name not in self._known:
            for ancestor in self._missing(name):
                self._known[ancestor] = linearised(ancestor, self.parents[ancestor], self._known)
        return self._known[name]

    @cached_property
    def children(self) -> dict[str, tuple[str, ...]]:
        """The direct subclasses of every name that has any."""
        found: dict[str, list[str]] = {}
        for name, parents in self.parents.items():
            for parent in parents:
                found.setdefault(parent, []).append(name)
        return {name: tuple(below) for name, below in found.items()}

    def parents_first(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return `names` so ordered that each follows its ancestors among them."""
        wanted = dict.fromkeys(names)
        placed: dict[str, None] = {}
        for name in wanted:
            for ancestor in reversed(self.of(name)):
                if ancestor in wanted:
                    placed.setdefault(ancestor)
        return tuple(placed)

    def _missing(self, name: str) -> list[str]:
        """Return the names to linearise before and with `name`, ancestors first; no recursion."""
        order: dict[str, None] = {}
        stack = [(name, False)]
        while stack:
            current, expanded = stack.pop()
            if current in self._known or current in order:
                continue
            if expanded:
                order[current] = None
                continue
            stack.append((current, True))
            stack.extend((p, False) for p in self.parents[current])
        return list(order)


def linearised(
    name: str, parents: tuple[str, ...], known: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Return the C3 linearisation of `name` below parents whose own are `known`.

    Raises:
        Unlinearisable: the parents contradict each other's order.
    """
    if len(parents) == 1:
        return (name, *known[parents[0]])
    sequences = [list(known[p]) for p in parents] + [list(parents)]
    result = [name]
    while sequences := [s for s in sequences if s]:
        tails = {n for s in sequences for n in s[1:]}
        head = next((s[0] for s in sequences if s[0] not in tails), None)
        if head is None:
            raise Unlinearisable(name, parents)
        result.append(sys.intern(head))
        for sequence in sequences:
            if sequence[0] == head:
                del sequence[0]
    return tuple(result)


def descendants(name: str, children: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return everything below `name`, each once, breadth first."""
    found: dict[str, None] = {}
    level: list[str] = list(children.get(name, ()))
    while level:
        found.update(dict.fromkeys(level))
        below = dict.fromkeys(c for n in level for c in children.get(n, ()))
        level = [c for c in below if c not in found]
    return tuple(found)


def faults(lineage: Lineage) -> list[Fault]:
    """Return unknown parents, cycles, mixed roots and orders that Python could not build."""
    parents = lineage.parents
    found = [
        Fault(name, f"its parent {parent!r} is not defined", "unknown-parent")
        for name, above in parents.items()
        for parent in above
        if parent not in parents
    ]
    if found:
        return found
    try:
        TopologicalSorter(parents).prepare()
    except CycleError as error:
        path = " → ".join(reversed(error.args[1]))
        return [Fault(error.args[1][0], f"is its own ancestor: {path}", "cycle")]
    return _order_faults(lineage)


def _order_faults(lineage: Lineage) -> list[Fault]:
    """Return the names whose parents cannot be linearised or hang from different roots."""
    roots: dict[str, str] = {}
    found: list[Fault] = []
    for name in TopologicalSorter(lineage.parents).static_order():
        above = lineage.parents[name]
        mixed = sorted({roots[p] for p in above if p in roots})
        roots[name] = mixed[0] if mixed else name
        if len(mixed) > 1:
            found.append(Fault(name, f"hangs from {' and '.join(mixed)} at once", "mixed-roots"))
        if len(above) > 1 and not found:
            try:
                lineage.of(name)
            except Unlinearisable as error:
                found.append(Fault(name, str(error), "unlinearisable"))
    return found
