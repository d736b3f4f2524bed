"""What asking a language model costs, counted (item 126)."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from knowloom.models.language_model import Completion, LanguageModel, Prompt


@dataclass(slots=True)
class Spent:
    """What was asked so far.

    Args:
        calls: prompts, those answered from the cache included.
        cached: prompts that were answered from the cache.
        prompt_tokens, completion_tokens: of all of them, as the model counts.
    """

    calls: int = 0
    cached: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Metered:
    """A model that counts what it is asked; several threads may ask.

    Args:
        model: asked.
        spent: counted on.
    """

    def __init__(self, model: LanguageModel, spent: Spent) -> None:
        self._model = model
        self._spent = spent
        self._lock = Lock()

    @property
    def name(self) -> str:
        """The model's."""
        return self._model.name

    def complete(self, prompt: Prompt) -> Completion:
        """Ask, and count.

        Raises:
            ModelError: as the model.
        """
        answer = self._model.complete(prompt)
        with self._lock:
            self._spent.calls += 1
            self._spent.cached += answer.cached
            self._spent.prompt_tokens += answer.prompt_tokens
            self._spent.completion_tokens += answer.completion_tokens
        return answer

    def tokens(self, text: str) -> int:
        """Return the model's count."""
        return self._model.tokens(text)
