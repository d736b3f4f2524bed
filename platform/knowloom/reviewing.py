"""Reviewing: what a person decides about a proposal, and what that changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from knowloom.base import KnowledgeBase
from knowloom.errors import Fault, NotFound, ProposalDecided, SourceBusy, UsageError
from knowloom.knowledge.growth import Growth, grown
from knowloom.knowledge.proposal import About, Deed, Proposal, State
from knowloom.ontology.as_json import concept_to_json
from knowloom.ontology.concepts import Concept, Ontology
from knowloom.store import review as stored
from knowloom.update.deciding import decide
from knowloom.update.merging import merge, part


@dataclass(slots=True)
class Decisions:
    """What a review did.

    Args:
        accepted: proposals that hold now.
        faults: why others stay as they were.
        version: the ontology's, when it changed.
        rejected: proposals that were turned down.
    """

    accepted: list[Proposal] = field(default_factory=list[Proposal])
    faults: list[Fault] = field(default_factory=list[Fault])
    version: int | None = None
    rejected: list[Proposal] = field(default_factory=list[Proposal])


def accept(
    kb: KnowledgeBase,
    proposals: Sequence[Proposal],
    *,
    who: str,
    note: str = "",
    value: object = None,
) -> Decisions:
    """Accept proposals: their classes enter the ontology, all in one change; their things are one.

    Of a dispute one value is right from then on, under any policy and whatever sources say.

    A class that refers to one that is neither known nor accepted with it stays open, so does one
    that the ontology cannot take, or has in another form by now.

    Args:
        kb: whose ontology.
        proposals: open ones, and disputes that were left as they are.
        who: decides.
        note: why.
        value: which is right, of the one dispute that is given; the shown one when None. Of a
            link a uid, or the name of one of those in question.

    Raises:
        UsageError: a value is given for something else than one dispute, or it cannot be one.
    """
    if value is not None and (len(proposals) != 1 or not proposals[0].is_dispute):
        raise UsageError("a value is for one dispute: `knowloom review list --about dispute`")
    done = Decisions()
    about_things, classes = _parted(_still_open(kb, proposals, done))

    def take(proposal: Proposal) -> None:
        if proposal.is_dispute:
            _rule(kb, proposal, done, who, note, value)
        else:
            _join(kb, proposal, done, who, note)

    _each(about_things, take, done)
    if classes:
        _let_in(kb, classes, done, who, note)
    return done


def would_accept(kb: KnowledgeBase, proposals: Sequence[Proposal]) -> Decisions:
    """Return what `accept` would let in as things stand, and why it would leave the others."""
    done = Decisions()
    about_things, classes = _parted(_still_open(kb, proposals, done))
    growth = grown(kb.ontology, classes)
    done.accepted = [*about_things, *growth.accepted]
    done.faults += growth.faults
    return done


def reject(
    kb: KnowledgeBase, proposal: Proposal, *, who: str, note: str = "", dry_run: bool = False
) -> Proposal:
    """Reject a proposal; proposed again it stays rejected, and its things are different for good.

    A dispute is left as it is: what the policy chose is shown, as disputed.

    Args:
        kb: whose queue.
        proposal: an open one.
        who: decides.
        note: why.
        dry_run: store nothing.

    Raises:
        ProposalDecided: it is not open.
    """
    after = proposal.decided(State.REJECTED, _deed("rejected", who, note))
    if proposal.about is About.IDENTITY and not dry_run:
        _check_unchanged(kb, proposal)
        part(kb.database, kb.ontology, proposal.body["members"], by=who)
    if not dry_run:
        stored.change(kb.database, proposal, after)
    return after


def reject_all(
    kb: KnowledgeBase,
    proposals: Sequence[Proposal],
    *,
    who: str,
    note: str = "",
    dry_run: bool = False,
) -> Decisions:
    """Reject proposals, all that can be; see `reject`.

    Args:
        kb, who, note, dry_run: as there.
        proposals: open ones.
    """
    done = Decisions()

    def turn_down(proposal: Proposal) -> None:
        done.rejected.append(reject(kb, proposal, who=who, note=note, dry_run=dry_run))

    _each(proposals, turn_down, done)
    return done


def edit(
    kb: KnowledgeBase,
    proposal: Proposal,
    concept: Concept,
    *,
    who: str,
    note: str = "",
    dry_run: bool = False,
) -> Proposal:
    """Propose another class in a proposal's place.

    Args:
        kb: whose queue.
        proposal: an open one.
        concept: what is proposed from now on.
        who: changes it.
        note: why.
        dry_run: store nothing.

    Raises:
        ProposalDecided: it is not open.
        UsageError: it proposes no class.
    """
    if not proposal.about.is_class:
        raise UsageError(f"{proposal.id} proposes no class: accept or reject it")
    body = concept_to_json(concept)
    if proposal.about is About.BETWEEN:
        body = {**proposal.body, "concept": body}
    after = proposal.edited(body, _deed("edited", who, note))
    if not dry_run:
        stored.change(kb.database, proposal, after)
    return after


def _each(
    proposals: Sequence[Proposal], decide: Callable[[Proposal], None], done: Decisions
) -> None:
    """Decide about one after the other, and note those that it cannot be done for.

    Whoever is in the way of one is in the way of all that follow.
    """
    for i, proposal in enumerate(proposals):
        try:
            decide(proposal)
        except ProposalDecided as error:
            done.faults.append(Fault(proposal.subject, str(error), "decided"))
        except NotFound as error:
            done.faults.append(Fault(proposal.subject, str(error), "gone"))
        except SourceBusy as error:
            done.faults += [Fault(p.subject, str(error), "busy") for p in proposals[i:]]
            return


def _let_in(
    kb: KnowledgeBase, proposals: Sequence[Proposal], done: Decisions, who: str, note: str
) -> None:
    """Let the ontology, as it is at this moment, grow by proposals."""
    growth: list[Growth] = []

    def after(now: Ontology) -> Ontology:
        growth[:] = [grown(now, proposals)]
        return growth[0].ontology

    done.version = kb.grow_ontology(after).version or None
    done.faults += growth[0].faults
    deed = _deed("accepted", who, note)
    before = {proposal.id: proposal for proposal in proposals}
    for proposal in growth[0].accepted:
        held = proposal.decided(State.ACCEPTED, deed)
        try:
            stored.change(kb.database, before[proposal.id], held)
        except ProposalDecided as error:
            done.faults.append(Fault(proposal.subject, str(error), "decided"))
            continue
        done.accepted.append(held)


def _join(kb: KnowledgeBase, proposal: Proposal, done: Decisions, who: str, note: str) -> None:
    """Declare the things of a proposal one."""
    _check_unchanged(kb, proposal)
    first, *others = proposal.body["members"]
    for other in others:
        merge(kb.database, kb.ontology, first, other, by=who)
    after = proposal.decided(State.ACCEPTED, _deed("accepted", who, note))
    stored.change(kb.database, proposal, after)
    done.accepted.append(after)


def _rule(
    kb: KnowledgeBase, proposal: Proposal, done: Decisions, who: str, note: str, value: object
) -> None:
    """Declare a value of a dispute right; the one that is shown when none is given."""
    _check_unchanged(kb, proposal)
    body = proposal.body
    named = {side["name"]: side["value"] for side in reversed(body["sides"]) if side["name"]}
    chosen = body["sides"][0]["value"] if value is None else named.get(value, value)
    run = decide(kb.database, kb.ontology, body["uid"], body["attribute"], chosen, by=who)
    after = proposal.decided(State.ACCEPTED, _deed("accepted", who, note))
    after = replace(
        after, body={**body, "decided": str(chosen if value is None else value), "run": run}
    )
    stored.change(kb.database, proposal, after)
    done.accepted.append(after)


def _check_unchanged(kb: KnowledgeBase, proposal: Proposal) -> None:
    """Refuse what somebody else decided since it was read, before anything follows from it.

    Raises:
        ProposalDecided: it is decided, or was changed.
    """
    now = stored.one(kb.database, proposal.id)
    if (now.state, len(now.deeds)) != (proposal.state, len(proposal.deeds)):
        raise ProposalDecided(now.id, now.state, now.deeds[-1].who)


def _parted(proposals: Sequence[Proposal]) -> tuple[list[Proposal], list[Proposal]]:
    """Return the proposals that are about things, and those that are about classes."""
    things = [p for p in proposals if p.is_dispute or p.about is About.IDENTITY]
    return things, [p for p in proposals if p not in things]


def _still_open(
    kb: KnowledgeBase, proposals: Sequence[Proposal], done: Decisions
) -> list[Proposal]:
    """Return the proposals that stand as they were read and may be decided; note the others."""
    stand = {p.id: p for p in stored.some(kb.database, [p.id for p in proposals])}
    left: list[Proposal] = []
    for proposal in proposals:
        now = stand.get(proposal.id, proposal)
        is_left = now.is_dispute and now.state is State.REJECTED
        if len(now.deeds) == len(proposal.deeds) and (now.state is State.OPEN or is_left):
            left.append(proposal)
        else:
            error = ProposalDecided(now.id, now.state, now.deeds[-1].who)
            done.faults.append(Fault(now.subject, str(error), "decided"))
    return left


def _deed(what: str, who: str, note: str) -> Deed:
    return Deed(what, who, datetime.now(UTC), note)
