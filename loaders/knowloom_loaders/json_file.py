"""JSON Lines, JSON arrays of objects, and the form in which knowloom writes statements itself."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TextIO, cast

import orjson

from knowloom.knowledge.export import is_statement, statement_of
from knowloom.knowledge.mapping import Mapping
from knowloom.knowledge.plugins import News, Proposal, Row, Share, Table, all_new, undivided
from knowloom.knowledge.record import Reject, Statement
from knowloom.ontology.concepts import Ontology
from knowloom_loaders.paths import paths, picker
from knowloom_loaders.tabular import SAMPLED_ROWS, Tabular
from knowloom_loaders.text import damage, opened

Object = dict[str, object]
Pick = Callable[[Object], Sequence[object]]
Item = tuple[int, Object] | Reject

_CHUNK = 1 << 16
_LONGEST = 64 << 20
_SHOWN = 500
_DELETED = "_deleted"
_ROUNDED = 2.0**63  # from here on whole numbers come as floats
_SPACE = " \t\r\n\ufeff"
_TEXT = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TOKEN = re.compile(_TEXT + r'|[{}\[\]"]', re.S)
_PLAIN = re.compile(_TEXT + r"|[^\s,\]{\[]+|.", re.S)


class JsonLoader(Tabular):
    """Reads objects: one a line, or all in one array.

    A column is the name of a field, or a path such as `author.name`, which goes through objects
    and the items of lists. A row's place is its line in JSON Lines and its number in an array.
    """

    kind = "jsonl"
    suffixes = (".jsonl", ".ndjson", ".json")

    def table(self, path: Path, columns: Sequence[str] = (), encoding: str = "") -> Table:
        """Return the objects of a file as rows of these columns; see `Tabular.table`."""
        items = _items(path, encoding)
        first = list(islice(items, SAMPLED_ROWS))
        objects = [item[1] for item in first if not isinstance(item, Reject)]
        found = tuple(columns) or paths(objects)
        pick, misspelt = picker(found), list(_misspelt(found, objects))
        rows = chain(misspelt, (_row(item, pick) for item in chain(first, items)))
        if not _is_of_lines(path, encoding):
            return Table(found, rows)
        return Table(
            found, rows, chain([misspelt] if misspelt else [], _blocks(path, encoding, pick))
        )

    def propose(self, path: Path, ontology: Ontology) -> Proposal:
        """Return how a file might be read; see `Loader.propose`."""
        if _speaks(path):
            return Proposal(Mapping(), ontology)
        return super().propose(path, ontology)

    def statements(
        self, path: Path, *, ontology: Ontology, mapping: Mapping | None = None, source: str = ""
    ) -> Iterator[Statement]:
        """Yield what a file says; see `Loader.statements`."""
        if not _is_own(path, mapping):
            yield from super().statements(path, ontology=ontology, mapping=mapping, source=source)
            return
        for item in _items(path, mapping.encoding if mapping else ""):
            if isinstance(item, Reject):
                yield item
            else:
                yield statement_of(item[1], ontology, row=item[0])

    def blocks(
        self, path: Path, *, ontology: Ontology, mapping: Mapping, source: str, share: Share
    ) -> Iterator[tuple[int, Iterable[Statement]]]:
        """Yield some blocks of what a file says; see `Divisible.blocks`."""
        if _is_own(path, mapping):
            said = self.statements(path, ontology=ontology, mapping=mapping, source=source)
            return undivided(said, share)
        return super().blocks(path, ontology=ontology, mapping=mapping, source=source, share=share)

    def news(
        self,
        path: Path,
        *,
        ontology: Ontology,
        mapping: Mapping,
        source: str,
        known: Container[bytes],
    ) -> Iterator[News]:
        """Yield what is new in a file; see `Discerning.news`."""
        if _is_own(path, mapping):
            said = self.statements(path, ontology=ontology, mapping=mapping, source=source)
            return all_new(said)
        return super().news(path, ontology=ontology, mapping=mapping, source=source, known=known)


def _is_own(path: Path, mapping: Mapping | None) -> bool:
    """Return whether a file is in knowloom's own form, which needs no mapping."""
    return not (mapping and (mapping.objects or mapping.relations)) and _speaks(path)


def _speaks(path: Path) -> bool:
    """Return whether the first object of a file is a statement in knowloom's own form.

    A file without any object says nothing in every form.
    """
    first = next((i for i in _items(path, "") if not isinstance(i, Reject)), None)
    return first is None or is_statement(first[1])


def _items(path: Path, encoding: str) -> Iterator[Item]:
    """Yield every object of a file with its place."""
    with opened(path, encoding) as file:
        head = _first_line(file)
        if head is None:
            return
        number, line = head
        if _begins_lines(line):
            yield from _lines(chain([line], file), number)
        elif line.lstrip().startswith("["):
            yield from _array(_Buffer(file, line.lstrip()[1:]))
        else:
            yield from _array(_Buffer(file, line), separator="")


def _first_line(file: TextIO) -> tuple[int, str] | None:
    """Return the first line that is not blank, with its number."""
    return next(((n, line) for n, line in enumerate(file, 1) if not line.isspace()), None)


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Rows:
    """Lines of an object each, which are looked at when somebody wants to know.

    Args:
        lines: with their ends.
        number: of the first line.
        pick: returns the cells of an object.
    """

    lines: list[str]
    number: int
    pick: Pick

    def __iter__(self) -> Iterator[Row | Reject]:
        return (_row(item, self.pick) for item in _lines(iter(self.lines), self.number))

    @property
    def form(self) -> str:
        """Nothing else decides what a line holds."""
        return ""

    def rows_of(self, numbers: Sequence[int]) -> Iterator[Iterable[Row | Reject]]:
        """Yield what some lines hold; see `Lines.rows_of`."""
        for number in numbers:
            yield _Rows([self.lines[number]], self.number + number, self.pick)


