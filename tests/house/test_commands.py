"""The command line as a contract: every command has help, and its options mean the same."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from knowloom.cli import cli

# Commands that write, to the graph or to a folder: they can be asked what they would do.
WRITERS = {
    "browser guide",
    "browser queries",
    "browser style",
    "demo",
    "extract",
    "load",
    "merge",
    "migrate up",
    "ontology load",
    "ontology propose",
    "ontology undo",
    "review accept",
    "review edit",
    "review reject",
    "server dump",
    "server load",
    "split",
    "taxonomy expand",
    "train extract",
    "train kbqa",
    "train taxonomy",
    "update fit",
    "update resolve",
    "update rollback",
    "update run",
}
# Those that leave the graph as it is, and those that bring up to date what is made of it by
# themselves.
ELSEWHERE = {"browser guide", "browser queries", "browser style", "demo", "migrate up"} | {
    name for name in WRITERS if name.startswith(("server ", "train "))
}
# Commands whose output is a story for people.
SILENT = {"demo"}


def _leaves(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, by the words one types for it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command, f"{path}{name} is listed but does not exist"
        if isinstance(command, click.Group):
            yield from _leaves(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


COMMANDS = dict(_leaves(cli))


def _options(command: click.Command) -> set[str]:
    """Return the long options of a command."""
    return {option for parameter in command.params for option in parameter.opts}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    """The help of a command begins with a sentence and shows an example of its use."""
    text = COMMANDS[name].help or ""
    assert text.split("\n")[0].endswith((".", ":"))
    assert f"knowloom {name}" in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_explains_itself(name: str) -> None:
    """Each option says in its help what it does."""
    options = [p for p in COMMANDS[name].params if isinstance(p, click.Option)]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - SILENT))
def test_data_can_be_had_as_json(name: str) -> None:
    """Every command that prints data takes `--json`."""
    assert "--json" in _options(COMMANDS[name])


@pytest.mark.parametrize("name", sorted(WRITERS - ELSEWHERE))
def test_what_is_made_of_the_graph_follows_it(name: str) -> None:
    """After every command that changes the graph come Browser's guide and the review queue."""
    assert vars(COMMANDS[name].callback).get("refreshes")


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_writing_can_be_tried_first(name: str) -> None:
    """Every command that writes takes `--dry-run`."""
    assert "--dry-run" in _options(COMMANDS[name])


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - WRITERS))
def test_what_only_reads_needs_no_trial(name: str) -> None:
    """A command with `--dry-run` is one that writes, and is listed as one here."""
    assert "--dry-run" not in _options(COMMANDS[name])


def test_the_list_of_commands_is_what_help_shows() -> None:
    """`knowloom --help` lists each command with a sentence."""
    shown = CliRunner().invoke(cli, ["--help"]).output
    for name in cli.list_commands(click.Context(cli)):
        assert f"  {name} " in shown


def test_a_wrong_option_is_a_wrong_use() -> None:
    """An unknown command exits with 2, the code of wrong use."""
    assert CliRunner().invoke(cli, ["no-such-command"]).exit_code == 2
