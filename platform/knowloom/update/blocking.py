"""Blocking: which pairs of things are worth a comparison at all.

Two things are compared when they share a block: the same name, the same letters in any order, the
same acronym, the same family name and first initial, or alike letters (MinHash of the trigrams,
Broder 1997). A block with more
members than the limit says nothing and is passed over; the same name with the same neighbour or
date has blocks of its own for that case. Which pairs there are is a function of the profiles, so
adding them one by one and all at once gives the same pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from zlib import crc32

from knowloom.ontology.concepts import Ontology
from knowloom.update.names import acronym, tokens
from knowloom.update.profiles import Profile, compatible

LIMIT = 60
_BANDS, _ROWS = 10, 3
_PRIME = (1 << 61) - 1
_MULTIPLIERS = tuple(pow(0x9E3779B97F4A7C15, i + 1, _PRIME) for i in range(_BANDS * _ROWS))
_MOST_CONTEXTS = 16
SCHEME = 2
"""Which keys there are: blocks made under another number are made anew."""
_LONGEST = 2000  # letters of a key; an index takes 8 kB
_SHORTEST = 5  # letters; shorter names have the same ones too often


def block_keys(profile: Profile) -> frozenset[str]:
    """Return the keys of all blocks that a thing is in.

    >>> sorted(block_keys(Profile("u", ("Person",), ("Al Gore",))))[:2]
    ['initials a gore', 'letters aeglor']
    """
    keys = {key for name in profile.names if (words := tokens(name)) for key in _of_name(words)}
    contexts = sorted(_contexts(profile))[:_MOST_CONTEXTS]
    for name in profile.names:
        plain = " ".join(sorted(tokens(name)))
        keys.update(f"within {plain} {context}" for context in contexts)
    for declarer, values in profile.keys:
        keys.add(f"key {declarer} {values}")
    return frozenset(key for key in keys if len(key) <= _LONGEST)


class Blocks:
    """The blocks of many things, changed piece by piece.

    Args:
        ontology: only things of compatible classes make a pair.
        limit: the most members of a block that is looked at.
    """

    def __init__(self, ontology: Ontology, limit: int = LIMIT) -> None:
        self._ontology = ontology
        self._limit = limit
        self._members: dict[str, set[str]] = {}
        self._keys: dict[str, frozenset[str]] = {}
        self._profiles: dict[str, Profile] = {}

    def __getitem__(self, uid: str) -> Profile:
        """Return the profile of a thing that was put in."""
        return self._profiles[uid]

    def __contains__(self, uid: str) -> bool:
        return uid in self._profiles

    def put(self, profiles: Iterable[Profile], gone: Iterable[str] = ()) -> set[str]:
        """Add or replace things, take others out; return whose pairs have to be looked at again.

        That is all things given, and the members of blocks that grew past the limit or shrank to
        it, since their pairs come and go.
        """
        changed = {profile.uid: profile for profile in profiles}
        leaving = {uid: self._keys.get(uid, frozenset()) for uid in {*changed, *gone}}
        entering = {uid: block_keys(profile) for uid, profile in changed.items()}
        keys = {k for each in (leaving, entering) for found in each.values() for k in found}
        full = {key for key in keys if len(self._members.get(key, ())) > self._limit}
        for uid, found in leaving.items():
            self._leave(uid, found)
        for uid, found in entering.items():
            self._profiles[uid], self._keys[uid] = changed[uid], found
            for key in found:
                self._members.setdefault(key, set()).add(uid)
        turned = [k for k in keys if (len(self._members.get(k, ())) > self._limit) != (k in full)]
        return {*leaving, *(uid for key in turned for uid in self._members.get(key, ()))}

    def partners(self, uid: str) -> Iterator[str]:
        """Yield the things of compatible class that share a block with this one, sorted."""
        if uid not in self._profiles:
            return
        found = {
            other
            for key in self._keys[uid]
            if len(self._members[key]) <= self._limit
            for other in self._members[key]
        }
        for other in sorted(found - {uid}):
            if compatible(self._profiles[uid], self._profiles[other], self._ontology):
                yield other

    def _leave(self, uid: str, keys: Iterable[str]) -> None:
        self._profiles.pop(uid, None)
        self._keys.pop(uid, None)
        for key in keys:
            members = self._members[key]
            members.discard(uid)
            if not members:
                del self._members[key]


def _of_name(words: tuple[str, ...]) -> Iterator[str]:
    plain = " ".join(sorted(words))
    yield f"name {plain}"
    if len(plain) > _SHORTEST:
        yield f"letters {''.join(sorted(plain.replace(' ', '')))}"
    if short := acronym(words) or (words[0] if len(words) == 1 else ""):
        yield f"acronym {short}"
    if len(words) > 1:
        yield f"initials {words[0][0]} {words[-1]}"
    for band, signature in enumerate(_minhash(plain)):
        yield f"minhash {band} {signature:x}"


def _contexts(profile: Profile) -> Iterator[str]:
    """Yield what tells things of one name apart when there are many of them."""
    for name, values in profile.values.items():
        yield from (f"{name}={v}" for v in values if isinstance(v, date))
    for found in profile.links.values():
        yield from found


def _minhash(text: str) -> Iterator[int]:
    """Yield a signature a band; alike texts share at least one of them.

    Texts that share 70 % of their trigrams meet with a probability of 98 %, with 10 % of 1 %.
    """
    padded = f"  {text} "
    grams = {crc32(padded[i : i + 3].encode()) + 1 for i in range(len(padded) - 2)}
    least = [min(g * m % _PRIME for g in grams) for m in _MULTIPLIERS]
    for band in range(_BANDS):
        rows = least[band * _ROWS : (band + 1) * _ROWS]
        yield crc32(repr(rows).encode())
