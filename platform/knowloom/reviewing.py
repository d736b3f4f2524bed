"""Reviewing: what a person decides about a proposal, and what that changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from knowloom.base import KnowledgeBase
from knowloom.errors import Fault, NotFound, OntologyError, ProposalDecided, UsageError
from knowloom.knowledge.proposal import About, Deed, Proposal, State
from knowloom.ontology.as_json import concept_from_json, concept_to_json
from knowloom.ontology.concepts import Concept, Ontology
from knowloom.ontology.fitting import fitting
from knowloom.store import review as stored
from knowloom.update.deciding import decide
from knowloom.update.merging import merge, part


@dataclass(slots=True)
class Decisions:
    """What a review did.

    Args:
        accepted: proposals that hold now.
        faults: why others could not be accepted; they stay open.
        version: the ontology's, when it changed.
    """

    accepted: list[Proposal] = field(default_factory=list[Proposal])
    faults: list[Fault] = field(default_factory=list[Fault])
    version: int | None = None


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
    that the ontology cannot take.

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
    left = _still_open(proposals, done)
    for proposal in left:
        try:
            if proposal.about is About.IDENTITY:
                _join(kb, proposal, done, who, note)
            elif proposal.is_dispute:
                _rule(kb, proposal, done, who, note, value)
        except ProposalDecided as error:
            done.faults.append(Fault(proposal.subject, str(error), "decided"))
    left = [p for p in left if not p.is_dispute and p.about is not About.IDENTITY]
    grown, left = _grown(kb.ontology, left, done.faults)
    if not left:
        return done
    saved = kb.save_ontology(grown)
    done.version = saved.version or None
    deed = _deed("accepted", who, note)
    for proposal in left:
        after = proposal.decided(State.ACCEPTED, deed)
        stored.change(kb.database, proposal, after)
        done.accepted.append(after)
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


def concept_of(proposal: Proposal) -> Concept:
    """Return the class that is proposed; aliases propose none."""
    between = proposal.about is About.BETWEEN
    return concept_from_json(proposal.body["concept"] if between else proposal.body)


def _grown(
    ontology: Ontology, proposals: Sequence[Proposal], faults: list[Fault]
) -> tuple[Ontology, list[Proposal]]:
    """Return an ontology with as many proposals as it can take, and these; note the others."""
    left = list(proposals)
    while True:
        classes = [p for p in left if p.about is not About.ALIAS]
        concepts, wrong = fitting(ontology, map(concept_of, classes))
        names = {concept.name for concept in concepts}
        left = [p for p in left if p.about is About.ALIAS or concept_of(p).name in names]
        faults += wrong
        grown = ontology.with_concepts(concepts)
        changed: dict[str, Concept] = {}
        refused: list[Proposal] = []
        for proposal in left:
            try:
                _amend(proposal, grown, changed)
            except OntologyError as error:
                faults += error.faults or [Fault(proposal.subject, str(error), "unknown-concept")]
                refused.append(proposal)
        if not refused:
            return grown.with_concepts(changed.values()) if changed else grown, left
        left = [p for p in left if p not in refused]


def _amend(proposal: Proposal, ontology: Ontology, changed: dict[str, Concept]) -> None:
    """Note how known classes change by a proposal.

    Raises:
        OntologyError: one of them is not there, is a root, or would be its own superclass.
    """
    if proposal.about is About.ALIAS:
        concept = _known(proposal.body["of"], ontology, changed)
        said = (n for n in proposal.body["names"] if n not in {concept.name, concept.title})
        aliases = tuple(dict.fromkeys([*concept.aliases, *said]))
        changed[concept.name] = replace(concept, aliases=aliases)
    elif proposal.about is About.BETWEEN:
        new = concept_of(proposal)
        moved = [_known(name, ontology, changed) for name in proposal.body["taking"]]
        after = {c.name: _moved(c, new) for c in moved}
        ontology.with_concepts({**changed, **after}.values())
        changed.update(after)


def _known(name: str, ontology: Ontology, changed: dict[str, Concept]) -> Concept:
    concept = changed.get(name) or ontology[name]
    if not concept.parents:
        raise OntologyError([Fault(name, "is a root and cannot be redefined", "root")])
    return concept


def _moved(concept: Concept, new: Concept) -> Concept:
    """Return a class below a new one in place of their common superclasses."""
    parents = (new.name if p in new.parents else p for p in concept.parents)
    return replace(concept, parents=tuple(dict.fromkeys(parents)))


def _join(kb: KnowledgeBase, proposal: Proposal, done: Decisions, who: str, note: str) -> None:
    """Declare the things of a proposal one."""
    _check_unchanged(kb, proposal)
    first, *others = proposal.body["members"]
    try:
        for other in others:
            merge(kb.database, kb.ontology, first, other, by=who)
    except NotFound as error:
        done.faults.append(Fault(proposal.subject, str(error), "gone"))
        return
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
    try:
        run = decide(kb.database, kb.ontology, body["uid"], body["attribute"], chosen, by=who)
    except NotFound as error:
        done.faults.append(Fault(proposal.subject, str(error), "gone"))
        return
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


def _still_open(proposals: Sequence[Proposal], done: Decisions) -> list[Proposal]:
    left: list[Proposal] = []
    for proposal in proposals:
        is_left = proposal.is_dispute and proposal.state is State.REJECTED
        if proposal.state is State.OPEN or is_left:
            left.append(proposal)
        else:
            error = ProposalDecided(proposal.id, proposal.state, proposal.deeds[-1].who)
            done.faults.append(Fault(proposal.subject, str(error), "decided"))
    return left


def _deed(what: str, who: str, note: str) -> Deed:
    return Deed(what, who, datetime.now(UTC), note)
