"""Teaching a ranker: questions are made by taking a fifth of the leaves out, all at once.

Were each name taken out alone, its parent would be the only one with a child too few, and trees
read that off: figures in cross-validation rise and those on new names fall. So questions are made
of leaves that are missing together, as new names are.

Where it learns for taxonomies it never saw, the trees also see what a line says of all candidates,
which must not have seen the answer: each half of the names is judged by the line of the other.
"""

from __future__ import annotations

import math
import os
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowloom.errors import ExtraMissing, Fault, TaxonomyFaulty
from knowloom.models.encoders import Encoder
from knowloom.taxonomy.candidates import candidates
from knowloom.taxonomy.features import COLUMNS, SIZES, features
from knowloom.taxonomy.index import Entry, Floats, Index, bare, entries
from knowloom.taxonomy.line import Line, line, scale_of
from knowloom.taxonomy.near import near
from knowloom.taxonomy.questions import New
from knowloom.taxonomy.rank import Card, Ranker, columns_digest, joined, softmax
from knowloom.taxonomy.stack import Kin, kin, told
from knowloom.taxonomy.tree import Taxonomy
from knowloom.training.parting import LARGE, SHARE, cuttings, parted

_REPEATS, _REPEATS_ELSEWHERE = 10, 5
_CUTTINGS = 30  # of each large taxonomy and repetition
_MOST_QUESTIONS, _MOST_QUESTIONS_ELSEWHERE = 1500, 3000
_MOST_ROWS = 160_000  # candidates of all questions together; chance takes from the wrong ones
_ROWS_SEEN = 40_000  # by one booster and its line; each sees others
_CHECKS = 3  # parts on which a ranker trained on the rest is tried, to know how sure it is
_SEEDS = 3
_ROUNDS = 200
_LEAST = 5  # leaves; fewer teach nothing
_SETTINGS: Mapping[str, Any] = {
    "objective": "lambdarank",
    "num_leaves": 15,
    "learning_rate": 0.05,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "max_bin": 63,
    "min_data_in_leaf": 20,
    "lambdarank_truncation_level": 20,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbose": -1,
}


@dataclass(frozen=True, slots=True)
class Example:
    """A question with what speaks for each candidate.

    Args:
        name: that is asked for.
        rows: features, a row a candidate that is kept.
        wanted: whether each of these is a parent.
        among: all candidates.
    """

    name: str
    rows: Floats
    wanted: tuple[bool, ...]
    among: Kin


Known = Mapping[str, Entry]


def train(
    taxonomies: Sequence[Taxonomy],
    encoder: Encoder,
    *,
    elsewhere: bool = False,
    base: Ranker | None = None,
    seed: int = 1,
    told: Callable[[str], None] = lambda _text: None,
) -> Ranker:
    """Return a ranker that learnt from taxonomies; the same again gives the same.

    Args:
        taxonomies: of any number and size; more leaves teach more.
        encoder: whose vectors it sees from now on.
        elsewhere: whether it will be used in taxonomies that it did not learn from. Small ones
            are cut out of the large ones then, and how sure it is, is tried on whole taxonomies
            that were held out.
        base: learnt from other taxonomies; its scores count half beside those of what learns now.
        seed: of all chance.
        told: called with a line now and then.

    Raises:
        TaxonomyFaulty: there are too few leaves to learn from.
        ExtraMissing: lightgbm is not installed.
    """
    started = time.monotonic()
    _refuse_too_few(taxonomies)
    known = [known_of(taxonomy, encoder) for taxonomy in taxonomies]
    told(f"{sum(map(len, known)):,} names are encoded")
    chance = random.Random(seed)
    outcomes = _checked(taxonomies, known, chance, seed, elsewhere=elsewhere, base=base)
    repeats = _REPEATS_ELSEWHERE if elsewhere else _REPEATS
    examples = questions(taxonomies, known, chance, repeats, elsewhere=elsewhere)
    ranker = fitted(examples, range(seed, seed + _SEEDS), elsewhere=elsewhere)
    temperature, steps = calibrated(outcomes)
    right = sum(_is_right(*outcome) for outcome in outcomes)
    figures = {
        "names": float(sum(map(len, taxonomies))),
        "questions": float(len(examples)),
        "held_out": float(len(outcomes)),
        "seconds": round(time.monotonic() - started, 1),
    }
    tried = "nothing was held out"
    if outcomes:  # without any there is no share, and 0 would be taken for one
        figures["accuracy_on_held_out"] = round(right / len(outcomes), 4)
        tried = f"{right / len(outcomes):.1%} of {len(outcomes):,} held out are right"
    told(f"{len(examples):,} questions; {tried}")
    made_of = blake2b(repr([dict(t.parents) for t in taxonomies]).encode(), digest_size=8)
    ranker.card = replace(
        ranker.card,
        encoder=encoder.name,
        columns=columns_digest(),
        temperature=temperature,
        steps=steps,
        made_of=made_of.hexdigest(),
        figures=figures,
    )
    return joined(ranker, base) if base else ranker


