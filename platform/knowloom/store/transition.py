"""A change of the ontology as the store sees it: from what, to what, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from knowloom.errors import Fault
from knowloom.ontology.concepts import Ontology
from knowloom.ontology.diff import Change, Effect, diff, effect, labels_after
from knowloom.store.adjust import Adjustment
from knowloom.store.census import Labels


class Orphans(StrEnum):
    """What happens to stored data that a new ontology no longer describes."""

    REFUSE = "refuse"  # the ontology is not changed
    KEEP = "keep"  # labels and values stay, described by nothing
    RETYPE = "retype"  # instances of a removed class become those of its nearest superclasses


@dataclass(frozen=True)
class Transition:
    """What leads from one ontology to another.

    Args:
        old: as stored.
        new: as it is to be.
        orphans: what may happen to data that `new` does not describe.
    """

    old: Ontology
    new: Ontology
    orphans: Orphans = Orphans.REFUSE

    @cached_property
    def change(self) -> Change:
        """The concepts that differ."""
        return diff(self.old, self.new)

    @cached_property
    def effect(self) -> Effect:
        """What that may mean for instances."""
        return effect(self.change, self.old, self.new)

    @property
    def gone(self) -> tuple[str, ...]:
        """The names of concepts that are renamed or removed."""
        return (*self.change.renamed, *self.effect.orphaned)

    def labels_after(self, labels: Labels) -> tuple[str, ...]:
        """Return the concept labels that a node with `labels` has afterwards."""
        return labels_after(labels, self.change, self.old, self.new)

    def heirs(self, concept: str) -> tuple[str, ...]:
        """Return the most specific classes that instances of a concept that is gone have then."""
        after = self.labels_after(frozenset(self.old.lineage(concept)))
        return self.new.most_specific(after)

    def old_name(self, concept: str) -> str:
        """Return what a concept of the new ontology was called."""
        names = (old for old, new in self.change.renamed.items() if new == concept)
        return next(names, concept)


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
