"""Chunks: what they hold, what they repeat, and where sentences are too long for them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.documents.chunks import chunks
from knowloom.documents.document import Chunk, Section
from knowloom.documents.sentences import sentences

WORDS = st.sampled_from(
    [
        "Ada ",
        "wrote ",
        "it. ",
        "A. M. ",
        "Turing ",
        "e.g. ",
        "他走了。",
        "Why?",
        "\n",
        "x" * 30 + " ",
    ]
)
TEXTS = st.lists(WORDS, max_size=120).map("".join)
SIZES = st.integers(min_value=1, max_value=80)


def _sections(text: str, cuts: Iterable[int] = ()) -> list[Section]:
    """Return the text as sections, divided at these offsets; `page N` is their place."""
    edges = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    return [
        Section(a, text[a:b], f"page {number}")
        for number, (a, b) in enumerate(pairwise(edges), start=1)
    ]


@given(TEXTS, SIZES, st.integers(min_value=0, max_value=3))
def test_nothing_is_lost_and_nothing_is_invented(text: str, size: int, overlap: int) -> None:
    """Chunks say the document's text; what no chunk holds anew is white space."""
    rest = 0
    for number, chunk in enumerate(chunks(_sections(text), size=size, overlap=overlap)):
        assert chunk.number == number
        assert text[chunk.start : chunk.start + len(chunk.text)] == chunk.text
        fresh = chunk.start + chunk.fresh
        assert text[rest:fresh].strip() == ""
        assert chunk.text[chunk.fresh :].strip() == chunk.text[chunk.fresh :] != ""
        rest = chunk.start + len(chunk.text)
    assert text[rest:].strip() == ""


@given(TEXTS, SIZES, st.lists(st.integers(min_value=0, max_value=4000), max_size=20))
def test_chunks_do_not_depend_on_the_sections(text: str, size: int, cuts: list[int]) -> None:
    """However a text comes, its chunks are the same but for their places."""

    def plain(found: Iterable[Chunk]) -> list[Chunk]:
        return [chunk._replace(place="") for chunk in found]

    whole = plain(chunks(_sections(text), size=size))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("knowloom.documents.chunks._WINDOW", 1)  # looks at the text bit by bit
        assert plain(chunks(_sections(text, cuts), size=size)) == whole


@given(TEXTS, SIZES)
def test_no_chunk_ends_inside_a_sentence(text: str, size: int) -> None:
    """Chunks begin and end where sentences do, unless a sentence is longer than any chunk."""
    found = list(sentences(text))
    longest = max((s.end - s.start for s in found), default=0)
    starts, ends = {s.start for s in found}, {s.end for s in found}
    for chunk in chunks(_sections(text), size=size):
        end = chunk.start + len(chunk.text)
        if longest <= 4 * size:
            assert not chunk.cut
            assert {chunk.start, chunk.start + chunk.fresh} <= starts
            assert end in ends
        assert chunk.cut or len(chunk.text) <= max(size, longest)


def test_a_chunk_repeats_the_last_sentence_of_the_one_before() -> None:
    """With an overlap of one, each chunk begins with the sentence that ended the last."""
    text = " ".join(f"Sentence number {number} is here." for number in range(40))
    found = list(chunks(_sections(text), size=200))
    for before, chunk in pairwise(found):
        repeated = chunk.text[: chunk.fresh].strip()
        assert before.text.endswith(repeated)
        assert len(list(sentences(repeated))) == 1
    assert all(len(chunk.text) <= 200 for chunk in found)


def test_a_chunk_does_not_repeat_what_does_not_fit() -> None:
    """Where the last sentence and the next exceed the size together, nothing is repeated."""
    first, second = "A" * 150 + ".", "B" * 150 + "."
    found = list(chunks(_sections(f"{first} {second}"), size=200))
    assert [(chunk.text, chunk.fresh) for chunk in found] == [(first, 0), (second, 0)]


def test_a_long_sentence_is_a_chunk_of_its_own() -> None:
    """A sentence longer than a chunk is not parted."""
    long = "Word " + "word " * 50 + "end."
    found = list(chunks(_sections(f"Short one. {long} Short two."), size=100))
    assert [chunk.text for chunk in found] == ["Short one.", long, "Short two."]
    assert not any(chunk.cut for chunk in found)


def test_a_sentence_without_end_is_cut_at_spaces_and_says_so() -> None:
    """A sentence of more than four chunks is cut between words; its last part does not say so."""
    text = "word " * 300 + "end."
    found = list(chunks(_sections(text), size=100))
    assert [chunk.cut for chunk in found] == [True] * 3 + [False]
    assert all(len(chunk.text) <= 400 for chunk in found)
    assert all(chunk.text.endswith(("word", "end.")) for chunk in found)


def test_a_text_without_spaces_is_cut_where_it_must() -> None:
    """Where there is no space, the cut stands at the limit."""
    found = list(chunks(_sections("x" * 1000), size=100))
    assert [len(chunk.text) for chunk in found] == [400, 400, 200]


def test_the_place_is_that_of_the_first_character() -> None:
    """A chunk that begins on page 1 and ends on page 2 stands on page 1."""
    sections = [
        Section(0, "One is here. Two goes ", "page 1"),
        Section(22, "on. Three is last.\n", "page 2"),
    ]
    found = list(chunks(sections, size=14, overlap=0))
    assert [(chunk.text, chunk.place) for chunk in found] == [
        ("One is here.", "page 1"),
        ("Two goes on.", "page 1"),
        ("Three is last.", "page 2"),
    ]


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_no_text_gives_no_chunk(text: str) -> None:
    """A document without a sentence has no chunk."""
    assert list(chunks(_sections(text))) == []


def test_chunks_come_while_sections_are_read() -> None:
    """The first chunk is there long before the last section, and memory does not grow."""
    read = 0

    def endless() -> Iterator[Section]:
        nonlocal read
        for number in range(20_000):
            read = number
            text = f"Paragraph {number} has one sentence. And it has another one.\n"
            yield Section(number * 100, text, f"line {number}")

    found = chunks(endless())
    next(found)
    assert read < 1_000
    tracemalloc.start()
    for _ in found:
        pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2_000_000