def known_of(taxonomy: Taxonomy, encoder: Encoder) -> dict[str, Entry]:
    """Return entries for all names of a taxonomy."""
    news = [New(name, taxonomy.definitions.get(name, "")) for name in taxonomy.parents]
    return {entry.new.name: entry for entry in entries(news, encoder)}


def questions(
    taxonomies: Sequence[Taxonomy],
    known: Sequence[Known],
    chance: random.Random,
    repeats: int,
    *,
    elsewhere: bool = False,
) -> list[Example]:
    """Return questions made by taking leaves out, up to so many times, fewer where many are.

    A large taxonomy is asked as often as all the small ones together. For elsewhere all candidates
    are kept: what a line says of one depends on the others.
    """
    most = _MOST_QUESTIONS * repeats / _REPEATS
    if elsewhere:
        most = _MOST_QUESTIONS_ELSEWHERE * repeats / _REPEATS_ELSEWHERE
    small = sum(len(one.leaves) for one in taxonomies if len(one) <= LARGE)
    made: list[Example] = []
    for taxonomy, entry_of in zip(taxonomies, known, strict=True):
        leaves = len(taxonomy.leaves) if len(taxonomy) > LARGE else small
        for _ in range(min(repeats, math.ceil(most / max(1, SHARE * leaves)))):
            rest, asked = parted(taxonomy, chance)
            made += examples(rest, entry_of, asked)
        for cutting in cuttings(taxonomy, chance, _CUTTINGS * repeats) if elsewhere else ():
            rest, asked = parted(cutting, chance)
            named = rest.parents.keys() | asked.keys()
            of = entry_of if cutting.definitions else {n: bare(entry_of[n]) for n in named}
            made += examples(rest, of, asked)
    return made if elsewhere else _thinned(made, chance)


def _thinned(some: list[Example], chance: random.Random) -> list[Example]:
    """Return questions with fewer wrong candidates where there are too many rows to keep."""
    made: list[Example] = []
    kept = _drawn([example.wanted for example in some], _MOST_ROWS, chance.randrange(2**32))
    for example, mask in zip(some, kept, strict=True):
        wanted = tuple(w for w, k in zip(example.wanted, mask, strict=True) if k)
        made.append(replace(example, rows=example.rows[mask], wanted=wanted))
    return made


def _drawn(some: Sequence[Sequence[bool]], most: int, seed: int) -> list[NDArray[np.bool_]]:
    """Return which candidates of questions are kept, so that there are not too many in all.

    Parents stay. Questions with most candidates lose first, so that small taxonomies stay whole.
    """
    sizes = [len(wanted) for wanted in some]
    share = max(sizes, default=0)
    while sum(min(share, size) for size in sizes) > most and share > 2:
        share -= 1
    draw = np.random.default_rng(seed)
    return [np.array(w) | (draw.random(len(w)) * len(w) < share) for w in some]


