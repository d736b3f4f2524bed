"""Reading a task without a language model: from its words to a question (spec 77, 79 and 85).

Every word has to mean something: a class, an attribute, a thing in the graph, a value, or what is
to be done. A word that does not, or two meanings that nothing decides between, and the task is not
read; a program for a task half understood would give a wrong number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from knowloom.analysis.directives import Directives, directives_of
from knowloom.analysis.question import Ask, Filter, Fold, Path, Question
from knowloom.analysis.vocabulary import Noun, Vocabulary
from knowloom.analysis.words import Word, stem, synonyms, words_of

_LONGEST = 8  # words of a name
_SMALL = frozenset(
    "a an the of in at by for and is are was were be been there what which who whose whom how do"
    " does did has have had with from on to into their its it than that those these show give list"
    " plot draw me as please all any year".split()
)
# What people do with things; each has to fit a link that the question takes, but for those that
# may be said of any.
_VERBS = {
    form
    for verb in (
        "write publish direct act star produce play die work study employ found compose sing appear"
        " occur make release contain win"
    ).split()
    for form in (verb, f"{verb}s", f"{verb}ed", f"{verb.removesuffix('e')}ed")
} | {"wrote", "written", "born", "won", "made", "sang", "sung"}
_ANY_VERB = frozenset(map(stem, ("make", "publish", "appear", "occur", "contain", "write")))
_SOME = 10  # of what a task asks for in the plural
_KINDS = ("genre", "type", "kind", "category", "status", "class")


_RANKED = {"most", "least", "frequent", "how_many", "distinct"}
# What each kind of question takes into account.
_USED: Mapping[Ask, set[str]] = {
    Ask.COUNT: {"how_many", "distinct", "together"},
    Ask.AGGREGATE: {"how_many"},
    Ask.LIST: _RANKED - {"distinct"},
    Ask.GROUP: _RANKED - {"distinct"},
    Ask.COUNT_GROUPS: {"how_many", "distinct"},
    Ask.SHARE: {"share", "partners"},
    Ask.SHARE_ABOVE: {"share"},
    Ask.TREND: {"trend"},
    Ask.DISTRIBUTION: {"distribution"},
    Ask.COMPARE: {"compare"},
    Ask.COMPARE_SHARES: {"compare", "share", "distribution"},
    Ask.PAIRS: {"pairs", "together", "most", "frequent"},
    Ask.PARTNERS: {"partners", "together", "most", "frequent"},
    Ask.CHANGE: {"change", "trend"},
    Ask.OUTLIERS: {"outliers"},
}


class CannotRead(Exception):
    """A task that was not understood; `reason` says which part."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Named(NamedTuple):
    """A thing of the graph that a phrase names.

    Args:
        uid: its own.
        name: its name.
        classes: its labels.
        exact: False when only its name without middle initials is the phrase.
    """

    uid: str
    name: str
    classes: tuple[str, ...]
    exact: bool = True


class Way(NamedTuple):
    """A link by which units are connected to things.

    Args:
        path: from the unit.
        units: how many.
        uid: of the thing.
    """

    path: Path
    units: int
    uid: str = ""


