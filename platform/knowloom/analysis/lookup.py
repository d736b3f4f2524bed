"""What a reader of tasks asks the graph: names, links to units, values (spec 79)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from knowloom.analysis.question import Path
from knowloom.analysis.terms import Named, Way
from knowloom.assets import cypher
from knowloom.ontology.concepts import Ontology
from knowloom.ontology.names import SYSTEM_PREFIX, quoted
from knowloom.store.database import Database
from knowloom.store.search import plain_query
from knowloom.store.statement import filled

_MOST = 100  # instances that are looked at for one phrase
_LONGEST_VALUE = 80  # characters


class GraphLookup:
    """Asks a graph in knowloom's own layout.

    Args:
        database: the graph.
        ontology: its classes.
    """

    def __init__(self, database: Database, ontology: Ontology) -> None:
        self._database = database
        self._ontology = ontology

    def named(self, phrases: Sequence[str]) -> Mapping[str, Sequence[Named]]:
        """Return what phrases name: by name, else by name less middle initials, else by alias."""
        queries = [[p, query] for p in phrases if (query := _all_of(p))]
        rows = self._database.read(cypher("analysis/named"), queries=queries, limit=_MOST)
        found: dict[str, tuple[int, list[Named]]] = {}
        for row in rows:
            phrase = row["phrase"]
            if (how := _how(phrase, row["name"] or "", row["aliases"] or ())) is None:
                continue
            labels = tuple(n for n in row["labels"] if not n.startswith(SYSTEM_PREFIX))
            thing = Named(row["uid"], row["name"] or "", labels, how == 0)
            level = how // 2  # a name and its spellings with initials belong together
            best, things = found.get(phrase, (level, []))
            if level < best:
                best, things = level, []
            if level == best:
                found[phrase] = (best, [*things, thing])
        return {phrase: things for phrase, (_, things) in found.items()}

    def ways(self, uids: Sequence[str], unit: str) -> Sequence[Way]:
        """Return the links between things and the instances of a class."""
        text = filled(cypher("analysis/ways"), {"_Label": quoted(unit)})
        return [
            Way(path, row["units"], row["uid"])
            for row in self._database.read(text, uids=list(uids))
            for path in self._paths(row["type"], unit, back=row["leaving"])
        ]

    def values(
        self, unit: str, attributes: Sequence[str], words: Sequence[str]
    ) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Return, by word, the attributes of a class that have it as value, and that value."""
        if not attributes or not words:
            return {}
        text = filled(cypher("analysis/values"), {"_Label": quoted(unit)})
        small = {word: word.casefold() for word in words}
        rows = self._database.read(
            text,
            attributes=list(attributes),
            words=sorted(set(small.values())),
            longest=_LONGEST_VALUE,
        )
        found = [(row["attribute"], row["value"]) for row in rows]
        return {
            word: [one for one in found if one[1].casefold() == plain]
            for word, plain in small.items()
        }

    def _paths(self, type_: str, unit: str, *, back: bool) -> Iterator[Path]:
        """Yield the attributes that a relationship type stands for, of the unit if it can be."""
        owners = [
            c.name
            for c in self._ontology
            for a in c.attributes
            if a.is_link and a.relationship_type == type_
        ]
        if not back:
            own = [name for name in owners if self._ontology.is_a(unit, name)]
            owners = own or owners
        for owner in owners[:1]:
            for attribute in self._ontology[owner].attributes:
                if attribute.is_link and attribute.relationship_type == type_:
                    yield Path(attribute.name, owner, back, link=True)


def _all_of(phrase: str) -> str:
    """Return the full-text query for names with all words of a phrase."""
    return plain_query(" ".join(phrase.split())).replace(" ", " AND ")


def _how(phrase: str, name: str, aliases: Iterable[str]) -> int | None:
    """Return how a thing bears a name: 0 exactly, 1 but for initials, 2 as an alias; else None.

    >>> _how("Geoffrey Hinton", "Geoffrey E. Hinton", ())
    1
    """
    plain = phrase.casefold()
    if name.casefold() == plain:
        return 0
    if _differs_by_initials(phrase, name):
        return 1
    return 2 if plain in (alias.casefold() for alias in aliases) else None


def _differs_by_initials(phrase: str, name: str) -> bool:
    """Return whether two names are one but for initials in the middle."""
    one, other = (text.replace(".", " ").split() for text in (phrase, name))
    if len(one) < 2 or len(other) < 2 or not phrase[:1].isupper():
        return False
    if (one[0], one[-1]) != (other[0], other[-1]) or min(len(one[0]), len(one[-1])) < 2:
        return False
    here, there = ([w for w in words[1:-1] if len(w) == 1] for words in (one, other))
    full = [[w for w in words[1:-1] if len(w) > 1] for words in (one, other)]
    return full[0] == full[1] and (not here or not there or here == there)
