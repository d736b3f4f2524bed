"""Profiles: what identity compares of a thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from knowloom.knowledge.evidence import Evidence, in_order
from knowloom.knowledge.project import NAMING
from knowloom.knowledge.record import Value, key_values
from knowloom.ontology.concepts import Ontology
from knowloom.update.names import tokens


@dataclass(frozen=True, slots=True)
class Profile:
    """What identity compares of a thing: everything its standing records say, undecided.

    Args:
        uid: the identity its first record gave it.
        concepts: its most specific classes, sorted.
        names: its names and aliases, as said first.
        values: attribute name to all values said, the names left out.
        links: link attribute name to the names of what it refers to, as `tokens` joined by
            spaces; the uid where there is no name. Names, not resolved identities, so that the
            identity of one thing never waits for that of another.
        keys: pairs of the class that declares a key and the values of that key.
    """

    uid: str
    concepts: tuple[str, ...]
    names: tuple[str, ...] = ()
    values: Mapping[str, tuple[Value, ...]] = field(default_factory=dict[str, tuple[Value, ...]])
    links: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    keys: frozenset[tuple[str, tuple[Value, ...]]] = frozenset()


def profile_of(
    uid: str,
    evidence: Iterable[Evidence],
    ontology: Ontology,
    names_of: Callable[[str], Sequence[str]] = lambda _: (),
) -> Profile:
    """Return what the standing evidence of one uid says.

    Args:
        uid: the identity that the records themselves give.
        evidence: its records; superseded ones are left out.
        ontology: tells keys and which attributes there are.
        names_of: the names of a thing that is referred to.
    """
    standing = in_order(evidence)
    values: dict[str, dict[Value, None]] = {}
    links: dict[str, set[str]] = {}
    keys: set[tuple[str, tuple[Value, ...]]] = set()
    for each in standing:
        for name, said in each.values.items():
            values.setdefault(name, {}).update(
                dict.fromkeys(said if isinstance(said, list) else [said])
            )
        for name, uids in each.links.items():
            links.setdefault(name, set()).update(_tokens_of(uids, names_of))
        if each.concept in ontology and (key := _key(each, ontology)):
            keys.add(key)
    names = dict.fromkeys(str(n) for field_ in NAMING for n in values.pop(field_, ()))
    return Profile(
        uid=uid,
        concepts=ontology.most_specific(e.concept for e in standing),
        names=tuple(names),
        values={name: tuple(found) for name, found in values.items()},
        links={name: frozenset(found) for name, found in links.items()},
        keys=frozenset(keys),
    )


def compatible(one: Profile, other: Profile, ontology: Ontology) -> bool:
    """Return whether a class of one is a class of the other or above it (G18)."""
    return any(
        ontology.is_a(a, b) or ontology.is_a(b, a) for a in one.concepts for b in other.concepts
    )


def _tokens_of(uids: Iterable[str], names_of: Callable[[str], Sequence[str]]) -> Iterable[str]:
    """Yield one token for each thing referred to, so that one in common counts as one."""
    for uid in uids:
        named = (" ".join(words) for name in names_of(uid) if (words := tokens(name)))
        yield next(named, uid)


def _key(evidence: Evidence, ontology: Ontology) -> tuple[str, tuple[Value, ...]] | None:
    """Return the declared key with its values; a name alone is no key that tells things apart."""
    declared = ontology.key(evidence.concept)
    if declared is None or all(name in NAMING for name in declared[1]):
        return None
    found = key_values(ontology, evidence.concept, evidence.values)
    return None if found is None else (declared[0], found)
