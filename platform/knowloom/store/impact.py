"""What a change of the ontology means for the instances that are stored: counted, not guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from graphlib import TopologicalSorter

import neo4j

from knowloom.errors import Fault
from knowloom.ontology.concepts import ENDS, Kind, Ontology
from knowloom.store.adjust import Act, Adjustment
from knowloom.store.census import Census, Labels
from knowloom.store.fit import fit
from knowloom.store.transition import Impact, Orphans, Transition


def impact(tx: neo4j.ManagedTransaction, transition: Transition) -> Impact:
    """Return what a change does to what is stored.

    Only what concerns a label or relationship type that the graph has is looked at.
    """
    found = Impact()
    census = Census(tx)
    _classes(transition, census, found)
    _relations(transition, census, found)
    found.adjustments += _keyed_facts(transition, census)
    fit(transition, census, found)
    return found


def _classes(transition: Transition, census: Census, found: Impact) -> None:
    """Find the instances whose labels change, and those of removed classes."""
    gone: Counter[str] = Counter()
    moves: dict[Labels, Adjustment] = {}
    for labels, count in _label_sets(transition, census).items():
        direct = transition.old.most_specific(labels)
        removed = [name for name in direct if name in transition.effect.orphaned]
        gone.update(dict.fromkeys(removed, count))
        if move := _move(transition, labels, removed, count):
            moves[labels] = move
    found.adjustments += _in_order(moves)
    found.adjustments += _retyped_records(transition, census)
    for name, count in gone.items():
        what = f"is removed, and {count:,} instances are of this class"
        found.orphans.append(Fault(name, what, "removed"))


def _label_sets(transition: Transition, census: Census) -> dict[Labels, int]:
    """Return the label sets of all instances of classes that move or go, with their numbers."""
    concerned = {relabel.concept for relabel in transition.effect.relabel}
    used = concerned.union(transition.gone) & census.labels
    topmost = (n for n in used if not used.intersection(transition.old.ancestors(n)))
    return {labels: count for n in topmost for labels, count in census.label_sets(n).items()}


def _move(
    transition: Transition, labels: Labels, removed: Iterable[str], count: int
) -> Adjustment | None:
    """Return how nodes with exactly these labels change theirs; None when they do not."""
    wanted = set(transition.labels_after(labels))
    if transition.orphans is Orphans.KEEP:
        wanted.update(removed)
    add = tuple(sorted(wanted - labels))
    remove = tuple(sorted(n for n in labels - wanted if n in transition.old))
    if not add and not remove:
        return None
    return Adjustment(
        act=Act.RELABEL,
        label=transition.old.most_specific(labels)[0],
        labels=tuple(sorted(labels)),
        add=add,
        remove=remove,
        count=count,
    )


def _in_order(moves: Mapping[Labels, Adjustment]) -> Iterator[Adjustment]:
    """Yield moves so that no node that has moved looks as if it still had to."""
    order: TopologicalSorter[Labels] = TopologicalSorter()
    for labels, move in moves.items():
        target = (labels - set(move.remove)) | set(move.add)
        order.add(labels, *(target,) if target in moves else ())
    return (moves[labels] for labels in order.static_order())


def _retyped_records(transition: Transition, census: Census) -> Iterator[Adjustment]:
    """Yield what records of classes that are no longer there become."""
    for name in transition.gone:
        if name in census.labels and census.size(name):
            heir = transition.heirs(name)[0]
            yield Adjustment(act=Act.RETYPE_RECORDS, old=name, new=heir)


def _relations(transition: Transition, census: Census, found: Impact) -> None:
    """Find the facts of relations that are renamed or removed."""
    for name in transition.gone:
        type_ = transition.old[name].relationship_type
        if transition.old.kind(name) is not Kind.RELATION or type_ not in census.types:
            continue
        heir = transition.heirs(name)[0]
        if name in transition.change.renamed or _is_retyped(transition, heir):
            new = transition.new[heir].relationship_type
            found.adjustments.append(Adjustment(act=Act.RENAME_LINKS, old=type_, new=new))
        if name not in transition.effect.orphaned:
            continue
        if facts := sum(count for *_, count in census.facts(type_)):
            what = f"is removed, and {facts:,} facts are of this relation"
            found.orphans.append(Fault(name, what, "removed"))


def _keyed_facts(transition: Transition, census: Census) -> Iterator[Adjustment]:
    """Yield the relations that had no qualifier and now have one."""
    steps = (step.name for step in transition.change.steps if step.before and step.after)
    names = {below for name in steps for below in (name, *transition.new.descendants(name))}
    for name in sorted(names):
        if name not in transition.old or transition.new.kind(name) is not Kind.RELATION:
            continue
        type_ = transition.new[name].relationship_type
        was, now = (_is_keyed(o, name) for o in (transition.old, transition.new))
        if now and not was and type_ in census.types:
            yield Adjustment(act=Act.KEY_FACTS, old=type_)


def _is_keyed(ontology: Ontology, relation: str) -> bool:
    """Return whether facts of a relation are told apart by more than their ends."""
    return any(name not in ENDS for name in ontology.attributes(relation))


def _is_retyped(transition: Transition, heir: str) -> bool:
    """Return whether facts of a removed relation become facts of `heir`."""
    return transition.orphans is Orphans.RETYPE and heir != Kind.RELATION.value
