"""An ontology for a graph that knowloom did not lay out, so that it comes back as objects.

One class for each label, one attribute for each property and relationship type, all bound to
where they were found; names become Python's, the binding keeps the graph's own (item 70). What is
seen is a sample, so a rare property may be missing: it is then kept aside when objects are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter
from typing import TypeVar

from knowloom.assets import cypher
from knowloom.ontology.concepts import (
    ENDS,
    ROOTS,
    Attribute,
    Binding,
    Concept,
    ConceptRange,
    Kind,
    Ontology,
    PropertyBinding,
    RelationshipBinding,
    Scalar,
)
from knowloom.ontology.names import attribute_name, concept_name, quoted
from knowloom.store.database import Database
from knowloom.store.statement import filled

K = TypeVar("K")
Types = Sequence[str]

_SCALARS: Mapping[str, Scalar] = {
    "STRING": Scalar.STR,
    "INTEGER": Scalar.INT,
    "FLOAT": Scalar.FLOAT,
    "BOOLEAN": Scalar.BOOL,
    "DATE": Scalar.DATE,
    "LOCAL DATETIME": Scalar.DATETIME,
    "ZONED DATETIME": Scalar.DATETIME,
}
_NAMES = ("name", "title", "label")  # how properties that hold names end, the likeliest first
_INHERITED = frozenset(a.name for root in ROOTS.values() for a in root.attributes)


@dataclass(frozen=True, slots=True)
class LabelSample:
    """What some nodes with a label have.

    Args:
        label: the label.
        above: labels that all of these nodes have too, without being the same nodes.
        properties: name to the types of its values, as Neo4j calls them.
        identity: the property that identifies them; empty for none.
    """

    label: str
    above: frozenset[str] = frozenset()
    properties: Mapping[str, Types] = field(default_factory=dict[str, Types])
    identity: str = ""


@dataclass(frozen=True, slots=True)
class TypeSample:
    """What some relationships of a type have.

    Args:
        type: the type.
        ends: labels of a start and of the end it leads to.
        properties: as in `LabelSample`.
    """

    type: str
    ends: Sequence[tuple[Sequence[str], Sequence[str]]]
    properties: Mapping[str, Types] = field(default_factory=dict[str, Types])


def infer_bindings(database: Database, sample: int = 1_000, most_types: int = 300) -> Ontology:
    """Return an ontology by which a graph that knowloom did not lay out is read.

    Nodes of knowloom's own layout are left out; nothing is written.

    Args:
        database: where to look.
        sample: how many nodes of a label, and relationships of a type, to look at.
        most_types: in a graph of more types than this, none is looked at.
    """
    [names] = database.read(cypher("infer/names"))
    types: list[str] = names["types"] if len(names["types"]) <= most_types else []
    identities = {
        row["label"]: row["property"] for row in database.read(cypher("infer/identities"))
    }
    return inferred(
        list(_labels(database, names["labels"], identities, sample)),
        list(_types(database, types, sample)),
    )


def inferred(labels: Sequence[LabelSample], types: Sequence[TypeSample]) -> Ontology:
    """Return the ontology that explains these samples.

    >>> ontology = inferred(
    ...     [LabelSample("Movie", properties={"title": ["STRING"]}), LabelSample("Person")],
    ...     [TypeSample("ACTED_IN", [(["Person"], ["Movie"])])],
    ... )
    >>> [str(a.name) for a in ontology["Person"].attributes]
    ['acted_in']
    """
    names = _Names(sample.label for sample in labels)
    above = {sample.label: sample.above for sample in labels}
    joining = [sample for sample in types if _joins(sample, above)]
    families = _joined({label, *general} for label, general in above.items())
    called = {min(family): _AttributeNames() for family in families.values()}
    concepts = [
        _concept(sample, names, above, joining, called[min(families[sample.label])])
        for sample in labels
    ]
    relations = [_relation(sample, names, above) for sample in joining if sample.properties]
    return Ontology([*_apart(_agreeing(concepts), relations), *relations])


class _Names:
    """Concept names for labels, and new ones beside them, no two alike."""

    def __init__(self, labels: Iterable[str]) -> None:
        self._taken = {root.casefold() for root in ROOTS}
        self.of_label = {label: self._free(concept_name(label)) for label in labels}

    def of_type(self, type_: str) -> str:
        """Return a concept name for a relationship type that was not given before.

        `ACTED_IN` becomes `ActedIn`.
        """
        words = type_.replace("_", " ").title() if type_.isupper() else type_
        return self._free(concept_name(words))

    def _free(self, name: str) -> str:
        """Return a name that no other differs from in upper and lower case only, and take it."""
        return name + _unique(name.casefold(), self._taken).removeprefix(name.casefold())


class _AttributeNames:
    """Attribute names, the same for the same property or type wherever it is found."""

    def __init__(self, but: Iterable[str] = ()) -> None:
        self._taken = {"uid", *_INHERITED, *but}
        self._names: dict[PropertyBinding | RelationshipBinding, str] = {}

    def of(self, bound: PropertyBinding | RelationshipBinding, text: str) -> str:
        """Return the name of the attribute that is bound there, made of a text."""
        if bound not in self._names:
            self._names[bound] = _unique(attribute_name(text), self._taken)
        return self._names[bound]


def _labels(
    database: Database, labels: Iterable[str], identities: Mapping[str, str], sample: int
) -> Iterator[LabelSample]:
    """Return a sample of every label that has foreign nodes."""
    counts: dict[str, dict[str, int]] = {}
    properties: dict[str, dict[str, Types]] = {}
    for label in sorted(labels):
        text = filled(cypher("infer/label"), {"_Label": quoted(label)})
        [row] = database.read(text, sample=sample)
        if row["nodes"]:
            counts[label] = dict(row["labels"])
            properties[label] = dict(row["properties"])
    for label, others in counts.items():
        nodes = others[label]
        always = {other for other, count in others.items() if count == nodes and other in counts}
        same = {other for other in always if counts[other].get(label, 0) == counts[other][other]}
        # Of labels that always come together the first by name counts as the general one.
        above = {other for other in always - {label} if other not in same or other < label}
        yield LabelSample(label, frozenset(above), properties[label], identities.get(label, ""))


def _types(database: Database, types: Iterable[str], sample: int) -> Iterator[TypeSample]:
    """Return a sample of every relationship type that joins foreign nodes."""
    for type_ in sorted(types):
        text = filled(cypher("infer/type"), {"_LINK": quoted(type_)})
        [row] = database.read(text, sample=sample)
        if row["ends"]:
            yield TypeSample(type_, [(a, b) for a, b in row["ends"]], dict(row["properties"]))


def _concept(
    sample: LabelSample,
    names: _Names,
    above: Mapping[str, frozenset[str]],
    types: Iterable[TypeSample],
    called: _AttributeNames,
) -> Concept:
    """Return the class of the nodes with a label."""
    attributes: list[Attribute] = []
    bindings: dict[str, PropertyBinding | RelationshipBinding] = {}
    for attribute, property_ in _plain(sample.properties, called):
        attributes.append(attribute)
        bindings[attribute.name] = PropertyBinding(property_)
    for type_ in types:
        if targets := _targets(sample.label, type_, above):
            range_ = ConceptRange(tuple(names.of_label[target] for target in targets))
            name = called.of(RelationshipBinding(type_.type), type_.type)
            attributes.append(
                Attribute(name=name, range=range_, many=True, relationship=type_.type)
            )
            bindings[name] = RelationshipBinding(type_.type)
    if titled := _name_property(sample):
        bindings["name"] = PropertyBinding(titled)
    name = names.of_label[sample.label]
    parents = _general(sample.above, above)
    return Concept(
        name=name,
        parents=tuple(names.of_label[p] for p in parents) or (Kind.ENTITY.value,),
        attributes=tuple(attributes),
        title=sample.label if sample.label != name else "",
        binding=Binding(
            labels=(sample.label,), identity=sample.identity, attributes=tuple(bindings.items())
        ),
    )


def _relation(sample: TypeSample, names: _Names, above: Mapping[str, frozenset[str]]) -> Concept:
    """Return the class of the relationships of a type that has properties of its own."""
    columns = [sorted({x for pair in sample.ends for x in pair[i] if x in above}) for i in (0, 1)]
    ends = [
        Attribute(
            name=end,
            range=ConceptRange(tuple(names.of_label[x] for x in _widest(labels, above))),
            required=True,
        )
        for end, labels in zip(ENDS, columns, strict=True)
        if labels
    ]
    plain = list(_plain(sample.properties, _AttributeNames(ENDS)))
    name = names.of_type(sample.type)
    return Concept(
        name=name,
        parents=(Kind.RELATION.value,),
        attributes=(*ends, *(attribute for attribute, _ in plain)),
        title=sample.type if sample.type != name else "",
        binding=Binding(
            labels=(sample.type,),
            attributes=tuple((a.name, PropertyBinding(property_)) for a, property_ in plain),
        ),
    )


def _agreeing(concepts: Sequence[Concept]) -> Iterator[Concept]:
    """Yield classes whose attributes hold what those of the same name above and below them hold.

    Samples of a label and of a more general one show different values, and a subclass may not
    allow what its superclass does not.
    """
    above = _ancestors({c.name: c.parents for c in concepts})
    own = {c.name: {a.name: a for a in c.attributes} for c in concepts}
    alike = _joined(
        {(owner, name) for owner in (low, *above[low]) if name in own[owner]}
        for low in own
        for name in {name for owner in (low, *above[low]) for name in own[owner]}
    )
    for concept in concepts:
        agreed = (
            _holding(a, [own[c][n] for c, n in alike[concept.name, a.name]], above)
            for a in concept.attributes
        )
        yield replace(concept, attributes=tuple(agreed))


def _apart(concepts: Iterable[Concept], relations: Sequence[Concept]) -> Iterator[Concept]:
    """Yield classes whose links are stored as no relation is; they are read where they were found.

    A relationship with properties of its own is a link and a relation in one.
    """
    taken = {relation.relationship_type for relation in relations}
    for concept in concepts:
        attributes = (
            replace(a, relationship=f"{a.relationship_type}_LINK")
            if a.is_link and a.relationship_type in taken
            else a
            for a in concept.attributes
        )
        yield replace(concept, attributes=tuple(attributes))


def _holding(
    attribute: Attribute, others: Sequence[Attribute], above: Mapping[str, frozenset[str]]
) -> Attribute:
    """Return an attribute that holds what any of some others holds."""
    links = {n for o in others if isinstance(o.range, ConceptRange) for n in o.range.concepts}
    scalars = {o.range for o in others if isinstance(o.range, Scalar)}
    plain = scalars.pop() if len(scalars) == 1 else _common(scalars)
    range_ = ConceptRange(tuple(_widest(links, above))) if links else plain
    return replace(attribute, range=range_, many=any(o.many for o in others))


def _ancestors(parents: Mapping[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    """Return all that is above each of some classes, the roots left out."""
    found: dict[str, frozenset[str]] = {}
    for name in TopologicalSorter(parents).static_order():
        direct = [parent for parent in parents.get(name, ()) if parent in parents]
        found[name] = frozenset(direct).union(*(found[parent] for parent in direct))
    return found


def _joined(groups: Iterable[set[K]]) -> dict[K, set[K]]:
    """Return for each member of some groups all that it is joined with, through any groups."""
    found: dict[K, set[K]] = {}
    for group in groups:
        whole = group.union(*(found[member] for member in group if member in found))
        found.update(dict.fromkeys(whole, whole))
    return found


def _plain(
    properties: Mapping[str, Types], called: _AttributeNames
) -> Iterator[tuple[Attribute, str]]:
    """Yield an attribute for each property that can be one."""
    for property_ in sorted(properties):
        bare = {t.replace(" NOT NULL", "") for t in properties[property_]}
        many = any(t.startswith("LIST<") for t in bare)
        found = {_SCALARS.get(t.removeprefix("LIST<").removesuffix(">")) for t in bare}
        if property_ in _INHERITED or None in found:
            continue
        scalars = {scalar for scalar in found if scalar}
        range_ = scalars.pop() if len(scalars) == 1 else _common(scalars)
        yield (
            Attribute(
                name=called.of(PropertyBinding(property_), property_), range=range_, many=many
            ),
            property_,
        )


def _common(scalars: set[Scalar]) -> Scalar:
    """Return the range that holds values of all of these."""
    return Scalar.FLOAT if scalars == {Scalar.INT, Scalar.FLOAT} else Scalar.STR


def _joins(sample: TypeSample, known: Mapping[str, object]) -> bool:
    """Return whether a relationship type joins nodes with known labels."""
    return any(any(x in known for x in a) and any(x in known for x in b) for a, b in sample.ends)


def _targets(label: str, sample: TypeSample, above: Mapping[str, frozenset[str]]) -> list[str]:
    """Return the labels that relationships of a type lead to from nodes with a label.

    Empty where a more general label has the attribute already.
    """
    if any(general in start for start, _ in sample.ends for general in above[label]):
        return []
    ends = {x for start, end in sample.ends if label in start for x in end if x in above}
    return _widest(ends, above)


def _widest(labels: Iterable[str], above: Mapping[str, frozenset[str]]) -> list[str]:
    """Return those of `labels` that are not below another of them, sorted."""
    found = set(labels)
    return sorted(label for label in found if not above[label] & found)


def _general(labels: frozenset[str], above: Mapping[str, frozenset[str]]) -> list[str]:
    """Return those of `labels` that are above none of the others, sorted."""
    further = {general for label in labels for general in above[label]}
    return sorted(labels - further)


def _name_property(sample: LabelSample) -> str:
    """Return the property to take names from, empty when `name` is one or there is none."""
    if "name" in sample.properties:
        return ""
    ends = [p for end in _NAMES for p in sorted(sample.properties) if p.lower().endswith(end)]
    own = [p for p in sample.properties if p.lower() == f"{sample.label.lower()}description"]
    likely = [p for p in (*ends, *own, sample.identity) if p in sample.properties]
    texts = [p for p in likely if all(t.startswith("STRING") for t in sample.properties[p])]
    return texts[0] if texts else ""


def _unique(name: str, taken: set[str]) -> str:
    """Return `name`, with a number if it is taken, and take it."""
    number, found = 2, name
    while found in taken:
        found = f"{name}_{number}"
        number += 1
    taken.add(found)
    return found
