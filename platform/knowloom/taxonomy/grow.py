"""A taxonomy that takes new names one after another; each costs the same, none makes a circle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from knowloom.taxonomy.index import Entry, Index
from knowloom.taxonomy.place import Placement, Where, forms
from knowloom.taxonomy.tree import Taxonomy


class Growing:
    """A taxonomy, its index, and the other names of its members, kept in step.

    Args:
        taxonomy: to begin with.
        index: of it.
        aliases: other names, in normal form, with the known names they mean.
    """

    def __init__(
        self, taxonomy: Taxonomy, index: Index, aliases: Mapping[str, str] | None = None
    ) -> None:
        self.taxonomy = taxonomy
        self.index = index
        self.aliases = dict(aliases or {})

    def take(self, placement: Placement, entry: Entry) -> Placement:
        """Let a placement hold; return it as it does.

        What it would take over but cannot, because one of its parents hangs from that, stays
        where it is.

        Raises:
            TaxonomyFaulty: the name is there already, or a parent is not.
        """
        name = entry.new.name
        if placement.where is Where.SAME:
            self._remember(entry, placement.same)
            return placement
        above = {n for p in placement.parents for n in self.taxonomy.above(p)}
        taking = tuple(child for child in placement.taking if child not in above)
        if taking != placement.taking:
            where = Where.BETWEEN if taking else Where.BELOW
            placement = replace(placement, taking=taking, where=where)
        self.taxonomy = self.taxonomy.with_node(
            name, placement.parents, entry.new.definition, taking
        )
        self.index.add(entry, placement.parents, taking)
        self._remember(entry, name)
        return placement

    def _remember(self, entry: Entry, known: str) -> None:
        for said in (entry.new.name, *entry.new.aliases):
            for form in forms(said):
                self.aliases.setdefault(form, known)
