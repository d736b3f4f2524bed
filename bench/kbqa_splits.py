"""Split question sets into parts to fit on and parts to report: `python bench/kbqa_splits.py OUT`.

MetaQA's development questions are split by their texts with the topic left out, so that no text
is in two parts; of the part to fit on, at most 2,000 pairs over all hops are kept. PathQuestion is
split by the path of relations, so that no path is in two parts, and separately at random. A part
is told by a hash alone: `questions/splits.json` holds what every run has to give.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from hashlib import blake2b
from pathlib import Path

from knowloom.kbqa.words import part_of

DATA = Path(os.environ.get("KNOWLOOM_DATA", Path.home() / ".cache" / "knowloom-data")) / "kbqa"
KNOWN = Path(__file__).parent / "questions/splits.json"
_FIT = 2_000
_TOPIC = re.compile(r"\[[^\]]*\]")
_MANY = 2**40

Parts = dict[str, list[str]]


def metaqa() -> dict[str, list[str]]:
    """Return MetaQA's lines by part: one to fit on, and two of each number of hops."""
    parts: Parts = defaultdict(list)
    fit: list[tuple[int, str]] = []
    for hops in ("1-hop", "2-hop", "3-hop"):
        for number, line in enumerate(_lines(DATA / f"metaqa/{hops}/dev.txt")):
            tenth = part_of(f"{hops} {_TOPIC.sub('[]', line.partition(chr(9))[0])}", 10)
            if tenth < 3:
                fit.append((part_of(f"{hops}-{number}", _MANY), line))
            else:
                parts[f"metaqa/{hops}/{'choose' if tenth < 5 else 'report'}.txt"].append(line)
    parts["metaqa/fit.txt"] = [line for _, line in sorted(fit)[:_FIT]]
    return dict(parts)


def path_question(name: str) -> Parts:
    """Return the lines of one of PathQuestion's files by part, split by path and at random."""
    lines = list(_lines(DATA / f"pathquestion/{name}.txt"))
    return {
        **_halves(f"pathquestion/{name}-by-path", lines, _relations),
        **_halves(f"pathquestion/{name}-random", lines, lambda line: line),
    }


def _halves(place: str, lines: Iterable[str], kept: Callable[[str], str]) -> Parts:
    """Return a fifth of the lines to report and the rest to fit on, what is `kept` in one part."""
    parts: Parts = {f"{place}/fit.txt": [], f"{place}/report.txt": []}
    for line in lines:
        part = "report" if part_of(kept(line), 5) == 0 else "fit"
        parts[f"{place}/{part}.txt"].append(line)
    return parts


def _relations(line: str) -> str:
    """Return the relations of a line's path: `subject#r1#e1#r2#answer#<end>#answer`."""
    return " ".join(line.split("\t")[2].split("#<end>", maxsplit=1)[0].split("#")[1::2])


def _lines(path: Path) -> Iterable[str]:
    return (line for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def told(parts: Parts) -> dict[str, str]:
    """Return how many lines each part holds, with a digest of them."""
    return {
        name: f"{len(lines)} {blake2b(chr(10).join(lines).encode(), digest_size=8).hexdigest()}"
        for name, lines in sorted(parts.items())
    }


def main(out: Path) -> int:
    """Write the parts; 1 when they are not those that are known."""
    parts = {**metaqa(), **path_question("PQ-2H"), **path_question("PQ-3H")}
    for name, lines in parts.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{name:<42}{len(lines):>7,}")
    if told(parts) != json.loads(KNOWN.read_text(encoding="utf-8")):
        print(f"these are not the parts of {KNOWN}: other data?", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
