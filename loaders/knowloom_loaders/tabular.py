"""What the loaders of tables share: a table and a mapping make statements."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from knowloom.errors import Fault, MappingError
from knowloom.knowledge.mapping import Mapping
from knowloom.knowledge.news import news
from knowloom.knowledge.plugins import News, Proposal, Sample, Share, Table, source_name
from knowloom.knowledge.propose import propose
from knowloom.knowledge.record import Reject, Statement
from knowloom.knowledge.rows import blocks, statements
from knowloom.ontology.concepts import Ontology

SAMPLED_ROWS = 1000


class Tabular(ABC):
    """A loader of tables; a format says only how its rows are read."""

    kind: str
    suffixes: tuple[str, ...]

    @abstractmethod
    def table(self, path: Path, columns: Sequence[str] = (), encoding: str = "") -> Table:
        """Return the table in a file.

        Args:
            path: the file.
            columns: those that are wanted; without any, all that can be found out quickly. A
                format whose files name their columns may give others as well.
            encoding: of text formats; empty to find it out.

        Raises:
            SourceError: the file cannot be read at all; also while the rows are read.
        """

    def sample(self, path: Path, limit: int = SAMPLED_ROWS) -> Sample:
        """Return the first rows of a file that can be read.

        Raises:
            SourceError: the file cannot be read at all.
        """
        table = self.table(path)
        rows = (row[1] for row in table.rows if not isinstance(row, Reject))
        return Sample(path.name, table.columns, tuple(islice(rows, limit)))

    def propose(self, path: Path, ontology: Ontology) -> Proposal:
        """Return how a file might be read; see `Loader.propose`."""
        return propose(self.sample(path), ontology)

    def statements(
        self, path: Path, *, ontology: Ontology, mapping: Mapping | None = None, source: str = ""
    ) -> Iterator[Statement]:
        """Yield what a file says; see `Loader.statements`."""
        mapping = mapping or self._proposed(path, ontology)
        columns = mapping.for_file(path.name).columns
        table = self.table(path, columns, mapping.encoding)
        name = source_name(path, mapping, source)
        yield from statements(table, mapping, ontology, source=name, file=path.name)

    def blocks(
        self, path: Path, *, ontology: Ontology, mapping: Mapping, source: str, share: Share
    ) -> Iterator[tuple[int, Iterable[Statement]]]:
        """Yield some blocks of what a file says; see `Divisible.blocks`."""
        columns = mapping.for_file(path.name).columns
        table = self.table(path, columns, mapping.encoding)
        name = source_name(path, mapping, source)
        return blocks(table, mapping, ontology, source=name, file=path.name, share=share)

    def news(
        self,
        path: Path,
        *,
        ontology: Ontology,
        mapping: Mapping,
        source: str,
        known: Container[bytes],
    ) -> Iterator[News]:
        """Yield what the rows of a file say, but for those known; see `Discerning.news`."""
        table = self.table(path, mapping.for_file(path.name).columns, mapping.encoding)
        name = source_name(path, mapping, source)
        return news(table, mapping, ontology, source=name, file=path.name, known=known)

    def _proposed(self, path: Path, ontology: Ontology) -> Mapping:
        """Return the mapping that is proposed, if the ontology has what it needs."""
        proposal = self.propose(path, ontology)
        if proposal.added:
            what = (
                "fits no class of the ontology: give a mapping, or load the ontology that is "
                "proposed for it first"
            )
            raise MappingError([Fault(path.name, what, "no-class")])
        return proposal.mapping
