"""Training an extractor on annotated sentences, on any machine's processor."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own habit
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from knowloom.extract.annotated import Annotated, Entity
from knowloom.extract.neural.batches import Encoded, batch_of, encoded, tokenizer_in
from knowloom.extract.neural.network import Batch, Network, Spans
from knowloom.extract.neural.trained import Card, chosen_spans, save
from knowloom.models.minilm import weights_folder

_FAST, _SLOW = 1e-3, 1e-4  # learning rates of what is new and of the encoder
_WARM = 0.1
_KEPT = 0.1  # what is kept is the mean of the weights over about this part of all steps
_MOST_EPOCHS, _FEWEST_EPOCHS, _SEEN = 24, 4, 60_000  # sentences seen, each time one is
_STRANGERS = 3  # wrongly found spans of a sentence that relations learn to leave alone
_POOL = 20  # batches whose sentences are sorted by length together


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence with what has to be found, by words."""

    text: Encoded
    entities: tuple[tuple[int, int, int], ...]
    relations: tuple[tuple[int, int, int, int, int], ...]


def train(
    sentences: Sequence[Annotated],
    folder: Path,
    *,
    epochs: int | None = None,
    batch: int = 16,
    seed: int = 1,
    told: Callable[[int, float], None] = lambda _epoch, _loss: None,
) -> Card:
    """Train an extractor and write it to a folder; the same again gives the same.

    Args:
        sentences: at least one with an entity.
        folder: where to.
        epochs: how often each sentence is seen; `usual_epochs` when nothing is said.
        batch: sentences a step.
        seed: of all chance.
        told: called with each finished epoch and its mean loss.

    Raises:
        ExtraMissing: the encoder is not installed.
    """
    started = time.monotonic()
    torch.manual_seed(seed)
    encoder = weights_folder()
    tokenizer = tokenizer_in(encoder)
    types = sorted({e.concept for s in sentences for e in s.entities})
    relations = sorted({r.concept for s in sentences for r in s.relations})
    examples = [e for s in sentences if (e := _example(tokenizer, s, types, relations)).text.spans]
    network = Network(encoder, len(types), len(relations))
    epochs = usual_epochs(len(examples)) if epochs is None else epochs
    steps = epochs * math.ceil(len(examples) / batch)
    optimiser, schedule = _optimiser(network, steps)
    kept = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(1 - 1 / (1 + _KEPT * steps)))
    chance = random.Random(seed)
    for epoch in range(1, epochs + 1):
        losses: list[float] = []
        for some in _batches(examples, batch, chance):
            losses.append(_step(network, some, optimiser, schedule))
            kept.update_parameters(network)
        told(epoch, sum(losses) / len(losses))
    seconds = float(round(time.monotonic() - started))
    figures = {"seconds": seconds, "sentences": float(len(sentences)), "epochs": float(epochs)}
    made_of = blake2b(repr(list(sentences)).encode(), digest_size=8).hexdigest()
    card = Card(tuple(types), tuple(relations), made_of, figures)
    save(folder, kept.module, card, tokenizer)
    return card


