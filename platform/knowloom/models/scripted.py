"""The model that answers what it was told to: for tests, and for people who write extractors."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from knowloom.errors import ModelError
from knowloom.models.language_model import Completion, Prompt


class Scripted:
    """Answers from a script and remembers what it was asked.

    Args:
        script: the answers in order, or a function from the text of a prompt to its answer.

    >>> model = Scripted(["results = []"])
    >>> model.complete(Prompt("anything")).text
    'results = []'
    """

    name = "scripted"

    def __init__(self, script: Iterable[str] | Callable[[str], str]) -> None:
        self._answer = script if callable(script) else self._next
        self._left = iter(() if callable(script) else script)
        self.asked: list[Prompt] = []

    def complete(self, prompt: Prompt) -> Completion:
        """Return the next answer of the script.

        Raises:
            ModelError: the script has no more answers.
        """
        self.asked.append(prompt)
        text = self._answer(prompt.text)
        return Completion(text, self.tokens(prompt.text), self.tokens(text))

    def tokens(self, text: str) -> int:
        """Return how many words a text has: what this model takes for tokens."""
        return len(text.split())

    def _next(self, text: str) -> str:
        try:
            return next(self._left)
        except StopIteration:
            raise ModelError(f"the script has no answer left for {text[:60]!r}") from None
