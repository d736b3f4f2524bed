"""The words by which the classes and attributes of an ontology are called in a task (spec 77)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from knowloom.analysis.question import Path
from knowloom.analysis.words import covered, stem, stems_of, synonyms
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar

_NUMBERS = {Scalar.INT, Scalar.FLOAT}
_DAYS = {Scalar.DATE, Scalar.DATETIME}


@dataclass(frozen=True, slots=True)
class Noun:
    """What a word or two may mean.

    Args:
        stems: the words.
        classes: called so.
        paths: attributes called so, of the class that introduces them.
    """

    stems: frozenset[str]
    classes: tuple[str, ...]
    paths: tuple[Path, ...]

    def __bool__(self) -> bool:
        return bool(self.classes or self.paths)


class Vocabulary:
    """Finds what words mean in an ontology.

    Args:
        ontology: the classes.
    """

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self._classes = {c.name: list(_names(c)) for c in ontology}
        self._known = {s for names in self._classes.values() for one in names for s in one}
        for concept in ontology:
            for attribute in concept.attributes:
                self._known |= stems_of(attribute.name)

    def knows(self, word: str) -> bool:
        """Return whether a stem, or one that means the same, occurs in any name."""
        return bool(synonyms(word) & self._known)

    def noun(self, stems: Iterable[str]) -> Noun:
        """Return what these stems together may mean; exact names hide synonyms."""
        wanted = frozenset(stems)
        classes = [n for n, names in self._classes.items() if wanted in names]
        paths = [path for path, names in self._paths() if wanted in names]
        if not classes and not paths:
            same = [n for n, names in self._classes.items() if _same(wanted, names)]
            return Noun(wanted, tuple(same), self._alike(wanted) if not same else ())
        return Noun(wanted, tuple(classes), tuple(paths))

    def _alike(self, wanted: frozenset[str]) -> tuple[Path, ...]:
        return tuple(path for path, names in self._paths() if _same(wanted, names))

    def _paths(self) -> Iterator[tuple[Path, list[frozenset[str]]]]:
        """Yield every attribute with the words that may stand for it."""
        for concept in self.ontology:
            own = frozenset[str]().union(*self._classes[concept.name][:1])
            for attribute in concept.attributes:
                yield self.path(concept.name, attribute), _attribute_names(attribute, own)

    @staticmethod
    def path(owner: str, attribute: Attribute) -> Path:
        """Return the path of an attribute."""
        days = attribute.range in _DAYS
        return Path(attribute.name, owner, link=attribute.is_link, year=days)

    def attribute(self, path: Path) -> Attribute:
        """Return the attribute of a path."""
        return self.ontology.attributes(path.owner)[path.attribute]

    def belongs(self, path: Path, unit: str) -> bool:
        """Return whether a unit has the attribute, be it inherited."""
        return not path.back and self.ontology.is_a(unit, path.owner)

    def is_number(self, path: Path) -> bool:
        """Return whether the values of a path are numbers, one for each unit."""
        attribute = self.attribute(path)
        return attribute.range in _NUMBERS and not attribute.many and not self.is_time(path)

    def is_truth(self, path: Path) -> bool:
        """Return whether the values of a path are true or false."""
        return self.attribute(path).range is Scalar.BOOL

    def is_time(self, path: Path) -> bool:
        """Return whether the values of a path are days or years."""
        return _is_time(self.attribute(path))

    def times(self, unit: str) -> list[Path]:
        """Return the attributes of a unit that say when."""
        found = [self.path(unit, a) for a in self.ontology.attributes(unit).values()]
        return [path for path in found if self.is_time(path)]

    def texts(self, unit: str) -> list[str]:
        """Return the attributes of a unit whose values are texts, names left out."""
        return [
            a.name
            for a in self.ontology.attributes(unit).values()
            if not a.is_link and a.range not in _NUMBERS | _DAYS and a.name not in _NAMING
        ]

    def links(self, unit: str, other: str) -> list[Path]:
        """Return the links between the instances of two classes, from the unit's side."""
        found: list[Path] = []
        for owner, target, back in ((unit, other, False), (other, unit, True)):
            for attribute in self.ontology.attributes(owner).values():
                if self.leads(attribute, target):
                    found.append(Path(attribute.name, owner, back, link=True))
        return found

    def targets(self, path: Path) -> tuple[str, ...]:
        """Return the classes that a link is declared to lead to."""
        reached = self.attribute(path).range
        return tuple(reached.concepts) if isinstance(reached, ConceptRange) else ()

    def leads(self, attribute: Attribute, target: str) -> bool:
        """Return whether an attribute is declared to lead to a class, as such."""
        reached = attribute.range.concepts if isinstance(attribute.range, ConceptRange) else ()
        return any(self.ontology.is_a(target, one) and one == target for one in reached)

    def fit(self, path: Path, given: Iterable[str]) -> float:
        """Return what part of an attribute's name is said by these stems, 0 to 1."""
        stems = stems_of(path.attribute)
        known = set(given)
        if path.back or path.owner in self._classes:
            known |= set(next(iter(self._classes[path.owner]), ())) if path.back else set()
        return sum(bool(synonyms(s) & known) for s in stems) / len(stems)

    def named(self, path: Path) -> frozenset[str]:
        """Return the stems in the names of an attribute and its class."""
        own = next(iter(self._classes.get(path.owner, [])), frozenset[str]())
        return stems_of(path.attribute) | (own if path.back else frozenset[str]())

    def class_stems(self, name: str) -> frozenset[str]:
        """Return the stems of a class's own name."""
        return next(iter(self._classes.get(name, [])), frozenset[str]())


def _is_time(attribute: Attribute) -> bool:
    """Return whether an attribute says when: a day, or a number called or bounded as a year."""
    if attribute.range is not Scalar.INT:
        return attribute.range in _DAYS
    if stem("year") in stems_of(attribute.name):
        return True
    low, high = attribute.minimum, attribute.maximum
    return (
        low.isdecimal() and high.isdecimal() and _FIRST_YEAR <= int(low) < int(high) <= _LAST_YEAR
    )


_FIRST_YEAR, _LAST_YEAR = 1000, 2200
_NAMING = {"name", "aliases", "id"}


def _names(concept: Concept) -> Iterator[frozenset[str]]:
    """Yield the ways to call a class, each as stems."""
    yield stems_of(concept.name)
    if concept.title:
        yield stems_of(concept.title.rpartition("/")[2])
    for alias in concept.aliases:
        yield stems_of(alias.rpartition("/")[2])


def _attribute_names(attribute: Attribute, own: frozenset[str]) -> list[frozenset[str]]:
    """Return the ways to call an attribute; its class's name, or `year`, may be left out."""
    stems = stems_of(attribute.name)
    found = [one for one in (stems, stems - own) if one]
    return [*found, stems | {stem("year")}] if _is_time(attribute) else found


def _same(wanted: frozenset[str], names: Iterable[frozenset[str]]) -> bool:
    """Return whether words mean a name though they are others."""
    return any(covered(wanted, one) and covered(one, wanted) for one in names)
