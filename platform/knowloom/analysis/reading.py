"""Reading a task without a language model: from its words to a question (spec 77, 79 and 85).

Every word has to mean something: a class, an attribute, a thing in the graph, a value, or what is
to be done. A word that does not, or two meanings that nothing decides between, and the task is not
read; a program for a task half understood would give a wrong number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from knowloom.analysis.linking import ANY_VERB, Condition, Linking
from knowloom.analysis.question import Ask, Filter, Fold, Path, Question
from knowloom.analysis.terms import SMALL, CannotRead, Lookup, Term
from knowloom.analysis.vocabulary import Noun, Vocabulary
from knowloom.analysis.words import stems_of, synonyms
from knowloom.ontology.concepts import Attribute

_SOME = 10  # of what a task asks for in the plural
_AUXILIARIES = {"is", "are", "was", "were", "has", "have", "had", "do", "does", "did"}
_RANKED = {"most", "least", "frequent", "how_many", "distinct"}
# What each kind of question takes into account.
_USED: Mapping[Ask, set[str]] = {
    Ask.COUNT: {"how_many", "distinct", "together"},
    Ask.AGGREGATE: {"how_many"},
    Ask.LIST: _RANKED - {"distinct"},
    Ask.GROUP: _RANKED - {"distinct"},
    Ask.FOLD_GROUPS: {"how_many"},
    Ask.COUNT_GROUPS: {"how_many", "distinct"},
    Ask.SHARE: {"share", "partners"},
    Ask.SHARE_ABOVE: {"share"},
    Ask.SHARE_OF: {"share"},
    Ask.TREND: {"trend"},
    Ask.DISTRIBUTION: {"distribution"},
    Ask.COMPARE: {"compare"},
    Ask.COMPARE_SHARES: {"compare", "share", "distribution"},
    Ask.PAIRS: {"pairs", "together", "most", "frequent"},
    Ask.PARTNERS: {"partners", "together", "most", "frequent"},
    Ask.CHANGE: {"change", "trend"},
    Ask.OUTLIERS: {"outliers"},
}


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
    reading = _Reading(task, vocabulary, lookup)
    if not reading.doubtful:
        return reading.question()
    found: list[Question] = []
    reasons: list[str] = []
    for one in (reading, _Reading(task, vocabulary, lookup, classes_first=True)):
        try:
            found.append(one.question())
        except CannotRead as error:
            reasons.append(error.reason)
    if len(found) == 2 and found[0] != found[1]:
        raise CannotRead(f"{reading.doubtful[0]!r} may be a thing or a class")
    if not found:
        raise CannotRead(reasons[0])
    return found[0]


class _Reading(Linking):
    """A task on its way to a question."""

    def question(self) -> Question:
        """Return the question."""
        found = self._asked()
        placed = self._conditions(found.unit)
        if found.ask is Ask.SHARE_OF:
            found, placed = self._parted(found, placed)
        if found.ask is Ask.SHARE_ABOVE and any(one.start > self._split() for one in placed):
            raise CannotRead("of what a share is asked cannot be told")
        conditions = [condition.filter for condition in placed]
        found = replace(found, filters=(*conditions, *found.filters), chart=self.said.chart)
        if found.ask is Ask.PARTNERS:
            found = self._partnered(found)
        found = self._done_to(found)
        self._check(found)
        return replace(found, notes=tuple(self.notes))

    def _asked(self) -> Question:  # noqa: PLR0911 - one line a kind
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

    def _unit(self, *, last: bool = False) -> str:
        """Return the class that is counted: the first noun (or the last) that is one."""
        found = [t for t in self._nouns() if t.noun and t.noun.classes]
        if not found:
            raise CannotRead("which class is meant cannot be told")
        term = found[-1 if last else 0]
        return self._class_of(term)

    def _class_of(self, term: Term) -> str:
        assert term.noun is not None
        if len(term.noun.classes) != 1:
            said = " or ".join(term.noun.classes) or "no class"
            raise CannotRead(f"{term.text!r} may be {said}")
        term.used = True
        return term.noun.classes[0]

    def _two(self) -> tuple[Term | None, Term | None]:
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

    def _ranks_first(self, term: Term) -> bool:
        """Return whether the noun before `by` is what is ranked: `top 5 films by genres`."""
        before = {w.text.casefold() for w in self.words[: term.start]}
        return bool(before & {"which", "top", "first", "rank"})

    def _relation(self, one: Term | None, other: Term | None) -> _Relation:
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

    def _own_value(self, one: Term, other: Term) -> _Relation | None:
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

    def _group_of(self, one: Term, other: Term) -> _Relation | None:
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
        return self._group_of_counts(one, other)

    def _group_of_counts(self, one: Term, other: Term) -> _Relation | None:
        """Return the relation of a key to how many of something its units have, on average."""
        if self.said.fold in {None, Fold.TOTAL} or one.noun is None or other.noun is None:
            return None
        made = [
            _Relation(Ask.GROUP, m.owner, group=path, measure=m, counted=True)
            for m in other.noun.paths
            if self.vocabulary.attribute(m).many
            if (path := self._key(m.owner, one.noun)) and path != m
        ]
        if len(made) != 1:
            return None
        [relation] = made
        assert relation.measure is not None
        self.notes.append(f"a {relation.unit} without any {relation.measure.name} is left out")
        return relation

    def _alone(self, term: Term) -> _Relation:
        """Return the relation of an attribute to the one class that has it."""
        assert term.noun is not None
        owners = {p.owner for p in term.noun.paths}
        if len(owners) != 1:
            raise CannotRead(f"whose {term.text!r} is meant cannot be told")
        [path] = term.noun.paths
        term.used = True
        return _Relation(Ask.GROUP, path.owner, group=path)

    def _per_year(self) -> bool:
        """Return whether years are the groups, without an attribute that is called so."""
        return any(
            word.text.casefold() in {"year", "years"}
            and not any(t.start <= at < t.end for t in self.terms)
            for place in self.said.per
            for at, word in enumerate(self.words)
            if at == place + 1
        )

    def _grouped(self, ask: Ask) -> Question:
        if self._per_year():
            return self._over_time(ask)
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
        if self._per_year():
            made = self._over_time(Ask.GROUP)
            return replace(made, most=self.said.most, by_key=not self.said.most)
        one, other = self._two()
        relation = self._relation(one, other)
        made = self._made(relation.ask, relation)
        if relation.ask is Ask.LIST and self.said.fold and not self.said.most:
            if relation.counted and relation.measure:
                self.notes.append(f"a {made.unit} without any {relation.measure.name} is left out")
            return replace(made, ask=Ask.AGGREGATE, fold=self.said.fold)
        if self._folds_groups(relation):
            self.notes.append(f"only a {one.text if one else ''} of which there is one counts")
            return replace(made, ask=Ask.FOLD_GROUPS, fold=self.said.fold or made.fold)
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
            paths = [p for p in term.noun.paths if self._is_measure(p)]
            if unit is not None:
                paths = [p for p in paths if self.vocabulary.belongs(p, unit)]
            if len(paths) == 1:
                term.used = True
                return unit or paths[0].owner, paths[0]
        raise CannotRead("of which number is asked cannot be told")

    def _folds_groups(self, relation: _Relation) -> bool:
        """Return whether one number of the sizes of all groups is asked."""
        folds = {Fold.MEAN, Fold.MEDIAN, Fold.LARGEST, Fold.SMALLEST}
        plain = relation.ask is Ask.GROUP and relation.measure is None and not self.said.most
        return plain and "number" in self.said and self.said.fold in folds

    def _is_measure(self, path: Path) -> bool:
        """Return whether the values of a path can be folded: numbers; years have no total."""
        vocabulary, fold = self.vocabulary, self.said.fold
        years = vocabulary.is_time(path) and not path.year and fold not in {None, Fold.TOTAL}
        return vocabulary.is_number(path) or years

    def _measured(self, ask: Ask) -> Question:
        """Return a question about one number of all units."""
        fold = self.said.fold or Fold.COUNT
        if ask is Ask.AGGREGATE and "number" in self.said and (found := self._counted_of()):
            unit, measure = found
            return Question(ask=ask, unit=unit, fold=fold, measure=measure, counted=True)
        classes = [t for t in self._nouns() if t.noun and t.noun.classes]
        unit, measure = self._number(self._class_of(classes[0]) if classes else None)
        return Question(ask=ask, unit=unit, fold=fold, measure=measure)

    def _counted_of(self) -> tuple[str, Path] | None:
        """Return the class and attribute in `number of authors of papers`, if it is so said."""
        nouns = self._nouns()
        for of, whose in pairwise(nouns):
            paths = of.noun.paths if of.noun else ()
            own = [p for p in paths if whose.only_class and p.owner == whose.only_class]
            if len(own) == 1 and self.vocabulary.attribute(own[0]).many:
                of.used = whose.used = True
                self.notes.append(f"a {whose.only_class} without any {own[0].name} is left out")
                return whose.only_class, own[0]
        return None

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
        if self.said.above is not None and self._of_share() and self.said.told[0] < self._split():
            return self._share_of_those_above()
        if self.said.above is not None:
            unit = self._unit()
            unit, measure = self._number(unit)
            return Question(ask=Ask.SHARE_ABOVE, unit=unit, measure=measure, above=self.said.above)
        if not self.said.per and self._of_share():
            return Question(ask=Ask.SHARE_OF, unit=self._unit())
        made = self._grouped(Ask.SHARE)
        return replace(made, fold=self.said.fold or made.fold)

    def _of_share(self) -> bool:
        """Return whether it is asked of what there is a share: `what share of the papers`."""
        at = self.said.flags["share"]
        after = [w.text.casefold() for w in self.words[at : at + 3]]
        return "of" in after

    def _share_of_those_above(self) -> Question:
        """Return a share of the units that are above a number."""
        assert self.said.above is not None
        unit, measure = self._number(self._unit())
        relation, number = self.said.above
        said = f"{measure.name} {relation} {number}"
        base = Filter(measure, relation, (number,), said)
        return Question(ask=Ask.SHARE_OF, unit=unit, filters=(base,))

    def _split(self) -> int:
        """Return where what a part is like begins: at the last auxiliary, else the last verb."""
        small = [at for at, w in enumerate(self.words) if w.text.casefold() in _AUXILIARIES]
        return max(small or [t.start for t in self.terms if t.verb], default=len(self.words))

    def _parted(
        self, question: Question, placed: list[Condition]
    ) -> tuple[Question, list[Condition]]:
        """Return a share with what it is a share of, and the conditions that are left."""
        split = self._split()
        part = [one for one in placed if one.start >= split]
        if not part or len({one.start for one in part}) != 1:
            raise CannotRead("of what a share is asked cannot be told")
        sides = tuple(one.filter for one in part)
        return replace(question, sides=sides), [one for one in placed if one.start < split]

    def _done_to(self, question: Question) -> Question:
        """Return a question that heeds a verb of which nothing else tells: who died."""
        verbs = [t for t in self.terms if t.verb and not t.verb & ANY_VERB]
        left = [t for t in verbs if not (t.used or self._told(question, t))]
        if len(verbs) != 1 or not left:
            return question
        own = [self.vocabulary.path(question.unit, a) for a in self._own(question.unit)]
        paths = [p for p in own if verbs[0].verb & stems_of(p.attribute)]
        if len(paths) != 1:
            return question
        verbs[0].used = True
        name = paths[0].attribute
        self.notes.append(f"a {question.unit} of which no {name} is known is left out")
        known = Filter(paths[0], "exists", (), f"{name} is known")
        return replace(question, filters=(*question.filters, known))

    def _own(self, unit: str) -> list[Attribute]:
        return list(self.vocabulary.ontology.attributes(unit).values())

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
        if other is None and len(nouns) > 1:
            other = nouns[1]  # `cited fewer than 5 times`
        relation = self._relation(one, other)
        if relation.ask is Ask.GROUP:
            return replace(self._made(Ask.COUNT_GROUPS, relation), above=above)
        if relation.measure is None:
            raise CannotRead("how many of what is meant cannot be told")
        said = f"{relation.measure.name} {above[0]} {above[1]}"
        more = Filter(relation.measure, above[0], (above[1],), said, relation.counted)
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

    def _partnered(self, question: Question) -> Question:
        """Return a question about who is linked to the same units as a thing."""
        linked = next((f for f in question.filters if f.path and f.path.link), None)
        if linked is None:
            raise CannotRead("with whom is asked, but not whose")
        others = (linked, *(f for f in question.filters if f is not linked))
        assert linked.path is not None
        reached = self._classes_reached(linked.path)
        for term in self._nouns():
            if (term.noun and set(term.noun.classes) & reached) or (
                term.noun and linked.path in term.noun.paths
            ):
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
            if not term.used and (self._told(question, term) or term.verb & ANY_VERB):
                term.used = True
        verbs = {t.verb for t in self.terms if t.verb and not t.verb & ANY_VERB}
        known = {p for p in question.paths if any(v & self.vocabulary.named(p) for v in verbs)}
        if len(verbs) > 1 and len(known) < len(verbs):
            raise CannotRead(f"which of {len(verbs)} verbs counts cannot be told")
        left = [t.text for t in self.terms if not t.used and not self._same_unit(t, question)]
        left += [
            word.text
            for at, word in enumerate(self.words)
            if self._free(at) and word.text.casefold() not in SMALL
        ]
        if left:
            raise CannotRead(f"what {', '.join(map(repr, left))} means here cannot be told")

    def _check_directives(self, question: Question) -> None:
        """Refuse a question that leaves something out that the task wants done."""
        said = self.said
        if unused := sorted(said.flags.keys() - _USED[question.ask] - {"number"}):
            raise CannotRead(f"what {' and '.join(unused)} means for it cannot be told")
        if question.ask is Ask.COMPARE_SHARES and "number" in said:
            raise CannotRead("whether numbers or shares are compared cannot be told")
        if said.fold is not None and question.fold is not said.fold:
            raise CannotRead(f"of what the {said.fold.value} is asked cannot be told")
        if said.most and question.most != said.most:
            raise CannotRead(f"of what there shall be {said.most} cannot be told")
        if question.ask is Ask.SHARE and any(f.path == question.group for f in question.filters):
            raise CannotRead("of what a share is asked cannot be told")
        if (
            said.above
            and question.above is None
            and not any(f.relation == said.above[0] for f in question.filters)
        ):
            raise CannotRead("what shall be above the number cannot be told")
        links = [f.path for f in question.filters if f.path and f.relation == "is"]
        if len(links) != len(set(links)) and "together" not in said:
            raise CannotRead("whether one or all of the things are meant cannot be told")

    def _told(self, question: Question, term: Term) -> bool:
        """Return whether a path of the question, or its class, says what a term does."""
        does = bool(term.verb & self.vocabulary.class_stems(question.unit))  # directors direct
        return does or any(self._accounts(p, term) for p in question.paths)

    def _accounts(self, path: Path, term: Term) -> bool:
        known = self.vocabulary.named(path)
        if term.verb:
            return self._fits(path, term.verb)
        stems = term.noun.stems if term.noun else frozenset[str]()
        return bool(stems) and all(synonyms(s) & known for s in stems)

    def _same_unit(self, term: Term, question: Question) -> bool:
        return term.noun is not None and question.unit in term.noun.classes