def _blocks(path: Path, encoding: str, pick: Pick) -> Iterator[_Rows]:
    """Yield the rows of a file of lines, some thousands at a time."""
    with opened(path, encoding) as file:
        number = 1
        while lines := file.readlines(_CHUNK):
            yield _Rows(lines, number, pick)
            number += len(lines)


def _row(item: Item, pick: Pick) -> Row | Reject:
    """Return the cells of an object with its place."""
    return item if isinstance(item, Reject) else (item[0], pick(item[1]))


def _is_of_lines(path: Path, encoding: str) -> bool:
    """Return whether each line of a file is an object, or should be one."""
    with opened(path, encoding) as file:
        head = _first_line(file)
        return head is not None and _begins_lines(head[1])


def _begins_lines(line: str) -> bool:
    """Return whether the first line that is not blank is one of many objects."""
    begun = line.lstrip()
    return not begun.startswith("[") and (_is_json(line) or not begun.startswith("{"))


def _lines(lines: Iterator[str], number: int) -> Iterator[Item]:
    """Yield the object of each line; `number` is that of the first."""
    for place, line in enumerate(lines, number):
        if not line.isspace():
            yield _item(place, line)


def _item(place: int, text: str) -> Item:
    """Return one JSON text as an object, or why it is none."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if why := damage(text):
            return Reject(place, why, "encoding", _shown(text))
        return Reject(place, f"is no JSON: {error}", "json", _shown(text))
    if isinstance(found, dict):
        whole = cast(Object, found)
        if whole.get(_DELETED) is True:
            why = "says that something is no more, which only `knowloom update run` follows"
            return Reject(place, why, "deletion", _shown(text))
        return place, cast(Object, _exact(text)) if _is_rounded(whole.values()) else whole
    return Reject(place, "is no JSON object, which is written {…}", "json", _shown(text))


def _is_rounded(items: Iterable[object]) -> bool:
    """Return whether a number within may have been a whole one of more than 64 bits."""
    for item in items:
        kind = type(item)
        if kind is float:
            if not -_ROUNDED < cast(float, item) < _ROUNDED:
                return True
        elif kind is dict:
            if _is_rounded(cast(Object, item).values()):
                return True
        elif kind is list and _is_rounded(cast(list[object], item)):
            return True
    return False


def _exact(text: str) -> object:
    """Return a JSON text with whole numbers as written, but for those of thousands of digits."""
    try:
        return json.loads(text)
    except ValueError:
        return orjson.loads(text)


def _shown(text: str) -> str:
    """Return the beginning of a text, without what is no character."""
    return text.strip()[:_SHOWN].encode(errors="replace").decode()


class _Buffer:
    """The part of a text file that is being decoded."""

    def __init__(self, file: TextIO, text: str) -> None:
        self._file = file
        self.text = text
        self.at = 0

    def more(self) -> bool:
        """Read on, twice as far as before; False at the end of the file."""
        rest = self.text[self.at :]
        read = self._file.read(max(_CHUNK, len(rest)))
        self.text, self.at = rest + read, 0
        return bool(read)

    def skip(self, characters: str) -> str:
        """Go past these characters and return the one after them, empty at the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in characters:
                self.at += 1
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""


def _array(buffer: _Buffer, separator: str = ",") -> Iterator[Item]:
    """Yield the objects of an array, or without a separator those that follow each other."""
    number = 0
    while (first := buffer.skip(_SPACE + separator)) not in ("", "]"):
        number += 1
        if (end := _end(buffer, nested=first in "{[")) is None:
            why = "is not closed, so that nothing behind it can be read"
            yield Reject(number, why, "json", _shown(buffer.text[buffer.at :][:_SHOWN]))
            return
        yield _item(number, buffer.text[buffer.at : end])
        buffer.at = end
    if first == "" and separator:
        yield Reject(number + 1, "is missing: the array is never closed", "json")


def _end(buffer: _Buffer, *, nested: bool) -> int | None:
    """Return where the JSON value at the beginning of the buffer ends, None when nowhere.

    Only quotes and brackets are looked at, so a value that is faulty otherwise has an end too.
    """
    find = _nested_end if nested else _plain_end
    while (end := find(buffer.text, buffer.at)) is None:
        if len(buffer.text) - buffer.at > _LONGEST or not buffer.more():
            return None
    return end


def _nested_end(text: str, start: int) -> int | None:
    """Return where an object or array ends."""
    depth = 0
    for found in _TOKEN.finditer(text, start):
        token = found[0]
        if token in "{[":
            depth += 1
        elif token in "}]":
            depth -= 1
            if depth == 0:
                return found.end()
        elif token == '"':
            return None
    return None


def _plain_end(text: str, start: int) -> int | None:
    """Return where a text, number or word ends."""
    end = _PLAIN.match(text, start)
    return end.end() if end and end.end() < len(text) else None


def _misspelt(columns: Sequence[str], objects: Sequence[Object]) -> Iterator[Reject]:
    """Yield a reject for each column that no object has while one has a name much like it."""
    names = {name for found in objects for name in found}
    for column in columns:
        first = column.split(".")[0]
        if column in names or first in names:
            continue
        if near := difflib.get_close_matches(first, names, n=3, cutoff=0.8):
            what = f"no object has a field {column!r}; did you mean {' or '.join(near)}?"
            yield Reject(0, what, "column")
