"""`knowloom taxonomy`: new concepts find their place in the ontology."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from knowloom.cli.afterwards import refreshing
from knowloom.cli.connection import connection_options
from knowloom.cli.output import emit, json_option, progress
from knowloom.settings import Settings

if TYPE_CHECKING:
    from knowloom.base import KnowledgeBase
    from knowloom.models.encoders import Encoder
    from knowloom.models.language_model import LanguageModel
    from knowloom.ontology.concepts import Ontology
    from knowloom.taxonomy.rank import Scorer
    from knowloom.taxonomy.tree import Taxonomy

_CLASSES = {".py", ".json", ".ttl", ".nt", ".rdf", ".owl"}


@click.group()
def taxonomy() -> None:
    """Put new concepts in their place in the ontology."""


@taxonomy.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True))
@click.option("--queued", is_flag=True, help="Place the classes that wait in the review queue.")
@click.option(
    "--ranker",
    default="",
    metavar="NAME",
    help="own (learns from the ontology first), rules (untrained), or a trained one's folder; "
    "when not given, the folder `ranker` of the workspace, else rules. own builds on that folder.",
)
@click.option("--model", is_flag=True, help="Let the language model of the settings choose.")
@click.option("--lexical", is_flag=True, help="Compare spellings only, without the encoder.")
@click.option("--accept-above", type=float, metavar="P", help="Accept what is as sure as this.")
@click.option("--dry-run", is_flag=True, help="Say where they would go; propose nothing.")
@connection_options
@json_option
@click.pass_context
@refreshing
def expand(
    ctx: click.Context,
    file: Path | None,
    queued: bool,
    ranker: str,
    model: bool,
    lexical: bool,
    accept_above: float | None,
    dry_run: bool,
    settings: Settings,
    as_json: bool,
) -> None:
    """Find the place of the new concepts in FILE, and put them into the review queue.

    FILE has a concept a line: JSON with `name` and `definition`, or both with a tab between. Each
    becomes another name of a class, a class below one or more, or one between a class and its
    subclasses. Nothing holds before it is accepted (`knowloom review`), or by --accept-above.

    \b
    Examples:
        knowloom taxonomy expand concepts.jsonl
        knowloom taxonomy expand --queued --dry-run
    """
    from knowloom.cli.review import accept_lines, accept_sure, decided, queued_lines, rows
    from knowloom.errors import Fault, UsageError
    from knowloom.session import knowledge_base

    if (file is None) is not queued:
        raise UsageError("name a file of concepts, or --queued, and not both")
    if queued and (model or accept_above is not None):
        raise UsageError("--queued changes places only: --model and --accept-above go with a FILE")
    encoder = chosen_encoder(settings, lexical=lexical)
    from knowloom.expanding import expand as expanded
    from knowloom.expanding import place_queued
    from knowloom.taxonomy.questions import read_news

    with knowledge_base(settings) as kb:
        faults: list[Fault] = []
        scorer = chosen_scorer(ranker, kb.ontology, encoder, settings)
        if file is None:
            done = place_queued(kb, encoder, scorer, dry_run=dry_run)
        else:
            news = read_news(file, faults)
            asked = _model(settings, kb) if model else None
            with progress("placed", len(news)) as advance:
                done = expanded(
                    kb, news, encoder, scorer, model=asked, dry_run=dry_run, advance=advance
                )
        faults += done.faults
        known = [f"{said}: a name of {name} already" for said, name in done.known.items()]
        proposed = queued_lines(done.proposals) if done.proposals or not known else []
        lines = [*proposed, *known, *map(str, faults)]
        data: dict[str, Any] = {"proposals": rows(done.proposals), "new": done.new}
        data["known"] = done.known
        if accept_above is not None and not dry_run:
            accepted = accept_sure(kb, done.proposals, accept_above)
            data["accepted"] = decided(accepted)
            lines += accept_lines(accepted)
    data["faults"] = [asdict(fault) for fault in faults]
    emit(data, as_json, lines)
    if faults:
        ctx.exit(1)


def chosen_scorer(name: str, ontology: Ontology, encoder: Encoder, settings: Settings) -> Scorer:
    """Return what judges candidates.

    Args:
        name: `own`, `rules`, a folder, or empty for the ranker of the workspace, if there is one.
        ontology: to learn from.
        encoder: that it has to fit.
        settings: name the workspace.
    """
    from knowloom.taxonomy.questions import of_ontology
    from knowloom.taxonomy.rank import LEAST, Rules, load

    if name == "rules":
        return Rules()
    if name not in {"", "own"}:
        return load(Path(name), encoder.name)
    known = of_ontology(ontology)
    default = Path(settings.workspace) / "ranker"
    base = load(default, encoder.name) if default.is_dir() else None
    if name == "own" and len(known.leaves) >= LEAST:
        from knowloom.training.taxonomy import train

        return train([known], encoder, base=base, told=lambda text: click.echo(text, err=True))
    if name == "own":
        click.echo(f"fewer than {LEAST} leaves teach little: they are left out", err=True)
    return base or Rules()


def _model(settings: Settings, kb: KnowledgeBase) -> LanguageModel:
    """Return the model of the settings, each question asked once."""
    from knowloom.models.cache import Cached
    from knowloom.models.named import model_named

    return Cached(model_named(settings), kb.workspace / "answers.sqlite")


def chosen_encoder(settings: Settings, *, lexical: bool) -> Encoder:
    """Return the encoder of names and definitions; its vectors are kept in the workspace."""
    from knowloom.errors import ExtraMissing

    try:
        from knowloom.models.encoders import Kept, Spelling, encoder_here
    except ModuleNotFoundError as error:
        raise ExtraMissing("placing concepts", "ranking") from error
    encoder = Spelling() if lexical else encoder_here()
    if encoder.name == Spelling.name and not lexical:
        click.echo("no encoder is installed (knowloom[neural]): spellings are compared", err=True)
    return Kept(encoder, Path(settings.workspace) / "vectors.sqlite")


def taxonomies_in(
    data: Sequence[Path], without: Sequence[Path], settings: Settings | None
) -> tuple[list[Taxonomy], int]:
    """Return the taxonomies of folders and files, and how many names were taken out of them.

    Args:
        data: see `taxonomies_of`.
        without: the same; none of their names, asked for or there already, is learnt from.
        settings: lead to the stored ontology; None leaves it out.
    """
    from knowloom.evaluation.taxonomy_scores import plain
    from knowloom.session import knowledge_base
    from knowloom.taxonomy.questions import of_ontology

    asked = {plain(name) for path in without for name in _names_in(path)}
    found = [one for path in data for one in taxonomies_of(path)]
    if settings is not None:
        with knowledge_base(settings) as kb:
            found.append(of_ontology(kb.ontology))
    left = [one.free_of({n for n in one.parents if plain(n) in asked}) for one in found]
    gone = sum(map(len, found)) - sum(map(len, left))
    return [one for one in left if len(one) > 2], gone


def taxonomies_of(path: Path) -> list[Taxonomy]:
    """Return the taxonomies of a folder of questions, or of a file.

    A file holds classes (`.py`, `.json`, RDF), edges (`.tsv`), or else trees in brackets.
    """
    from knowloom.evaluation import taxonomy as harness
    from knowloom.ontology.parse import read_ontology
    from knowloom.taxonomy.questions import of_ontology, read_edges, read_questions, read_trees

    if path.is_dir():
        return harness.taxonomies_of(read_questions(path))
    if path.suffix in _CLASSES:
        return [of_ontology(read_ontology(path))]
    return [read_edges(path)] if path.suffix == ".tsv" else read_trees(path)


def _names_in(path: Path) -> set[str]:
    from knowloom.taxonomy.questions import read_questions

    asked = {q.new.name for q in read_questions(path)} if path.is_dir() else set[str]()
    return asked.union(*(one.parents for one in taxonomies_of(path)))
