"""Mappings: what the columns of a source mean, as values that know no file and no ontology.

`mapping_file` reads and writes them as TOML, `rows` makes statements with them, `propose` guesses
one.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from knowloom.knowledge.record import Value
from knowloom.ontology.concepts import Attribute, Scalar

NULL = ("",)
# What a source may say of a record itself, by the field of `Record` that holds it.
PROVENANCE: Lookup[str, Attribute] = {
    "observed": Attribute(name="observed", range=Scalar.DATETIME),
    "valid_from": Attribute(name="valid_from", range=Scalar.DATE),
    "valid_to": Attribute(name="valid_to", range=Scalar.DATE),
    "confidence": Attribute(name="confidence", range=Scalar.FLOAT, minimum="0", maximum="1"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Where a value comes from: a column, a constant, or the name of the file.

    Args:
        column: the name of a column; in JSON a path with dots, which also goes through lists.
        value: a constant, when there is no column.
        file: a regular expression to be found in the file's name, when there is no column; its
            first group, or all of it, is the value.
        split: what stands between several values in one cell; white space around each is dropped.
        prefix: put before every value.
        map: values to be replaced, as text; others stay as they are.
    """

    column: str = ""
    value: Value | None = None
    file: str = ""
    split: str = ""
    prefix: str = ""
    map: Lookup[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Where a thing that is referred to comes from.

    Args:
        concept: the class it is taken for; empty for the only one that the attribute allows.
        key: the attributes of that class's key and their values; an empty name stands for the
            only attribute of a key.
        id: the source's own id of it instead, for classes without a key.
    """

    concept: str = ""
    key: Lookup[str, Cell] = field(default_factory=dict[str, Cell])
    id: Cell | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What both kinds of section have: which rows they are for, and what means nothing.

    Args:
        file: a pattern for the names of files; `*` and `?` stand for any text and character.
        where: a row counts only if each of these columns holds one of these texts; "" stands for
            a cell without a value.
        unless: a row does not count if one of these columns holds one of these texts.
        null: texts that mean no value; one that is a whole number, such as "-1", stands for the
            number as well.
    """

    file: str = "*"
    where: Lookup[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    unless: Lookup[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    null: tuple[str, ...] = NULL

    def cells(self) -> Iterator[Cell]:
        """Yield every cell that the section names."""
        for column in (*self.where, *self.unless):
            yield Cell(column=column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects(Section):
    """Each row states one thing.

    Args:
        concept: its class.
        subclass: a more specific class, given by the row; no value leaves it at `concept`.
        id: the source's own id of it, for classes without a key.
        attributes: attribute name to where its value comes from; a plain `Cell` is enough for a
            link attribute whose range has one class with a key of one attribute.
        observed, valid_from, valid_to, confidence: see `Record`.
    """

    concept: str
    subclass: Cell | None = None
    id: Cell | None = None
    attributes: Lookup[str, Cell | Reference] = field(default_factory=dict[str, Cell | Reference])
    observed: Cell | None = None
    valid_from: Cell | None = None
    valid_to: Cell | None = None
    confidence: Cell | None = None

    def cells(self) -> Iterator[Cell]:
        """Yield every cell that the section names."""
        yield from Section.cells(self)
        yield from (c for c in (self.subclass, self.id, *self.provenance.values()) if c)
        for given in self.attributes.values():
            yield from _cells(given)

    @property
    def provenance(self) -> dict[str, Cell]:
        """The cells of what is said about the record itself, by the field of `Record`."""
        return {name: cell for name in PROVENANCE if (cell := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations(Section):
    """Each row states a relation of two things, or one value of a link attribute.

    Args:
        relation: the name of a `Relation` concept, or empty when `attribute` is used.
        attribute: the name of a link attribute of the head's class, or empty.
        head: where the relationship starts; several when its cell is split.
        tail: where it ends; likewise.
        attributes: the relation's own attributes.
    """

    relation: str = ""
    attribute: str = ""
    head: Reference
    tail: Reference
    attributes: Lookup[str, Cell] = field(default_factory=dict[str, Cell])

    def cells(self) -> Iterator[Cell]:
        """Yield every cell that the section names."""
        yield from Section.cells(self)
        yield from _cells(self.head)
        yield from _cells(self.tail)
        yield from self.attributes.values()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """What the parts of a source mean.

    Args:
        source: who says it; empty for the name of the file.
        encoding: of text files; empty for UTF-8, or what a byte order mark says.
        labels: a file with the names of the things that triples call by an id; see
            `knowledge.triples.Labels`.
        objects: what rows state of one thing.
        relations: what rows state of two things.
        where: what faults call the mapping, the name of its file.

    >>> paper = Objects(concept="Paper", attributes={"name": Cell(column="title")})
    >>> Mapping(objects=(paper,)).columns
    ('title',)
    """

    source: str = ""
    encoding: str = ""
    labels: str = ""
    objects: tuple[Objects, ...] = ()
    relations: tuple[Relations, ...] = ()
    where: str = field(default="the mapping", compare=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it uses, each once, in the order of its sections."""
        sections = (*self.objects, *self.relations)
        found = (cell.column for section in sections for cell in section.cells())
        return tuple(dict.fromkeys(column for column in found if column))

    def for_file(self, name: str) -> Mapping:
        """Return the mapping with only the sections that are for a file of this name."""
        return replace(
            self,
            objects=tuple(s for s in self.objects if fnmatchcase(name, s.file)),
            relations=tuple(s for s in self.relations if fnmatchcase(name, s.file)),
        )


def _cells(given: Cell | Reference) -> Iterator[Cell]:
    """Yield the cells of a value or a reference."""
    if isinstance(given, Cell):
        yield given
        return
    yield from given.key.values()
    if given.id:
        yield given.id
