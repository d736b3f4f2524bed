"""Typed objects as statements: what a program says when it writes instances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from knowloom.knowledge.record import (
    Fact,
    Mention,
    Record,
    Reject,
    Statement,
    Value,
    key_values,
    uid_of_key,
    uid_of_source_id,
)
from knowloom.ontology.build import Thing, concepts_of
from knowloom.ontology.concepts import ENDS, Kind, Ontology


def statements(things: Iterable[Thing], ontology: Ontology, source: str) -> Iterator[Statement]:
    """Yield what these objects and all they refer to say, each object once.

    An object is identified by its `uid`, else by its class's key, else by its class, its name and
    how many of that name the source named before. Objects of `Relation` classes become facts.

    Args:
        things: instances of concept classes; cycles are fine.
        ontology: the classes as stored.
        source: who says it.
    """
    speaker = _Speaker(ontology, source)
    reached = list(_reachable(things))
    for thing in reached:
        speaker.name(thing)
    for thing in reached:
        yield from speaker.say(thing)


@dataclass(slots=True)
class _Speaker:
    """Names objects and says them."""

    ontology: Ontology
    source: str
    uids: dict[int, str] = field(default_factory=dict[int, str])
    seen: dict[str, int] = field(default_factory=dict[str, int])

    def name(self, thing: Thing) -> None:
        """Settle the uid of an object."""
        concept = concepts_of(thing)[0]
        if not self._known(thing) or self._is_relation(concept):
            return
        self.uids[id(thing)] = thing.uid or self._uid(concept, thing)

    def say(self, thing: Thing) -> Iterator[Statement]:
        """Yield the statements of one object: one for each of its classes."""
        for concept in concepts_of(thing):
            if concept not in self.ontology:
                reason = f"{concept} is no concept of the stored ontology"
                yield Reject(0, reason, "unknown-concept", repr(thing)[:500])
            elif self._is_relation(concept):
                yield self._fact(thing, concept)
            else:
                yield self._record(thing, concept)

    def _known(self, thing: Thing) -> bool:
        return all(concept in self.ontology for concept in concepts_of(thing))

    def _is_relation(self, concept: str) -> bool:
        return self.ontology.kind(concept) is Kind.RELATION

    def _uid(self, concept: str, thing: Thing) -> str:
        values = _plain(thing)
        key = self.ontology.key(concept)
        found = key_values(self.ontology, concept, values)
        if key is not None and found is not None:
            return uid_of_key(key[0], found)
        called = f"{concept}/{values.get('name', '')}"
        number = self.seen[called] = self.seen.get(called, 0) + 1
        return uid_of_source_id(self.source, f"{called}#{number}")

    def _record(self, thing: Thing, concept: str) -> Record:
        attributes = self.ontology.attributes(concept)
        all_attributes = {n for c in concepts_of(thing) for n in self.ontology.attributes(c)}
        record = Record(concept, self.uids[id(thing)])
        for name, value in thing.__dict__.items():
            if (
                name == "uid"
                or _is_empty(name, value)
                or (name not in attributes and name in all_attributes)
            ):
                continue
            attribute = attributes.get(name)
            if attribute is not None and attribute.is_link:
                mentions = [self._mention(t) for t in _listed(value)]
                record.links[name] = tuple(m for m in mentions if m is not None)
            else:
                record.values[name] = value
        return record

    def _fact(self, thing: Thing, concept: str) -> Statement:
        ends = [self._mention(getattr(thing, end)) for end in ENDS]
        if ends[0] is None or ends[1] is None:
            reason = f"an end of {concept} is of a class that is not stored"
            return Reject(0, reason, "unknown-concept", repr(thing)[:500])
        values = {n: v for n, v in _plain(thing).items() if n not in ENDS}
        return Fact(concept, "", ends[0], ends[1], values)

    def _mention(self, thing: Thing) -> Mention | None:
        uid = self.uids.get(id(thing))
        if uid is None:
            return None
        concept = concepts_of(thing)[0]
        key = self.ontology.key(concept)
        values = _plain(thing)
        named: dict[str, Any] = {n: values[n] for n in (key[1] if key else ()) if n in values}
        return Mention(concept, uid, tuple(named.items()))


def _reachable(things: Iterable[Thing]) -> Iterator[Thing]:
    """Yield objects and all they refer to, each once, in the order met."""
    seen: set[int] = set()
    todo = list(things)[::-1]
    while todo:
        thing = todo.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        yield thing
        found = [t for value in thing.__dict__.values() for t in _listed(value)]
        todo.extend(t for t in reversed(found) if isinstance(t, Thing))


def _plain(thing: Thing) -> dict[str, Value | list[Value]]:
    """Return the values of an object that are no other objects and not empty."""
    return {
        name: value
        for name, value in thing.__dict__.items()
        if name != "uid"
        and not _is_empty(name, value)
        and not any(isinstance(v, Thing) for v in _listed(value))
    }


def _is_empty(name: str, value: object) -> bool:
    """Return whether nothing is said: no value, no values, or a name that is blank."""
    return value is None or value == [] or (name == "name" and value == "")


def _listed(value: Any) -> list[Any]:
    return cast(list[Any], value) if isinstance(value, list) else [value]
