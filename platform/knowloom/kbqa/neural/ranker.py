"""The trained ranker of paths: a small head on the frozen encoder, and trees over all features.

Both build on what the default ranker knows of any graph, so that words which no training question
used still mean something.

A folder holds it: the card (`ranker.json`), the head's weights and the trees.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from knowloom.errors import ExtraMissing, NotTrained
from knowloom.kbqa.neural.general import GeneralMeaning
from knowloom.kbqa.neural.head import Head, meanings, near
from knowloom.kbqa.paths import Reached
from knowloom.kbqa.rank import (
    COUNTS,
    NAMES,
    UNSEEN,
    Asked,
    Learnt,
    Priors,
    Untaught,
    features,
    kinds_of_likeliest,
)
from knowloom.kbqa.wording import Wording

CARD, WEIGHTS = "ranker.json", "ranker.safetensors"
TAKEN, NEW = "ranker.taken.txt", "ranker.new.txt"
FORMAT = 4
# What the general head counts beside the own one when it is chosen whose ends are looked at.
_GENERAL = 0.5


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a trained ranker.

    Args:
        questions: it was trained on.
        made_of: digest of them.
        learnt: how often they took a path, and in which words.
        builds_on: digest of what was known before.
        figures: what it scored, and how long training took.
        format: of the folder.
    """

    questions: int
    made_of: str
    learnt: Learnt
    builds_on: str = ""
    figures: dict[str, float] = field(default_factory=dict[str, float])
    format: int = FORMAT


class Trees:
    """LightGBM's trees over the features of paths; both are heard, half each.

    Args:
        taken: learnt from questions whose paths other questions took.
        new: learnt from questions whose paths no other took, and blind to how often one was; None
            where all questions take the same.
    """

    def __init__(self, taken: Any, new: Any = None) -> None:
        self.taken = taken
        self.new = new

    def scores(self, rows: Sequence[Sequence[float]]) -> list[float]:
        """Return a score for each row of features."""
        table = np.array(rows)
        scores = self.taken.predict(table)
        if self.new is not None:
            scores = (scores + self.new.predict(uncounted(table))) / 2
        return [float(score) for score in scores]


def uncounted(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return rows of features without how often questions took a path."""
    rows = rows.copy()
    rows[:, [NAMES.index(name) for name in COUNTS]] = 0.0
    return rows


class TrainedRanker:
    """Ranks paths as training questions were answered.

    Args:
        head: trained.
        trees: None to rank by the head alone.
        card: of the folder.
        general: what was known before; the head builds on it.
    """

    def __init__(
        self, head: Head, trees: Trees | None, card: Card, general: GeneralMeaning
    ) -> None:
        self.head = head.eval()
        self.trees = trees
        self.card = card
        self._general = general

    def scores(self, asked: Asked, found: Sequence[Reached]) -> list[float]:
        """Return a score for each path, the more the likelier."""
        if not found:
            return []
        if self.trees is None:
            paths = [one.path for one in found]
            return near(self.head, self._general.encoder, asked.text, paths)
        rows = self.rows(asked, found, self.card.learnt)
        # Trees say which is better, the head says how much: equal trees are told apart by it.
        return [
            row[_HEAD] + _TREE * score + _WORDED * row[_FIT]
            for score, row in zip(self.trees.scores(rows), rows, strict=True)
        ]

    def rows(self, asked: Asked, found: Sequence[Reached], learnt: Learnt) -> list[list[float]]:
        """Return the features of paths.

        Args:
            asked: the question.
            found: the paths that exist, at least one.
            learnt: what was counted in training.
        """
        paths = [one.path for one in found]
        own = meanings(self.head, self._general.encoder, asked.text, paths)
        general = self._general.near(asked.text, paths)
        scores = [one.head + _GENERAL * score for one, score in zip(own, general, strict=True)]
        kinds = kinds_of_likeliest(self._general.fits, asked, found, scores)
        untaught = [Untaught(score, kinds.get(i, UNSEEN)) for i, score in enumerate(general)]
        return features(asked, found, own, untaught, learnt)


_HEAD, _FIT = NAMES.index("head"), NAMES.index("worded")
_TREE = 0.5  # what one point of the trees is worth beside the head
_WORDED = (
    0.1  # likewise the fit of the words; both chosen by cross-validation on WebQSP's training
)


def save_ranker(folder: Path, ranker: TrainedRanker) -> None:
    """Write a trained ranker to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: t.contiguous() for name, t in ranker.head.state_dict().items()}
    save_file(weights, folder / WEIGHTS)
    if ranker.trees is not None:
        for name, trees in ((TAKEN, ranker.trees.taken), (NEW, ranker.trees.new)):
            if trees is not None:
                trees.save_model(str(folder / name))
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
    general = GeneralMeaning()
    if card.builds_on != general.made_of:
        raise NotTrained(folder, "it builds on what another version knew", "ranker")
    head = Head()
    head.load_state_dict(load_file(folder / WEIGHTS))
    return TrainedRanker(head, _trees(folder), card, general)


def _trees(folder: Path) -> Trees | None:
    """Return the trees in a folder; None when there are none."""
    if not (folder / TAKEN).is_file():
        return None
    try:
        import lightgbm
    except ModuleNotFoundError as error:
        raise ExtraMissing("ranking paths by trees", "ranking") from error
    files = [folder / name for name in (TAKEN, NEW) if (folder / name).is_file()]
    return Trees(*(lightgbm.Booster(model_file=str(file)) for file in files))
