"""Loaders: what reads a kind of source, and how one is found by its name.

A package offers a loader under the entry point group `knowloom.loaders`; the name there is the
KIND of `knowloom load KIND PATH…`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar, runtime_checkable

from knowloom.errors import UnknownLoader
from knowloom.knowledge.mapping import Mapping
from knowloom.knowledge.record import Reject, Statement
from knowloom.ontology.concepts import Ontology

ENTRY_POINTS = "knowloom.loaders"
BLOCK = 5_000  # rows of a table, or statements

T = TypeVar("T")

Row = tuple[int, Sequence[object]]


class Table(NamedTuple):
    """What a tabular source holds.

    Args:
        columns: their names as the source writes them; not always distinct.
        rows: each with its place in the source (the line it begins in, or its number, counted
            from 1) and one cell a column; None for a cell that is not there. What cannot be read
            as a row is a `Reject` in its place.
        blocks: the same rows, to be consumed in their place, where a block that nobody iterates
            over costs less than its rows; see also `Lines`.
    """

    columns: tuple[str, ...]
    rows: Iterator[Row | Reject]
    blocks: Iterator[Iterable[Row | Reject]] | None = None


@runtime_checkable
class Lines(Protocol):
    """A block of rows that are a line of text each: a line says what it said before."""

    @property
    def lines(self) -> Sequence[str]:
        """The lines, with their ends."""
        ...

    @property
    def form(self) -> str:
        """What decides besides its text what a line holds, such as what separates cells."""
        ...

    def rows_of(self, numbers: Sequence[int]) -> Iterator[Iterable[Row | Reject]]:
        """Yield what some lines hold, counted from 0: a row, why it is none, or nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a tabular source, to guess from.

    Args:
        name: of the file, with its ending.
        columns: as in `Table`.
        rows: the cells of the first rows.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[Sequence[object], ...]


class Proposal(NamedTuple):
    """How a source might be read, for a person to look at first.

    Args:
        mapping: what the source's parts mean; an empty one when it needs none.
        ontology: the ontology given, with the concepts that the source was found to need.
        added: the names of those concepts.
    """

    mapping: Mapping
    ontology: Ontology
    added: tuple[str, ...] = ()


class Share(NamedTuple):
    """A part of a file's work: of every `of` blocks the one with this number, counted from 0."""

    turn: int = 0
    of: int = 1


class News(NamedTuple):
    """What some rows of a source say.

    Args:
        marks: of all these rows.
        new: what each row says that is not known, behind its mark; rows that cannot be known
            again stand together behind an empty one.
    """

    marks: Sequence[bytes]
    new: Sequence[tuple[bytes, Iterable[Statement]]]


class Loader(Protocol):
    """Reads one kind of source into statements; a new one is a class and an entry point."""

    @property
    def kind(self) -> str:
        """The name of its entry point."""
        ...

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The endings of its files in lower case, such as `.csv`."""
        ...

    def propose(self, path: Path, ontology: Ontology) -> Proposal:
        """Return how a file might be read without being told.

        Raises:
            SourceError: the file cannot be read at all.
        """
        ...

    def statements(
        self, path: Path, *, ontology: Ontology, mapping: Mapping | None = None, source: str = ""
    ) -> Iterator[Statement]:
        """Yield what a file says, in its order and without holding it in memory.

        Args:
            path: the file.
            ontology: says what there is and how it is identified.
            mapping: what the parts of the file mean; None for what `propose` says of them.
            source: who says it; when empty the mapping's `source`, else the name of the file.

        Raises:
            SourceError: the file cannot be read at all, or not any further.
            MappingError: the mapping does not fit the file or the ontology.
        """
        ...


@runtime_checkable
class Divisible(Protocol):
    """A loader of which several processes can each take a share of the same file."""

    def blocks(
        self, path: Path, *, ontology: Ontology, mapping: Mapping, source: str, share: Share
    ) -> Iterator[tuple[int, Iterable[Statement]]]:
        """Yield the numbers and statements of some blocks of a file.

        The blocks of all shares, sorted by number, say what `Loader.statements` says, which also
        explains the arguments and errors.
        """
        ...


@runtime_checkable
class Discerning(Protocol):
    """A loader that knows rows again, so that of a source read before only the others are work."""

    def news(
        self,
        path: Path,
        *,
        ontology: Ontology,
        mapping: Mapping,
        source: str,
        known: Container[bytes],
    ) -> Iterator[News]:
        """Yield what the rows of a file say, but for those that are known.

        A mark is eight bytes, made of all that decides what a row says: its cells, the mapping,
        the ontology, the source, the name of the file. Where the row stands is not part of it.
        With nothing known this is what `Loader.statements` says, in its order; see there for the
        other arguments and the errors.
        """
        ...


def news_of(
    loader: Loader,
    path: Path,
    ontology: Ontology,
    mapping: Mapping,
    source: str,
    known: Container[bytes],
) -> Iterator[News]:
    """Yield what is new in a file; see `Discerning.news`.

    Of a loader that does not know rows again, all is new.
    """
    if isinstance(loader, Discerning):
        return loader.news(path, ontology=ontology, mapping=mapping, source=source, known=known)
    return all_new(loader.statements(path, ontology=ontology, mapping=mapping, source=source))


def all_new(said: Iterable[Statement]) -> Iterator[News]:
    """Yield statements as of rows that cannot be known again."""
    return (News((), [(b"", block)]) for block in in_blocks(said))


def blocks_of(
    loader: Loader, path: Path, ontology: Ontology, mapping: Mapping, source: str, share: Share
) -> Iterator[tuple[int, Iterable[Statement]]]:
    """Yield a share of what a file says; see `Divisible.blocks`.

    What a loader cannot divide is all in the first share.
    """
    if isinstance(loader, Divisible):
        return loader.blocks(path, ontology=ontology, mapping=mapping, source=source, share=share)
    said = loader.statements(path, ontology=ontology, mapping=mapping, source=source)
    return undivided(said, share)


def undivided(
    said: Iterable[Statement], share: Share
) -> Iterator[tuple[int, Iterable[Statement]]]:
    """Yield statements in blocks, all of them in the first share."""
    if share.turn == 0:
        yield from enumerate(in_blocks(said))


def in_blocks(items: Iterable[T]) -> Iterator[list[T]]:
    """Yield items in lists of as many as a block has."""
    remaining = iter(items)
    while block := list(islice(remaining, BLOCK)):
        yield block


def kinds() -> tuple[str, ...]:
    """Return the kinds of source that can be read here, in alphabetical order."""
    return tuple(sorted(entry_points(group=ENTRY_POINTS).names))


def loaders() -> dict[str, Loader]:
    """Return a loader for each kind of source that can be read here, in alphabetical order."""
    return {found.name: found.load()() for found in sorted(entry_points(group=ENTRY_POINTS))}


def loader(kind: str) -> Loader:
    """Return the loader for a kind of source.

    Raises:
        UnknownLoader: no installed package has one of this kind.
    """
    for found in entry_points(group=ENTRY_POINTS, name=kind):
        made: Loader = found.load()()
        return made
    raise UnknownLoader(kind, kinds())


def source_name(path: Path, mapping: Mapping, source: str = "") -> str:
    """Return the name under which a file's statements are kept; see `Loader.statements`."""
    return source or mapping.source or path.name
