"""Staging a bulk load: prepared statements as the files that Neo4j's import tool reads.

What the files cannot hold, and whatever is said of a thing a second time, is left over for the
normal write to add afterwards.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import cast

from knowloom.knowledge.instance import INSTANCE_LABEL
from knowloom.knowledge.record import (
    EndColumn,
    Fact,
    KeyColumn,
    Mention,
    Reject,
    Statement,
    Value,
)
from knowloom.ontology.concepts import Ontology
from knowloom.store.edges import Edge, EdgeKind, Spool
from knowloom.store.prepare import Facts, Lines, Place, Prepared, Things
from knowloom.store.runs import Run
from knowloom.store.sheets import Sheet, Unstageable

_HALF = 32  # bits: a relationship without a uid is known by the numbers of its two ends


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


class Stage:
    """Writes the files of one bulk load.

    Things are numbered as they come, and relationships lead from number to number. It holds in
    memory about 300 bytes for each thing, 100 of them for its key, and 100 for each relationship,
    to find what is said twice.

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
        self._numbers: dict[str, int] = {}
        self._by_key: dict[str, dict[Value | None, int]] = {}
        self._classes: dict[str, int] = {}
        self._class_of = array("H")
        self._suits: dict[tuple[int, tuple[str, ...]], bool] = {}
        self._there: dict[str, set[int]] = {}
        self._facts = Spool[tuple[Fact, Edge]]()
        self._derived = Spool[Edge]()
        self.nodes: dict[str, Sheet] = {}
        self.edges: dict[EdgeKind, Sheet] = {}

    def __len__(self) -> int:
        """Return how many things there are."""
        return len(self._numbers)

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
            for fact, edge in waiting:
                self._mention(fact.head, fact.tail)
                if not self._fits(edge) or not self._write_edge(edge):
                    staged.left.append(fact)
        for derived in self._derived.batches():
            for edge in derived:
                self._mention(edge.head, edge.tail)
                self._write_edge(edge)
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
        uids, lines, places, keys = things.uids, things.lines, things.places, things.keys
        first = {uid: i for i, uid in reversed(tuple(enumerate(uids)))}
        known = self._numbers.keys()
        if len(first) < len(uids) or not known.isdisjoint(first):
            new = [i for i, uid in enumerate(uids) if first[uid] == i and uid not in known]
            kept = set(new)
            twice = [place for i, place in enumerate(places) if i not in kept]
            self._staged.again.setdefault(block.place, []).extend(twice)
            uids, lines = [uids[i] for i in new], [lines[i] for i in new]
            places, keys = [places[i] for i in new], [keys[i] for i in new]
        self._write_nodes(concept, uids, lines, keys)
        if block.links:
            for place in places:
                for edge in block.links.get(place, ()):
                    if edge.tail.uid in self._numbers:
                        self._write_edge(edge)
                    else:
                        self._derived.add(edge)

    def _write_nodes(
        self,
        concept: str,
        uids: Sequence[str],
        lines: Sequence[str],
        keys: Iterable[str | None] = (),
    ) -> None:
        """Write nodes with the next numbers."""
        sheet = self.nodes.get(concept) or self._node_sheet(concept)
        numbers = list(range(len(self._numbers), len(self._numbers) + len(uids)))
        sheet.add(list(map("{},{}".format, numbers, lines)))
        self._numbers.update(zip(uids, numbers, strict=True))
        if key := self._ontology.key(concept):
            known = self._by_key.setdefault(key[0], {})
            known.update(zip(keys, numbers, strict=False))
            known.pop(None, None)
        self._class_of.extend(repeat(self._classes[concept], len(uids)))

    def _mention(self, *mentions: Mention) -> None:
        """Stage what is known only because something refers to it."""
        for mention in mentions:
            if mention.uid not in self._numbers:
                properties = {**dict(mention.values), "_mention": True}
                try:
                    line = self._lines.full(mention.concept, mention.uid, properties)
                except Unstageable:
                    line = self._lines.full(mention.concept, mention.uid, {"_mention": True})
                self._write_nodes(mention.concept, (mention.uid,), (line,))

    def _add_facts(self, facts: Facts) -> None:
        """Stage facts of one kind: all at once where nothing is to be said of any of them."""
        heads, tails = self._found(facts.said.head), self._found(facts.said.tail)
        if not facts.edge.keyed and None not in heads and None not in tails:
            there = (cast(list[int], heads), cast(list[int], tails))
            if self._add_known(facts.edge, *there, facts.said.rows):
                return
        for i, (head, tail) in enumerate(zip(heads, tails, strict=True)):
            fact = facts.fact(i)
            uid = facts.uids[i] if facts.edge.keyed else ""
            edge = Edge(facts.edge, uid, fact.head, fact.tail, fact.row, fact.values)
            if head is None or tail is None:
                self._facts.add((fact, edge))
            elif not self._fits(edge) or not self._write_edge(edge):
                self._staged.left.append(fact)

    def _found(self, end: EndColumn | KeyColumn) -> list[int | None]:
        """Return the numbers of things; None for one that is not there yet."""
        if isinstance(end, KeyColumn) and (known := self._by_key.get(end.declarer)):
            numbers = list(map(known.get, end.values))
            if None not in numbers:
                return numbers
        return list(map(self._numbers.get, end.uids))

    def _add_known(
        self, kind: EdgeKind, heads: list[int], tails: list[int], rows: Sequence[int]
    ) -> bool:
        """Return whether relationships were staged: all, or none where one needs a closer look."""
        if not (self._are(heads, kind.head_labels) and self._are(tails, kind.tail_labels)):
            return False
        links = [h << _HALF | t for h, t in zip(heads, tails, strict=True)]
        there = self._there.setdefault(kind.type, set())
        if len(set(links)) < len(links) or not there.isdisjoint(links):
            return False
        there.update(links)
        sheet = self.edges.get(kind) or self._edge_sheet(kind)
        run, ends = self._run.id, zip(heads, tails, rows, strict=True)
        sheet.add([f"{head},{tail},{run},{row or ''}\n" for head, tail, row in ends])
        return True

    def _are(self, numbers: Sequence[int], labels: tuple[str, ...]) -> bool:
        """Return whether all these things carry one of the labels."""
        if all(self._is_one(each, labels) for each in range(len(self._classes))):
            return True  # as everything staged so far does, which is quicker to tell
        return all(
            self._is_one(each, labels) for each in set(map(self._class_of.__getitem__, numbers))
        )

    def _is_one(self, class_: int, labels: tuple[str, ...]) -> bool:
        key = (class_, labels)
        if key not in self._suits:
            lineage = self._ontology.lineage(list(self._classes)[class_])
            self._suits[key] = not set(labels).isdisjoint(lineage)
        return self._suits[key]

    def _fits(self, edge: Edge) -> bool:
        """Return whether the ends of a stated edge are of the right classes.

        One whose ends do not seem to fit is left to the normal write, which knows all classes of
        an instance that several records speak of.
        """
        head, tail = (self._class_of[self._numbers[end.uid]] for end in (edge.head, edge.tail))
        kind = edge.kind
        return self._is_one(head, kind.head_labels) and self._is_one(tail, kind.tail_labels)

    def _write_edge(self, edge: Edge) -> bool:
        """Return whether an edge was staged: not when it is there already."""
        kind = edge.kind
        head, tail = self._numbers[edge.head.uid], self._numbers[edge.tail.uid]
        link = hash((head, tail, edge.uid)) if edge.uid else head << _HALF | tail
        there = self._there.setdefault(kind.type, set())
        if link in there:
            return False
        if kind.derived:
            line = f"{head},{tail},true,{edge.place}\n"
        else:
            line = f"{head},{tail},{self._run.id},{edge.place or ''}"
            try:
                line += f",{self._lines.edge(edge)}\n" if kind.keyed else "\n"
            except Unstageable:
                return False
        there.add(link)
        sheet = self.edges.get(kind) or self._edge_sheet(kind)
        sheet.add((line,))
        return True

    def _node_sheet(self, concept: str) -> Sheet:
        self._classes[concept] = len(self._classes)
        sheet = Sheet(self._folder, f"node{len(self.nodes)}", self._lines.node_columns(concept))
        self.nodes[concept] = sheet
        return sheet

    def _edge_sheet(self, kind: EdgeKind) -> Sheet:
        sheet = Sheet(self._folder, f"edge{len(self.edges)}", self._lines.edge_columns(kind))
        self.edges[kind] = sheet
        return sheet
