"""The trained extractor: entities and relations by a network that users train on own sentences.

A folder holds it: the card (`extractor.json`: classes, figures, versions), the weights, and the
encoder's configuration and words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from knowloom.errors import NotTrained
from knowloom.extract.findings import Extraction, Finding, Passage, Span
from knowloom.extract.neural.batches import Encoded, batch_of, encoded, tokenizer_in
from knowloom.extract.neural.network import Batch, Network, Spans

CARD = "extractor.json"
WEIGHTS = "extractor.safetensors"
FORMAT = 3
_AT_ONCE = 32
_LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a trained extractor.

    Args:
        types: classes of entities, in the network's order.
        relations: likewise.
        made_of: digest of the sentences it was trained on.
        figures: what it scored, and how long training took.
        format: of the folder.
    """

    types: tuple[str, ...]
    relations: tuple[str, ...]
    made_of: str = ""
    figures: dict[str, float] = field(default_factory=dict[str, float])
    format: int = FORMAT


class Trained:
    """Finds entities and relations as it was taught.

    Args:
        network: trained.
        card: its classes.
        tokenizer: of its encoder.
        version: tells it from others.
    """

    def __init__(self, network: Network, card: Card, tokenizer: Any, version: str) -> None:
        self._network = network.eval()
        self._card = card
        self._tokenizer = tokenizer
        self._version = version

    @property
    def name(self) -> str:
        """What kind of extractor it is."""
        return "trained"

    @property
    def version(self) -> str:
        """A digest of its weights."""
        return self._version

    @property
    def card(self) -> Card:
        """What is known of it."""
        return self._card

    def extract(self, passages: Sequence[Passage]) -> Iterator[Extraction]:
        """Yield the entities of each passage, then the relations between them."""
        texts = [encoded(self._tokenizer, passage.text) for passage in passages]
        found: dict[int, Extraction] = {}
        order = [i for i, text in enumerate(texts) if text.spans]
        order.sort(key=lambda i: len(texts[i].pieces))
        for start in range(0, len(order), _AT_ONCE):
            some = order[start : start + _AT_ONCE]
            made = self._together([texts[i] for i in some], [passages[i].text for i in some])
            found.update(zip(some, made, strict=True))
        yield from (found.get(i, Extraction()) for i in range(len(texts)))

    @torch.inference_mode()
    def _together(self, texts: Sequence[Encoded], said: Sequence[str]) -> list[Extraction]:
        batch = batch_of(texts)
        over = self._network.read(batch)
        spans = self._network.spans(over)
        scores = self._network.label(spans.looks).softmax(-1)
        return [
            self._one(row, batch, over, spans, scores[row], text, said[row])
            for row, text in enumerate(texts)
        ]

    def _one(
        self,
        row: int,
        batch: Batch,
        over: Tensor,
        spans: Spans,
        scores: Tensor,
        text: Encoded,
        said: str,
    ) -> Extraction:
        """Return what one text of a batch speaks of."""
        chosen = chosen_spans(scores, spans, len(text.spans))
        entities = {
            span: self._entity(span, kind, spans, text, said, float(scores[span, kind]))
            for span, kind in chosen
        }
        findings = list(entities.values())
        pairs = [(row, a, b) for a, _ in chosen for b, _ in chosen if a != b]
        if self._card.relations and pairs:
            kinds = dict(chosen)
            likely = self._network.relate(
                over,
                batch,
                spans,
                torch.tensor(pairs),
                torch.tensor([(kinds[a], kinds[b]) for _, a, b in pairs]),
            ).sigmoid()
            for pair, number in (likely > _LIKELY).nonzero().tolist():
                _, head, tail = pairs[pair]
                ends = {"head_entity": entities[head], "tail_entity": entities[tail]}
                sure = float(likely[pair, number])
                findings.append(Finding(self._card.relations[number], ends, None, _below_1(sure)))
        return Extraction(tuple(findings))

    def _entity(
        self, span: int, kind: int, spans: Spans, text: Encoded, said: str, sure: float
    ) -> Finding:
        start = text.spans[int(spans.starts[span])].start
        end = text.spans[int(spans.ends[span]) - 1].end
        concept = self._card.types[kind - 1]
        return Finding(concept, {"name": said[start:end]}, Span(start, end), _below_1(sure))


def chosen_spans(scores: Tensor, spans: Spans, length: int) -> list[tuple[int, int]]:
    """Return span and class of what is likely something, the likeliest where they overlap."""
    best, kinds = scores.max(-1)
    there = [
        (float(best[s]), s, int(kinds[s]))
        for s in (kinds > 0).nonzero().flatten().tolist()
        if int(spans.ends[s]) <= length
    ]
    taken: set[int] = set()
    chosen: list[tuple[int, int]] = []
    for _, span, kind in sorted(there, reverse=True):
        words = range(int(spans.starts[span]), int(spans.ends[span]))
        if taken.isdisjoint(words):
            taken.update(words)
            chosen.append((span, kind))
    return sorted(chosen)


def save(folder: Path, network: Network, card: Card, tokenizer: Any) -> None:
    """Write a trained extractor to a folder; the card last, so that a folder with one is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(network.state_dict(), folder / WEIGHTS)
    network.encoder.config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / CARD).write_text(json.dumps(asdict(card), indent=2), encoding="utf-8")


def load(folder: Path) -> Trained:
    """Return the extractor that a folder holds.

    Raises:
        NotTrained: the folder holds none, or one of another format.
    """
    try:
        body = json.loads((folder / CARD).read_text(encoding="utf-8"))
        if body["format"] != FORMAT:
            raise NotTrained(folder, f"its format is {body['format']}, not {FORMAT}")
        card = Card(**{**body, **{k: tuple(body[k]) for k in ("types", "relations")}})
        network = Network(folder, len(card.types), len(card.relations), weights=False)
        network.load_state_dict(load_file(folder / WEIGHTS))
        with (folder / WEIGHTS).open("rb") as file:
            version = file_digest(file, "blake2b").hexdigest()[:16]
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise NotTrained(folder, str(error).partition("\n")[0]) from error
    return Trained(network, card, tokenizer_in(folder), version)


def _below_1(likely: float) -> float:
    """Return how sure a network is; it is never as sure as a table (decision 7)."""
    return min(round(likely, 4), 0.9999)
