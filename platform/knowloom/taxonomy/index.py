"""What is known of the names of a taxonomy, ready to compare a new one with all of them.

The arrays grow when names are added, so that thousands of additions one after another cost the
same each.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from knowloom.models.encoders import Encoder, Vectors
from knowloom.taxonomy.edges import Edges, edges
from knowloom.taxonomy.questions import New
from knowloom.taxonomy.tree import Taxonomy
from knowloom.taxonomy.words import (
    Meaning,
    head,
    meaning,
    sort_of,
    sound,
    spoken,
    telling,
    tokens,
)

Ids = NDArray[np.int64]
Floats = NDArray[np.float32]
PARTS = 4  # name, definition, genus, both
NAME, TEXT, GENUS, BOTH = range(PARTS)
WAY = PARTS  # the mean of both over a name and all above it


@dataclass(frozen=True, slots=True)
class Entry:
    """All that is worked out about a name once.

    Args:
        new: the name and its definition.
        said: the name as one says it.
        words: stems of the name.
        head: the stem that says what kind of thing it is.
        meaning: the words of the definition.
        genus: the heads of the noun phrases that may name the parent.
        bag: telling stems of name and definition.
        grams: pieces of three letters of the name.
        vectors: of name, definition, genus and both together, one row each.
    """

    new: New
    said: str
    words: tuple[str, ...]
    head: str
    meaning: Meaning
    genus: tuple[str, ...]
    bag: frozenset[str]
    grams: frozenset[str]
    vectors: Vectors

    @property
    def defined(self) -> bool:
        """Whether its definition says anything."""
        return bool(self.meaning.words)


def entries(news: Sequence[New], encoder: Encoder) -> list[Entry]:
    """Return what can be worked out about names without looking at others."""
    parts: list[tuple[str, str, Meaning]] = []
    texts: list[str] = []
    for new in news:
        said = spoken(new.name)
        text = sound(new.name, new.definition)
        meant = meaning(new.name, text) if text else Meaning()
        genus = " of ".join(" ".join(phrase) for phrase in meant.genera)
        parts.append((said, text, meant))
        texts += [said, text or said, genus or said, f"{said}: {text}" if text else said]
    vectors = encoder.encode(texts).reshape(len(news), PARTS, encoder.width)
    return [
        _entry(new, said, meant, rows)
        for new, (said, _, meant), rows in zip(news, parts, vectors, strict=True)
    ]


def _entry(new: New, said: str, meant: Meaning, rows: Vectors) -> Entry:
    words = tokens(new.name)
    leading = [p for p in meant.genera if not sort_of(p)] or list(meant.genera)
    return Entry(
        new=new,
        said=said,
        words=words,
        head=head(words),
        meaning=meant,
        genus=tuple(dict.fromkeys(phrase[-1] for phrase in leading)),
        bag=frozenset(telling(words) + telling(meant.words)),
        grams=grams(said),
        vectors=rows,
    )


def bare(entry: Entry) -> Entry:
    """Return what is known of a name when its definition is not."""
    return replace(
        entry,
        new=replace(entry.new, definition=""),
        meaning=Meaning(),
        genus=(),
        bag=frozenset(telling(entry.words)),
        vectors=np.repeat(entry.vectors[[NAME]], PARTS, axis=0),
    )


def grams(said: str) -> frozenset[str]:
    """Return the pieces of three letters of a name."""
    marked = f" {said} "
    return frozenset(marked[i : i + 3] for i in range(len(marked) - 2))


class Index:
    """A taxonomy with entries for all its names.

    Args:
        taxonomy: what is there.
        known: entries of all its names by name.
    """

    def __init__(self, taxonomy: Taxonomy, known: Mapping[str, Entry]) -> None:
        self.names: list[str] = []
        self.entries: list[Entry] = []
        self.ids: dict[str, int] = {}
        self.parents: list[tuple[int, ...]] = []
        self.children: list[list[int]] = []
        self.by_name: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self.by_head: dict[str, list[int]] = defaultdict(list)
        self.by_genus: dict[str, list[int]] = defaultdict(list)
        self.by_word: dict[str, list[int]] = defaultdict(list)
        self.frequency: Counter[str] = Counter()
        self._vectors = np.zeros((PARTS + 1, max(16, len(taxonomy)), 1), dtype=np.float32)
        self._depth = np.zeros(max(16, len(taxonomy)), dtype=np.int32)
        self._below = np.zeros(max(16, len(taxonomy)), dtype=np.int32)
        self._edges: Edges | None = None
        for name in taxonomy.order:
            self._put(known[name], [self.ids[p] for p in taxonomy.parents[name]])

    def __len__(self) -> int:
        return len(self.names)

    def vectors(self, part: int) -> Vectors:
        """Return the vectors of all names."""
        return self._vectors[part, : len(self.names)]

    @property
    def edges(self) -> Edges:
        """What its edges say of the parent of a new name."""
        if self._edges is None or not self._edges.fits(self):
            self._edges = edges(self, self.vectors(BOTH), self.vectors(NAME))
        return self._edges

    @property
    def depth(self) -> NDArray[np.int32]:
        """The depth of every name, 1 for a root."""
        return self._depth[: len(self.names)]

    @property
    def below(self) -> NDArray[np.int32]:
        """How many names are below every name."""
        return self._below[: len(self.names)]

    def rarity(self, word: str) -> float:
        """Return how much a word tells: the fewer names and definitions have it, the more."""
        return math.log((len(self.names) + 1) / (self.frequency[word] + 0.5))

    def add(self, entry: Entry, parents: Iterable[str], taking: Iterable[str] = ()) -> None:
        """Add a name below parents; it takes over some of their children."""
        above = [self.ids[p] for p in parents]
        below = [self.ids[child] for child in taking]
        for child in below:
            for parent in set(above) & set(self.parents[child]):
                self.children[parent].remove(child)
            self.parents[child] = tuple(p for p in self.parents[child] if p not in above)
        mine = self._put(entry, above)
        for child in below:
            self.parents[child] += (mine,)
            self.children[mine].append(child)
        if below:
            self._measure()

    def above(self, node: int) -> dict[int, int]:
        """Return a name and its ancestors with the steps up to each."""
        found = {node: 0}
        level = [node]
        while level:
            steps = found[level[0]] + 1
            level = [p for n in level for p in self.parents[n] if p not in found]
            found.update(dict.fromkeys(level, steps))
        return found

    def _put(self, entry: Entry, above: Sequence[int]) -> int:
        mine = len(self.names)
        if not mine:
            shape = (PARTS + 1, self._vectors.shape[1], entry.vectors.shape[1])
            self._vectors = np.zeros(shape, dtype=np.float32)
        if mine == self._vectors.shape[1]:
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)], axis=1)
            self._depth = np.concatenate([self._depth, np.zeros_like(self._depth)])
            self._below = np.concatenate([self._below, np.zeros_like(self._below)])
        self._vectors[:PARTS, mine] = entry.vectors
        self.names.append(entry.new.name)
        self.entries.append(entry)
        self.ids[entry.new.name] = mine
        self.parents.append(tuple(above))
        self.children.append([])
        for parent in above:
            self.children[parent].append(mine)
        self._depth[mine] = 1 + max((self._depth[p] for p in above), default=0)
        self._below[[n for n in self.above(mine) if n != mine]] += 1
        self._way(mine)
        self._post(mine, entry)
        return mine

    def _post(self, mine: int, entry: Entry) -> None:
        self.by_name[entry.words].append(mine)
        self.by_head[entry.head].append(mine)
        for word in set(entry.words):
            self.by_word[word].append(mine)
        for genus in entry.genus:
            self.by_genus[genus].append(mine)
        self.frequency.update(entry.bag)

    def _measure(self) -> None:
        """Work out depths, numbers of descendants and ways up anew."""
        self._below[:] = 0
        waiting = {n: len(above) for n, above in enumerate(self.parents)}
        ready = [n for n, left in waiting.items() if not left]
        while ready:
            node = ready.pop()
            above = self.parents[node]
            self._depth[node] = 1 + max((self._depth[p] for p in above), default=0)
            for child in self.children[node]:
                waiting[child] -= 1
                if not waiting[child]:
                    ready.append(child)
        for node in range(len(self.names)):
            self._below[[n for n in self.above(node) if n != node]] += 1
            self._way(node)

    def _way(self, node: int) -> None:
        mean = self._vectors[BOTH, list(self.above(node))].mean(axis=0)
        self._vectors[WAY, node] = mean / max(1e-9, float(np.linalg.norm(mean)))


def index(taxonomy: Taxonomy, encoder: Encoder) -> Index:
    """Return the index of a taxonomy."""
    news = [New(name, taxonomy.definitions.get(name, "")) for name in taxonomy.parents]
    made = entries(news, encoder)
    return Index(taxonomy, {entry.new.name: entry for entry in made})
