"""Queueing: what programs propose enters the review queue, or is found there as it was decided."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from knowloom.base import KnowledgeBase
from knowloom.errors import ProposalDecided
from knowloom.knowledge.proposal import About, Proposal, State
from knowloom.ontology.concepts import Ontology
from knowloom.store import review as stored


def queue(kb: KnowledgeBase, proposals: Sequence[Proposal]) -> tuple[list[Proposal], list[str]]:
    """Put proposals of classes and of their names into the review queue.

    One that is open or rejected stays as it is. One that was accepted is open again when the
    ontology has lost since what it proposed, as an undone change does: else it could never hold
    again.

    Returns:
        All as they stand in the queue now, and the ids of those that wait and did not before.
    """
    kb.migrate()
    there = _standing(kb, proposals)
    opened: list[str] = []
    for proposal in proposals:
        before = there.get(proposal.id)
        if before is not None and _is_lost(before, kb.ontology):
            # whoever opened it in the meantime did what is wanted
            with suppress(ProposalDecided):
                stored.change(kb.database, before, before.reopened(proposal))
                opened.append(before.id)
    new = stored.put(kb.database, proposals)
    there = _standing(kb, proposals)
    return [there[p.id] for p in proposals], [*new, *opened]


def _standing(kb: KnowledgeBase, proposals: Sequence[Proposal]) -> dict[str, Proposal]:
    return {p.id: p for p in stored.some(kb.database, [p.id for p in proposals])}


def _is_lost(proposal: Proposal, ontology: Ontology) -> bool:
    """Return whether a proposal was accepted, and the ontology lacks what it proposed."""
    if proposal.state is not State.ACCEPTED:
        return False
    if proposal.about is not About.ALIAS:
        body = proposal.body["concept"] if proposal.about is About.BETWEEN else proposal.body
        return body["name"] not in ontology
    if proposal.body["of"] not in ontology:
        return True
    known = ontology[proposal.body["of"]]
    return not {*proposal.body["names"]} <= {known.name, known.title, *known.aliases}
