"""`knowloom evaluate`: honest numbers."""

from __future__ import annotations

from pathlib import Path

import click
import orjson

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


@evaluate.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--ranker",
    default="own",
    show_default=True,
    help="own (learns from the taxonomy first), rules (untrained), or a trained one's folder.",
)
@click.option(
    "--elsewhere",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="Learn from this first, without any name of DATA: what learnt there only gets a row, and "
    "what learns from DATA builds on it. May be given several times; or the folder of a ranker "
    "that learnt so (train taxonomy --without DATA).",
)
@click.option("--held-out", is_flag=True, help="Ask for leaves of the existing taxonomy instead.")
@click.option("--seed", type=int, default=99, show_default=True, help="Draws these leaves.")
@click.option("--lexical", is_flag=True, help="Compare spellings only, without the encoder.")
@click.option(
    "--beside",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Stored answers to the same questions, for a paired test; may be given several times.",
)
@connection_options
@json_option
def taxonomy(
    data: Path,
    ranker: str,
    elsewhere: tuple[Path, ...],
    held_out: bool,
    seed: int,
    lexical: bool,
    beside: tuple[Path, ...],
    settings: Settings,
    as_json: bool,
) -> None:
    """Score the placing of new names in a taxonomy: accuracy, Wu & Palmer, ranks, calibration.

    DATA is a folder with questions (see docs/taxonomy.md). Choices are to be made with --held-out,
    so that the questions stay unseen; of a file with a taxonomy, leaves are asked for in any case.

    \b
    Examples:
        knowloom evaluate taxonomy semeval-sci --held-out
        knowloom evaluate taxonomy semeval-sci --held-out --seed 100
        knowloom evaluate taxonomy semeval-sci --beside gpt-4o.json
    """
    from knowloom.cli.taxonomy import chosen_encoder, taxonomies_in, taxonomies_of
    from knowloom.evaluation import taxonomy as harness
    from knowloom.taxonomy.baselines import Nearest, Overlap, Root
    from knowloom.taxonomy.questions import read_questions
    from knowloom.taxonomy.rank import CARD, Ranker, Rules, Scorer, load
    from knowloom.taxonomy.tree import Taxonomy
    from knowloom.training.taxonomy import train

    encoder = chosen_encoder(settings, lexical=lexical)
    base: Ranker | None = None
    if len(elsewhere) == 1 and (elsewhere[0] / CARD).is_file():
        base = load(elsewhere[0], encoder.name)
        base.name = "learnt elsewhere"
    elif elsewhere:
        taught, gone = taxonomies_in(elsewhere, [data], None)
        click.echo(f"{gone:,} names are left out: {data.name} has them too", err=True)
        base = train(taught, encoder, elsewhere=True)
        base.name = "learnt elsewhere"

    def scorers(known: list[Taxonomy]) -> list[Scorer]:
        if ranker != "own":
            first: Scorer = Rules() if ranker == "rules" else load(Path(ranker), encoder.name)
            return [first]
        return [train(known, encoder, base=base), *([base] if base else [])]

    if held_out or data.is_file():
        found = harness.held_out(taxonomies_of(data), encoder, scorers, seed=seed)
        made = harness.Compared(f"{data.name}, leaves held out", tuple(found))
    else:
        questions = read_questions(data)
        first = scorers(harness.taxonomies_of(questions))
        others = (Rules(), Nearest(), Overlap(), Root())
        found = harness.measured(questions, encoder, [*first, *others])
        stored = {path.name: harness.read_outputs(path, questions) for path in beside}
        made = harness.compared(data.name, questions, found, stored)
    emit({"encoder": encoder.name, **made.as_json()}, as_json, [made.as_markdown()])


@evaluate.command()
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--model", type=click.Path(path_type=Path), help="Folder of a trained ranker.")
@click.option("--graph", help="Of questions about several graphs, only those about this one.")
@click.option(
    "--limit", type=int, help="Only so many questions of each file, by a hash of the id."
)
@click.option("--out", type=click.Path(path_type=Path), help="Also write every question here.")
@connection_options
@json_option
def kbqa(
    data: tuple[Path, ...],
    model: Path | None,
    graph: str | None,
    limit: int | None,
    out: Path | None,
    settings: Settings,
    as_json: bool,
) -> None:
    """Score the answers to questions, by the metrics of several authors (docs/asking.md).

    DATA are WebQSP's official JSON, MetaQA's or PathQuestion's lines, or JSON Lines. The graph has
    to be loaded; it is only read.

    \b
    Example:
        knowloom evaluate kbqa dev_questions.jsonl --model ranker
    """
    from dataclasses import asdict

    from knowloom.asking import Asker
    from knowloom.cli.output import progress
    from knowloom.evaluation import kbqa_published
    from knowloom.evaluation.kbqa import evaluated, summary
    from knowloom.judging import answering, ranker_of, wanted
    from knowloom.session import open_database

    with open_database(settings) as database:
        asker = Asker(database, ranker=ranker_of(model))
        figures: dict[str, object] = {}
        lines: list[str] = []
        written: list[dict[str, object]] = []
        for path in data:
            questions = wanted(database, path, graph, limit)
            with progress(path.name, len(questions)) as advance:
                outcomes = evaluated(questions, answering(asker), advance)
            found, theirs = summary(outcomes), kbqa_published.beside(outcomes)
            figures[str(path)] = {**asdict(found), "published": theirs}
            lines += [str(path), *found.lines(), *kbqa_published.lines(theirs), ""]
            written += [outcome.as_json() for outcome in outcomes]
    if out is not None:
        out.write_bytes(b"".join(orjson.dumps(row, default=str) + b"\n" for row in written))
    emit(figures, as_json, lines)
