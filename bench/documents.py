"""Reading and chunking documents: megabytes per second and memory, from the file to the chunks.

    python bench/documents.py [--megabytes 200] [--pages 500]

Each document is made in a temporary folder and read by a fresh process, whose highest memory is
printed with that of the process that parses for it.
Measured on one of two cores of a shared machine (Python 3.11); "apart" is the process that parses
for us. The Word file packs to nothing, as its sentences repeat.

    document                         MB      s   MB/s   chunks  MB held MB apart
    200 MB of text.txt            200.3   16.9   11.9   180682       25        0
    50 MB in Chinese.txt           50.3    6.0    8.4    15211       23        0
    500 pages.pdf                   4.7    1.2    4.0     1834       26       29
    3,000 paragraphs.docx           0.0    0.3    0.1     1652       31       20
    2 MB page.html                  2.5    0.3    7.2     2206       31       33
    2 MB.md                         2.4    0.4    6.2     2199       31       41
"""

# ruff: noqa: RUF001 - full-width marks are what Chinese sentences end with

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from scripts.document_writers import pdf, word

SENTENCES = (
    "Geoffrey Hinton received his doctorate from the University of Edinburgh in 1978.",
    "In 1987 G. Hinton moved to the University of Toronto, where he has taught since.",
    "The award, which is given each year, e.g. in 2018, is presented by the ACM.",
    "“What is learned,” she asked, “when nobody says what is right?”",
    "It appeared in Vol. 323, No. 6088 of the journal, on pp. 533-536.",
    "Afterwards nothing much happened for a decade or two, as far as the sources say.",
)
CHINESE = ("他在多伦多大学工作。", "“它可以用！”他说。", "1947年生于伦敦；后来去了爱丁堡。")
CHANCE = random.Random(7)
COLUMNS = "{:<28} {:>6} {:>6} {:>6} {:>8} {:>8} {:>8}"


def main() -> None:
    """Make each document, read it in a process of its own, and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=200, help="size of the plain text")
    parser.add_argument("--pages", type=int, default=500, help="of the PDF")
    parser.add_argument("--read", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.read:
        print(*measured(Path(arguments.read)))
        return
    print(COLUMNS.format("document", "MB", "s", "MB/s", "chunks", "MB held", "MB apart"))
    with tempfile.TemporaryDirectory() as folder:
        for name, make in documents(arguments.megabytes, arguments.pages).items():
            path = Path(folder, name)
            make(path)
            report(path)
            path.unlink()


def documents(megabytes: int, pages: int) -> dict[str, Callable[[Path], None]]:
    """Return what makes each document."""
    lines = [paragraph()[:90] for _ in range(48)]
    return {
        f"{megabytes} MB of text.txt": lambda path: write_text(path, megabytes, paragraph),
        f"{megabytes // 4} MB in Chinese.txt": lambda path: write_text(
            path, megabytes // 4, lambda: "".join(CHANCE.choices(CHINESE, k=12))
        ),
        f"{pages} pages.pdf": lambda path: write(path, pdf([lines] * pages)),
        "3,000 paragraphs.docx": lambda path: write(
            path, word([paragraph() for _ in range(3_000)])
        ),
        "2 MB page.html": lambda path: write_text(path, 2, lambda: f"<p>{paragraph()}</p>"),
        "2 MB.md": lambda path: write_text(path, 2, paragraph),
    }


def paragraph() -> str:
    """Return a paragraph of some 600 characters, each another."""
    return " ".join(CHANCE.choices(SENTENCES, k=8))


def write(path: Path, content: bytes) -> None:
    """Write a file."""
    path.write_bytes(content)


def write_text(path: Path, megabytes: int, part: Callable[[], str]) -> None:
    """Write paragraphs until the file is as large as asked."""
    parts = [part() for _ in range(1_000)]
    with path.open("w", encoding="utf-8") as file:
        while file.tell() < megabytes * 1_000_000:
            CHANCE.shuffle(parts)
            file.write("\n\n".join(parts) + "\n\n")


def report(path: Path) -> None:
    """Read a document in a fresh process and print a line about it."""
    command = [sys.executable, __file__, "--read", str(path)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, chunks, held, apart = map(float, ran.stdout.split())
    size = path.stat().st_size / 1e6
    numbers = (f"{size:.1f}", f"{seconds:.1f}", f"{size / seconds:.1f}", f"{chunks:.0f}")
    print(COLUMNS.format(path.name, *numbers, f"{held:.0f}", f"{apart:.0f}"), flush=True)


def measured(path: Path) -> tuple[float, int, float, float]:
    """Return seconds, chunks, and the megabytes that this process and its readers held at most."""
    from knowloom.documents.chunks import chunks
    from knowloom.documents.read import read

    began = time.perf_counter()
    count = sum(1 for _ in chunks(read(path).sections))
    seconds = time.perf_counter() - began
    held, apart = (
        resource.getrusage(who).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return seconds, count, held, apart


if __name__ == "__main__":
    main()
