"""The gazetteer: how much text it reads a second with many names, findings included.

python bench/gazetteer.py [--names 100000]
"""

from __future__ import annotations

import argparse
import random
import time

from knowloom.extract.findings import Passage
from knowloom.extract.gazetteer import Gazetteer, Name
from knowloom.ontology.concepts import Concept, Ontology

FILLER = "was seen by many in the old town and later "


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=100_000)
    options = parser.parse_args()
    chance = random.Random(1)
    names = [f"Person{i} Family{chance.randrange(5000)}" for i in range(options.names)]
    ontology = Ontology([Concept(name="Person")])
    started = time.perf_counter()
    gazetteer = Gazetteer(ontology, [Name(name, "Person") for name in names])
    next(gazetteer.extract([Passage("warm")]))
    print(f"{options.names:,} names: built in {time.perf_counter() - started:.2f} s")
    passages = [
        Passage(". ".join(f"{chance.choice(names)} {FILLER}" for _ in range(18)))
        for _ in range(3000)
    ]
    size = sum(len(passage.text) for passage in passages)
    started = time.perf_counter()
    found = sum(len(extraction.findings) for extraction in gazetteer.extract(passages))
    seconds = time.perf_counter() - started
    print(f"{size / 1e6:.1f} MB, {found:,} findings: {size / 1e6 / seconds:.1f} MB/s")


if __name__ == "__main__":
    main()
