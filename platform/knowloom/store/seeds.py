"""What a name or uid means: from what a person types to the nodes it may stand for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, LiteralString

from knowloom.assets import cypher
from knowloom.ontology.binding import INSTANCE_LABEL, Bindings, Place
from knowloom.ontology.names import quoted
from knowloom.store.database import Database
from knowloom.store.select import names_of
from knowloom.store.statement import filled

FULL_TEXT_INDEX = "knowloom_instance_text"
_OWN = Place("", (INSTANCE_LABEL,))
_LARGEST = 2**63

Keys = dict[str, list[str]]


class SeedFinder:
    """Finds the nodes that names and uids mean.

    Args:
        database: where to look.
        bindings: where instances lie.
    """

    def __init__(self, database: Database, bindings: Bindings) -> None:
        self._database = database
        self._bindings = bindings
        self._has_full_text: bool | None = None

    def keys(self, seeds: Sequence[str]) -> Keys:
        """Return the element ids of the nodes that each seed may mean.

        A uid means one node. What is no uid may be the name of several nodes, else an alias.
        Seeds that mean nothing are left out.
        """
        found: Keys = {}
        for way in (self._by_uid, self._by_identity, self._by_full_text, self._by_name):
            if missing := [seed for seed in seeds if seed not in found]:
                found |= way(missing)
        return found

    def _by_uid(self, seeds: Sequence[str]) -> Keys:
        return self._found(cypher("read/keys_of_uids"), seeds=seeds)

    def _by_identity(self, seeds: Sequence[str]) -> Keys:
        """Return foreign nodes by the uids they are given here: `Film:Alien` or an element id."""
        if not self._bindings.foreign:
            return {}
        found = self._found(cypher("read/keys_of_elements"), seeds=seeds)
        for place in self._bindings.foreign:
            start = f"{place.declarer}:"
            values = [seed.removeprefix(start) for seed in seeds if seed.startswith(start)]
            if place.identity and values:
                by_value = self._by_property(place, place.identity, values)
                _add(found, {start + value: keys for value, keys in by_value.items()})
        return found

    def _by_full_text(self, seeds: Sequence[str]) -> Keys:
        """Return own nodes by name or alias, with the index of names if there is one."""
        if self._has_full_text is None:
            rows = self._database.read(cypher("read/has_index"), name=FULL_TEXT_INDEX)
            self._has_full_text = bool(rows)
        # With bound concepts a name may mean a foreign node as well: then all places are asked.
        if not self._has_full_text or self._bindings.foreign:
            return {}
        queries = [[seed, _phrase(seed)] for seed in seeds]
        return self._found(cypher("read/keys_of_names"), queries=queries)

    def _by_name(self, seeds: Sequence[str]) -> Keys:
        """Return nodes by name, wherever instances lie."""
        found: Keys = {}
        for place in (_OWN, *self._bindings.foreign):
            if name := names_of(self._bindings, place):
                _add(found, self._by_property(place, name, seeds))
        return found

    def _by_property(self, place: Place, name: str, values: Sequence[str]) -> Keys:
        """Return the nodes of a place by one property, compared as text or as a whole number."""
        text = filled(
            cypher("read/keys_of_values"),
            {f"{INSTANCE_LABEL}/*place*/": place.pattern, "name/*property*/": quoted(name)},
        )
        return self._found(text, values=[*values, *_numbers(values)])

    def _found(self, text: LiteralString, **parameters: Any) -> Keys:
        """Return the rows of a statement by seed."""
        found: Keys = {}
        for row in self._database.read(text, **parameters):
            _add(found, {row["seed"]: [row["key"]]})
        return found


def _add(found: Keys, more: Mapping[str, list[str]]) -> None:
    """Add keys to those found for the same seeds, each once."""
    for seed, keys in more.items():
        found[seed] = list(dict.fromkeys([*found.get(seed, ()), *keys]))


def _numbers(values: Iterable[str]) -> list[int]:
    """Return those of `values` that are whole numbers written plainly."""
    plain = (
        v for v in values if v.removeprefix("-").isascii() and v.removeprefix("-").isdecimal()
    )
    return [n for v in plain if len(v) < 20 and -_LARGEST <= (n := int(v)) < _LARGEST]


def _phrase(text: str) -> str:
    """Return `text` as a full-text query for exactly these words in this order."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
