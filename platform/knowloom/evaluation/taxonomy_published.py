"""Published figures of taxonomy expansion, for the very names they were measured on (item 31)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from knowloom.taxonomy.questions import Question

SOURCE = "S0 Table 1"


@dataclass(frozen=True, slots=True)
class Published:
    """A data set and what was published of it.

    Args:
        name: as the paper calls it.
        digest: of its questions, see `digest_of`.
        figures: accuracy and Wu & Palmer similarity in per cent. The rows above KnowCoder-V2 that
            show a language model one example were measured on the same questions; the
            self-supervised ones on other splits.
    """

    name: str
    digest: str
    figures: Mapping[str, tuple[float, float]]


SETS = (
    Published(
        "SemEval Science",
        "23a4bc0e17c029fd",
        {
            "TEMP (another split)": (57.8, 85.3),
            "TaxoPrompt (another split)": (61.4, 85.6),
            "NL, GPT-4o": (54.8, 88.3),
            "CodeTaxo, GPT-4o": (67.7, 89.2),
            "NL, GPT-4o-mini": (50.0, 83.0),
            "CodeTaxo, GPT-4o-mini": (58.1, 85.6),
            "KnowCoder-V2": (59.7, 80.8),
        },
    ),
    Published(
        "SemEval Environment",
        "31eb41dd49a28841",
        {
            "TEMP (another split)": (49.2, 77.7),
            "TaxoPrompt (another split)": (57.4, 83.6),
            "NL, GPT-4o": (52.5, 81.3),
            "CodeTaxo, GPT-4o": (62.5, 86.1),
            "NL, GPT-4o-mini": (35.0, 76.1),
            "CodeTaxo, GPT-4o-mini": (42.5, 76.0),
            "KnowCoder-V2": (62.5, 88.2),
        },
    ),
    Published(
        "WordNet",
        "5f4ee6bd2661d408",
        {
            "TEMP (another split)": (29.4, 65.7),
            "TaxoPrompt (another split)": (40.3, 71.5),
            "NL, GPT-4o": (72.2, 90.7),
            "CodeTaxo, GPT-4o": (74.5, 91.3),
            "NL, GPT-4o-mini": (60.1, 86.0),
            "CodeTaxo, GPT-4o-mini": (68.8, 89.2),
            "KnowCoder-V2": (76.9, 91.4),
        },
    ),
)


def digest_of(questions: Iterable[Question]) -> str:
    """Return a digest of the names that are asked for and their parents, whatever their order."""
    pairs = sorted(f"{q.new.name}\t{gold}" for q in questions for gold in q.golds)
    return blake2b("\n".join(pairs).encode(), digest_size=8).hexdigest()


def published(questions: Iterable[Question]) -> Published | None:
    """Return what was published of these questions, if anything was."""
    digest = digest_of(questions)
    return next((one for one in SETS if one.digest == digest), None)
