"""The command line: one file a command group, each command a thin call."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import click

# Command name to where it lives; imported only when it is used or listed in help, so that
# `knowloom --help` stays fast: the help texts of the list are here.
_COMMANDS = {
    "demo": ("knowloom.cli.demo:demo", "Load the shipped example and look at it."),
    "server": ("knowloom.cli.server:server", "Start, stop and look at the local Neo4j."),
    "doctor": ("knowloom.cli.doctor:doctor", "Say what works, what is missing, and its fix."),
    "migrate": ("knowloom.cli.migrate:migrate", "Bring the database's own schema up to date."),
    "ontology": (
        "knowloom.cli.ontology:ontology",
        "Check, load, show, compare and undo ontologies.",
    ),
    "load": ("knowloom.cli.load:load", "Load tables, triples, JSON or code files."),
    "extract": ("knowloom.cli.extract:extract", "Read documents and write what they speak of."),
    "update": ("knowloom.cli.update:update", "Keep the graph up to date with its sources."),
    "merge": ("knowloom.cli.identity:merge", "Declare two things one."),
    "split": ("knowloom.cli.identity:split", "Take back the merges that name a thing."),
    "review": ("knowloom.cli.review:review", "Decide about what was proposed."),
    "taxonomy": ("knowloom.cli.taxonomy:taxonomy", "Put new concepts in their place."),
    "analyse": ("knowloom.cli.analyse:analyse", "Compute over objects: numbers, tables, charts."),
    "find": ("knowloom.cli.read:find", "Find instances of a class by attribute values."),
    "subgraph": ("knowloom.cli.read:subgraph", "Show what surrounds an instance."),
    "search": ("knowloom.cli.read:search", "Find instances and concepts by words."),
    "ask": ("knowloom.cli.ask:ask", "Answer questions from the stored graph."),
    "why": ("knowloom.cli.read:why", "Show where the values of an instance come from."),
    "browser": ("knowloom.cli.browser:browser", "Open Neo4j Browser on this graph."),
    "train": ("knowloom.cli.train:train", "Train extractors and rankers."),
    "evaluate": ("knowloom.cli.evaluate:evaluate", "Score extraction and taxonomies."),
    "check": ("knowloom.cli.check:check", "Compare what is stored with the ontology."),
    "config": ("knowloom.cli.config:config", "Show every setting and where it comes from."),
}


class _LazyGroup(click.Group):
    """A group whose commands are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="knowloom")
def cli() -> None:
    """knowloom: documents and tables become typed objects in Neo4j, and objects come back.

    \b
    Begin with:
        knowloom demo
    or with files of your own:
        knowloom server start
        knowloom ontology load ontology.py
        knowloom load csv people.csv
        knowloom extract notes/
        knowloom find Person name="Ada Lovelace"
    """


def main() -> None:
    """Run the command line; the exit code says how it went (design, section 6)."""
    from knowloom.errors import KnowloomError

    try:
        sys.exit(cli(standalone_mode=False) or 0)
    except KnowloomError as error:
        click.echo(f"knowloom: {error}", err=True)
        sys.exit(error.exit_code)
    except FileNotFoundError:
        if _folder_exists():
            raise
        click.echo("knowloom: this folder is not there any more: change to another", err=True)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("knowloom: interrupted; run the same command again to go on", err=True)
        sys.exit(130)


def _folder_exists() -> bool:
    """Return whether the current folder is still there."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True
