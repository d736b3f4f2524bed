"""Published figures on test sets that everybody uses, beside which ours may stand.

They may when the sentences are the same and as many items are wanted, and when our extractor was
trained as theirs were: a figure without training never stands in one column with one with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from knowloom.evaluation.spans import Report, Task
from knowloom.extract.annotated import Annotated


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A test set and what was published of it.

    Args:
        name: as papers call it.
        digest: of its sentences, see `digest_of`.
        task: what the figures are of.
        wanted: how many items its annotation has.
        source: where the figures stand.
        figures: micro-F1 in per cent of systems trained on the training part of the same data.
    """

    name: str
    digest: str
    task: Task
    wanted: int
    source: str
    figures: Mapping[str, float]


SETS = (
    Benchmark(
        "CoNLL-2003",
        "7d5b928217959df7",
        Task.ENTITIES,
        5628,
        "S0 Table 2",
        {
            "BERT": 92.4,
            "InstructUIE": 91.5,
            "UniversalNER": 93.3,
            "YAYI-UIE": 96.7,
            "IEPILE": 92.5,
            "B2NER": 92.6,
            "KnowCoder": 94.1,
            "KnowCoder-X": 94.7,
            "KnowCoder-V2": 95.0,
        },
    ),
    Benchmark(
        "CoNLL04",
        "484f0624cec64d02",
        Task.RELATIONS_BY_PLACE,
        422,
        "S0 Table 3",
        {
            "InstructUIE": 78.5,
            "YAYI-UIE": 79.7,
            "IEPILE": 72.9,
            "KnowCoder": 73.3,
            "KnowCoder-X": 73.1,
            "KnowCoder-V2": 73.3,
        },
    ),
    Benchmark(
        "Resume (Chinese)",
        "fe9c9c03c90c96ea",
        Task.ENTITIES,
        1630,
        "S0 Table 2",
        {
            "BERT": 95.9,
            "IEPILE": 93.9,
            "B2NER": 95.9,
            "KnowCoder-X": 96.1,
            "KnowCoder-V2": 96.2,
        },
    ),
)


def digest_of(sentences: Iterable[Annotated]) -> str:
    """Return a digest of texts, whatever their order and white space.

    >>> one, other = Annotated("a b"), Annotated("c")
    >>> digest_of([one, other]) == digest_of([other, Annotated("ab")])
    True
    """
    texts = sorted(re.sub(r"\s", "", sentence.text) for sentence in sentences)
    return blake2b("\n".join(texts).encode(), digest_size=8).hexdigest()


def beside(
    report: Report, digest: str, *, trained: bool, sets: Sequence[Benchmark] = SETS
) -> Benchmark | str:
    """Return the test set whose figures may stand beside a report, or why none may.

    Args:
        report: of an extractor on some sentences.
        digest: of these.
        trained: whether the extractor learnt from annotated sentences.
        sets: all that is known.
    """
    known = next((one for one in sets if one.digest == digest), None)
    if known is None:
        return "no published figures beside these: the sentences are those of no known test set"
    wanted = report.tables[known.task].micro.wanted
    if wanted != known.wanted:
        return (
            f"no published figures beside these: {wanted:,} {known.task} are annotated, "
            f"{known.wanted:,} in {known.name}"
        )
    if not trained:
        return (
            f"no published figures beside these: those on {known.name} are of models trained on "
            "its training part"
        )
    return known
