"""Reading for a bulk load: processes that each prepare a share of what the files of a source say.

A reader is `python -m knowloom.preparing`: it gets its task on its standard input, and writes the
blocks it has prepared to its standard output, one pickle after the other, None at the end.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from heapq import merge
from operator import attrgetter
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from knowloom.errors import KnowloomError
from knowloom.knowledge.mapping import Mapping as FileMapping
from knowloom.knowledge.plugins import Share, blocks_of, loader
from knowloom.knowledge.record import Statement
from knowloom.ontology.as_json import from_json, to_json
from knowloom.ontology.concepts import Ontology
from knowloom.store.prepare import Place, Prepared, Preparer
from knowloom.store.runs import Run

Files = Sequence[tuple[Path, FileMapping]]

_MOST_READERS = 4  # more than these one process cannot put together
_PIPE = 1 << 20  # bytes: about a block, so that a reader need not wait while others are heard


class _Task(NamedTuple):
    """What a reader has to do."""

    kind: str
    files: Files
    ontology: dict[str, Any]
    source: str
    run: int
    started: datetime
    share: Share


class _ReaderEnded(Exception):
    """A reader has ended before its end."""


def prepared(kind: str, files: Files, ontology: Ontology, run: Run) -> Iterator[Prepared]:
    """Yield what the files of a source say, in its order, prepared by as many readers as pay.

    Should a reader end early, for a fault in a file or for want of memory, the rest is read here.

    Args:
        kind: of the loader.
        files: each with its mapping.
        ontology: as stored.
        run: the run that they are loaded in.

    Raises:
        SourceError: a file cannot be read, or not any further.
        MappingError: a mapping does not fit its file.
    """
    last: Place = (-1, -1)
    try:
        with ExitStack() as readers:
            streams = [
                readers.enter_context(_Reader(kind, files, ontology, run, share))
                for share in _shares()
            ]
            for block in merge(*streams, key=attrgetter("place")):
                last = block.place
                yield block
    except _ReaderEnded:
        for block in _blocks(kind, files, ontology, run, Share()):
            if block.place > last:
                yield block


def statements_at(
    kind: str,
    files: Files,
    ontology: Ontology,
    source: str,
    places: Mapping[Place, Collection[int]],
) -> Iterator[Statement]:
    """Yield statements that were read before, by block and number in it."""
    chosen = loader(kind)
    for number, (path, mapping) in enumerate(files):
        if any(file == number for file, _ in places):
            for block, said in blocks_of(chosen, path, ontology, mapping, source, Share()):
                wanted = set(places.get((number, block), ()))
                yield from (each for i, each in enumerate(said) if i in wanted)


def _shares() -> list[Share]:
    """Return the shares of the readers that pay on this machine."""
    count = min(os.cpu_count() or 1, _MOST_READERS)
    return [Share(turn, count) for turn in range(count)]


def _blocks(
    kind: str, files: Files, ontology: Ontology, run: Run, share: Share
) -> Iterator[Prepared]:
    """Yield a share of what files say, prepared."""
    chosen, preparer = loader(kind), Preparer(ontology, run)
    for number, (path, mapping) in enumerate(files):
        for block, said in blocks_of(chosen, path, ontology, mapping, run.source, share):
            yield preparer.block((number, block), said)


class _Reader:
    """A process that prepares a share; iterating gives its blocks."""

    def __init__(
        self, kind: str, files: Files, ontology: Ontology, run: Run, share: Share
    ) -> None:
        task = _Task(kind, files, to_json(ontology), run.source, run.id, run.started, share)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "knowloom.preparing"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pipesize=_PIPE,
        )
        try:
            with cast(IO[bytes], self._process.stdin) as inwards:
                pickle.dump(task, inwards)
        except BrokenPipeError:
            pass  # it has ended, as reading from it will show

    def __enter__(self) -> _Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        cast(IO[bytes], self._process.stdout).close()
        self._process.wait()

    def __iter__(self) -> Iterator[Prepared]:
        said = cast(IO[bytes], self._process.stdout)
        try:
            while (block := cast("Prepared | None", pickle.load(said))) is not None:
                yield block
        except (EOFError, pickle.UnpicklingError):
            raise _ReaderEnded from None


def main() -> None:
    """Be a reader."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it ends it
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    gc.disable()  # a block makes no cycles, and looking for some takes longer than making it
    with os.fdopen(os.dup(1), "wb", _PIPE) as outwards:
        os.dup2(2, 1)  # what a loader prints is no block
        task: _Task = pickle.load(sys.stdin.buffer)
        run = Run(task.source, "", task.started, task.run)
        try:
            ontology = from_json(task.ontology)
            for block in _blocks(task.kind, task.files, ontology, run, task.share):
                pickle.dump(block, outwards, protocol=pickle.HIGHEST_PROTOCOL)
                outwards.flush()
            pickle.dump(None, outwards)
        except KnowloomError:
            sys.exit(1)  # who started it meets the same


if __name__ == "__main__":
    main()
