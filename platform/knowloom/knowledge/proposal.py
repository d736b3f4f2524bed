"""Proposals: what a program suggests and a person decides; one kind of thing, one queue (item 19).

Nothing proposed holds until it is accepted, and what was decided stays on record: by whom, when,
and what was changed before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from knowloom.errors import ProposalDecided


class About(StrEnum):
    """What kind of decision a proposal asks for."""

    CONCEPT = "concept"  # a new class
    BETWEEN = "between"  # a new class that takes over subclasses of its parents
    ALIAS = "alias"  # other names of a class
    IDENTITY = "identity"  # whether things are one
    DISPUTE = "dispute"  # which of several values is right

    @property
    def is_class(self) -> bool:
        """Whether a new class is proposed."""
        return self in (About.CONCEPT, About.BETWEEN)


class State(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SETTLED = "settled"  # nobody decided; what was asked is no question any more


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did with a proposal.

    Args:
        what: `proposed`, `edited`, `accepted`, `rejected`, `settled` or `reopened`.
        who: a person's or program's name.
        when: in UTC.
        note: why, in their words.
    """

    what: str
    who: str
    when: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Something to decide.

    Args:
        about: the kind of decision.
        subject: what it is about, such as the name of a class; one proposal for each.
        body: what is proposed, as JSON.
        confidence: from 0 to 1, how much speaks for it; comparable within one proposer.
        why: sentences and reasons that speak for it.
        state: open until decided.
        deeds: all that happened to it, in order.
    """

    about: About
    subject: str
    body: Mapping[str, Any]
    confidence: float = 0.0
    why: tuple[str, ...] = ()
    state: State = State.OPEN
    deeds: tuple[Deed, ...] = ()

    @property
    def id(self) -> str:
        """Eight digits and letters, the same for the same subject."""
        return blake2b(f"{self.about} {self.subject}".encode(), digest_size=4).hexdigest()

    @property
    def is_dispute(self) -> bool:
        """Whether it asks which of several values is right."""
        return self.about is About.DISPUTE

    def edited(self, body: Mapping[str, Any], deed: Deed) -> Proposal:
        """Return the proposal with something else proposed.

        Raises:
            ProposalDecided: it is not open any more.
        """
        self._must_be_open()
        return replace(self, body=dict(body), deeds=(*self.deeds, deed))

    def decided(self, state: State, deed: Deed) -> Proposal:
        """Return the proposal accepted or rejected.

        A dispute that was left as it is may be decided later.

        Raises:
            ProposalDecided: it is not open any more.

        >>> from datetime import UTC
        >>> deed = Deed("accepted", "ann", datetime(2024, 1, 2, tzinfo=UTC))
        >>> proposal = Proposal(about=About.CONCEPT, subject="City", body={})
        >>> proposal.decided(State.ACCEPTED, deed).state
        <State.ACCEPTED: 'accepted'>
        """
        if not self.is_dispute or self.state is not State.REJECTED:
            self._must_be_open()
        return replace(self, state=state, deeds=(*self.deeds, deed))

    def reopened(self, again: Proposal) -> Proposal:
        """Return the proposal open again, with what is proposed now.

        What it was changed to before it was decided is kept: the same would be asked for again.

        Args:
            again: the same, proposed once more.
        """
        changed = any(deed.what == "edited" for deed in self.deeds)
        last = again.deeds[-1]
        deed = replace(last, what="reopened", note="the ontology has lost it since")
        return replace(
            self,
            body=self.body if changed else again.body,
            confidence=again.confidence,
            why=again.why,
            state=State.OPEN,
            deeds=(*self.deeds, deed),
        )

    def _must_be_open(self) -> None:
        if self.state is not State.OPEN:
            last = self.deeds[-1] if self.deeds else None
            raise ProposalDecided(self.id, self.state, last.who if last else "")
