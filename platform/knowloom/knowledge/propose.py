"""Proposals: how a table might be read, guessed from its name, its columns and its first rows.

A column that is called like an attribute of a known class is taken for it. When no class fits,
the table becomes a class of its own with an attribute for each column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import cast

from knowloom.knowledge.guess import guess
from knowloom.knowledge.mapping import NULL, Cell, Mapping, Objects, Reference, Relations
from knowloom.knowledge.plugins import Proposal, Sample
from knowloom.ontology.align import normal_form
from knowloom.ontology.concepts import (
    ENDS,
    ROOTS,
    Attribute,
    Concept,
    ConceptRange,
    Kind,
    Ontology,
)
from knowloom.ontology.names import concept_name, unique_names

_NULLS = ("NULL", "\\N", "N/A")
_SEPARATORS = ("|", ";")
_CLASS_COLUMNS = frozenset(map(normal_form, ("class", "concept", "type", "kind")))
_NAME_COLUMNS = ("name", "title", "label")
_ID_COLUMNS = ("id", "uuid", "identifier", "key")
_END_COLUMNS = (("head", "subject", "from", "source"), ("tail", "object", "to", "target"))


def propose(sample: Sample, ontology: Ontology) -> Proposal:
    """Return how a table might be read.

    Args:
        sample: its name, its columns and its first rows.
        ontology: the classes known so far.

    Returns:
        A mapping to the class or relation that most columns fit; failing that, to a new class
        that the ontology returned has as well.
    """
    table = _Table(sample)
    candidates = [*_object_candidates(table, ontology), *_relation_candidates(table, ontology)]
    if candidates:
        best = max(candidates, key=lambda c: (c.named, len(c.columns), -c.depth))
        return Proposal(best.mapping, ontology)
    return _inferred(table, ontology)


class _Table:
    """A sample by columns; those without a name of their own cannot be mapped."""

    def __init__(self, sample: Sample) -> None:
        self.stem = PurePath(sample.name).stem
        self.null = tuple(_nulls(sample))
        self.values: dict[str, list[object]] = {
            column: [c for row in sample.rows if (c := row[i]) not in (*self.null, None, [])]
            for i, column in enumerate(sample.columns)
            if column and sample.columns.count(column) == 1
        }
        self.full = {c for c, values in self.values.items() if len(values) == len(sample.rows)}
        self.forms = {normal_form(column): column for column in reversed(self.values)}

    def column(self, names: Iterable[str], but: Iterable[str] = ()) -> str | None:
        """Return the column that is called one of `names`, but for case, punctuation, plural."""
        found = (self.forms.get(normal_form(name)) for name in names)
        return next((column for column in found if column and column not in but), None)

    def cell(self, column: str, *, many: bool) -> Cell:
        """Return the cell of a column, split where it seems to hold several values."""
        texts = [value for value in self.values[column] if isinstance(value, str)]
        split = next((s for s in _SEPARATORS if any(s in t for t in texts)), "") if many else ""
        return Cell(column=column, split=split)

    def is_called(self, concept: Concept) -> bool:
        """Return whether the file is called like a class."""
        names = (concept.name, concept.title, *concept.aliases)
        return normal_form(self.stem) in {normal_form(name) for name in names if name}


def _nulls(sample: Sample) -> Iterator[str]:
    """Yield the texts that seem to mean no value."""
    yield from NULL
    texts = {cell for row in sample.rows for cell in row if isinstance(cell, str)}
    yield from (text for text in _NULLS if text in texts)


@dataclass(slots=True)
class _Candidate:
    """A way to read a table.

    Args:
        mapping: that way.
        columns: those it uses.
        named: whether the file or its rows name the class.
        depth: how special the class is.
    """

    mapping: Mapping
    columns: set[str] = field(default_factory=set[str])
    named: bool = False
    depth: int = 0


def _object_candidates(table: _Table, ontology: Ontology) -> Iterator[_Candidate]:
    """Yield the classes that rows may state things of."""
    if subclasses := _subclasses(table, ontology):
        yield _of_several_classes(table, ontology, *subclasses)
        return
    for concept in ontology:
        if ontology.kind(concept.name) is not Kind.RELATION:
            found = _object_candidate(table, ontology, concept)
            enough = found.named or 2 * len(found.columns) > len(table.values)
            if enough and _is_identified(found, ontology, concept.name):
                yield found


def _subclasses(table: _Table, ontology: Ontology) -> tuple[str, list[list[str]]] | None:
    """Return the column that names the class of each row, and its classes by what is above them.

    Most rows have to name a known class there; what the others name is told when they are read.
    """
    for column, values in table.values.items():
        if normal_form(column) not in _CLASS_COLUMNS:
            continue
        known = [str(value) for value in values if str(value) in ontology]
        groups: dict[Kind, list[str]] = {}
        for name in sorted(set(known)):
            groups.setdefault(ontology.kind(name), []).append(name)
        if 2 * len(known) > len(values) and Kind.RELATION not in groups:
            return column, list(groups.values())
    return None


def _of_several_classes(
    table: _Table, ontology: Ontology, column: str, groups: Sequence[Sequence[str]]
) -> _Candidate:
    """Return how rows that name their class would state things, a section for each group."""
    first, *others = groups
    whole = _object_candidate(table, ontology, _above(ontology, first), column)
    if not others:
        return whole
    # What is in no group stays with the first, so that it is rejected and not passed over.
    elsewhere = tuple(name for group in others for name in group)
    sections = [replace(whole.mapping.objects[0], unless={column: elsewhere})]
    for group in others:
        found = _object_candidate(table, ontology, _above(ontology, group), column)
        sections.append(replace(found.mapping.objects[0], where={column: tuple(group)}))
        whole.columns |= found.columns
    whole.mapping = Mapping(objects=tuple(sections))
    return whole


def _above(ontology: Ontology, names: Sequence[str]) -> Concept:
    """Return the most special class above all of some, which are of one kind."""
    lineages = [ontology.lineage(name) for name in names]
    return ontology[next(a for a in lineages[0] if all(a in lineage for lineage in lineages))]


def _object_candidate(
    table: _Table, ontology: Ontology, concept: Concept, subclass: str = ""
) -> _Candidate:
    """Return how rows would state things of a class."""
    concepts = (concept.name, *(ontology.descendants(concept.name) if subclass else ()))
    known = {n: a for c in reversed(concepts) for n, a in ontology.attributes(c).items()}
    attributes: dict[str, Cell | Reference] = {}
    used = {subclass} if subclass else set[str]()
    for name, attribute in known.items():
        names = (name, *attribute.aliases, f"{concept.name}{name}")
        if name == "name":
            names += (*_NAME_COLUMNS, concept.name, *concept.aliases)
        column = table.column(names, used)
        if column and (given := _given(table, ontology, attribute, column)):
            attributes[name] = given
            used.add(column)
    section = Objects(
        concept=concept.name,
        subclass=Cell(column=subclass) if subclass else None,
        attributes=attributes,
        null=table.null,
    )
    named = bool(subclass) or table.is_called(concept)
    depth = len(ontology.lineage(concept.name))
    return _Candidate(Mapping(objects=(section,)), used, named and bool(attributes), depth)


def _is_identified(candidate: _Candidate, ontology: Ontology, concept: str) -> bool:
    """Return whether the class has no key, or all of it is there."""
    key = ontology.key(concept)
    return key is None or set(key[1]) <= candidate.mapping.objects[0].attributes.keys()


def _given(
    table: _Table, ontology: Ontology, attribute: Attribute, column: str
) -> Cell | Reference | None:
    """Return where an attribute comes from; None when its things could not be found."""
    cell = table.cell(column, many=attribute.many)
    if not isinstance(attribute.range, ConceptRange):
        return cell
    referred = _referred(ontology, attribute.range.concepts)
    if referred is None or len(attribute.range.concepts) == 1:
        return cell if referred else None
    return Reference(concept=referred, key={"": cell})


def _referred(ontology: Ontology, concepts: Sequence[str]) -> str | None:
    """Return the first of some classes whose things one value is enough to find."""
    for concept in concepts:
        if (key := ontology.key(concept)) and len(key[1]) == 1:
            return concept
    return None


def _relation_candidates(table: _Table, ontology: Ontology) -> Iterator[_Candidate]:
    """Yield the relations that rows may state."""
    for concept in ontology:
        if ontology.kind(concept.name) is Kind.RELATION:
            found = _relation_candidate(table, ontology, concept)
            if found and (found.named or len(found.columns) == len(table.values)):
                yield found


def _relation_candidate(table: _Table, ontology: Ontology, concept: Concept) -> _Candidate | None:
    """Return how rows would state a relation; None when a column for an end is missing."""
    known = ontology.attributes(concept.name)
    used: set[str] = set()
    ends: list[Reference] = []
    for end, names in zip(ENDS, _END_COLUMNS, strict=True):
        range_ = cast(ConceptRange, known[end].range).concepts
        column = table.column((end, *names, *_called(ontology, range_)), used)
        referred = _referred(ontology, range_)
        if column is None or referred is None:
            return None
        used.add(column)
        ends.append(Reference(concept=referred, key={"": Cell(column=column)}))
    attributes: dict[str, Cell] = {}
    for name, attribute in known.items():
        column = table.column((name, *attribute.aliases), used)
        if name not in ENDS and column and not attribute.is_link:
            attributes[name] = table.cell(column, many=attribute.many)
            used.add(column)
    section = Relations(
        relation=concept.name,
        head=ends[0],
        tail=ends[1],
        attributes=attributes,
        null=table.null,
    )
    depth = len(ontology.lineage(concept.name))
    return _Candidate(Mapping(relations=(section,)), used, table.is_called(concept), depth)


def _called(ontology: Ontology, concepts: Sequence[str]) -> Iterator[str]:
    """Yield what a column with things of some classes may be called."""
    for concept in concepts:
        for name in (concept, *ontology.descendants(concept), *ontology.ancestors(concept)):
            if name not in ROOTS:
                yield from (name, *ontology[name].aliases)


def _inferred(table: _Table, ontology: Ontology) -> Proposal:
    """Return a new class for a table, and how its rows state things of it."""
    name = _free_name(table.stem, ontology)
    names = dict(unique_names(table.values, "attribute"))
    if "name" not in names.values():
        called = table.column((*_NAME_COLUMNS, f"{name}name"))
        if called and all(isinstance(v, str) for v in table.values[called]):
            names[called] = "name"
    attributes: list[Attribute] = []
    given: dict[str, Cell | Reference] = {}
    for column, attribute_name in names.items():
        attribute = _inherited(attribute_name) or _attribute(table, column, attribute_name)
        if attribute is None:
            continue
        given[attribute_name] = table.cell(column, many=attribute.many)
        if _inherited(attribute_name) is None:
            attributes.append(attribute)
    concept = Concept(
        name=name,
        attributes=tuple(attributes),
        key=_key(table, name, names, given),
        title=table.stem if table.stem != name else "",
    )
    section = Objects(concept=name, attributes=given, null=table.null)
    return Proposal(Mapping(objects=(section,)), ontology.with_concepts([concept]), (name,))


def _inherited(name: str) -> Attribute | None:
    """Return the attribute of this name that every entity has."""
    return next((a for a in ROOTS[Kind.ENTITY].attributes if a.name == name), None)


def _attribute(table: _Table, column: str, name: str) -> Attribute | None:
    """Return an attribute for a column; None when it holds objects."""
    found = guess(table.values[column])
    if found is None:
        return None
    aliases = (column,) if column != name else ()
    return Attribute(name=name, range=found.range, many=found.many, aliases=aliases)


def _key(
    table: _Table, concept: str, names: dict[str, str], given: Iterable[str]
) -> tuple[str, ...]:
    """Return the attribute that identifies things: called like an id, there and different."""
    for name in (f"{concept}id", *_ID_COLUMNS):
        column = table.column((name,))
        if column is None or names[column] not in given or column not in table.full:
            continue
        values = table.values[column]
        plain = values and not any(isinstance(v, list) for v in values)
        if plain and len(set(values)) == len(values):
            return (names[column],)
    return ()


def _free_name(stem: str, ontology: Ontology) -> str:
    """Return the name of a new class for what a file is called."""
    *words, last = stem.replace("_", " ").replace("-", " ").split(" ")
    form = normal_form(last)
    singular = last[: len(form)] if last.lower().startswith(form) else form
    name = plain = concept_name(" ".join([*words, singular]))
    number = 2
    while name in ontology:
        name = f"{plain}_{number}"
        number += 1
    return name
