"""Queueing: what programs propose enters the review queue, or is found there as it was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from knowloom.base import KnowledgeBase
from knowloom.errors import ProposalDecided
from knowloom.knowledge.proposal import About, Proposal, State
from knowloom.ontology.concepts import Ontology
from knowloom.store import review as stored


def queue(kb: KnowledgeBase, proposals: Sequence[Proposal]) -> tuple[list[Proposal], list[str]]:
    """Put proposals of classes and of their names into the review queue.

    One that is open or rejected stays as it is, also when the same class was proposed without or
    with others below it then. One that was accepted is open again when the
    ontology has lost since what it proposed, as an undone change does: else it could never hold
    again.

    Returns:
        All as they stand in the queue now, and the ids of those that wait and did not before.
    """
    kb.migrate()
    there = _standing(kb, [*proposals, *map(_otherwise, proposals)])
    proposals = [_as_asked_before(proposal, there) for proposal in proposals]
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


def _otherwise(proposal: Proposal) -> Proposal:
    """Return the proposal of the same class as the other kind; of no class the same."""
    other = {About.CONCEPT: About.BETWEEN, About.BETWEEN: About.CONCEPT}
    return replace(proposal, about=other.get(proposal.about, proposal.about))


def _as_asked_before(proposal: Proposal, there: Mapping[str, Proposal]) -> Proposal:
    """Return what stands of the same class, open or rejected, else the proposal."""
    other = there.get(_otherwise(proposal).id)
    if proposal.id in there or other is None or other.state is State.ACCEPTED:
        return proposal
    return other


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
