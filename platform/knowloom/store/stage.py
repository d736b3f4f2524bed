"""Staging a bulk load: prepared statements as the files that Neo4j's import tool reads.

What the files cannot hold, and whatever is said of a thing a second time, is left over for the
normal write to add afterwards.
"""

from __future__ import annotations

import operator
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress, repeat
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowloom.knowledge.instance import INSTANCE_LABEL
from knowloom.knowledge.record import Fact, Mention, Reject, Statement, packed_uids
from knowloom.ontology.concepts import Ontology
from knowloom.store.edges import Edge, EdgeKind, Spool
from knowloom.store.numbers import Ints, Keys, Mask, Numbers, digits_of, lines_of
from knowloom.store.prepare import NUMBER, Facts, Lines, Place, Prepared, Things
from knowloom.store.runs import Run
from knowloom.store.sheets import Sheet, Unstageable, is_argument


@dataclass(slots=True)
class Staged:
    """What became of the statements of one source.

    Args:
        given: how many there were.
        left: those that the normal write has to add.
        again: blocks to the statements in them that speak of a thing a second time: they have to
            be read again for the normal write.
    """

    given: int = 0
    left: list[Statement] = field(default_factory=list[Statement])
    again: dict[Place, list[int]] = field(default_factory=dict[Place, list[int]])


class _Late(NamedTuple):
    """A fact of things that are not there yet, with its kind, its uid (packed) and its cells."""

    fact: Fact
    kind: EdgeKind
    uid: bytes
    cells: str


@dataclass(frozen=True, slots=True)
class _Links:
    """Relationships of one kind, in columns.

    Args:
        keys: what they are told apart by.
        heads, tails: the numbers of their ends, -1 for one that is not there.
        places: as in `Edge`.
        cells: as in `Facts`.
    """

    keys: Keys
    heads: Ints
    tails: Ints
    places: Ints
    cells: Sequence[str] = ()

    @classmethod
    def of(
        cls,
        kind: EdgeKind,
        heads: Ints,
        tails: Ints,
        places: Sequence[int] | array[int],
        uids: bytes = b"",
        cells: Sequence[str] = (),
    ) -> _Links:
        """Return relationships, told apart by their uids (packed) where they have some."""
        keys = Keys.in_(uids) if kind.keyed else Keys.of_pairs(heads, tails)
        return cls(keys, heads, tails, np.array(places, np.int64), cells)

    def __getitem__(self, chosen: Mask) -> _Links:
        """Return some of them."""
        return _Links(
            self.keys[chosen],
            self.heads[chosen],
            self.tails[chosen],
            self.places[chosen],
            list(compress(self.cells, chosen)),
        )

    @property
    def are_late(self) -> Mask:
        """Which of them lack an end."""
        return (self.heads < 0) | (self.tails < 0)


