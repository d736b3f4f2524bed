"""What words mean, by the frozen encoder that `knowloom[neural]` brings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - torch's own habit

from knowloom.kbqa.paths import Path as Steps
from knowloom.kbqa.paths import Step, path_text
from knowloom.kbqa.rank import Meaning
from knowloom.models.minilm import MiniLM

_LONGEST = 64  # word pieces of a question or a relation


class Encoder:
    """Turns texts into vectors of length 1; those of relations are kept.

    Raises:
        ExtraMissing: `knowloom[neural]` is not installed.
    """

    def __init__(self) -> None:
        self._encoder = MiniLM(_LONGEST)
        self._places: dict[Step, int] = {}
        self._rows = torch.empty(0, MiniLM.width)
        self._asked: tuple[str, Tensor] | None = None

    def encode(self, texts: Sequence[str]) -> Tensor:
        """Return a row of 384 numbers for each text."""
        return torch.from_numpy(self._encoder.encode(texts))

    def question(self, text: str) -> Tensor:
        """Return the row of a question; the last one is kept, since it is looked at repeatedly."""
        if self._asked is None or self._asked[0] != text:
            self._asked = (text, self.encode([text])[0])
        return self._asked[1]

    def steps(self, steps: Sequence[Step]) -> Tensor:
        """Return a row for each step of a path."""
        new = [step for step in dict.fromkeys(steps) if step not in self._places]
        if new:
            rows = self.encode([path_text((step,)) for step in new])
            self._places.update(zip(new, count(len(self._rows)), strict=False))
            self._rows = torch.cat((self._rows, rows))
        return self._rows[[self._places[step] for step in steps]]

    def similar(self, question: str, paths: Sequence[Steps]) -> list[Meaning]:
        """Return how alike a question and each path are."""
        if not paths:
            return []
        asked = self.question(question)
        rows = self.steps([step for path in paths for step in path])
        sizes = torch.tensor([len(path) for path in paths])
        ends, likeness = sizes.cumsum(0), rows @ asked
        whole = F.normalize(torch.segment_reduce(rows, "mean", lengths=sizes), dim=-1) @ asked
        numbers = (whole, likeness[ends - sizes], likeness[ends - 1])
        return [Meaning(*each) for each in torch.stack(numbers, dim=1).tolist()]
