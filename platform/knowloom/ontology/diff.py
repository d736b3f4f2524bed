"""What changed between two ontologies, how to undo it, and what it means for stored data.

A `Change` holds every concept that differs, before and after, so it can be applied, turned round
and kept as a version's history. `effect` says, without looking at any data, which labels move
and which values may not fit any more; counting them is the store's part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from knowloom.errors import Fault, OntologyError
from knowloom.ontology.as_json import concept_from_json, concept_to_json
from knowloom.ontology.check import is_narrower, range_text
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology
from knowloom.ontology.values import checker, reader


class Act(StrEnum):
    """What happened to a concept or attribute."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    MOVED = "moved"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Note:
    """One difference for a reader.

    Args:
        where: `Concept` or `Concept.attribute`.
        act: what happened to it.
        what: a sentence that continues `where`.
    """

    where: str
    act: Act
    what: str

    def __str__(self) -> str:
        return f"{self.where} {self.what}"


@dataclass(frozen=True, slots=True)
class Step:
    """One concept before and after; None where it does not exist."""

    before: Concept | None
    after: Concept | None

    @property
    def name(self) -> str:
        """The concept's name."""
        known = self.after or self.before
        assert known is not None
        return known.name


@dataclass(frozen=True)
class Change:
    """All concepts that differ between two ontologies.

    Args:
        steps: one for each concept that differs.

    >>> old = Ontology([Concept(name="Person")])
    >>> new = old.with_concepts([Concept(name="Author", parents=("Person",))])
    >>> change = diff(old, new)
    >>> print(*change.notes)
    Author is added below Person
    >>> change.apply(old) == new, change.undo().apply(new) == old
    (True, True)
    """

    steps: tuple[Step, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.steps)

    @cached_property
    def renamed(self) -> Mapping[str, str]:
        """Old name to new, where a removed and an added concept are one: either names the other.

        It does so by alias or title. Both ways count, so that undoing a renaming is one too; a
        concept that could be one of several is none of them.
        """
        gone = [s.before for s in self.steps if s.before is not None and s.after is None]
        came = [s.after for s in self.steps if s.after is not None and s.before is None]
        pairs = {(old, new) for new, old in _naming(came, gone)} | set(_naming(gone, came))
        olds, news = Counter(old for old, _ in pairs), Counter(new for _, new in pairs)
        sure = {old: new for old, new in pairs if olds[old] == news[new] == 1}
        return {c.name: sure[c.name] for c in gone if c.name in sure}

    @cached_property
    def shows_otherwise(self) -> bool:
        """Whether of the same records another value of an attribute is shown, or several."""
        after = {s.name: s.after for s in self.steps}
        for step in self.steps:
            now = after[self.renamed.get(step.name, step.name)]
            if step.before and now and _decided(step.before, now):
                return True
        return False

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """Every difference as a sentence, concept by concept."""
        return tuple(note for step in self.steps for note in _step_notes(step, self.renamed))

    def apply(self, ontology: Ontology) -> Ontology:
        """Return `ontology` after this change; concepts it adds come last.

        Raises:
            OntologyError: a concept is not what this change starts from, or the result would be
                no hierarchy.
        """
        if faults := [f for step in self.steps if (f := _stale(step, ontology))]:
            raise OntologyError(faults)
        after = {step.name: step.after for step in self.steps}
        kept = [after.pop(c.name, c) for c in ontology]
        return Ontology(c for c in [*kept, *after.values()] if c is not None)

    def undo(self) -> Change:
        """Return the change that leads back."""
        return Change(tuple(Step(s.after, s.before) for s in self.steps))

    def to_json(self) -> list[dict[str, Any]]:
        """Return the change as plain values, to be kept with a version."""
        return [
            {
                "before": concept_to_json(s.before) if s.before else None,
                "after": concept_to_json(s.after) if s.after else None,
            }
            for s in self.steps
        ]

    @classmethod
    def from_json(cls, steps: Iterable[Mapping[str, Any]]) -> Change:
        """Return what `to_json` was called on.

        Raises:
            OntologyError: a concept in it cannot be read.
        """
        return cls(
            tuple(
                Step(
                    concept_from_json(s["before"]) if s["before"] else None,
                    concept_from_json(s["after"]) if s["after"] else None,
                )
                for s in steps
            )
        )


