"""`knowloom taxonomy`: new concepts find their place in the ontology."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from knowloom.settings import Settings

if TYPE_CHECKING:
    from knowloom.models.encoders import Encoder
    from knowloom.taxonomy.tree import Taxonomy


@click.group()
def taxonomy() -> None:
    """Put new concepts in their place in the ontology."""


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
        data: folders of questions, files of trees in brackets.
        without: folders of questions whose names must not be learnt from.
        settings: lead to the stored ontology; None leaves it out.
    """
    from knowloom.evaluation.taxonomy_scores import plain
    from knowloom.session import knowledge_base
    from knowloom.taxonomy.questions import of_ontology, read_questions, read_trees

    asked = {plain(q.new.name) for folder in without for q in read_questions(folder)}
    found: list[Taxonomy] = []
    for path in data:
        if path.is_dir():
            found += {id(q.taxonomy): q.taxonomy for q in read_questions(path)}.values()
        else:
            found += read_trees(path)
    if settings is not None:
        with knowledge_base(settings) as kb:
            found.append(of_ontology(kb.ontology))
    left = [one.free_of({n for n in one.parents if plain(n) in asked}) for one in found]
    gone = sum(map(len, found)) - sum(map(len, left))
    return [one for one in left if len(one) > 2], gone