def examples(
    taxonomy: Taxonomy, known: Known, asked: Mapping[str, Sequence[str]]
) -> list[Example]:
    """Return what speaks for each candidate for each name that is asked for."""
    if not asked:
        return []
    index = Index(taxonomy, known)
    made: list[Example] = []
    for name, golds in asked.items():
        entry = known[name]
        close = near(index, entry)
        nodes = candidates(index, entry, close)
        right = {index.ids[gold] for gold in golds if gold in index.ids}
        wanted = tuple(node in right for node in nodes)
        if any(wanted):
            rows = features(index, entry, close, nodes)
            made.append(Example(name, rows, wanted, kin(index, nodes)))
    return made


def fitted(some: Sequence[Example], seeds: Iterable[int], *, elsewhere: bool = False) -> Ranker:
    """Return a ranker of lines with their trees, one a seed; one for elsewhere sees no sizes.

    Raises:
        ExtraMissing: lightgbm is not installed.
    """
    try:
        import lightgbm
    except ModuleNotFoundError as error:
        raise ExtraMissing("training a ranker", "ranking") from error

    def one(seed: int) -> tuple[Any, Line]:
        masks = _drawn([example.wanted for example in some], _ROWS_SEEN, seed)
        pairs = list(zip(some, masks, strict=True))
        rows = np.vstack([example.rows[mask] for example, mask in pairs])
        wanted = np.concatenate([np.array(example.wanted)[mask] for example, mask in pairs])
        counts = [int(mask.sum()) for mask in masks]
        if elsewhere:
            rows[:, [COLUMNS.index(name) for name in SIZES]] = 0
            made, heard = _crossed(pairs, rows, wanted, counts)
            rows = np.hstack([rows, heard])
        else:
            made = line(rows, wanted, counts)
        data = lightgbm.Dataset(rows, wanted.astype(int), group=counts)
        return lightgbm.train({**_SETTINGS, "seed": seed}, data, _ROUNDS), made

    # A thread a seed: threads within one fit wait for each other where others use the machine.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = list(pool.map(one, seeds))
    lines, stacked = tuple(line for _, line in made), (elsewhere,) * len(made)
    card = Card(encoder="", columns="", lines=lines, stacked=stacked)
    return Ranker([trees for trees, _ in made], card)


def _crossed(
    pairs: Sequence[tuple[Example, NDArray[np.bool_]]],
    rows: Floats,
    wanted: NDArray[np.bool_],
    counts: Sequence[int],
) -> tuple[Line, Floats]:
    """Return a line, and what it says of the candidates to those who learn on top of it.

    The line is halfway between two, each of half the names that are asked for. To each half, the
    line of the other speaks.

    Args:
        pairs: questions, and which of their candidates are seen.
        rows: features of these.
        wanted: whether each is a parent.
        counts: how many each question has.
    """
    names = list(dict.fromkeys(example.name for example, _ in pairs))
    first = set(names[::2])
    halves = np.array([int(example.name in first) for example, _ in pairs])
    scale = scale_of(rows)
    lines: list[Line] = []
    for half in (0, 1):
        chosen = halves != half if len(names) > 1 else halves >= 0
        kept = np.repeat(chosen, counts)
        lines.append(line(rows[kept], wanted[kept], np.array(counts)[chosen].tolist(), scale))
    heard = [
        told(lines[half].scores(example.rows), example.among)[mask]
        for (example, mask), half in zip(pairs, halves, strict=True)
    ]
    return lines[0].between(lines[1]), np.vstack(heard)


