"""`knowloom find`, `subgraph`, `search` and `why`: looking at what is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import click

from knowloom.cli.connection import connection_options
from knowloom.cli.output import AT_MOST, emit, json_option, look_at, table
from knowloom.ontology.concepts import ENDS
from knowloom.settings import Settings

if TYPE_CHECKING:
    from knowloom.browser.place import BrowserPlace
    from knowloom.ontology.things import Thing
    from knowloom.store.search import Hit
    from knowloom.subgraph.graph import Subgraph
    from knowloom.subgraph.why import Reason

NO_DISPUTES: Mapping[str, Sequence[str]] = {}
_QUOTE = 80  # characters of a sentence that a table shows


@click.command()
@click.argument("concept", metavar="CLASS")
@click.argument("conditions", nargs=-1, metavar="[ATTRIBUTE=VALUE]...")
@click.option(
    "--limit", type=AT_MOST, default=100, show_default=True, help="Show at most so many."
)
@connection_options
@json_option
def find(
    concept: str, conditions: tuple[str, ...], limit: int, settings: Settings, as_json: bool
) -> None:
    """Find instances of a class by attribute values.

    Instances of subclasses are found too. An attribute that holds many values has to hold the
    one given; the same attribute twice means either value; a link is given by the name or uid of
    what it leads to. Of a Relation class its facts are found, by their ends and qualifiers. What
    sources differ on, and nothing settles, is marked as disputed.

    \b
    Example:
        knowloom find Person
        knowloom find Person affiliation="University of Toronto" born=1947-12-06
        knowloom find Employment head_entity="Geoffrey Hinton"
    """
    from knowloom.browser.place import browser_place
    from knowloom.session import knowledge_base
    from knowloom.store.census import demand_things
    from knowloom.update.disputes import disputed

    with knowledge_base(settings) as kb:
        if concept not in kb.ontology:
            demand_things(kb.database)
        found = kb.reader.find(concept, _conditions(conditions), limit + 1)
        more, found = len(found) > limit, found[:limit]
        place = browser_place(settings, kb.database)
        open_ = disputed(kb.database, kb.ontology, (thing.uid for thing in found))
    data = [
        {
            **_shown(thing),
            "disputed": open_.get(thing.uid, []),
            "browser": place.things(_nodes(thing)),
        }
        for thing in found
    ]
    link = place.things(dict.fromkeys(uid for thing in found for uid in _nodes(thing)))
    lines = _facts(found) if _is_fact(found[:1]) else _things(found, open_)
    emit(data, as_json, () if as_json else [*lines, *look_at(link)])
    if more:
        click.echo(f"knowloom: there are more than these {limit}: see --limit", err=True)


@click.command()
@click.argument("seed", metavar="NAME|UID")
@click.option(
    "--hops",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="How many relationships away.",
)
@click.option(
    "--limit", type=AT_MOST, default=5_000, show_default=True, help="Show at most so many."
)
@click.option(
    "--per-node-cap",
    type=AT_MOST,
    default=1_000,
    show_default=True,
    help="Follow at most so many relationships of one instance in each direction.",
)
@click.option("--code", "as_code", is_flag=True, help="Print Python code that makes the objects.")
@connection_options
@json_option
def subgraph(
    seed: str,
    *,
    hops: int,
    limit: int,
    per_node_cap: int,
    as_code: bool,
    settings: Settings,
    as_json: bool,
) -> None:
    """Show what surrounds an instance.

    \b
    Example:
        knowloom subgraph "Geoffrey Hinton" --hops 2
        knowloom subgraph "Geoffrey Hinton" --code > hinton.py
    """
    from knowloom.browser.place import browser_place
    from knowloom.session import knowledge_base

    with knowledge_base(settings) as kb:
        found = kb.subgraph(seed, hops, limit=limit, per_node_cap=per_node_cap)
        link = browser_place(settings, kb.database).things(t.uid for t in found.instances)
    if as_code:
        emit({"code": found.code()} if as_json else None, as_json, found.code().splitlines())
        return
    data = {**found.json(), "browser": link} if as_json else None
    emit(data, as_json, () if as_json else [*_drawn(found), *look_at(link)])


@click.command()
@click.argument("text", nargs=-1, required=True, metavar="WORD...")
@click.option("--limit", type=AT_MOST, default=10, show_default=True, help="Show at most so many.")
@connection_options
@json_option
def search(text: tuple[str, ...], limit: int, settings: Settings, as_json: bool) -> None:
    """Find instances and concepts by words, best first.

    \b
    Example:
        knowloom search geoffrey hinton
    """
    from knowloom.browser.place import browser_place
    from knowloom.session import knowledge_base
    from knowloom.store.census import demand_things

    with knowledge_base(settings) as kb:
        if not kb.ontology:
            demand_things(kb.database)
        hits = kb.search(" ".join(text), limit=limit)
        place = browser_place(settings, kb.database)
    data = [{**_hit(hit), "browser": _hit_link(place, hit)} for hit in hits]
    link = _hit_link(place, hits[0]) if hits else ""
    emit(data, as_json, () if as_json else [*_hits(hits), *look_at(link)])


@click.command()
@click.argument("seed", metavar="UID")
@click.argument("attribute", required=False)
@connection_options
@json_option
def why(seed: str, attribute: str | None, settings: Settings, as_json: bool) -> None:
    """Show where the values of an instance come from.

    Each line is one record that carries the value: its source, where in it, and when it was
    observed or else recorded. UID may be a name that only one instance bears.

    \b
    Example:
        knowloom why "Geoffrey Hinton" born
    """
    from knowloom.browser.place import browser_place
    from knowloom.session import knowledge_base

    with knowledge_base(settings) as kb:
        found = kb.why(seed, attribute)
        link = browser_place(settings, kb.database).evidence(found[0].uid) if found else ""
    data = [{**_reason(reason), "browser": link} for reason in found]
    emit(data, as_json, () if as_json else [*_reasons(found), *look_at(link)])


def _conditions(given: Sequence[str]) -> Mapping[str, Any]:
    """Return `attribute=value` pairs as conditions; a repeated attribute has alternatives."""
    found: dict[str, list[str]] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            raise click.UsageError(f"{pair!r} is no condition; write ATTRIBUTE=VALUE")
        found.setdefault(name, []).append(value)
    return found


def _shown(thing: Thing) -> dict[str, Any]:
    """Return an instance for a script."""
    from knowloom.subgraph.graph import thing_json

    return thing_json(thing)


def _things(
    found: Sequence[Thing], disputed: Mapping[str, Sequence[str]] = NO_DISPUTES
) -> list[str]:
    """Return a table of instances, with a mark at values that sources differ on."""
    rows = [
        (
            shown["uid"],
            ", ".join(shown["concepts"]),
            _said(shown, disputed.get(shown["uid"], ())),
        )
        for shown in map(_shown, found)
    ]
    return table(("uid", "class", "values"), rows) if rows else ["Nothing was found."]


def _is_fact(found: Sequence[Thing]) -> bool:
    """Return whether instances have two ends; all that are found at once do, or none."""
    return any(ENDS[0] in vars(thing) for thing in found)


def _nodes(thing: Thing) -> list[str]:
    """Return the uids of the nodes that show an instance: a fact's are its ends."""
    return [vars(thing)[end].uid for end in ENDS] if _is_fact([thing]) else [thing.uid]


