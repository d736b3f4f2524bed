"""`knowloom train`: models from a user's own examples."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from knowloom.cli.connection import connection_options
from knowloom.cli.output import emit, json_option
from knowloom.errors import ExtraMissing
from knowloom.settings import Settings

_out = click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write.",
)


@click.group()
def train() -> None:
    """Train what learns from examples."""


@train.command()
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path))
@_out
@click.option(
    "--epochs",
    type=click.IntRange(1),
    help="How often each sentence is seen; 24 times unless said, 4 where there are many.",
)
@click.option("--seed", default=1, show_default=True, help="Of all chance.")
@click.option("--dry-run", is_flag=True, help="Say what would be learnt; train nothing.")
@json_option
def extract(
    data: tuple[Path, ...], out: Path, epochs: int | None, seed: int, dry_run: bool, as_json: bool
) -> None:
    """Train an extractor of entities and relations on annotated sentences.

    DATA are files of annotated sentences (see docs/training.md). Needs `knowloom[neural]` and no
    graphics card. The folder is used by its path: `knowloom extract --extractor FOLDER`.

    \b
    Example:
        knowloom train extract sentences.jsonl --out people
    """
    from knowloom.extract.annotated import read_annotated

    sentences = [sentence for path in data for sentence in read_annotated(path)]
    entities = sum(len(s.entities) for s in sentences)
    relations = sum(len(s.relations) for s in sentences)
    seen = f"{len(sentences):,} sentences, {entities:,} entities, {relations:,} relations"
    if dry_run:
        planned = {"sentences": len(sentences), "entities": entities, "relations": relations}
        emit(planned, as_json, [f"would learn from {seen}"])
        return
    try:
        from knowloom.training.extract import train as trained
    except ModuleNotFoundError as error:
        raise ExtraMissing("training an extractor", "neural") from error
    click.echo(seen, err=True)
    card = trained(sentences, out, epochs=epochs, seed=seed, told=_tell)
    lines = [f"{out}: {', '.join((*card.types, *card.relations))}"]
    emit({"folder": str(out), **asdict(card)}, as_json, lines)


@train.command()
@click.argument("data", nargs=-1, type=click.Path(path_type=Path, exists=True))
@_out
@click.option("--stored", is_flag=True, help="Also learn from the stored ontology.")
@click.option("--lexical", is_flag=True, help="Compare spellings only, without the encoder.")
@click.option(
    "--without",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="Questions or taxonomies; no name of theirs is learnt from. May be given several times.",
)
@click.option(
    "--base",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of a ranker that learnt elsewhere; this one builds on it, and holds a copy.",
)
@click.option("--seed", default=1, show_default=True, help="Of all chance.")
@click.option("--dry-run", is_flag=True, help="Say what would be learnt; train nothing.")
@connection_options
@json_option
def taxonomy(
    data: tuple[Path, ...],
    out: Path,
    stored: bool,
    lexical: bool,
    without: tuple[Path, ...],
    base: Path | None,
    seed: int,
    dry_run: bool,
    settings: Settings,
    as_json: bool,
) -> None:
    """Train a ranker that says which class a new one belongs below.

    DATA are taxonomies: class files, edges (.tsv), trees in brackets, folders of questions (see
    docs/taxonomy.md). What learns from DATA is meant for other taxonomies too; what learns from
    --stored alone for that one. Needs `knowloom[ranking]`, and `knowloom[neural]` unless
    --lexical.

    \b
    Examples:
        knowloom train taxonomy --stored --out parents
        knowloom train taxonomy trees.ptb classes.py --out .knowloom/ranker
    """
    from knowloom.cli.taxonomy import chosen_encoder, taxonomies_in
    from knowloom.taxonomy.rank import load, save
    from knowloom.training.taxonomy import train as trained

    known, gone = taxonomies_in(data, without, settings if stored else None)
    names, leaves = sum(map(len, known)), sum(len(one.leaves) for one in known)
    seen = f"{len(known):,} taxonomies, {names:,} names, {leaves:,} leaves"
    if gone:
        seen += f"; {gone:,} names were taken out first"
    if dry_run:
        planned = {"taxonomies": len(known), "names": names, "leaves": leaves, "taken_out": gone}
        emit(planned, as_json, [f"would learn from {seen}"])
        return
    click.echo(seen, err=True)
    encoder = chosen_encoder(settings, lexical=lexical)
    ranker = trained(
        known,
        encoder,
        elsewhere=bool(data),
        base=load(base, encoder.name) if base else None,
        seed=seed,
        told=lambda text: click.echo(text, err=True),
    )
    card = save(ranker, out)
    right = card.figures.get("accuracy_on_held_out")
    shown = "nothing was held out: too few names, or one taxonomy alone"
    if right is not None:
        shown = f"{right:.1%} of held-out names are right"
    emit({"folder": str(out), **asdict(card)}, as_json, [f"{out}: {shown}"])


@train.command()
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@_out
@click.option("--epochs", default=18, show_default=True, help="How often each question is seen.")
@click.option("--seed", default=1, show_default=True, help="Of all chance.")
@click.option(
    "--limit", type=int, help="Only so many questions of each file, by a hash of the id."
)
@click.option("--dry-run", is_flag=True, help="Say what would be learnt; train nothing.")
@connection_options
@json_option
def kbqa(
    data: tuple[Path, ...],
    out: Path,
    epochs: int,
    seed: int,
    limit: int | None,
    dry_run: bool,
    settings: Settings,
    as_json: bool,
) -> None:
    """Train the ranker of paths on questions about the graph, with their answers.

    DATA are files as of `knowloom evaluate kbqa`. Needs `knowloom[neural,ranking]`. The folder is
    used by its path: `knowloom evaluate kbqa --model FOLDER`.

    \b
    Example:
        knowloom train kbqa WebQSP.train.json --out ranker
    """
    from knowloom.judging import lessons, wanted
    from knowloom.session import open_database

    with open_database(settings) as database:
        questions = [q for path in data for q in wanted(database, path, None, limit)]
        if dry_run:
            planned = {"questions": len(questions)}
            emit(planned, as_json, [f"would learn from {len(questions):,} questions"])
            return
        try:
            from knowloom.kbqa.neural.ranker import save_ranker
            from knowloom.training.kbqa import train as trained
        except ModuleNotFoundError as error:
            raise ExtraMissing("training a ranker", "neural") from error
        taught = lessons(database, questions)
    ranker = trained(
        taught, epochs=epochs, seed=seed, told=lambda line: click.echo(line, err=True)
    )
    save_ranker(out, ranker)
    body = {"folder": str(out), "questions": ranker.card.questions, **ranker.card.figures}
    emit(body, as_json, [f"{out}: {ranker.card.questions:,} questions"])


def _tell(epoch: int, loss: float) -> None:
    click.echo(f"epoch {epoch}: loss {loss:.3f}", err=True)
