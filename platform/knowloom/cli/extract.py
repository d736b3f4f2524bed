"""`knowloom extract`: documents become typed objects."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from knowloom.cli.afterwards import refreshing
from knowloom.cli.connection import connection_options
from knowloom.cli.output import counted, emit, json_option, look_at, progress
from knowloom.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from knowloom.browser.place import BrowserPlace
    from knowloom.extracting import DocumentReport
    from knowloom.models.metered import Spent

_FAULTS_SHOWN = 10


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--extractor",
    "name",
    default="rules",
    show_default=True,
    help="rules (the next two together), gazetteer, patterns or model.",
)
@click.option("--keep-apart", is_flag=True, help="Do not join things by their names.")
@click.option("--again", is_flag=True, help="Also extract documents that did not change.")
@click.option("--allow-rejects", default=0, metavar="N", help="Exit 0 with up to N rejects.")
@click.option("--dry-run", is_flag=True, help="Say what would be found; write nothing.")
@connection_options
@json_option
@click.pass_context
@refreshing
def extract(
    ctx: click.Context,
    paths: tuple[Path, ...],
    name: str,
    keep_apart: bool,
    again: bool,
    allow_rejects: int,
    dry_run: bool,
    settings: Settings,
    as_json: bool,
) -> None:
    """Read documents (PDF, Word, HTML, Markdown, text) and write the objects they speak of.

    Nothing is sent anywhere unless the extractor is a model's. What did not change is passed
    over; ended at any moment, the same command goes on where it was.

    \b
    Examples:
        knowloom extract reports/
        knowloom extract paper.pdf --dry-run --json
        knowloom extract notes.md --extractor model
    """
    from knowloom.browser.place import browser_place
    from knowloom.extracting import extract as extracted
    from knowloom.extracting import size_of
    from knowloom.extractors import extractor_named
    from knowloom.models.metered import Spent
    from knowloom.sandbox.chosen import tier_of
    from knowloom.session import knowledge_base

    spent, seen = Spent(), _Seen()
    bar = progress("extracting (bytes)", size_of(paths), lambda: seen.text(spent))
    with knowledge_base(settings) as kb, bar as advance:
        for report in extracted(
            kb,
            paths,
            extractor_named(name, kb, settings, spent),
            same_name=not keep_apart,
            again=again,
            dry_run=dry_run,
            tier=tier_of(settings),
            advance=advance,
            chunked=seen.chunked,
        ):
            seen.reports.append(report)
        reports = seen.reports
        place = browser_place(settings, kb.database)
    last = max((r.write.run for r in reports if r.write), default=0)
    data = {**_data(reports, place), "model": asdict(spent)}
    emit(data, as_json, [*_lines(reports, spent), *look_at(place.run(last))])
    rejected = sum(r.write.counts.rejected for r in reports if r.write)
    if any(r.faults for r in reports) or rejected > allow_rejects:
        ctx.exit(1)


@dataclass(slots=True)
class _Seen:
    """What is done at the moment."""

    reports: list[DocumentReport] = field(default_factory=list["DocumentReport"])
    chunks: int = 0

    def chunked(self, number: int) -> None:
        """Count chunks that are done."""
        self.chunks += number

    def text(self, spent: Spent) -> str:
        """Return it in words."""
        said = f"{counted(len(self.reports), 'document')}, {counted(self.chunks, 'chunk')}"
        if not spent.calls:
            return said
        tokens = spent.prompt_tokens + spent.completion_tokens
        return f"{said}, {counted(spent.calls, 'call')}, {counted(tokens, 'token')}"


def _data(reports: Sequence[DocumentReport], place: BrowserPlace) -> dict[str, Any]:
    """Return what happened, for a script."""
    return {
        "documents": [
            {
                "document": r.name,
                "unchanged": r.unchanged,
                "chunks": r.chunks,
                "findings": dict(r.findings),
                "dropped": dict(r.dropped),
                "faults": [asdict(fault) for fault in r.faults],
                "run": r.write.run if r.write else None,
                "browser": place.run(r.write.run if r.write else 0),
                "counts": asdict(r.write.counts) if r.write else None,
                "rejects": str(r.write.rejects_file) if r.write and r.write.rejects_file else None,
            }
            for r in reports
        ],
        "findings": dict(_sum(r.findings for r in reports)),
        "dropped": dict(_sum(r.dropped for r in reports)),
    }


def _lines(reports: Sequence[DocumentReport], spent: Spent) -> Iterator[str]:
    """Yield what happened, for a person."""
    for report in reports:
        yield _line(report)
        yield from (f"  row {r.row}: {r.reason}" for r in _rejects(report)[:3])
    faults = [fault for report in reports for fault in report.faults]
    yield from (f"{fault}" for fault in faults[:_FAULTS_SHOWN])
    if len(faults) > _FAULTS_SHOWN:
        yield f"… and {len(faults) - _FAULTS_SHOWN:,} more faults (all of them with --json)"
    yield f"found     {_counted(_sum(r.findings for r in reports))}"
    if dropped := _sum(r.dropped for r in reports):
        yield f"dropped   {_counted(dropped)}"
    if spent.calls:
        tokens = f"{spent.prompt_tokens:,} + {spent.completion_tokens:,} tokens"
        kept = f"{spent.cached:,} answers kept from before"
        yield f"asked     {spent.calls:,} times, {kept}, {tokens}"


def _line(report: DocumentReport) -> str:
    if report.unchanged:
        return f"{report.name}: unchanged"
    if not report.chunks:
        return f"{report.name}: not read"
    found = counted(report.findings.total(), "finding")
    said = f"{report.name}: {counted(report.chunks, 'chunk')}, {found}"
    if report.write is None:
        return said
    counts = report.write.counts
    rejected = f", {counts.rejected:,} rejected" if counts.rejected else ""
    return f"{said}, {counts.written:,} written, {counts.unchanged:,} unchanged{rejected}"


def _rejects(report: DocumentReport) -> list[Any]:
    return report.write.rejects if report.write else []


def _sum(counters: Any) -> Counter[str]:
    total: Counter[str] = Counter()
    for counter in counters:
        total.update(counter)
    return total


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counter.most_common()) or "nothing"
