"""Things, values and years of a task: what they say of the units that count (spec 79)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from knowloom.analysis.question import Filter, Path, Question
from knowloom.analysis.terms import SMALL, CannotRead, Term, Terms, Way
from knowloom.analysis.vocabulary import Noun
from knowloom.analysis.words import stem, synonyms

# Verbs that may be said of any link.
ANY_VERB = frozenset(map(stem, ("make", "publish", "appear", "occur", "contain")))
_KINDS = ("genre", "type", "kind", "category", "status", "class")


class Linking(Terms):
    """A task whose things and values are tied to the units that it counts."""

    def _filters(self, question: Question) -> list[Filter]:
        """Return what the things, values and years of the task say of the units."""
        unit = question.unit
        found = [self._linked(term, unit) for term in self._things()]
        if self.said.times:
            path = self._time(unit)
            found += [
                Filter(path, "is" if r == "==" else r, (year,), f"{path.name} {r} {year}")
                for r, year in self.said.times
            ]
        found += [one for _, one in self._valued(unit)]
        return found

    def _linked(self, term: Term, unit: str) -> Filter:
        """Return the filter for units that are linked to a thing."""
        term.used = True
        uids = tuple(sorted(one.uid for one in term.things))
        path = self._way(list(self.lookup.ways(uids, unit)), term, unit)
        self._use_hints(path)
        return Filter(path, "is", uids, term.things[0].name)

    def _way(self, ways: list[Way], term: Term, unit: str) -> Path:
        """Return the one link between units and a thing that the task means."""
        hints = self._hints(term)
        fitting = [w for w in ways if self._fits(w.path, hints)] if hints else ways
        if hints and fitting:
            given = hints | self.vocabulary.class_stems(unit)
            best = max(self.vocabulary.fit(w.path, given) for w in fitting)
            fitting = [w for w in fitting if self.vocabulary.fit(w.path, given) == best]
        others = [t for t in self.terms if t.things and t is not term]
        if not fitting and (self._any_verb() or others) and not self._is_value(term.start):
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
        """Return the one attribute of a class that says when."""
        times = self.vocabulary.times(unit)
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
