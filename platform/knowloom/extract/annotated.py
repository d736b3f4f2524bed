"""Annotated sentences: what training and evaluation read, one JSON object a line.

    {"text": "Ada lives in London.", "entities": [[0, 3, "Person"], [13, 19, "City"]],
     "relations": [[0, 1, "LivesIn"]]}

Offsets count characters, ends are exclusive; a relation names its head and tail by their places in
`entities`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

from knowloom.errors import SourceError


class Entity(NamedTuple):
    """A span of characters and its class."""

    start: int
    end: int
    concept: str


class Relation(NamedTuple):
    """A relation between two entities."""

    head: Entity
    tail: Entity
    concept: str


@dataclass(frozen=True, slots=True)
class Annotated:
    """A sentence with what it speaks of."""

    text: str
    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()


def read_annotated(path: Path) -> list[Annotated]:
    """Return the annotated sentences of a file: ours, CoNLL columns, or CoNLL04's JSON.

    Args:
        path: `.jsonl` in the format of this module; `.json` as CoNLL04 is published (a list of
            `tokens`, `entities`, `relations` by word); anything else as columns of word and BIO
            tag with empty lines between sentences.

    Raises:
        SourceError: the file cannot be read; the line and what is wrong are named.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(path, str(error)) from error
    if path.suffix == ".jsonl":
        return list(_lines(path, text))
    if path.suffix == ".json":
        return [_by_word(path, number, one) for number, one in enumerate(_list(path, text), 1)]
    return list(_columns(text))


def _lines(path: Path, text: str) -> Iterator[Annotated]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield _sentence(json.loads(line))
            except (ValueError, KeyError, TypeError, IndexError) as error:
                raise SourceError(
                    path, f"line {number} is no annotated sentence: {error}"
                ) from None


def _sentence(body: Mapping[str, Any]) -> Annotated:
    """Return one sentence; a ValueError says what is wrong."""
    text = body["text"]
    entities = [Entity(int(s), int(e), str(c)) for s, e, c in body.get("entities", ())]
    for entity in entities:
        if not 0 <= entity.start < entity.end <= len(text):
            raise ValueError(f"{list(entity)} lies outside of the text")
    relations = [
        Relation(entities[h], entities[t], str(c)) for h, t, c in body.get("relations", ())
    ]
    return Annotated(text, tuple(entities), tuple(relations))


def _list(path: Path, text: str) -> list[Any]:
    try:
        body = json.loads(text)
    except ValueError as error:
        raise SourceError(path, f"it is no JSON: {error}") from None
    if not isinstance(body, list):
        raise SourceError(path, "it is no list of sentences")
    return cast(list[Any], body)


def _by_word(path: Path, number: int, body: Mapping[str, Any]) -> Annotated:
    """Return a sentence whose annotations count words."""
    try:
        return _of_words(
            body["tokens"],
            [(s, e, c) for s, e, c in body["entities"]],
            [((a, b), (c, d), r) for a, b, c, d, r in body["relations"]],
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise SourceError(path, f"sentence {number} is not annotated by word: {error}") from None


def _of_words(
    words: list[str],
    entities: list[tuple[int, int, str]],
    relations: list[tuple[tuple[int, int], tuple[int, int], str]],
) -> Annotated:
    """Return the words with a space between them, and what counts words counting characters."""
    starts: list[int] = []
    position = 0
    for word in words:
        starts.append(position)
        position += len(word) + 1
    made = {
        (s, e): Entity(starts[s], starts[e - 1] + len(words[e - 1]), c) for s, e, c in entities
    }
    related = tuple(Relation(made[h], made[t], c) for h, t, c in relations)
    return Annotated(" ".join(words), tuple(made.values()), related)


def _columns(text: str) -> Iterator[Annotated]:
    """Yield sentences of columns: a word and, last, its BIO tag."""
    words: list[str] = []
    tags: list[str] = []
    for line in [*text.splitlines(), ""]:
        columns = line.split()
        if len(columns) >= 2:
            words.append(columns[0])
            tags.append(columns[-1])
        elif words:
            yield _of_words(words, list(_spans(tags)), [])
            words, tags = [], []


def _spans(tags: list[str]) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and class of what BIO tags mark."""
    start, kind = 0, ""
    for at, tag in enumerate([*tags, "O"]):
        if kind and (tag == "O" or tag.startswith("B-") or tag[2:] != kind):
            yield start, at, kind
            kind = ""
        if tag != "O" and not kind:
            start, kind = at, tag[2:]
