"""What data teach an ontology: the main hypernym, examples, descriptions, constraints (S1 §2).

Everything here takes counts or observations and gives new values; nothing is drawn at random, and
ties are broken the same way every time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from knowloom.ontology.check import MOST_EXAMPLES, is_narrower
from knowloom.ontology.concepts import (
    ENDS,
    Attribute,
    Concept,
    ConceptRange,
    Kind,
    Ontology,
    merged_parents,
)
from knowloom.ontology.hierarchy import Unlinearisable, linearised

GUIDELINE = "guideline"


class Describer(Protocol):
    """Writes descriptions; `name` is its versioned name, such as `template.v1`."""

    name: str

    def __call__(self, concept: Concept) -> str: ...


def main_parent(parents: Sequence[str], instances: Mapping[str, int]) -> str:
    """Return the hypernym with the most instances (item 6); of equals the one named first.

    Args:
        parents: at least one.
        instances: how many each has; 0 where it says nothing.

    >>> main_parent(("Artist", "Scholar"), {"Artist": 5, "Scholar": 9})
    'Scholar'
    """
    return max(parents, key=lambda p: instances.get(p, 0))


def with_main_parents(ontology: Ontology, instances: Mapping[str, int]) -> Ontology:
    """Return the ontology with each concept's main hypernym as its first parent (item 6).

    No parent is lost. Where Python could not build a class or one below it in the new order, the
    old order stays.
    """
    order = {name: i for i, name in enumerate(ontology.parents_first())}
    parents = {name: ontology[name].parents for name in order}
    known = {name: ontology.lineage(name) for name in order}
    for name in order:
        if len(parents[name]) > 1:
            moved = merged_parents(ontology[name], main_parent(parents[name], instances)).parents
            below = sorted(ontology.descendants(name), key=order.__getitem__)
            try:
                known.update(_lineages({name: moved}, [name, *below], parents, known))
            except Unlinearisable:
                continue
            parents[name] = moved
    return Ontology(replace(c, parents=parents[c.name]) for c in ontology)


def _lineages(
    moved: Mapping[str, tuple[str, ...]],
    names: Iterable[str],
    parents: Mapping[str, tuple[str, ...]],
    known: Mapping[str, tuple[str, ...]],
) -> Mapping[str, tuple[str, ...]]:
    """Return the linearisations of `names`, given in order, with some parents `moved`.

    Raises:
        Unlinearisable: one of them has none.
    """
    fresh: dict[str, tuple[str, ...]] = {}
    for name in names:
        above = moved.get(name) or parents[name]
        fresh[name] = linearised(name, above, {p: fresh.get(p) or known[p] for p in above})
    return fresh


def attached(
    ontology: Ontology,
    concept: Concept,
    hypernyms: Iterable[str] = (),
    *,
    kind: Kind = Kind.ENTITY,
    instances: Mapping[str, int] | None = None,
) -> Ontology:
    """Return the ontology with an unseen concept below the hypernyms it has (item 7).

    Hypernyms that are no concepts are passed over; when none is left, the concept hangs directly
    below the root of `kind`. The one with the most `instances` comes first.

    Raises:
        OntologyError: the concept exists, or no order of its parents can be built.
    """
    known = [h for h in dict.fromkeys(hypernyms) if h in ontology and h != concept.name]
    parents = ontology.most_specific(known) or (kind.value,)
    new = replace(concept, parents=tuple(sorted(parents, key=known.index) if known else parents))
    return Ontology([*ontology, merged_parents(new, main_parent(new.parents, instances or {}))])


def top_examples(
    seen: Iterable[str] | Mapping[str, int], limit: int = MOST_EXAMPLES
) -> tuple[str, ...]:
    """Return the most frequent texts, most frequent first (item 9); equals in text order.

    Args:
        seen: every occurrence, or how often each text occurs.
        limit: how many at most.

    >>> top_examples(["Rome", "Bonn", "Rome", "Oslo"], limit=2)
    ('Rome', 'Bonn')
    """
    counts = Counter(seen)
    return tuple(sorted((t for t in counts if t), key=lambda t: (-counts[t], t))[:limit])


def with_examples(
    ontology: Ontology, seen: Mapping[str, Iterable[str] | Mapping[str, int]]
) -> Ontology:
    """Return the ontology with the top examples of every concept that `seen` has texts for."""
    return ontology.with_concepts(
        replace(ontology[name], examples=top_examples(texts)) for name, texts in seen.items()
    )


def described(
    concept: Concept, guideline: str = "", describer: Describer | None = None
) -> Concept:
    """Return the concept with a description and where it came from (item 8).

    A guideline's text counts most; a description the concept has is kept; only what has neither
    goes to the describer, and what it leaves empty stays empty.
    """
    if guideline.strip():
        return replace(concept, description=guideline.strip(), description_origin=GUIDELINE)
    if concept.description or describer is None:
        return concept
    if not (text := " ".join(describer(concept).split())):
        return concept
    return replace(concept, description=text, description_origin=describer.name)


@dataclass(frozen=True, slots=True)
class Learned:
    """A type that covers what was observed.

    Args:
        concept: the smallest that covers enough.
        covered: how many observations it covers.
        seen: how many there were.
    """

    concept: str
    covered: int
    seen: int

    @property
    def share(self) -> float:
        """The share of observations it covers, 0 to 1."""
        return self.covered / self.seen


def covering_type(
    ontology: Ontology, observed: Iterable[Collection[str]], coverage: float = 0.9
) -> Learned | None:
    """Return the smallest type that covers enough of what was observed (item 11, G53).

    The smallest is that with the fewest covered observations, then the most specific, then the
    first in text order.

    Args:
        ontology: where the types are.
        observed: the types of each thing that was seen; those that are no concepts are passed
            over.
        coverage: the least share of observations, above 0 and up to 1.

    Returns:
        None when nothing with a known type was seen, or the roots differ so that none covers
        enough.
    """
    counts: Counter[str] = Counter()
    seen = 0
    for types in observed:
        known = {a for t in types if t in ontology for a in ontology.lineage(t)}
        seen += bool(known)
        counts.update(known)
    enough = [n for n, count in counts.items() if count >= coverage * seen]
    if not enough:
        return None
    best = min(enough, key=lambda n: (counts[n], -len(ontology.lineage(n)), n))
    return Learned(best, counts[best], seen)


Ends = tuple[str, Collection[str], Collection[str]]


def learned_ends(
    ontology: Ontology, facts: Iterable[Ends], coverage: float = 0.9
) -> dict[str, tuple[Learned, Learned]]:
    """Return the head and tail types that each relation's facts show (item 11, G53).

    Args:
        ontology: where the types are.
        facts: relation name, types of the head, types of the tail, one for each fact.
        coverage: see `covering_type`.
    """
    heads: dict[str, list[Collection[str]]] = {}
    tails: dict[str, list[Collection[str]]] = {}
    for relation, head, tail in facts:
        heads.setdefault(relation, []).append(head)
        tails.setdefault(relation, []).append(tail)
    found: dict[str, tuple[Learned, Learned]] = {}
    for relation, observed in heads.items():
        head_type = covering_type(ontology, observed, coverage)
        tail_type = covering_type(ontology, tails[relation], coverage)
        if head_type and tail_type:
            found[relation] = head_type, tail_type
    return found


def with_learned_ends(
    ontology: Ontology, learned: Mapping[str, tuple[Learned, Learned]]
) -> Ontology:
    """Return the ontology whose relations are narrowed to the types their facts show.

    An end that would not be narrower than what the relation's own parents allow stays as it is.

    Raises:
        UnknownConcept: a relation is no concept.
    """
    return ontology.with_concepts(
        _narrowed(ontology[name], ends, ontology) for name, ends in learned.items()
    )


def _narrowed(concept: Concept, ends: tuple[Learned, Learned], ontology: Ontology) -> Concept:
    """Return a relation with its ends narrowed where that is allowed."""
    own = {a.name: a for a in concept.attributes}
    for name, end in zip(ENDS, ends, strict=True):
        narrow = ConceptRange((end.concept,))
        above = [ontology.attributes(p)[name] for p in concept.parents]
        if all(is_narrower(narrow, a.range, ontology) for a in above):
            known: Attribute = own.get(name) or above[0]
            own[name] = replace(known, range=narrow)
    return replace(concept, attributes=tuple(own.values()))
