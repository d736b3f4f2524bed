"""Taxonomies made up to try and measure with: names in parts, definitions that help."""

from __future__ import annotations

import random

from knowloom.taxonomy.tree import Taxonomy, taxonomy

_SOUNDS = ("ba", "do", "ki", "lu", "ma", "ne", "po", "ri", "sa", "tu", "ve", "zo")


def world(size: int, seed: int = 1, *, branching: float = 0.5, told: float = 0.8) -> Taxonomy:
    """Return a tree of made-up words.

    Args:
        size: how many names.
        seed: of the chance.
        branching: the share of names that get a word before their parent's name.
        told: the share of names whose definition gives the parent.
    """
    chance = random.Random(seed)
    names = ["thing"]
    edges: list[tuple[str, str]] = []
    meant = {"thing": "anything at all"}
    while len(names) < size:
        parent = names[min(int(chance.expovariate(6 / size)), len(names) - 1)]
        word = "".join(chance.choices(_SOUNDS, k=3))
        short = parent.split()[-1]
        name = f"{word} {short}" if chance.random() < branching else word
        if name in meant:
            continue
        near = parent if chance.random() < told else chance.choice(names)
        meant[name] = f"a {near} that is {chance.choice(_SOUNDS)}{chance.choice(_SOUNDS)}"
        edges.append((parent, name))
        names.append(name)
    return taxonomy(edges, meant)
