"""Annotated sentences: what training and evaluation read, one JSON object a line.

    {"text": "Ada lives in London.", "entities": [[0, 3, "Person"], [13, 19, "City"]],
     "relations": [[0, 1, "LivesIn"]]}
    {"text": "Ada won a prize.", "events": [[4, 7, "Award", [[0, 3, "recipient"]]]]}

Offsets count characters, ends are exclusive; a relation names its head and tail by their places in
`entities`; an event has the place of its trigger, its class, and place and role of its arguments.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
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


class Argument(NamedTuple):
    """A span of characters and its role in an event."""

    start: int
    end: int
    role: str


class Event(NamedTuple):
    """The span of a trigger, the class of its event, and the arguments."""

    start: int
    end: int
    concept: str
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Annotated:
    """A sentence with what it speaks of."""

    text: str
    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    events: tuple[Event, ...] = ()


def read_annotated(path: Path) -> list[Annotated]:
    """Return the annotated sentences of a file: ours, CoNLL columns, or CoNLL04's JSON.

    Args:
        path: `.jsonl` in the format of this module; `.json` as CoNLL04 is published (a list of
            `tokens`, `entities`, `relations` by word); `.bmes` as columns of character and BMES
            tag; anything else as columns of word and BIO tag, with empty lines between sentences.

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
    return list(_columns(text, "" if path.suffix == ".bmes" else " "))


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
    relations = [
        Relation(entities[h], entities[t], str(c)) for h, t, c in body.get("relations", ())
    ]
    events = [_event(*event) for event in body.get("events", ())]
    arguments = [argument for event in events for argument in event.arguments]
    for start, end, what in (*entities, *(event[:3] for event in events), *arguments):
        if not 0 <= start < end <= len(text):
            raise ValueError(f"{[start, end, what]} lies outside of the text")
    return Annotated(text, tuple(entities), tuple(relations), tuple(events))


def _event(start: int, end: int, concept: str, given: Sequence[Any] = ()) -> Event:
    arguments = tuple(Argument(int(s), int(e), str(role)) for s, e, role in given)
    return Event(int(start), int(end), str(concept), arguments)


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
    between: str = " ",
) -> Annotated:
    """Return the words joined, and what counts words counting characters."""
    starts: list[int] = []
    position = 0
    for word in words:
        starts.append(position)
        position += len(word) + len(between)
    made = {
        (s, e): Entity(starts[s], starts[e - 1] + len(words[e - 1]), c) for s, e, c in entities
    }
    related = tuple(Relation(made[h], made[t], c) for h, t, c in relations)
    return Annotated(between.join(words), tuple(made.values()), related)


def _columns(text: str, between: str) -> Iterator[Annotated]:
    """Yield sentences of columns: a word and, last, its tag."""
    words: list[str] = []
    tags: list[str] = []
    for line in [*text.splitlines(), ""]:
        columns = line.split()
        if len(columns) >= 2 and columns[0] != "-DOCSTART-":
            words.append(columns[0])
            tags.append(columns[-1])
        elif words:
            yield _of_words(words, list(_spans(tags)), [], between)
            words, tags = [], []


def _spans(tags: list[str]) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and class of what BIO or BMES tags mark."""
    start, kind = 0, ""
    for at, tag in enumerate([*tags, "O"]):
        if kind and (tag == "O" or tag[:2] in {"B-", "S-"} or tag[2:] != kind):
            yield start, at, kind
            kind = ""
        if tag != "O" and not kind:
            start, kind = at, tag[2:]
