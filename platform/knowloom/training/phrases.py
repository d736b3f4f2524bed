"""What people ask about relations that graphs often have, in this project's own words.

`corpus/` holds it: each relation with names that schemas give it and questions from both of its
ends, and `kinds.txt` the kinds of things that answers are, with examples. No question of a data
set is among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

CORPUS = Path(__file__).with_name("corpus")
_KINDS = "kinds.txt"
_FIRST = re.compile(r"([a-z ]+?) > ([a-z ]+?)(?: via ([a-z ]+?))?: (.+)")


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation, and what people ask about its ends; `it` is the thing asked about.

    Args:
        left: the kind of thing that it leads from.
        right: likewise, to.
        via: what a node is called that schemas often put between; empty for none.
        names: that schemas give it.
        asked: questions about the left end.
        called: what stands for the right end.
        asked_back: questions about the right end.
        called_back: what stands for the left end.
    """

    left: str
    right: str
    via: str
    names: tuple[str, ...]
    asked: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    asked_back: tuple[str, ...] = ()
    called_back: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that answers are.

    Args:
        name: of it.
        nouns: that questions use for it.
        among: kinds of the relations' ends that belong to it.
        examples: names of such things.
    """

    name: str
    nouns: tuple[str, ...]
    among: tuple[str, ...]
    examples: tuple[str, ...]


def relation_of(block: str) -> Relation:
    """Return the relation that a block of lines describes.

    Raises:
        ValueError: its first line is not of the form `kind > kind: names`.

    >>> relation_of("person > place: born in\\n  ? where was it born\\n  < who is from it").asked
    ('where was it born',)
    """
    first, *rest = block.strip().splitlines()
    found = _FIRST.fullmatch(first.strip())
    if found is None:
        raise ValueError(f"not of the form 'kind > kind: names': {first}")
    parts: dict[str, tuple[str, ...]] = {}
    for line in rest:
        mark, _, texts = line.strip().partition(" ")
        parts[mark] = parts.get(mark, ()) + _listed(texts, "|")
    said = (parts.get(mark, ()) for mark in ("?", "=", "<", "<="))
    return Relation(found[1], found[2], found[3] or "", _listed(found[4], ","), *said)


def _listed(texts: str, mark: str) -> tuple[str, ...]:
    return tuple(text.strip() for text in texts.split(mark) if text.strip())


def _kind_of(block: str) -> Kind:
    first, among, examples = block.strip().splitlines()
    name, _, nouns = first.partition(":")
    parts = (_listed(nouns, "|"), _listed(among.strip()[1:], ","))
    return Kind(name, *parts, _listed(examples.strip()[1:], "|"))


@cache
def relations() -> tuple[Relation, ...]:
    """Return all relations, those of a file in its order."""
    files = (path for path in sorted(CORPUS.glob("*.txt")) if path.name != _KINDS)
    return tuple(relation_of(block) for path in files for block in _blocks(path))


@cache
def kinds() -> tuple[Kind, ...]:
    """Return the kinds of things."""
    return tuple(map(_kind_of, _blocks(CORPUS / _KINDS)))


def _blocks(path: Path) -> Iterator[str]:
    return iter(path.read_text(encoding="utf-8").strip().split("\n\n"))


def digest() -> str:
    """Return what tells one version of the corpus from another."""
    texts = (path.read_bytes() for path in sorted(CORPUS.glob("*.txt")))
    return blake2b(b"\0".join(texts), digest_size=12).hexdigest()
