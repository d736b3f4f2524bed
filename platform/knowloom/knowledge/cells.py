"""Cells compiled: from one row of a table to values and to the things that it refers to.

Everything that can be settled once for a file is settled here, so that a row costs little.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial
from typing import cast

from knowloom.errors import Fault
from knowloom.knowledge.mapping import Cell, Reference
from knowloom.knowledge.record import (
    EndColumn,
    KeyColumn,
    Mention,
    Value,
    uid_of_key,
    uid_of_source_id,
    uids_of_keys,
)
from knowloom.ontology.concepts import Attribute, Ontology, Scalar
from knowloom.ontology.names import suggestions
from knowloom.ontology.rules import FEW
from knowloom.ontology.values import reader
from knowloom.ontology.verdicts import Unfit

Cells = Sequence[object]
Get = Callable[[Cells], object]
Read = Callable[[object], Value | list[Value]]
Mentions = Callable[[Cells], tuple[Mention, ...]]

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_REMEMBERED = 1 << 15


@dataclass(slots=True)
class Compiler:
    """What compiling the cells of a file needs to know, and the faults it finds.

    Args:
        ontology: the classes.
        columns: the names of the columns, not always distinct.
        source: who says it.
        file: the name of the file.
        null: texts that mean no value.
        where: what faults call the mapping.
        at: the part of the mapping that is being compiled.
        faults: filled on the way.
    """

    ontology: Ontology
    columns: Sequence[str]
    source: str
    file: str
    null: tuple[str, ...]
    where: str
    at: str = ""
    faults: list[Fault] = field(default_factory=list[Fault])

    def fault(self, key: str, what: str, code: str) -> None:
        """Note what is wrong with a part of the mapping."""
        place = ".".join(part for part in (self.at, key) if part)
        self.faults.append(Fault(f"{self.where}: {place}", what, code))

    @property
    def nothing(self) -> tuple[object, ...]:
        """Cells that mean no value; texts that are whole numbers also count as numbers."""
        numbers = (int(text) for text in self.null if _INTEGER.fullmatch(text))
        return (*self.null, *numbers, None, [])

    def position(self, key: str, column: str) -> int:
        """Return where a column stands; a fault and 0 when that is not clear."""
        places = [i for i, name in enumerate(self.columns) if name == column]
        if not places:
            near = suggestions(column, self.columns)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            known = "" if hint else f": they are {', '.join(self.columns)}"
            self.fault(key, f"{column!r} is no column of {self.file}{hint or known}", "column")
        elif len(places) > 1:
            numbers = " and ".join(str(i + 1) for i in places)
            what = f"{column!r} is the name of columns {numbers} of {self.file}; rename one"
            self.fault(key, what, "column")
        return places[0] if places else 0

    def attribute(self, concept: str, name: str, key: str) -> Attribute | None:
        """Return an attribute of a concept; a fault and None when there is none."""
        known = self.ontology.attributes(concept)
        if name not in known:
            near = suggestions(name, known)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            self.fault(key, f"{name} is no attribute of {concept}{hint}", "unknown-attribute")
        return known.get(name)

    def concept(self, key: str, name: str) -> bool:
        """Return whether there is a concept of this name; a fault when not."""
        if name in self.ontology:
            return True
        near = suggestions(name, [c.name for c in self.ontology])
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        self.fault(key, f"{name} is no concept of the ontology{hint}", "unknown-concept")
        return False

    def get(self, key: str, cell: Cell) -> Get:
        """Return a function from a row to the raw value of a cell, None for no value."""
        if not cell.column:
            constant = self.constant(key, cell)
            return lambda cells: constant
        found = _picked(self.position(key, cell.column), self.nothing)
        if cell.split:
            found = _split(found, cell.split, frozenset(self.null))
        if cell.map or cell.prefix:
            found = _replaced(found, cell.map, cell.prefix)
        return found

    def constant(self, key: str, cell: Cell) -> object:
        """Return the value of a cell that does not depend on the row."""
        value: object = cell.value
        if cell.file:
            if (found := re.search(cell.file, self.file)) is None:
                self.fault(key, f"{cell.file!r} is not found in the name {self.file}", "file")
                return None
            value = found[1] if found.re.groups else found[0]
        if cell.split and isinstance(value, str):
            value = _pieces(value, cell.split, frozenset(self.null))
        return _replace(value, cell.map, cell.prefix) if cell.map or cell.prefix else value

    def mentions(self, key: str, given: Cell | Reference, range_: Sequence[str]) -> Mentions:
        """Return a function from a row to the things that a reference leads to.

        Args:
            key: the part of the mapping, for faults.
            given: the reference.
            range_: the concepts that it may lead to; any when empty.
        """
        reference = given if isinstance(given, Reference) else Reference(key={"": given})
        concept = reference.concept or (range_[0] if len(range_) == 1 else "")
        if not concept:
            could = f" ({' or '.join(range_)})" if range_ else ""
            self.fault(key, f"leads to things of what class{could}? Add `concept`", "concept")
        elif self.concept(f"{key}.concept", concept) and self._fits(key, concept, range_):
            if reference.id:
                return self._by_id(key, concept, reference.id)
            return self._by_key(key, concept, reference.key)
        return lambda cells: ()

    def _fits(self, key: str, concept: str, range_: Sequence[str]) -> bool:
        """Return whether a reference can lead to a concept; a fault when not."""
        is_a = self.ontology.is_a
        if not range_ or any(is_a(concept, r) or is_a(r, concept) for r in range_):
            return True
        self.fault(key, f"leads to a {concept}, which is not a {' or '.join(range_)}", "range")
        return False

    def _by_id(self, key: str, concept: str, cell: Cell) -> Mentions:
        """Return the references that give the source's own id."""
        if found := self.ontology.key(concept):
            what = f"{concept} is identified by {', '.join(found[1])}, not by an id of the source"
            self.fault(key, what, "key")
        source = self.source

        def uids_of(identifiers: Iterable[Value]) -> list[str]:
            return [uid_of_source_id(source, cast(str, each)) for each in identifiers]

        return Each(concept, self.get(f"{key}.id", cell), id_text, uids_of)

    def _by_key(self, key: str, concept: str, given: Lookup[str, Cell]) -> Mentions:
        """Return the references that give the values of a key."""
        if (found := self.ontology.key(concept)) is None:
            what = (
                f"{concept} has no key by which it could be found: declare one in the ontology "
                "(`key=`), or refer to the source's own id with `id`"
            )
            self.fault(key, what, "key")
            return lambda cells: ()
        declarer, names = found
        cells = {names[0]: given[""]} if "" in given and len(names) == 1 else given
        if set(cells) != set(names):
            what = f"{concept} is identified by {', '.join(names)}: give a column for each"
            self.fault(key, what, "key")
            return lambda cells: ()
        known = self.ontology.attributes(concept)
        reads = [value_reader(known[name]) for name in names]
        gets = [self.get(f"{key}.{name}", cells[name]) for name in names]
        if len(names) == 1:
            read = cast(Callable[[object], Value], reads[0])
            uids_of = partial(uids_of_keys, declarer)
            return Each(concept, gets[0], read, uids_of, (declarer, names[0]))
        return _by_several(concept, declarer, names, gets, reads)


