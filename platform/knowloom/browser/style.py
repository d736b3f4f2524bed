"""How the graph looks in Neo4j Browser: a GraSS style sheet made from the ontology.

Browser lets a later rule win where a node has several labels, and invents a rule for a label that
has none and lets that win. So every label gets a rule, superclasses before their subclasses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import orjson

from knowloom.browser.branches import Paint, paints, plain
from knowloom.browser.colours import BLACK, NEUTRAL, text_colour
from knowloom.knowledge.instance import ASIDE_LABELS
from knowloom.ontology.concepts import Concept, Kind, Ontology, PropertyBinding

_CAPTION = "{name}"
_SIZES = {Kind.ENTITY: 65, Kind.EVENT: 50}  # pixels: things, and what happens between them
_SMALL = 30  # knowloom's own
_EDGE, _RING = "3px", "7px"  # a ring is an edge by which a branch is known
_READ = {"_Concept": 65, "_Attribute": 50}  # those that people look at for their own sake
# Labels of knowloom's own nodes and what each is called in the picture.
SYSTEM_CAPTIONS = {
    "_Concept": _CAPTION,
    "_Attribute": _CAPTION,
    "_OntologyVersion": "{number}",
    "_Record": "{source}",
    "_Undone": "{source}",
    "_Statement": "{type}",
    "_Decision": "{by}",
    "_Policy": _CAPTION,
    "_Run": "{command}",
    "_Source": _CAPTION,
    "_Document": _CAPTION,
    "_Chunk": "{place}",
    "_Proposal": "{subject}",
    "_Snapshot": "{source}",
    "_SourceLock": "{holder}",
    "_Block": "{key}",
    "_Blocked": "{names}",
    "_Resolved": _CAPTION,
    "_Touched": "{run}",
    "_BulkLoad": _CAPTION,
    "__Neo4jMigration": "{version}",
    "__Neo4jMigrationsLock": "{id}",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a style sheet.

    Args:
        selector: what it is for: `node`, `node.Person`, `relationship.WORKS_AT`.
        properties: by their names in GraSS.
    """

    selector: str
    properties: dict[str, str]


def grass(ontology: Ontology) -> str:
    """Return the style sheet of an ontology.

    Each branch of the hierarchy has a family of colours: classes are lighter with every level,
    and all have an edge of the family's darkest. Captions are names; knowloom's own nodes stay
    small and grey.

    >>> from knowloom.ontology.concepts import Concept
    >>> sheet = grass(Ontology([Concept(name="Person"), Concept(name="Author",
    ...     parents=("Person",))]))
    >>> sheet.index("node.Entity {") < sheet.index("node.Person {") < sheet.index("node.Author {")
    True
    """
    return "\n".join(map(_as_text, rules(ontology)))


def inline(ontology: Ontology) -> str:
    """Return the same style sheet on one line, as it can stand in a server's configuration.

    >>> ";" in inline(Ontology())
    False
    """
    return orjson.dumps({rule.selector: rule.properties for rule in rules(ontology)}).decode()


def rules(ontology: Ontology) -> list[Rule]:
    """Return the rules of an ontology's style sheet, later ones winning."""
    found = (*_base_rules(), *_class_rules(ontology), *_relation_rules(ontology))
    last = {rule.selector: place for place, rule in enumerate(found)}
    return [rule for place, rule in enumerate(found) if last[rule.selector] == place]


def caption(concept: Concept, ontology: Ontology) -> str:
    """Return what the instances of a class are called in the picture.

    It is their name, together with what else tells two of one name apart: the plain values of the
    key. In a graph that is not ours the properties are those it is bound to.

    >>> from knowloom.ontology.concepts import Attribute
    >>> prize = Concept(name="Prize", key=("name", "year"), attributes=(Attribute(name="year"),))
    >>> caption(prize, Ontology([prize]))
    '{name} {year}'
    """
    known = ontology.attributes(concept.name)
    key = ontology.key(concept.name)
    wanted = dict.fromkeys(("name", *(key[1] if key and "name" in key[1] else ())))
    bound = dict(concept.binding.attributes) if concept.binding else {}
    plain = [name for name in wanted if name in known and not known[name].is_link]
    places = (bound.get(name, PropertyBinding(name)) for name in plain)
    found = [place.property for place in places if isinstance(place, PropertyBinding)]
    return " ".join(f"{{{name}}}" for name in found) or _CAPTION


def _base_rules() -> Iterator[Rule]:
    """Yield the rules of what every graph of ours has, the most general first."""
    grey = plain(NEUTRAL)
    yield _node((), grey, "<id>", 50)
    yield _relationship("", NEUTRAL)
    for label, text in SYSTEM_CAPTIONS.items():
        yield _node((label,), grey, text, _READ.get(label, _SMALL))
    yield _node(("_Instance",), grey, _CAPTION, 65)


def _class_rules(ontology: Ontology) -> Iterator[Rule]:
    """Yield the rules for every class of entities and events, superclasses first.

    The last one is of what is gone: whatever else it was, it is out of the way.
    """
    painted = paints(ontology)
    for name in ontology.parents_first():
        if size := _SIZES.get(ontology.kind(name)):
            concept = ontology[name]
            labels = concept.binding.labels if concept.binding else (name,)
            text = caption(concept, ontology)
            for label in labels:
                yield _node((label,), painted[name], text, size)
            if len(labels) > 1:
                yield _node(labels, painted[name], text, size)
    for label in ASIDE_LABELS:
        yield _node((label,), plain(NEUTRAL), _CAPTION, _SMALL)


def _relation_rules(ontology: Ontology) -> Iterator[Rule]:
    """Yield a rule for the relationship type of every relation class."""
    painted = paints(ontology)
    for concept in ontology.concepts:
        if ontology.kind(concept.name) is Kind.RELATION:
            yield _relationship(concept.relationship_type, painted[concept.name].fill)


def _node(labels: Iterable[str], paint: Paint, text: str, size: int) -> Rule:
    """Return the rule of nodes with these labels; of all nodes without any."""
    return Rule(
        _selector("node", labels),
        {
            "diameter": f"{size}px",
            "color": paint.fill,
            "border-color": paint.edge,
            "border-width": _RING if paint.is_ringed else _EDGE,
            "text-color-internal": text_colour(paint.fill),
            "font-size": "10px",
            "caption": text,
        },
    )


def _relationship(type_: str, colour: str) -> Rule:
    """Return the rule of a relationship type; of all of them when it is empty."""
    return Rule(
        _selector("relationship", (type_,) if type_ else ()),
        {
            "color": colour,
            "shaft-width": "1px",
            "font-size": "8px",
            "padding": "3px",
            "text-color-external": BLACK,
            "text-color-internal": text_colour(colour),
            "caption": "<type>",
        },
    )


def _selector(what: str, names: Iterable[str]) -> str:
    """Return what a rule is for; a dot within a name is no separator."""
    return ".".join((what, *(name.replace(".", "\\.") for name in names)))


def _as_text(rule: Rule) -> str:
    """Return a rule as GraSS; its texts stand in quotes."""
    lines = (
        f'  {name}: "{value}";' if name == "caption" else f"  {name}: {value};"
        for name, value in rule.properties.items()
    )
    return "\n".join((f"{rule.selector} {{", *lines, "}"))