def diff(old: Ontology, new: Ontology) -> Change:
    """Return what leads from `old` to `new`, in the order of `old`, then of `new`.

    The order of concepts in an ontology is no difference, as it is none to `==`.
    """
    gone_or_changed = [Step(c, after) for c in old if (after := new.get(c.name)) != c]
    added = [Step(None, c) for c in new if c.name not in old]
    return Change((*gone_or_changed, *added))


@dataclass(frozen=True, slots=True)
class Relabel:
    """Direct instances of `concept` gain the labels `add` and lose `remove`.

    A label in `remove` stays on a node that another of its concepts gives it: see `labels_after`.
    """

    concept: str
    add: tuple[str, ...]
    remove: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Risk:
    """Stored values that may not fit any more; only a look at the data can tell.

    Args:
        concept: the topmost concept whose instances are concerned, by its new name.
        attribute: the attribute by its old name; empty when it is the concept's key.
        code: `removed`, `renamed`, `type`, `single`, `required`, `bounds`, `relationship`, `key`.
        what: a sentence that continues `Concept.attribute`.
    """

    concept: str
    attribute: str
    code: str
    what: str

    def __str__(self) -> str:
        where = f"{self.concept}.{self.attribute}" if self.attribute else self.concept
        return f"{where} {self.what}"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change means for a graph that holds instances.

    Args:
        relabel: one for each concept, old and new, whose set of superclasses changed.
        renamed: pairs of old and new label.
        orphaned: removed concepts; their direct instances would be left without a class.
        risks: values that may not fit any more.
    """

    relabel: tuple[Relabel, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    orphaned: tuple[str, ...] = ()
    risks: tuple[Risk, ...] = ()


def effect(change: Change, old: Ontology, new: Ontology) -> Effect:
    """Return what `change`, which leads from `old` to `new`, does to stored instances.

    Only concepts that differ and what is below them are looked at.
    """
    touched = _touched(change, old, new)
    return Effect(
        relabel=tuple(r for n in touched if (r := _relabel(n, change, old, new))),
        renamed=tuple(change.renamed.items()),
        orphaned=tuple(
            s.name for s in change.steps if s.after is None and s.name not in change.renamed
        ),
        risks=tuple(_risks(touched, change, old, new)),
    )


def labels_after(
    labels: Collection[str], change: Change, old: Ontology, new: Ontology
) -> tuple[str, ...]:
    """Return the concept labels that a node with `labels` has after `change`, sorted.

    Exact for instances of several concepts. A direct concept that is removed is replaced by its
    nearest superclasses that remain.
    """
    direct = {
        survivor
        for name in old.most_specific(labels)
        for survivor in _survivors(name, change, old, new)
    }
    return tuple(sorted({a for name in direct for a in new.lineage(name)}))


def _naming(these: list[Concept], those: list[Concept]) -> Iterator[tuple[str, str]]:
    """Yield pairs of names in which one of `these` has one of `those` as title or alias."""
    known = {c.name for c in those}
    for concept in these:
        yield from ((concept.name, n) for n in (concept.title, *concept.aliases) if n in known)


def _survivors(name: str, change: Change, old: Ontology, new: Ontology) -> tuple[str, ...]:
    """Return the new name of a concept, or its nearest remaining superclasses."""
    current = change.renamed.get(name, name)
    if current in new:
        return (current,)
    above = (change.renamed.get(a, a) for a in old.ancestors(name))
    return new.most_specific(a for a in above if a in new)


def _stale(step: Step, ontology: Ontology) -> Fault | None:
    """Return why a step cannot start from `ontology`."""
    known = ontology.get(step.name)
    if known == step.before:
        return None
    if known is None:
        return Fault(step.name, "is to be changed but does not exist", "stale")
    if step.before is None:
        return Fault(step.name, "is to be added but exists already", "stale")
    return Fault(step.name, "is not what the change starts from any more", "stale")


def _touched(change: Change, old: Ontology, new: Ontology) -> tuple[str, ...]:
    """Return the old names of surviving concepts that differ or hang below one that does."""
    found: dict[str, None] = {}
    for step in change.steps:
        if step.before is not None:
            found.update(dict.fromkeys((step.name, *old.descendants(step.name))))
    return tuple(n for n in found if change.renamed.get(n, n) in new)


def _relabel(name: str, change: Change, old: Ontology, new: Ontology) -> Relabel | None:
    """Return how the labels of a concept's direct instances change, None when they stay."""
    before = set(old.lineage(name))
    after = set(new.lineage(change.renamed.get(name, name)))
    if before == after:
        return None
    return Relabel(name, tuple(sorted(after - before)), tuple(sorted(before - after)))