def _facts(found: Sequence[Thing]) -> list[str]:
    """Return a table of facts."""
    rows = [
        (
            _called(vars(fact)[ENDS[0]]),
            type(fact).__name__,
            _called(vars(fact)[ENDS[1]]),
            _said(_shown(fact)),
        )
        for fact in found
    ]
    return table((ENDS[0], "class", ENDS[1], "values"), rows)


def _said(shown: Mapping[str, Any], disputed: Sequence[str] = ()) -> str:
    """Return the values of an instance on one line, its name first."""
    values: dict[str, Any] = dict(shown["values"])
    name = str(values.pop("name", "")) + (" (disputed)" if "name" in disputed else "")
    said = [
        f"{n}={', '.join(map(str, _listed(value)))}{' (disputed)' if n in disputed else ''}"
        for n, value in values.items()
    ]
    links = [f"{n} (disputed)" for n in disputed if n != "name" and n not in values]
    return "  ".join([name, *said, *links]).strip()


def _listed(value: Any) -> list[Any]:
    return list(cast(Sequence[Any], value)) if isinstance(value, list) else [value]


def _drawn(found: Subgraph) -> Iterator[str]:
    """Return the instances, the links between them, and what was left out."""
    from knowloom.subgraph.graph import links_of

    yield from _things(found.instances)
    yield ""
    for thing in found.instances:
        for name, targets in links_of(thing).items():
            yield f"{_called(thing)} —{name}→ {', '.join(map(_called, targets))}"
    for fact in found.relations:
        ends = links_of(fact)
        [head], [tail] = ends["head_entity"], ends["tail_entity"]
        name = type(fact).__name__
        yield f"{_called(head)} —{name}→ {_called(tail)}  {_said(_shown(fact))}".rstrip()
    yield from (f"fault: {fault}" for fault in found.faults)
    if found.truncated:
        yield f"cut: {found.truncated}"