class Lookup(Protocol):
    """What a reader of tasks asks the graph."""

    def named(self, phrases: Sequence[str]) -> Mapping[str, Sequence[Named]]:
        """Return what phrases name, by phrase; capitals do not matter."""
        ...

    def ways(self, uids: Sequence[str], unit: str) -> Sequence[Way]:
        """Return the links between these things and the instances of a class."""
        ...

    def values(
        self, unit: str, attributes: Sequence[str], words: Sequence[str]
    ) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Return, by word, the attributes of a class that have it as value, and that value."""
        ...


@dataclass(slots=True)
class _Term:
    """A part of a task that means something: a noun, a verb, a thing, or a word still unknown."""

    start: int
    end: int
    text: str
    noun: Noun | None = None
    things: tuple[Named, ...] = ()
    verb: frozenset[str] = frozenset()
    used: bool = False


@dataclass(slots=True)
class _Relation:
    """How two nouns go together in a question."""

    ask: Ask
    unit: str
    group: Path | None = None
    measure: Path | None = None
    counted: bool = False


def read_task(task: str, vocabulary: Vocabulary, lookup: Lookup) -> Question:
    """Return what a task asks.

    Args:
        task: one question or instruction in English.
        vocabulary: the words of the ontology.
        lookup: the words of the graph.

    Raises:
        CannotRead: a part of it means nothing here, or too much.
    """
    return _Reading(task, vocabulary, lookup).question()


def phrases_of(task: str, vocabulary: Vocabulary) -> list[str]:
    """Return the phrases of a task that may name things: those that hold a word of no class."""
    words = words_of(task)
    known = [_is_small(w) or bool(vocabulary.noun([w.stem])) for w in words]
    spans = [
        (start, end)
        for start in range(len(words))
        for end in range(min(start + _LONGEST, len(words)), start, -1)
        if not known[start] and not all(known[start:end])
    ]
    return [task[words[start].start : words[end - 1].end] for start, end in spans]


def _is_small(word: Word) -> bool:
    return word.text.casefold() in _SMALL


class _Reading:
    """One task, word by word."""

    def __init__(self, task: str, vocabulary: Vocabulary, lookup: Lookup) -> None:
        self.task = task
        self.vocabulary = vocabulary
        self.lookup = lookup
        self.words = words_of(task)
        self.said: Directives = directives_of(self.words)
        self.notes: list[str] = []
        self.terms: list[_Term] = []
        self._find_things()
        self._find_nouns()
        self.terms.sort(key=lambda term: term.start)

    # What there is in the task

    def _free(self, at: int) -> bool:
        """Return whether nothing has taken a word yet."""
        return at not in self.said.taken and not any(t.start <= at < t.end for t in self.terms)

    def _find_things(self) -> None:
        """Find the longest phrases that name things of the graph."""
        spans = [
            (start, end)
            for start in range(len(self.words))
            for end in range(start + 1, min(start + _LONGEST, len(self.words)) + 1)
            if self._may_name(start, end)
        ]
        phrases = {span: self._phrases(*span) for span in spans}
        asked = list(dict.fromkeys(p for some in phrases.values() for p in some))
        found = self.lookup.named(asked) if asked else {}
        for span in sorted(spans, key=lambda s: (s[0] - s[1], s[0])):
            things = [n for phrase in phrases[span] for n in found.get(phrase, ())]
            if things and all(self._free(at) for at in range(*span)):
                once = {one.uid: one for one in things}
                self.terms.append(_Term(*span, phrases[span][0], things=tuple(once.values())))

    def _may_name(self, start: int, end: int) -> bool:
        """Return whether a phrase may be a name."""
        words = self.words[start:end]
        if any(at in self.said.taken for at in range(start, end)):
            return False
        if any(w.text.casefold() in _SMALL and w.text.islower() for w in (words[0], words[-1])):
            return False
        return not all(self._is_word(w) for w in words) or self._is_value(start)

    def _is_word(self, word: Word) -> bool:
        """Return whether a word is one of the ontology's or a small one."""
        plain = word.text.casefold()
        return plain in _SMALL or plain in _VERBS or bool(self._noun([word]))

    def _is_value(self, start: int) -> bool:
        """Return whether what begins here stands behind `is`: a value and no noun."""
        return start > 0 and self.words[start - 1].text in {"is", "are"} and start > 1

    def _phrases(self, start: int, end: int) -> list[str]:
        """Return a phrase as written, and in the singular."""
        text = self.task[self.words[start].start : self.words[end - 1].end]
        return [text, text[:-1]] if text.endswith("s") and text[-2:-1].islower() else [text]

    def _find_nouns(self) -> None:
        """Find the longest phrases that are names of classes and attributes, then verbs."""
        for length in (4, 3, 2, 1):
            for start in range(len(self.words) - length + 1):
                span = range(start, start + length)
                words = [self.words[at] for at in span]
                edges = {words[0].text.casefold(), words[-1].text.casefold()}
                if not all(self._free(at) for at in span) or (edges - {"year"}) & _SMALL:
                    continue
                if length == 1 and words[0].text.casefold() in _VERBS:
                    verb = synonyms(words[0].stem)
                    self.terms.append(_Term(start, start + 1, words[0].text, verb=verb))
                elif noun := self._noun(words):
                    text = self.task[words[0].start : words[-1].end]
                    self.terms.append(_Term(start, start + length, text, noun=noun))

    def _noun(self, words: Sequence[Word]) -> Noun | None:
        stems = [w.stem for w in words if w.text.casefold() not in _SMALL - {"year"}]
        return (self.vocabulary.noun(stems) or None) if stems else None

    # What goes together

    def question(self) -> Question:
        """Return the question."""
        found = self._asked()
        found = replace(
            found,
            filters=(*self._filters(found), *found.filters),
            sides=found.sides,
            chart=self.said.chart,
        )
        if found.ask is Ask.PARTNERS:
            found = self._partnered(found)
        self._check(found)
        return replace(found, notes=tuple(self.notes))

    def _asked(self) -> Question:
        """Return the question without its filters."""
        said = self.said
        if "pairs" in said:
            return self._grouped(Ask.PAIRS)
        if "partners" in said and self._things() and "share" not in said:
            return Question(ask=Ask.PARTNERS, unit=self._unit(last=True), most=said.most)
        if "outliers" in said:
            return self._measured(Ask.OUTLIERS)
        if "compare" in said and said.above is None:
            return self._compared()
        if "change" in said or "trend" in said:
            return self._over_time(Ask.CHANGE if "change" in said else Ask.TREND)
        if "distribution" in said or (said.chart == "histogram" and not said.per):
            return self._distributed()
        if "share" in said:
            return self._shared()
        if "how_many" in said:
            return self._counted()
        if said.per or said.most or {"most", "least", "frequent"} & said.flags.keys():
            return self._ranked()
        if said.fold is not None:
            return self._measured(Ask.AGGREGATE)
        if "number" in said:
            return self._counted()
        raise CannotRead("what is to be computed cannot be told")

    def _nouns(self) -> list[_Term]:
        return [t for t in self.terms if t.noun is not None and not t.used]

    def _things(self) -> list[_Term]:
        return [t for t in self.terms if t.things and not t.used]

    def _unit(self, *, last: bool = False) -> str:
        """Return the class that is counted: the first noun (or the last) that is one."""
        found = [t for t in self._nouns() if t.noun and t.noun.classes]
        if not found:
            raise CannotRead("which class is meant cannot be told")
        term = found[-1 if last else 0]
        return self._class_of(term)

    def _class_of(self, term: _Term) -> str:
        assert term.noun is not None
        if len(term.noun.classes) != 1:
            said = " or ".join(term.noun.classes) or "no class"
            raise CannotRead(f"{term.text!r} may be {said}")
        term.used = True
        return term.noun.classes[0]

    def _two(self) -> tuple[_Term | None, _Term | None]:
        """Return the noun that is ranked or grouped by, and the noun that is counted."""
        nouns = self._nouns()
        if self.said.per:
            behind = [t for t in nouns if t.start > self.said.per[0]]
            before = [t for t in nouns if t.start < self.said.per[0]]
            if behind and before and self._ranks_first(before[0]):
                return before[0], behind[0]
            if behind and before:
                return behind[0], before[0]
        most = self.said.flags.get("most", self.said.flags.get("least", -1))
        if most >= 0 and "frequent" not in self.said:
            behind = [t for t in nouns if t.start > most]
            before = [t for t in nouns if t.start < most]
            if before and behind:
                return before[0], behind[0]
            if len(behind) > 1 and behind[0].start == most + 1:
                return behind[1], behind[0]
        if len(nouns) > 1 and nouns[1].start == nouns[0].end:
            return nouns[1], nouns[0]  # `film languages` are languages
        return (nouns[0] if nouns else None), (nouns[1] if len(nouns) > 1 else None)

    def _small(self) -> set[str]:
        return {w.text.casefold() for w in self.words}

    def _ranks_first(self, term: _Term) -> bool:
        """Return whether the noun before `by` is what is ranked: `top 5 films by genres`."""
        before = {w.text.casefold() for w in self.words[: term.start]}
        return bool(before & {"which", "top", "first", "rank"})

    def _relation(self, one: _Term | None, other: _Term | None) -> _Relation:
        """Return how a noun and what is counted for it go together."""
        if one is None or one.noun is None:
            raise CannotRead("which class or attribute is meant cannot be told")
        if other is None or other.noun is None:
            return self._alone(one)
        for way in (self._own_value, self._group_of):
            if relation := way(one, other):
                one.used = other.used = True
                return relation
        raise CannotRead(f"how {one.text!r} and {other.text!r} go together cannot be told")

    def _own_value(self, one: _Term, other: _Term) -> _Relation | None:
        """Return the relation of a class to an attribute of its own, if that is what they are."""
        assert one.noun is not None
        assert other.noun is not None
        for unit in one.noun.classes:
            own = [p for p in other.noun.paths if self.vocabulary.belongs(p, unit)]
            numbers = [p for p in own if self.vocabulary.is_number(p)]
            many = [p for p in own if self.vocabulary.attribute(p).many]
            if len(numbers) == 1:
                return _Relation(Ask.LIST, unit, measure=numbers[0])
            if len(many) == 1:
                return _Relation(Ask.LIST, unit, measure=many[0], counted=True)
        return None

    def _group_of(self, one: _Term, other: _Term) -> _Relation | None:
        """Return the relation of a key to the units that it groups, if that is what they are."""
        assert one.noun is not None
        assert other.noun is not None
        for unit in other.noun.classes:
            if path := self._key(unit, one.noun):
                return _Relation(Ask.GROUP, unit, group=path)
        for measure in other.noun.paths:
            if self.vocabulary.is_number(measure):
                path = self._key(measure.owner, one.noun)
                if path:
                    return _Relation(Ask.GROUP, measure.owner, group=path, measure=measure)
        return None

    def _alone(self, term: _Term) -> _Relation:
        """Return the relation of an attribute to the one class that has it."""
        assert term.noun is not None
        owners = {p.owner for p in term.noun.paths}
        if len(owners) != 1:
            raise CannotRead(f"whose {term.text!r} is meant cannot be told")
        [path] = term.noun.paths
        term.used = True
        return _Relation(Ask.GROUP, path.owner, group=path)

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

    # The kinds of questions

    def _grouped(self, ask: Ask) -> Question:
        relation = self._relation(*self._two())
        if relation.group is None:
            raise CannotRead("what is grouped by what cannot be told")
        return self._made(ask, relation)

    def _made(self, ask: Ask, relation: _Relation) -> Question:
        """Return a question of a relation, with what else was said."""
        fold = self.said.fold or (Fold.COUNT if relation.measure is None else None)
        if fold is None and relation.ask is Ask.GROUP:
            fold = Fold.TOTAL
            self.notes.append("values of one group are added up")
        if relation.measure is None:
            fold = Fold.COUNT
        return Question(
            ask=ask,
            unit=relation.unit,
            group=relation.group,
            fold=fold or Fold.COUNT,
            measure=relation.measure,
            counted=relation.counted,
            most=self.said.most,
            smallest="least" in self.said,
        )

    def _ranked(self) -> Question:
        """Return a question for a number of each unit or group, perhaps the largest only."""
        one, other = self._two()
        relation = self._relation(one, other)
        made = self._made(relation.ask, relation)
        if relation.ask is Ask.LIST and self.said.fold and not self.said.most:
            return replace(made, ask=Ask.AGGREGATE, fold=self.said.fold)
        if made.most or not {"most", "least", "frequent"} & self.said.flags.keys():
            timed = made.group is not None and self.vocabulary.is_time(made.group)
            return replace(made, by_key=timed and not made.most)
        if one is not None and one.text.endswith("s"):
            self.notes.append(f"the first {_SOME} are given, for the task names no number")
            return replace(made, most=_SOME)
        return replace(made, most=1, ties=True)

    def _number(self, unit: str | None = None) -> tuple[str, Path]:
        """Return the attribute that is a number, and its class."""
        for term in self._nouns():
            assert term.noun is not None
            paths = [p for p in term.noun.paths if self.vocabulary.is_number(p)]
            if unit is not None:
                paths = [p for p in paths if self.vocabulary.belongs(p, unit)]
            if len(paths) == 1:
                term.used = True
                return unit or paths[0].owner, paths[0]
        raise CannotRead("of which number is asked cannot be told")

    def _measured(self, ask: Ask) -> Question:
        """Return a question about one number of all units."""
        classes = [t for t in self._nouns() if t.noun and t.noun.classes]
        unit = self._class_of(classes[0]) if classes else None
        unit, measure = self._number(unit)
        fold = self.said.fold or Fold.COUNT
        return Question(ask=ask, unit=unit, fold=fold, measure=measure)

    def _over_time(self, ask: Ask) -> Question:
        """Return a question about the numbers of each year."""
        for term in [t for t in self._nouns() if t.noun and self._is_time(t.noun)]:
            term.used = True
        classes = [t for t in self._nouns() if t.noun and t.noun.classes]
        unit = self._class_of(classes[0]) if classes else None
        measure: Path | None = None
        if self._nouns() or unit is None:
            unit, measure = self._number(unit)
        fold = (self.said.fold or Fold.TOTAL) if measure else Fold.COUNT
        return Question(ask=ask, unit=unit, group=self._time(unit), fold=fold, measure=measure)

    def _is_time(self, noun: Noun) -> bool:
        return bool(noun.paths) and all(self.vocabulary.is_time(p) for p in noun.paths)

    def _time(self, unit: str) -> Path:
        """Return the one attribute of a class that says when."""
        times = self.vocabulary.times(unit)
        if len(times) != 1:
            said = " or ".join(p.attribute for p in times) or "no attribute"
            raise CannotRead(f"when a {unit} is may be {said}")
        return times[0]

    def _distributed(self) -> Question:
        """Return a question for how often each number or key occurs."""
        nouns = self._nouns()
        if len(nouns) == 1 and nouns[0].noun and not nouns[0].noun.classes:
            unit, measure = self._number()
            return Question(ask=Ask.DISTRIBUTION, unit=unit, measure=measure)
        if not self.said.per and len(nouns) > 1:
            relation = self._relation(nouns[1], nouns[0])
            if relation.ask is not Ask.LIST:
                relation = self._relation(nouns[0], nouns[1])
        else:
            relation = self._relation(*self._two())
        made = self._made(Ask.DISTRIBUTION, relation)
        return made if relation.group is None else replace(made, measure=None)

    def _shared(self) -> Question:
        """Return a question for parts of a whole."""
        if self.said.above is not None:
            unit = self._unit()
            unit, measure = self._number(unit)
            return Question(ask=Ask.SHARE_ABOVE, unit=unit, measure=measure, above=self.said.above)
        made = self._grouped(Ask.SHARE)
        return replace(made, fold=self.said.fold or made.fold)

    def _counted(self) -> Question:
        """Return a question for how many there are."""
        said = self.said
        if said.above is not None:
            return self._counted_above()
        if said.per:
            return self._ranked()
        nouns = self._nouns()
        if not nouns:
            raise CannotRead("what is to be counted cannot be told")
        first = nouns[0]
        assert first.noun is not None
        if said.fold or any(self.vocabulary.is_number(p) for p in first.noun.paths):
            return replace(self._measured(Ask.AGGREGATE), fold=said.fold or Fold.TOTAL)
        if "distinct" in said or not first.noun.classes:
            other = nouns[1] if len(nouns) > 1 else None
            relation = self._relation(first, other)
            if relation.ask is Ask.LIST and "distinct" in said:
                raise CannotRead("what is to be counted cannot be told")
            return replace(self._made(Ask.COUNT, relation), fold=Fold.COUNT)
        return Question(ask=Ask.COUNT, unit=self._class_of(first))

    def _counted_above(self) -> Question:
        """Return a question for how many have more than so much."""
        above = self.said.above
        assert above is not None
        place = next(i for i, w in enumerate(self.words) if w.text.replace(",", "")[:1].isdigit())
        nouns = self._nouns()
        one = next((t for t in nouns if t.start < place), None)
        other = next((t for t in nouns if t.start > place), None)
        relation = self._relation(one, other)
        if relation.ask is Ask.GROUP:
            return replace(self._made(Ask.COUNT_GROUPS, relation), above=above)
        if relation.counted or relation.measure is None:
            raise CannotRead("how many of what is meant cannot be told")
        said = f"{relation.measure.name} {above[0]} {above[1]}"
        more = Filter(relation.measure, above[0], (above[1],), said)
        return Question(ask=Ask.COUNT, unit=relation.unit, filters=(more,))

    def _compared(self) -> Question:
        """Return a question that sets two groups of units side by side."""
        unit = self._unit()
        for term in self._nouns():
            if term.noun and unit in term.noun.classes:
                term.used = True
        pairs = self._pair(unit)
        attributes = {f.path.attribute for f in pairs if f.path}
        numbers = [t for t in self._nouns() if t.noun and self._numbers(t.noun, unit)]
        if numbers:
            unit, measure = self._number(unit)
            fold = self.said.fold or Fold.MEAN
            return Question(
                ask=Ask.COMPARE, unit=unit, fold=fold, measure=measure, sides=tuple(pairs)
            )
        for term in self._nouns():
            path = self._key(unit, term.noun) if term.noun else None
            if path and path.attribute not in attributes:
                term.used = True
                return Question(ask=Ask.COMPARE_SHARES, unit=unit, group=path, sides=tuple(pairs))
        raise CannotRead("what is to be compared cannot be told")

    def _numbers(self, noun: Noun, unit: str) -> list[Path]:
        return [
            p
            for p in noun.paths
            if self.vocabulary.belongs(p, unit) and self.vocabulary.is_number(p)
        ]

    def _pair(self, unit: str) -> list[Filter]:
        """Return the two sides of a comparison."""
        found = [*((t.start, self._linked(t, unit)) for t in self._things())]
        found += self._valued(unit)
        found.sort(key=lambda one: one[0])
        sides = [one for _, one in found]
        if len(sides) != 2 or sides[0].path != sides[1].path:
            raise CannotRead("the two sides of the comparison cannot be told")
        return sides

    # What units count

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

    def _linked(self, term: _Term, unit: str) -> Filter:
        """Return the filter for units that are linked to a thing."""
        term.used = True
        uids = tuple(sorted(one.uid for one in term.things))
        path = self._way(list(self.lookup.ways(uids, unit)), term, unit)
        self._use_hints(path)
        return Filter(path, "is", uids, term.things[0].name)

    def _way(self, ways: list[Way], term: _Term, unit: str) -> Path:
        """Return the one link between units and a thing that the task means."""
        hints = self._hints(term)
        fitting = [w for w in ways if self._fits(w.path, hints)] if hints else ways
        if hints and fitting:
            given = hints | self.vocabulary.class_stems(unit)
            best = max(self.vocabulary.fit(w.path, given) for w in fitting)
            fitting = [w for w in fitting if self.vocabulary.fit(w.path, given) == best]
        if not fitting and self._any_verb() and not self._is_value(term.start):
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

    def _say_variants(self, term: _Term, names: Sequence[str]) -> None:
        """Note which spellings are taken for one thing."""
        if len(names) > 1:
            said = ", ".join(sorted(names))
            self.notes.append(f"{term.text} is taken for one with the names {said}")

    def _hints(self, term: _Term) -> frozenset[str]:
        """Return the words that may say how units are related to a thing."""
        before = [t for t in self.terms if t.noun and t.end <= term.start]
        if self._is_value(term.start) and before:
            near = before[-1]
            if near.end >= term.start - 1 and near.noun and near.noun.paths:
                return near.noun.stems
            return frozenset(map(stem, _KINDS))
        verbs = [t.verb for t in self.terms if t.verb]
        nouns = [t.noun.stems for t in self._nouns() if t.noun and t.noun.classes]
        strong = [v for v in verbs if not v & _ANY_VERB]
        return frozenset().union(*(strong or verbs), *nouns)

    def _fits(self, path: Path, hints: Iterable[str]) -> bool:
        known = self.vocabulary.named(path)
        return any(synonyms(hint) & known for hint in hints)

    def _any_verb(self) -> bool:
        return all(bool(t.verb & _ANY_VERB) for t in self.terms if t.verb)

    def _use_hints(self, path: Path) -> None:
        """Mark the words that the chosen link accounts for."""
        known = self.vocabulary.named(path)
        for one in self.terms:
            stems = one.verb or (one.noun.stems if one.noun else frozenset[str]())
            if stems and not one.things and any(synonyms(s) & known for s in stems):
                one.used = True
            elif one.verb & _ANY_VERB:
                one.used = True

    def _valued(self, unit: str) -> list[tuple[int, Filter]]:
        """Return the filters of words that are values of an attribute of the unit."""
        places = [
            at
            for at, word in enumerate(self.words)
            if self._free(at) and word.text.casefold() not in _SMALL
        ]
        asked = {at: self.words[at].text for at in places}
        texts = self.vocabulary.texts(unit)
        found = self.lookup.values(unit, texts, list(asked.values())) if asked and texts else {}
        filters: list[tuple[int, Filter]] = []
        for at, word in asked.items():
            hits = list(found.get(word, ()))
            if len(hits) > 1:
                said = " or ".join(sorted(attribute for attribute, _ in hits))
                raise CannotRead(f"{word!r} may be a value of {said}")
            for attribute, value in hits:
                path = Path(attribute, unit)
                filters.append((at, Filter(path, "is", (value,), value)))
                self.terms.append(_Term(at, at + 1, word, used=True))
        return filters

    def _partnered(self, question: Question) -> Question:
        """Return a question about who is linked to the same units as a thing."""
        linked = next((f for f in question.filters if f.path and f.path.link), None)
        if linked is None:
            raise CannotRead("with whom is asked, but not whose")
        others = (linked, *(f for f in question.filters if f is not linked))
        assert linked.path is not None
        reached = self._classes_reached(linked.path)
        for term in self._nouns():
            if term.noun and set(term.noun.classes) & reached:
                term.used = True
            elif term.noun and linked.path in term.noun.paths:
                term.used = True
        return replace(question, group=linked.path, filters=others)

    def _classes_reached(self, path: Path) -> set[str]:
        attribute = self.vocabulary.attribute(path)
        concepts: Any = getattr(attribute.range, "concepts", ())
        return {path.owner} if path.back else set(concepts)

    def _check(self, question: Question) -> None:
        """Refuse a question for which not every word was of use."""
        self._check_directives(question)
        for term in self.terms:
            paths = [p for p in question.paths if self._accounts(p, term)]
            if not term.used and (paths or term.verb & _ANY_VERB):
                term.used = True
        left = [t.text for t in self.terms if not t.used and not self._same_unit(t, question)]
        left += [
            word.text
            for at, word in enumerate(self.words)
            if self._free(at) and word.text.casefold() not in _SMALL
        ]
        if left:
            raise CannotRead(f"what {', '.join(map(repr, left))} means here cannot be told")

    def _check_directives(self, question: Question) -> None:
        """Refuse a question that leaves something out that the task wants done."""
        said = self.said
        if unused := sorted(said.flags.keys() - _USED[question.ask] - {"number"}):
            raise CannotRead(f"what {' and '.join(unused)} means for it cannot be told")
        if said.fold is not None and question.fold is not said.fold:
            raise CannotRead(f"of what the {said.fold.value} is asked cannot be told")
        if said.most and question.most != said.most:
            raise CannotRead(f"of what there shall be {said.most} cannot be told")
        if (
            said.above
            and question.above is None
            and not any(f.relation == said.above[0] for f in question.filters)
        ):
            raise CannotRead("what shall be above the number cannot be told")
        links = [f.path for f in question.filters if f.path and f.relation == "is"]
        if len(links) != len(set(links)) and "together" not in said:
            raise CannotRead("whether one or all of the things are meant cannot be told")

    def _accounts(self, path: Path, term: _Term) -> bool:
        stems = term.verb or (term.noun.stems if term.noun else frozenset[str]())
        known = self.vocabulary.named(path)
        return bool(stems) and all(synonyms(s) & known for s in stems)

    def _same_unit(self, term: _Term, question: Question) -> bool:
        return term.noun is not None and question.unit in term.noun.classes
