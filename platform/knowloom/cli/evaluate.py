"""`knowloom evaluate`: honest numbers."""

from __future__ import annotations

import time
from pathlib import Path

import click

from knowloom.cli.connection import connection_options
from knowloom.cli.output import emit, json_option
from knowloom.settings import Settings


@click.group()
def evaluate() -> None:
    """Score what the program does on annotated data."""


@evaluate.command()
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--extractor", "name", required=True, help="A name, or the folder of a trained one.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Also write the tables here.")
@connection_options
@json_option
def extract(
    data: tuple[Path, ...], name: str, markdown: Path | None, settings: Settings, as_json: bool
) -> None:
    """Score an extractor on annotated sentences: span-based F1, micro, macro and per class.

    \b
    Example:
        knowloom evaluate extract test.jsonl --extractor people
    """
    from knowloom.evaluation.spans import scored
    from knowloom.extract.annotated import read_annotated
    from knowloom.extract.findings import Passage
    from knowloom.extractors import extractor_for

    sentences = [sentence for path in data for sentence in read_annotated(path)]
    with extractor_for(name, settings) as extractor:
        started = time.monotonic()
        extractions = list(extractor.extract([Passage(s.text) for s in sentences]))
        seconds = time.monotonic() - started
    report = scored(sentences, extractions)
    report.seconds = seconds
    text = report.as_markdown()
    if markdown is not None:
        markdown.write_text(text, encoding="utf-8")
    rate = f"{report.sentences:,} sentences, {report.sentences / seconds:,.0f} a second"
    emit(report.as_json(), as_json, [text, rate])
