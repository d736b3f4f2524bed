"""What statements become before a bulk load puts them together: checked lines of text, in blocks.

This is all the work that needs no other statement, so several processes share it. The same checks
reject the same statements as in the normal write.
"""

from __future__ import annotations

import csv
import pickle
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple, cast

from knowloom.knowledge.instance import inline_properties
from knowloom.knowledge.project import evidence_of
from knowloom.knowledge.record import (
    EndColumn,
    Fact,
    FactColumns,
    Mention,
    Pairs,
    Record,
    Reject,
    Statement,
    Values,
    hash_of,
    in_places,
    packed_uids,
    said,
)
from knowloom.ontology.concepts import ENDS, Attribute, Ontology, Scalar
from knowloom.ontology.rules import may_be_long
from knowloom.store.edges import Edge, EdgeKind
from knowloom.store.runs import Run
from knowloom.store.sheets import Unstageable, cell, is_argument
from knowloom.store.write import Validator

_TYPES = {
    Scalar.STR: "string",
    Scalar.INT: "long",
    Scalar.FLOAT: "double",
    Scalar.BOOL: "boolean",
    Scalar.DATE: "date",
    Scalar.DATETIME: "datetime",
}
_PROVENANCE = {
    "_run": "long",
    "_hash": "string",
    "_row": "long",
    "_end": "long",
    "_observed": "datetime",
    "_from": "date",
    "_to": "date",
    "_confidence": "double",
    "_mention": "boolean",
}
# The rest of the line of a record of which no more is known than run, hash and row.
_PLAIN = ",{},{},{}" + "," * (len(_PROVENANCE) - 3) + "\n"
_AS_IT_IS = (Scalar.INT, Scalar.FLOAT, Scalar.DATE)  # a writer of CSV writes these as we want them

NUMBER = "0000000000"  # stands at the beginning of a line until its thing has a number

Place = tuple[int, int]
Rows = list[tuple[str, str, Pairs, Pairs, int]]


class FactKind(NamedTuple):
    """What facts have in common that are kept together.

    Args:
        relation, attribute: as in `Fact`.
        head, tail: the concepts that the ends are taken for.
    """

    relation: str
    attribute: str
    head: str
    tail: str