def value_reader(attribute: Attribute) -> Read:
    """Return `reader(attribute)` with a short way for what needs no change."""
    read = reader(attribute)
    if attribute.range is not Scalar.STR or attribute.many:
        return read

    def read_text(cell: object) -> Value | list[Value]:
        return cell if type(cell) is str and cell.isascii() else read(cell)

    return read_text


def id_text(value: object) -> str:
    """Return a source's own id as text, the same whether the source writes it as text or number.

    Raises:
        Unfit: it is neither.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float, date)) and not isinstance(value, bool):
        return _as_text(value)
    raise Unfit(f"is {value!r}, which is no id")


def _as_text(value: object) -> str:
    """Return a plain value as a text source would write it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _picked(position: int, nothing: tuple[object, ...]) -> Get:
    """Return a function to one cell of a row."""

    def pick(cells: Cells) -> object:
        cell = cells[position]
        if type(cell) is list:
            kept = [item for item in cast(list[object], cell) if item not in nothing]
            return kept or None
        return None if cell in nothing else cell

    return pick


def _split(get: Get, separator: str, null: frozenset[str]) -> Get:
    """Return a function to the parts of one cell."""

    def split(cells: Cells) -> object:
        cell = get(cells)
        if isinstance(cell, list):
            items = cast(list[object], cell)
            return [p for item in items for p in _listed(_pieces(item, separator, null))]
        return _pieces(cell, separator, null)

    return split


