"""The network of the trained extractor: MiniLM with letters, spans of words, and pairs of spans.

Words are the means of their pieces, with what their letters say beside them, since the encoder
does not see capitals; a recurrent layer reads over them. Every span of up to `WIDEST` words has a
class or none, every ordered pair of found spans any number of relations.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from transformers import AutoConfig, AutoModel

WIDEST = 10  # words of a span
LETTERS = 16  # letters of a word that are looked at
_ALPHABET = 131
_HIDDEN = 192
_SPAN = 256
_FAR = -1e4
# Where the processor multiplies numbers of 16 bits faster, the encoder learns with them.
_HALVES = bool(getattr(torch.cpu, "get_capabilities", dict[str, bool])().get("avx512_bf16"))


@dataclass(frozen=True, slots=True)
class Batch:
    """Sentences side by side.

    Args:
        pieces: the encoder's numbers, sentences by pieces.
        mask: 1 where there is a piece.
        word_of: the word a piece belongs to; the number of words where it belongs to none.
        words: True where there is a word, sentences by words.
        letters: of each word, sentences by words by `LETTERS`.
    """

    pieces: Tensor
    mask: Tensor
    word_of: Tensor
    words: Tensor
    letters: Tensor


@dataclass(frozen=True, slots=True)
class Spans:
    """All spans of up to `WIDEST` words: where they begin and end, and what they look like."""

    starts: Tensor
    ends: Tensor
    looks: Tensor


class Network(nn.Module):
    """Scores spans and pairs.

    Args:
        encoder: the folder of the encoder.
        types: how many classes of entities there are.
        relations: how many relations there are.
        weights: whether to load the encoder's weights; not when all weights follow.
    """

    def __init__(self, encoder: Path, types: int, relations: int, *, weights: bool = True) -> None:
        super().__init__()
        self.relations = relations
        if weights:
            self.encoder = AutoModel.from_pretrained(encoder)
        else:
            self.encoder = AutoModel.from_config(AutoConfig.from_pretrained(encoder))
        inner = self.encoder.config.hidden_size
        self.letter = nn.Embedding(_ALPHABET, 32, padding_idx=0)
        self.shape = nn.Conv1d(32, 64, 3, padding=1)
        self.over = nn.LSTM(inner + 64, _HIDDEN, batch_first=True, bidirectional=True)
        wide = 2 * _HIDDEN
        self.parts = nn.Linear(wide, 3 * _SPAN)
        self.width = nn.Embedding(WIDEST + 1, _SPAN)
        nn.init.normal_(self.width.weight, std=0.1)
        self.span = nn.Sequential(nn.GELU(), nn.Dropout(0.25))
        self.label = nn.Linear(_SPAN, types + 1)
        self.kind = nn.Embedding(types + 1, 32)
        self.pair = nn.Sequential(
            nn.Linear(2 * (_SPAN + 32) + 2 * wide, _SPAN),
            nn.GELU(),
            nn.Dropout(0.25),
            nn.Linear(_SPAN, max(relations, 1)),
        )
        self.drop = nn.Dropout(0.25)

    def read(self, batch: Batch) -> Tensor:
        """Return what the words of sentences mean where they stand."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.training and _HALVES):
            out = self.encoder(input_ids=batch.pieces, attention_mask=batch.mask).last_hidden_state
        out = out.float()
        sentences, words = batch.words.shape
        place = batch.word_of.unsqueeze(-1).expand_as(out)
        sums = out.new_zeros(sentences, words + 1, out.size(-1)).scatter_add(1, place, out)
        ones = torch.ones_like(batch.word_of, dtype=out.dtype)
        counts = out.new_zeros(sentences, words + 1).scatter_add(1, batch.word_of, ones)
        means = (sums / counts.clamp(min=1).unsqueeze(-1))[:, :words]
        joined = self.drop(torch.cat([means, self._shapes(batch.letters)], -1))
        lengths = batch.words.sum(1).cpu()
        packed = pack_padded_sequence(joined, lengths, batch_first=True, enforce_sorted=False)
        over, _ = pad_packed_sequence(self.over(packed)[0], batch_first=True, total_length=words)
        return self.drop(over)

    def spans(self, over: Tensor) -> Spans:
        """Return all spans of sentences; each word is multiplied once, not once a span."""
        length = over.size(1)
        first, last, inside = self.parts(over).chunk(3, -1)
        starts, ends, looks = [], [], []
        peak = inside
        for width in range(1, min(WIDEST, length) + 1):
            count = length - width + 1
            peak = torch.maximum(peak[:, :count], inside[:, width - 1 :])
            at = torch.arange(count)
            starts.append(at)
            ends.append(at + width)
            looks.append(first[:, :count] + last[:, width - 1 :] + peak + self.width.weight[width])
        return Spans(torch.cat(starts), torch.cat(ends), self.span(torch.cat(looks, 1)))

    def relate(
        self, over: Tensor, batch: Batch, spans: Spans, pairs: Tensor, kinds: Tensor
    ) -> Tensor:
        """Return a score for each relation of each pair.

        Args:
            over: of `read`.
            batch: that was read.
            spans: of `spans`.
            pairs: rows of sentence, head span, tail span.
            kinds: rows of the classes of head and tail.
        """
        sentence, head, tail = pairs.unbind(1)
        whole = over.masked_fill(~batch.words.unsqueeze(-1), _FAR).amax(1)
        looks = spans.looks
        given = [
            looks[sentence, head],
            self.kind(kinds[:, 0]),
            looks[sentence, tail],
            self.kind(kinds[:, 1]),
            between(over, spans, pairs),
            whole[sentence],
        ]
        return self.pair(torch.cat(given, -1))

    def _shapes(self, letters: Tensor) -> Tensor:
        """Return what the letters of words look like."""
        sentences, words, length = letters.shape
        given = self.letter(letters.view(sentences * words, length)).transpose(1, 2)
        return self.shape(given).relu().amax(-1).view(sentences, words, -1)


def between(over: Tensor, spans: Spans, pairs: Tensor) -> Tensor:
    """Return the strongest of the words between the spans of each pair, 0 where there are none.

    Args:
        over: sentences by words by features.
        spans: whose places pairs name.
        pairs: rows of sentence, head span, tail span.
    """
    sentence, head, tail = pairs.unbind(1)
    start = torch.where(
        spans.starts[head] <= spans.starts[tail], spans.ends[head], spans.ends[tail]
    )
    end = torch.maximum(spans.starts[head], spans.starts[tail])
    strongest = over.new_zeros(len(pairs), over.size(-1))
    reach, peaks = 1, over  # the strongest of so many words, from each word on
    while (at := (end - start >= reach).nonzero().flatten()).numel():
        s, a, b = sentence[at], start[at], end[at]
        strongest = strongest.index_copy(0, at, torch.maximum(peaks[s, a], peaks[s, b - reach]))
        peaks = torch.maximum(peaks[:, :-reach], peaks[:, reach:])
        reach *= 2
    return strongest
