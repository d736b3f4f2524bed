"""Texts as the network takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer

from knowloom.extract.findings import Span
from knowloom.extract.neural.network import LETTERS, Batch
from knowloom.extract.neural.words import words

_LAST = 128  # letters beyond count as this one
_JOINED = 130  # stands before the letters of a word that no space parts from the one before
_MOST_PIECES = 256


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text in the encoder's pieces.

    Args:
        spans: where its words stand, as far as the encoder reads.
        pieces, word_of: number of each piece, and of the word it belongs to (-1 for none).
        letters: numbers of the first letters of each word.
    """

    spans: list[Span]
    pieces: list[int]
    word_of: list[int]
    letters: list[list[int]]


def tokenizer_in(folder: Path) -> Any:
    """Return the tokenizer that a folder holds."""
    return AutoTokenizer.from_pretrained(folder)


def encoded(tokenizer: Any, text: str) -> Encoded:
    """Return a text in pieces; what is behind the 256th is not read."""
    spans = words(text)
    parts = [text[start:end] for start, end in spans]
    made = tokenizer(parts, is_split_into_words=True, truncation=True, max_length=_MOST_PIECES)
    word_of = [-1 if number is None else number for number in made.word_ids()]
    read = max(word_of, default=-1) + 1
    joined = [False, *(after.start == before.end for before, after in pairwise(spans))]
    letters = [_letters(parts[number], joined[number]) for number in range(read)]
    return Encoded(spans[:read], made["input_ids"], word_of, letters)


def _letters(word: str, joined: bool) -> list[int]:
    """Return the numbers of a word's first letters."""
    marks = [_JOINED] if joined else []
    numbers = [*marks, *(min(ord(c), _LAST) + 1 for c in word)][:LETTERS]
    return numbers + [0] * (LETTERS - len(numbers))


def batch_of(texts: Sequence[Encoded]) -> Batch:
    """Return texts side by side; each has at least one word."""
    pieces = max(len(text.pieces) for text in texts)
    length = max(len(text.spans) for text in texts)
    numbers = torch.zeros(len(texts), pieces, dtype=torch.long)
    mask = torch.zeros(len(texts), pieces, dtype=torch.long)
    word_of = torch.full((len(texts), pieces), length)
    there = torch.zeros(len(texts), length, dtype=torch.bool)
    letters = torch.zeros(len(texts), length, LETTERS, dtype=torch.long)
    for row, text in enumerate(texts):
        count, size = len(text.pieces), len(text.spans)
        numbers[row, :count] = torch.tensor(text.pieces)
        mask[row, :count] = 1
        word_of[row, :count] = torch.tensor([length if w < 0 else w for w in text.word_of])
        there[row, :size] = True
        letters[row, :size] = torch.tensor(text.letters)
    return Batch(numbers, mask, word_of, there, letters)
