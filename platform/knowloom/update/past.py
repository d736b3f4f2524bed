"""Time travel: the graph as it stood, or as the world was, projected from the records.

Two questions that are easily confused: what was *recorded* by some moment (what a reader would
have seen then), and what *holds* on some day (what is known today of that day). Either may be
asked alone, or both at once. Nothing is stored for it: records are never deleted, so the answer is
projected from those that had been made and had not been ended then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, cast

import neo4j
import orjson

from knowloom.assets import cypher
from knowloom.errors import NotFound, UnknownAttribute, UsageError
from knowloom.knowledge.evidence import Evidence, is_spoken_of, known_after
from knowloom.knowledge.instance import State, native
from knowloom.knowledge.policies import holds
from knowloom.knowledge.project import Projection, show
from knowloom.knowledge.record import uid_of_fact
from knowloom.knowledge.stated import statements_of
from knowloom.ontology.build import Classes
from knowloom.ontology.concepts import Attribute, Ontology, Scalar
from knowloom.ontology.names import suggestions
from knowloom.ontology.things import Thing
from knowloom.ontology.values import reader
from knowloom.ontology.verdicts import Unfit
from knowloom.store.database import Database
from knowloom.store.policies import rules_of
from knowloom.store.revise import StateReader
from knowloom.store.runs import past_runs
from knowloom.subgraph.graph import Subgraph
from knowloom.subgraph.materialise import LinkRow, NodeRow, materialise
from knowloom.subgraph.shape import NO_POSITION, Shapes
from knowloom.subgraph.why import Reason
from knowloom.update.clusters import Decision, Decisions
from knowloom.update.plan import groups

_ALL = 2**62


@dataclass(slots=True)
class _Then:
    """One thing as it was.

    Args:
        uid: under which it was kept then.
        evidence: its records of then.
        shown: what they amounted to; None for one that was only referred to.
        labels, properties: by which a thing only referred to is known.
        ties: the relationships that were stated: type, other end, properties.
    """

    uid: str
    evidence: tuple[Evidence, ...] = ()
    shown: Projection | None = None
    labels: tuple[str, ...] = ()
    properties: dict[str, Any] = field(default_factory=dict[str, Any])
    ties: list[tuple[str, str, dict[str, Any]]] = field(
        default_factory=list[tuple[str, str, dict[str, Any]]]
    )


class Past:
    """A knowledge base at another time; it only reads.

    Args:
        database: where to read.
        classes: the classes of the ontology, as it is today.
        recorded: only what was recorded by then, with a zone or in UTC, or its text in ISO 8601;
            None for all of it.
        valid: what holds on that day, or its text; None for the last that is known.

    Raises:
        UsageError: that is no moment, or no day.
    """

    def __init__(
        self,
        database: Database,
        classes: Classes,
        recorded: date | str | None = None,
        valid: date | str | None = None,
    ) -> None:
        self._database = database
        self._shapes = Shapes(classes)
        self._ontology: Ontology = self._shapes.ontology
        self._valid = _day(valid)
        self._last = _ALL
        if (moment := _moment(recorded)) is not None:
            found = past_runs(database).values()
            self._last = max((r.id for r in found if r.started <= moment), default=0)
        self._decisions = _decisions(database, moment)
        self._states = StateReader(database, self._ontology)
        rules = rules_of(database)
        self._holder_now, self._policy = rules.kept, rules.policy
        self._kept = self._kept_then() if self._decisions else {}

    def find(
        self, concept: str, where: Mapping[str, object] | None = None, limit: int = 1000
    ) -> list[Thing]:
        """Return the instances of a class at that time, sorted by uid.

        Args:
            concept: instances of its subclasses are found too.
            where: attribute to the value it had, or to a list of which it had one; a link is
                given by the uid of what it leads to.
            limit: at most so many.

        Raises:
            UnknownConcept: the ontology has no such concept.
            UnknownAttribute: the concept has no such attribute.
            UsageError: a value cannot be one of its attribute.
        """
        wanted = self._wanted(concept, where or {})
        concepts = [c.name for c in self._ontology if self._ontology.is_a(c.name, concept)]
        rows = self._database.read(cypher("update/read_once"), concepts=concepts)
        then = self._then([row["uid"] for row in rows])
        found = [
            one
            for one in then.values()
            if one.shown
            and any(self._ontology.is_a(c, concept) for c in one.shown.concepts)
            and all(_has(one.shown, name, values) for name, values in wanted.items())
        ]
        chosen = sorted(found, key=lambda one: one.uid)[:limit]
        ends = {uid for one in chosen for uid in _ends(one)}
        near = self._then(ends - then.keys()) | then
        kept = {one.uid: one for one in chosen} | {u: near[u] for u in sorted(ends) if u in near}
        return list(self._made(kept, [one.uid for one in chosen]).seeds)

    def rows(self, concepts: Iterable[str], uids: Iterable[str]) -> list[NodeRow]:
        """Return things as they were, with the links that left them, for programs to run over.

        Args:
            concepts: all instances of these classes and those below them.
            uids: further ones, those that were not there left out.
        """
        below = {
            c.name for c in self._ontology for above in concepts
            if self._ontology.is_a(c.name, above)
        }  # fmt: skip
        found = self._database.read(cypher("update/read_once"), concepts=sorted(below))
        wanted = {row["uid"] for row in found} | set(uids)
        return [self._row(one) for one in self._then(wanted).values() if one.shown]

    def subgraph(self, seed: str | Sequence[str], hops: int = 1) -> Subgraph:
        """Return what lay around an instance at that time.

        Args:
            seed: a uid or a name; or several.
            hops: how many relationships away from a seed, in any direction; 0 or more.

        Raises:
            NotFound: nothing was called so then.
            UsageError: `hops` is negative.
        """
        if hops < 0:
            raise UsageError("hops must be 0 or more")
        seeds = [seed] if isinstance(seed, str) else list(dict.fromkeys(seed))
        starts = self._called(seeds)
        found = {uid: one for uid, one in self._then(starts).items() if uid in starts}
        ring = set(found)
        for _ in range(hops):
            near = {uid for one in ring for uid in _ends(found[one])}
            rows = self._database.read(
                cypher("update/read_past_referrers"), uids=sorted(self._raw(ring))
            )
            candidates = self._then(row["uid"] for row in rows)
            near |= {uid for uid, one in candidates.items() if ring.intersection(_ends(one))}
            near |= {h for one in ring for h in self._arriving(one)}
            there = self._then(near - found.keys())
            found |= {uid: one for uid, one in there.items() if uid in near}
            ring = near & found.keys()
        return self._made(found, starts)

    def why(self, seed: str, attribute: str | None = None) -> list[Reason]:
        """Return the records that an instance had then, value by value.

        Args:
            seed: its uid or name.
            attribute: only this one; all when None.

        Raises:
            NotFound: nothing was called so then.
        """
        reasons: list[Reason] = []
        for one in self._then(self._called([seed])).values():
            for evidence in one.evidence:
                said: dict[str, Any] = {**evidence.values, **evidence.links}
                for name, value in said.items():
                    for item in _items(value):
                        kept = self._kept.get(item, item) if name in evidence.links else item
                        is_shown = one.shown is not None and _has(one.shown, name, [kept])
                        reasons.append(Reason(name, item, evidence, is_shown))
        chosen = [r for r in reasons if attribute is None or r.attribute == attribute]
        return sorted(chosen, key=lambda r: (r.attribute, not r.shown, str(r.value)))

    def _wanted(self, concept: str, where: Mapping[str, object]) -> dict[str, list[object]]:
        """Return the alternatives for each attribute in its type."""
        attributes = self._ontology.attributes(concept)
        found: dict[str, list[object]] = {}
        for name, given in where.items():
            if name not in attributes:
                raise UnknownAttribute(concept, name, suggestions(name, attributes))
            value: object
            for value in _items(given):
                if attributes[name].is_link:
                    end = value.uid if isinstance(value, Thing) else value
                    found.setdefault(name, []).append(end)
                    continue
                try:
                    taken = reader(attributes[name])(value)
                except Unfit as unfit:
                    raise UsageError(f"{name} {unfit}") from unfit
                found.setdefault(name, []).extend(_items(taken))
        return found

    def _called(self, seeds: Sequence[str]) -> list[str]:
        """Return the uids of the things that had these uids or names then."""
        quoted = {seed: orjson.dumps(seed).decode() for seed in seeds}
        rows = self._database.read(cypher("update/read_named"), seeds=list(seeds), quoted=quoted)
        then = self._then({row["uid"] for row in rows})
        starts: list[str] = []
        for seed in seeds:
            kept = self._kept.get(seed, seed)
            found = [kept] if kept in then else []
            found = found or [uid for uid, one in then.items() if _is_called(one, seed)]
            if not found:
                raise NotFound("instance", seed, "it may have had another name at that time")
            starts += found
        return list(dict.fromkeys(starts))

    def _then(self, uids: Iterable[str]) -> dict[str, _Then]:
        """Return things as they were, by the uid under which they were kept then.

        Args:
            uids: of then or of now.
        """
        asked = {u for uid in uids for u in self._group(uid)}
        holders = sorted({self._holder_now.get(uid, uid) for uid in asked})
        if not holders:
            return {}
        states, ties = self._database.in_read(lambda tx: self._read(tx, holders))
        own: dict[str, list[Evidence]] = {}
        for state in states:
            for each in state.evidence:
                own.setdefault(each.uid, []).append(each)
        found: dict[str, _Then] = {}
        for uid in {*asked, *own}:
            members = self._group(uid)
            first = self._kept.get(uid, uid)
            if first in found:
                continue
            said = [e for member in members for e in own.get(member, ())]
            known = tuple(e for e in known_after(said, self._last) if not e.superseded_by)
            if known or asked.intersection(members):
                found[first] = _Then(first, known)
        for one in found.values():
            if is_spoken_of(e for e in one.evidence if holds(e, self._valid)):
                one.shown = show(
                    one.evidence, self._ontology, self._kept, self._policy, at=self._valid
                )
        self._recognise([one for one in found.values() if one.shown is None])
        for type_, head, tail, said_of in ties:
            start, end = self._kept.get(head, head), self._kept.get(tail, tail)
            if start not in found:
                continue
            qualifiers = {n: v for n, v in said_of.items() if n != "uid"}
            if "uid" in said_of:
                qualifiers["uid"] = uid_of_fact(type_, start, end, qualifiers)
            found[start].ties.append((type_, end, qualifiers))
        return found

    def _kept_then(self) -> dict[str, str]:
        """Return where things were kept that were merged then: with the oldest of them."""
        named = {uid for d in self._decisions for uid in d[:2]}
        holders = sorted({self._holder_now.get(uid, uid) for uid in named})
        states, _ = self._database.in_read(lambda tx: self._read(tx, holders))
        ages: dict[str, int] = {}
        for state in states:
            for each in state.evidence:
                if each.run <= self._last:
                    ages[each.uid] = min(each.run, ages.get(each.uid, _ALL))
        kept: dict[str, str] = {}
        for group in groups(named, self._decisions):
            first = min(group, key=lambda uid: (ages.get(uid, _ALL), uid))
            kept.update({uid: first for uid in group if uid != first})
        return kept

    def _group(self, uid: str) -> frozenset[str]:
        """Return all things that were one with a thing."""
        if not any(uid in d[:2] for d in self._decisions):
            return frozenset([uid])
        named = {u for d in self._decisions for u in d[:2]}
        return next(group for group in groups(named, self._decisions) if uid in group)

    def _raw(self, uids: Iterable[str]) -> set[str]:
        """Return the uids by which records of now and then may refer to things."""
        raw = {u for uid in uids for u in self._group(uid)}
        return raw | {self._holder_now.get(uid, uid) for uid in raw}

    def _arriving(self, uid: str) -> set[str]:
        """Return where stated relationships that led to a thing started."""
        holders = sorted({self._holder_now.get(u, u) for u in self._group(uid)})
        _, ties = self._database.in_read(lambda tx: self._read(tx, holders))
        return {
            self._kept.get(head, head)
            for _, head, tail, _ in ties
            if self._kept.get(tail, tail) == uid
        }

    def _read(
        self, tx: neo4j.ManagedTransaction, holders: list[str]
    ) -> tuple[list[State], list[tuple[str, str, str, dict[str, Any]]]]:
        """Return what is stored of things today, those set aside too."""
        states = [state for state, _ in self._states.read_in(tx, holders, retired=True)]
        return states, [*self._ties(tx, holders)]

    def _recognise(self, mentioned: Sequence[_Then]) -> None:
        """Note by what things are known that were only referred to."""
        by_uid = {one.uid: one for one in mentioned}
        for row in self._database.read(cypher("update/read_known"), uids=sorted(by_uid)):
            one = by_uid[row["uid"]]
            one.labels = tuple(row["labels"])
            one.properties = self._key_of(one.labels, row["properties"])

    def _ties(
        self, tx: neo4j.ManagedTransaction, holders: list[str]
    ) -> Iterable[tuple[str, str, str, dict[str, Any]]]:
        """Yield the stated relationships that there were then."""
        for row in tx.run(cypher("update/read_ties"), uids=holders):
            said = {n: native(v) for n, v in row["properties"].items() if not n.startswith("_")}
            for each in statements_of(row["properties"], row["head"], row["tail"]):
                if each.run <= self._last:
                    yield row["type"], each.head, each.tail, said
        named = sorted(self._raw(holders))
        for row in tx.run(cypher("update/read_past_ties"), uids=named):
            if row["run"] <= self._last < row["superseded_by"]:
                said = orjson.loads(row["qualifiers"] or "{}")
                if said:
                    said["uid"] = ""
                yield row["type"], row["head"], row["tail"], said

    def _key_of(self, labels: Iterable[str], properties: Mapping[str, Any]) -> dict[str, Any]:
        """Return the key of a thing, by which it is known though nobody speaks of it."""
        names = {
            name
            for concept in self._ontology.most_specific(labels)
            if (key := self._ontology.key(concept))
            for name in key[1]
        }
        return {n: v for n, v in properties.items() if n in names}

    def _made(self, found: Mapping[str, _Then], seeds: Sequence[str]) -> Subgraph:
        """Return things as typed objects."""
        return materialise(self._shapes, [self._row(one) for one in found.values()], seeds)

    def _row(self, one: _Then) -> NodeRow:
        """Return a thing as the row of a node."""
        links = [
            LinkRow(type_, end, NO_POSITION, said or None)
            for type_, end, said in _distinct(one.ties)
        ]
        if one.shown is None:
            properties = {**one.properties, "uid": one.uid}
            return NodeRow(one.uid, ("_Instance", *one.labels), properties, links)
        labels = {label for c in one.shown.concepts for label in self._ontology.lineage(c)}
        attributes = {
            n: a for c in one.shown.concepts for n, a in self._ontology.attributes(c).items()
        }
        links += [
            LinkRow(attributes[name].relationship_type, end, position)
            for name, ends in one.shown.links.items()
            for position, end in enumerate(ends)
        ]
        values = {**one.shown.values, "uid": one.uid}
        return NodeRow(one.uid, ("_Instance", *sorted(labels)), values, links)


def _moment(given: object) -> datetime | None:
    """Return when that is, with a zone; raises as `Past` does."""
    if given is None:
        return None
    moment = cast(datetime, _read("recorded", Scalar.DATETIME, given))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day(given: object) -> date | None:
    """Return the day that is meant, or on which a moment is; raises as `Past` does."""
    if given is None:
        return None
    day = given.date() if isinstance(given, datetime) else given
    return cast(date, _read("valid", Scalar.DATE, day))


def _read(name: str, scalar: Scalar, given: object) -> object:
    try:
        return reader(Attribute(name=name, range=scalar))(given)
    except Unfit as unfit:
        raise UsageError(f"{name} {unfit}") from unfit


def _decisions(database: Database, moment: datetime | None) -> Decisions:
    """Return the decisions that stood at a moment; those of now when None."""
    found: list[Decision] = []
    for row in database.read(cypher("update/read_all_decisions")):
        back = native(row["taken_back"])
        if moment is None:
            stood = back is None
        else:
            stood = native(row["at"]) <= moment and (back is None or back > moment)
        if stood:
            found.append(Decision(row["left"], row["right"], row["same"]))
    return tuple(found)


def _ends(one: _Then) -> set[str]:
    """Return where the relationships lead that leave a thing."""
    found = {end for _, end, _ in one.ties}
    return found | {
        uid for uids in (one.shown.links.values() if one.shown else ()) for uid in uids
    }


def _distinct(
    ties: Iterable[tuple[str, str, dict[str, Any]]],
) -> Iterable[tuple[str, str, dict[str, Any]]]:
    """Return relationships, each once however many sources state it."""
    found = {(tie[0], tie[1], str(tie[2].get("uid", ""))): tie for tie in ties}
    return found.values()


def _has(shown: Projection, name: str, values: Sequence[object]) -> bool:
    """Return whether a thing shows one of these values of an attribute."""
    there = [*_items(shown.values.get(name)), *shown.links.get(name, ())]
    return any(value in there for value in values)


def _is_called(one: _Then, name: str) -> bool:
    if one.shown is None:
        return one.properties.get("name") == name
    return _has(one.shown, "name", [name]) or _has(one.shown, "aliases", [name])


def _items(value: Any) -> list[Any]:
    """Return a value as a list; None is none."""
    if value is None:
        return []
    return list(cast("Iterable[Any]", value)) if isinstance(value, list | tuple) else [value]
