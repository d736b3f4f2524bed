"""For people who still hold py2neo objects: a `Graph` to the same server, `Subgraph`s in and out.

py2neo is not maintained any more and speaks an old protocol: its calls for indexes and constraints
fail on Neo4j 5, and no later server promises to answer it. Use this to bring data and code over,
and knowloom's own objects from then on. `pip install 'knowloom[py2neo]'`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from knowloom.errors import ExtraMissing, Fault, OntologyError
from knowloom.ontology.concepts import ENDS, Kind, Ontology
from knowloom.ontology.things import Thing, concepts_of
from knowloom.session import endpoint
from knowloom.settings import Settings, load_settings
from knowloom.subgraph.graph import Subgraph, links_of, plain_values

if TYPE_CHECKING:
    from knowloom.base import KnowledgeBase
    from knowloom.store.write import WriteReport


def graph(settings: Settings | None = None) -> Any:
    """Return a py2neo `Graph` of the database that the settings mean.

    Args:
        settings: those that hold in the current directory when None.

    Raises:
        ServerUnreachable: the managed server does not run.
        ExtraMissing: py2neo is not installed.
    """
    place = endpoint(load_settings() if settings is None else settings)
    auth = (place.user, place.password) if place.password else None
    return _py2neo().Graph(place.uri, auth=auth, name=place.database)


def to_py2neo(found: Subgraph) -> Any:
    """Return objects as a py2neo `Subgraph`: nodes with all their labels, and relationships.

    Args:
        found: instances and the facts between them; links that leave it are left out.

    Raises:
        ExtraMissing: py2neo is not installed.
    """
    py2neo = _py2neo()
    nodes = {thing.uid: _node(py2neo, found.ontology, thing) for thing in found.instances}
    edges: list[Any] = []
    for thing in found.instances:
        types = _link_types(found.ontology, concepts_of(thing))
        for name, targets in links_of(thing).items():
            ends = (nodes[t.uid] for t in targets if t.uid in nodes)
            edges += [py2neo.Relationship(nodes[thing.uid], types[name], end) for end in ends]
    for fact in found.relations:
        head, tail = (nodes[links_of(fact)[end][0].uid] for end in ENDS)
        type_ = found.ontology[concepts_of(fact)[0]].relationship_type
        edges.append(py2neo.Relationship(head, type_, tail, **plain_values(fact)))
    return py2neo.Subgraph(nodes.values(), edges)


def from_py2neo(kb: KnowledgeBase, subgraph: Any, *, source: str = "py2neo") -> WriteReport:
    """Write what a py2neo `Subgraph` holds as one run of a source; see `KnowledgeBase.write`.

    The class of a node is the most specific of its labels that is one; a relationship becomes the
    link or the fact that its type is.

    Args:
        kb: its ontology has to know the labels and types.
        subgraph: of nodes and relationships, bound to a database or not.
        source: who says it.

    Raises:
        OntologyError: a node has no label that is a class, or a class lacks a property or type.
    """
    faults: list[Fault] = []
    things: dict[Any, Thing] = {}
    by_uid: dict[str, Thing] = {}  # what py2neo reads twice is two nodes to it
    for node in subgraph.nodes:
        names = kb.ontology.most_specific(node.labels)
        if not names:
            labels = ", ".join(sorted(node.labels)) or "no label"
            faults.append(Fault(str(node), f"{labels} is no class of the ontology", "class"))
            continue
        known = kb.ontology.attributes(names[0])
        values = {n: _native(v) for n, v in dict(node).items() if n[0] != "_"}
        uid = str(values.pop("uid", ""))
        faults += _unknown(node, values, known)
        fitting = {n: v for n, v in values.items() if n in known}
        thing = kb.classes.combined(names)(uid=uid, **fitting)
        things[node] = by_uid.setdefault(uid, thing) if uid else thing
    facts = list(_linked(kb, subgraph.relationships, things, faults))
    if faults:
        raise OntologyError(faults)
    once = {id(thing): thing for thing in things.values()}
    return kb.write([*once.values(), *facts], source=source)


def _py2neo() -> Any:
    """Return the library.

    Raises:
        ExtraMissing: it is not installed.
    """
    try:
        import py2neo  # pyright: ignore[reportMissingTypeStubs]  # it has none
    except ImportError as error:
        raise ExtraMissing("py2neo", "py2neo") from error
    return py2neo


def _node(py2neo: Any, ontology: Ontology, thing: Thing) -> Any:
    """Return an instance as a node."""
    labels = {"_Instance", *(n for c in concepts_of(thing) for n in ontology.lineage(c))}
    return py2neo.Node(*sorted(labels), uid=thing.uid, **plain_values(thing))


def _link_types(ontology: Ontology, concepts: Iterable[str]) -> dict[str, str]:
    """Return the relationship type of every link that instances of these classes may have."""
    known = [a for name in concepts for a in ontology.attributes(name).values()]
    return {a.name: a.relationship_type for a in known if a.is_link}


def _unknown(node: Any, values: Mapping[str, Any], known: Iterable[str]) -> Iterator[Fault]:
    """Yield a fault for every property that is no attribute."""
    for name in sorted(set(values) - set(known)):
        yield Fault(f"{node}.{name}", "is no attribute of its class", "attribute")


def _linked(
    kb: KnowledgeBase,
    relationships: Iterable[Any],
    things: Mapping[Any, Thing],
    faults: list[Fault],
) -> Iterator[Thing]:
    """Set links on things, and yield facts for those relationships that are facts."""
    facts = {
        c.relationship_type: c.name
        for c in kb.ontology.concepts
        if kb.ontology.kind(c.name) is Kind.RELATION
    }
    for edge in relationships:
        type_ = type(edge).__name__
        if edge.start_node not in things or edge.end_node not in things:
            continue  # an end without a class has its fault already
        head, tail = things[edge.start_node], things[edge.end_node]
        links = {t: n for n, t in _link_types(kb.ontology, concepts_of(head)).items()}
        if type_ in facts:
            values = {n: _native(v) for n, v in dict(edge).items() if n[0] != "_" and n != "uid"}
            yield kb.classes[facts[type_]](head_entity=head, tail_entity=tail, **values)
        elif type_ in links:
            _link(head, links[type_], tail)
        else:
            faults.append(Fault(str(edge), "its type is no link of its class", "relationship"))


def _link(head: Thing, name: str, tail: Thing) -> None:
    """Let one thing refer to another, as one of many where there may be many."""
    known = vars(head).get(name)
    setattr(head, name, [*cast("list[Thing]", known), tail] if isinstance(known, list) else tail)


def _native(value: Any) -> Any:
    """Return a value of py2neo as Python's own: its dates and times are its own classes."""
    if hasattr(value, "to_native"):
        return value.to_native()
    return value
