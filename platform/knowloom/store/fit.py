"""Do stored values fit the attributes of a new ontology, and what makes them fit?"""

from __future__ import annotations

from collections.abc import Iterator

from knowloom.errors import Fault
from knowloom.knowledge.record import Value
from knowloom.ontology.concepts import ENDS, Attribute, ConceptRange, Kind
from knowloom.ontology.diff import Risk, successor
from knowloom.ontology.values import checker
from knowloom.store.adjust import Act, Adjustment
from knowloom.store.census import Census
from knowloom.store.transition import Impact, Transition

_UNFITTING = frozenset({"type", "bounds", "single"})


def fit(transition: Transition, census: Census, found: Impact) -> None:
    """Add to `found` the values that do not fit any more, and how others are made to fit."""
    risks: dict[tuple[str, str], list[Risk]] = {}
    for risk in transition.effect.risks:
        risks.setdefault((risk.concept, risk.attribute), []).append(risk)
    for (concept, name), group in risks.items():
        old = transition.old_name(concept)
        if transition.new.kind(concept) is Kind.RELATION:
            _Relation(transition, census, found, old, concept).examine(name, group)
        elif old in census.labels:
            _Class(transition, census, found, old, concept).examine(name, group)
    found.adjustments += _widened(transition, census)


def _widened(transition: Transition, census: Census) -> Iterator[Adjustment]:
    """Yield the attributes of classes that held one value and now hold many."""
    for step in transition.change.steps:
        if step.before is None or step.name not in census.labels:
            continue
        name = transition.change.renamed.get(step.name, step.name)
        if name not in transition.new:
            continue
        before = transition.old.attributes(step.name)
        after = transition.new.attributes(name)
        for attribute in before.values():
            now = successor(attribute, before, after)
            if now and now.many and not attribute.many and not now.is_link:
                yield Adjustment(act=Act.WRAP, label=name, old=now.name)


class _Concerned:
    """Instances or facts of one concept, before and after a change."""

    def __init__(
        self, transition: Transition, census: Census, found: Impact, old: str, new: str
    ) -> None:
        self._transition = transition
        self._census = census
        self._found = found
        self._old = old
        self._new = new
        self._before = transition.old.attributes(old)
        self._after = transition.new.attributes(new)

    def _successor(self, attribute: Attribute) -> Attribute | None:
        return successor(attribute, self._before, self._after)

    def _orphaned(self, name: str, group: list[Risk], count: int, whose: str) -> None:
        """Note values that nothing describes any more, if there are any."""
        if count:
            said = ", ".join(risk.what for risk in group)
            self._found.orphans.append(
                Fault(f"{self._old}.{name}", f"{said}, and {count:,} {whose}", group[0].code)
            )

    def _fits(self, labels: frozenset[str], range_: ConceptRange) -> bool:
        """Return whether a node with these labels will be one of a range."""
        return not set(range_.concepts).isdisjoint(self._transition.labels_after(labels))