def _called(thing: Thing) -> str:
    """Return how a person would call an instance."""
    return str(vars(thing).get("name") or thing.uid)


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "kind": hit.kind.value,
        "id": hit.id,
        "name": hit.name,
        "labels": list(hit.labels),
        "text": hit.text,
        "score": hit.score,
    }


def _hit_link(place: BrowserPlace, hit: Hit) -> str:
    """Return the link to what was found."""
    return place.concept(hit.id) if hit.kind.value == "concept" else place.thing(hit.id)


def _hits(hits: Sequence[Hit]) -> list[str]:
    rows = [(h.kind.value, h.id, h.name, ", ".join(h.labels), f"{h.score:.2f}") for h in hits]
    if not rows:
        return ["Nothing was found."]
    return table(("what", "uid or concept", "name", "class", "score"), rows)


def _reason(reason: Reason) -> dict[str, Any]:
    """Return a reason for a script."""
    from knowloom.subgraph.graph import json_value

    evidence = reason.evidence
    return {
        "attribute": reason.attribute,
        "value": json_value(reason.value),
        "name": reason.name,
        "shown": reason.shown,
        "disputed": reason.disputed,
        "source": evidence.source,
        "run": evidence.run,
        "row": evidence.row or None,
        "end": evidence.end or None,
        "place": reason.place or None,
        "quote": reason.quote or None,
        "recorded": json_value(evidence.recorded),
        "observed": json_value(evidence.observed),
        "valid_from": json_value(evidence.valid_from),
        "valid_to": json_value(evidence.valid_to),
        "confidence": evidence.confidence,
        "superseded_by": evidence.superseded_by or None,
    }


def _reasons(found: Sequence[Reason]) -> list[str]:
    """Return a table of reasons."""
    if not found:
        return ["No record carries this: it is known only through references, or not at all."]
    rows = [
        (
            r.attribute,
            f"{r.name} ({r.value})" if r.name else r.value,
            r.evidence.source.removeprefix("_"),
            _place(r),
            r.evidence.time.isoformat(sep=" ", timespec="seconds"),
            _standing(r),
        )
        for r in found
    ]
    return table(("attribute", "value", "source", "where", "when", ""), rows)


def _standing(reason: Reason) -> str:
    """Return whether a value is shown, and if not, why."""
    if reason.evidence.superseded_by:
        return "history"
    said = [f"{'' if reason.shown else 'not '}shown"]
    said += ["decided"] if reason.evidence.is_decision else []
    return ", ".join([*said, *(["disputed"] if reason.disputed else [])])


def _place(reason: Reason) -> str:
    """Return where a source says so: the sentence of a document, the row of a table."""
    if not reason.place:
        return f"row {reason.evidence.row}" if reason.evidence.row else ""
    quote = reason.quote if len(reason.quote) <= _QUOTE else f"{reason.quote[:_QUOTE]}…"
    return f"from {reason.place}: “{quote}”"
