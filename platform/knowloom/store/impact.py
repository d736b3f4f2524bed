"""What a change of the ontology means for the instances that are stored: counted, not guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from graphlib import TopologicalSorter

import neo4j

from knowloom.errors import Fault
from knowloom.ontology.concepts import Kind, Ontology
from knowloom.ontology.diff import Change, Effect, effect, labels_after
from knowloom.store.adjust import Act, Adjustment
from knowloom.store.census import Census, Labels


class Orphans(StrEnum):
    """What happens to stored data that a new ontology no longer describes."""

    REFUSE = "refuse"  # the ontology is not changed
    KEEP = "keep"  # labels and values stay, described by nothing
    RETYPE = "retype"  # instances of a removed class become those of its nearest superclasses


@dataclass(slots=True)
class Impact:
    """What a change does to stored instances.

    Args:
        orphans: data that nothing would describe any more, with counts.
        warnings: what stays as it is, though the new ontology asks for more.
        adjustments: what is done to instances, in this order.
    """

    orphans: list[Fault] = field(default_factory=list[Fault])
    warnings: list[Fault] = field(default_factory=list[Fault])
    adjustments: list[Adjustment] = field(default_factory=list[Adjustment])


@dataclass(frozen=True, slots=True)
class Transition:
    """A change with what it leads from and to, and what may happen to orphans."""

    change: Change
    old: Ontology
    new: Ontology
    orphans: Orphans
    effect: Effect

    def labels_after(self, labels: Labels) -> tuple[str, ...]:
        """Return the concept labels that a node has afterwards."""
        return labels_after(labels, self.change, self.old, self.new)

    def old_name(self, concept: str) -> str:
        """Return what a concept of the new ontology was called."""
        names = (old for old, new in self.change.renamed.items() if new == concept)
        return next(names, concept)


def impact(
    tx: neo4j.ManagedTransaction, change: Change, old: Ontology, new: Ontology, orphans: Orphans
) -> Impact:
    """Return what `change`, which leads from `old` to `new`, does to what is stored.

    Only what concerns a label or relationship type that the graph has is looked at.
    """
    from knowloom.store.fit import fit

    found = Impact()
    census = Census(tx)
    transition = Transition(change, old, new, orphans, effect(change, old, new))
    _classes(transition, census, found)
    _relations(transition, census, found)
    fit(transition, census, found)
    return found
