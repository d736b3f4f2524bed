"""Where the hues of `knowloom.browser.colours` come from, and how far apart they are.

python bench/browser_colours.py           the distances of the hues in use
python bench/browser_colours.py --search  the greedy search that found them, a minute
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import combinations, product

from knowloom.browser.colours import HUES, NEUTRAL, distance, least_distance, shade

_OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
_STEPS = range(0, 256, 51)


def family(hue: str) -> list[str]:
    """Return three shades of a hue, the darkest, the middle and the lightest."""
    return [shade(hue, depth, 2) for depth in range(3)]


def candidates() -> Iterator[str]:
    """Yield colours that are neither too dark, too light nor too grey to be a hue."""
    for red, green, blue in product(_STEPS, repeat=3):
        colour = f"#{red:02X}{green:02X}{blue:02X}"
        level = f"{(red + green + blue) // 3:02X}"
        if 0.38 < distance(colour, "#000000") < 0.95 and distance(colour, f"#{level * 3}") > 0.1:
            yield colour


def search(count: int) -> Iterator[tuple[str, float]]:
    """Yield hues, each as far as can be from those before it, with that distance."""
    pool = {colour: least_distance(family(colour), [NEUTRAL]) for colour in candidates()}
    hue = HUES[0]
    for _ in range(count - 1):
        shades = family(hue)
        pool = {c: min(far, least_distance(family(c), shades)) for c, far in pool.items()}
        hue = max(pool, key=pool.__getitem__)
        yield hue, pool[hue]


def main() -> None:
    """Print distances, in the steps of 0.02 that an eye notices."""
    for name, hues in (("Okabe and Ito", _OKABE_ITO), ("eight", HUES[:8]), ("all", HUES)):
        pairs = combinations(map(family, hues), 2)
        least = min(least_distance(one, other) for one, other in pairs)
        grey = min(least_distance(family(hue), [NEUTRAL]) for hue in hues)
        print(f"{name}: {len(hues)} families, {least / 0.02:.1f} steps; grey {grey / 0.02:.1f}")
    if "--search" in sys.argv[1:]:
        for hue, least in search(len(HUES)):
            print(f"{hue} {least / 0.02:.1f}")


if __name__ == "__main__":
    main()
