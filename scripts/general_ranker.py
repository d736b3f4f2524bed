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
from knowloom.kbqa.neural.general import SHIPPED, save_general
from knowloom.kbqa.neural.head import Head
from knowloom.training.general import own_first, train
from knowloom.training.phrases import digest, relations

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
    plain = Head().eval()
    for part in (plain.q, plain.a, plain.b, plain.c):
        torch.nn.init.zeros_(part[-1].weight)
        torch.nn.init.zeros_(part[-1].bias)
    for name, head in (("the encoder alone", plain), ("trained", made.head)):
        print(f"{name}: {100 * own_first(head, encoder, unseen):.1f} % of questions first")


if __name__ == "__main__":
    main()
