"""An instance as it is stored, and what new records make of it: values in, a revision out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

import orjson

from knowloom.knowledge.evidence import Key, is_spoken_of
from knowloom.knowledge.policies import DEFAULT, Policy
from knowloom.knowledge.project import Evidence, Projection, body, show
from knowloom.knowledge.record import Values, key_values
from knowloom.ontology.concepts import Attribute, Ontology
from knowloom.ontology.values import reader

INSTANCE_LABEL = "_Instance"
ASIDE_LABELS = ("_Redirect", "_Retired")  # of what was merged, and of what nobody speaks of
NOTHING_MERGED: Mapping[str, str] = {}
KNOWN = "_known"  # of what holds only records of things that were merged into it
_SORTED = orjson.OPT_SORT_KEYS


@dataclass(frozen=True, slots=True)
class Link:
    """A stored derived relationship: its type, the uid it leads to, its place in the list."""

    type: str
    target: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """What is stored of one instance.

    Args:
        uid: its identity.
        labels: all labels of its node.
        evidence: its records, inline or separate, superseded ones included.
        links: the relationships that follow from them.
        mention: True when it is known only through references.
        known: by what it was known while only others referred to it; what its own records say
            takes the place of that.
    """

    uid: str
    labels: frozenset[str]
    evidence: tuple[Evidence, ...]
    links: frozenset[Link] = frozenset()
    mention: bool = False
    known: Values = field(default_factory=dict[str, Any])


@dataclass(slots=True)
class Revision:
    """What has to change for an instance to show what its records say.

    Args:
        uid: the instance.
        properties: all node properties from now on; None when they stay.
        add_labels, remove_labels: what changes about its classes.
        records: evidence that becomes a record node.
        restated: evidence whose record node is there, and is to say something else.
        superseded: ids of record nodes with the run that ended them from now on; 0 for none.
        add_links: attribute name, target uid and position of links to create or to move.
        remove_links: links no record supports any more.
        added: how many records are new.
        retired: True when nothing is said of it any more: unless something refers to it, it goes.
    """

    uid: str
    properties: dict[str, Any] | None = None
    add_labels: list[str] = field(default_factory=list[str])
    remove_labels: list[str] = field(default_factory=list[str])
    records: list[Evidence] = field(default_factory=list[Evidence])
    restated: list[Evidence] = field(default_factory=list[Evidence])
    superseded: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    add_links: list[tuple[str, str, int]] = field(default_factory=list[tuple[str, str, int]])
    remove_links: list[Link] = field(default_factory=list[Link])
    added: int = 0
    retired: bool = False

    @property
    def changes_node(self) -> bool:
        """True when more than missing or moved links is to be written."""
        return self.properties is not None or bool(self.remove_links)


def revise(
    state: State,
    new: Sequence[Evidence],
    ontology: Ontology,
    *,
    run: int,
    superseded: Collection[Key] = (),
    kept: Mapping[str, str] = NOTHING_MERGED,
    policy: Policy = DEFAULT,
) -> Revision:
    """Return what new and superseded records change about an instance.

    A record that stands already changes nothing, unless it stands without its links, as a load
    that was cut leaves it. The first record of a mention becomes its inline record; any further
    one promotes the inline record to a node first.

    Args:
        state: what is stored.
        new: records to add, in the order they were said.
        ontology: labels, attributes and policies.
        run: the number of the run that revises.
        superseded: the keys of records that their source does not state any more.
        kept: absorbed uid to the uid under which the thing is kept.
        policy: how conflicts are settled.
    """
    standing = {e.key for e in state.evidence if not e.superseded_by}
    said = {e.key: e for e in new}
    fresh = [e for e in said.values() if e.key not in standing]
    old = [
        e.superseded(run)
        if e.key in superseded and not e.superseded_by
        else e.completed(said.get(e.key, e))
        for e in state.evidence
    ]
    changed = fresh or any(a is not b for a, b in zip(old, state.evidence, strict=True))
    return _revision(
        state, [*old, *fresh], ontology, kept, policy, changed=bool(changed), added=len(fresh)
    )


def reshape(
    state: State,
    evidence: Sequence[Evidence],
    ontology: Ontology,
    kept: Mapping[str, str],
    policy: Policy = DEFAULT,
) -> Revision:
    """Return what makes an instance hold exactly these records, as a merge or rollback leaves it.

    Args:
        state: what is stored.
        evidence: the records it is to hold; those with `stored` have nodes already.
        ontology: labels, attributes and policies.
        kept: absorbed uid to the uid under which the thing is kept.
        policy: how conflicts are settled.
    """
    return _revision(state, evidence, ontology, kept, policy, changed=True, added=0)


def _revision(
    state: State,
    evidence: Sequence[Evidence],
    ontology: Ontology,
    kept: Mapping[str, str],
    policy: Policy,
    *,
    changed: bool,
    added: int,
) -> Revision:
    """Return what leads from a state to one with this evidence."""
    revision = Revision(state.uid, added=added)
    if not is_spoken_of(evidence):
        projection = Projection((), {}, {})
        revision.retired = bool(evidence) or not state.mention
    else:
        projection = show(evidence, ontology, kept, policy)
    _revise_links(revision, state, projection, ontology)
    if not changed:
        return revision
    before = {record_id(state.uid, e): e for e in state.evidence if e.stored}
    if _fits_inline(state.uid, evidence, kept):
        revision.properties = inline_properties(evidence[0])
    else:
        shown = projection.values
        held = evidence or state.evidence
        has_own = any(e.uid in ("", state.uid) for e in held)
        if not projection.concepts:
            is_known = state.known and not has_own
            shown = state.known if is_known else _recognised(held, ontology)
        revision.properties = {**shown, "_promoted": True}
        if projection.concepts and not has_own:
            revision.properties |= known_aside(state.known)
        _revise_records(revision, evidence, before)
    if not projection.concepts:
        revision.properties["_mention"] = True
    revision.properties["uid"] = state.uid
    if projection.concepts:
        _revise_labels(revision, state, projection, ontology)
    return revision


def _revise_records(
    revision: Revision, evidence: Sequence[Evidence], before: Mapping[str, Evidence]
) -> None:
    """Note which record nodes are new, say something else, or count or not from now on.

    Args:
        revision: to note it in.
        evidence: what the instance holds from now on.
        before: the evidence in nodes so far, by the ids of these.
    """
    for e in evidence:
        was = before.get(record_id(revision.uid, e))
        if was is None:
            if not e.stored:
                revision.records.append(e)
            continue
        if not e.stored or was.links != e.links:
            revision.restated.append(e)
        if e.superseded_by != was.superseded_by:
            revision.superseded.append((record_id(revision.uid, e), e.superseded_by))


def _fits_inline(uid: str, evidence: Sequence[Evidence], kept: Mapping[str, str]) -> bool:
    """Return whether a node can hold these records itself, nothing of them lost."""
    if len(evidence) != 1 or evidence[0].stored or evidence[0].superseded_by:
        return False
    one = evidence[0]
    if one.uid not in ("", uid):
        return False
    return not kept or not any(uid in kept for uids in one.links.values() for uid in uids)


def _recognised(evidence: Sequence[Evidence], ontology: Ontology) -> Values:
    """Return by what a thing is known of which nobody says anything any more: its key."""
    for each in reversed(evidence):
        if each.concept in ontology and key_values(ontology, each.concept, each.values):
            declared = ontology.key(each.concept)
            return {name: each.values[name] for name in (declared[1] if declared else ())}
    return {}


def inline_properties(evidence: Evidence) -> dict[str, Any]:
    """Return the node properties of an instance with this one record: values and provenance."""
    properties: dict[str, Any] = {
        **evidence.values,
        "_run": evidence.run,
        "_hash": evidence.hash,
    }
    optional = {
        "_row": evidence.row or None,
        "_end": evidence.end or None,
        "_observed": evidence.observed,
        "_from": evidence.valid_from,
        "_to": evidence.valid_to,
        "_confidence": evidence.confidence,
    }
    properties.update({name: value for name, value in optional.items() if value is not None})
    return properties


def record_id(uid: str, evidence: Evidence) -> str:
    """Return the id of the record node that keeps this evidence of an instance."""
    return f"{evidence.uid or uid}:{evidence.hash}:{evidence.run}"


def record_properties(evidence: Evidence) -> dict[str, Any]:
    """Return what a record node holds besides its id."""
    return {
        "run": evidence.run,
        "source": evidence.source,
        "recorded": evidence.recorded,
        "hash": evidence.hash,
        "row": evidence.row or None,
        "end": evidence.end or None,
        "concept": evidence.concept,
        "body": body(evidence),
        "observed": evidence.observed,
        "valid_from": evidence.valid_from,
        "valid_to": evidence.valid_to,
        "confidence": evidence.confidence,
        "superseded_by": evidence.superseded_by or None,
    }


def stored_evidence(properties: Mapping[str, Any], ontology: Ontology) -> Evidence:
    """Return the evidence that a record node holds.

    Values come back in the types of the ontology; those of attributes it no longer has stay text.
    """
    said = orjson.loads(properties["body"])
    return Evidence(
        run=properties["run"],
        source=properties["source"],
        recorded=_moment(properties["recorded"]),
        hash=properties["hash"],
        concept=properties["concept"],
        values=_typed(said["values"], properties["concept"], ontology),
        links={name: tuple(uids) for name, uids in said["links"].items()},
        row=properties.get("row") or 0,
        end=properties.get("end") or 0,
        observed=_moment(properties.get("observed")),
        valid_from=native(properties.get("valid_from")),
        valid_to=native(properties.get("valid_to")),
        confidence=properties.get("confidence"),
        superseded_by=properties.get("superseded_by") or 0,
        stored=True,
        uid=properties["id"].rsplit(":", 2)[0],
    )


def inline_evidence(
    labels: frozenset[str],
    properties: Mapping[str, Any],
    links: Collection[Link],
    ontology: Ontology,
    *,
    source: str,
    recorded: datetime,
) -> Evidence:
    """Return the record that a node holds inline.

    Args:
        labels: of the node; their most specific concept is the record's.
        properties: of the node.
        links: the derived relationships of the node.
        ontology: tells concepts and attributes.
        source, recorded: of the run that wrote it.
    """
    concept = next(iter(ontology.most_specific(labels)), "Entity")
    return Evidence(
        run=properties.get("_run", 0),
        source=source,
        recorded=recorded,
        hash=properties["_hash"],
        concept=concept,
        values=said_in(properties),
        links=_named_links(concept, links, ontology),
        row=properties.get("_row", 0),
        end=properties.get("_end", 0),
        observed=_moment(properties.get("_observed")),
        valid_from=native(properties.get("_from")),
        valid_to=native(properties.get("_to")),
        confidence=properties.get("_confidence"),
        uid=properties.get("uid", ""),
    )


def _moment(value: Any) -> Any:
    """Return a moment, sent as text or as the driver's own type, as Python's."""
    return _parsed(value) if isinstance(value, str) else native(value)


@lru_cache(maxsize=1 << 12)  # all that one run says was recorded at the same moment
def _parsed(text: str) -> datetime:
    return datetime.fromisoformat(text.partition("[")[0])


def native(value: Any) -> Any:
    """Return a value as Python's own type: the driver's dates and times become `datetime`'s."""
    if isinstance(value, list):
        return [native(v) for v in cast(list[Any], value)]
    convert = getattr(value, "to_native", None)
    return convert() if convert else value