def usual_epochs(sentences: int) -> int:
    """Return how often each of so many sentences is seen: less often where there are many.

    >>> [usual_epochs(n) for n in (1_000, 5_000, 14_000, 100_000)]
    [24, 12, 4, 4]
    """
    return min(_MOST_EPOCHS, max(_FEWEST_EPOCHS, _SEEN // max(sentences, 1)))


def _example(
    tokenizer: Any, sentence: Annotated, types: Sequence[str], relations: Sequence[str]
) -> Example:
    """Return a sentence by words; what does not begin and end with words is left out."""
    text = encoded(tokenizer, sentence.text)
    starts = {span.start: i for i, span in enumerate(text.spans)}
    ends = {span.end: i + 1 for i, span in enumerate(text.spans)}

    def by_words(entity: Entity) -> tuple[int, int] | None:
        start, end = starts.get(entity.start), ends.get(entity.end)
        return (start, end) if start is not None and end is not None else None

    entities = tuple(
        (*at, types.index(e.concept) + 1) for e in sentence.entities if (at := by_words(e))
    )
    related = tuple(
        (*head, *tail, relations.index(r.concept))
        for r in sentence.relations
        if (head := by_words(r.head)) and (tail := by_words(r.tail))
    )
    return Example(text, entities, related)


def _optimiser(network: Network, steps: int) -> tuple[Any, Any]:
    """Return an optimiser that is slow with the encoder, and its schedule: up, then down to 0.

    The encoder's table of pieces stays: half of all weights, most of them of pieces never seen.
    """
    network.encoder.embeddings.word_embeddings.weight.requires_grad = False
    slow = [p for p in network.encoder.parameters() if p.requires_grad]
    encoder = {id(p) for p in network.encoder.parameters()}
    fast = [p for p in network.parameters() if id(p) not in encoder]
    groups = [{"params": slow, "lr": _SLOW}, {"params": fast, "lr": _FAST}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)

    def rate(step: int) -> float:
        return min(1.0, step / (_WARM * steps)) * max(0.0, (steps - step) / steps)

    return optimiser, torch.optim.lr_scheduler.LambdaLR(optimiser, rate)


def _batches(
    examples: Sequence[Example], size: int, chance: random.Random
) -> Iterator[list[Example]]:
    """Yield all examples in batches of sentences of like length, in a new order."""
    order = list(examples)
    chance.shuffle(order)
    made: list[list[Example]] = []
    for start in range(0, len(order), size * _POOL):
        pool = sorted(order[start : start + size * _POOL], key=lambda e: len(e.text.pieces))
        made += [pool[i : i + size] for i in range(0, len(pool), size)]
    chance.shuffle(made)
    yield from made


def _step(network: Network, some: Sequence[Example], optimiser: Any, schedule: Any) -> float:
    """Learn from a batch; return its loss."""
    network.train()
    loss = _loss(network, some)
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
    schedule.step()
    return float(loss.detach())


def _loss(network: Network, some: Sequence[Example]) -> Tensor:
    batch = batch_of([example.text for example in some])
    over = network.read(batch)
    spans = network.spans(over)
    scores = network.label(spans.looks)
    place = {
        (s, e): i
        for i, (s, e) in enumerate(zip(spans.starts.tolist(), spans.ends.tolist(), strict=True))
    }
    wanted = torch.zeros(scores.shape[:2], dtype=torch.long)
    for row, example in enumerate(some):
        for start, end, kind in example.entities:
            if (start, end) in place:
                wanted[row, place[start, end]] = kind
    there = spans.ends.unsqueeze(0) <= batch.words.sum(1).unsqueeze(1)
    loss = F.cross_entropy(scores[there], wanted[there], reduction="sum") / (4 * len(some))
    if not network.relations:
        return loss
    pairs = _pairs(some, place, scores.detach(), wanted, spans)
    return loss + _relation_loss(network, batch, over, spans, pairs) / len(some)


_Pair = tuple[int, int, int, int, int, frozenset[int]]


def _pairs(
    some: Sequence[Example],
    place: dict[tuple[int, int], int],
    scores: Tensor,
    wanted: Tensor,
    spans: Spans,
) -> list[_Pair]:
    """Return pairs of entities, and of a few that are none, with the relations they are in."""
    made: list[_Pair] = []
    for row, example in enumerate(some):
        known = [(place[s, e], k) for s, e, k in example.entities if (s, e) in place]
        found = chosen_spans(scores[row], spans, len(example.text.spans))
        known += [(s, k) for s, k in found if int(wanted[row, s]) == 0][:_STRANGERS]
        related: dict[tuple[int, int], set[int]] = {}
        for a, b, c, d, kind in example.relations:
            if (a, b) in place and (c, d) in place:
                related.setdefault((place[a, b], place[c, d]), set()).add(kind)
        made += [
            (row, a, b, ka, kb, frozenset(related.get((a, b), ())))
            for a, ka in known
            for b, kb in known
            if a != b
        ]
    return made


def _relation_loss(
    network: Network, batch: Batch, over: Tensor, spans: Spans, pairs: Sequence[_Pair]
) -> Tensor:
    if not pairs:
        return over.new_zeros(())
    places = torch.tensor([pair[:3] for pair in pairs])
    scores = network.relate(over, batch, spans, places, torch.tensor([p[3:5] for p in pairs]))
    wanted = torch.zeros_like(scores)
    for row, pair in enumerate(pairs):
        for kind in pair[5]:
            wanted[row, kind] = 1
    return F.binary_cross_entropy_with_logits(scores, wanted, reduction="sum")