def calibrated(
    outcomes: Sequence[tuple[Sequence[float], Sequence[bool]]],
) -> tuple[float, tuple[tuple[float, float], ...]]:
    """Return the temperature of scores, and how often a best candidate of some share is right.

    Args:
        outcomes: scores of the candidates of names held out, and which are parents.
    """
    if not outcomes:
        return 1.0, ()
    ladder = [0.25 * 1.3**step for step in range(14)]
    temperature = min(ladder, key=lambda t: _surprise(outcomes, t))
    tops = [(max(softmax(s, temperature)), _is_right(s, wanted)) for s, wanted in outcomes]
    return temperature, rising(tops)


def rising(tops: Sequence[tuple[float, bool]]) -> tuple[tuple[float, float], ...]:
    """Return how often something is right by how sure it is said to be, never falling.

    Neighbours that contradict the order are pooled (isotonic regression), with one right and one
    wrong more in each pool, so that nobody is ever quite sure.

    >>> rising([(0.2, False), (0.2, False), (0.9, True), (0.9, True)])
    ((0.2, 0.25), (0.9, 0.75))
    """
    pools: list[list[float]] = []  # right, all, sum of shares
    for share, right in sorted(tops):
        pools.append([float(right), 1.0, share])
        while len(pools) > 1 and pools[-2][0] * pools[-1][1] >= pools[-1][0] * pools[-2][1]:
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    return tuple(
        (round(sum_ / all_, 4), round((right + 1) / (all_ + 2), 4)) for right, all_, sum_ in pools
    )


def _checked(
    taxonomies: Sequence[Taxonomy],
    known: Sequence[Known],
    chance: random.Random,
    seed: int,
    *,
    elsewhere: bool,
    base: Ranker | None,
) -> list[tuple[list[float], tuple[bool, ...]]]:
    """Return the scores of names held out, several times, by rankers that never saw them."""
    made: list[tuple[list[Example], list[Example]]] = []
    everything = range(len(taxonomies))
    for fold in _folds(len(taxonomies), chance) if elsewhere else [everything] * _CHECKS:
        parts = [parted(taxonomy, chance) for taxonomy in taxonomies]
        learnt = sorted(set(everything).difference(fold)) if elsewhere else everything
        some = questions(
            [parts[i][0] for i in learnt],
            [known[i] for i in learnt],
            chance,
            (_REPEATS_ELSEWHERE if elsewhere else _REPEATS) // 2,
            elsewhere=elsewhere,
        )
        asked = [e for i in fold for e in examples(parts[i][0], known[i], parts[i][1])]
        if len(some) >= _LEAST:
            made.append((some, asked))

    def outcome(check: tuple[list[Example], list[Example]]) -> list[Any]:
        ranker = fitted(check[0], [seed], elsewhere=elsewhere)
        ranker = joined(ranker, base) if base else ranker
        return [
            (ranker.scores(example.rows, example.among), example.wanted) for example in check[1]
        ]

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [found for check in pool.map(outcome, made) for found in check]


def _folds(count: int, chance: random.Random) -> list[Sequence[int]]:
    """Return numbers of taxonomies in parts; each part is held out once."""
    order = chance.sample(range(count), count)
    return [order[start::_CHECKS] for start in range(min(count, _CHECKS))]


def _surprise(outcomes: Sequence[tuple[Sequence[float], Sequence[bool]]], at: float) -> float:
    """Return the mean negative logarithm of the share that parents get."""
    total = 0.0
    for scores, wanted in outcomes:
        shares = softmax(scores, at)
        total -= math.log(max(1e-9, sum(s for s, w in zip(shares, wanted, strict=True) if w)))
    return total / len(outcomes)


def _is_right(scores: Sequence[float], wanted: Sequence[bool]) -> bool:
    return bool(wanted[int(np.argmax(scores))])


def _refuse_too_few(taxonomies: Sequence[Taxonomy]) -> None:
    leaves = sum(len(taxonomy.leaves) for taxonomy in taxonomies if len(taxonomy) > 2)
    if leaves < _LEAST:
        what = f"only {leaves} of its names are leaves to learn from, and {_LEAST} are the least"
        raise TaxonomyFaulty([Fault("taxonomy", what, "too-small")])
