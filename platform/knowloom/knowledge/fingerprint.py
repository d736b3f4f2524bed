"""The fingerprint of a graph: equal knowledge, equal fingerprint, whatever the route (design §3).

Instances are compared up to renaming of their uids: each gets a colour from its classes and
values, refined once by the colours around it; the fingerprint sums colours and coloured
relationships, so the order of reading does not matter. Run numbers, times of recording, rows and
the form in which records are stored do not enter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, cast

import orjson

_BITS = 128
_MASK = (1 << _BITS) - 1


class Fingerprint:
    """Takes a graph in, in any order of chunks: first all instances, then all relationships.

    Args:
        ontology: its canonical JSON.

    >>> one, other = Fingerprint(b"{}"), Fingerprint(b"{}")
    >>> one.instance("a", ["Person"], {"name": "Ada"})
    >>> other.instance("b", ["Person"], {"name": "Ada"})
    >>> one.digest() == other.digest()
    True
    """

    def __init__(self, ontology: bytes) -> None:
        self._ontology = ontology
        self._colours: dict[str, int] = {}
        self._around: dict[str, int] = {}
        self._edges: list[tuple[str, str, int]] = []

    def instance(self, uid: str, classes: Iterable[str], values: Mapping[str, Any]) -> None:
        """Take in an instance with its classes and shown values; reserved names are left out."""
        self._colours[uid] = _hash([sorted(_public(classes)), _canonical(values)])

    def relationship(self, head: str, kind: str, tail: str, values: Mapping[str, Any]) -> None:
        """Take in a relationship between two instances taken in before."""
        what = _hash([kind, _canonical(values)])
        a, b = self._colours[head], self._colours[tail]
        around = self._around
        around[head] = (around.get(head, 0) + _mix(what, b, 1)) & _MASK
        around[tail] = (around.get(tail, 0) + _mix(what, a, 2)) & _MASK
        self._edges.append((head, tail, what))

    def digest(self) -> str:
        """Return the fingerprint, 32 hexadecimal digits."""
        refined = {
            uid: _mix(colour, self._around.get(uid, 0), 3) for uid, colour in self._colours.items()
        }
        total = sum(refined.values())
        total += sum(_mix(what, _mix(refined[a], refined[b], 4), 5) for a, b, what in self._edges)
        content = self._ontology + (total & _MASK).to_bytes(_BITS // 8, "big")
        return blake2b(content, digest_size=16).hexdigest()


def _public(names: Iterable[str]) -> list[str]:
    return [name for name in names if not name.startswith("_")]


def _canonical(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a user's names; the order within a list is no knowledge."""
    return {
        name: sorted(cast(list[Any], value), key=str) if isinstance(value, list) else value
        for name, value in values.items()
        if name[0] != "_" and name != "uid"
    }


def _hash(content: Any) -> int:
    data = orjson.dumps(content, option=orjson.OPT_SORT_KEYS, default=str)
    return int.from_bytes(blake2b(data, digest_size=_BITS // 8).digest(), "big")


def _mix(a: int, b: int, salt: int) -> int:
    """Return a hash of two numbers in order."""
    data = a.to_bytes(16, "big") + b.to_bytes(16, "big") + bytes([salt])
    return int.from_bytes(blake2b(data, digest_size=_BITS // 8).digest(), "big")
