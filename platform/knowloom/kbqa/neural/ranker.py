"""The trained ranker of paths: a small head on the frozen encoder, and trees over all features.

A folder holds it: the card (`ranker.json`), the head's weights and the trees.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own habit

from knowloom.errors import ExtraMissing, NotTrained
from knowloom.kbqa.neural.encoder import Encoder
from knowloom.kbqa.paths import Path as Steps
from knowloom.kbqa.paths import Reached, Step
from knowloom.kbqa.rank import NAMES, Asked, Learnt, Meaning, Priors, features
from knowloom.kbqa.wording import Wording

CARD, WEIGHTS, TREES = "ranker.json", "ranker.safetensors", "ranker.trees.txt"
FORMAT = 2
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


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a trained ranker.

    Args:
        questions: it was trained on.
        made_of: digest of them.
        learnt: how often they took a path, and in which words.
        figures: what it scored, and how long training took.
        format: of the folder.
    """

    questions: int
    made_of: str
    learnt: Learnt
    figures: dict[str, float] = field(default_factory=dict[str, float])
    format: int = FORMAT


class TrainedRanker:
    """Ranks paths as training questions were answered.

    Args:
        head: trained.
        trees: LightGBM's; None to rank by the head alone.
        card: of the folder.
        encoder: that the head was trained on.
    """

    def __init__(self, head: Head, trees: Any, card: Card, encoder: Encoder) -> None:
        self.head = head.eval()
        self.trees = trees
        self.card = card
        self._encoder = encoder

    def scores(self, asked: Asked, found: Sequence[Reached]) -> list[float]:
        """Return a score for each path, the more the likelier."""
        if not found:
            return []
        paths = [one.path for one in found]
        if self.trees is None:
            return self.head_scores(asked.text, paths)
        meanings = self.meanings(asked.text, paths)
        rows = features(asked, found, meanings, self.card.learnt)
        # Trees say which is better, the head says how much: equal trees are told apart by it.
        scores = self.trees.predict(np.array(rows))
        worded = [row[NAMES.index("worded")] for row in rows]
        return [
            meaning.head + _TREE * float(score) + _WORDED * fit
            for score, meaning, fit in zip(scores, meanings, worded, strict=True)
        ]

    def head_scores(self, question: str, paths: Sequence[Steps]) -> list[float]:
        """Return how near each path is to a question, from -1 to 1."""
        return near(self.head, self._encoder, question, paths)

    def meanings(self, question: str, paths: Sequence[Steps]) -> list[Meaning]:
        """Return how alike a question and each path are, to the encoder and to the head."""
        return meanings(self.head, self._encoder, question, paths)


def near(head: Head, encoder: Encoder, question: str, paths: Sequence[Steps]) -> list[float]:
    """Return how near a head puts each path to a question, from -1 to 1."""
    with torch.inference_mode():
        steps, parts = PathParts.of(paths)
        scores = head.paths(encoder.steps(steps), parts) @ head.questions(
            encoder.question(question)
        )
        return [float(score) for score in scores]


def meanings(head: Head, encoder: Encoder, question: str, paths: Sequence[Steps]) -> list[Meaning]:
    """Return how alike a question and each path are, to the encoder and to a head."""
    if not paths:
        return []
    pairs = zip(
        encoder.similar(question, paths), near(head, encoder, question, paths), strict=True
    )
    return [replace(meaning, head=score) for meaning, score in pairs]


_TREE = 0.25  # what one point of the trees is worth beside the head
_WORDED = (
    0.1  # likewise the fit of the words; both chosen by cross-validation on WebQSP's training
)


def save_ranker(folder: Path, ranker: TrainedRanker) -> None:
    """Write a trained ranker to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: t.contiguous() for name, t in ranker.head.state_dict().items()}
    save_file(weights, folder / WEIGHTS)
    if ranker.trees is not None:
        ranker.trees.save_model(str(folder / TREES))
    text = json.dumps(asdict(ranker.card), indent=1, sort_keys=True)
    (folder / CARD).write_text(text, encoding="utf-8")


def load_ranker(folder: Path) -> TrainedRanker:
    """Return the trained ranker of a folder.

    Raises:
        NotTrained: the folder holds none that can be used.
        ExtraMissing: it has trees, and `knowloom[ranking]` is not installed.
    """
    if not (folder / CARD).is_file():
        raise NotTrained(folder, "it has no ranker.json", "ranker")
    body = json.loads((folder / CARD).read_text(encoding="utf-8"))
    if body.get("format") != FORMAT:
        raise NotTrained(folder, "another version wrote it", "ranker")
    learnt = Learnt(Priors(**body["learnt"]["priors"]), Wording(**body["learnt"]["wording"]))
    card = Card(**{**body, "learnt": learnt})
    head = Head()
    head.load_state_dict(load_file(folder / WEIGHTS))
    return TrainedRanker(head, _trees(folder / TREES), card, Encoder())


def _trees(path: Path) -> Any:
    """Return the trees of a file; None when there is none."""
    if not path.is_file():
        return None
    try:
        import lightgbm
    except ModuleNotFoundError as error:
        raise ExtraMissing("ranking paths by trees", "ranking") from error
    return lightgbm.Booster(model_file=str(path))
