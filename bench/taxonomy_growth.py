"""What placing names costs: one in a large ontology, and a thousand one after another.

    python bench/taxonomy_growth.py [--names 30572] [--grown 5000] [--more 1000] [--lexical]

The taxonomy is made up (`bench/made_taxonomy.py`), its seed fixed. Baselines of the same run: one
product of all vectors with one vector, which every search by meaning needs, beside a placement;
the first tenth of the additions beside the last. Times are those of the clock, and in brackets of
the processor: where others use the machine, only the latter say something.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory

import networkx as nx
from made_taxonomy import world

from knowloom.models.encoders import Encoder, Kept, Spelling, encoder_here
from knowloom.taxonomy.grow import Growing
from knowloom.taxonomy.index import BOTH, Index, entries
from knowloom.taxonomy.place import place
from knowloom.taxonomy.questions import New
from knowloom.taxonomy.rank import Ranker
from knowloom.taxonomy.tree import Taxonomy
from knowloom.training.taxonomy import known_of, train

_PLACED = 50


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long something took."""
    started, worked = time.perf_counter(), time.process_time()
    yield
    clock, work = time.perf_counter() - started, time.process_time() - worked
    print(f"{what}: {clock:,.1f} s ({work:,.1f} s)")


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(started: tuple[float, float]) -> tuple[float, float]:
    """Return the seconds since then, of the clock and of the processor."""
    clock, work = _now()
    return clock - started[0], work - started[1]


def news(count: int, seed: int) -> list[New]:
    """Return names that are new to every made-up taxonomy of another seed."""
    made = world(count + 1, seed)
    return [New(f"{name} new", made.definitions[name]) for name in list(made.parents)[1:]]


def latency(size: int, encoder: Encoder, ranker: Ranker) -> None:
    """Print what placing one name in a large taxonomy takes."""
    tree = world(size, 2)
    with timed(f"encoding {size:,} names and definitions, first time"):
        known_of(tree, encoder)
    with timed("the same from the cache, and the index"):
        at = Index(tree, known_of(tree, encoder))
    asked = entries(news(_PLACED, 5), encoder)
    place(at, asked[0], ranker)
    placed: list[tuple[float, float]] = []
    product: list[float] = []
    for entry in asked:
        started = _now()
        place(at, entry, ranker)
        placed.append(_since(started))
        started = _now()
        at.vectors(BOTH) @ entry.vectors[BOTH]
        product.append(_since(started)[1])
    clock, work = (statistics.median(some) for some in zip(*placed, strict=True))
    most = sorted(work for _, work in placed)[int(0.95 * len(placed))]
    print(
        f"one name in {size:,}, median: {1000 * clock:.0f} ms ({1000 * work:.0f} ms; "
        f"95 % in {1000 * most:.0f} ms), {work / statistics.median(product):.0f} times one "
        "product of vectors"
    )


def growth(size: int, more: int, encoder: Encoder, ranker: Ranker) -> str:
    """Print what the first and the last additions take; return a digest of the outcome."""
    tree = world(size, 3)
    growing = Growing(tree, Index(tree, known_of(tree, encoder)))
    seconds: list[float] = []
    for entry in entries(news(more, 6), encoder):
        started = _now()
        growing.take(place(growing.index, entry, ranker, growing.aliases), entry)
        seconds.append(_since(started)[1])
        valid(growing.taxonomy, entry.new.name)
    part = max(1, more // 10)
    first, last = (statistics.median(some) for some in (seconds[:part], seconds[-part:]))
    print(
        f"{more:,} names into {size:,}, medians: ({1000 * first:.1f} ms) for each of the first "
        f"{part}, ({1000 * last:.1f} ms) for the last, {last / first:.2f} times"
    )
    assert nx.is_directed_acyclic_graph(growing.taxonomy.graph)
    return blake2b(repr(dict(growing.taxonomy.parents)).encode(), digest_size=8).hexdigest()


def valid(tree: Taxonomy, name: str) -> None:
    """Check that a new name hangs from a root and from nothing below it."""
    assert name not in tree or (
        tree.lineage(name)[-1] in tree.roots and not set(tree.above(name)) - set(tree.parents)
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What placing names costs.")
    parser.add_argument("--names", type=int, default=30_572, help="of the large taxonomy")
    parser.add_argument("--grown", type=int, default=5_000, help="of the one that grows")
    parser.add_argument("--more", type=int, default=1_000, help="names that it takes")
    parser.add_argument("--lexical", action="store_true", help="compare spellings only")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        plain = Spelling() if given.lexical else encoder_here()
        encoder = Kept(plain, Path(folder) / "vectors.sqlite")
        print(f"encoder: {encoder.name}")
        ranker = train([world(300, 4)], encoder)
        latency(given.names, encoder, ranker)
        digests = {growth(given.grown, given.more, encoder, ranker) for _ in range(2)}
        print("the same again: the same" if len(digests) == 1 else "the same again: NOT the same")
        with timed("training on 1,250 names, encoding included"):
            train([world(1_250, 4)], encoder)
        encoder.close()


if __name__ == "__main__":
    main()
