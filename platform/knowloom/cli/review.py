"""`knowloom review`: one queue for what programs propose and people decide."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from knowloom.cli.afterwards import refreshing
from knowloom.cli.connection import connection_options
from knowloom.cli.output import AT_MOST, emit, json_option, look_at
from knowloom.cli.output import table as drawn
from knowloom.settings import Settings

if TYPE_CHECKING:
    from knowloom.base import KnowledgeBase
    from knowloom.browser.place import BrowserPlace
    from knowloom.errors import Fault
    from knowloom.knowledge.proposal import Proposal
    from knowloom.reviewing import Decisions

_by = click.option("--by", "who", help="Who decides; the user of this machine when not given.")
_dry_run = click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
_note = click.option("--note", default="", help="Why; kept with the decision.")


@click.group()
def review() -> None:
    """Decide about what was proposed; who decided what and when stays on record."""


@review.command("list")
@click.option(
    "--state",
    type=click.Choice(["open", "accepted", "rejected", "settled", "all"]),
    default="open",
    show_default=True,
    help="Only those that stand so.",
)
@click.option(
    "--about",
    type=click.Choice(["concept", "between", "alias", "identity", "dispute"]),
    help="Only questions of this kind.",
)
@click.option("--limit", type=AT_MOST, default=100, show_default=True, help="How many at most.")
@connection_options
@json_option
def list_(state: str, about: str | None, limit: int, settings: Settings, as_json: bool) -> None:
    """List proposals, those with most behind them first.

    Questions about values that sources differ on are brought up to date first.

    \b
    Examples:
        knowloom review list
        knowloom review list --about dispute
    """
    from knowloom.browser.place import browser_place
    from knowloom.knowledge.proposal import About, State
    from knowloom.session import knowledge_base
    from knowloom.store import review as store

    wanted = None if state == "all" else State(state)
    with knowledge_base(settings) as kb:
        _bring_up_to_date(kb)
        asked = About(about) if about else None
        found = store.listed(kb.database, state=wanted, about=asked, limit=limit)
        place = browser_place(settings, kb.database)
    lines = [*table(found), *look_at(place.queue())] if found else [f"Nothing is {state}."]
    emit(rows(found, place), as_json, lines)


@review.command()
@click.argument("proposal")
@connection_options
@json_option
def show(proposal: str, settings: Settings, as_json: bool) -> None:
    """Show a PROPOSAL (its id or what it is about): the class, what speaks for it, its history.

    \b
    Example:
        knowloom review show Prize
    """
    from knowloom.browser.place import browser_place
    from knowloom.session import knowledge_base
    from knowloom.store import review as store

    with knowledge_base(settings) as kb:
        _bring_up_to_date(kb)
        found = store.one(kb.database, proposal)
        place = browser_place(settings, kb.database)
    emit(rows([found], place)[0], as_json, [*_shown(found), *look_at(_link(place, found))])


@review.command()
@click.argument("proposals", nargs=-1)
@click.option("--above", type=float, metavar="P", help="Also all open ones that are as sure.")
@click.option("--value", help="Which value of a dispute is right; the shown one when not given.")
@_dry_run
@_by
@_note
@connection_options
@json_option
@click.pass_context
@refreshing
def accept(
    ctx: click.Context,
    proposals: tuple[str, ...],
    above: float | None,
    value: str | None,
    dry_run: bool,
    who: str | None,
    note: str,
    settings: Settings,
    as_json: bool,
) -> None:
    """Accept PROPOSALS: their classes enter the ontology, in one change that can be undone.

    Things of which it was asked whether they are one are one from then on; see `knowloom split`.
    Of values that sources differ on the one given is right from then on, whatever sources say;
    `knowloom update rollback` takes that back.

    \b
    Examples:
        knowloom review accept Prize Journal
        knowloom review accept --above 0.8
        knowloom review accept "Alan Turing.died" --value 1954-06-07
    """
    from knowloom.browser.place import browser_place
    from knowloom.reviewing import accept as accepted
    from knowloom.reviewing import would_accept
    from knowloom.session import knowledge_base
    from knowloom.store import review as store

    with knowledge_base(settings) as kb:
        _bring_up_to_date(kb)
        found = (store.one(kb.database, key) for key in proposals)
        named = [*{proposal.id: proposal for proposal in found}.values()]
        known = {p.id for p in named}
        if above is not None:
            named += [
                p for p in store.listed(kb.database) if p.confidence >= above and p.id not in known
            ]
        if dry_run:
            done = would_accept(kb, named)
            lines = table(done.accepted) if done.accepted else ["Nothing would be accepted."]
            lines += map(_fault_line, done.faults)
            emit(decided(done), as_json, lines)
            ctx.exit(1 if done.faults else 0)
        done = accepted(kb, named, who=by(who), note=note, value=value)
        place = browser_place(settings, kb.database)
    links = [link for one in done.accepted if (link := _link(place, one))]
    data = {**decided(done), "browser": links}
    emit(data, as_json, [*accept_lines(done), *(look_at(links[0]) if links else ())])
    if done.faults:
        ctx.exit(1)


@review.command()
@click.argument("proposal")
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True))
@_dry_run
@_by
@_note
@connection_options
@json_option
@refreshing
def edit(
    proposal: str,
    file: Path | None,
    dry_run: bool,
    who: str | None,
    note: str,
    settings: Settings,
    as_json: bool,
) -> None:
    """Change the class of a PROPOSAL to the one in FILE; without FILE in your editor.

    \b
    Example:
        knowloom review edit Prize prize.py
    """
    from knowloom.errors import UsageError
    from knowloom.extract.decomposition import proposed_classes
    from knowloom.knowledge.growth import concept_of
    from knowloom.ontology.concepts import Concept
    from knowloom.reviewing import edit as edited
    from knowloom.session import knowledge_base
    from knowloom.store import review as store

    with knowledge_base(settings) as kb:
        before = store.one(kb.database, proposal)
        if not before.about.is_class:
            raise UsageError(f"{before.id} proposes no class: accept or reject it")
        text = file.read_text(encoding="utf-8") if file else _by_hand(before)
        listed = [p for p in store.listed(kb.database) if p.about.is_class]
        others = [concept_of(p) for p in listed if p.id != before.id]
        new = [Concept(name=c.name) for c in others if c.name not in kb.ontology]
        made, faults = proposed_classes(text, kb.ontology.with_concepts(new))
        if len(made) != 1 or faults:
            why = "; ".join(map(str, faults)) or f"it holds {len(made)} classes, not one"
            raise UsageError(f"the proposal stays as it is: {why}")
        after = edited(kb, before, made[0], who=by(who), note=note, dry_run=dry_run)
    changed = after.body != before.body
    emit(rows([after])[0], as_json, _shown(after) if changed else ["Nothing differs."])


@review.command()
@click.argument("proposals", nargs=-1, required=True)
@_dry_run
@_by
@_note
@connection_options
@json_option
@click.pass_context
@refreshing
def reject(
    ctx: click.Context,
    proposals: tuple[str, ...],
    dry_run: bool,
    who: str | None,
    note: str,
    settings: Settings,
    as_json: bool,
) -> None:
    """Reject PROPOSALS; proposed again they stay rejected.

    Those that were decided before stay as they are, and are listed.
    Values that sources differ on stay as they are then: the one that the policy chose is shown.

    \b
    Example:
        knowloom review reject Name --note "not a class"
    """
    from knowloom.reviewing import reject_all
    from knowloom.session import knowledge_base
    from knowloom.store import review as store

    with knowledge_base(settings) as kb:
        _bring_up_to_date(kb)
        named = [store.one(kb.database, key) for key in proposals]
        done = reject_all(kb, named, who=by(who), note=note, dry_run=dry_run)
    said = "would reject" if dry_run else "rejected"
    lines = [f"{said} {p.subject}" for p in done.rejected]
    faults = [*map(_fault_line, done.faults)]
    emit(rows(done.rejected), as_json, [*lines, *faults])
    if as_json:
        click.echo("\n".join(faults), err=True, nl=bool(faults))
    if faults:
        ctx.exit(1)


def _bring_up_to_date(kb: KnowledgeBase) -> None:
    """Ask what sources differ on by now; who may only read sees the questions as they were."""
    from contextlib import suppress

    from knowloom.errors import ServerFailed
    from knowloom.update.disputes import note

    with suppress(ServerFailed):
        note(kb.database, kb.ontology)


def _by_hand(proposal: Proposal) -> str:
    """Return what a person makes of a proposal in the editor."""
    from knowloom.errors import UsageError

    text = click.edit(_code(proposal), extension=".py")
    if text is None:
        raise UsageError("nothing was saved in the editor: the proposal stays as it is")
    return text


def by(who: str | None) -> str:
    """Return who decides: as told, else the user of this machine."""
    return who or getpass.getuser()


def rows(proposals: Sequence[Proposal], place: BrowserPlace | None = None) -> list[dict[str, Any]]:
    """Return proposals for a script, with links when it is known where Browser is."""
    found = [{"id": p.id, **asdict(p), "body": dict(p.body)} for p in proposals]
    if place:
        for row, proposal in zip(found, proposals, strict=True):
            row["browser"] = _link(place, proposal)
    return found


def _link(place: BrowserPlace, proposal: Proposal) -> str:
    """Return the link to what a proposal is about."""
    from knowloom.knowledge.proposal import About

    if proposal.about is About.IDENTITY:
        return place.things(proposal.body["members"])
    if proposal.is_dispute:
        return place.evidence(proposal.body["uid"])
    return place.concept(proposal.body["of"] if proposal.about is About.ALIAS else "")


def table(proposals: Sequence[Proposal]) -> list[str]:
    """Return proposals for a person, a line each."""
    if not proposals:
        return ["Nothing was found to propose."]
    wide = max(len(p.subject) for p in proposals)
    return [f"{p.id}  {p.confidence:4.2f}  {p.subject:{wide}}  {_summary(p)}" for p in proposals]


def queued_lines(proposals: Sequence[Proposal]) -> list[str]:
    """Return what was proposed for a person, and what of it they decided before."""
    said = [*map(_standing, proposals)] or [""]  # the table of none has a line all the same
    lines = zip(table(proposals), said, strict=True)
    return [f"{line}; {standing}" if standing else line for line, standing in lines]


def _standing(proposal: Proposal) -> str:
    """Return how a proposal stands that was proposed again; nothing of one that just waits."""
    from knowloom.knowledge.proposal import State

    last = proposal.deeds[-1]
    if proposal.state is State.OPEN:
        return "open again" if last.what == "reopened" else ""
    return f"{proposal.state} by {last.who} before: it does not wait for review"


def accept_sure(kb: KnowledgeBase, proposals: Sequence[Proposal], above: float) -> Decisions:
    """Accept what is open and sure enough, also when it waited before it was proposed again."""
    from knowloom.knowledge.proposal import State
    from knowloom.reviewing import accept as accepted

    sure = [p for p in proposals if p.state is State.OPEN and p.confidence >= above]
    return accepted(kb, sure, who=by(None), note=f"as sure as {above}")


def decided(done: Decisions) -> dict[str, Any]:
    """Return what a review did, for a script."""
    return {
        "accepted": [p.id for p in done.accepted],
        "version": done.version,
        "faults": [asdict(fault) for fault in done.faults],
    }


def accept_lines(done: Decisions) -> list[str]:
    """Return what a review did, for a person."""
    lines: list[str] = []
    for one in done.accepted:
        if one.is_dispute:
            lines.append(f"{_asked(one)} {one.body['decided']}")
            if run := one.body["run"]:
                lines.append(f"`knowloom update rollback {run}` takes it back")
        else:
            lines.append(f"accepted {one.subject}")
    lines += map(_fault_line, done.faults)
    if done.version:
        lines.append(f"the ontology is at version {done.version} now")
    return lines or ["Nothing was accepted."]


def _fault_line(fault: Fault) -> str:
    """Return why a proposal is as it was."""
    return f"{'not changed' if fault.code == 'decided' else 'left open'} {fault}"


def _summary(proposal: Proposal) -> str:
    """Return what a proposal says in a few words."""
    from knowloom.knowledge.growth import concept_of
    from knowloom.knowledge.proposal import About

    if proposal.about is About.IDENTITY:
        return f"one thing? {proposal.body['names']} ({proposal.body['reason']})"
    if proposal.is_dispute:
        said = (f"{s['name'] or s['value']} ({', '.join(s['sources'])})" for s in _sides(proposal))
        return f"{_asked(proposal)} {' or '.join(said)}?"
    if proposal.about is About.ALIAS:
        return f"another name of {proposal.body['of']}"
    concept = concept_of(proposal)
    parts = [f"below {', '.join(concept.parents)}"]
    if proposal.about is About.BETWEEN:
        parts.append(f"above {', '.join(proposal.body['taking'])}")
    if concept.attributes:
        parts.append(f"with {', '.join(a.name for a in concept.attributes)}")
    if concept.examples:
        parts.append(f"such as {', '.join(concept.examples)}")
    return "; ".join(parts)


def _asked(proposal: Proposal) -> str:
    """Return what a dispute is about."""
    return f"{proposal.body['name'] or proposal.body['uid']}, {proposal.body['attribute']}:"


def _sides(proposal: Proposal) -> list[dict[str, Any]]:
    """Return the sides of a dispute, their sources as a person reads them."""
    return [
        {**side, "sources": [source.removeprefix("_") for source in side["sources"]]}
        for side in proposal.body["sides"]
    ]


def _shown(proposal: Proposal) -> Iterator[str]:
    """Yield all of a proposal for a person."""
    yield f"{proposal.subject} ({proposal.id}), {proposal.state}, {proposal.confidence:.2f}"
    yield from ["", *_code(proposal).splitlines(), ""]
    if not proposal.is_dispute:
        yield from (f"  {line}" for line in proposal.why)
    for deed in proposal.deeds:
        note = f": {deed.note}" if deed.note else ""
        yield f"{deed.what} by {deed.who} on {deed.when:%Y-%m-%d %H:%M}{note}"


def _code(proposal: Proposal) -> str:
    """Return the class of a proposal as Python, or the question it asks."""
    from knowloom.knowledge.growth import concept_of
    from knowloom.knowledge.proposal import About
    from knowloom.ontology.render_annotated import render_class

    if proposal.about is About.IDENTITY:
        return _summary(proposal)
    if proposal.is_dispute:
        rows = [
            (
                f"{s['name']} ({s['value']})" if s["name"] else s["value"],
                ", ".join(s["sources"]),
                "" if i else "shown",
            )
            for i, s in enumerate(_sides(proposal))
        ]
        return "\n".join([_asked(proposal), *drawn(("value", "sources", ""), rows)])
    if proposal.about is About.ALIAS:
        names = ", ".join(map(repr, proposal.body["names"]))
        return f"# {names}: another name of {proposal.body['of']}"
    return render_class(concept_of(proposal))
