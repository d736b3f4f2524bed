"""The head: it moves what the frozen encoder says of questions and paths to where they meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own habit

from knowloom.kbqa.neural.encoder import Encoder
from knowloom.kbqa.paths import Path as Steps
from knowloom.kbqa.paths import Step
from knowloom.kbqa.rank import Meaning

_HIDDEN = 192
_DROPPED = 0.2


class Head(nn.Module):
    """Moves questions and paths to where those that belong together are near.

    A path is what its first step, the one in its middle and its last one add up to; one of a
    single step has a vector of its own in the place of the first.
    """

    def __init__(self, width: int = 384, hidden: int = _HIDDEN) -> None:
        super().__init__()
        self.q = _layers(width, hidden)
        self.a = _layers(width, hidden)
        self.b = _layers(width, hidden)
        self.c = _layers(width, hidden)
        self.none = nn.Parameter(torch.zeros(width))
        self.t = nn.Parameter(torch.tensor(3.0))

    def questions(self, rows: Tensor) -> Tensor:
        """Return questions, one a row, where they belong."""
        return F.normalize(rows + self.q(rows), dim=-1)

    def paths(self, steps: Tensor, parts: PathParts) -> Tensor:
        """Return paths, one a row, where they belong.

        Args:
            steps: the encoder's row of each step.
            parts: which of them make up each path.
        """
        start, middle, end = 0.5 * steps + self.a(steps), self.c(steps), steps + self.b(steps)
        lead = torch.where(parts.single[..., None], self.none, start[parts.first])
        between = torch.where(parts.long[..., None], middle[parts.middle], torch.zeros(()))
        return F.normalize(lead + between + end[parts.last], dim=-1)


@dataclass(frozen=True, slots=True)
class PathParts:
    """Paths as places in a list of steps, all of one shape.

    Args:
        first, middle, last: the steps that count; the middle one is any where there is none.
        single: whether a path has one step only.
        long: whether it has a middle.
    """

    first: Tensor
    middle: Tensor
    last: Tensor
    single: Tensor
    long: Tensor

    @classmethod
    def of(cls, paths: Sequence[Steps]) -> tuple[list[Step], PathParts]:
        """Return the steps of paths, each once, and where they stand in them."""
        ends = [(path[0], path[len(path) // 2], path[-1]) for path in paths]
        steps = list(dict.fromkeys(step for some in ends for step in some))
        at = {step: i for i, step in enumerate(steps)}
        places = torch.tensor([[at[step] for step in some] for some in ends])
        sizes = torch.tensor([len(path) for path in paths])
        first, middle, last = places.unbind(1)
        return steps, cls(first, middle, last, sizes == 1, sizes > 2)

    def shaped(self, *shape: int) -> PathParts:
        """Return the same with another shape."""
        parts = (self.first, self.middle, self.last, self.single, self.long)
        return PathParts(*(part.reshape(shape) for part in parts))


def _layers(width: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(width, hidden), nn.GELU(), nn.Dropout(_DROPPED), nn.Linear(hidden, width)
    )


def near(head: Head, encoder: Encoder, question: str, paths: Sequence[Steps]) -> list[float]:
    """Return how near a head puts each path to a question, from -1 to 1."""
    with torch.inference_mode():
        steps, parts = PathParts.of(paths)
        scores = head.paths(encoder.steps(steps), parts) @ head.questions(
            encoder.question(question)
        )
        return scores.tolist()


def meanings(head: Head, encoder: Encoder, question: str, paths: Sequence[Steps]) -> list[Meaning]:
    """Return how alike a question and each path are, to the encoder and to a head."""
    if not paths:
        return []
    pairs = zip(
        encoder.similar(question, paths), near(head, encoder, question, paths), strict=True
    )
    return [replace(meaning, head=score) for meaning, score in pairs]
