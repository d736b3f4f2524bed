"""Walking the graph ring by ring from the seeds, within limits that keep hubs from exploding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import neo4j

from knowloom.ontology.names import SYSTEM_PREFIX
from knowloom.store.read import UNLIMITED, Chunk, GraphReader
from knowloom.store.select import Selection
from knowloom.store.select_facts import FactSelection
from knowloom.subgraph.graph import Subgraph
from knowloom.subgraph.materialise import Materialiser
from knowloom.subgraph.shape import Shapes


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far an expansion goes.

    Args:
        hops: relationships from a seed at most; 0 for the seeds alone.
        instances: in all, at most.
        per_node: relationships followed from one node in each direction, at most.
    """

    hops: int
    instances: int = UNLIMITED
    per_node: int = UNLIMITED


class Expansion:
    """One walk in one transaction; it reads and never writes.

    Args:
        tx: the transaction.
        reader: the statements.
        shapes: what nodes become.
        bounds: how far to go.
    """

    def __init__(
        self, tx: neo4j.ManagedTransaction, reader: GraphReader, shapes: Shapes, bounds: Bounds
    ) -> None:
        self._tx = tx
        self._reader = reader
        self._shapes = shapes
        self._bounds = bounds
        self._made = Materialiser(shapes)
        self._left_out: set[str] = set()
        self._hubs: set[str] = set()
        # Relationships of nodes with more than were followed, so that those found from their
        # other ends can be added.
        self._capped: dict[str, list[list[Any]]] = {}
        self._arrivals: list[tuple[str, list[Any]]] = []

    def around(self, seeds: Sequence[str]) -> Subgraph:
        """Return what lies around these nodes, in both directions."""
        ring = self._within(dict.fromkeys(seeds))
        for hop in range(self._bounds.hops + 1):
            last = hop == self._bounds.hops
            ring = self._within(self._read(ring, follow=not last))
            if not ring:
                break
        self._complete()
        return self._finish(seeds)

    def selected(self, selection: Selection) -> Subgraph:
        """Return the instances of a selection and what they refer to."""
        arriving = self._shapes.bindings.has_arriving
        near: dict[str, None] = {}
        seeds: list[str] = []
        for chunk in self._reader.instances(self._tx, selection, arriving=arriving):
            self._made.add(chunk.rows())
            seeds += chunk.keys
            near.update(dict.fromkeys(_ends(chunk.leaving)))
            if arriving:
                near.update(dict.fromkeys(self._referred(chunk)))
        self._read([key for key in near if key not in self._made], follow=False)
        return self._finish(seeds)

    def stated(self, selection: FactSelection) -> Subgraph:
        """Return the facts of a selection and their ends, with no links but those facts."""
        leaving: dict[str, list[list[Any]]] = {}
        keys: dict[str, None] = {}
        for start, link in self._reader.facts(self._tx, selection):
            leaving.setdefault(start, []).append(link)
            keys |= {start: None, link[1]: None}
        for chunk in self._reader.nodes(self._tx, list(keys), cap=0):
            chunk.leaving = [leaving.get(key, []) for key in chunk.keys]
            self._made.add(chunk.rows())
        return self._finish(())

    def whole(self, selection: Selection) -> Subgraph:
        """Return a selection that leaves nothing out, so that it has no surroundings."""
        for chunk in self._reader.instances(self._tx, selection):
            self._made.add(chunk.rows())
        return self._finish(None)

    def _read(self, keys: Sequence[str], *, follow: bool) -> Iterable[str]:
        """Add nodes; return the keys of their neighbours when these are to be followed."""
        near: dict[str, None] = {}
        if not keys:
            return near
        cap = self._bounds.per_node
        for chunk in self._reader.nodes(self._tx, keys, cap=cap + 1, arriving=follow):
            self._cut(chunk, cap)
            self._made.add(chunk.rows())
            if follow:
                near.update(dict.fromkeys(_ends(chunk.leaving)))
                near.update(dict.fromkeys(_ends(chunk.arriving)))
                self._arrivals += _turned(chunk)
        return near

    def _cut(self, chunk: Chunk, cap: int) -> None:
        """Drop the relationships beyond the cap and remember where that happened."""
        for key, leaving, arriving in zip(chunk.keys, chunk.leaving, chunk.arriving, strict=True):
            if len(leaving) > cap:
                del leaving[cap:]
                self._capped[key] = leaving
                self._hubs.add(key)
            if len(arriving) > cap:
                del arriving[cap:]
                self._hubs.add(key)

    def _within(self, keys: Iterable[str]) -> list[str]:
        """Return those of `keys` that are new and within the limit: those with the first uids."""
        new = [key for key in keys if key not in self._made]
        room = self._bounds.instances - len(self._made)
        if len(new) <= room:
            return new
        chosen = self._reader.first(self._tx, new, room) if room else []
        self._left_out.update(new)
        self._left_out.difference_update(chosen)
        return chosen

    def _complete(self) -> None:
        """Give capped nodes the relationships by which others were reached from them."""
        for start, link in self._arrivals:
            links = self._capped.get(start)
            if links is not None and link not in links:
                links.append(link)

    def _referred(self, chunk: Chunk) -> Iterator[str]:
        """Return the starts of the relationships from which attributes are read backwards."""
        for labels, arriving in zip(chunk.labels, chunk.arriving, strict=True):
            wanted = self._shapes.of_labels(tuple(labels)).arriving
            yield from (start for type_, start, *_ in arriving if type_ in wanted)

    def _finish(self, seeds: Sequence[str] | None) -> Subgraph:
        """Return what was read, with what was not."""
        degrees = self._reader.degrees(self._tx, sorted(self._hubs)) if self._hubs else {}
        hubs = {self._made.uid(key): degree for key, degree in degrees.items()}
        return self._made.finish(
            seeds, instances=len(self._left_out), hubs=dict(sorted(hubs.items()))
        )


def _ends(columns: Iterable[list[list[Any]]]) -> Iterator[str]:
    """Return the other ends of relationships, those of knowloom's own types left out."""
    for links in columns:
        for type_, end, *_ in links:
            if not type_.startswith(SYSTEM_PREFIX):
                yield end


def _turned(chunk: Chunk) -> Iterator[tuple[str, list[Any]]]:
    """Return the arriving relationships as they leave their starts."""
    for key, arriving in zip(chunk.keys, chunk.arriving, strict=True):
        for type_, start, position, properties in arriving:
            yield start, [type_, key, position, properties]
