"""Chunks: runs of whole sentences, as long as an extractor takes at once (item 33)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from knowloom.documents.document import Chunk, Section
from knowloom.documents.sentences import LOOKAHEAD, sentences

# A sentence this many times as long as a chunk is none: a table, code, text without full stops.
_HARD_CAP = 4
# Sentences are looked for in at least this many characters at once.
_WINDOW = 16_384


class _Piece(NamedTuple):
    """A sentence, or a part of one that is too long, and the white space before it."""

    start: int
    text: str
    gap: str
    place: str
    cut: bool


def chunks(sections: Iterable[Section], *, size: int = 1200, overlap: int = 1) -> Iterator[Chunk]:
    """Yield the chunks of a document, in order, while its sections are read.

    The chunks depend on the text alone, not on how it is divided into sections. Between the fresh
    part of a chunk and that of the next there is nothing but white space. A sentence longer than
    `size` is a chunk of its own; one of more than four times `size` is cut at spaces into pieces
    of at most that, and each of them but the last says so (`Chunk.cut`).

    Args:
        sections: in order, each beginning where the one before ends, the first at 0.
        size: most characters of a chunk, unless one sentence is longer; at least 1.
        overlap: how many sentences a chunk repeats of the one before, as far as they fit in.

    Raises:
        DocumentUnreadable: the document turned out to be damaged, at any moment.

    >>> text = "Ada wrote it. Charles built it. It ran."
    >>> for chunk in chunks([Section(0, text, "page 1")], size=32):
    ...     print(chunk.number, chunk.start, repr(chunk.text), chunk.fresh)
    0 0 'Ada wrote it. Charles built it.' 0
    1 14 'Charles built it. It ran.' 18
    """
    repeated: list[_Piece] = []
    fresh: list[_Piece] = []
    number = length = 0
    for piece in _pieces(sections, cap=size * _HARD_CAP):
        if fresh and length + len(piece.gap) + len(piece.text) > size:
            yield _chunk(number, repeated, fresh)
            number += 1
            room = size - len(piece.gap) - len(piece.text)
            repeated, fresh = _tail([*repeated, *fresh], overlap, room), []
            length = _length(repeated)
        length += len(piece.text) + (len(piece.gap) if length else 0)
        fresh.append(piece)
    if fresh:
        yield _chunk(number, repeated, fresh)


def _chunk(number: int, repeated: list[_Piece], fresh: list[_Piece]) -> Chunk:
    """Return the chunk of these pieces, which follow each other."""
    first, *others = [*repeated, *fresh]
    text = first.text + "".join(gap + text for _, text, gap, _, _ in others)
    begin = fresh[0].start - first.start
    return Chunk(number, first.start, text, first.place, begin, fresh[-1].cut)


def _tail(pieces: list[_Piece], count: int, room: int) -> list[_Piece]:
    """Return the last pieces that the next chunk repeats: at most `count`, within `room`."""
    tail = pieces[len(pieces) - count :] if count else []
    while tail and _length(tail) > room:
        tail = tail[1:]
    return tail


def _length(pieces: list[_Piece]) -> int:
    """Return how many characters the pieces span, from the first to the last."""
    return pieces[-1].start + len(pieces[-1].text) - pieces[0].start if pieces else 0


def _pieces(sections: Iterable[Section], cap: int) -> Iterator[_Piece]:
    """Yield the sentences of a document, those longer than `cap` in pieces."""
    places: deque[tuple[int, str]] = deque()
    held, base = "", 0
    for text, last in _windows(sections, max(_WINDOW, cap), places):
        held += text
        done = 0
        for begin, end, cut in _settled(held, cap, last=last):
            while len(places) > 1 and places[1][0] <= base + begin:
                places.popleft()
            yield _Piece(base + begin, held[begin:end], held[done:begin], places[0][1], cut)
            done = end
        held, base = held[done:], base + done


def _windows(
    sections: Iterable[Section], length: int, places: deque[tuple[int, str]]
) -> Iterator[tuple[str, bool]]:
    """Yield the text in windows of about `length`, the last one marked, and note the places."""
    gathered: list[str] = []
    missing = length
    for start, text, place in sections:
        places.append((start, place))
        gathered.append(text)
        missing -= len(text)
        if missing <= 0:
            whole = "".join(gathered)
            for cut in range(0, len(whole), length):
                yield whole[cut : cut + length], False
            gathered.clear()
            missing = length
    yield "".join(gathered), True


def _settled(held: str, cap: int, *, last: bool) -> Iterator[tuple[int, int, bool]]:
    """Yield where pieces begin and end that no further text can change, and whether cut.

    What stands within `LOOKAHEAD` of the end of `held` is left, unless it is the `last` text.
    """
    limit = len(held) if last else len(held) - LOOKAHEAD
    position: int | None = 0
    while position is not None:
        begun, position = position, None
        for begin, end in sentences(held, begun):
            if min(end, limit) - begin > cap:
                position = _parting(held, begin, cap)
                yield begin, position, True
                break  # the rest is looked at anew, as it is when its text comes later
            if end > limit:
                return
            yield begin, end, False


def _parting(text: str, begin: int, cap: int) -> int:
    """Return where to cut a sentence that is too long: at its last space within `cap`."""
    space = max(
        text.rfind(" ", begin + 1, begin + cap + 1), text.rfind("\t", begin + 1, begin + cap)
    )
    if space < 0:
        return begin + cap
    while text[space - 1].isspace():
        space -= 1
    return space
