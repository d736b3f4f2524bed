"""The extractor that asks a language model, by any strategy, and reads its answers as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b

import orjson

from knowloom.extract.findings import Extraction, Passage
from knowloom.extract.strategies import Asking, Search, Strategy, conversation
from knowloom.models.language_model import LanguageModel, converse
from knowloom.ontology.as_json import to_json
from knowloom.ontology.concepts import Ontology

_PROMPTS = "2"  # changes with the prompts and with what is made of the answers


class LanguageModelExtractor:
    """Asks a model for entities, relations and events.

    Args:
        model: any model.
        ontology: the classes asked for.
        strategy: what of the ontology the model is shown.
        search: tells the classes that a text may speak of; where there is none, `AUTO` is direct.
        limit: most tokens of a prompt (S0 §4.3: 2,048).
        parallel: how many passages are on their way at once.

    >>> from knowloom.models.scripted import Scripted
    >>> from knowloom.ontology.concepts import Concept
    >>> model = Scripted(['results = [City("Rome")]'])
    >>> extractor = LanguageModelExtractor(model, Ontology([Concept(name="City")]))
    >>> [found.name for one in extractor.extract([Passage("In Rome.")]) for found in one.findings]
    ['Rome']
    """

    name = "model"

    def __init__(
        self,
        model: LanguageModel,
        ontology: Ontology,
        *,
        strategy: Strategy = Strategy.AUTO,
        search: Search | None = None,
        limit: int = 2048,
        parallel: int = 4,
    ) -> None:
        self._model = model
        self._asking = Asking(ontology, model.tokens, limit, strategy, search)
        self._parallel = parallel

    @property
    def version(self) -> str:
        """A hash of model, prompts, strategy and classes."""
        asking = self._asking
        told = f"{self._model.name} {_PROMPTS} {asking.strategy} {asking.limit}"
        whole = blake2b(told.encode(), digest_size=8)
        whole.update(orjson.dumps(to_json(asking.ontology), option=orjson.OPT_SORT_KEYS))
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
        return converse(self._model, conversation(passage, self._asking))
