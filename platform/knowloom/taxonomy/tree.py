"""A taxonomy as an immutable value: names, their parents and definitions; no cycle, ever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

import networkx as nx

from knowloom.errors import Fault, TaxonomyFaulty


@dataclass(frozen=True)
class Taxonomy:
    """A hierarchy of names; make one with `taxonomy`, which checks.

    Args:
        parents: every name with its direct parents, most important first; a root has none.
        definitions: what a name means, where that is known.
    """

    parents: Mapping[str, tuple[str, ...]]
    definitions: Mapping[str, str] = field(default_factory=dict[str, str])

    def __contains__(self, name: object) -> bool:
        return name in self.parents

    def __len__(self) -> int:
        return len(self.parents)

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """Names without a parent, in the order given."""
        return tuple(name for name, above in self.parents.items() if not above)

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """The direct children of every name that has any."""
        found: dict[str, list[str]] = {}
        for name, above in self.parents.items():
            for parent in above:
                found.setdefault(parent, []).append(name)
        return {name: tuple(below) for name, below in found.items()}

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """Names without children that are no root, in the order given."""
        return tuple(n for n, above in self.parents.items() if above and n not in self.children)

    @cached_property
    def graph(self) -> nx.DiGraph[str]:
        """Edges from parent to child."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(self.parents)
        graph.add_edges_from((p, name) for name, above in self.parents.items() for p in above)
        return graph

    @cached_property
    def order(self) -> tuple[str, ...]:
        """All names, each after its parents."""
        return tuple(nx.topological_sort(self.graph))

    @cached_property
    def depths(self) -> Mapping[str, int]:
        """The longest way from a root, counted in names: 1 for a root."""
        found: dict[str, int] = {}
        for name in self.order:
            found[name] = 1 + max((found[p] for p in self.parents[name]), default=0)
        return found

    def above(self, name: str) -> dict[str, int]:
        """Return a name and all its ancestors with the least number of steps up to each."""
        found = {name: 0}
        level = [name]
        while level:
            steps = found[level[0]] + 1
            higher = dict.fromkeys(p for n in level for p in self.parents[n])
            level = [p for p in higher if p not in found]
            found.update(dict.fromkeys(level, steps))
        return found

    def lineage(self, name: str) -> tuple[str, ...]:
        """Return a name and its ancestors along first parents, up to a root."""
        way = [name]
        while self.parents[way[-1]]:
            way.append(self.parents[way[-1]][0])
        return tuple(way)

    def with_node(
        self, name: str, parents: Iterable[str], definition: str = "", taking: Iterable[str] = ()
    ) -> Taxonomy:
        """Return the taxonomy with one name more.

        Args:
            name: a new one.
            parents: known ones; none makes it a root.
            definition: what it means.
            taking: children of its parents that it takes over, so that it stands between.

        Raises:
            TaxonomyFaulty: the name is there already, a parent is not, what it takes is no child
                of its parents, or one of these hangs from what it takes, which made a circle.

        >>> small = taxonomy([("animal", "dog")]).with_node("mammal", ["animal"], taking=["dog"])
        >>> small.lineage("dog")
        ('dog', 'mammal', 'animal')
        """
        above, below = tuple(dict.fromkeys(parents)), frozenset(taking)
        if faults := self._against(name, above, below):
            raise TaxonomyFaulty(faults)
        changed = dict(self.parents)
        for child in below:
            kept = (name if p in above else p for p in changed[child])
            changed[child] = tuple(dict.fromkeys(kept))
        changed[name] = above
        meant = {**self.definitions, name: definition} if definition else self.definitions
        return Taxonomy(changed, meant)

    def without(self, names: Iterable[str]) -> Taxonomy:
        """Return the taxonomy without some leaves; what they mean is forgotten too."""
        gone = frozenset(names)
        parents = {n: above for n, above in self.parents.items() if n not in gone}
        meant = {n: text for n, text in self.definitions.items() if n not in gone}
        return Taxonomy(parents, meant)

    def free_of(self, names: Iterable[str]) -> Taxonomy:
        """Return the taxonomy without some names and all edges to and from them.

        What was below them becomes a root; names that are left without any edge go too.
        """
        gone = frozenset(names)
        if not gone:
            return self
        parents = {
            name: tuple(p for p in above if p not in gone)
            for name, above in self.parents.items()
            if name not in gone
        }
        linked = {p for above in parents.values() for p in above}
        kept = {name: above for name, above in parents.items() if above or name in linked}
        return Taxonomy(kept, {n: t for n, t in self.definitions.items() if n in kept})

    def _against(self, name: str, above: tuple[str, ...], below: frozenset[str]) -> list[Fault]:
        faults = [
            Fault(name, f"its parent {parent!r} is not in the taxonomy", "unknown-parent")
            for parent in above
            if parent not in self.parents
        ]
        faults += [
            Fault(name, f"{child!r} is no child of its parents", "no-child")
            for child in sorted(below)
            if not set(self.parents.get(child, ())) & set(above)
        ]
        if name in self.parents:
            faults.append(Fault(name, "is in the taxonomy already", "duplicate"))
        if faults or not below:
            return faults
        return [
            Fault(name, f"its parent {parent!r} hangs from {child!r}, which it takes", "cycle")
            for parent in above
            for child in sorted(below.intersection(self.above(parent)))
        ]


def taxonomy(
    edges: Iterable[tuple[str, str]],
    definitions: Mapping[str, str] | None = None,
    names: Iterable[str] = (),
) -> Taxonomy:
    """Return a checked taxonomy.

    Args:
        edges: pairs of parent and child; a pair that is there twice counts once.
        definitions: what names mean; of other names too, which are left out.
        names: all that belong to it, if some have no edge.

    Raises:
        TaxonomyFaulty: a name is its own ancestor; every circle is named.

    >>> taxonomy([("animal", "dog"), ("pet", "dog")]).parents["dog"]
    ('animal', 'pet')
    """
    above: dict[str, dict[str, None]] = {name: {} for name in names}
    for parent, child in edges:
        above.setdefault(parent, {})
        above.setdefault(child, {})[parent] = None
    parents = {name: tuple(found) for name, found in above.items()}
    meant = {n: text for n, text in (definitions or {}).items() if n in parents and text}
    made = Taxonomy(parents, meant)
    if not nx.is_directed_acyclic_graph(made.graph):
        raise TaxonomyFaulty(_circles(made.graph))
    return made


def _circles(graph: nx.DiGraph[str]) -> list[Fault]:
    """Return a fault for each knot of names that are above and below each other."""
    found: list[Fault] = []
    for knot in nx.strongly_connected_components(graph):
        first = min(knot)
        if len(knot) == 1 and not graph.has_edge(first, first):
            continue
        cycle = nx.find_cycle(graph.subgraph(knot), first)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        edges = cast("list[tuple[str, str]]", cycle)
        way = " → ".join([*(edge[0] for edge in edges), edges[0][0]])
        found.append(Fault(first, f"is its own ancestor: {way}", "cycle"))
    return sorted(found, key=lambda fault: fault.where)
