"""Mapping files: TOML in, a `Mapping` out, and back."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Lookup
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from knowloom.errors import Fault, MappingError, SourceError
from knowloom.knowledge.mapping import NULL, Cell, Mapping, Objects, Reference, Relations
from knowloom.knowledge.record import Value
from knowloom.ontology.names import suggestions

T = TypeVar("T")
_SOURCES = ("column", "value", "file")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def read_mapping(path: Path) -> Mapping:
    """Return the mapping in a file; paths in it count from where it lies.

    Raises:
        SourceError: the file cannot be read.
        MappingError: it is no mapping; all faults at once.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SourceError(path, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise SourceError(path, f"it is not UTF-8 (byte {error.start + 1})") from error
    mapping = parse_mapping(text, path.name)
    return (
        replace(mapping, labels=str(path.parent / mapping.labels)) if mapping.labels else mapping
    )


def parse_mapping(text: str, where: str = "the mapping") -> Mapping:
    r"""Return the mapping that a TOML text is.

    Args:
        text: see `docs/loading.md`.
        where: what to call it in faults.

    Raises:
        MappingError: the text is no TOML, or no mapping; all faults at once.

    >>> parse_mapping('[[objects]]\nconcept = "City"\nattributes = { name = "city" }').columns
    ('city',)
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError([Fault(where, f"is not TOML: {error}", "toml")]) from error
    faults: list[Fault] = []
    mapping = _mapping(_Table(content, "", where, faults), where)
    if faults:
        raise MappingError(faults)
    return mapping


def mapping_to_toml(mapping: Mapping) -> str:
    """Return the text of a mapping; `parse_mapping` gives the same mapping back."""
    blocks = [_assignments(_top(mapping))]
    blocks += [_section("objects", s, _objects_table(s)) for s in mapping.objects]
    blocks += [_section("relations", s, _relations_table(s)) for s in mapping.relations]
    return "\n".join(block for block in blocks if block)


class _Table:
    """A TOML table while it is read: what is left over in the end is a fault."""

    def __init__(self, content: Lookup[str, Any], at: str, where: str, faults: list[Fault]):
        self._left = dict(content)
        self._asked: list[str] = []
        self._at = at
        self._where = where
        self._faults = faults

    def fault(self, key: str, what: str, code: str = "value") -> None:
        """Note what is wrong with a key, or with the table when it is empty."""
        place = f"{self._at}.{key}".strip(".") if key else self._at
        self._faults.append(Fault(f"{self._where}: {place}".rstrip(": "), what, code))

    def take(self, key: str, kind: type[T], called: str) -> T | None:
        """Return what stands at a key, None when there is nothing of that kind."""
        self._asked.append(key)
        if (found := self._left.pop(key, None)) is None:
            return None
        if isinstance(found, kind):
            return found
        self.fault(key, f"is {found!r}, which is not {called}")
        return None

    def text(self, key: str, default: str = "") -> str:
        """Return a text."""
        found = self.take(key, str, "a text")
        return default if found is None else found

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return one text or a list of texts."""
        found = self.take(key, object, "")
        if found is None:
            return default
        items = cast(list[object], found) if isinstance(found, list) else [found]
        if texts := [item for item in items if not isinstance(item, str)]:
            self.fault(key, f"holds {texts[0]!r}, which is not a text; write it in quotes")
        return tuple(item for item in items if isinstance(item, str))

    def table(self, key: str) -> _Table:
        """Return the table at a key, an empty one when there is none."""
        return self._inner(key, cast(dict[str, Any], self.take(key, dict, "a table") or {}))

    def tables(self, key: str) -> Iterator[_Table]:
        """Yield the tables of an array of tables."""
        found = cast(list[Any], self.take(key, list, f"an array of tables; write [[{key}]]") or [])
        for number, content in enumerate(found, 1):
            if isinstance(content, dict):
                at = f"{self._at}.{key}[{number}]".strip(".")
                yield _Table(cast(dict[str, Any], content), at, self._where, self._faults)
            else:
                self.fault(key, f"holds {content!r}, which is not a table")

    def value(self, key: str) -> Value | None:
        """Return a constant."""
        found = self.take(key, object, "")
        if found is None or isinstance(found, (str, int, float, bool, date, datetime)):
            return found
        self.fault(key, f"is {found!r}, which is not a single value")
        return None

    def left(self) -> list[str]:
        """Return the keys not asked for yet."""
        return list(self._left)

    def close(self) -> None:
        """Note the keys that nothing asked for."""
        for key in self._left:
            near = suggestions(key, self._asked)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            self.fault(key, f"is no key that is known here{hint}", "unknown-key")

    def cell(self, key: str) -> Cell | None:
        """Return where a value comes from: the name of a column, or a table."""
        found = self.take(key, object, "")
        if isinstance(found, str):
            if not found:
                self.fault(key, "is empty, and names no column")
            return Cell(column=found)
        if found is None:
            return None
        if not isinstance(found, dict):
            self.fault(key, f"is {found!r}; write a column, or {{ value = … }} for a constant")
            return None
        table = self._inner(key, cast(dict[str, Any], found))
        cell = _cell(table)
        table.close()
        return cell

    def reference(self, key: str) -> Cell | Reference | None:
        """Return where a value or a thing that is referred to comes from."""
        found = self._left.get(key)
        if not isinstance(found, dict) or not {"concept", "by", "key", "id"} & found.keys():
            return self.cell(key)
        self.take(key, dict, "a table")
        table = self._inner(key, cast(dict[str, Any], found))
        reference = _reference(table)
        table.close()
        return reference

    def _inner(self, key: str, content: dict[str, Any]) -> _Table:
        return _Table(content, f"{self._at}.{key}".strip("."), self._where, self._faults)


def _mapping(table: _Table, where: str) -> Mapping:
    """Return the whole mapping."""
    null = table.texts("null", NULL)
    mapping = Mapping(
        source=table.text("source"),
        encoding=table.text("encoding"),
        labels=table.text("labels"),
        objects=tuple(_objects(t, null) for t in table.tables("objects")),
        relations=tuple(_relations(t, null) for t in table.tables("relations")),
        where=where,
    )
    table.close()
    if not (mapping.objects or mapping.relations or mapping.labels):
        table.fault("", "says nothing: it has neither [[objects]] nor [[relations]]", "empty")
    return mapping


def _shared(table: _Table, null: tuple[str, ...]) -> dict[str, Any]:
    """Return what both kinds of section have."""
    return {
        "file": table.text("file", "*"),
        "where": _conditions(table.table("where")),
        "unless": _conditions(table.table("unless")),
        "null": table.texts("null", null),
    }


def _conditions(table: _Table) -> dict[str, tuple[str, ...]]:
    """Return column to the texts it may hold."""
    return {column: table.texts(column) for column in table.left()}


def _objects(table: _Table, null: tuple[str, ...]) -> Objects:
    """Return a section of objects."""
    attributes = table.table("attributes")
    section = Objects(
        concept=table.text("concept"),
        subclass=table.cell("subclass"),
        id=table.cell("id"),
        attributes=_given(attributes, attributes.reference),
        observed=table.cell("observed"),
        valid_from=table.cell("valid_from"),
        valid_to=table.cell("valid_to"),
        confidence=table.cell("confidence"),
        **_shared(table, null),
    )
    if not section.concept:
        table.fault("concept", "is missing: say which class the rows are", "missing")
    table.close()
    return section


def _relations(table: _Table, null: tuple[str, ...]) -> Relations:
    """Return a section of relations."""
    attributes = table.table("attributes")
    section = Relations(
        relation=table.text("relation"),
        attribute=table.text("attribute"),
        head=_end(table, "head"),
        tail=_end(table, "tail"),
        attributes=_given(attributes, attributes.cell),
        **_shared(table, null),
    )
    if bool(section.relation) == bool(section.attribute):
        what = "needs one of `relation` and `attribute`: a Relation class, or a link attribute"
        table.fault("", what, "missing")
    table.close()
    return section


def _given(table: _Table, read: Any) -> dict[str, Any]:
    """Return attribute to where its value comes from."""
    found = {name: read(name) for name in table.left()}
    return {name: given for name, given in found.items() if given is not None}


def _end(table: _Table, key: str) -> Reference:
    """Return one end of a relation."""
    given = table.reference(key)
    if given is None:
        table.fault(key, "is missing: say where the thing comes from", "missing")
    return given if isinstance(given, Reference) else Reference(key={"": given or Cell()})


def _cell(table: _Table) -> Cell:
    """Return where a value comes from, read from a table of its own."""
    codes = table.table("map")
    cell = Cell(
        column=table.text("column"),
        value=table.value("value"),
        file=table.text("file"),
        split=table.text("split"),
        prefix=table.text("prefix"),
        map={name: codes.text(name) for name in codes.left()},
    )
    given = [name for name in _SOURCES if getattr(cell, name) not in ("", None)]
    if len(given) != 1 and not (cell.value == "" and not given):
        table.fault("", f"needs exactly one of {', '.join(_SOURCES)}", "missing")
    if cell.file:
        _check_pattern(table, cell.file)
    return cell


def _check_pattern(table: _Table, pattern: str) -> None:
    """Note what is wrong with a regular expression."""
    try:
        re.compile(pattern)
    except re.error as error:
        table.fault("file", f"is no regular expression: {error}")


def _reference(table: _Table) -> Reference:
    """Return where a thing that is referred to comes from."""
    concept = table.text("concept")
    identifier = table.cell("id")
    parts = table.table("key")
    key = {name: cell for name in parts.left() if (cell := parts.cell(name))}
    by = table.text("by")
    if table.left():
        key[by] = _cell(table)
    if (identifier is not None) == bool(key):
        what = "needs a column for the thing's key, or its `id`, and not both"
        table.fault("", what, "missing")
    return Reference(concept=concept, key=key, id=identifier)


def _top(mapping: Mapping) -> dict[str, Any]:
    """Return what stands above all sections."""
    named = {"source": mapping.source, "encoding": mapping.encoding, "labels": mapping.labels}
    return {name: text for name, text in named.items() if text}


def _objects_table(section: Objects) -> dict[str, Any]:
    """Return what is particular to a section of objects."""
    cells = {"subclass": section.subclass, "id": section.id, **section.provenance}
    written = {name: _cell_text(cell) for name, cell in cells.items() if cell}
    return {"concept": _text(section.concept), **written}


def _relations_table(section: Relations) -> dict[str, Any]:
    """Return what is particular to a section of relations."""
    named = {"relation": section.relation, "attribute": section.attribute}
    written = {name: _text(text) for name, text in named.items() if text}
    return {
        **written,
        "head": _reference_text(section.head),
        "tail": _reference_text(section.tail),
    }


def _section(title: str, section: Objects | Relations, particular: dict[str, str]) -> str:
    """Return the text of a section."""
    lines = [f"[[{title}]]"]
    if section.file != "*":
        lines.append(f"file = {_text(section.file)}")
    lines += [f"{key} = {text}" for key, text in particular.items()]
    if section.null != NULL:
        lines.append(f"null = {_texts(section.null)}")
    for name, conditions in (("where", section.where), ("unless", section.unless)):
        if conditions:
            inner = ((column, _texts(texts)) for column, texts in conditions.items())
            lines.append(f"{name} = {_inline(inner)}")
    if section.attributes:
        lines.append(f"[{title}.attributes]")
        for name, given in section.attributes.items():
            text = _cell_text(given) if isinstance(given, Cell) else _reference_text(given)
            lines.append(f"{_key(name)} = {text}")
    return "\n".join(lines) + "\n"


def _assignments(table: Lookup[str, str]) -> str:
    """Return a text for each line of plain texts."""
    return "".join(f"{_key(name)} = {_text(text)}\n" for name, text in table.items())


def _cell_text(cell: Cell) -> str:
    """Return a cell as TOML, in its short form where it has one."""
    if cell == Cell(column=cell.column) and cell.column:
        return _text(cell.column)
    return _inline(_cell_items(cell))


def _cell_items(cell: Cell) -> Iterator[tuple[str, str]]:
    """Yield what a cell says."""
    for name in ("column", "file", "split", "prefix"):
        if text := getattr(cell, name):
            yield name, _text(text)
    if cell.value is not None:
        yield "value", _value(cell.value)
    if cell.map:
        yield "map", _inline((name, _text(text)) for name, text in cell.map.items())


def _reference_text(reference: Reference) -> str:
    """Return a reference as TOML."""
    items = [("concept", _text(reference.concept))] if reference.concept else []
    if reference.id:
        return _inline([*items, ("id", _cell_text(reference.id))])
    if len(reference.key) == 1:
        [(by, cell)] = reference.key.items()
        named = [("by", _text(by))] if by else []
        return _inline([*_cell_items(cell), *items, *named])
    return _inline(
        [*items, ("key", _inline((n, _cell_text(c)) for n, c in reference.key.items()))]
    )


def _inline(items: Iterable[tuple[str, str]]) -> str:
    """Return an inline table."""
    return f"{{ {', '.join(f'{_key(name)} = {text}' for name, text in items)} }}"


def _key(name: str) -> str:
    """Return a key, quoted where it must be."""
    return name if _BARE_KEY.fullmatch(name) else _text(name)


def _texts(texts: Iterable[str]) -> str:
    """Return a list of texts."""
    return f"[{', '.join(map(_text, texts))}]"


def _text(text: str) -> str:
    """Return a text in quotes; TOML escapes as JSON does, and the delete character as well."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Value) -> str:
    """Return a constant."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else repr(value)