def said_in(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of a node or relationship that a source says, as Python's types."""
    return {n: native(v) for n, v in properties.items() if n[0] != "_" and n != "uid"}


def known_aside(known: Values) -> dict[str, str]:
    """Return the property that keeps by what a thing is known while it shows something else."""
    return {KNOWN: orjson.dumps(known, option=_SORTED).decode()} if known else {}


def known_by(properties: Mapping[str, Any], concept: str, ontology: Ontology) -> Values:
    """Return by what a thing is known of which no record is: what those say who refer to it.

    Args:
        properties: of its node.
        concept: its class.
        ontology: tells the types of its attributes.
    """
    if KNOWN in properties:
        return _typed(orjson.loads(properties[KNOWN]), concept, ontology)
    if "_mention" not in properties:
        return {}
    return said_in(properties)


def _typed(values: Mapping[str, Any], concept: str, ontology: Ontology) -> Values:
    """Return JSON values in the types their attributes have."""
    attributes: Mapping[str, Attribute] = {}
    if concept in ontology:
        attributes = ontology.attributes(concept)
    return {
        name: reader(attributes[name])(value) if name in attributes else value
        for name, value in values.items()
    }


def _named_links(
    concept: str, links: Collection[Link], ontology: Ontology
) -> dict[str, tuple[str, ...]]:
    """Return the links by attribute name, in their order."""
    names = ontology.links(concept)
    found: dict[str, list[str]] = {}
    for link in sorted(links, key=lambda link: (link.position, link.target)):
        if link.type in names:
            found.setdefault(names[link.type], []).append(link.target)
    return {name: tuple(uids) for name, uids in found.items()}


def _revise_links(
    revision: Revision, state: State, projection: Projection, ontology: Ontology
) -> None:
    """Note which links are missing or elsewhere in their list, and which nothing supports."""
    types = {name: t for c in projection.concepts for t, name in ontology.links(c).items()}
    there = {(link.type, link.target): link.position for link in state.links}
    wanted = {
        (types[name], uid): (name, uid, position)
        for name, uids in projection.links.items()
        for position, uid in enumerate(dict.fromkeys(uids))
    }
    revision.add_links = [link for key, link in wanted.items() if there.get(key) != link[2]]
    revision.remove_links = [
        link for link in state.links if (link.type, link.target) not in wanted
    ]


def _revise_labels(
    revision: Revision, state: State, projection: Projection, ontology: Ontology
) -> None:
    """Note which labels come and go; labels that are no concepts are left alone."""
    wanted = {label for c in projection.concepts for label in ontology.lineage(c)}
    revision.add_labels = sorted((wanted | {INSTANCE_LABEL}) - state.labels)
    revision.remove_labels = sorted(label for label in state.labels - wanted if label in ontology)
