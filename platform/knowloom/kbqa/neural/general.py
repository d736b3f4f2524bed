"""What questions mean in any graph: what comes before a ranker has been trained on one's own.

A head that moves questions to the relations they ask for, and two linear layers that guess which
kind of thing a question wants and which one a name belongs to. `general.safetensors` beside this
file holds them, in 16 bits; `scripts/general_ranker.py` makes it from `training/corpus`, which is
all it has seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own habit

from knowloom.kbqa.neural.encoder import Encoder
from knowloom.kbqa.neural.head import Head, meanings, near
from knowloom.kbqa.paths import Path as Steps
from knowloom.kbqa.rank import Meaning
from knowloom.kbqa.words import is_date

SHIPPED = Path(__file__).with_name("general.safetensors")
DATE, NUMBER = "date", "number"
_WIDTH = 384
_KEPT = 50_000  # names whose kinds are remembered


class General(nn.Module):
    """The weights.

    Args:
        kinds: names of the kinds of things.
    """

    def __init__(self, kinds: Sequence[str]) -> None:
        super().__init__()
        self.kinds = tuple(kinds)
        self.head = Head()
        self.wanted = nn.Linear(_WIDTH, len(kinds))
        self.named = nn.Linear(_WIDTH, len(kinds))


def save_general(general: General, path: Path, made_of: str) -> None:
    """Write the weights.

    Args:
        general: trained.
        path: of the file.
        made_of: the digest of what they were trained on.
    """
    weights = {name: t.half().contiguous() for name, t in general.state_dict().items()}
    save_file(weights, path, {"kinds": ",".join(general.kinds), "made_of": made_of})


def load_general(path: Path = SHIPPED) -> tuple[General, str]:
    """Return the weights of a file, and the digest of what they were trained on."""
    with safe_open(path, "pt") as held:
        about: Mapping[str, str] = held.metadata()
        weights = {name: held.get_tensor(name).float() for name in held.keys()}  # noqa: SIM118
    general = General(about["kinds"].split(","))
    general.load_state_dict(weights)
    return general.eval(), about["made_of"]


class GeneralMeaning:
    """Says how near paths are to a question, and how well what they lead to answers it.

    Raises:
        ExtraMissing: `knowloom[neural]` is not installed.
    """

    def __init__(self) -> None:
        self.encoder = Encoder()
        self._names: dict[str, Tensor] = {}

    @cached_property
    def _loaded(self) -> tuple[General, str]:
        return load_general()

    @property
    def _general(self) -> General:
        return self._loaded[0]

    @property
    def made_of(self) -> str:
        """The digest of what the weights were trained on."""
        return self._loaded[1]

    def head(self) -> Head:
        """Return a head of its own for whoever trains one further."""
        head = Head()
        head.load_state_dict(self._general.head.state_dict())
        return head

    def near(self, question: str, paths: Sequence[Steps]) -> list[float]:
        """Return how near each path is to a question, from -1 to 1."""
        return near(self._general.head, self.encoder, question, paths)

    def similar(self, question: str, paths: Sequence[Steps]) -> list[Meaning]:
        """Return how alike a question and each path are."""
        return meanings(self._general.head, self.encoder, question, paths)

    def fits(self, question: str, samples: Sequence[Sequence[str]]) -> list[float]:
        """Return how well names are of the kind that a question wants, from 0 to 1.

        It is the Bhattacharyya coefficient of what both are guessed to be.

        Args:
            question: without its topic.
            samples: some of the names that each path leads to, at least one.
        """
        with torch.inference_mode():
            row = self.encoder.question(question)
            wanted = F.softmax(self._general.wanted(row), -1).sqrt()
            self._learn([name for names in samples for name in names])
            return [
                float(torch.stack([self._names[name] for name in names]).mean(0).sqrt() @ wanted)
                for names in samples
            ]

    def _learn(self, names: Sequence[str]) -> None:
        """Guess the kinds of names that were not met before."""
        if len(self._names) > _KEPT:
            self._names.clear()
        new = [name for name in dict.fromkeys(names) if name not in self._names]
        if not new:
            return
        rows = F.softmax(self._general.named(self.encoder.encode(new)), -1)
        for name, row in zip(new, rows, strict=True):
            sure = DATE if is_date(name) else NUMBER if _is_number(name) else ""
            self._names[name] = self._only(sure) if sure else row

    def _only(self, kind: str) -> Tensor:
        row = torch.zeros(len(self._general.kinds))
        row[self._general.kinds.index(kind)] = 1
        return row


def _is_number(name: str) -> bool:
    return name.replace(",", "").replace(".", "", 1).lstrip("+-").isdecimal()