class Stage:
    """Writes the files of one bulk load.

    Things are numbered as they come, and relationships lead from number to number. It holds in
    memory 20 to 50 bytes for each thing and each relationship, to find what is said twice.

    Args:
        folder: where the files go; it must exist.
        ontology: as stored.
    """

    def __init__(self, folder: Path, ontology: Ontology) -> None:
        self._folder = folder
        self._ontology = ontology
        self._lines = Lines(ontology)
        self._run = Run("", "")
        self._staged = Staged()
        self._things = Numbers()
        self._classes: dict[str, int] = {}
        self._class_of = array("H")
        self._there: dict[str, Numbers] = {}
        self._facts = Spool[_Late]()
        self._derived = Spool[Edge]()
        self.nodes: dict[str, Sheet] = {}
        self.edges: dict[EdgeKind, Sheet] = {}

    def __len__(self) -> int:
        """Return how many things there are."""
        return len(self._things)

    def add(
        self, run: Run, blocks: Iterable[Prepared], reject: Callable[[Reject], None]
    ) -> Staged:
        """Stage what one source says.

        Args:
            run: the run they are written in.
            blocks: all that the source says, in its order.
            reject: called with every statement that cannot be stored.
        """
        self._run = run
        self._staged = staged = Staged()
        for block in blocks:
            staged.given += block.given
            staged.left += block.rest
            for rejected in block.rejects:
                reject(rejected)
            for concept, things in block.things.items():
                self._add_things(concept, things, block)
            for facts in block.facts.values():
                self._add_facts(facts)
        for waiting in self._facts.batches():
            self._add_late(waiting)
        for derived in self._derived.batches():
            self._mention(edge.tail for edge in derived)
            self._derive(derived)
        return staged

    def close(self) -> None:
        """Finish all files."""
        for sheet in [*self.nodes.values(), *self.edges.values()]:
            sheet.close()

    def labels(self, concept: str) -> tuple[str, ...]:
        """Return all labels of the nodes in a concept's sheet."""
        return (INSTANCE_LABEL, *self._ontology.lineage(concept))

    def _add_things(self, concept: str, things: Things, block: Prepared) -> None:
        """Stage the records of one concept, and leave those of things that are there already."""
        keys, lines = Keys.in_(things.uids), np.frombuffer(things.lines, np.uint8)
        places, sizes = (np.array(each, np.int64) for each in (things.places, things.sizes))
        new = keys.are_first() & (self._things.find(keys) < 0)
        if not new.all():
            self._staged.again.setdefault(block.place, []).extend(places[~new].tolist())
            lines = lines[np.repeat(new, sizes)]
        self._write_nodes(concept, keys[new], lines, sizes[new])
        if block.links:
            said = (block.links.get(place, ()) for place in places[new].tolist())
            self._derive(list(chain.from_iterable(said)))

    def _write_nodes(
        self, concept: str, keys: Keys, lines: NDArray[np.uint8], sizes: Ints
    ) -> None:
        """Write nodes with the next numbers; see `Things` for lines and sizes."""
        sheet = self.nodes.get(concept) or self._node_sheet(concept)
        lines, starts = lines.copy(), np.cumsum(sizes) - sizes
        digits = digits_of(self._things.add(keys), len(NUMBER))
        lines[starts[:, None] + np.arange(len(NUMBER))] = digits
        sheet.add(lines.tobytes(), len(keys))
        self._class_of.extend(repeat(self._classes[concept], len(keys)))

    def _mention(self, mentions: Iterable[Mention]) -> None:
        """Stage what is known only because something refers to it, where the files can hold it."""
        named: dict[str, Mention] = {}
        for mention in mentions:
            named.setdefault(mention.uid, mention)
        unknown = defaultdict[str, list[Mention]](list)
        for mention, number in zip(named.values(), self._find(named), strict=True):
            if number < 0:
                unknown[mention.concept].append(mention)
        for concept, some in unknown.items():
            said = {m.uid: line for m in some if (line := self._mentioned(m))}
            if not said:
                continue
            things = Things.of(list(said), list(said.values()), ())
            lines, sizes = np.frombuffer(things.lines, np.uint8), np.array(things.sizes, np.int64)
            self._write_nodes(concept, Keys.in_(things.uids), lines, sizes)

    def _mentioned(self, mention: Mention) -> str:
        """Return the line of a thing of which no more is known than what a reference says.

        It is empty where files cannot hold that: then what refers to it is left over, too.
        """
        properties = {**dict(mention.values), "_mention": True}
        try:
            return self._lines.full(mention.concept, mention.uid, properties)
        except Unstageable:
            return ""

    def _add_facts(self, facts: Facts) -> None:
        """Stage facts of one kind; those of things that are not there yet wait."""
        heads, tails = (self._things.find(Keys.in_(each)) for each in (facts.heads, facts.tails))
        links = _Links.of(facts.edge, heads, tails, facts.rows, facts.uids, facts.cells)
        staged, late = self._state(facts.edge, links), links.are_late
        if staged.all():
            return
        self._staged.left += facts.those(np.flatnonzero(~staged & ~late).tolist())
        waiting = np.flatnonzero(late).tolist()
        for i, fact in zip(waiting, facts.those(waiting), strict=True):
            self._facts.add(_Late(fact, facts.edge, *facts.uid_and_cells(i)))

    def _add_late(self, waiting: Sequence[_Late]) -> None:
        """Stage facts after all records; what they speak of is there as a mention at least."""
        self._mention(end for each in waiting for end in (each.fact.head, each.fact.tail))
        groups = defaultdict[EdgeKind, list[_Late]](list)
        for each in waiting:
            groups[each.kind].append(each)
        for kind, group in groups.items():
            facts, _, uids, cells = zip(*group, strict=True)
            heads = self._find(fact.head.uid for fact in facts)
            tails = self._find(fact.tail.uid for fact in facts)
            rows = [fact.row for fact in facts]
            links = _Links.of(kind, heads, tails, rows, b"".join(uids), cells)
            self._staged.left += compress(facts, ~self._state(kind, links))

    def _derive(self, edges: Sequence[Edge]) -> None:
        """Stage what follows from records; what leads to things that are not there yet waits."""
        groups = defaultdict[EdgeKind, list[Edge]](list)
        for edge in edges:
            groups[edge.kind].append(edge)
        for kind, group in groups.items():
            heads = self._find(edge.head.uid for edge in group)
            tails = self._find(edge.tail.uid for edge in group)
            links = _Links.of(kind, heads, tails, [edge.place for edge in group])
            self._relate(kind, links[~links.are_late])
            for edge in compress(group, links.are_late):
                self._derived.add(edge)

    def _state(self, kind: EdgeKind, links: _Links) -> Mask:
        """Return which relationships were staged: ends fit, and they are not there already.

        One whose ends do not seem to fit is left to the normal write, which knows all classes of
        an instance that several records speak of.
        """
        fit = self._are(links.heads, kind.head_labels) & self._are(links.tails, kind.tail_labels)
        fit[fit] = self._relate(kind, links[fit])
        return fit

    def _are(self, numbers: Ints, labels: tuple[str, ...]) -> Mask:
        """Return which things are there and carry one of the labels."""
        lineages = (self._ontology.lineage(concept) for concept in self._classes)
        suit = np.array([not set(labels).isdisjoint(lineage) for lineage in lineages], np.bool_)
        known = numbers >= 0
        known[known] = suit[np.frombuffer(self._class_of, np.uint16)[numbers[known]]]
        return known

    def _relate(self, kind: EdgeKind, links: _Links) -> Mask:
        """Return which relationships were staged: those that are not there already."""
        there = self._there.setdefault(kind.type, Numbers())
        new = links.keys.are_first() & (there.find(links.keys) < 0)
        there.add(links.keys[new])
        fresh = links[new]
        if kind.derived:
            self._write_edges(kind, fresh, [b",true,", fresh.places])
            return new
        run, known = b",%d," % self._run.id, fresh.places > 0
        self._write_edges(kind, fresh[known], [run, fresh.places[known]])
        self._write_edges(kind, fresh[~known], [run])
        return new

    def _write_edges(self, kind: EdgeKind, links: _Links, more: Sequence[Ints | bytes]) -> None:
        """Write relationships, with what all of a kind have besides their ends."""
        if not len(links.keys):
            return
        columns = [links.heads, b",", links.tails, _type_cell(kind.type), *more]
        if kind.keyed:
            ends = (f",{cells}\n".encode() for cells in links.cells)
            text = b"".join(map(operator.add, map(bytes, lines_of(columns)), ends))
        else:
            text = lines_of([*columns, b"\n"]).tobytes()
        sheet = self.edges.get(kind) or self._edge_sheet(kind)
        sheet.add(text, len(links.keys))

    def _find(self, uids: Iterable[str]) -> Ints:
        """Return the numbers of things, -1 for one that is not there."""
        return self._things.find(Keys.in_(packed_uids(list(uids))))

    def _node_sheet(self, concept: str) -> Sheet:
        self._classes[concept] = len(self._classes)
        sheet = Sheet(self._folder, f"node{len(self.nodes)}", self._lines.node_columns(concept))
        self.nodes[concept] = sheet
        return sheet

    def _edge_sheet(self, kind: EdgeKind) -> Sheet:
        sheet = Sheet(self._folder, f"edge{len(self.edges)}", self._lines.edge_columns(kind))
        self.edges[kind] = sheet
        return sheet


def _type_cell(type_: str) -> bytes:
    """Return the cell for a type that goes into a column; nothing where the command says it."""
    if is_argument(type_):
        return b""
    escaped = type_.replace('"', '""')
    return f',"{escaped}"'.encode()
