"""Models behind an endpoint that speaks OpenAI's protocol: Ollama, vLLM, llama.cpp, hosted ones.

The `openai` client repeats what may be repeated (429, 5xx, broken connections), and waits as long
as the endpoint asks.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from knowloom.errors import (
    ExtraMissing,
    ModelAnswerUnusable,
    ModelOverloaded,
    ModelRefused,
    ModelUnreachable,
)
from knowloom.models.language_model import Completion, Prompt

if TYPE_CHECKING:
    from openai import OpenAI

_CHARACTERS_A_TOKEN = 3  # code and names have about four; rather too many tokens than too few


class OpenAICompatible:
    """A chat model at an address.

    Args:
        url: such as `http://localhost:11434/v1`.
        model: what the endpoint calls it.
        key: for endpoints that want one; never shown.
        timeout: seconds for one answer.
        retries: how often a request is repeated that may be.

    Raises:
        ExtraMissing: the `openai` client is not installed.
    """

    def __init__(
        self, url: str, model: str, key: str = "", *, timeout: float = 120, retries: int = 4
    ) -> None:
        self._url = url
        self._model = model
        self._client = _client(url, key, timeout, retries)

    def __repr__(self) -> str:
        return f"OpenAICompatible({self._url!r}, {self._model!r})"

    @property
    def name(self) -> str:
        """The model's name with its address."""
        return f"{self._model} at {self._url}"

    def complete(self, prompt: Prompt) -> Completion:
        """Return the completion, with temperature 0.

        Raises:
            ModelUnreachable: nobody answers, or not in time.
            ModelRefused: the key, the model's name or the request was refused.
            ModelOverloaded: there was no room, also after waiting.
            ModelAnswerUnusable: the answer is none.
        """
        import openai

        started = time.monotonic()
        try:
            answer = self._client.chat.completions.create(
                model=self._model,
                messages=[{"role": "user", "content": prompt.text}],
                temperature=0,
                max_tokens=prompt.limit,
                stop=list(prompt.stop) or openai.omit,
            )
        except openai.APIConnectionError as error:
            raise ModelUnreachable(self._url, str(error.__cause__ or error)) from error
        except openai.RateLimitError as error:
            raise ModelOverloaded(self._url) from error
        except openai.APIStatusError as error:
            if error.status_code >= 500:
                raise ModelUnreachable(self._url, f"status {error.status_code}") from error
            raise ModelRefused(self._url, self._model, f"status {error.status_code}") from error
        except (openai.OpenAIError, ValueError) as error:
            raise ModelAnswerUnusable(self._url, type(error).__name__) from error
        return self._completion(answer, time.monotonic() - started)

    def tokens(self, text: str) -> int:
        """Return an upper estimate: the protocol has no way to ask."""
        wide = sum(ord(character) > 0x2E80 for character in text)  # a token each, or more
        return math.ceil((len(text) - wide) / _CHARACTERS_A_TOKEN) + 2 * wide

    def _completion(self, answer: object, seconds: float) -> Completion:
        choices = getattr(answer, "choices", None)
        message = getattr(choices[0], "message", None) if choices else None
        text = getattr(message, "content", None)
        if not isinstance(text, str) or not choices:
            raise ModelAnswerUnusable(self._url, "it holds no text")
        usage = getattr(answer, "usage", None)
        return Completion(
            text,
            getattr(usage, "prompt_tokens", 0) or 0,
            getattr(usage, "completion_tokens", 0) or 0,
            seconds,
            cut=choices[0].finish_reason == "length",
        )


def _client(url: str, key: str, timeout: float, retries: int) -> OpenAI:
    try:
        from openai import OpenAI
    except ModuleNotFoundError as error:
        raise ExtraMissing("asking a language model", "llm") from error
    # Local endpoints want no key, the client wants one.
    return OpenAI(base_url=url, api_key=key or "none", timeout=timeout, max_retries=retries)
