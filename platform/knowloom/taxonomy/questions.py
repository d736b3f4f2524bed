"""Reading taxonomies and what is to be placed in them: data sets, lists of names, trees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeGuard, cast

import orjson

from knowloom.errors import Fault, TaxonomyFaulty
from knowloom.ontology.concepts import ROOTS, Kind, Ontology
from knowloom.taxonomy.tree import Taxonomy, taxonomy

QUESTIONS = "test_taxonomy_expansion.json"
DEFINITIONS = "test_definition.json"
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class New:
    """A name to place.

    Args:
        name: as it is written.
        definition: what it means; may be empty.
        aliases: other names of it.
    """

    name: str
    definition: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A name whose place is known.

    Args:
        taxonomy: what is there without it, and without the others that are asked for.
        new: the name.
        golds: its parents.
    """

    taxonomy: Taxonomy
    new: New
    golds: tuple[str, ...]


def read_questions(folder: Path) -> list[Question]:
    """Return the questions of a data set: JSON lines as CodeTaxo published them (item 29).

    A folder holds `test_taxonomy_expansion.json` (a line a name: `entity_list`, `relation_list` of
    parent and child, `test_node`, `test_node_parent`) and `test_definition.json`. Questions about
    the same taxonomy share it.

    Raises:
        TaxonomyFaulty: a line is none of these, or asks for a parent that is not there, with its
            number.
    """
    meant: dict[str, str] = _json(folder / DEFINITIONS)
    shared: dict[str, Taxonomy] = {}
    made: list[Question] = []
    for where, row in _rows(folder / QUESTIONS):
        try:
            names = list(map(str, row["entity_list"]))
            edges = [(str(parent), str(child)) for parent, child in row["relation_list"]]
            node, gold = str(row["test_node"]), str(row["test_node_parent"])
        except (KeyError, TypeError, ValueError) as error:
            what = f"is no question about a taxonomy ({type(error).__name__}: {error})"
            raise TaxonomyFaulty([Fault(where, what, "format")]) from None
        key = repr((names, edges))
        if key not in shared:
            shared[key] = taxonomy(edges, meant, names)
        if gold not in shared[key]:
            what = f"its parent {gold!r} is not in the taxonomy"
            raise TaxonomyFaulty([Fault(where, what, "unknown-parent")])
        made.append(Question(shared[key], New(node, meant.get(node, "")), (gold,)))
    return made


def read_news(path: Path, faults: list[Fault]) -> list[New]:
    """Return names to place from a file.

    A line is a JSON object with `name` and perhaps `definition` and `aliases`, or `name<tab>
    definition`, or a name alone. A name that is there twice counts once, with the longest of its
    definitions and all their aliases.

    Args:
        path: of the file.
        faults: lines that hold no name, or one that is there twice, are noted here.

    Raises:
        TaxonomyFaulty: the file cannot be read.
    """
    found: dict[str, New] = {}
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        new = _new(line)
        if isinstance(new, str):
            faults.append(Fault(f"{path.name}:{number}", new, "name"))
            continue
        if (before := found.get(new.name)) is not None:
            faults.append(Fault(f"{path.name}:{number}", f"{new.name!r} is there twice", "twice"))
            aliases = tuple(dict.fromkeys([*before.aliases, *new.aliases]))
            longest = max(before, new, key=lambda one: len(one.definition))
            new = replace(longest, aliases=aliases)
        found[new.name] = new
    return list(found.values())


def read_trees(path: Path) -> list[Taxonomy]:
    """Return trees written as brackets, one a line: `(animal (dog police_$_dog) cat)`.

    Raises:
        TaxonomyFaulty: the brackets of a line do not match.
    """
    made: list[Taxonomy] = []
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            made.append(taxonomy(_edges(line)))
        except IndexError:
            fault = Fault(f"{path.name}:{number}", "its brackets do not match", "format")
            raise TaxonomyFaulty([fault]) from None
    return made


def read_edges(path: Path) -> Taxonomy:
    """Return a taxonomy written as lines: parent, child and perhaps its definition, tabs between.

    A line without a parent names a root. A child with several parents has several lines.

    Raises:
        TaxonomyFaulty: a line has no child, with its number, or a name is its own ancestor.
    """
    edges: list[tuple[str, str]] = []
    names: dict[str, None] = {}
    meant: dict[str, str] = {}
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        parent, _, rest = line.partition("\t")
        child, _, definition = (part.strip() for part in rest.partition("\t"))
        if not child:
            what = "wants a parent, a tab and a child; a root has nothing before the tab"
            raise TaxonomyFaulty([Fault(f"{path.name}:{number}", what, "format")])
        names[child] = None
        edges += [(parent.strip(), child)] if parent.strip() else []
        if definition:
            meant[child] = definition
    return taxonomy(edges, meant, names)


def of_ontology(ontology: Ontology) -> Taxonomy:
    """Return the classes of an ontology with their roots.

    >>> from knowloom.ontology.concepts import Concept
    >>> of_ontology(Ontology([Concept(name="Person")])).parents["Person"]
    ('Entity',)
    """
    listed = [ROOTS[kind] for kind in Kind] + list(ontology)
    parents = {concept.name: concept.parents for concept in listed}
    meant = {c.name: c.description for c in listed if c.description}
    return Taxonomy(parents, meant)


def _new(line: str) -> New | str:
    """Return the name of a line, or why there is none."""
    row: Any
    if line.lstrip().startswith("{"):
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            return f"is no JSON ({error})"
    else:
        name, _, definition = line.partition("\t")
        row = {"name": name, "definition": definition}
    name, definition = row.get("name"), row.get("definition") or ""
    aliases: Any = row.get("aliases") or []
    if not _is_name(name):
        return "has no name: each line wants one"
    if len(name) > _LONGEST_NAME:
        return f"its name has {len(name):,} characters, and {_LONGEST_NAME} are the most"
    if not isinstance(definition, str) or not isinstance(aliases, list):
        return f"the definition of {name!r} is no text, or its aliases are no list"
    given = cast("list[object]", aliases)
    said = [alias for alias in given if _is_name(alias)]
    if len(said) < len(given):
        return f"an alias of {name!r} is no name"
    return New(
        " ".join(name.split()), definition.strip(), tuple(" ".join(a.split()) for a in said)
    )


def _is_name(said: object) -> TypeGuard[str]:
    """Return whether something is text with a letter or digit in it."""
    return isinstance(said, str) and any(c.isalnum() for c in said)


def _edges(line: str) -> Iterator[tuple[str, str]]:
    """Yield the edges of a tree in brackets: the first name in each is the others' parent."""
    open_: list[str] = []
    expected = False
    for mark in re.findall(r"[()]|[^()\s]+", line):
        if mark == "(":
            expected = True
        elif mark == ")":
            open_.pop()
        else:
            name = mark.replace("_$_", " ").replace("_", " ")
            if open_:
                yield open_[-1], name
            if expected:
                open_.append(name)
            expected = False
    if open_:
        raise IndexError


def _rows(path: Path) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            where = f"{path.name}:{number}"
            try:
                yield where, orjson.loads(line)
            except orjson.JSONDecodeError as error:
                fault = Fault(where, f"is no JSON ({error})", "format")
                raise TaxonomyFaulty([fault]) from None


def _json(path: Path) -> Any:
    try:
        return orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise TaxonomyFaulty([Fault(str(path), f"cannot be read ({error})", "file")]) from None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TaxonomyFaulty([Fault(str(path), f"cannot be read ({error})", "file")]) from None
