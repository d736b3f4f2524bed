"""Ontology files as ontologies: read as syntax, never imported or run (items 3, 4, 13, 15, 21)."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from knowloom.errors import Fault, OntologyError, SourceError
from knowloom.ontology.as_json import concept_from_json, concept_to_json, from_json
from knowloom.ontology.check import check
from knowloom.ontology.concepts import ROOTS, Concept, Kind, Ontology
from knowloom.ontology.parse_annotated import Reading, read_class

EXTRAS = "# knowloom:"
_RDF = {".ttl", ".nt", ".rdf", ".owl", ".xml"}


def parse(text: str, file: str = "<text>", *, attach_unknown: bool = False) -> Ontology:
    """Return the ontology that a Python file writes down.

    Args:
        text: classes in the annotated or the KnowCoder style, also mixed.
        file: how messages call it.
        attach_unknown: give a class whose parent is not defined the root `Entity` instead of a
            fault (item 7).

    Raises:
        OntologyError: every fault with `file:line: what is wrong`.

    >>> ontology = parse("class Person(Entity):\\n    born: int | None = None")
    >>> ontology.attributes("Person")["born"].many
    False
    """
    return _assembled([_read(text, file)], attach_unknown)


def read_ontology(paths: Iterable[Path] | Path, *, attach_unknown: bool = False) -> Ontology:
    """Return the ontology that some files write down together.

    Args:
        paths: `.py` files, directories of them, `.json` as exported, or RDF (`.ttl`, `.nt`,
            `.rdf`, `.owl`).
        attach_unknown: see `parse`.

    Raises:
        SourceError: a file is not there, or is no text.
        OntologyError: every fault with `file:line: what is wrong`.
    """
    given = [paths] if isinstance(paths, Path) else list(paths)
    concepts: list[tuple[list[Concept], Reading]] = []
    for path in (p for one in given for p in _files(one)):
        if path.suffix == ".py":
            concepts.append(_read(_text(path), str(path)))
        else:
            concepts.append((list(_other(path)), Reading(str(path), "")))
    return _assembled(concepts, attach_unknown)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(path.rglob("*.py"))
    if not path.exists():
        raise SourceError(path, "there is no such file")
    return [path]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(path, f"byte {error.start} is not UTF-8: save it as UTF-8") from None
    except OSError as error:
        raise SourceError(path, (error.strerror or str(error)).lower()) from None


def _other(path: Path) -> Iterable[Concept]:
    """Return the concepts of a file that is no Python."""
    if path.suffix == ".json":
        try:
            return from_json(orjson.loads(_text(path)))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise SourceError(path, f"it is no exported ontology ({error})") from None
    if path.suffix in _RDF:
        from knowloom.ontology.as_rdf import from_rdf

        return from_rdf(path.read_bytes(), path.suffix.lstrip("."))
    raise SourceError(path, "an ontology is a .py, .json, .ttl, .nt, .rdf or .owl file")


def _read(text: str, file: str) -> tuple[list[Concept], Reading]:
    """Return the concepts of one Python text, and what is wrong with it."""
    reading = Reading(file, text)
    try:
        tree = ast.parse(text)
        comments = dict(_comments(text))
    except SyntaxError as error:
        what = f"is not Python: {error.msg}"
        reading.faults.append(Fault(f"{file}:{error.lineno or 1}", what, "syntax"))
        return [], reading
    except (ValueError, RecursionError, MemoryError, tokenize.TokenError) as error:
        reading.faults.append(Fault(f"{file}:1", f"is not Python: {error}", "syntax"))
        return [], reading
    defined = {n.name for n in tree.body if isinstance(n, ast.ClassDef)}
    concepts: list[Concept] = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not _is_base(node):
            reading.lines.setdefault(node.name, reading.at(node))
            concept = _class(node, comments, reading, own_bases=bool(defined & set(ROOTS)))
            if concept is not None:
                concepts.append(_with_extras(concept, node, comments, reading))
    return concepts, reading


def _is_base(node: ast.ClassDef) -> bool:
    """Return whether a class is the file's own copy of a root, or the base of the roots."""
    return node.name in ROOTS or (node.name == "Thing" and not node.bases)


def _class(
    node: ast.ClassDef, comments: Mapping[int, str], reading: Reading, *, own_bases: bool
) -> Concept | None:
    """Return the concept of a class in whichever style it is written."""
    body = {type(statement) for statement in node.body}
    has_init = any(isinstance(s, ast.FunctionDef) and s.name == "__init__" for s in node.body)
    if has_init or (own_bases and ast.AnnAssign not in body and not node.keywords):
        from knowloom.ontology import parse_knowcoder

        return parse_knowcoder.read_class(
            node, comments, reading.faults, reading.file, reading.text
        )
    return read_class(node, reading)


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield the comments of a text by line."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _with_extras(
    concept: Concept, node: ast.ClassDef, comments: Mapping[int, str], reading: Reading
) -> Concept:
    """Return a concept with what a `# knowloom: {json}` comment above it adds."""
    comment = comments.get(node.lineno - 1, "")
    if not comment.startswith(EXTRAS):
        return concept
    try:
        extras: dict[str, Any] = orjson.loads(comment.removeprefix(EXTRAS))
        merged = {**concept_to_json(concept), **extras}
        return concept_from_json({k: v for k, v in merged.items() if v is not None})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"the comment above is no addition to a concept ({error})"
        reading.fault(node, what, "extras")
        return concept


def extras_comment(concept: Concept, plain: Concept) -> str:
    """Return the comment that turns `plain` into `concept`; empty when they are equal.

    Args:
        concept: as it is to be read.
        plain: what the class below the comment says by itself.
    """
    wanted, read = concept_to_json(concept), concept_to_json(plain)
    extras = {k: v for k, v in wanted.items() if read.get(k) != v}
    extras |= {k: None for k in read if k not in wanted}
    return f"{EXTRAS} {orjson.dumps(extras).decode()}\n" if extras else ""


def _assembled(parts: Iterable[tuple[list[Concept], Reading]], attach_unknown: bool) -> Ontology:
    """Return the ontology of some files, or raise all that is wrong with them."""
    concepts: list[Concept] = []
    faults: list[Fault] = []
    lines: dict[str, str] = {}
    for found, reading in parts:
        concepts += found
        faults += reading.faults
        lines.update({name: at for name, at in reading.lines.items() if name not in lines})
    if attach_unknown:
        concepts = _attached(concepts)
    try:
        ontology = Ontology(concepts)
    except OntologyError as error:
        faults += [_placed(fault, lines) for fault in error.faults]
    else:
        faults += [_placed(fault, lines) for fault in check(ontology)]
        if not faults:
            return ontology
    raise OntologyError(sorted(set(faults), key=_by_place))


def _attached(concepts: list[Concept]) -> list[Concept]:
    """Return the concepts with unknown parents replaced by the root (item 7)."""
    known = {*ROOTS, *(c.name for c in concepts)}
    mended: list[Concept] = []
    for concept in concepts:
        parents = tuple(p for p in concept.parents if p in known)
        mended.append(replace(concept, parents=parents or (Kind.ENTITY.value,)))
    return mended


def _placed(fault: Fault, lines: Mapping[str, str]) -> Fault:
    """Return a fault of a concept or attribute with the place where that is written."""
    at = lines.get(fault.where) or lines.get(fault.where.partition(".")[0])
    if at is None:
        return fault
    return Fault(at, f"{fault.where}: {fault.what}", fault.code)


def _by_place(fault: Fault) -> tuple[str, int, str]:
    file, _, line = fault.where.rpartition(":")
    return (file, int(line) if line.isdigit() else 0, fault.what)
