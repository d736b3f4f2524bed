"""Reading nodes and relationships in collected chunks, through bindings.

One statement finds what a name or uid means, one reads the instances of a class, one reads nodes
by their element ids; each answers in chunks of columns, since a thousand nodes a row travel many
times faster than one (`bench/read.py`). All see knowloom's own layout and, where concepts are
bound, graphs that knowloom did not lay out; nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import neo4j

from knowloom.assets import cypher
from knowloom.errors import UnknownAttribute, UsageError
from knowloom.ontology.binding import INSTANCE_LABEL, Bindings, Place, own_binding
from knowloom.ontology.concepts import (
    Attribute,
    Direction,
    PropertyBinding,
    RelationshipBinding,
)
from knowloom.ontology.names import quoted, suggestions
from knowloom.ontology.values import Unfit, reader
from knowloom.store.database import Database

CHUNK = 1_000  # nodes a row: fast already, and small beside a server's heap
UNLIMITED = 2**62
_FULL_TEXT_INDEX = "knowloom_instance_text"


@dataclass(slots=True)
class Chunk:
    """Some nodes as columns of one length.

    Args:
        keys: element ids.
        labels: of each.
        properties: of each.
        leaving: of each, the relationships to other instances: type, key of the end, properties
            (None for types that never have any worth reading).
        arriving: of each, the relationships from other instances likewise; empty unless asked for.
    """

    keys: list[str]
    labels: list[list[str]]
    properties: list[dict[str, Any]]
    leaving: list[list[list[Any]]]
    arriving: list[list[list[Any]]]

    def rows(self) -> Iterator[tuple[str, list[str], dict[str, Any], list[list[Any]]]]:
        """Return key, labels, properties and leaving relationships of each node."""
        return zip(self.keys, self.labels, self.properties, self.leaving, strict=True)


@dataclass(frozen=True, slots=True)
class Selection:
    """The instances of a class that meet conditions.

    Args:
        pattern: label expressions of where they lie.
        conditions: Cypher that the node `n` has to meet, with ` AND ` before each.
        parameters: the values that the conditions compare with.
        limit: at most so many of them, those with the first uids; None for all.
    """

    pattern: LiteralString
    conditions: LiteralString
    parameters: Mapping[str, Any]
    limit: int | None = None


class GraphReader:
    """The reading statements of one ontology and its bindings.

    Args:
        database: where to read.
        bindings: where instances lie.
        plain: relationship types whose properties are not worth reading.
    """

    def __init__(self, database: Database, bindings: Bindings, plain: Sequence[str] = ()) -> None:
        self.database = database
        self._bindings = bindings
        self._plain = list(plain)
        places = dict.fromkeys(f"|({place.pattern})" for place in bindings.foreign)
        self._bound: LiteralString = "".join(places)
        self._nodes = self._everywhere(cypher("read/nodes"))
        self._has_names: bool | None = None

    def select(
        self, concept: str | None, where: Mapping[str, object], limit: int | None
    ) -> Selection:
        """Return the selection of the instances of `concept` whose attributes have these values.

        Args:
            concept: None for every concept, without conditions then.
            where: attribute or `uid` to one value or a list of alternatives. Text is read as the
                attribute's type; an attribute that holds many has to hold one of them; for a link
                it is the uid or name of the target, or the target itself.
            limit: see `Selection`.

        Raises:
            UnknownConcept: the ontology has no such concept.
            UnknownAttribute: the concept has no such attribute.
            UsageError: a value cannot be one of its attribute.
        """
        if concept is None:
            return Selection(self._bound, "", {}, limit)
        places = self._bindings.places(concept)
        tests = {place: self._tests(place, where) for place in places}
        parameters = {f"v{i}": _alternatives(v) for i, v in enumerate(where.values())}
        for i, name in enumerate(where):
            parameters[f"v{i}"] = self._values(concept, name, parameters[f"v{i}"])
        first, *others = (place.pattern for place in places)
        pattern = "".join([first.removeprefix(quoted(INSTANCE_LABEL)), *(f"|({o})" for o in others)])
        return Selection(pattern, _either(tests), parameters, limit)

    def instances(
        self, tx: neo4j.ManagedTransaction, selection: Selection, *, arriving: bool = False
    ) -> Iterator[Chunk]:
        """Yield the nodes of a selection with all their relationships.

        Args:
            tx: the transaction to read in.
            selection: from `select`.
            arriving: whether to read the relationships that lead to them too.
        """
        cut = " ORDER BY n.uid, elementId(n) LIMIT $limit" if selection.limit is not None else ""
        text = (
            self._everywhere(cypher("read/instances"))
            .replace("/*&class|bound*/", selection.pattern)
            .replace("/* AND conditions*/", selection.conditions)
            .replace("/* ORDER BY n.uid, elementId(n) LIMIT $limit*/", cut)
        )
        parameters = dict(selection.parameters) | {"limit": selection.limit, "chunk": CHUNK}
        return self._chunks(tx, text, UNLIMITED, arriving, parameters)

    def nodes(
        self,
        tx: neo4j.ManagedTransaction,
        keys: Sequence[str],
        *,
        cap: int = UNLIMITED,
        arriving: bool = False,
    ) -> Iterator[Chunk]:
        """Yield nodes by their element ids, with at most `cap` relationships in each direction.

        Those that leave come in the order of the lists they fill. Ids of nodes that are gone are
        passed over.
        """
        parts = [keys[i : i + CHUNK] for i in range(0, len(keys), CHUNK)]
        return self._chunks(tx, self._nodes, cap, arriving, {"chunks": parts})

    def degrees(self, tx: neo4j.ManagedTransaction, keys: Sequence[str]) -> dict[str, int]:
        """Return the number of relationships to and from instances of each of these nodes."""
        rows = tx.run(self._everywhere(cypher("read/degrees")), keys=list(keys))
        return {row["key"]: row["degree"] for row in rows}

    def first(self, tx: neo4j.ManagedTransaction, keys: Iterable[str], limit: int) -> list[str]:
        """Return those `limit` of the nodes whose uids come first."""
        rows = tx.run(cypher("read/first_by_uid"), keys=list(keys), limit=limit)
        found: list[str] = rows.single(strict=True)["keys"]
        return found

    def keys(self, seeds: Sequence[str]) -> dict[str, list[str]]:
        """Return the element ids of the nodes that each seed may mean.

        A uid means one node. What is no uid may be the name or an alias of several; a name is
        preferred. Seeds that mean nothing are left out.
        """
        found = self._by(cypher("read/keys_of_uids"), seeds)
        ways = [self._by_identity, self._by_name]
        for way in ways:
            if missing := [seed for seed in seeds if seed not in found]:
                found.update(way(missing))
        return found

    def _by(self, text: LiteralString, seeds: Sequence[str], **more: Any) -> dict[str, list[str]]:
        """Return what a statement finds for seeds, a node at most once."""
        found: dict[str, dict[str, None]] = {}
        for row in self.database.read(text, seeds=list(seeds), **more):
            found.setdefault(row["seed"], {})[row["key"]] = None
        return {seed: list(keys) for seed, keys in found.items() if seed in seeds}

    def _by_identity(self, seeds: Sequence[str]) -> dict[str, list[str]]:
        """Return foreign nodes by the uids they are given here: `Person:Ada` or an element id."""
        if not self._bindings.foreign:
            return {}
        found = self._by(cypher("read/keys_of_elements"), seeds)
        for place in self._bindings.foreign:
            start = f"{place.declarer}:"
            values = [s.removeprefix(start) for s in seeds if place.identity and s.startswith(start)]
            for value, keys in self._by_value(place, place.identity, values).items():
                found[start + value] = list(dict.fromkeys(found.get(start + value, []) + keys))
        return found

    def _by_name(self, seeds: Sequence[str]) -> dict[str, list[str]]:
        """Return nodes by name or alias, in the own layout and where names are bound."""
        found = self._by_full_text(seeds) if self._has_full_text() else {}
        own = Place("", (INSTANCE_LABEL,))
        for place, property_ in [(own, "name"), *self._bound_names()]:
            missing = [seed for seed in seeds if seed not in found or place is not own]
            for value, keys in self._by_value(place, property_, missing).items():
                found[value] = list(dict.fromkeys(found.get(value, []) + keys))
        return found

    def _by_full_text(self, seeds: Sequence[str]) -> dict[str, list[str]]:
        """Return own instances by name, else by alias."""
        queries = [[seed, _phrase(seed)] for seed in seeds]
        named: dict[str, dict[str, None]] = {}
        known: dict[str, dict[str, None]] = {}
        for row in self.database.read(cypher("read/keys_of_names"), queries=queries):
            (named if row["is_name"] else known).setdefault(row["seed"], {})[row["key"]] = None
        return {seed: list(keys) for seed, keys in (known | named).items()}

    def _by_value(
        self, place: Place, property_: str, seeds: Sequence[str]
    ) -> dict[str, list[str]]:
        """Return the nodes of a place by the value of one property, compared as text."""
        if not seeds:
            return {}
        numbers = [int(s) for s in seeds if s.removeprefix("-").isdecimal() and len(s) < 19]
        text = (
            cypher("read/keys_of_values")
            .replace(f":{INSTANCE_LABEL}/*place*/", f":{place.pattern}")
            .replace("n.name/*property*/", f"n.{quoted(property_)}")
        )
        return self._by(text, seeds, values=[*seeds, *numbers])

    def _bound_names(self) -> Iterator[tuple[Place, str]]:
        """Yield where foreign instances keep their names."""
        for place in self._bindings.foreign:
            name = self._bindings.ontology.attributes(place.concept)["name"]
            bound = self._bindings.bound(place.concept, name)
            if isinstance(bound, PropertyBinding):
                yield place, bound.property

    def _has_full_text(self) -> bool:
        """Return whether names are indexed here; asked once."""
        if self._has_names is None:
            rows = self.database.read(cypher("read/has_index"), name=_FULL_TEXT_INDEX)
            self._has_names = bool(rows)
        return self._has_names

    def _everywhere(self, text: LiteralString) -> LiteralString:
        """Return a statement that also sees foreign instances."""
        return text.replace("/*|bound*/", self._bound)

    def _chunks(
        self,
        tx: neo4j.ManagedTransaction,
        text: LiteralString,
        cap: int,
        arriving: bool,
        parameters: dict[str, Any],
    ) -> Iterator[Chunk]:
        parameters |= {"plain": self._plain, "cap": cap, "arriving": arriving}
        for record in tx.run(text, parameters):
            yield Chunk(*record.values())

    def _tests(self, place: Place, where: Mapping[str, object]) -> LiteralString:
        """Return the conditions on instances at one place."""
        return "".join(
            f" AND {self._test(place, name, i)}" for i, name in enumerate(where)
        )

    def _test(self, place: Place, name: str, i: int) -> LiteralString:
        """Return the condition that an attribute has one of the values in parameter `i`."""
        values = _parameter(i)
        if name == "uid":
            return _identity_test(place, values)
        attribute = self._attribute(place.concept, name)
        bound = (
            self._bindings.bound(place.concept, attribute)
            if place.declarer or not place.identity
            else own_binding(attribute)
        )
        if isinstance(bound, RelationshipBinding):
            return self._link_test(bound, values)
        stored: LiteralString = f"n.{quoted(bound.property)}"
        return f"any(x IN {stored} WHERE x IN {values})" if attribute.many else f"{stored} IN {values}"

    def _link_test(self, bound: RelationshipBinding, values: LiteralString) -> LiteralString:
        out = bound.direction is Direction.OUT
        left, right = ("-", "->") if out else ("<-", "-")
        target = f"(m:{quoted(INSTANCE_LABEL)}{self._bound})"
        names = dict.fromkeys(["uid", "name", *(p for _, p in self._bound_names())])
        tests = " OR ".join(f"m.{quoted(name)} IN {values}" for name in names)
        return f"EXISTS {{ (n){left}[:{quoted(bound.type)}]{right}{target} WHERE {tests} }}"

    def _attribute(self, concept: str, name: str) -> Attribute:
        attributes = self._bindings.ontology.attributes(concept)
        if name not in attributes:
            raise UnknownAttribute(concept, name, suggestions(name, attributes))
        return attributes[name]

    def _values(self, concept: str, name: str, given: Iterable[object]) -> list[object]:
        """Return values to compare with, in the type of the attribute."""
        attribute = None if name == "uid" else self._attribute(concept, name)
        if attribute is None or attribute.is_link:
            return [str(getattr(value, "uid", value)) for value in given]
        read = reader(attribute)
        found: list[object] = []
        for value in given:
            try:
                taken = read(value)
            except Unfit as unfit:
                raise UsageError(f"{name} {unfit}") from unfit
            found += taken if isinstance(taken, list) else [taken]
        return found
