"""Things by number: found again as a dictionary would find them, and written as lines."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from knowloom.knowledge.record import packed_uids, uid_of_key
from knowloom.store.numbers import Keys, Numbers, digits_of, lines_of

UIDS = st.one_of(
    st.integers(0, 200).map(lambda number: uid_of_key("Person", (number,))),
    st.integers(0, 9).map(lambda number: f"{number:016x}{number:08x}"),  # alike in their halves
    st.integers(0, 9).map(lambda number: f"{0:016x}{number:08x}"),
    st.text(max_size=30),
)


def keys(uids: list[str]) -> Keys:
    """Return the keys of uids."""
    return Keys.in_(packed_uids(uids))


@given(st.lists(st.lists(UIDS, max_size=50), max_size=8))
def test_numbers_are_those_of_a_dictionary(blocks: list[list[str]]) -> None:
    """Whatever is known already or said twice in one block."""
    numbers, known = Numbers(), dict[str, int]()
    for block in blocks:
        first = keys(block).are_first()
        assert first.tolist() == [uid not in block[:i] for i, uid in enumerate(block)]
        found = numbers.find(keys(block))
        assert found.tolist() == [known.get(uid, -1) for uid in block]
        new = keys(block)[first & (found < 0)]
        assert numbers.add(new).tolist() == list(range(len(known), len(known) + len(new)))
        for uid in block:
            known.setdefault(uid, len(known))
        assert len(numbers) == len(known)
    assert numbers.find(keys(list(known))).tolist() == list(known.values())


def test_more_keys_than_there_was_room_for() -> None:
    """The table grows, by small blocks and by large ones, and forgets nothing."""
    heads = np.arange(200_000, dtype=np.int64)
    pairs = Keys.of_pairs(heads, heads // 7)
    numbers = Numbers()
    for start, end in ((0, 10), (10, 5_000), (5_000, 5_001), (5_001, 200_000)):
        numbers.add(pairs[np.arange(start, end)])
    assert (numbers.find(pairs) == heads).all()
    assert (numbers.find(Keys.of_pairs(heads, heads // 7 + 1)) == -1).all()


def test_pairs_are_told_apart_by_both_ends() -> None:
    """In their order, and when one of them is no number of a thing."""
    heads = np.array([1, 2, 1, -1], np.int64)
    tails = np.array([2, 1, 2, 2], np.int64)
    assert Keys.of_pairs(heads, tails).are_first().tolist() == [True, True, False, True]


@given(st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 99)), min_size=1))
def test_lines_hold_the_numbers(rows: list[tuple[int, int]]) -> None:
    """With zeros before them, so that all lines have one length."""
    columns = [np.array(column, np.int64) for column in zip(*rows, strict=True)]
    text = lines_of([columns[0], b",true,", columns[1], b"\n"]).tobytes().decode()
    said = [line.split(",true,") for line in text.splitlines()]
    assert [(int(first), int(last)) for first, last in said] == rows
    assert len(set(map(len, text.splitlines()))) == 1


def test_digits_of_a_set_width() -> None:
    """As many as are wanted."""
    numbers = np.array([0, 7, 1234], np.int64)
    assert [bytes(each) for each in digits_of(numbers, 6)] == [b"000000", b"000007", b"001234"]


def test_uids_of_any_form_are_told_apart_when_packed() -> None:
    """Twelve bytes each: their own where they are uids of ours, else those of a hash."""
    ours = [uid_of_key("Person", (name,)) for name in ("Ada", "Bo")]
    assert packed_uids(ours) == bytes.fromhex("".join(ours))
    odd = [ours[0], ours[0].upper(), "", "Ada", ours[1][:-1], f"{ours[1]}0", "é" * 24]
    packed = packed_uids(odd)
    assert packed[:12] == bytes.fromhex(ours[0])
    assert len({packed[i : i + 12] for i in range(0, len(packed), 12)}) == len(odd)
    assert packed == b"".join(packed_uids([uid]) for uid in odd)
