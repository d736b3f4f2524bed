"""The extractor that asks a language model: direct prompts, in parts where they do not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b

import orjson

from knowloom.extract.checks import in_range
from knowloom.extract.completions import parse_completion
from knowloom.extract.findings import Extraction, Passage
from knowloom.extract.prompts import Task, concepts_of, partitioned
from knowloom.extract.spans import placed
from knowloom.models.language_model import Conversation, LanguageModel, Prompt, converse
from knowloom.ontology.as_json import to_json
from knowloom.ontology.concepts import Ontology

_PROMPTS = "direct.1"  # changes with the prompts and with what is made of the answers
_TASKS = (Task.NER, Task.RE, Task.EAE)


class LanguageModelExtractor:
    """Asks a model for entities, relations and events, and reads its answers as data.

    Args:
        model: any model.
        ontology: the classes asked for.
        limit: most tokens of a prompt (S0 §4.3: 2,048).
        parallel: how many passages are on their way at once.
    """

    name = "model"

    def __init__(
        self, model: LanguageModel, ontology: Ontology, *, limit: int = 2048, parallel: int = 4
    ) -> None:
        self._model = model
        self._ontology = ontology
        self._limit = limit
        self._parallel = parallel

    @property
    def version(self) -> str:
        """A hash of model, prompts and classes."""
        classes = orjson.dumps(to_json(self._ontology), option=orjson.OPT_SORT_KEYS)
        whole = blake2b(f"{self._model.name} {_PROMPTS} {self._limit}".encode(), digest_size=8)
        whole.update(classes)
        return whole.hexdigest()

    def extract(self, passages: Sequence[Passage]) -> Iterator[Extraction]:
        """Yield what the model finds in each passage.

        Raises:
            ModelError: the model could not be asked.
            PromptTooLong: a class does not fit into a prompt with its passage.
        """
        with ThreadPoolExecutor(self._parallel) as pool:
            yield from pool.map(self._one, passages)

    def _one(self, passage: Passage) -> Extraction:
        return converse(
            self._model,
            conversation(passage, self._ontology, limit=self._limit, count=self._model.tokens),
        )


def conversation(
    passage: Passage, ontology: Ontology, *, limit: int, count: Callable[[str], int]
) -> Conversation[Extraction]:
    """Ask for everything in a passage: one prompt a task, several where one does not fit.

    Args:
        passage: what to extract from.
        ontology: the classes.
        limit: most tokens of a prompt.
        count: tells how many tokens a text has.

    Returns:
        All answers together, placed and checked; the same object said twice counts once.
    """
    parts: list[Extraction] = []
    for task in _TASKS:
        wanted = concepts_of(ontology, task)
        prompts = partitioned(ontology, wanted, task, passage.text, limit=limit, count=count)
        for _, prompt in prompts:
            completion = yield Prompt(prompt)
            read = parse_completion(completion.text, ontology)
            parts.append(in_range(placed(read, passage.text, ontology), ontology))
    return _united(parts)


def _united(parts: Sequence[Extraction]) -> Extraction:
    """Return several extractions of one passage as one."""
    findings = {repr(finding): finding for part in parts for finding in part.findings}
    return Extraction(tuple(findings.values()), tuple(d for part in parts for d in part.dropped))
