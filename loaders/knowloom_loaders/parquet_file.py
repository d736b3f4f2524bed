"""Parquet files, read by DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from knowloom.errors import SourceError
from knowloom.knowledge.plugins import Row, Table
from knowloom.knowledge.record import Reject
from knowloom_loaders.paths import picker
from knowloom_loaders.tabular import Tabular

if TYPE_CHECKING:
    import duckdb

_BATCH = 5_000
# What Python receives as a type of its own that no attribute holds; its text says the same.
_AS_TEXT = ("DECIMAL", "UUID", "TIME", "INTERVAL", "ENUM", "HUGEINT", "UHUGEINT")


class ParquetLoader(Tabular):
    """Reads Parquet files; a row's place is its number."""

    kind = "parquet"
    suffixes = (".parquet", ".pq")

    def table(self, path: Path, columns: Sequence[str] = (), encoding: str = "") -> Table:
        """Return the table in a file; see `Tabular.table`."""
        read = _read(path, columns)
        names = cast(tuple[str, ...], next(read))
        return Table(names, cast(Iterator[Row | Reject], read))


def _read(path: Path, wanted: Sequence[str]) -> Iterator[tuple[str, ...] | Row]:
    """Yield the names of the columns and then every row.

    Raises:
        SourceError: it is no Parquet file, or a damaged one.
    """
    import duckdb

    try:
        path.open("rb").close()
        with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
            source = connection.read_parquet(_literal(path), hive_partitioning=False)
            names, nested = _needed(source.columns, wanted)
            yield tuple(wanted) if nested else names
            rows = _rows(source.project(_selected(source, names)))
            pick = picker(wanted)
            for number, cells in enumerate(rows, 1):
                yield number, pick(dict(zip(names, cells, strict=True))) if nested else cells
    except OSError as error:
        raise SourceError(path, error.strerror or str(error)) from error
    except duckdb.Error as error:
        raise SourceError(path, str(error).splitlines()[0]) from error


def _needed(columns: Sequence[str], wanted: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """Return the columns that hold those wanted, and whether some of these lie deeper.

    A path such as `address.city` is in its column `address`. Where a wanted one is in no column,
    all columns are returned, for the mapping to complain.
    """
    held = {name if name in columns else name.split(".")[0] for name in wanted}
    if not held or not held <= set(columns):
        return tuple(columns), False
    return tuple(name for name in columns if name in held), not set(wanted) <= set(columns)


def _rows(source: duckdb.DuckDBPyRelation) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a relation, a batch in memory at a time."""
    while batch := source.fetchmany(_BATCH):
        yield from batch


def _selected(source: duckdb.DuckDBPyRelation, names: Sequence[str]) -> str:
    """Return the list of columns for SQL, some of them as text."""
    types = dict(zip(source.columns, map(str, source.types), strict=True))
    return ", ".join(
        f"CAST({_quoted(n)} AS VARCHAR)" if types[n].startswith(_AS_TEXT) else _quoted(n)
        for n in names
    )


def _quoted(name: str) -> str:
    """Return the name of a column for SQL."""
    return '"' + name.replace('"', '""') + '"'


def _literal(path: Path) -> str:
    """Return a path in which no character stands for others."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path))
