"""Make the default ranker of paths from the phrases in platform/knowloom/training/corpus.

python scripts/general_ranker.py            write platform/knowloom/kbqa/neural/general.safetensors
python scripts/general_ranker.py --held     say how well relations are told that it has not seen

Needs knowloom[neural]; takes a few minutes.
"""

from __future__ import annotations

import random
import sys
from functools import partial

import torch

from knowloom.kbqa.neural.encoder import Encoder
from knowloom.kbqa.neural.general import SHIPPED, General, save_general
from knowloom.kbqa.neural.ranker import PathParts
from knowloom.training.general import lessons, train
from knowloom.training.phrases import Relation, digest, relations

_PARTS = 5


def main() -> None:
    """Train, then write or score."""
    told = partial(print, flush=True)
    if "--held" not in sys.argv[1:]:
        save_general(train(told=told), SHIPPED, digest())
        print(f"{SHIPPED.name}: {SHIPPED.stat().st_size / 1e6:.1f} MB")
        return
    known = list(relations())
    random.Random(1).shuffle(known)
    unseen, seen = known[::_PARTS], [one for i, one in enumerate(known) if i % _PARTS]
    made, encoder = train(seen, told=told), Encoder()
    plain = General(made.kinds)
    for part in (plain.head.q, plain.head.b):
        torch.nn.init.zeros_(part[-1].weight)
        torch.nn.init.zeros_(part[-1].bias)
    for name, one in (("the encoder alone", plain.eval()), ("trained", made)):
        print(f"{name}: {100 * right(one, encoder, unseen):.1f} % of questions first")


def right(made: General, encoder: Encoder, unseen: list[Relation]) -> float:
    """Return for which share of questions their own relation is nearest among all unseen ones."""
    known = lessons(unseen, random.Random(1), nested=0)
    pairs = [(text, key[0]) for text, key in known.questions if text in known.ends[key[0]].asked]
    paths = [(i, way) for i, end in enumerate(known.ends) for way in end.ways[:3]]
    steps, parts = PathParts.of([way for _, way in paths])
    with torch.inference_mode():
        asked = made.head.questions(encoder.encode([text for text, _ in pairs]))
        near = asked @ made.head.paths(encoder.steps(steps), parts).T
    best = [paths[int(i)][0] for i in near.argmax(1)]
    return sum(a == b for a, (_, b) in zip(best, pairs, strict=True)) / len(pairs)


if __name__ == "__main__":
    main()