def _pieces(cell: object, separator: str, null: frozenset[str]) -> object:
    """Return the parts of a text; None when none is left, anything else as it is."""
    if not isinstance(cell, str):
        return cell
    parts = [part for p in cell.split(separator) if (part := p.strip()) and part not in null]
    return parts or None


def _replaced(get: Get, codes: Lookup[str, str], prefix: str) -> Get:
    """Return a function to one cell with its text replaced."""

    def replace(cells: Cells) -> object:
        cell = get(cells)
        return None if cell is None else _replace(cell, codes, prefix)

    return replace


def _replace(cell: object, codes: Lookup[str, str], prefix: str) -> object:
    """Return a cell, or each of its parts, with its text replaced."""
    if isinstance(cell, list):
        return [_replace(item, codes, prefix) for item in cast(list[object], cell)]
    if isinstance(cell, dict):
        return cast(object, cell)
    text = _as_text(cell)
    if prefix:
        return prefix + codes.get(text, text)
    return codes.get(text, cell)


class Each:
    """Finds the things that the values of one cell of a row refer to.

    Args:
        concept: what they are taken for.
        get: finds the cell.
        read: makes a value of a cell.
        uids_of: gives the uids of the things with these values.
        key: the declarer and the attribute whose values the cell holds; None for the source's
            own ids.
    """

    def __init__(
        self,
        concept: str,
        get: Get,
        read: Callable[[object], Value],
        uids_of: Callable[[Iterable[Value]], list[str]],
        key: tuple[str, str] | None = None,
    ) -> None:
        self._concept = concept
        self._key = key
        self._get = get
        self._read = read
        self._uids_of = uids_of
        # References repeat: most rows name a thing that a row just before named as well.
        self._one = lru_cache(_REMEMBERED, typed=True)(self._mentioned)

    def __call__(self, cells: Cells) -> tuple[Mention, ...]:
        """Return what a row refers to."""
        cell = self._get(cells)
        if type(cell) is str:
            return self._one(cell)
        return tuple(self._one(_plain(item))[0] for item in _listed(cell))

    def column(self, rows: Sequence[Cells]) -> EndColumn | KeyColumn | None:
        """Return what each row refers to; None when one takes a closer look.

        That is one that does not refer to just one thing, or by a key that may be too long.

        Raises:
            ValueError: a value cannot be read.
        """
        cells = list(map(self._get, rows))
        if set(map(type, cells)) != {str} or max(map(len, cast(list[str], cells))) > FEW:
            return None
        values = list(map(self._read, cells))
        if self._key:
            return KeyColumn(self._concept, *self._key, values)
        return EndColumn(self._concept, self._uids_of(values), [()] * len(cells))

    def _mentioned(self, cell: object) -> tuple[Mention]:
        value = self._read(cell)
        pairs = ((self._key[1], value),) if self._key else ()
        return (Mention(self._concept, self._uids_of((value,))[0], pairs),)


def _by_several(
    concept: str, declarer: str, names: Sequence[str], gets: Sequence[Get], reads: Sequence[Read]
) -> Mentions:
    """Return references to things with a key of several attributes."""

    def mentions(cells: Cells) -> tuple[Mention, ...]:
        found = [get(cells) for get in gets]
        missing = [name for name, value in zip(names, found, strict=True) if value is None]
        if len(missing) == len(names):
            return ()
        if missing:
            raise Unfit(f"has no {' and no '.join(missing)}, by which it is identified", "missing")
        values = tuple(cast(Value, read(v)) for read, v in zip(reads, found, strict=True))
        pairs = tuple(zip(names, values, strict=True))
        return (Mention(concept, uid_of_key(declarer, values), pairs),)

    return mentions


def _listed(cell: object) -> Iterable[object]:
    """Return what a cell holds as a list; nothing for none."""
    if cell is None:
        return ()
    return cast(list[object], cell) if isinstance(cell, list) else (cell,)


def _plain(item: object) -> object:
    """Return a value that a thing can be referred to by."""
    if isinstance(item, (list, dict)):
        what = "holds an object where a value is needed; name a part of it, as in `author.name`"
        raise Unfit(what)
    return item
