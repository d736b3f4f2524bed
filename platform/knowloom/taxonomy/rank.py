"""The second of two stages: which candidate is the parent; trained, or by rule where nothing is.

A trained one adds up lines and trees. The trees see the features, and may see what their line says
of each candidate beside its kin. A folder holds its card (`ranker.json`) with the lines, and
LightGBM's trees as compressed text. Nothing in it is ever run.
"""

from __future__ import annotations

import gzip
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import orjson

from knowloom.errors import ExtraMissing, RankerUnusable
from knowloom.taxonomy.features import COLUMNS, NAMES, features
from knowloom.taxonomy.index import Entry, Floats, Index
from knowloom.taxonomy.line import Line
from knowloom.taxonomy.near import Near
from knowloom.taxonomy.stack import Kin, kin, told

CARD = "ranker.json"
FORMAT = 4
BASE = 0.5  # what scores learnt elsewhere count beside those learnt in the taxonomy itself
LEAST = 60  # a taxonomy of so many leaves is worth a ranker of its own


class Scorer(Protocol):
    """Says how likely each candidate is the parent."""

    @property
    def name(self) -> str:
        """What kind of scorer it is."""
        ...

    def shares(
        self, index: Index, entry: Entry, near: Near, candidates: Sequence[int]
    ) -> list[float]:
        """Return a number from 0 to 1 for each candidate; together they make 1."""
        ...

    def sureness(self, share: float) -> float:
        """Return how often a best candidate with this share is right."""
        ...


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a ranker.

    Args:
        encoder: the name of the one whose vectors it learnt from.
        columns: digest of the features it learnt from, in order.
        temperature: what scores are divided by before they become shares.
        steps: pairs of share and how often the best candidate was right from there on.
        files: names of the files with trees, and their digests.
        lines: weights of features, one line for the trees of each file.
        stacked: whether the trees of each file see what their line says.
        weights: what the scores of each line and its trees count; none are all alike.
        made_of: digest of the taxonomies it learnt from.
        figures: of training: names, questions, seconds, and how it did on leaves it never saw.
        format: of the folder.
    """

    encoder: str
    columns: str
    temperature: float = 1.0
    steps: tuple[tuple[float, float], ...] = ()
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    lines: tuple[Line, ...] = ()
    stacked: tuple[bool, ...] = ()
    weights: tuple[float, ...] = ()
    made_of: str = ""
    figures: Mapping[str, float] = field(default_factory=dict[str, float])
    format: int = FORMAT


class Ranker:
    """Trees, and weights of features, that were taught which candidate is a parent.

    Args:
        trees: LightGBM boosters, one for each line of the card.
        card: what is known of them, and what each counts.
        name: what tables call it.
    """

    def __init__(self, trees: Sequence[Any], card: Card, name: str = "ranker") -> None:
        self.trees = tuple(trees)
        self.card = card
        self.name = name
        self.weights = np.array(card.weights or [1 / len(self.trees)] * len(self.trees))

    def shares(
        self, index: Index, entry: Entry, near: Near, candidates: Sequence[int]
    ) -> list[float]:
        """Return the softmax of the scores of all candidates."""
        rows = features(index, entry, near, candidates)
        scores = self.scores(rows, kin(index, candidates))
        return softmax(scores, self.card.temperature)

    def scores(self, rows: Floats, among: Kin) -> list[float]:
        """Return a score for each row of features, those of one question's candidates."""
        if not len(rows):
            return []
        total = np.zeros(len(rows))
        parts = (self.weights, self.trees, self.card.lines, self.card.stacked)
        for weight, trees, line, stacked in zip(*parts, strict=True):
            first = line.scores(rows)
            seen = np.hstack([rows, told(first, among)]) if stacked else rows
            total += weight * (first + trees.predict(seen, num_threads=1))
        return [float(score) for score in total]

    def sureness(self, share: float) -> float:
        """Return how often a best candidate with this share was right on names held out."""
        return between(self.card.steps, share)


def joined(own: Ranker, base: Ranker) -> Ranker:
    """Return a ranker whose scores are the own one's and half of those learnt elsewhere."""
    parts = ((own, 1.0), (base, BASE))
    weights = [float(w) * share for ranker, share in parts for w in ranker.weights]
    lines = (*own.card.lines, *base.card.lines)
    stacked = (*own.card.stacked, *base.card.stacked)
    card = replace(own.card, weights=tuple(weights), lines=lines, stacked=stacked)
    return Ranker((*own.trees, *base.trees), card)


