"""Neighbours: which things are worth a comparison with some others, read from the graph as needed.

The blocks lie in the graph, so that a change of a few things costs a few blocks, however large
the graph is. What changed is taken in here first and stored at the end: whatever ends the work
before leaves the blocks as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from knowloom.assets import cypher
from knowloom.knowledge.evidence import Evidence
from knowloom.knowledge.instance import known_by
from knowloom.knowledge.project import NAMING
from knowloom.knowledge.record import Values
from knowloom.ontology.concepts import Ontology
from knowloom.store.database import Database
from knowloom.store.revise import StateReader
from knowloom.update.blocking import LIMIT, block_keys
from knowloom.update.profiles import Profile, compatible, profile_of

_AT_ONCE = 5_000
Names = tuple[str, ...]
_NOWHERE = frozenset[str]()


class Neighbours:
    """Profiles and blocks as they are once the changed things are taken in.

    Args:
        database: where they lie.
        ontology: the classes as stored; things of an `Entity` class take part.
        kept: absorbed uid to the uid under which the thing is kept.
        limit: the most members of a block that is looked at.
    """

    def __init__(
        self,
        database: Database,
        ontology: Ontology,
        kept: Mapping[str, str],
        limit: int = LIMIT,
    ) -> None:
        self._database = database
        self._ontology = ontology
        self._kept = kept
        self._limit = limit
        self._states = StateReader(database, ontology)
        self._profiles: dict[str, Profile] = {}
        self._looked_for: set[str] = set()
        self._names: dict[str, Names] = {}
        self._keys: dict[str, frozenset[str]] = {}
        self._members: dict[str, set[str]] = {}
        self._turned: set[str] = set()
        self._taken: set[str] = set()
        self._mentions: set[str] = set()

    def is_mention(self, uid: str) -> bool:
        """Return whether nobody describes a thing that was read: others only refer to it."""
        return uid in self._mentions

    def __getitem__(self, uid: str) -> Profile:
        """Return the profile of a thing that was read."""
        return self._profiles[uid]

    def __contains__(self, uid: str) -> bool:
        return uid in self._profiles

    def take_in(
        self, changed: Collection[str], advance: Callable[[int], None] = lambda _: None
    ) -> set[str]:
        """Take in changed things; return all whose pairs have to be looked at again.

        That is these, what refers to one that is called otherwise now, the members of blocks that
        grew past the limit or shrank to it, and what may have been one with any of these.

        Args:
            changed: uids of things of which something else is said now, or nothing any more.
            advance: called with every number of them that was read.
        """
        before = self._blocked(changed)
        said = self._evidence(changed, advance)
        self._names |= {uid: _names(evidence) for uid, evidence in said.items()}
        nameless = (_NOWHERE, Names())
        renamed = [
            uid for uid in changed if before.get(uid, nameless)[1] != self._names.get(uid, ())
        ]
        referring = self._referrers(renamed) - set(changed)
        before |= self._blocked(referring)
        said |= self._evidence(referring)
        self._taken = {*changed, *referring}
        self._profile(said)
        self._looked_for |= self._taken
        leaving = {uid: before[uid][0] if uid in before else _NOWHERE for uid in self._taken}
        entering = {uid: block_keys(self._profiles[uid]) for uid in said if uid in self._profiles}
        again = self._move(leaving, entering)
        rows = self._read(cypher("update/read_near"), "uids", sorted(again))
        return again | {uid for row in rows for uid in row["near"]}

    def load(self, uids: Iterable[str]) -> None:
        """Read these things, their blocks, and all they share a block with."""
        wanted = {uid for uid in uids if uid not in self._keys}
        for uid, (keys, _) in self._blocked(wanted).items():
            self._keys[uid] = keys
        here = [uid for uid in uids if uid in self._keys]
        self._read_blocks({key for uid in here for key in self._keys[uid]})
        near = {uid for uid in here for key in self._keys[uid] for uid in self._looked_at(key)}
        missing = ({*uids} | near) - self._looked_for
        self._looked_for |= missing
        self._profile(self._evidence(missing))

    def partners(self, uid: str) -> Iterator[str]:
        """Yield the things of compatible class that share a block with this one, sorted."""
        if uid not in self._profiles:
            return
        found = {other for key in self._keys.get(uid, ()) for other in self._looked_at(key)}
        for other in sorted(found - {uid}):
            if other in self and compatible(self[uid], self[other], self._ontology):
                yield other

    def store(self, near: Mapping[str, Sequence[str]]) -> None:
        """Store the blocks as they are now.

        Args:
            near: what may be one with each thing whose pairs were looked at.
        """
        put, drop = cypher("update/put_blocks"), cypher("update/drop_blocks")
        full = [{"key": k, "members": sorted(m)} for k in self._turned if (m := self._members[k])]
        self._write(put, full)
        self._write(drop, [key for key in self._turned if not self._members[key]])
        blocked = [
            {"uid": u, "keys": sorted(self._keys[u]), "names": list(self._names.get(u, ()))}
            for u in sorted(self._taken)
            if u in self._profiles
        ]
        self._write(cypher("update/put_blocked"), blocked)
        gone = sorted(self._taken - self._profiles.keys())
        self._write(cypher("update/drop_blocked"), gone)
        rows = [{"uid": uid, "near": list(others)} for uid, others in sorted(near.items())]
        self._write(cypher("update/put_near"), rows)

    def _move(
        self,
        leaving: Mapping[str, frozenset[str]],
        entering: Mapping[str, frozenset[str]],
    ) -> set[str]:
        """Put things from the blocks they were in into others."""
        keys = {k for each in (leaving, entering) for found in each.values() for k in found}
        self._read_blocks(keys)
        full = {key for key in keys if len(self._members[key]) > self._limit}
        for uid, found in leaving.items():
            for key in found - entering.get(uid, frozenset()):
                self._members[key].discard(uid)
                self._turned.add(key)
        for uid, found in entering.items():
            self._keys[uid] = found
            for key in found - leaving.get(uid, frozenset()):
                self._members[key].add(uid)
                self._turned.add(key)
        turned = [k for k in keys if (len(self._members[k]) > self._limit) != (k in full)]
        return {*leaving, *(uid for key in turned for uid in self._members[key])}

    def _looked_at(self, key: str) -> Collection[str]:
        members = self._members[key]
        return members if len(members) <= self._limit else ()

    def _read_blocks(self, keys: Collection[str]) -> None:
        missing = sorted(keys - self._members.keys())
        for row in self._read(cypher("update/read_blocks"), "keys", missing):
            self._members[row["key"]] = set(row["members"])
        self._members |= {key: set[str]() for key in missing if key not in self._members}

    def _blocked(self, uids: Collection[str]) -> dict[str, tuple[frozenset[str], Names]]:
        rows = self._read(cypher("update/read_blocked"), "uids", sorted(uids))
        return {row["uid"]: (frozenset(row["keys"]), tuple(row["names"])) for row in rows}

    def _referrers(self, uids: Iterable[str]) -> set[str]:
        """Return what refers to some things, and all that was merged with it."""
        holders = sorted({self._kept.get(uid, uid) for uid in uids})
        rows = self._read(cypher("update/read_referrers"), "uids", holders)
        found = {uid for row in rows for uid in row["uids"]}
        return found | {uid for uid, holder in self._kept.items() if holder in found}

    def _evidence(
        self, uids: Collection[str], advance: Callable[[int], None] = lambda _: None
    ) -> dict[str, list[Evidence]]:
        """Return the standing records of things, by the uid that the records themselves give.

        For a thing that nobody describes what it is known by stands in for a record.
        """
        wanted = sorted({self._kept.get(uid, uid) for uid in uids})
        asked = set(uids)
        found: dict[str, list[Evidence]] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            for state, _ in self._states.read(some):
                for each in state.evidence:
                    uid = each.uid or state.uid
                    if each.stands and uid in asked and self._takes_part(each.concept):
                        found.setdefault(uid, []).append(each)
            advance(len(some))
        self._mentions -= found.keys()
        for row in self._read(
            cypher("update/read_mentions"), "uids", sorted(asked - found.keys())
        ):
            for concept in self._ontology.most_specific(row["labels"]):
                if self._takes_part(concept):
                    told = known_by(row["properties"], concept, self._ontology)
                    found[row["uid"]] = [_told(row["uid"], concept, told)]
                    self._mentions.add(row["uid"])
        return found

    def _takes_part(self, concept: str) -> bool:
        return concept in self._ontology and self._ontology.is_a(concept, "Entity")

    def _profile(self, said: Mapping[str, Sequence[Evidence]]) -> None:
        """Make the profiles of things from their records."""
        targets = {
            uid
            for evidence in said.values()
            for each in evidence
            for uids in each.links.values()
            for uid in uids
        }
        missing = sorted(targets - self._names.keys())
        for row in self._read(cypher("update/read_called"), "uids", missing):
            self._names[row["uid"]] = tuple(row["names"])
        for uid, evidence in said.items():
            self._profiles[uid] = profile_of(
                uid, evidence, self._ontology, lambda other: self._names.get(other, ())
            )

    def _read(self, text: Any, name: str, values: Sequence[str]) -> Iterator[Any]:
        for start in range(0, len(values), _AT_ONCE):
            yield from self._database.read(text, **{name: values[start : start + _AT_ONCE]})

    def _write(self, text: Any, rows: Sequence[Any]) -> None:
        for start in range(0, len(rows), _AT_ONCE):
            self._database.write(text, rows=rows[start : start + _AT_ONCE])


def _told(uid: str, concept: str, known: Values) -> Evidence:
    """Return by what a thing is known as if a record said so."""
    return Evidence(0, "", datetime.min.replace(tzinfo=UTC), "", concept, known, uid=uid)


def _names(evidence: Iterable[Evidence]) -> Names:
    """Return what a thing is called by its own records."""
    said: dict[str, None] = {}
    for each in evidence:
        for attribute in NAMING:
            value = each.values.get(attribute) or ()
            said.update(dict.fromkeys(map(str, value if isinstance(value, list) else [value])))
    return tuple(sorted(filter(None, said)))
