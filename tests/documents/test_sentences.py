"""Where sentences end, in English, in Chinese, and in texts made to break the rules."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowloom.documents.sentences import sentences

ENGLISH = [
    ["G. Hinton was born in 1947.", "He lives in Toronto."],
    ["It was read by A. M. Turing.", "J.W. Backus and C. A. R. Hoare agreed."],
    ["C. A. R. Hoare wrote it.", "A. N. Other did not."],
    ["He works at the U. of T. in Toronto.", "It is large."],
    ["Prof. Y. LeCun met Dr. B. Liskov et al. in St. Louis.", "They talked."],
    ["It is 3.14 or 98.5%.", "Version 2.0.1 is out."],
    ['He said: "It works."', "Then he left."],
    ['"What is it?" she asked.', "“Nothing.”", "‘Really?’", "So be it."],
    ["Wait... what?", "I see … nothing.", "It ended…", "Then it went on."],
    ["He was born in Washington, D.C.", "The U.S. Government paid."],
    ["He joined IBM Corp. in 1950.", "The Ford Motor Co. was next."],
    ["Fred Brooks Jr. died.", "It was on Nov. 17, 2022."],
    ["She has a Ph.D. and an M.D.", "He has none."],
    ["See Fig. 3, p. 12 and Vol. 3, No. 2.", "Is that all?", "No!"],
    ["(It was late.)", "[Nobody came.]", "He won it in 1975.[3]", "Next came Simon."],
    ["1. First the one.", "2. Then the other."],
    ["Some, e.g. Lisp, i.e. LISP, are old.", "Who was I?", "I was X."],
    ["He said no.", "Then it was yes."],
    ["What?!", "Never!!!", "It ended at 5 p.m. on Monday."],
    ["See www.example.com or node.js.", "Both are there."],
    ["I saw 😀 him.", "Then 𝔸 left."],
    ["He was born in Zürich.", "Émile was not.", "Łukasz was."],
]
CHINESE = [
    ["杰弗里·辛顿1947年生于伦敦。", "他说：“它可以用！”", "然后离开了。"],
    ["（他在多伦多大学工作。）", "真的吗？！", "是的……好吧。"],
    ["价格是3.14元；", "很贵；", "走吧。"],
    ["「他走了。」", "她问：『为什么？』", "没有人知道。"],
    ["他走了。", '"好的"。', "我们也走。"],
    ['"他走了。"', "好的。"],
    ["真的吗?", "是的!", "好."],
    ["G. Hinton 获得了图灵奖。", "A. M. Turing没有。", "Then it was over."],
    ["他在IBM工作。", "价格是3.14元。", "Who knows？"],
]


def _parted(text: str) -> list[str]:
    """Return the texts of the sentences."""
    return [text[s.start : s.end] for s in sentences(text)]


@pytest.mark.parametrize("expected", ENGLISH, ids=lambda e: e[0])
def test_english_sentences_end_where_people_end_them(expected: list[str]) -> None:
    """Abbreviations, initials, decimals, quotations and ellipses do not part a sentence."""
    assert _parted(" ".join(expected)) == expected


@pytest.mark.parametrize("expected", CHINESE, ids=lambda e: e[0])
def test_chinese_sentences_need_no_space(expected: list[str]) -> None:
    """Full-width marks end a sentence, with the quotes and brackets that close behind them."""
    assert _parted("".join(expected)) == expected


def test_a_line_break_ends_a_sentence() -> None:
    """A heading and the items of a list are sentences of their own, with or without a stop."""
    assert _parted("A heading\nlower case\n\n- IBM Corp.\n- one") == [
        "A heading",
        "lower case",
        "- IBM Corp.",
        "- one",
    ]


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "\t \n"])
def test_white_space_holds_no_sentence(text: str) -> None:
    """A text of nothing but white space has no sentence."""
    assert _parted(text) == []


ALPHABET = st.sampled_from(
    [*"aBc.!?…。！？；\"'“”（）()[] \n1", "Dr.", "The ", "他", "e.g. ", "A. "]
)
TEXTS = st.lists(ALPHABET, max_size=60).map("".join)


@given(TEXTS)
def test_sentences_hold_all_but_white_space(text: str) -> None:
    """Sentences are in order, do not overlap, and leave nothing but white space out."""
    found = list(sentences(text))
    edges = [0, *(edge for s in found for edge in s), len(text)]
    assert edges == sorted(edges)
    between = [text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    assert "".join(between).strip() == ""
    assert all(text[s.start : s.end].strip() == text[s.start : s.end] != "" for s in found)


@given(TEXTS)
def test_where_a_sentence_begins_says_where_it_ends(text: str) -> None:
    """Beginning at the start of any sentence gives the rest of them: texts can be streamed."""
    found = list(sentences(text))
    for index, sentence in enumerate(found):
        assert list(sentences(text, sentence.start)) == found[index:]


@pytest.mark.parametrize(
    "bomb",
    [". ", "“a. ", '。"', "(a. ", "!", "A. B ", "a.\n", '"', "。", " ", "a", '"好', "…. "],
    ids=repr,
)
def test_time_grows_with_the_text_alone(bomb: str) -> None:
    """A megabyte of whatever does not take longer than a few seconds."""
    text = bomb * (1_000_000 // len(bomb))
    began = time.process_time()
    for _ in sentences(text):
        pass
    assert time.process_time() - began < 10
