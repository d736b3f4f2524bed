"""Published figures of question answering, to be read beside ours (item 72)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from knowloom.evaluation.kbqa import Outcome

SOURCE = "S0 Table 5"
# Hits@1 on WebQSP's test questions; of the paper's rows, the first three were fine-tuned.
FIGURES = {
    "NSM": 74.3,
    "TIARA": 75.2,
    "DeCAF": 82.1,
    "KD-CoT": 73.7,
    "StructGPT": 72.6,
    "KB-BINDER": 74.4,
    "CoT, LLama2-70B": 57.4,
    "ToG-R, LLama2-70B": 68.9,
    "ToG, LLama2-70B": 63.7,
    "CoT, GPT-4": 67.3,
    "ToG-R, GPT-4": 81.9,
    "ToG, GPT-4": 82.6,
    "G-Retriever": 70.1,
    "EtD, ChatGPT": 82.5,
    "KnowCoder-V2": 84.7,
}
_CAUTION = (
    "Theirs are of all test questions on the whole of Freebase, by scorers of their own (the "
    "paper's is not stated; ToG's counts parts of names). Ours are of the questions given, on the "
    "graph that is loaded: the questions compare, the graphs do not."
)


def beside(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return the published figures for questions of WebQSP's test part; nothing for others.

    Args:
        outcomes: of a data set.
    """
    ids = [outcome.asked.id for outcome in outcomes]
    return FIGURES if ids and all(id_.startswith("WebQTest-") for id_ in ids) else {}


def lines(figures: dict[str, float]) -> Iterator[str]:
    """Yield published figures for a person, and what can be compared.

    Args:
        figures: see `beside`.
    """
    if figures:
        yield f"published Hits@1 ({SOURCE})"
        yield from (f"  {name:<25}{value:.1f}" for name, value in figures.items())
        yield _CAUTION
