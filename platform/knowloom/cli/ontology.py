"""`knowloom ontology`: check, load, show, compare, export, infer and undo ontologies."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from knowloom.browser.place import browser_place
from knowloom.cli.afterwards import refreshing
from knowloom.cli.connection import connection_options
from knowloom.cli.drawing import concept_lines, tree_lines
from knowloom.cli.output import emit, json_option, look_at
from knowloom.errors import Fault, OntologyError, UsageError
from knowloom.knowledge.plugins import Loader, kinds, loader
from knowloom.ontology.as_json import concept_to_json
from knowloom.ontology.concepts import Ontology
from knowloom.ontology.diff import Change
from knowloom.ontology.diff import diff as difference
from knowloom.ontology.parse import read_ontology
from knowloom.ontology.render import Style, render
from knowloom.session import open_database
from knowloom.settings import Settings
from knowloom.store import migrate
from knowloom.store import ontology as store
from knowloom.store.census import population
from knowloom.store.transition import Orphans

_MOST_NOTES = 40  # lines a person reads; --json has all

_files = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
_on_orphans = click.option(
    "--on-orphans",
    type=click.Choice([choice.value for choice in Orphans]),
    default=Orphans.REFUSE.value,
    show_default=True,
    help="What happens to stored data that the new ontology does not describe.",
)
_dry_run = click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")


@click.group()
def ontology() -> None:
    """Check, load, show, compare and undo ontologies."""


@ontology.command()
@_files
@json_option
@click.pass_context
def check(ctx: click.Context, files: tuple[Path, ...], as_json: bool) -> None:
    """Check ontology files without a database: structure, names, ranges, keys.

    Several files are one ontology. Exit code 1 when something is wrong.

    \b
    Example:
        knowloom ontology check people.py places.py
    """
    found: list[Fault] = []
    size = 0
    try:
        size = len(read_ontology(files))
    except OntologyError as error:
        found = list(error.faults)
    data = {
        "concepts": size,
        "faults": [{"where": f.where, "what": f.what, "code": f.code} for f in found],
    }
    emit(data, as_json, [str(f) for f in found] or [f"{size} concepts, nothing is wrong"])
    if found:
        ctx.exit(1)


@ontology.command()
@_files
@_on_orphans
@_dry_run
@connection_options
@json_option
@refreshing
def load(
    files: tuple[Path, ...], on_orphans: str, dry_run: bool, settings: Settings, as_json: bool
) -> None:
    """Make the concepts in FILES the stored ontology.

    Several files are one ontology, and concepts that they lack are removed. Instances follow: a
    class that moves or is renamed takes its instances along. What would leave stored data without
    a description is refused, with counts, unless --on-orphans says otherwise.

    \b
    Example:
        knowloom ontology load ontology.py --dry-run
        knowloom ontology load ontology.py
    """
    new = read_ontology(files)
    with open_database(settings) as database:
        if not dry_run:
            migrate.up(database, migrate.shipped())
        done = store.save(database, new, orphans=Orphans(on_orphans), dry_run=dry_run)
    _tell(done, as_json, dry_run=dry_run)


@ontology.command()
@click.argument("name", required=False)
@connection_options
@json_option
def show(name: str | None, settings: Settings, as_json: bool) -> None:
    """Show the stored hierarchy, or one concept with all its attributes.

    Numbers in brackets are instances, those of subclasses included.

    \b
    Example:
        knowloom ontology show
        knowloom ontology show Person
    """
    with open_database(settings) as database:
        stored = store.load(database)
        counts = population(database, stored)
        place = browser_place(settings, database)
    if name is None:
        rows = [
            {
                "name": c.name,
                "parents": c.parents,
                "instances": counts.get(c.name, 0),
                "browser": place.concept(c.name),
            }
            for c in stored
        ]
        link = place.concept("") if rows else ""
        emit(rows, as_json, () if as_json else [*tree_lines(stored, counts), *look_at(link)])
        return
    count = counts.get(stored[name].name, 0)
    link = place.concept(stored[name].name)
    data = {
        **concept_to_json(stored[name]),
        "ancestors": stored.ancestors(name),
        "all_attributes": list(stored.attributes(name)),
        "subclasses": stored.children(name),
        "instances": count,
        "browser": link,
    }
    lines = () if as_json else [*concept_lines(stored, name, count), *look_at(link)]
    emit(data, as_json, lines)


@ontology.command()
@_files
@connection_options
@json_option
def diff(files: tuple[Path, ...], settings: Settings, as_json: bool) -> None:
    """Show what FILES change about the stored ontology.

    What that would do to instances is told by `knowloom ontology load FILES --dry-run`.

    \b
    Example:
        knowloom ontology diff ontology.py
    """
    new = read_ontology(files)
    with open_database(settings) as database:
        change = difference(store.load(database), new)
    data = [{"where": n.where, "act": n.act.value, "what": n.what} for n in change.notes]
    emit(data, as_json, _notes(change))


@ontology.command()
@click.argument("names", nargs=-1)
@click.option(
    "--style",
    type=click.Choice([style.value for style in Style]),
    default=Style.ANNOTATED.value,
    show_default=True,
    help="How it is written; all but executable can be loaded again.",
)
@connection_options
@json_option
def export(names: tuple[str, ...], style: str, settings: Settings, as_json: bool) -> None:
    """Print the stored ontology, or NAMES with all they need, as a file.

    \b
    Example:
        knowloom ontology export > ontology.py
        knowloom ontology export Person --style knowcoder
    """
    with open_database(settings) as database:
        stored = store.load(database)
    text = render(stored, Style.JSON if as_json else Style(style), names or None)
    click.echo(text, nl=False)


@ontology.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--kind", help="The kind of source, as in `knowloom load`; else told by the ending.")
@connection_options
@json_option
def infer(paths: tuple[Path, ...], kind: str | None, settings: Settings, as_json: bool) -> None:
    """Propose an ontology for the data in PATHS, as a file to look over and then load.

    Without PATHS, for the graph in the database that knowloom did not lay out: a class for each
    label, bound to where its nodes are. Samples are read and nothing is written.

    \b
    Example:
        knowloom ontology infer facts.nt > ontology.py
        knowloom ontology infer people.csv works.csv
        knowloom ontology infer --uri bolt://localhost:7687 > ontology.py
    """
    proposed = Ontology()
    if not paths:
        from knowloom.store.infer import infer_bindings

        with open_database(settings) as database:
            proposed = infer_bindings(database)
    for path in paths:
        proposed = _reader(path, kind).propose(path, proposed).ontology
    click.echo(render(proposed, Style.JSON if as_json else Style.ANNOTATED), nl=False)


@ontology.command()
@click.argument("topic")
@click.option(
    "--from",
    "paths",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A document or folder; else all that was extracted before.",
)
@click.option("--model", is_flag=True, help="Ask the language model of the settings instead.")
@click.option("--most", default=20, show_default=True, help="How many classes at most.")
@click.option("--accept-above", type=float, metavar="P", help="Accept what is as sure as this.")
@_dry_run
@connection_options
@json_option
@click.pass_context
@refreshing
def propose(
    ctx: click.Context,
    topic: str,
    paths: tuple[Path, ...],
    model: bool,
    most: int,
    accept_above: float | None,
    dry_run: bool,
    settings: Settings,
    as_json: bool,
) -> None:
    """Propose classes for TOPIC, from documents or by a language model.

    They wait in the review queue (`knowloom review list`), and nothing enters the ontology unless
    it is accepted there, or by --accept-above.

    \b
    Examples:
        knowloom ontology propose "prizes in computing" --from reports/
        knowloom ontology propose "the career of Ada Lovelace" --model
    """
    from knowloom.cli.review import accept_lines, accept_sure, decided, queued_lines, rows
    from knowloom.models.named import model_named
    from knowloom.proposing import propose_by_model, propose_from_texts
    from knowloom.session import knowledge_base

    with knowledge_base(settings) as kb:
        if model:
            done = propose_by_model(kb, topic, model_named(settings), dry_run=dry_run)
        else:
            done = propose_from_texts(kb, topic, paths, most=most, dry_run=dry_run)
        lines = [*queued_lines(done.proposals), *map(str, done.faults)]
        data: dict[str, Any] = {"proposals": rows(done.proposals), "new": done.new}
        if accept_above is not None and not dry_run:
            accepted = accept_sure(kb, done.proposals, accept_above)
            data["accepted"] = decided(accepted)
            lines += accept_lines(accepted)
    data["faults"] = [asdict(fault) for fault in done.faults]
    emit(data, as_json, lines)
    if done.faults:
        ctx.exit(1)


@ontology.command()
@_on_orphans
@_dry_run
@connection_options
@json_option
@refreshing
def undo(on_orphans: str, dry_run: bool, settings: Settings, as_json: bool) -> None:
    """Go back to what was before the last change; called again, one change further.

    \b
    Example:
        knowloom ontology undo --dry-run
        knowloom ontology undo
    """
    with open_database(settings) as database:
        done = store.undo(database, orphans=Orphans(on_orphans), dry_run=dry_run)
    _tell(done, as_json, dry_run=dry_run)


def _reader(path: Path, kind: str | None) -> Loader:
    """Return the loader of a kind, else the one whose files end like `path`."""
    if kind:
        return loader(kind)
    for name in kinds():
        found = loader(name)
        if path.name.lower().endswith(found.suffixes):
            return found
    raise UsageError(f"{path}: no kind of source ends like this; name one with --kind")


def _tell(done: store.OntologyChange, as_json: bool, *, dry_run: bool) -> None:
    """Say what a change of the ontology did, or would do."""
    data: dict[str, Any] = {**done.to_json(), "dry_run": dry_run}
    lines = _notes(done.change)
    for title, found in (
        ("would be orphaned" if dry_run else "orphaned", done.impact.orphans),
        ("take care", done.impact.warnings),
        ("instances", done.impact.adjustments),
    ):
        lines += [f"{title}: {one}" for one in found]
    if done.version:
        lines.append(f"the ontology is at version {done.version} now")
    emit(data, as_json, lines)


def _notes(change: Change) -> list[str]:
    """Return what changed, shortened for a person."""
    if not change:
        return ["Nothing differs."]
    lines = [str(note) for note in change.notes[:_MOST_NOTES]]
    if (more := len(change.notes) - _MOST_NOTES) > 0:
        lines.append(f"… and {more:,} more changes (--json has all)")
    return lines
