"""Rows of a graph become typed objects: rows in, a subgraph out, no database in sight.

Nothing here raises because of what is stored: what does not fit is a `Fault` with its address in
the graph, what the ontology does not know is kept aside, and the rest is returned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from knowloom.errors import Fault
from knowloom.knowledge.record import uid_of_fact
from knowloom.ontology.concepts import ENDS
from knowloom.ontology.names import SYSTEM_PREFIX
from knowloom.ontology.things import Thing, concepts_of
from knowloom.ontology.verdicts import Unfit
from knowloom.store.collector import paused_collector
from knowloom.subgraph.graph import Aside, Subgraph, Truncated, links_of
from knowloom.subgraph.shape import (
    ELEMENT_ID,
    NO_POSITION,
    FactShape,
    LinkPlan,
    Read,
    Shape,
    Shapes,
)

_UID = frozenset({"uid"})
_by_position: Callable[[Sequence[Any]], int] = itemgetter(2)
_by_uid: Callable[[Thing], str] = attrgetter("uid")


class LinkRow(NamedTuple):
    """A relationship as it leaves its node.

    Args:
        type: its type.
        end: the key of the node it leads to.
        position: its place in the list it belongs to; those without one come last, by uid.
        properties: None for a type that never has any worth reading.
    """

    type: str
    end: str
    position: int = NO_POSITION
    properties: Mapping[str, Any] | None = None


class _Fact(NamedTuple):
    """A relationship with properties, between two things that are there."""

    type: str
    head: Thing
    tail: Thing
    properties: Mapping[str, Any]


class NodeRow(NamedTuple):
    """A node as it is read.

    Args:
        key: tells it from all other nodes; the element id.
        labels: in any order.
        properties: in the driver's types.
        links: the relationships that leave it, as `LinkRow` or lists of the same items.
    """

    key: str
    labels: Sequence[str]
    properties: Mapping[str, Any]
    links: Sequence[Sequence[Any]] = ()


def materialise(
    shapes: Shapes, rows: Iterable[NodeRow], seeds: Sequence[str] | None = None
) -> Subgraph:
    """Return the subgraph that these rows are.

    Args:
        shapes: of the ontology.
        rows: each node once.
        seeds: keys of the nodes that were asked for; all when None.
    """
    with paused_collector():
        made = Materialiser(shapes)
        made.add(rows)
        return made.finish(seeds)


class Materialiser:
    """Makes objects from rows as they arrive, and links them when all are there.

    Args:
        shapes: of the ontology.
    """

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._things: dict[str, Thing] = {}
        self._pending: list[tuple[Thing, Shape, Sequence[Sequence[Any]]]] = []
        self._arriving: dict[str, Mapping[str, Sequence[LinkPlan]]] = {}
        self._foreign: list[Thing] = []
        self._relations: list[Thing] = []
        self._faults: list[Fault] = []
        self._aside: dict[str, Aside] = {}
        self._uids: set[str] = set()
        self._outside = 0

    def __contains__(self, key: object) -> bool:
        return key in self._things

    def __len__(self) -> int:
        return len(self._things)

    def uid(self, key: str) -> str:
        """Return the uid of a node that was added."""
        return self._things[key].uid

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add nodes, in the form of `NodeRow`; one that is there already is left as it is."""
        things, pending, of_labels = self._things, self._pending, self._shapes.of_labels
        for key, labels, properties, links in rows:
            if key in things:
                continue
            shape = of_labels(tuple(labels))
            things[key] = thing = self._thing(shape, key, properties)
            if links:
                pending.append((thing, shape, links))
            if shape.arriving:
                self._arriving[key] = shape.arriving
            if not shape.own:
                self._foreign.append(thing)

    def finish(
        self,
        seeds: Sequence[str] | None = None,
        *,
        instances: int = 0,
        hubs: Mapping[str, int] | None = None,
    ) -> Subgraph:
        """Set the links and return the subgraph.

        Args:
            seeds: keys of the nodes that were asked for; all when None.
            instances, hubs: what was cut, as in `Truncated`.
        """
        for thing, shape, links in self._pending:
            self._link(thing, shape, links)
        self._tidy()
        things = self._things
        found = tuple(sorted(things.values(), key=_by_uid))
        asked = () if seeds is None else [things[key] for key in seeds if key in things]
        return Subgraph(
            instances=found,
            seeds=found if seeds is None else tuple(sorted(asked, key=_by_uid)),
            relations=tuple(sorted(self._relations, key=_by_uid)),
            ontology=self._shapes.ontology,
            faults=tuple(sorted(self._faults)),
            aside=self._aside,
            truncated=Truncated(instances, hubs or {}, self._outside),
        )

    def _thing(self, shape: Shape, key: str, properties: Mapping[str, Any]) -> Thing:
        """Return the object that a node is; the hot path of every read."""
        uid = shape.uid(key, properties)
        if not shape.own:
            uid = self._distinct(shape, uid, key)
        values: dict[str, Any] = {"uid": uid}
        try:
            for property_, name, read in shape.reads:
                if (value := properties.get(property_)) is not None:
                    values[name] = read(value)
        except ValueError:
            self._read(shape.reads, properties, values, _address(shape.cls, uid))
        if shape.unknown_labels or not shape.known.issuperset(properties):
            kept = _unknown(properties, shape.known, shape.own)
            if kept or shape.unknown_labels:
                self._aside[uid] = Aside(shape.unknown_labels, kept)
        return shape.cls.materialise(values)

    def _distinct(self, shape: Shape, uid: str, key: str) -> str:
        """Return `uid`, or the node's key when another foreign node has the same identity."""
        if uid in self._uids:
            what = f"shares its {shape.identity} with another node, so it is known as {key}"
            self._fault(_address(shape.cls, uid), what, "identity")
            return key
        self._uids.add(uid)
        return uid

    def _link(self, thing: Thing, shape: Shape, links: Sequence[Sequence[Any]]) -> None:
        """Set the links of one node to those of the others that are there."""
        things, leaving, arriving = self._things, shape.leaving, self._arriving
        if len(links) > 1:
            links = self._in_order(links)
        for type_, end, _, properties in links:
            if (target := things.get(end)) is None:
                if type_ in leaving or not type_.startswith(SYSTEM_PREFIX):
                    self._outside += 1
                continue
            if plans := leaving.get(type_):
                self._fill(thing, plans, target)
            back = arriving[end].get(type_) if end in arriving else None
            if back:
                self._fill(target, back, thing)
            if properties is not None:
                fact = _Fact(type_, thing, target, properties)
                self._state(fact, shape.own, known=bool(plans or back))

    def _in_order(self, links: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        """Return links by position; only where several have none their uids are looked at."""
        links = sorted(links, key=_by_position)
        if links[-2][2] == NO_POSITION:
            uids = {link[1]: t.uid for link in links if (t := self._things.get(link[1]))}
            links.sort(key=lambda link: (link[2], uids.get(link[1], "")))
        return links

    def _fill(self, thing: Thing, plans: Sequence[LinkPlan], target: Thing) -> None:
        """Set one link on the attribute it belongs to."""
        cls = target.__class__
        for plan in plans:
            if plan.accepts.get(cls) or self._shapes.judge(plan, cls) is None:
                break
        else:
            why = self._shapes.judge(plans[0], cls)
            self._fault(_place(thing, plans[0].attribute), f"{why} ({target.uid})", "link-type")
            return
        values = vars(thing)
        if plan.many:
            values[plan.attribute].append(target)
        elif (there := values[plan.attribute]) is None:
            values[plan.attribute] = target
        elif there is not target:
            what = f"leads to {target.uid} as well, and holds one thing at most"
            self._fault(_place(thing, plan.attribute), what, "cardinality")

    def _state(self, fact: _Fact, own: bool, *, known: bool) -> None:
        """Make the relation that a relationship stores, or keep what is unknown of it aside."""
        if candidates := self._shapes.of_facts(fact.type, own):
            self._relate(fact, candidates)
            return
        rest = _unknown(fact.properties, _UID if own else frozenset(), own)
        if rest or not (known or fact.type.startswith(SYSTEM_PREFIX)):
            kept = self._aside.setdefault(fact.head.uid, Aside())
            kept.relationships.append((fact.type, fact.tail.uid, rest))

    def _relate(self, fact: _Fact, candidates: Sequence[FactShape]) -> None:
        """Make the first relation that fits the ends of a fact."""
        misfits = [self._misfit(shape, fact) for shape in candidates]
        ends = fact.head.uid, fact.tail.uid
        uid = candidates[0].uid(fact.properties) or uid_of_fact(fact.type, *ends, {})
        address = f"[:{fact.type} {{uid: {uid!r}}}]"
        if None not in misfits:
            self._fault(address, str(misfits[0]), "link-type")
            return
        shape = candidates[misfits.index(None)]
        values: dict[str, Any] = {"uid": uid, ENDS[0]: fact.head, ENDS[1]: fact.tail}
        self._read(shape.reads, fact.properties, values, address)
        self._relations.append(shape.cls.materialise(values))
        if rest := _unknown(fact.properties, shape.known, shape.own):
            self._aside[uid] = Aside((), rest)

    def _misfit(self, shape: FactShape, fact: _Fact) -> str | None:
        """Return why a relation cannot have these ends, None when it can."""
        for plan, thing in zip(shape.ends, (fact.head, fact.tail), strict=True):
            if why := self._shapes.judge(plan, type(thing)):
                return f"{plan.attribute} {why} ({thing.uid})"
        return None

    def _read(
        self,
        reads: Iterable[tuple[str, str, Read]],
        properties: Mapping[str, Any],
        values: dict[str, Any],
        address: str,
    ) -> None:
        """Read properties into `values`; those that do not fit are faults."""
        for property_, name, read in reads:
            if (value := properties.get(property_)) is not None:
                try:
                    values[name] = read(value)
                except ValueError as unfit:
                    code = unfit.code if isinstance(unfit, Unfit) else "type"
                    self._fault(f"{address}.{property_}", str(unfit), code)

    def _fault(self, where: str, what: str, code: str) -> None:
        self._faults.append(Fault(where, what, code))

    def _tidy(self) -> None:
        """Give the lists of foreign things an order of their own, and each target once."""
        for thing in self._foreign:
            for name, targets in links_of(thing).items():
                if len(targets) > 1:
                    vars(thing)[name] = sorted(dict.fromkeys(targets), key=_by_uid)


def _address(cls: type[Thing], uid: str) -> str:
    """Return where in the graph a node is, as a pattern a person can read."""
    return f"(:{':'.join(concepts_of(cls))} {{uid: {uid!r}}})"


def _place(thing: Thing, attribute: str) -> str:
    """Return the address of one attribute of a thing."""
    return f"{_address(type(thing), thing.uid)}.{attribute}"


def _unknown(properties: Mapping[str, Any], known: frozenset[str], own: bool) -> dict[str, Any]:
    """Return the properties that the ontology does not know, knowloom's own left out."""
    return {
        name: value
        for name, value in properties.items()
        if name not in known
        and name != ELEMENT_ID
        and not (own and name.startswith(SYSTEM_PREFIX))
    }
