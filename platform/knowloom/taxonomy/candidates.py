"""The first of two stages: names that may be the parent of a new one, always with the roots."""

from __future__ import annotations

from collections.abc import Iterator

from knowloom.taxonomy.index import Entry, Index
from knowloom.taxonomy.near import Near, best

ALL = 400  # up to so many names, each is a candidate
_BY_BOTH, _BY_NAME, _BY_GENUS, _BY_TEXT = 60, 30, 25, 20
_LIKE = 40  # names of the same head, or word, at most
_LONGEST = 4  # words of a name that is looked for in a definition


def candidates(index: Index, entry: Entry, near: Near) -> list[int]:
    """Return the ids of candidates, each once (item 25).

    In a large taxonomy these are the nearest by name, definition and genus, the neighbours'
    parents and theirs, what the definition mentions, what shares the head or a word, and all down
    to the second level.
    """
    if len(index) <= ALL:
        return list(range(len(index)))
    found = dict.fromkeys(best(near.both, _BY_BOTH))
    for scores, count in (
        (near.name, _BY_NAME),
        (near.genus_name, _BY_GENUS),
        (near.text, _BY_TEXT),
        (near.genus_both, _BY_TEXT),
    ):
        found.update(dict.fromkeys(best(scores, count)))
    found.update(dict.fromkeys(near.votes))
    found.update(dict.fromkeys(mentioned(index, entry.meaning.words)))
    for ids in _alike(index, entry):
        ordered = sorted(ids, key=lambda i: -float(near.both[i] + near.name[i]))[:_LIKE]
        found.update(dict.fromkeys(ordered))
        found.update(dict.fromkeys(p for i in ordered for p in index.parents[i]))
    found.update(dict.fromkeys(i for i, above in enumerate(index.parents) if not above))
    return list(found)


def mentioned(index: Index, words: tuple[str, ...]) -> dict[int, tuple[int, int]]:
    """Return names that occur in a text, with the place of the first occurrence and its length."""
    found: dict[int, tuple[int, int]] = {}
    for start in range(len(words)):
        for size in range(1, min(_LONGEST, len(words) - start) + 1):
            for node in index.by_name.get(words[start : start + size], ()):
                found.setdefault(node, (start, size))
    return found


def _alike(index: Index, entry: Entry) -> Iterator[list[int]]:
    """Yield the names that share a head, a word or a genus with the new one."""
    yield index.by_head.get(entry.head, [])
    for word in {*entry.words, *entry.genus} - {entry.head}:
        yield index.by_word.get(word, [])
    for genus in entry.genus:
        yield index.by_head.get(genus, [])
        yield index.by_genus.get(genus, [])
