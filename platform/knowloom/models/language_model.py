"""The one protocol of language models: a prompt in, a completion with its cost out."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol, TypeVar

Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked.

    Args:
        text: all of it.
        limit: most tokens of the completion (items 50: 640 in the paper's first version).
        stop: texts that end the completion; not part of it.
    """

    text: str
    limit: int = 640
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model answered, and what that cost.

    Args:
        text: the answer.
        prompt_tokens, completion_tokens: as the model counts them.
        seconds: from asking to the last token; 0 for an answer from the cache.
        cut: True when the limit ended it.
        cached: True when it was not paid for again.
    """

    text: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    cut: bool = False
    cached: bool = False


Conversation = Generator[Prompt, Completion, Outcome]
"""A pure talk with a model: yields prompts, receives completions, returns its outcome."""


class LanguageModel(Protocol):
    """Something that completes prompts, always with temperature 0."""

    @property
    def name(self) -> str:
        """Which model it is; part of the cache key and of every record's evidence."""
        ...

    def complete(self, prompt: Prompt) -> Completion:
        """Return the completion.

        Raises:
            ModelError: the model could not be reached, refused, or answered with nonsense.
        """
        ...

    def tokens(self, text: str) -> int:
        """Return how many tokens a text has, as exactly as the model lets us know."""
        ...


def converse(model: LanguageModel, conversation: Conversation[Outcome]) -> Outcome:
    """Return the outcome of a conversation held with `model`."""
    try:
        prompt = next(conversation)
        while True:
            prompt = conversation.send(model.complete(prompt))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
