"""Staging a bulk load: validated statements as the files that Neo4j's import tool reads.

The same checks reject the same statements as in the normal write. What the files cannot hold, and
whatever is said of a thing a second time, is left over for the normal write to add afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from knowloom.knowledge.instance import INSTANCE_LABEL, inline_properties
from knowloom.knowledge.project import evidence_of
from knowloom.knowledge.record import Fact, Mention, Record, Reject, Statement, hash_of, said
from knowloom.ontology.concepts import ENDS, Attribute, Ontology, Scalar
from knowloom.store.edges import Edge, EdgeKind, Spool
from knowloom.store.runs import Run
from knowloom.store.sheets import Sheet, Unstageable, cell
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


class Stage:
    """Writes the files of one bulk load.

    It holds in memory about 150 bytes for each thing and 70 for each relationship, to find what is
    said twice.

    Args:
        folder: where the files go; it must exist.
        ontology: as stored.
    """

    def __init__(self, folder: Path, ontology: Ontology) -> None:
        self._folder = folder
        self._ontology = ontology
        self._reject: Callable[[Reject], None] = lambda _: None
        self._validator = Validator(ontology, self._passed_on)
        self._run = Run("", "")
        self._concepts: dict[str, str] = {}
        self._links: set[int] = set()
        self._waiting = Spool[Edge]()
        self._columns: dict[str, tuple[str, ...]] = {}
        self._fits: dict[tuple[str, tuple[str, ...]], bool] = {}
        self.nodes: dict[str, Sheet] = {}
        self.edges: dict[EdgeKind, Sheet] = {}

    def add(
        self, run: Run, statements: Iterable[Statement], reject: Callable[[Reject], None]
    ) -> tuple[int, list[Statement]]:
        """Stage what one source says.

        Args:
            run: the run they are written in.
            statements: consumed once.
            reject: called with every statement that cannot be stored.

        Returns:
            How many statements there were, and those left over.
        """
        self._run, self._reject = run, reject
        given = 0
        left: list[Statement] = []
        waiting = Spool[Fact]()
        for statement in statements:
            given += 1
            if isinstance(statement, Record):
                if self._validator.record(statement) and not self._add_record(statement):
                    left.append(statement)
            elif isinstance(statement, Fact):
                if not self._has_ends(statement):
                    waiting.add(statement)
                elif not self._add_fact(statement):
                    left.append(statement)
            else:
                self._reject(statement)
        for facts in waiting.batches():
            for fact in facts:
                self._mention(fact.head, fact.tail)
                if not self._add_fact(fact):
                    left.append(fact)
        for edges in self._waiting.batches():
            for edge in edges:
                self._mention(edge.head, edge.tail)
                self._write_edge(edge)
        return given, left

    def close(self) -> None:
        """Finish all files."""
        for sheet in [*self.nodes.values(), *self.edges.values()]:
            sheet.close()

    def _passed_on(self, reject: Reject) -> None:
        """Give a reject to whoever listens now."""
        self._reject(reject)

    def labels(self, concept: str) -> tuple[str, ...]:
        """Return all labels of the nodes in a concept's sheet."""
        return (INSTANCE_LABEL, *self._ontology.lineage(concept))

    def _add_record(self, record: Record) -> bool:
        """Return whether a record could be staged."""
        if record.uid in self._concepts:
            return False
        hash_ = hash_of(said(record, self._run.source))
        try:
            self._write_node(record.concept, record.uid, self._properties(record, hash_))
        except Unstageable:
            return False
        head = Mention(record.concept, record.uid)
        for name, mentions in record.links.items():
            type_ = self._ontology.attributes(record.concept)[name].relationship_type
            kind = EdgeKind(type_, derived=True)
            for position, mention in enumerate(mentions):
                edge = Edge(kind, "", head, mention, position)
                if mention.uid in self._concepts:
                    self._write_edge(edge)
                else:
                    self._waiting.add(edge)
        return True

    def _properties(self, record: Record, hash_: str) -> dict[str, Any]:
        run = self._run
        if (
            record.observed
            or record.valid_from
            or record.valid_to
            or record.confidence is not None
            or record.end
        ):
            evidence = evidence_of(
                record, hash_, run=run.id, source=run.source, recorded=run.started
            )
            return inline_properties(evidence)
        return {**record.values, "_run": run.id, "_hash": hash_, "_row": record.row or None}

    def _write_node(self, concept: str, uid: str, properties: dict[str, Any]) -> None:
        sheet = self.nodes.get(concept) or self._node_sheet(concept)
        row = [cell(properties.get(name)) for name in self._columns[concept]]
        sheet.write([uid, *row])
        self._concepts[uid] = concept

    def _mention(self, *mentions: Mention) -> None:
        """Stage what is known only because something refers to it."""
        for mention in mentions:
            if mention.uid not in self._concepts:
                try:
                    properties = {**dict(mention.values), "_mention": True}
                    self._write_node(mention.concept, mention.uid, properties)
                except Unstageable:
                    self._write_node(mention.concept, mention.uid, {"_mention": True})

    def _has_ends(self, edge: Fact | Edge) -> bool:
        return edge.head.uid in self._concepts and edge.tail.uid in self._concepts

    def _add_fact(self, fact: Fact) -> bool:
        """Return whether a fact with both ends there could be staged or was rejected.

        One whose ends do not seem to fit is left to the normal write, which knows all classes of
        an instance that several records speak of.
        """
        if (edge := self._validator.edge(fact)) is None:
            return True
        head, tail = self._concepts[fact.head.uid], self._concepts[fact.tail.uid]
        fits = self._is_one(head, edge.kind.head_labels)
        return fits and self._is_one(tail, edge.kind.tail_labels) and self._write_edge(edge)

    def _write_edge(self, edge: Edge) -> bool:
        """Return whether an edge was staged: not when it is there already."""
        kind = edge.kind
        link = hash((kind.type, edge.head.uid, edge.tail.uid, edge.uid))
        if link in self._links:
            return False
        try:
            row = self._edge_row(edge)
        except Unstageable:
            return False
        self._links.add(link)
        sheet = self.edges.get(kind) or self._edge_sheet(kind)
        sheet.write(row)
        return True

    def _edge_row(self, edge: Edge) -> list[object]:
        if edge.kind.derived:
            return [edge.head.uid, edge.tail.uid, "true", edge.place]
        row: list[object] = [edge.head.uid, edge.tail.uid, self._run.id, edge.place or None]
        if edge.kind.keyed:
            values = edge.values or {}
            row += [edge.uid, *(cell(values.get(name)) for name in self._qualifiers(edge.kind))]
        return row

    def _is_one(self, concept: str, labels: tuple[str, ...]) -> bool:
        """Return whether instances of a concept carry one of the labels."""
        key = (concept, labels)
        if key not in self._fits:
            self._fits[key] = not set(labels).isdisjoint(self._ontology.lineage(concept))
        return self._fits[key]

    def _node_sheet(self, concept: str) -> Sheet:
        attributes = [a for a in self._ontology.attributes(concept).values() if not a.is_link]
        names = [a.name for a in attributes]
        self._columns[concept] = (*names, *_PROVENANCE)
        columns = ["uid:ID", *map(_column, attributes)]
        columns += [f"{name}:{type_}" for name, type_ in _PROVENANCE.items()]
        sheet = Sheet(self._folder, f"node{len(self.nodes)}", columns)
        self.nodes[concept] = sheet
        return sheet

    def _edge_sheet(self, kind: EdgeKind) -> Sheet:
        columns = [":START_ID", ":END_ID"]
        if kind.derived:
            columns += ["_derived:boolean", "_position:long"]
        else:
            columns += ["_run:long", "_row:long"]
        if kind.keyed:
            attributes = self._ontology.attributes(self._relation(kind))
            columns += ["uid:string", *(_column(attributes[n]) for n in self._qualifiers(kind))]
        sheet = Sheet(self._folder, f"edge{len(self.edges)}", columns)
        self.edges[kind] = sheet
        return sheet

    def _relation(self, kind: EdgeKind) -> str:
        """Return the relation concept whose facts are of this kind."""
        return next(
            c.name for c in self._ontology if c.relationship_type == kind.type and c.parents
        )

    def _qualifiers(self, kind: EdgeKind) -> list[str]:
        attributes = self._ontology.attributes(self._relation(kind))
        return [name for name in attributes if name not in ENDS]


def _column(attribute: Attribute) -> str:
    """Return the header of an attribute's column."""
    scalar = attribute.range if isinstance(attribute.range, Scalar) else Scalar.STR
    return f"{attribute.name}:{_TYPES[scalar]}{'[]' if attribute.many else ''}"
