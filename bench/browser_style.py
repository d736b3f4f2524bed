"""What a style sheet and a guide cost: 500 classes, and the graph of the current directory.

python bench/browser_style.py           the style of 500 classes
python bench/browser_style.py --guide   also a guide to the graph that is here
"""

from __future__ import annotations

import sys
import time

from knowloom.browser.style import grass, inline
from knowloom.ontology.concepts import Concept, Ontology

_CLASSES = 500
_BRANCHES = 8


def wide() -> Ontology:
    """Return an ontology of 500 classes in eight branches, five levels deep."""
    concepts = [Concept(name=f"Branch{n}") for n in range(_BRANCHES)]
    for number in range(_BRANCHES, _CLASSES):
        above = concepts[(number - _BRANCHES) // 3]
        concepts.append(Concept(name=f"Class{number}", parents=(above.name,)))
    return Ontology(concepts)


def main() -> None:
    """Print seconds and sizes."""
    ontology = wide()
    started = time.perf_counter()
    sheet = grass(ontology)
    seconds = time.perf_counter() - started
    print(f"style of {len(ontology)} classes: {seconds:.3f} s, {len(sheet) / 1000:.0f} kB")
    print(f"on one line: {len(inline(ontology)) / 1000:.0f} kB")
    if "--guide" in sys.argv[1:]:
        _guide()


def _guide() -> None:
    """Print what the guide to the graph of this directory took."""
    import knowloom
    from knowloom.browser.apply import make_guide

    with knowloom.connect() as kb:
        started = time.perf_counter()
        guide = make_guide(kb.database, kb.ontology)
        seconds = time.perf_counter() - started
    good = [one for one in guide.log if one.good]
    slowest = max((one.seconds for one in good), default=0.0)
    print(f"guide: {seconds:.1f} s, {len(good)} of {len(guide.log)} queries shown, ", end="")
    print(f"the slowest in {slowest:.3f} s")


if __name__ == "__main__":
    main()
