"""What speaks for each candidate, in numbers: words, definitions, vectors, children, structure.

Counts enter by their order of size only: an exact number of children would tell which name was
taken out to make a question of it. Sums are exact, so that no order of words changes a number.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from knowloom.taxonomy.candidates import mentioned
from knowloom.taxonomy.index import BOTH, GENUS, NAME, WAY, Entry, Floats, Index
from knowloom.taxonomy.near import Near

NAMES = (
    # by the words of the names
    "ends_with", "ends_share", "same_head", "contained", "overlap", "rare_overlap", "letters_end",
    "same_end", "same_start", "grams", "first_word", "words", "own_words", "letters", "within",
    "start_with", "head_first", "head_in_name",
    # by the definition
    "mentioned", "place", "size", "order", "genus", "genus_first", "genus_whole", "genus_grams",
    "genus_end", "subject", "text_overlap", "text_rare", "above_mentioned", "below_mentioned",
    "beside_mentioned", "mentions", "below_mentions", "same_genus", "defined", "own_defined",
    "head_mentioned", "rare_share", "genus_tail", "genus_same",
    # by vectors
    "both", "name", "text", "genus_name", "genus_genus", "genus_both", "text_name", "name_text",
    "both_above", "name_above", "text_above", "over_above", "way_both", "way_genus",
    "parent_both", "parent_name",
    # by children
    "child_both", "child_name", "child_text", "child_both_three", "child_name_three",
    "child_both_mean", "child_name_mean", "leaf_both", "leaf_name", "child_genus_vector",
    "child_head", "child_genus", "child_first", "child_end", "child_head_share",
    "child_genus_share", "child_end_share", "child_rare", "pull", "over_below",
    # by neighbours
    "vote_parent", "vote_self", "vote_grand", "vote_any", "near_below",
    # by structure
    "depth", "height", "depth_share", "children", "below", "leaf", "root", "siblings",
    "size_of_all",
    # by all of these, as one would weigh them without any training
    "rules", "rules_over_above", "rules_over_below", "rules_over_beside",
)  # fmt: skip
# These are also given relative to the other candidates: as z, as gap to the best, as rank.
RELATIVE = (
    "both", "name", "text", "genus_name", "genus_both", "text_name", "name_text", "genus_genus",
    "child_both", "child_name", "child_both_three", "child_name_three", "child_text",
    "child_genus_vector", "child_rare", "vote_parent", "vote_any", "grams", "same_end",
    "rare_overlap", "text_rare", "genus_grams", "near_below", "rare_share", "rules",
    "genus_tail", "way_both", "way_genus", "parent_both", "parent_name", "pull",
)  # fmt: skip
COLUMNS = (*NAMES, *(f"{n}_{how}" for n in RELATIVE for how in ("z", "gap", "rank")))
# How large a taxonomy is and how long its names are differ between taxonomies: what is to be used
# in others learns without these.
SIZES = (
    "depth", "height", "depth_share", "children", "below", "siblings", "size_of_all", "words",
    "own_words", "letters", "rare_overlap", "text_rare", "child_rare",
)  # fmt: skip
RULES: Mapping[str, float] = {
    "ends_with": 3.0,
    "ends_share": 1.0,
    "genus": 2.5,
    "genus_whole": 1.0,
    "mentioned": 0.7,
    "subject": 0.5,
    "child_head_share": 1.0,
    "child_genus_share": 0.5,
    "vote_parent": 2.0,
    "vote_self": 0.5,
    "below_mentioned": -0.5,
    "both": 1.5,
    "genus_name": 1.5,
    "child_both_three": 1.0,
    "genus_tail": 1.0,
    "within": 1.0,
    "contained": 1.0,
    "name": 0.5,
    "child_name_three": 1.0,
    "text_rare": 0.02,
}
_WEIGHTS = np.array([RULES.get(name, 0.0) for name in NAMES], dtype=np.float32)
_BY_RULES = 4  # columns
_TELLING = 3  # letters of a name that says something where it is part of another
_CHILDREN = 60  # children of a candidate whose words are looked at


def features(index: Index, entry: Entry, near: Near, candidates: Sequence[int]) -> Floats:
    """Return a row of `COLUMNS` for each candidate.

    Args:
        index: of the taxonomy.
        entry: the new name.
        near: its cosines with all names.
        candidates: ids.
    """
    pairing = _Pairing(index, entry, near, candidates)
    rows = [
        [
            *pairing.by_name(node),
            *pairing.by_text(node),
            *pairing.by_vector(node),
            *pairing.by_children(node),
            *near.votes.get(node, (0.0, 0.0, 0.0, 0.0, 0.0)),
            *pairing.by_structure(node),
            *[0.0] * _BY_RULES,
        ]
        for node in candidates
    ]
    made = np.array(rows, dtype=np.float32).reshape(len(candidates), len(NAMES))
    made[:, -_BY_RULES:] = _by_rules(index, candidates, made @ _WEIGHTS)
    return np.hstack([made, _relative(made)])


def _by_edges(index: Index, entry: Entry, candidates: Sequence[int]) -> list[list[float]]:
    """Return cosines with the ways up, and with where the parent should be."""
    nodes, own = list(candidates), entry.vectors
    parents = index.edges.parent(own[BOTH])
    ways = index.vectors(WAY)[nodes] @ own[[BOTH, GENUS]].T
    both, name = (
        index.vectors(part)[nodes] @ parent
        for part, parent in zip((BOTH, NAME), parents, strict=True)
    )
    made: list[list[float]] = np.column_stack([ways, both, name]).astype(float).tolist()
    return made


def _by_rules(index: Index, candidates: Sequence[int], rules: Floats) -> Floats:
    """Return what the rules give, and how much more than to those above, below and beside."""
    of = dict(zip(candidates, rules.tolist(), strict=True))
    best: dict[int, list[tuple[float, int]]] = defaultdict(list)  # two children of each name
    for node, score in of.items():
        for parent in index.parents[node]:
            best[parent] = sorted([*best[parent], (score, node)])[-2:]
    rows: list[tuple[float, ...]] = []
    for node in candidates:
        above = index.parents[node]
        beside = [score for p in above for score, other in best[p] if other != node]
        below = [score for score, _ in best.get(node, ())]
        mine = [of[p] for p in above if p in of]
        rows.append((0.0, *(max(some, default=-1.0) for some in (mine, below, beside))))
    return rules[:, None] - np.array(rows, dtype=np.float32).reshape(len(candidates), _BY_RULES)


def _relative(rows: Floats) -> Floats:
    """Return z, gap to the best and rank of some columns among the candidates."""
    some = rows[:, [NAMES.index(name) for name in RELATIVE]]
    spread = some.std(axis=0)
    z = (some - some.mean(axis=0)) / np.where(spread > 0, spread, 1)
    gap = some.max(axis=0, initial=-9) - some
    rank = np.log1p(_higher(some))
    stacked = np.stack([z, gap, rank], axis=2)
    return stacked.reshape(len(rows), 3 * len(RELATIVE)).astype(np.float32)


def _higher(some: Floats) -> NDArray[np.int64]:
    """Return how many values of its column are above each value."""
    made = np.empty(some.shape, dtype=np.int64)
    for place, column in enumerate(some.T):
        made[:, place] = len(column) - np.searchsorted(np.sort(column), column, side="right")
    return made


class _Pairing:
    """A new name beside each name of a taxonomy."""

    def __init__(self, index: Index, entry: Entry, near: Near, candidates: Sequence[int]) -> None:
        self.index, self.entry, self.near = index, entry, near
        self.mentions = mentioned(index, entry.meaning.words)
        places = sorted(self.mentions, key=lambda n: self.mentions[n])
        self.order = {node: place for place, node in enumerate(places)}
        self.rare = {w: index.rarity(w) for w in entry.bag}
        self.total = math.fsum(self.rare.values()) or 1.0
        self.genus = " ".join(w for p in entry.meaning.genera for w in p)
        self.genus_words = {w for p in entry.meaning.genera for w in p}
        self.genus_grams = _grams(self.genus)
        self.deepest = float(index.depth.max(initial=1))
        self.edges = dict(zip(candidates, _by_edges(index, entry, candidates), strict=True))

    def by_name(self, node: int) -> list[float]:
        """Compare the names."""
        own, other = self.entry, self.index.entries[node]
        mine, theirs = own.words, other.words
        shared = set(mine) & set(theirs)
        ends = mine[-len(theirs) :] == theirs if theirs else False
        return [
            float(ends and len(mine) > len(theirs)),
            len(theirs) / len(mine) if ends and mine else 0.0,
            float(own.head == other.head),
            float(set(theirs) <= set(mine)),
            len(shared) / max(1, len(set(mine) | set(theirs))),
            math.fsum(self.rare.get(w, 0.0) for w in shared),
            float(own.said.endswith(other.said) and len(own.said) > len(other.said)),
            float(_same_end(own.said, other.said)),
            float(_same_start(own.said, other.said)),
            _dice(own.grams, other.grams),
            float(mine[:1] == theirs[:1]),
            float(len(theirs)),
            float(len(mine)),
            min(40.0, len(other.said)),
            float(len(other.said) >= _TELLING and other.said in own.said),
            float(own.said.startswith(other.said)),
            float(mine[:1] == theirs[-1:]),
            float(own.head in theirs),
        ]

    def by_text(self, node: int) -> list[float]:
        """Compare the definitions with each other and with the names."""
        own, other, index = self.entry, self.index.entries[node], self.index
        place, size = self.mentions.get(node, (99, 0))
        genus = own.genus
        shared = self.entry.bag & other.bag
        rare = math.fsum(self.rare[w] for w in shared)
        subject = own.meaning.subject
        above = index.parents[node]
        below = index.children[node][:_CHILDREN]
        name = set(other.words)
        return [
            float(size > 0),
            min(place, 40.0),
            float(size),
            float(self.order.get(node, 30)),
            float(other.head in genus),
            float(bool(genus) and other.head == genus[-1]),
            len(name & self.genus_words) / max(1, len(name)),
            _dice(self.genus_grams, other.grams),
            float(_same_end(self.genus, other.said)),
            float(bool(subject) and subject == other.words),
            len(shared) / max(1.0, math.sqrt(len(own.bag) * len(other.bag))),
            rare,
            float(any(p in self.mentions for p in above)),
            sum(c in self.mentions for c in below) / max(1, len(below)),
            float(any(c in self.mentions for p in above for c in index.children[p][:_CHILDREN])),
            float(own.head in other.meaning.words),
            sum(own.head in index.entries[c].meaning.words for c in below) / max(1, len(below)),
            float(bool(set(genus) & set(other.genus))),
            float(other.defined),
            float(own.defined),
            float(other.head in own.meaning.words),
            rare / self.total,
            *_told(own.meaning.genera, other.words),
        ]

    def by_vector(self, node: int) -> list[float]:
        """Return cosines with the candidate and with what is above it."""
        near, above = self.near, list(self.index.parents[node]) or [node]
        both = float(near.both[above].max())
        own = (
            near.both,
            near.name,
            near.text,
            near.genus_name,
            near.genus_genus,
            near.genus_both,
            near.text_name,
            near.name_text,
        )
        return [
            *(float(scores[node]) for scores in own),
            both,
            *(float(scores[above].max()) for scores in (near.name, near.text)),
            float(near.both[node]) - both,
            *self.edges[node],
        ]

    def by_children(self, node: int) -> list[float]:
        """Compare with the children of the candidate, the new name's siblings to be."""
        below = self.index.children[node]
        near = self.near
        if not below:
            return [*[0.0] * 19, float(near.both[node])]
        both, name = near.both[below], near.name[below]
        leaves = [c for c in below if not self.index.children[c]]
        three = -min(3, len(below))
        return [
            float(both.max()),
            float(name.max()),
            float(near.text[below].max()),
            float(np.sort(both)[three:].mean()),
            float(np.sort(name)[three:].mean()),
            float(both.mean()),
            float(name.mean()),
            float(near.both[leaves].max()) if leaves else 0.0,
            float(near.name[leaves].max()) if leaves else 0.0,
            float(near.genus_genus[below].max()),
            *self._words_of(below),
            float(near.pull[below].sum()),
            float(near.both[node] - both.max()),
        ]

    def _words_of(self, below: list[int]) -> list[float]:
        own = self.entry
        others = [self.index.entries[c] for c in below[:_CHILDREN]]
        heads = sum(o.head == own.head for o in others)
        genera = sum(bool(set(own.genus) & set(o.genus)) for o in others)
        ends = sum(_same_end(own.said, o.said) >= 4 for o in others)
        return [
            float(math.floor(math.log2(1 + heads))),
            float(math.floor(math.log2(1 + genera))),
            float(any(o.words[:1] == own.words[:1] for o in others)),
            float(math.floor(math.log2(1 + ends))),
            heads / len(others),
            genera / len(others),
            ends / len(others),
            max(math.fsum(self.rare[w] for w in own.bag & o.bag) for o in others) / self.total,
        ]

    def by_structure(self, node: int) -> list[float]:
        """Return where the candidate stands."""
        index = self.index
        depth, children = float(index.depth[node]), len(index.children[node])
        beside = max((len(index.children[p]) for p in index.parents[node]), default=0)
        return [
            depth,
            self.deepest - depth,
            depth / self.deepest,
            _order_of(children),
            _order_of(int(index.below[node])),
            float(not children),
            float(not index.parents[node]),
            _order_of(beside),
            _order_of(len(index)),
        ]


def _told(genera: Sequence[tuple[str, ...]], name: tuple[str, ...]) -> tuple[float, float]:
    """Return how many words of a name end a genus, if all do, and whether that is the name."""
    tail = any(name and phrase[-len(name) :] == name for phrase in genera)
    return (float(len(name)) if tail else 0.0, float(name in genera))


def _order_of(count: int) -> float:
    """Return the order of size of a count, which one more or less seldom changes."""
    return float(math.floor(math.log2(1 + count)))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _grams(said: str) -> frozenset[str]:
    marked = f" {said} " if said else ""
    return frozenset(marked[i : i + 3] for i in range(len(marked) - 2))


def _same_end(one: str, other: str) -> int:
    """Return how many letters two names end with alike, 12 at most."""
    for count in range(min(12, len(one), len(other))):
        if one[-1 - count] != other[-1 - count]:
            return count
    return min(12, len(one), len(other))


def _same_start(one: str, other: str) -> int:
    for count in range(min(12, len(one), len(other))):
        if one[count] != other[count]:
            return count
    return min(12, len(one), len(other))
