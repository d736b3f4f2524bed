"""Models whose weights lie in a folder here, run by `transformers` (extra `[neural]`)."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Lock
from typing import Any

from knowloom.errors import ExtraMissing, ModelUnusable
from knowloom.models.language_model import Completion, Prompt


class LocalModel:
    """A causal language model in a folder, as `save_pretrained` writes it.

    Nothing is downloaded, and code that comes with weights is not run. One prompt at a time:
    several threads may ask.

    Args:
        folder: holds configuration, weights and tokenizer.

    Raises:
        ExtraMissing: `transformers` is not installed.
        ModelUnusable: the folder holds no model of this kind.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tokenizer, self._model = _loaded(folder)
        self._lock = Lock()

    @property
    def name(self) -> str:
        """The folder's name, with the time its configuration was written."""
        written = (self._folder / "config.json").stat().st_mtime_ns
        return f"{self._folder.resolve()} of {written}"

    def complete(self, prompt: Prompt) -> Completion:
        """Return the completion, the likeliest token at each step.

        Raises:
            ModelUnusable: the prompt and the completion are longer than the model reads.
        """
        started = time.monotonic()
        given = self._encoded(prompt.text)
        asked = int(given["input_ids"].shape[1])
        most = getattr(self._model.config, "max_position_embeddings", None)
        if most is not None and asked + prompt.limit > most:
            why = f"it reads {most:,} tokens, not {asked:,} and {prompt.limit:,} to answer"
            raise ModelUnusable(self._folder, why)
        with self._lock:
            made = self._model.generate(
                **given,
                do_sample=False,
                max_new_tokens=prompt.limit,
                pad_token_id=self._tokenizer.pad_token_id or self._tokenizer.eos_token_id or 0,
                **({"stop_strings": list(prompt.stop)} if prompt.stop else {}),
                tokenizer=self._tokenizer,
            )
        new = made[0, asked:]
        text, stopped = _until(self._tokenizer.decode(new, skip_special_tokens=True), prompt.stop)
        cut = len(new) >= prompt.limit and not stopped
        return Completion(text, asked, len(new), time.monotonic() - started, cut)

    def tokens(self, text: str) -> int:
        """Return how many tokens the model takes a text for."""
        return len(self._tokenizer(text)["input_ids"])

    def _encoded(self, text: str) -> dict[str, Any]:
        """Return a prompt as the model was taught to be asked."""
        if self._tokenizer.chat_template:
            said = [{"role": "user", "content": text}]
            text = self._tokenizer.apply_chat_template(
                said, tokenize=False, add_generation_prompt=True
            )
        given = self._tokenizer(text, return_tensors="pt")
        return {name: given[name] for name in ("input_ids", "attention_mask")}


def _loaded(folder: Path) -> tuple[Any, Any]:
    try:
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ModuleNotFoundError as error:
        raise ExtraMissing("a model in a folder", "neural") from error
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise ModelUnusable(folder, str(error).partition("\n")[0]) from error
    return tokenizer, model.eval()


def _until(text: str, stops: tuple[str, ...]) -> tuple[str, bool]:
    """Return a text up to the first stop, and whether there is one."""
    ends = [at for stop in stops if (at := text.find(stop)) >= 0]
    return (text[: min(ends)], True) if ends else (text, False)
