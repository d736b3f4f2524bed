"""The parser of completions: how fast it is, and what it salvages of damaged ones.

    python bench/completions.py [--damaged 12000] [--seed 7]

Whole completions of ten objects, then damaged ones: cut off, with letters missing or put in, in
fences and prose, with things between them that must not run, with commas missing. The share of the
objects that no damage touched and that come back is printed.
"""

from __future__ import annotations

import argparse
import random
import time

from knowloom.extract.completions import parse_completion
from knowloom.extract.findings import Finding
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar

ONTOLOGY = Ontology(
    [
        Concept(name="Person", attributes=(Attribute(name="born", range=Scalar.INT),)),
        Concept(name="City"),
        Concept(name="LivesIn", parents=("Relation",)),
        Concept(
            name="Attack",
            parents=("Event",),
            attributes=(Attribute(name="victim", range=ConceptRange(("Person",)), many=True),),
        ),
    ]
)
NAMES = ("Ada", "O'Neil", "Łukasz", "王芳", "A (B) C")
HOSTILE = (
    "__import__('os').system('true')",
    "[Person(str(i)) for i in range(10**9)]",
    "Person('x' * 10**9)",
    "(lambda: Person('x'))()",
    "open('/etc/passwd')",
    "(" * 5000,
    "-" * 50_000 + "1",
)


def object_text(chance: random.Random, number: int) -> str:
    """Return the text of one object that no other object has."""
    name = f"{chance.choice(NAMES)} {number}"
    kind = chance.randrange(4)
    if kind == 0:
        return f'Person("{name}")'
    if kind == 1:
        return f'Person("{name}", born={chance.randrange(1900, 2000)})'
    if kind == 2:
        return f'LivesIn(Person("{name}"), City("Town {number}"))'
    return f'Attack(trigger="hit {number}", victim=[Person("{name}"), Person("Other {number}")])'


def damaged(chance: random.Random, objects: list[str]) -> tuple[str, set[int]]:
    """Return a damaged completion, and which of its objects are untouched."""
    text = "results = [\n    " + ",\n    ".join(objects) + "\n]"
    places = []
    position = 0
    for one in objects:
        start = text.index(one, position)
        position = start + len(one)
        places.append((start, position))
    whole = set(range(len(objects)))
    match chance.randrange(6):
        case 0:  # cut off
            cut = chance.randrange(12, len(text))
            return text[:cut], {i for i in whole if places[i][1] <= cut}
        case 1:  # a letter is missing inside an object
            hit = chance.choice(sorted(whole))
            at = chance.randrange(*places[hit])
            return text[:at] + text[at + 1 :], whole - {hit}
        case 2:  # a stray letter inside an object
            hit = chance.choice(sorted(whole))
            at = chance.randrange(places[hit][0] + 1, places[hit][1])
            return text[:at] + chance.choice("\"'()[],#\\x") + text[at:], whole - {hit}
        case 3:  # prose and fences
            return f"Here's what I found:\n```python\n{text}\n```\nHope it helps (really)!", whole
        case 4:  # something that must not run stands between the objects
            hit = chance.randrange(len(objects))
            at = places[hit][0]
            return f"{text[:at]}{chance.choice(HOSTILE)},\n    {text[at:]}", whole
        case _:  # commas are missing
            return text.replace("),\n", ")\n"), whole


def speed(count: int = 3000) -> float:
    """Return whole completions of ten objects a second."""
    chance = random.Random(1)
    texts = [
        "results = [" + ", ".join(object_text(chance, 10 * i + j) for j in range(10)) + "]"
        for i in range(count)
    ]
    started = time.perf_counter()
    for text in texts:
        parse_completion(text, ONTOLOGY)
    return count / (time.perf_counter() - started)


def salvage(count: int, seed: int) -> tuple[int, int]:
    """Return how many untouched objects damaged completions had, and how many came back."""
    chance = random.Random(seed)
    wanted = got = 0
    for _ in range(count):
        objects = [object_text(chance, i) for i in range(chance.randrange(1, 12))]
        text, untouched = damaged(chance, objects)
        found = [show(f) for f in parse_completion(text, ONTOLOGY).findings]
        for i in untouched:
            [expected] = parse_completion(f"results = [{objects[i]}]", ONTOLOGY).findings
            wanted += 1
            got += show(expected) in found
    return wanted, got


def show(finding: Finding) -> str:
    """Return a finding as text that equals that of an equal one."""
    return repr((finding.concept, sorted((k, repr(v)) for k, v in finding.values.items())))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--damaged", type=int, default=12_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    print(f"whole completions of 10 objects: {speed():,.0f} a second")
    started = time.perf_counter()
    wanted, got = salvage(options.damaged, options.seed)
    seconds = time.perf_counter() - started
    print(f"damaged completions: {options.damaged:,} in {seconds:.1f} s, none raised")
    print(f"untouched objects: {wanted:,}, salvaged {got:,} = {got / wanted:.2%}")


if __name__ == "__main__":
    main()
