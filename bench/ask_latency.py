"""How long an answer takes on the graph that is stored, by the default and by words alone.

    python bench/ask_latency.py [--questions 200]

Reads the database of the settings, which holds things with names, and asks about as many of them,
drawn at random, in words that people use for relations which graphs often have; whether such a
thing has the relation does not matter to the time. Twenty questions come first and do not count.
Needs knowloom[neural].
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import time
from collections.abc import Sequence

from knowloom.asking import Asker
from knowloom.pathfinding import PlainRanker
from knowloom.session import open_database
from knowloom.store.database import Database
from knowloom.training.phrases import relations

_WARM = 20
_IT = re.compile(r"\bit\b")
NAMED = """
MATCH (n) WHERE n.name IS :: STRING NOT NULL AND NOT n:_Concept
WITH n LIMIT 200000
RETURN n.name AS name, count { (n)--() } AS links ORDER BY name
"""


def main() -> None:
    """Ask with each ranker, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--questions", type=int, default=200)
    count = parser.parse_args().questions
    with open_database() as database:
        pairs = _pairs(database, _WARM + count)
        plain = _seconds(Asker(database, ranker=PlainRanker()), pairs)
        meant = _seconds(Asker(database), pairs)
    for name, found in (("words only", plain), ("default", meant)):
        p95 = statistics.quantiles(found, n=20)[-1]
        print(
            f"{name:11} median {1000 * statistics.median(found):4.0f} ms, p95 {1000 * p95:4.0f} ms"
        )
    ratio = statistics.median(meant) / statistics.median(plain)
    print(f"default / words only: {ratio:.2f}")


def _pairs(database: Database, count: int) -> list[tuple[str, str]]:
    """Return questions with their topics; a thing is drawn as often as it has links."""
    rows = [row for row in database.read(NAMED) if row["links"]]
    chance = random.Random(1)
    drawn = chance.choices(rows, [row["links"] for row in rows], k=count)
    asked = [text for one in relations() for text in (*one.asked, *one.asked_back)]
    names: list[str] = [row["name"] for row in drawn]
    return [(name.join(_IT.split(chance.choice(asked), 1)), name) for name in names]


def _seconds(asker: Asker, pairs: Sequence[tuple[str, str]]) -> list[float]:
    """Return how long each question took, the first ones left out."""
    found: list[float] = []
    for question, topic in pairs:
        started = time.perf_counter()
        asker.ask(question, topic=topic)
        found.append(time.perf_counter() - started)
    return found[_WARM:]


if __name__ == "__main__":
    main()