def _risks(touched: Iterable[str], change: Change, old: Ontology, new: Ontology) -> Iterator[Risk]:
    """Yield each risk once, at the topmost concept that has it."""
    found: dict[str, set[tuple[str, str, str]]] = {}
    order = [n for n in old.parents_first() if n in set(touched)]
    for name in order:
        risks = list(_concept_risks(name, change.renamed, old, new))
        found[name] = {(r.attribute, r.code, r.what) for r in risks}
        known = {key for a in old.ancestors(name) for key in found.get(a, ())}
        yield from (r for r in risks if (r.attribute, r.code, r.what) not in known)


def _concept_risks(
    name: str, renamed: Mapping[str, str], old: Ontology, new: Ontology
) -> Iterator[Risk]:
    """Yield what may not fit any more of the instances of one concept."""
    current = renamed.get(name, name)
    before, after = old.attributes(name), new.attributes(current)
    for attribute in before.values():
        now = successor(attribute, before, after)
        if now is None:
            yield Risk(current, attribute.name, "removed", "is no attribute any more")
            continue
        if now.name != attribute.name:
            yield Risk(current, attribute.name, "renamed", f"is now called {now.name}")
        if now is not attribute:
            for code, what in _misfits(_renamed(attribute, renamed), now, new):
                yield Risk(current, attribute.name, code, what)
    for attribute in after.values():
        if attribute.name not in before and attribute.required:
            yield Risk(current, attribute.name, "required", "is new and required")
    if (mine := old.key(name)) != (now_key := new.key(current)) and mine:
        keys = ", ".join(now_key[1]) if now_key else "nothing"
        what = f"is identified by {keys}, no longer by {', '.join(mine[1])} of {mine[0]}"
        yield Risk(current, "", "key", what)


def successor(
    attribute: Attribute, before: Mapping[str, Attribute], after: Mapping[str, Attribute]
) -> Attribute | None:
    """Return what became of an attribute: the one of its name, else one that either names."""
    if attribute.name in after:
        return after[attribute.name]
    for other in after.values():
        named = attribute.name in other.aliases or other.name in attribute.aliases
        if named and other.name not in before:
            return other
    return None


def _decided(before: Concept, after: Concept) -> bool:
    """Return whether an attribute holds one value in place of many, or goes by another policy."""
    known, new = ({a.name: a for a in concept.attributes} for concept in (before, after))
    pairs = ((a, successor(a, known, new)) for a in before.attributes)
    return any(now and (now.many, now.policy) != (a.many, a.policy) for a, now in pairs)


def _misfits(before: Attribute, now: Attribute, new: Ontology) -> Iterator[tuple[str, str]]:
    """Yield why values of `before` may not be values of `now`."""
    fits = is_narrower(before.range, now.range, new)
    if not fits:
        yield "type", f"is now {range_text(now)}, and was {range_text(before)}"
    if before.many and not now.many:
        yield "single", "now holds one value at most"
    if now.required and not before.required:
        yield "required", "is now required"
    if fits and _is_tighter(now, before):
        yield "bounds", f"now lies within {_bounds(now)}, and was within {_bounds(before)}"
    if now.is_link and before.is_link and now.relationship_type != before.relationship_type:
        yield (
            "relationship",
            f"is now stored as {now.relationship_type}, and was {before.relationship_type}",
        )


