"""How the graph looks in Neo4j Browser: a GraSS style sheet made from the ontology.

Browser lets a later rule win where a node has several labels, and invents a rule for a label that
has none and lets that win. So every label gets a rule, superclasses before their subclasses.
"""

from __future__ import annotations

from collections.abc import Iterator

from knowloom.ontology.concepts import Kind, Ontology
from knowloom.server.config import STYLE
from knowloom.server.files import write_text
from knowloom.server.local import LocalServer
from knowloom.settings import Settings

# Hues that people with any kind of colour blindness tell apart (Okabe and Ito, 2008), and one
# neutral colour for everything that is not the user's own knowledge.
_HUES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
_NEUTRAL = "#8A929E"
_ROOTS = {Kind.ENTITY.value: "#5B6573", Kind.EVENT.value: "#3F4650"}
_WHITE, _BLACK = "#FFFFFF", "#000000"
_CAPTION = "{name}"
# Labels of knowloom's own nodes and what each is called in the picture.
_SYSTEM = {
    "_Concept": _CAPTION,
    "_Attribute": _CAPTION,
    "_OntologyVersion": "{number}",
    "_Record": "{source}",
    "_Run": "{command}",
    "_Source": _CAPTION,
    "__Neo4jMigration": "{version}",
    "__Neo4jMigrationsLock": "{id}",
}


def grass(ontology: Ontology) -> str:
    """Return the style sheet of an ontology.

    Each branch below a root has a hue of its own, its subclasses lighter shades of it; captions
    are names, and knowloom's own nodes stay small and grey.

    >>> from knowloom.ontology.concepts import Concept
    >>> sheet = grass(Ontology([Concept(name="Person"), Concept(name="Author",
    ...     parents=("Person",))]))
    >>> sheet.index("node.Entity {") < sheet.index("node.Person {") < sheet.index("node.Author {")
    True
    """
    rules = [*_base_rules(), *_class_rules(ontology), *_relation_rules(ontology)]
    return "\n".join(rules)


def write_style(server: LocalServer, ontology: Ontology) -> None:
    """Give the workspace's Browser the style of an ontology; the next connection applies it.

    Args:
        server: managed; it has been started once, and need not run.
        ontology: the one whose instances it holds.

    Raises:
        DiskFull: no room is left.
    """
    server.workspace.served.mkdir(parents=True, exist_ok=True)
    write_text(server.workspace.served / STYLE, grass(ontology))


def restyle(settings: Settings, ontology: Ontology) -> None:
    """Give the managed server's Browser the style of an ontology; other servers are left alone.

    Args:
        settings: those of the connection that the ontology is stored through.
        ontology: as stored.
    """
    if not settings.uri:
        write_style(LocalServer.of(settings), ontology)


def mixed(colour: str, other: str, share: float) -> str:
    """Return `colour` with a share of another, both `#RRGGBB`.

    >>> mixed("#000000", "#FFFFFF", 0.5)
    '#808080'
    """
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def text_colour(background: str) -> str:
    """Return black or white, whichever is easier to read on a background (WCAG contrast).

    >>> text_colour("#0072B2"), text_colour("#F0E442")
    ('#FFFFFF', '#000000')
    """
    light = _luminance(background)
    return _WHITE if 1.05 / (light + 0.05) > (light + 0.05) / 0.05 else _BLACK


def _base_rules() -> Iterator[str]:
    """Yield the rules of what every graph of ours has, the most general first."""
    yield _node("", _NEUTRAL, "<id>", diameter=50)
    yield _relationship("", _NEUTRAL)
    for label, caption in _SYSTEM.items():
        yield _node(label, _NEUTRAL, caption, diameter=30)
    yield _node("_Instance", _NEUTRAL, _CAPTION, diameter=50)


def _class_rules(ontology: Ontology) -> Iterator[str]:
    """Yield a rule for every class of entities and events, superclasses first."""
    colours = _colours(ontology)
    for name in ontology.parents_first():
        if ontology.kind(name) is not Kind.RELATION:
            yield _node(name, colours[name], _CAPTION, diameter=50)


def _relation_rules(ontology: Ontology) -> Iterator[str]:
    """Yield a rule for the relationship type of every relation class."""
    colours = _colours(ontology)
    for concept in ontology.concepts:
        if ontology.kind(concept.name) is Kind.RELATION:
            yield _relationship(concept.relationship_type, colours[concept.name])


def _colours(ontology: Ontology) -> dict[str, str]:
    """Return a colour for every class: its branch's hue, lighter with every level."""
    branches = [name for root in Kind for name in ontology.children(root.value)]
    hues = {name: _hue(place) for place, name in enumerate(dict.fromkeys(branches))}
    colours = {root.value: _ROOTS.get(root.value, _NEUTRAL) for root in Kind}
    for name in ontology.parents_first():
        if name in hues:
            colours[name] = hues[name]
        elif name not in colours:
            colours[name] = mixed(colours[ontology[name].parents[0]], _WHITE, 0.25)
    return colours


def _hue(place: int) -> str:
    """Return the hue of a branch; those after the seventh are darker shades of the first."""
    again, hue = divmod(place, len(_HUES))
    return mixed(_HUES[hue], _BLACK, 1 - 0.7**again)


def _node(label: str, colour: str, caption: str, diameter: int) -> str:
    """Return the rule of a label; of all nodes when it is empty."""
    return (
        f"node{f'.{label}' if label else ''} {{\n"
        f"  diameter: {diameter}px;\n"
        f"  color: {colour};\n"
        f"  border-color: {mixed(colour, _BLACK, 0.2)};\n"
        f"  text-color-internal: {text_colour(colour)};\n"
        f'  caption: "{caption}";\n'
        "}"
    )


def _relationship(type_: str, colour: str) -> str:
    """Return the rule of a relationship type; of all of them when it is empty."""
    return (
        f"relationship{f'.{type_}' if type_ else ''} {{\n"
        f"  color: {colour};\n"
        "  shaft-width: 1px;\n"
        "  font-size: 8px;\n"
        "  padding: 3px;\n"
        "  text-color-external: #000000;\n"
        f"  text-color-internal: {text_colour(colour)};\n"
        '  caption: "<type>";\n'
        "}"
    )


def _channels(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue, each from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    """Return the relative luminance as WCAG defines it, from 0 to 1."""
    shares = [c / 255 for c in _channels(colour)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
