"""A piece of the graph as typed objects, and the other forms it takes: code, networkx, JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from knowloom.errors import Fault
from knowloom.ontology.concepts import ENDS, Ontology
from knowloom.ontology.things import Thing, concepts_of

if TYPE_CHECKING:
    import networkx


@dataclass(slots=True)
class Aside:
    """What the ontology does not know about an instance, kept as it was found.

    Args:
        labels: sorted.
        properties: by name.
        relationships: type, uid of the other end and properties of those that leave it.
    """

    labels: tuple[str, ...] = ()
    properties: dict[str, Any] = field(default_factory=dict[str, Any])
    relationships: list[tuple[str, str, dict[str, Any]]] = field(
        default_factory=list[tuple[str, str, dict[str, Any]]]
    )


@dataclass(frozen=True, slots=True)
class Truncated:
    """What a subgraph would hold beside what it holds; true when something was cut.

    Args:
        instances: within the hops but over the limit, and so not read.
        hubs: uid to the number of relationships, for instances with more than were followed.
        outside: links of the instances to others that are not in the subgraph, for whatever
            reason; the hop limit alone makes some, so they count as nothing cut.
    """

    instances: int = 0
    hubs: Mapping[str, int] = field(default_factory=dict[str, int])
    outside: int = 0

    def __bool__(self) -> bool:
        return bool(self.instances or self.hubs)

    def __str__(self) -> str:
        said: list[str] = []
        if self.instances:
            many = f"{self.instances:,} instances are" if self.instances > 1 else "1 instance is"
            said.append(f"{many} over the limit and not read")
        said += [
            f"{uid} has {count:,} relationships, more than were followed"
            for uid, count in self.hubs.items()
        ]
        return "; ".join(said) or "nothing was cut"


@dataclass(frozen=True, eq=False)
class Subgraph:
    """Instances with the links between them.

    There is one object for each node, so what two instances refer to is the same object; every
    link between two of the instances is set on the one that has the attribute.

    Args:
        instances: objects of the most specific class the ontology knows, sorted by uid.
        seeds: those that were asked for.
        relations: facts of `Relation` concepts between the instances, with their qualifiers.
        ontology: the classes the objects are made from.
        faults: values and links that do not fit the ontology; they are not on the objects.
        aside: uid to labels, properties and relationships that the ontology does not know.
        truncated: what was left out.
    """

    instances: tuple[Thing, ...]
    seeds: tuple[Thing, ...]
    relations: tuple[Thing, ...]
    ontology: Ontology
    faults: tuple[Fault, ...] = ()
    aside: Mapping[str, Aside] = field(default_factory=dict[str, Aside])
    truncated: Truncated = Truncated()

    def __len__(self) -> int:
        return len(self.instances)

    def __iter__(self) -> Iterator[Thing]:
        return iter(self.instances)

    def __getitem__(self, uid: str) -> Thing:
        """Return the instance or relation with this uid.

        Raises:
            KeyError: it is not in the subgraph.
        """
        return self._by_uid[uid]

    @cached_property
    def _by_uid(self) -> dict[str, Thing]:
        return {thing.uid: thing for thing in (*self.relations, *self.instances)}

    def __repr__(self) -> str:
        cut = ", truncated" if self.truncated else ""
        return f"<Subgraph of {len(self.instances)} instances, {len(self.relations)} facts{cut}>"

    def networkx(self) -> networkx.MultiDiGraph[str]:
        """Return the subgraph for networkx.

        Nodes are uids with their plain values and `_concepts` as attributes. Edges are the links,
        with the attribute's name as key, and the facts, with their uid as key and their
        qualifiers as attributes; `_relation` holds the name of the attribute or concept.
        """
        from knowloom.subgraph.as_networkx import as_networkx

        return as_networkx(self)

    def code(self) -> str:
        """Return Python code that, run by itself, makes equal objects (item 62).

        It defines the classes, makes each object in a variable of its own, sets the links, and
        gathers all instances in `search_results`, the facts in `relations` and the instances that
        were asked for in `seeds`.
        """
        from knowloom.subgraph.code import program

        return program(self)

    def json(self) -> dict[str, Any]:
        """Return the subgraph as values that JSON can hold; times as ISO text, links as uids."""
        return {
            "seeds": [uid_of(thing) for thing in self.seeds],
            "instances": [thing_json(thing) for thing in self.instances],
            "relations": [thing_json(thing) for thing in self.relations],
            "aside": {uid: _aside_json(kept) for uid, kept in self.aside.items()},
            "faults": [{"where": f.where, "what": f.what, "code": f.code} for f in self.faults],
            "truncated": {
                "instances": self.truncated.instances,
                "hubs": dict(self.truncated.hubs),
                "outside": self.truncated.outside,
            },
        }


def uid_of(thing: Thing) -> str:
    """Return the uid of a thing."""
    return thing.uid


def plain_values(thing: Thing) -> dict[str, Any]:
    """Return what is known of a thing beside its uid and its links, by attribute."""
    return {
        name: value
        for name, value in vars(thing).items()
        if name != "uid" and value not in (None, "", []) and not _targets(value)
    }


def links_of(thing: Thing) -> dict[str, list[Thing]]:
    """Return the things that a thing refers to, by attribute."""
    return {name: found for name, value in vars(thing).items() if (found := _targets(value))}


def _targets(value: object) -> list[Thing]:
    """Return the things that a value is or holds; none for plain values."""
    if isinstance(value, Thing):
        return [value]
    items = cast(list[object], value) if isinstance(value, list) else []
    return [item for item in items if isinstance(item, Thing)]


def thing_json(thing: Thing) -> dict[str, Any]:
    """Return one instance or fact; the ends of a fact are among its links."""
    links = {name: [uid_of(t) for t in found] for name, found in links_of(thing).items()}
    ends = {end: links.pop(end)[0] for end in ENDS if end in links}
    values = {name: json_value(value) for name, value in plain_values(thing).items()}
    base = {"uid": thing.uid, "concepts": list(concepts_of(thing)), "values": values}
    return base | ends | ({"links": links} if not ends else {})


def _aside_json(kept: Aside) -> dict[str, Any]:
    return {
        "labels": list(kept.labels),
        "properties": {name: json_value(value) for name, value in kept.properties.items()},
        "relationships": [
            {"type": type_, "uid": uid, "properties": {n: json_value(v) for n, v in p.items()}}
            for type_, uid, p in kept.relationships
        ],
    }


def json_value(value: Any) -> Any:
    """Return a value in the types of JSON; what has none is written as text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, dict):
        return {str(n): json_value(v) for n, v in cast(dict[object, object], value).items()}
    # Neo4j's points and durations are tuples of a kind, and are written as text.
    if type(value) in (list, tuple):
        return [json_value(item) for item in cast(Sequence[object], value)]
    iso = getattr(value, "isoformat", None) or getattr(value, "iso_format", None)
    return iso() if iso else str(value)
