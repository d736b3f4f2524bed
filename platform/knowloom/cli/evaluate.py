"""`knowloom evaluate`: honest numbers."""

from __future__ import annotations

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

    Several files are data sets of their own. Published figures stand beside ours where sentences
    and annotation are the same.

    \b
    Example:
        knowloom evaluate extract test.jsonl --extractor people
    """
    from knowloom.evaluation.extraction import Together, measured
    from knowloom.extract.annotated import read_annotated
    from knowloom.extractors import extractor_for
    from knowloom.models.metered import Spent

    spent = Spent()
    read = {path.name: read_annotated(path) for path in data}
    with extractor_for(name, settings, spent) as extractor:
        parts = [measured(extractor, file, sentences, spent) for file, sentences in read.items()]
    together = Together(tuple(parts))
    text = "\n".join(part.as_markdown() for part in parts)
    if len(parts) > 1:
        text += f"\n## Together\n\n{together.as_markdown()}"
    if markdown is not None:
        markdown.write_text(text, encoding="utf-8")
    body = {"sets": [part.as_json() for part in parts], "together": together.as_json()}
    emit(body, as_json, [text])
