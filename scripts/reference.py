"""Write the reference pages in docs/reference from the code, or say which are out of date.

python scripts/reference.py            write them
python scripts/reference.py --check    change nothing; exit 1 when one is out of date
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from inspect import cleandoc
from pathlib import Path

import click

from knowloom.browser.style import SYSTEM_CAPTIONS
from knowloom.cli import cli
from knowloom.knowledge.instance import ASIDE_LABELS
from knowloom.ontology.concepts import ROOTS, Attribute, Concept, Scalar
from knowloom.ontology.things import ClassKeywords, Field
from knowloom.settings import Settings

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "reference"
_NOTE = "<!-- Written by scripts/reference.py from the code; change that. -->"
# What each of knowloom's own nodes is, in the order of the story.
_NODES = {
    "_Instance": "a thing: carries its classes, all their superclasses, and its values",
    "_Record": "what one source said of a thing, or a person decided; the first lies on the thing",
    "_Run": "one run of a command that wrote something",
    "_Source": "a file, feed, database or document that things were said in",
    "_Document": "a document that was read",
    "_Chunk": "a part of a document with its text",
    "_Concept": "a class of the ontology",
    "_Attribute": "an attribute of a class",
    "_OntologyVersion": "a change of the ontology",
    "_Proposal": "something that waits for a person's decision, or had one",
    "_Statement": "a fact that a source stated and does not any more",
    "_Undone": "a record of a run that was taken back",
    "_Retired": "a thing of which nothing is said any more, kept for its history",
    "_Redirect": "a thing that was merged; it leads to where it is kept",
    "_Decision": "who said, or which evidence, that two things are one or are not",
    "_Policy": "what the last `knowloom update fit` found",
    "_Snapshot": "what a source said when it was last read whole",
    "_SourceLock": "who is reading a source at the moment",
    "_Block": "things that are worth a comparison with each other",
    "_Blocked": "in which blocks a thing is",
    "_Resolved": "up to which run identity, and disputes, were looked for",
    "_Touched": "things that a run touched without a record of theirs",
    "_BulkLoad": "what the graph lacks until a `load --bulk` has come to its end",
    "__Neo4jMigration": "an applied migration of knowloom's own schema",
    "__Neo4jMigrationsLock": "the lock that migrations take",
}
_RELATIONSHIPS = {
    "_RECORD": "a thing has a record",
    "_OF_SOURCE": "a run read a source",
    "_IS_DOCUMENT": "a source is a document now",
    "_READ": "a run read a document",
    "_CHUNK": "a document has a chunk",
    "_SUBCLASS_OF": "a class lies below another",
    "_HAS_ATTRIBUTE": "a class has an attribute",
    "_RANGE": "an attribute's values are instances of a class",
}


def pages() -> dict[str, str]:
    """Return the reference pages: file name to text."""
    return {
        "cli.md": _page("The command line", _commands()),
        "settings.md": _page("Settings", _settings()),
        "ontology-syntax.md": _page("The syntax of ontologies", _syntax()),
        "graph-model.md": _page("The graph", _graph()),
    }


def _page(title: str, lines: Iterator[str]) -> str:
    return "\n".join([f"# {title}", "", _NOTE, "", *lines]).rstrip() + "\n"


def _commands() -> Iterator[str]:
    """Yield every command with its help, its options and its example."""
    yield "Exit codes: 0 done, 1 failed or something rejected, 2 wrong use, 130 interrupted."
    for path, command in _walk(cli, "knowloom"):
        yield f"\n## {path}\n"
        about, _, example = cleandoc(command.help or "").partition("\b\n")
        yield about.strip()
        context = click.Context(command, info_name=path)
        given = [p for p in command.params if isinstance(p, click.Option)]
        if options := [row for p in given if (row := p.get_help_record(context))]:
            yield "\n| option | |\n|---|---|"
            yield from (f"| `{_cell(name)}` | {_cell(text)} |" for name, text in options)
        shown = [line.strip() for line in example.splitlines() if "knowloom " in line]
        if shown:
            yield "\n```sh"
            yield from shown
            yield "```"


def _walk(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command below one, those that only hold others left out."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    if command.invoke_without_command:
        yield path, command
    context = click.Context(command)
    for name in command.list_commands(context):
        if found := command.get_command(context, name):
            yield from _walk(found, f"{path} {name}")


def _settings() -> Iterator[str]:
    """Yield every setting with its variable, its default and its meaning."""
    said = dict(_arguments(Settings.__doc__ or ""))
    yield "| setting | environment variable | default | meaning |\n|---|---|---|---|"
    for spec in fields(Settings):
        if spec.name != "origins":
            default = str(spec.default) or f"({spec.metadata['unset']})"
            secret = " Only from the environment." if spec.metadata["secret"] else ""
            meaning = _cell(said[spec.name]) + secret
            yield f"| `{spec.name}` | `{spec.metadata['env']}` | {default} | {meaning} |"
    yield "\nWhere they are looked for: [Configuration](../configuration.md)."


def _syntax() -> Iterator[str]:
    """Yield what may stand in an ontology file."""
    yield "An ontology is a Python file of classes; it is read and never run."
    yield "\n## Bases\n\n| base | is |\n|---|---|"
    yield from (f"| `{name}` | {_cell(root.description)} |" for name, root in ROOTS.items())
    concept = dict(_arguments(Concept.__doc__ or ""))
    yield "\n## In the brackets behind a class's name\n\n| keyword | says |\n|---|---|"
    for name in ClassKeywords.__annotations__:
        yield f"| `{name}` | {_cell(concept.get(name, ''))} |"
    yield "\n## Types of attributes\n\n| type | holds |\n|---|---|"
    yield from (f"| `{scalar.value}` | one value |" for scalar in Scalar)
    yield '| `Literal["a", "b"]` | one of these texts |'
    yield "| the name of a class | a thing of that class or one below it |"
    yield "| `A \\| B` | a thing of either class |"
    yield "| `X \\| None = None` | at most one, and it may be missing |"
    yield "| `X` without a default | exactly one |"
    yield "| `list[X] = []` | any number |"
    attribute = dict(_arguments(Attribute.__doc__ or ""))
    names = [n for n in Field.__kwdefaults__ or {} if n in attribute]
    yield "\n## In `Field(…)`\n\n| argument | says |\n|---|---|"
    yield from (f"| `{name}` | {_cell(attribute[name])} |" for name in names)
    yield "\nMore, with examples: [Ontologies](../ontology.md)."


def _graph() -> Iterator[str]:
    """Yield labels, relationship types, constraints and indexes."""
    yield "What knowloom writes beside your classes begins with `_`, which no class of yours may."
    yield "\n## Nodes\n\n| label | is | in Browser called by |\n|---|---|---|"
    aside = dict.fromkeys(ASIDE_LABELS, "{name}")
    captions = {"_Instance": "{name}", **aside, **SYSTEM_CAPTIONS}
    for label, meaning in _NODES.items():
        yield f"| `{label}` | {meaning} | `{captions[label]}` |"
    yield "\n## Relationships\n\n| type | says |\n|---|---|"
    yield from (f"| `{name}` | {meaning} |" for name, meaning in _RELATIONSHIPS.items())
    yield "\nAn attribute that refers to things is a relationship of its name: `BORN_IN`."
    yield "\n## Constraints and indexes\n"
    yield "```cypher"
    for file in sorted((ROOT / "migrations").glob("*.cypher")):
        yield f"// {file.name}"
        yield file.read_text("utf-8").strip()
    yield "```"


def _arguments(docstring: str) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of a docstring's `Args`."""
    _, _, listed = docstring.partition("Args:\n")
    names: list[str] = []
    words: list[str] = []
    for line in [*listed.splitlines(), ""]:
        found = re.match(r"^        (\w+(?:, \w+)*): (.*)$", line)
        if (found or not line.strip()) and names:
            yield from ((name, " ".join(words)) for name in names)
            names, words = [], []
        if not line.strip():
            return
        if found:
            names, words = found[1].split(", "), [found[2]]
        else:
            words.append(line.strip())


def _cell(text: str) -> str:
    """Return text as it may stand in a table."""
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Write the pages, or compare them."""
    if "--check" in sys.argv[1:]:
        stale = [n for n, text in pages().items() if (FOLDER / n).read_text("utf-8") != text]
        sys.exit(f"out of date: {', '.join(stale)}: run scripts/reference.py" if stale else 0)
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
