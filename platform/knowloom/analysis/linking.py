"""Things, values and years of a task: what they say of the units that count (spec 79)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from knowloom.analysis.question import Filter, Path
from knowloom.analysis.terms import SMALL, CannotRead, Term, Terms, Way
from knowloom.analysis.vocabulary import Noun
from knowloom.analysis.words import stem, synonyms

# Verbs that may be said of any link.
ANY_VERB = frozenset(map(stem, ("make", "publish", "appear", "occur", "contain")))
_HELPING = {"did", "does", "do", "has", "have", "had"}
_GROUPING = {"per", "by", "each", "every"}
_PREPOSITIONS = {"at", "from", "in", "of"}
_KINDS = ("genre", "type", "kind", "category", "status", "class")


class Condition(NamedTuple):
    """What units must be like, and where in the task that is said.

    Args:
        start: the first word.
        end: the word after the last.
        filter: what is said.
    """

    start: int
    end: int
    filter: Filter


class Linking(Terms):
    """A task whose things and values are tied to the units that it counts."""

    def _conditions(self, unit: str) -> list[Condition]:
        """Return what things, values, years and small words say of the units, in their order."""
        found = self._lacking(unit)
        found += [Condition(t.start, t.end, self._linked(t, unit)) for t in self._things()]
        found += [Condition(at, at + 1, one) for at, one in self._valued(unit)]
        found += self._existing(unit)
        found += self._true(unit)
        found.sort(key=lambda one: one.start)
        found = [*self._either(found), *(self._timed(unit) if self.said.times else ())]
        return self._negated(found)

    def _timed(self, unit: str) -> Iterator[Condition]:
        """Yield what years say of units."""
        path = self._time(unit)
        either = [(year, at) for relation, year, at in self.said.times if relation == "or"]
        for at in sorted({at for _, at in either}):
            years = tuple(year for year, place in either if place == at)
            said = f"{path.name} {' or '.join(map(str, years))}"
            yield Condition(at, at + 1, Filter(path, "is", years, said))
        for relation, year, at in self.said.times:
            if relation != "or":
                said = f"{path.name} {relation} {year}"
                yield Condition(at, at + 1, Filter(path, relation, (year,), said))

    def _lacking(self, unit: str) -> list[Condition]:
        """Return what units are without: `papers without keywords`."""
        found: list[Condition] = []
        for at in self.said.without:
            term = next((t for t in self._nouns() if t.start == at), None)
            path = self._key(unit, term.noun) if term and term.noun else None
            if term is None or path is None:
                raise CannotRead("without what cannot be told")
            if self.vocabulary.is_number(path):
                raise CannotRead(f"whether 0 or an unknown {path.name} is meant cannot be told")
            term.used = True
            lacks = Filter(path, "exists", (), f"no {path.name}", negated=True)
            found.append(Condition(at - 1, term.end, lacks))
        return found

    def _existing(self, unit: str) -> list[Condition]:
        """Return what units have any of: `people who received a prize`."""
        found: list[Condition] = []
        for term in self._nouns():
            article = self.words[term.start - 1].text.casefold() if term.start else ""
            if article not in {"a", "an", "any"} or term.only_class in {"", unit}:
                continue
            path = self._link(unit, term)
            if path is None:
                continue
            term.used = True
            self._use_hints(path)
            has = Filter(path, "exists", (), f"any {term.only_class}")
            found.append(Condition(term.start - 1, term.end, has))
        return found

    def _nouns(self) -> list[Term]:
        """Return the terms that mean a class or attribute, those left out that say what is so."""
        return [term for term in super()._nouns() if not self._says_so(term)]

    def _says_so(self, term: Term) -> bool:
        """Return whether a term is an attribute that units have or not: `lent books`."""
        paths = term.noun.paths if term.noun and not term.noun.classes else ()
        before = self.words[term.start - 1].text.casefold() if term.start else ""
        return before not in _GROUPING and any(map(self.vocabulary.is_truth, paths))

    def _true(self, unit: str) -> Iterator[Condition]:
        """Yield what has to be true of units: `lent books`, `books that were lent`."""
        for term in super()._nouns():
            paths = term.noun.paths if term.noun and self._says_so(term) else ()
            own = [path for path in paths if self.vocabulary.belongs(path, unit)]
            if len(own) == 1:
                term.used = True
                yield Condition(term.start, term.end, Filter(own[0], "is", (True,), own[0].name))

    def _link(self, unit: str, term: Term) -> Path | None:
        """Return the one link from units to the class of a noun that the nearest verb means."""
        verb = self._verb_near(term)
        links = self.vocabulary.links(unit, term.only_class)
        if verb and not verb & ANY_VERB:
            links = [p for p in links if self._fits(p, verb)]
        return links[0] if len(links) == 1 else None

    def _verb_near(self, term: Term) -> frozenset[str]:
        """Return the verb that a term goes with: the last before it, but for `did A direct`."""
        verbs = [t for t in self.terms if t.verb]
        before = [t.verb for t in reversed(verbs) if t.end <= term.start]
        behind = [t.verb for t in verbs if t.start >= term.end]
        subject = term.start and self.words[term.start - 1].text.casefold() in _HELPING
        ordered = [*behind, *before] if subject else [*before, *behind]
        return ordered[0] if ordered else frozenset()

    def _either(self, found: list[Condition]) -> list[Condition]:
        """Return conditions, with those between which an `or` stands made one."""
        made: list[Condition] = []
        for one in found:
            between = one.start - 1
            if made and made[-1].end == between and self._is_or(between):
                self.said.taken.add(between)
                while len(made) > 1 and made[-2].end == made[-1].start and _alike(*made[-2:]):
                    last = made.pop()
                    made[-1] = _merged(made[-1], last)  # `A, B or C`
                if not _alike(made[-1], one):
                    raise CannotRead("between what 'or' stands cannot be told")
                made[-1] = _merged(made[-1], one)
            else:
                made.append(one)
        return made

    def _is_or(self, at: int) -> bool:
        return self.words[at].text.casefold() == "or"

    def _negated(self, found: list[Condition]) -> list[Condition]:
        """Return conditions, with that behind a `not` turned round; it must be the only one."""
        for at in self.said.nots:
            behind = [one for one in found if one.start > at]
            more = any(place > at for place in self.said.told)
            if len(behind) != 1 or more or len(self.said.nots) > 1:
                raise CannotRead("what 'not' means here cannot be told")
            [one] = behind
            if one.filter.negated or not self._reaches(at, one):
                raise CannotRead("what 'not' means here cannot be told")
            name = one.filter.path.name if one.filter.path else ""
            if one.filter.path and not one.filter.path.back:
                self.notes.append(f"those without any known {name} are left out")
            turned = replace(one.filter, negated=True, said=f"not {one.filter.said}")
            found = [Condition(*c[:2], turned) if c is one else c for c in found]
        return found

    def _reaches(self, at: int, one: Condition) -> bool:
        """Return whether a `not` is said of a condition and not of another verb."""
        if any(t.things and t.end == at for t in self.terms):  # `did A not write in 1955`
            return False
        between = [t.verb for t in self.terms if t.verb and at < t.start < one.start]
        path = one.filter.path
        return path is not None and all(v & ANY_VERB or self._fits(path, v) for v in between)

    def _linked(self, term: Term, unit: str) -> Filter:
        """Return the filter for units that are linked to a thing, be it through another class."""
        term.used = True
        try:
            return self._directly(term, unit)
        except CannotRead as error:
            if found := self._through(term, unit):
                return found
            raise error from None

    def _directly(self, term: Term, unit: str) -> Filter:
        uids = tuple(sorted(one.uid for one in term.things))
        path = self._way(list(self.lookup.ways(uids, unit)), term, unit)
        self._use_hints(path)
        return Filter(path, "is", uids, term.things[0].name)

    def _through(self, term: Term, unit: str) -> Filter | None:
        """Return the filter for units linked to such as are linked to a thing; None if not one."""
        between = [
            t
            for t in self._nouns()
            if t.only_class not in {"", unit} and t.end <= term.start and self._relates(t, term)
        ]
        for noun in reversed(between):
            if path := self._link(unit, noun):
                inner = self._directly(term, noun.only_class)
                noun.used = True
                self._use_hints(path)
                said = f"{path.name} of {inner.said}"
                return Filter(path, "some", (), said, inner=(inner,), through=noun.only_class)
        return self._within(term, unit)

    def _within(self, term: Term, unit: str) -> Filter | None:
        """Return the filter for units linked to what lies in a thing: `born in Norway`."""
        verb = self._verb_near(term)
        own = self.vocabulary.ontology.attributes(unit).values()
        paths = [self.vocabulary.path(unit, a) for a in own if a.is_link]
        paths = [p for p in paths if verb and not verb & ANY_VERB and self._fits(p, verb)]
        uids = tuple(sorted(one.uid for one in term.things))
        found = [
            (path, way, cls)
            for path in paths
            for cls in self.vocabulary.targets(path)
            for way in {w.path for w in self.lookup.ways(uids, cls)}
            if not way.back and not self.vocabulary.attribute(way).many
        ]
        if len(found) != 1 or len(uids) != 1:
            return None
        [(path, way, cls)] = found
        self._use_hints(path)
        name = term.things[0].name
        self.notes.append(f"{path.name} is taken for one whose {way.name} is {name}")
        inner = Filter(way, "is", uids, name)
        return Filter(path, "some", (), f"{path.name} in {name}", inner=(inner,), through=cls)

    def _relates(self, noun: Term, term: Term) -> bool:
        """Return whether a clause about a noun reaches to a thing: `people who … in London`."""
        words = [w.text.casefold() for w in self.words[noun.end : term.start]]
        return bool({"who", "that", "which", "whose"} & set(words[:1])) or (
            len(words) <= 2 and bool(set(words) & _PREPOSITIONS)
        )

    def _way(self, ways: list[Way], term: Term, unit: str) -> Path:
        """Return the one link between units and a thing that the task means."""
        hints = self._hints(term)
        fitting = [w for w in ways if self._fits(w.path, hints)] if hints else ways
        if hints and fitting:
            given = hints | self.vocabulary.class_stems(unit)
            best = max(self.vocabulary.fit(w.path, given) for w in fitting)
            fitting = [w for w in fitting if self.vocabulary.fit(w.path, given) == best]
        others = [t for t in self.terms if t.things and t is not term]
        loose = self._any_verb() or others or self._attached(term, unit)
        if not fitting and loose and not self._is_value(term.start):
            fitting = ways
        paths = list(dict.fromkeys(w.path for w in fitting))
        if len(paths) != 1:
            said = " or ".join(sorted({p.name for p in paths})) or "no link"
            raise CannotRead(f"how a {unit} is related to {term.text!r} may be {said}")
        [path] = paths
        if not path.back and not self.vocabulary.belongs(path, unit):
            raise CannotRead(f"{path.attribute} is said of {path.owner}, not of {unit}")
        linked = {w.uid for w in fitting}
        names = [one.name for one in term.things if one.uid in linked]
        if len(names) != len(set(names)):
            raise CannotRead(f"several things are called {term.text!r}")
        self._say_variants(term, names)
        return path

    def _attached(self, term: Term, unit: str) -> bool:
        """Return whether a thing stands right behind the units: `papers at Google`."""
        at = term.start - 1
        before = any(t.end == at and t.noun and unit in t.noun.classes for t in self.terms)
        return before and self.words[at].text.casefold() in _PREPOSITIONS

    def _say_variants(self, term: Term, names: Sequence[str]) -> None:
        """Note which spellings are taken for one thing."""
        if len(names) > 1:
            said = ", ".join(sorted(names))
            self.notes.append(f"{term.text} is taken for one with the names {said}")

    def _hints(self, term: Term) -> frozenset[str]:
        """Return the words that may say how units are related to a thing."""
        before = [t for t in self.terms if t.noun and t.end <= term.start]
        if self._is_value(term.start) and before:
            near = before[-1]
            if near.end >= term.start - 1 and near.noun and near.noun.paths:
                return near.noun.stems
            return frozenset(map(stem, _KINDS))
        verbs = [t.verb for t in self.terms if t.verb]
        nouns = [t.noun.stems for t in self._nouns() if t.noun and t.noun.classes]
        strong = [v for v in verbs if not v & ANY_VERB]
        if len(strong) > 1:
            return self._verb_near(term)
        return frozenset[str]().union(*(strong or verbs), *nouns)

    def _fits(self, path: Path, hints: Iterable[str]) -> bool:
        known = self.vocabulary.named(path)
        return any(synonyms(hint) & known for hint in hints)

    def _any_verb(self) -> bool:
        return all(bool(t.verb & ANY_VERB) for t in self.terms if t.verb)

    def _use_hints(self, path: Path) -> None:
        """Mark the words that the chosen link accounts for."""
        known = self.vocabulary.named(path)
        for one in self.terms:
            stems = one.verb or (one.noun.stems if one.noun else frozenset[str]())
            if (
                stems and not one.things and any(synonyms(s) & known for s in stems)
            ) or one.verb & ANY_VERB:
                one.used = True

    def _valued(self, unit: str) -> list[tuple[int, Filter]]:
        """Return the filters of words that are values of an attribute of the unit."""
        places = [
            at
            for at, word in enumerate(self.words)
            if self._free(at) and word.text.casefold() not in SMALL
        ]
        asked = {at: self.words[at].text for at in places}
        texts = self.vocabulary.texts(unit)
        found = self.lookup.values(unit, texts, list(asked.values()))
        filters: list[tuple[int, Filter]] = []
        for at, word in asked.items():
            hits = list(found.get(word, ()))
            if len(hits) > 1:
                said = " or ".join(sorted(attribute for attribute, _ in hits))
                raise CannotRead(f"{word!r} may be a value of {said}")
            for attribute, value in hits:
                path = Path(attribute, unit)
                filters.append((at, Filter(path, "is", (value,), value)))
                self.terms.append(Term(at, at + 1, word, used=True))
        return filters

    def _pair(self, unit: str) -> list[Filter]:
        """Return the two sides of a comparison."""
        found = [*((t.start, self._linked(t, unit)) for t in self._things())]
        found += self._valued(unit)
        found.sort(key=lambda one: one[0])
        sides = [one for _, one in found]
        if len(sides) != 2 or sides[0].path != sides[1].path:
            raise CannotRead("the two sides of the comparison cannot be told")
        return sides

    def _is_time(self, noun: Noun) -> bool:
        return bool(noun.paths) and all(self.vocabulary.is_time(p) for p in noun.paths)

    def _time(self, unit: str) -> Path:
        """Return the one attribute of a class that says when, or that the words name."""
        times = self.vocabulary.times(unit)
        if len(times) > 1:
            told = [t.verb or (t.noun.stems if t.noun else t.verb) for t in self.terms]
            times = [p for p in times if any(self._fits(p, stems) for stems in told)]
        if len(times) != 1:
            said = " or ".join(p.attribute for p in times) or "no attribute"
            raise CannotRead(f"when a {unit} is may be {said}")
        return times[0]

    def _key(self, unit: str, noun: Noun) -> Path | None:
        """Return the way from a unit to what a noun means, if there is just one."""
        own = [p for p in noun.paths if self.vocabulary.belongs(p, unit)]
        if own:
            return own[0] if len(own) == 1 else None
        ways = [p for cls in noun.classes for p in self.vocabulary.links(unit, cls)]
        if not ways:
            return None
        stems = noun.stems | self.vocabulary.class_stems(unit)
        best = max(self.vocabulary.fit(p, stems) for p in ways)
        chosen = [p for p in ways if self.vocabulary.fit(p, stems) == best]
        return chosen[0] if len(chosen) == 1 else None


def _alike(one: Condition, other: Condition) -> bool:
    """Return whether two conditions say of the same attribute what it is."""
    first, second = one.filter, other.filter
    return first.relation == second.relation == "is" and first.path == second.path


def _merged(one: Condition, other: Condition) -> Condition:
    """Return the condition that one of two holds."""
    values = tuple(dict.fromkeys((*one.filter.values, *other.filter.values)))
    said = f"{one.filter.said} or {other.filter.said}"
    return Condition(one.start, other.end, replace(one.filter, values=values, said=said))