def _is_tighter(now: Attribute, before: Attribute) -> bool:
    """Return whether the bounds of `now` exclude a value that those of `before` allowed."""
    fits = checker(replace(now, many=False))
    read = reader(replace(before, many=False))
    return any(
        new != old and (not old or fits(read(old)) is not None)
        for new, old in ((now.minimum, before.minimum), (now.maximum, before.maximum))
        if new
    )


def _renamed(attribute: Attribute, renamed: Mapping[str, str]) -> Attribute:
    """Return `attribute` with the new names of the concepts it refers to."""
    if not isinstance(attribute.range, ConceptRange):
        return attribute
    names = tuple(renamed.get(n, n) for n in attribute.range.concepts)
    return replace(attribute, range=ConceptRange(names))


def _bounds(attribute: Attribute) -> str:
    """Return the bounds of an attribute as text."""
    return f"[{attribute.minimum or '…'}, {attribute.maximum or '…'}]"


def _step_notes(step: Step, renamed: Mapping[str, str]) -> Iterator[Note]:
    """Yield the differences of one concept."""
    before, after = step.before, step.after
    if after is None:
        if step.name in renamed:
            yield Note(step.name, Act.RENAMED, f"is now called {renamed[step.name]}")
        else:
            yield Note(step.name, Act.REMOVED, "is removed")
    elif before is None:
        if step.name not in renamed.values():
            yield Note(step.name, Act.ADDED, f"is added below {', '.join(after.parents)}")
    else:
        yield from _moves(before, after, renamed)
        yield from _attribute_notes(before, after)
        yield from _other_notes(before, after)


def _moves(before: Concept, after: Concept, renamed: Mapping[str, str]) -> Iterator[Note]:
    """Yield a change of parents that is more than a new name for one of them."""
    expected = tuple(renamed.get(p, p) for p in before.parents)
    if expected != after.parents:
        old, new = ", ".join(before.parents), ", ".join(after.parents)
        yield Note(after.name, Act.MOVED, f"hangs below {new}, and hung below {old}")


def _attribute_notes(before: Concept, after: Concept) -> Iterator[Note]:
    """Yield the differences between the attributes two versions of a concept introduce."""
    old = {a.name: a for a in before.attributes}
    new = {a.name: a for a in after.attributes}
    for name, attribute in old.items():
        if name not in new:
            yield Note(f"{after.name}.{name}", Act.REMOVED, "is removed")
        elif new[name] != attribute:
            what = "; ".join(_attribute_differences(attribute, new[name]))
            yield Note(f"{after.name}.{name}", Act.CHANGED, what)
    for name, attribute in new.items():
        if name not in old:
            what = f"is added as {range_text(attribute)}"
            yield Note(f"{after.name}.{name}", Act.ADDED, what)
    kept_old, kept_new = [n for n in old if n in new], [n for n in new if n in old]
    if kept_old != kept_new:
        yield Note(after.name, Act.CHANGED, f"has its attributes in the order {', '.join(new)}")


def _attribute_differences(before: Attribute, after: Attribute) -> Iterator[str]:
    """Yield how two versions of an attribute differ."""
    if (old := range_text(before)) != (new := range_text(after)):
        yield f"is now {new}, and was {old}"
    for field in fields(Attribute):
        if field.name not in ("name", "range", "many"):
            yield from _difference(field.name, before, after)


def _other_notes(before: Concept, after: Concept) -> Iterator[Note]:
    """Yield the differences that concern neither parents nor attributes."""
    for field in fields(Concept):
        if field.name not in ("name", "parents", "attributes"):
            for what in _difference(field.name, before, after):
                yield Note(after.name, Act.CHANGED, what)


def _difference(name: str, before: object, after: object) -> Iterator[str]:
    """Yield how one field differs, if it does."""
    old, new = getattr(before, name), getattr(after, name)
    if old != new:
        yield f"has {name} {_shown(new)}, and had {_shown(old)}"


def _shown(value: object) -> str:
    """Return a field's value for a sentence, shortened."""
    text = "none" if value in ("", (), None) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