@dataclass(frozen=True, slots=True)
class Things:
    """Records of one concept, in columns that take little time to send and to put together.

    Args:
        uids: packed, as by `packed_uids`.
        lines: of the sheet of the concept, in UTF-8, each with `NUMBER` at its beginning.
        sizes: of the lines, in bytes.
        places: which statement of the block each was.
    """

    uids: bytes
    lines: bytes
    sizes: array[int]
    places: array[int]

    @classmethod
    def of(cls, uids: Sequence[str], lines: Sequence[str], places: Sequence[int]) -> Things:
        """Return records with these uids, lines and places."""
        text = [line.encode() for line in lines]
        return cls(
            packed_uids(uids), b"".join(text), array("I", map(len, text)), array("I", places)
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of one kind, in columns; the last two are empty where edges have no uids.

    Args:
        edge: what all their relationships share.
        heads, tails: the uids of the ends, packed.
        rows: where in the source each is.
        said: the facts themselves, which are seldom wanted: `those` returns them.
        uids: of the relationships, packed.
        cells: the uid and the qualifiers as the end of a line.
    """

    edge: EdgeKind
    heads: bytes
    tails: bytes
    rows: array[int]
    said: bytes
    uids: bytes = b""
    cells: Sequence[str] = ()

    @classmethod
    def of(
        cls,
        edge: EdgeKind,
        said: FactColumns,
        values: Sequence[Values] = (),
        uids: Sequence[str] = (),
        cells: Sequence[str] = (),
    ) -> Facts:
        """Return these facts; qualifiers, uids and cells are of those whose edges have uids."""
        return cls(
            edge,
            packed_uids(said.head.uids),
            packed_uids(said.tail.uids),
            array("q", said.rows),
            pickle.dumps((said, values), protocol=pickle.HIGHEST_PROTOCOL),
            packed_uids(uids),
            cells,
        )

    def uid_and_cells(self, number: int) -> tuple[bytes, str]:
        """Return the uid of one of the relationships, packed, and its cells, if it has some."""
        size = len(self.heads) // len(self.rows)
        own = self.uids[number * size : (number + 1) * size]
        return own, self.cells[number] if self.cells else ""

    def those(self, numbers: Iterable[int]) -> list[Fact]:
        """Return some of the facts."""
        said, values = cast("tuple[FactColumns, Sequence[Values]]", pickle.loads(self.said))
        return [said.fact(number, values[number] if values else {}) for number in numbers]


@dataclass(slots=True)
class _Kept:
    """Facts of one kind while a block is being prepared; see `Facts`."""

    edge: EdgeKind
    rows: Rows = field(default_factory=list["tuple[str, str, Pairs, Pairs, int]"])
    values: list[Values] = field(default_factory=list[Values])
    uids: list[str] = field(default_factory=list[str])
    cells: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class Prepared:
    """A block of statements, ready to be put together with all others.

    Args:
        place: the number of the file, and of the block in it.
        given: how many statements there were.
        things: concept to its records.
        links: which statement of the block to the relationships that follow from it.
        facts: those that can be stored if their ends fit.
        rest: statements that files cannot hold.
        rejects: what cannot be stored at all.
    """

    place: Place
    given: int = 0
    things: dict[str, Things] = field(default_factory=dict[str, Things])
    links: dict[int, list[Edge]] = field(default_factory=dict[int, list[Edge]])
    facts: dict[FactKind, Facts] = field(default_factory=dict[FactKind, Facts])
    rest: list[Statement] = field(default_factory=list[Statement])
    rejects: list[Reject] = field(default_factory=list[Reject])


class Preparer:
    """Prepares blocks of what one source says.

    Args:
        ontology: as stored.
        run: the run they are written in.
    """

    def __init__(self, ontology: Ontology, run: Run) -> None:
        self._ontology = ontology
        self._run = run
        self._validator = Validator(ontology, self._reject)
        self._lines = Lines(ontology)
        self._block = Prepared((0, 0))
        self._things: dict[str, tuple[list[str], list[str], list[int]]] = {}
        self._kept: dict[FactKind, _Kept] = {}
        self._plain: dict[tuple[str, str, str, str], Rows] = {}  # those whose edges have no uids

    def block(self, place: Place, statements: Iterable[Statement]) -> Prepared:
        """Return these statements prepared."""
        self._block = block = Prepared(place)
        self._things, self._kept, self._plain = {}, {}, {}
        if isinstance(statements, FactColumns) and self._are_alike(statements):
            return block
        valid, number = self._validator.record, -1
        for number, statement in enumerate(statements):
            if isinstance(statement, Record):
                if valid(statement):
                    self._add_record(number, statement)
            elif isinstance(statement, Fact):
                self._add_fact(statement)
            else:
                self._reject(statement)
        for concept, things in self._things.items():
            block.things[concept] = Things.of(*things)
        for kind, kept in self._kept.items():
            if kept.rows:
                columns = _columns(kind, kept.rows)
                block.facts[kind] = Facts.of(
                    kept.edge, columns, kept.values, kept.uids, kept.cells
                )
        block.given = number + 1
        return block

    def _are_alike(self, facts: FactColumns) -> bool:
        """Return whether facts were kept: all, or none where each of them is to be judged."""
        edge = Validator(self._ontology, lambda _: None).edge(facts.fact(0, {}))
        if edge is None or edge.kind.keyed:
            return False
        kind = FactKind(facts.relation, facts.attribute, facts.head.concept, facts.tail.concept)
        self._block.facts[kind] = Facts.of(edge.kind, facts)
        self._block.given = len(facts.rows)
        return True

    def _reject(self, reject: Reject) -> None:
        self._block.rejects.append(reject)

    def _add_record(self, number: int, record: Record) -> None:
        run, block = self._run, self._block
        hash_ = hash_of(said(record, run.source))
        try:
            for mention in chain.from_iterable(record.links.values()):
                for _, value in mention.values:
                    cell(value)  # what it refers to may be known from nothing else
            if record.is_plain:
                line = self._lines.plain(record, run.id, hash_)
            else:
                evidence = evidence_of(
                    record, hash_, run=run.id, source=run.source, recorded=run.started
                )
                line = self._lines.full(record.concept, record.uid, inline_properties(evidence))
        except Unstageable:
            block.rest.append(record)
            return
        if (things := self._things.get(record.concept)) is None:
            things = self._things[record.concept] = ([], [], [])
        uids, lines, places = things
        uids.append(record.uid)
        lines.append(line)
        places.append(number)
        if record.links:
            block.links[number] = list(self._links(record))

    def _links(self, record: Record) -> Iterable[Edge]:
        """Return the relationships that follow from a record."""
        head = Mention(record.concept, record.uid)
        attributes = self._ontology.attributes(record.concept)
        for name, mentions in record.links.items():
            kind = EdgeKind(attributes[name].relationship_type, derived=True)
            for position, mention in in_places(mentions):
                yield Edge(kind, "", head, mention, position)

    def _add_fact(self, fact: Fact) -> None:
        """Keep a fact, if it can be stored.

        Without qualifiers, and by keys of a usual length, that depends on the classes of its ends
        alone, so only the first of a kind is judged.
        """
        head, tail = fact.head, fact.tail
        rows = self._plain.get((fact.relation, fact.attribute, head.concept, tail.concept))
        plain = not (fact.values or may_be_long(head.values) or may_be_long(tail.values))
        if (rows is None or not plain) and (rows := self._judged(fact)) is None:
            return
        rows.append((head.uid, tail.uid, head.values, tail.values, fact.row))

    def _judged(self, fact: Fact) -> Rows | None:
        """Return where a fact is kept; None when it cannot be staged."""
        if (edge := self._validator.edge(fact)) is None:
            return None
        kind = FactKind(fact.relation, fact.attribute, fact.head.concept, fact.tail.concept)
        kept = self._kept.setdefault(kind, _Kept(edge.kind))
        if not edge.kind.keyed:
            self._plain[kind] = kept.rows
            return kept.rows
        try:
            kept.cells.append(self._lines.edge(edge))
        except Unstageable:
            self._block.rest.append(fact)
            return None
        kept.uids.append(edge.uid)
        kept.values.append(fact.values)
        return kept.rows


def _columns(kind: FactKind, rows: Iterable[tuple[str, str, Pairs, Pairs, int]]) -> FactColumns:
    """Return facts of one kind in columns."""
    heads, tails, by_heads, by_tails, places = zip(*rows, strict=True) if rows else ((),) * 5
    head, tail = EndColumn(kind.head, heads, by_heads), EndColumn(kind.tail, tails, by_tails)
    return FactColumns(kind.relation, kind.attribute, head, tail, places)


class _Line:
    """Holds the last line that was written to it."""

    text = ""

    def write(self, text: str) -> None:
        """Take a line."""
        self.text = text


class Lines:
    """The lines of all sheets, and the columns that they have.

    Args:
        ontology: as stored.
    """

    def __init__(self, ontology: Ontology) -> None:
        self._ontology = ontology
        self._values: dict[str, list[tuple[str, Callable[[Any], object] | None]]] = {}
        self._named: dict[EdgeKind, list[str]] = {}
        self._line = _Line()
        self._write = csv.writer(self._line, lineterminator="\n").writerow

    def plain(self, record: Record, run: int, hash_: str) -> str:
        """Return the line of a record that has neither times nor a confidence.

        Raises:
            Unstageable: it holds something that files cannot.
        """
        said = self._row(record.concept, record.uid, record.values)
        return f"{NUMBER},{self._text(said)}" + _PLAIN.format(run, hash_, record.row or "")

    def full(self, concept: str, uid: str, properties: Mapping[str, Any]) -> str:
        """Return the line of a thing with these properties; raises as `plain` does."""
        row = self._row(concept, uid, properties)
        text = self._text([*row, *(cell(properties.get(n)) for n in _PROVENANCE)])
        return f"{NUMBER},{text}\n"

    def edge(self, edge: Edge) -> str:
        """Return the end of the line of a relationship with a uid; raises as `plain` does."""
        values = edge.values or {}
        cells = (cell(values.get(name)) for name in self._qualifiers(edge.kind))
        return self._text([edge.uid, *cells])

    def node_columns(self, concept: str) -> list[str]:
        """Return the header of a concept's sheet."""
        known = self._ontology.attributes(concept)
        columns = [_column(known[name]) for name, _ in self._columns(concept)]
        provenance = (f"{name}:{type_}" for name, type_ in _PROVENANCE.items())
        return [":ID", "uid:string", *columns, *provenance]

    def edge_columns(self, kind: EdgeKind) -> list[str]:
        """Return the header of the sheet of a kind of relationships."""
        columns = [":START_ID", ":END_ID", *(() if is_argument(kind.type) else (":TYPE",))]
        if kind.derived:
            return [*columns, "_derived:boolean", "_position:long"]
        columns += ["_run:long", "_row:long"]
        if kind.keyed:
            known = self._ontology.attributes(self._relation(kind))
            columns += ["uid:string", *(_column(known[n]) for n in self._qualifiers(kind))]
        return columns

    def _row(self, concept: str, uid: str, values: Mapping[str, Any]) -> list[object]:
        """Return the cells of the values of a thing, its uid first."""
        row: list[object] = [uid]
        get = values.get
        for name, convert in self._values.get(concept) or self._columns(concept):
            value = get(name)
            row.append(value if convert is None or value is None else convert(value))
        return row

    def _text(self, row: Sequence[object]) -> str:
        """Return cells as a line without its end."""
        self._write(row)
        return self._line.text[:-1]

    def _columns(self, concept: str) -> list[tuple[str, Callable[[Any], object] | None]]:
        """Return the plain attributes of a concept, and how a value becomes a cell."""
        if concept not in self._values:
            self._values[concept] = [
                (a.name, None if a.range in _AS_IT_IS and not a.many else cell)
                for a in self._ontology.attributes(concept).values()
                if not a.is_link
            ]
        return self._values[concept]

    def _qualifiers(self, kind: EdgeKind) -> list[str]:
        """Return the names of the qualifiers that relationships of a kind have."""
        if kind not in self._named:
            known = self._ontology.attributes(self._relation(kind))
            self._named[kind] = [name for name in known if name not in ENDS]
        return self._named[kind]

    def _relation(self, kind: EdgeKind) -> str:
        """Return the relation concept whose facts are of this kind."""
        return next(
            c.name for c in self._ontology if c.relationship_type == kind.type and c.parents
        )


def _column(attribute: Attribute) -> str:
    """Return the header of an attribute's column."""
    scalar = attribute.range if isinstance(attribute.range, Scalar) else Scalar.STR
    return f"{attribute.name}:{_TYPES[scalar]}{'[]' if attribute.many else ''}"