class Rules:
    """No training: heads of names, genera of definitions, and votes of neighbours.

    It is what an ontology too small to learn from gets, and the baseline of every table.
    """

    name = "rules"

    def shares(
        self, index: Index, entry: Entry, near: Near, candidates: Sequence[int]
    ) -> list[float]:
        """Return the softmax of weighted features."""
        rows = features(index, entry, near, candidates)
        return softmax([float(s) for s in rows[:, NAMES.index("rules")]], 0.7)

    def sureness(self, share: float) -> float:
        """Return half the share: nothing was measured."""
        return share / 2


def softmax(scores: Sequence[float], temperature: float) -> list[float]:
    """Return shares that make 1 together.

    >>> softmax([1.0, 1.0], 1.0)
    [0.5, 0.5]
    """
    if not scores:
        return []
    most = max(scores)
    powers = [math.exp((score - most) / temperature) for score in scores]
    total = math.fsum(powers)
    return [power / total for power in powers]


def between(steps: Sequence[tuple[float, float]], share: float) -> float:
    """Return the value at a place between steps, on the straight line from one to the next.

    >>> between([(0.0, 0.0), (1.0, 0.5)], 0.5)
    0.25
    """
    if not steps:
        return share
    if share <= steps[0][0]:
        return steps[0][1]
    for (x, y), (u, v) in pairwise(steps):
        if share <= u:
            return v if u == x else y + (v - y) * (share - x) / (u - x)
    return steps[-1][1]


def columns_digest() -> str:
    """Return a digest of the features in their order: a ranker fits these only."""
    return blake2b(" ".join(COLUMNS).encode(), digest_size=8).hexdigest()


def save(ranker: Ranker, folder: Path) -> Card:
    """Write a ranker into a folder; return its card as written."""
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, str] = {}
    for number, tree in enumerate(ranker.trees, 1):
        plain = str(tree.model_to_string(importance_type="gain")).encode()
        text = gzip.compress(plain, mtime=0)
        name = f"trees_{number}.txt.gz"
        (folder / name).write_bytes(text)
        files[name] = blake2b(text, digest_size=16).hexdigest()
    card = replace(ranker.card, files=files)
    (folder / CARD).write_bytes(orjson.dumps(asdict(card), option=orjson.OPT_INDENT_2))
    return card


def load(folder: Path, encoder: str) -> Ranker:
    """Return the ranker of a folder.

    Args:
        folder: as `save` wrote it.
        encoder: the name of the one that will be used with it.

    Raises:
        RankerUnusable: it holds none, one of another version or for another encoder, or one that
            was changed.
        ExtraMissing: lightgbm is not installed.
    """
    card = _card(folder)
    if card.encoder != encoder:
        why = f"it learnt with the encoder {card.encoder}, and {encoder} is used"
        raise RankerUnusable(folder, why)
    try:
        import lightgbm
    except ModuleNotFoundError as error:
        raise ExtraMissing("a trained ranker", "ranking") from error
    trees: list[Any] = []
    for name, digest in card.files.items():
        try:
            text = (folder / Path(name).name).read_bytes()
        except OSError as error:
            raise RankerUnusable(folder, str(error)) from None
        if blake2b(text, digest_size=16).hexdigest() != digest:
            raise RankerUnusable(folder, f"{name} is not what was written")
        trees.append(lightgbm.Booster(model_str=gzip.decompress(text).decode()))
    return Ranker(trees, card)


def _card(folder: Path) -> Card:
    try:
        read: dict[str, Any] = orjson.loads((folder / CARD).read_bytes())
        steps = tuple((float(x), float(y)) for x, y in read.pop("steps"))
        weights = tuple(map(float, read.pop("weights")))
        lines = tuple(Line(**{k: tuple(v) for k, v in one.items()}) for one in read.pop("lines"))
        stacked = tuple(map(bool, read.pop("stacked")))
        card = Card(**read, steps=steps, weights=weights, lines=lines, stacked=stacked)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise RankerUnusable(folder, str(error)) from None
    trees = len(card.files)
    fits = len(card.lines) == len(card.stacked) == trees > 0 and len(card.weights) in {0, trees}
    if card.format != FORMAT or card.columns != columns_digest() or not fits:
        raise RankerUnusable(folder, "it was made by another version of knowloom")
    return card
