"""How long prompts are as an ontology grows, strategy by strategy (items 37, 39 and 126).

    python bench/prompts.py [--limit 2048]

The classes are made up, seeded. Tokens are counted by MiniLM's tokenizer, so this runs where the
extra `neural` is; retrieval searches the database of the settings, which must be empty and is
emptied afterwards. A scripted model imports three of the classes it is shown.
"""

from __future__ import annotations

import argparse
import sys
import time
from functools import partial
from pathlib import Path

from knowloom.base import KnowledgeBase
from knowloom.errors import PromptTooLong
from knowloom.extract.findings import Passage
from knowloom.extract.prompts import Count
from knowloom.extract.strategies import Asking, Search, Strategy, conversation
from knowloom.extractors import classes_for
from knowloom.models.language_model import converse
from knowloom.models.minilm import weights_folder
from knowloom.models.scripted import Scripted
from knowloom.ontology.concepts import Ontology
from knowloom.ontology.generate import generated
from knowloom.session import knowledge_base
from knowloom.settings import load_settings

sys.path.insert(0, str(Path(__file__).parent))
from read import empty

SIZES = (10, 100, 1_000, 10_000)
SENTENCE = Passage("In 1987 the committee moved its northern office from Lyon to a harbour town.")
_IMPORTED = 3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=2048)
    limit: int = parser.parse_args().limit
    count = counter()
    print(f"{'types':>7} {'strategy':10} {'calls':>6} {'longest':>8} {'all tokens':>11} {'ms':>8}")
    with knowledge_base(load_settings()) as kb:
        if len(kb.ontology):
            sys.exit("the graph holds an ontology: point this at an empty database")
        for size in SIZES:
            concepts = generated(entities=size, relations=0, events=0)
            one_size(kb, Ontology(concepts), count, limit)
        empty(kb.database)


def one_size(kb: KnowledgeBase, ontology: Ontology, count: Count, limit: int) -> None:
    """Print what each strategy asks with an ontology."""
    kb.save_ontology(ontology)
    search = partial(classes_for, kb.database)
    for strategy in Strategy:
        started = time.perf_counter()
        try:
            asked = prompts(ontology, strategy, count, limit, search)
        except PromptTooLong as error:
            print(f"{len(ontology):7,} {strategy:10} refused: {error}")
            continue
        tokens = [count(text) for text in asked]
        spent = (time.perf_counter() - started) * 1e3
        figures = f"{len(asked):6,} {max(tokens):8,} {sum(tokens):11,} {spent:8,.0f}"
        verdict = "  TOO LONG" if max(tokens) > limit else ""
        print(f"{len(ontology):7,} {strategy:10} {figures}{verdict}", flush=True)


def prompts(
    ontology: Ontology, strategy: Strategy, count: Count, limit: int, search: Search
) -> list[str]:
    """Return every prompt for one sentence."""
    names = [concept.name for concept in ontology][:_IMPORTED]

    def answer(prompt: str) -> str:
        shown = [name for name in names if name in prompt] or names
        return f"Import {', '.join(shown)}" if "mport" in prompt else "results = []"

    model = Scripted(answer)
    converse(model, conversation(SENTENCE, Asking(ontology, count, limit, strategy, search)))
    return [prompt.text for prompt in model.asked]


def counter() -> Count:
    """Return MiniLM's counting."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(weights_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False))


if __name__ == "__main__":
    main()
