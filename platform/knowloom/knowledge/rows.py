"""Rows to statements: a mapping compiled against an ontology and the columns of one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any, NoReturn, cast

from knowloom.errors import Fault, MappingError
from knowloom.knowledge.cells import (
    Cells,
    Compiler,
    Each,
    Get,
    Mentions,
    Read,
    id_text,
    value_reader,
)
from knowloom.knowledge.mapping import (
    PROVENANCE,
    Cell,
    Mapping,
    Objects,
    Reference,
    Relations,
    Section,
)
from knowloom.knowledge.plugins import Row, Share, Table, in_blocks
from knowloom.knowledge.record import (
    Fact,
    FactColumns,
    Record,
    Reject,
    Statement,
    Value,
    Values,
    lacking,
    uid_of_key,
    uid_of_source_id,
)
from knowloom.ontology.concepts import ENDS, Attribute, ConceptRange, Kind, Ontology
from knowloom.ontology.names import suggestions
from knowloom.ontology.values import reader
from knowloom.ontology.verdicts import Unfit

Speak = Callable[[int, Cells], Iterable[Statement]]

_SHOWN = 500
_MISSING = "missing-key"


def statements(
    table: Table, mapping: Mapping, ontology: Ontology, *, source: str, file: str
) -> Iterator[Statement]:
    """Yield what the rows of a table say.

    Args:
        table: its rows are consumed once.
        mapping: what the columns mean.
        ontology: the classes.
        source: who says it.
        file: the name of the file.

    Raises:
        MappingError: the mapping does not fit the columns or the ontology; all faults at once.
    """
    speak = compile_mapping(mapping, ontology, table.columns, source=source, file=file)
    yield from said_in(speak, table.rows)


def blocks(
    table: Table, mapping: Mapping, ontology: Ontology, *, source: str, file: str, share: Share
) -> Iterator[tuple[int, list[Statement] | FactColumns]]:
    """Yield the numbers and statements of some blocks of rows; see `Divisible.blocks`.

    Where things are told apart by counting their names all rows belong to one share.

    Raises:
        MappingError: as `statements` does.
    """
    speak = compile_mapping(mapping, ontology, table.columns, source=source, file=file)
    if counts_names(mapping, ontology, file):
        if share.turn:
            return
        share = Share()
    for number, block in enumerate(table.blocks or in_blocks(table.rows)):
        if number % share.of == share.turn:
            rows = list(block)
            alike = speak.columns(rows) if isinstance(speak, _Alike) else None
            yield number, alike or list(said_in(speak, rows))


def said_in(speak: Speak, rows: Iterable[Row | Reject]) -> Iterator[Statement]:
    """Return what rows say."""
    return chain.from_iterable((r,) if isinstance(r, Reject) else speak(*r) for r in rows)


def counts_names(mapping: Mapping, ontology: Ontology, file: str) -> bool:
    """Return whether some things of a file have neither a key nor an id of the source."""
    return any(
        section.id is None and ontology.key(concept) is None
        for section in mapping.for_file(file).objects
        for below in [ontology.descendants(section.concept) if section.subclass else ()]
        for concept in (section.concept, *below)
    )


def compile_mapping(
    mapping: Mapping, ontology: Ontology, columns: Sequence[str], *, source: str, file: str
) -> Speak:
    """Return a function from a row's place and cells to its statements.

    A row whose values cannot be read becomes one `Reject` that names every column at fault. The
    function counts the names of things that have neither key nor id, so it is good for one
    passage through one file.

    Args:
        mapping: what the columns mean.
        ontology: the classes.
        columns: the names of the cells.
        source: who says it.
        file: the name of the file.

    Raises:
        MappingError: the mapping does not fit; all faults at once.
    """
    here = mapping.for_file(file)
    if not (here.objects or here.relations):
        what = "has no section for this file; see `file` in its sections"
        raise MappingError([Fault(mapping.where, f"{what}: {file}", "no-section")])
    base = Compiler(ontology, columns, source, file, (), mapping.where)
    speakers = [
        _objects(section, _at(base, f"objects[{mapping.objects.index(section) + 1}]", section))
        for section in here.objects
    ]
    speakers += [
        _relations(
            section,
            _at(base, f"relations[{mapping.relations.index(section) + 1}]", section),
            optional=bool(here.objects),
        )
        for section in here.relations
    ]
    if base.faults:
        raise MappingError(base.faults)
    if len(speakers) == 1:
        return speakers[0]
    return lambda row, cells: chain.from_iterable([speak(row, cells) for speak in speakers])


def _at(base: Compiler, at: str, section: Section) -> Compiler:
    """Return the compiler for a section; its faults go to the same list."""
    return replace(base, at=at, null=section.null)


@dataclass(slots=True)
class _Attributes:
    """How the values and links of a row are read.

    Args:
        plain: name, position of the cell and how it is read: the bulk of all cells.
        other: name, how the cell is found and how it is read.
        links: name and how the things referred to are found.
        nothing: cells that mean no value.
        called: name to what the value is called in the source, for rejects.
    """

    plain: list[tuple[str, int, Read]]
    other: list[tuple[str, Get, Read]]
    links: list[tuple[str, Mentions]]
    nothing: tuple[object, ...]
    called: dict[str, str]

    def read(self, cells: Cells) -> Values:
        """Return the values of a row.

        Raises:
            ValueError: one of them cannot be read.
        """
        values: Values = {}
        nothing = self.nothing
        for name, position, read in self.plain:
            cell = cells[position]
            if cell not in nothing:
                values[name] = read(cell)
        for name, get, read in self.other:
            if (cell := get(cells)) is not None:
                values[name] = read(cell)
        return values

    def problems(self, cells: Cells) -> Iterator[tuple[str, str]]:
        """Yield a code and a sentence for each value of a row that cannot be read."""
        for name, position, read in self.plain:
            if (cell := cells[position]) not in self.nothing:
                yield from self._problem(name, read, cell)
        for name, get, read in self.other:
            if (cell := get(cells)) is not None:
                yield from self._problem(name, read, cell)
        for name, mentions in self.links:
            yield from self._problem(name, mentions, cells)

    def _problem(
        self, name: str, read: Callable[[Any], object], given: object
    ) -> Iterator[tuple[str, str]]:
        try:
            read(given)
        except Unfit as unfit:
            yield unfit.code, f"{name}{self.called[name]} {unfit}"


def _attributes(
    compiler: Compiler, concepts: Sequence[str], given: Lookup[str, Cell | Reference]
) -> _Attributes:
    """Return how the attributes of a section are read.

    Args:
        compiler: for the section.
        concepts: the class, and those below it that a row may name; an attribute may be of any.
        given: attribute name to where it comes from.
    """
    found = _Attributes([], [], [], compiler.nothing, {})
    for name, where in given.items():
        key = f"attributes.{name}"
        owner = next((c for c in concepts if name in compiler.ontology.attributes(c)), concepts[0])
        if (attribute := compiler.attribute(owner, name, key)) is None:
            continue
        found.called[name] = _called(where)
        if isinstance(attribute.range, ConceptRange):
            mentions = compiler.mentions(key, where, attribute.range.concepts)
            found.links.append((name, mentions))
        elif isinstance(where, Reference):
            compiler.fault(key, f"refers to a thing, but {name} holds plain values", "range")
        elif where == Cell(column=where.column) and not attribute.many:
            found.plain.append(
                (name, compiler.position(key, where.column), value_reader(attribute))
            )
        else:
            found.other.append(_other(compiler, key, where, attribute))
    return found


def _other(
    compiler: Compiler, key: str, cell: Cell, attribute: Attribute
) -> tuple[str, Get, Read]:
    """Return how a value is read that is more than a cell of the row."""
    read = value_reader(attribute)
    if not cell.column and (constant := compiler.constant(key, cell)) is not None:
        try:
            read(constant)
        except Unfit as unfit:
            compiler.fault(key, f"{attribute.name} {unfit}", unfit.code)
    return attribute.name, compiler.get(key, cell), read


def _called(where: Cell | Reference) -> str:
    """Return which columns a value comes from, in parentheses."""
    cells = [where] if isinstance(where, Cell) else [*where.key.values(), where.id]
    columns = [f"column {c.column!r}" for c in cells if c and c.column]
    return f" ({' and '.join(columns)})" if columns else ""


Identify = Callable[[Values, Cells], str]


def _identify(compiler: Compiler, concept: str, id_: Cell | None, named: Counter[str]) -> Identify:
    """Return a function from the values and cells of a row to the uid of its thing."""
    key = compiler.ontology.key(concept)
    if key is not None:
        return _by_key(concept, *key)
    source = compiler.source
    if id_ is not None:
        get = compiler.get("id", id_)

        def by_id(values: Values, cells: Cells) -> str:
            if (found := get(cells)) is None:
                raise Unfit(f"has no id{_called(id_)}, by which a {concept} is known", _MISSING)
            return uid_of_source_id(source, id_text(found))

        return by_id

    def by_occurrence(values: Values, cells: Cells) -> str:
        called = f"{concept}/{values.get('name', '')}"
        named[called] += 1
        return uid_of_source_id(source, f"{called}#{named[called]}")

    return by_occurrence


def _by_key(concept: str, declarer: str, names: Sequence[str]) -> Identify:
    """Return how things are identified by the key of their class."""
    first, alone = names[0], len(names) == 1

    def missing(values: Values) -> NoReturn:
        parts = " and no ".join(lacking(names, values))
        raise Unfit(f"has no {parts}, by which a {concept} is known", _MISSING)

    def by_one(values: Values, cells: Cells) -> str:
        value = values.get(first)
        if value is None or isinstance(value, list):
            missing(values)
        return uid_of_key(declarer, (value,))

    def by_all(values: Values, cells: Cells) -> str:
        found = [values.get(name) for name in names]
        if any(value is None or isinstance(value, list) for value in found):
            missing(values)
        return uid_of_key(declarer, cast(list[Value], found))

    return by_one if alone else by_all


def _objects(section: Objects, compiler: Compiler) -> Speak:
    """Return what makes a record of each row."""
    ontology = compiler.ontology
    if not compiler.concept("concept", section.concept):
        return _silent
    if ontology.kind(section.concept) is Kind.RELATION:
        what = f"{section.concept} is a relation of two things: use [[relations]]"
        compiler.fault("concept", what, "relation")
        return _silent
    below = ontology.descendants(section.concept) if section.subclass else ()
    attributes = _attributes(compiler, (section.concept, *below), section.attributes)
    _check_identity(section, compiler)
    counts = _counts(section, compiler)
    classify = _classify(section, compiler)
    more = _provenance(section, compiler)
    named: Counter[str] = Counter()
    identities: dict[str, Identify] = {}
    links, read = attributes.links, attributes.read

    def identify(concept: str, values: Values, cells: Cells) -> str:
        if concept not in identities:
            identities[concept] = _identify(compiler, concept, section.id, named)
        return identities[concept](values, cells)

    def speak(row: int, cells: Cells) -> Iterable[Statement]:
        if counts is not None and not counts(cells):
            return ()
        try:
            concept = section.concept if classify is None else classify(cells)
            values = read(cells)
            record = Record(concept, identify(concept, values, cells), values, row=row)
            for name, mentions in links:
                if found := mentions(cells):
                    record.links[name] = found
            if more is not None:
                more(record, cells)
        except Unfit as unfit:
            return (_reject(row, cells, unfit, attributes, compiler.columns),)
        return (record,)

    return speak


def _check_identity(section: Objects, compiler: Compiler) -> None:
    """Note when no row of a section could be identified."""
    if (key := compiler.ontology.key(section.concept)) is None:
        return
    if section.id:
        what = f"{section.concept} is identified by its key {', '.join(key[1])}, not by an id"
        compiler.fault("id", what, "key")
    if missing := [name for name in key[1] if name not in section.attributes]:
        what = f"lacks {', '.join(missing)}, by which a {section.concept} is identified"
        compiler.fault("attributes", what, "key")


def _classify(section: Objects, compiler: Compiler) -> Callable[[Cells], str] | None:
    """Return a function from a row to its class; None when all rows are of one."""
    if section.subclass is None:
        return None
    get = compiler.get("subclass", section.subclass)
    ontology, concept = compiler.ontology, section.concept
    known = {name: name for name in (concept, *ontology.descendants(concept))}

    def classify(cells: Cells) -> str:
        if (named := get(cells)) is None:
            return concept
        if isinstance(named, str) and named in known:
            return known[named]
        near = suggestions(named, known) if isinstance(named, str) else ()
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise Unfit(f"is said to be a {named}, which is no {concept}{hint}", "unknown-concept")

    return classify


def _counts(section: Section, compiler: Compiler) -> Callable[[Cells], bool] | None:
    """Return a function that says whether a row counts; None when all do."""
    wanted = _conditions(section.where, "where", compiler)
    unwanted = _conditions(section.unless, "unless", compiler)
    if not (wanted or unwanted):
        return None

    def counts(cells: Cells) -> bool:
        return all(_holds(cells[i], texts) for i, texts in wanted) and not any(
            _holds(cells[i], texts) for i, texts in unwanted
        )

    return counts


def _conditions(
    given: Lookup[str, tuple[str, ...]], key: str, compiler: Compiler
) -> list[tuple[int, tuple[str, ...]]]:
    """Return positions of columns with the texts to be found there."""
    return [
        (compiler.position(f"{key}.{column}", column), texts) for column, texts in given.items()
    ]


def _holds(cell: object, texts: tuple[str, ...]) -> bool:
    """Return whether a cell, or an item of it, is one of these texts."""
    if isinstance(cell, list):
        return any(_holds(item, texts) for item in cast(list[object], cell))
    if isinstance(cell, bool):
        return str(cell).lower() in texts
    return ("" if cell is None else str(cell)) in texts


def _provenance(section: Objects, compiler: Compiler) -> Callable[[Record, Cells], None] | None:
    """Return a function that notes when and how surely a record holds; None for nothing."""
    found = {
        name: (compiler.get(name, cell), reader(PROVENANCE[name]), _called(cell))
        for name, cell in section.provenance.items()
    }
    if not found:
        return None

    def note(record: Record, cells: Cells) -> None:
        for name, (get, read, called) in found.items():
            if (cell := get(cells)) is None:
                continue
            try:
                value: Any = read(cell)
            except Unfit as unfit:
                raise Unfit(f"has a {name}{called} that {unfit}", unfit.code) from None
            if isinstance(value, datetime) and value.tzinfo is None:
                value = value.replace(tzinfo=UTC)
            setattr(record, name, value)

    return note


def _relations(section: Relations, compiler: Compiler, *, optional: bool) -> Speak:
    """Return what makes facts of each row.

    Args:
        section: what the columns mean.
        compiler: for the section.
        optional: whether rows also state things, so that one without an end is no fault.
    """
    if (ends := _ends(section, compiler)) is None:
        return _silent
    subject = section.relation or section.head.concept
    attributes = _attributes(compiler, (subject,), section.attributes)
    counts = _counts(section, compiler)
    relation, attribute = section.relation, section.attribute
    to_heads, to_tails = ends
    read = attributes.read
    ended = _Attributes([], [], list(zip(ENDS, ends, strict=True)), (), attributes.called)
    ended.called.update(zip(ENDS, (_called(section.head), _called(section.tail)), strict=True))

    def speak(row: int, cells: Cells) -> Iterable[Statement]:
        if counts is not None and not counts(cells):
            return ()
        try:
            heads, tails = to_heads(cells), to_tails(cells)
            values = read(cells)
        except Unfit as unfit:
            return (_reject(row, cells, unfit, attributes, compiler.columns, ended),)
        if len(heads) == 1 and len(tails) == 1:
            return (Fact(relation, attribute, heads[0], tails[0], values, row),)
        if not (heads and tails):
            return () if optional else (_endless(row, cells, heads, section, compiler),)
        return [
            Fact(relation, attribute, head, tail, dict(values), row)
            for head in heads
            for tail in tails
        ]

    plain = counts is None and not section.attributes
    if plain and isinstance(to_heads, Each) and isinstance(to_tails, Each):
        return _Alike((relation, attribute), to_heads, to_tails, speak)
    return speak


@dataclass(frozen=True, slots=True)
class _Alike:
    """Makes facts of rows that only say what is related: one by one, or of many rows at once."""

    kind: tuple[str, str]
    heads: Each
    tails: Each
    speak: Speak

    def __call__(self, row: int, cells: Cells) -> Iterable[Statement]:
        return self.speak(row, cells)

    def columns(self, rows: Sequence[Row | Reject]) -> FactColumns | None:
        """Return a fact for each row; None when it takes a closer look at each of them."""
        if Reject in map(type, rows):
            return None
        numbers, cells = zip(*cast(Sequence[Row], rows), strict=True)
        try:
            head, tail = self.heads.column(cells), self.tails.column(cells)
        except Unfit:
            return None
        return FactColumns(*self.kind, head, tail, numbers) if head and tail else None


def _ends(section: Relations, compiler: Compiler) -> tuple[Mentions, Mentions] | None:
    """Return how the ends of a relation are found; None when that is unclear."""
    if section.relation:
        if not compiler.concept("relation", section.relation):
            return None
        if compiler.ontology.kind(section.relation) is not Kind.RELATION:
            what = f"{section.relation} is no Relation class: use [[objects]]"
            compiler.fault("relation", what, "relation")
            return None
        known = compiler.ontology.attributes(section.relation)
        ranges = [cast(ConceptRange, known[end].range).concepts for end in ENDS]
    else:
        if (range_ := _link_range(section, compiler)) is None:
            return None
        ranges = [(section.head.concept,), range_]
    return (
        compiler.mentions("head", section.head, ranges[0]),
        compiler.mentions("tail", section.tail, ranges[1]),
    )


def _link_range(section: Relations, compiler: Compiler) -> tuple[str, ...] | None:
    """Return what the link attribute of a section leads to; None when it is no such thing."""
    head = section.head.concept
    if not head:
        what = f"is of what class? Add `concept`, the class that has {section.attribute}"
        compiler.fault("head", what, "concept")
        return None
    if not compiler.concept("head.concept", head):
        return None
    attribute = compiler.attribute(head, section.attribute, "attribute")
    if attribute is None:
        return None
    if not isinstance(attribute.range, ConceptRange):
        what = f"{section.attribute} holds plain values: use [[objects]]"
        compiler.fault("attribute", what, "range")
        return None
    if section.attributes:
        what = "a link attribute has no attributes of its own: use a Relation class"
        compiler.fault("attributes", what, "range")
    return attribute.range.concepts


def _endless(
    row: int, cells: Cells, heads: tuple[object, ...], section: Relations, compiler: Compiler
) -> Reject:
    """Return the reject of a row that lacks an end."""
    end, given = ("tail", section.tail) if heads else ("head", section.head)
    name = section.relation or section.attribute
    reason = f"has no {end}{_called(given)}, and {name} needs both ends"
    return Reject(row, reason, "missing-end", _given(compiler.columns, cells))


def _silent(row: int, cells: Cells) -> Iterable[Statement]:
    """Stand for a section that has faults."""
    return ()


def _reject(
    row: int,
    cells: Cells,
    unfit: Unfit,
    attributes: _Attributes,
    columns: Sequence[str],
    *more: _Attributes,
) -> Reject:
    """Return the reject of a row, which names all that is wrong with it."""
    problems = [p for part in (attributes, *more) for p in part.problems(cells)]
    if not problems:
        problems = [(unfit.code, f"{unfit}")]
    reason = "; ".join(what for _, what in problems)
    return Reject(row, reason, problems[0][0], _given(columns, cells))


def _given(columns: Sequence[str], cells: Cells) -> str:
    """Return a row as text, shortened."""
    shown = (f"{c}={_short(v)}" for c, v in zip(columns, cells, strict=False) if v is not None)
    return ", ".join(shown)[:_SHOWN]


def _short(cell: object) -> str:
    text = cell if isinstance(cell, str) else repr(cell)
    return text if len(text) <= 100 else f"{text[:99]}…"