class _Class(_Concerned):
    """The instances of a class."""

    def examine(self, name: str, group: list[Risk]) -> None:
        """Look at what the change of one attribute does to its stored values."""
        codes = {risk.code for risk in group}
        if "key" in codes:
            self._warn_of_key(group)
        if "required" in codes:
            self._warn_of_missing(name, group)
        if (before := self._before.get(name)) is None:
            return
        now = self._successor(before)
        if now is None:
            self._orphaned(name, group, self._stored(before), "values are stored")
            return
        if now.name != name or "relationship" in codes:
            self._rename(before, now)
        if codes & _UNFITTING:
            self._orphaned(name, group, self._unfit(before, now), "stored values do not fit")
            if "single" in codes and not now.is_link:
                self._adjust(Act.UNWRAP, now.name)

    def _adjust(self, act: Act, old: str, new: str = "") -> None:
        adjustment = Adjustment(act=act, label=self._new, old=old, new=new)
        self._found.adjustments.append(adjustment)

    def _rename(self, before: Attribute, now: Attribute) -> None:
        """Note that values are kept under another name."""
        if before.is_link != now.is_link:
            return
        if not now.is_link:
            self._adjust(Act.RENAME_PROPERTY, before.name, now.name)
        elif before.relationship_type != now.relationship_type:
            self._adjust(Act.RENAME_LINKS, before.relationship_type, now.relationship_type)
        if before.name != now.name:
            self._adjust(Act.RENAME_IN_RECORDS, before.name, now.name)

    def _stored(self, attribute: Attribute) -> int:
        """Return how many values of an attribute there are."""
        if attribute.is_link:
            links = self._census.targets(self._old, attribute.relationship_type)
            return sum(count for _, count in links)
        return sum(count for _, count in self._census.values(self._old, attribute.name))

    def _unfit(self, before: Attribute, now: Attribute) -> int:
        """Return how many values of `before` are none of `now`."""
        if before.is_link != now.is_link:
            return self._stored(before)
        if isinstance(now.range, ConceptRange):
            link = before.relationship_type
            targets = self._census.targets(self._old, link)
            strange = sum(n for labels, n in targets if not self._fits(labels, now.range))
            alone = before.many and not now.many
            return strange + (self._census.crowded(self._old, link) if alone else 0)
        return _count_unfit(self._census.values(self._old, before.name), now)

    def _warn_of_missing(self, name: str, group: list[Risk]) -> None:
        """Note instances that lack what is now required."""
        now = self._after.get(name)
        if now is None:
            return
        if now.is_link:
            count = self._census.unlinked(self._old, now.relationship_type)
        else:
            count = self._census.missing(self._old, name)
        if count:
            [required] = [risk for risk in group if risk.code == "required"]
            what = f"{required.what}, and {count:,} instances lack it"
            self._found.warnings.append(Fault(f"{self._new}.{name}", what, "required"))

    def _warn_of_key(self, group: list[Risk]) -> None:
        """Note that what is loaded from now on has other identities."""
        count = sum(self._census.label_sets(self._old).values())
        if count:
            what = f"{group[0].what}, and {count:,} instances keep the identity they have"
            self._found.warnings.append(Fault(self._new, what, "key"))


class _Relation(_Concerned):
    """The facts of a relation and of those below it."""

    def examine(self, name: str, group: list[Risk]) -> None:
        """Look at what the change of one attribute does to the facts that are stored."""
        before = self._before.get(name)
        codes = {risk.code for risk in group}
        if before is None or not codes & (_UNFITTING | {"removed", "renamed"}):
            return
        now = self._after.get(name)
        count = sum(self._unfit(type_, before, now) for type_ in self._types())
        self._orphaned(name, group, count, "stored facts do not fit")

    def _types(self) -> Iterator[str]:
        """Yield the relationship types of the facts concerned that the graph has."""
        old = self._transition.old
        for name in (self._old, *old.descendants(self._old)):
            if (type_ := old[name].relationship_type) in self._census.types:
                yield type_

    def _unfit(self, type_: str, before: Attribute, now: Attribute | None) -> int:
        """Return how many facts of a type hold a value of `before` that is none of `now`."""
        if now is None:
            return sum(count for _, count in self._census.qualifiers(type_, before.name))
        if before.name in ENDS and isinstance(now.range, ConceptRange):
            place, range_ = ENDS.index(before.name), now.range
            facts = self._census.facts(type_)
            return sum(n for *ends, n in facts if not self._fits(ends[place], range_))
        return _count_unfit(self._census.qualifiers(type_, before.name), now)


def _count_unfit(values: Iterator[tuple[Value | list[Value], int]], now: Attribute) -> int:
    """Return how many of some counted values are none of `now`, even as a list or on their own."""
    wrong = checker(now)
    return sum(count for value, count in values if wrong(_adapted(value, now)))


def _adapted(value: Value | list[Value], now: Attribute) -> Value | list[Value]:
    """Return a value as it will be stored: in a list of one, or taken out of it."""
    if now.many:
        return value if isinstance(value, list) else [value]
    return value[0] if isinstance(value, list) and len(value) == 1 else value
