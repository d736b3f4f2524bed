"""How commands speak: tables for people, one JSON document for scripts, progress on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click
import orjson

if TYPE_CHECKING:
    from pathlib import Path

    from knowloom.knowledge.record import Reject

_SHOWN_REJECTS = 5
AT_MOST = click.IntRange(1, 2**31 - 1)
"""How many of something are shown or read."""
# What data may hold, and a terminal would obey: it is shown, as Python writes it.
_CONTROLS = {n: f"\\x{n:02x}" for n in (*range(32), *range(127, 160)) if chr(n) not in "\t\n"}
F = TypeVar("F", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def emit(data: Any, as_json: bool, lines: Iterable[str] = ()) -> None:
    """Print `data` as JSON when asked, else `lines` for a person."""
    if as_json:
        text = orjson.dumps(data, option=orjson.OPT_INDENT_2, default=str)
        click.echo(text.decode())
        return
    for line in lines:
        click.echo(line.translate(_CONTROLS))


def look_at(link: str) -> list[str]:
    """Return the lines that lead a person to Neo4j Browser.

    There are none without a link, and none where a program reads: with `--json` it has the link.
    """
    return ["", f"Look at it: {link}"] if link and sys.stdout.isatty() else []


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return the lines of a plain table with aligned columns."""
    from io import StringIO

    from rich.console import Console
    from rich.table import Table

    drawn = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        drawn.add_row(*("" if cell is None else str(cell) for cell in row))
    page = StringIO()
    Console(file=page, width=160, highlight=False, markup=False).print(drawn)
    return [line.rstrip() for line in page.getvalue().splitlines()]


def reject_lines(first: Sequence[Reject], rejected: int, file: Path | None) -> Iterator[str]:
    """Yield the first rejects, how many more there are, and where all of them are listed."""
    shown = first[:_SHOWN_REJECTS]
    yield from (f"  row {reject.row}: {reject.reason}" for reject in shown)
    if rejected > len(shown):
        yield f"  … and {rejected - len(shown):,} more"
    if file:
        yield f"  all rejects with their reasons: {file}"


def counted(number: int, noun: str) -> str:
    """Return a number of things in words.

    >>> counted(1, "chunk"), counted(2000, "chunk")
    ('1 chunk', '2,000 chunks')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


@contextmanager
def progress(
    title: str, total: int | None = None, about: Callable[[], str] = str
) -> Generator[Callable[[int], None]]:
    """Yield a function to call with every number of finished items.

    On a terminal it draws a bar with rate and remaining time; else it writes a line to stderr
    every ten seconds.

    Args:
        title: what is being done.
        total: how many items there are; None when nobody knows.
        about: returns what else is to be said at the moment.
    """
    if sys.stderr.isatty():
        with _bar(title, total, about) as advance:
            yield advance
        return
    yield _Lines(title, total, about)


@contextmanager
def _bar(
    title: str, total: int | None, about: Callable[[], str]
) -> Generator[Callable[[int], None]]:
    """Yield a function that moves a drawn bar."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.speed:,.0f}/s" if total else ""),
        TimeRemainingColumn(),
        TextColumn("{task.fields[about]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total, about="")
        yield lambda done: bar.update(task, advance=done, about=about())


class _Lines:
    """Writes a line about the progress now and then."""

    def __init__(self, title: str, total: int | None, about: Callable[[], str]) -> None:
        from time import monotonic

        self._about = about

        self._title = title
        self._total = f" of {total:,}" if total else ""
        self._clock = monotonic
        self._started = self._said = monotonic()
        self._done = 0

    def __call__(self, done: int) -> None:
        self._done += done
        now = self._clock()
        if now - self._said >= 10:
            self._said = now
            rate = self._done / (now - self._started)
            said = f"{self._title}: {self._done:,}{self._total}, {rate:,.0f}/s"
            click.echo(f"{said} {self._about()}".rstrip(), err=True)
