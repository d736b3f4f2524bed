"""Which type of the library a data set's type is: one for one, none lost (item 16; S1 App. B)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping

from knowloom.ontology.concepts import Concept, Ontology
from knowloom.ontology.names import concept_name


def align(
    names: Iterable[str], ontology: Ontology, known: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the concept for each name of a data set, no concept twice.

    A name takes, in this order, the concept that `known` says, that is called so, that is called
    so but for case, punctuation and plural, or that has it as a title or alias. One that finds no
    concept, or only one that is taken, stays a type of its own under a name that no other has: so
    the map is one to one and the number of types stays.

    Args:
        names: the data set's types; earlier ones choose first.
        ontology: the library.
        known: pairs that a person decided.

    Raises:
        UnknownConcept: `known` leads to what is no concept.

    >>> human = Concept(name="Human", aliases=("person",))
    >>> align(["Person", "Vehicles"], Ontology([human, Concept(name="Vehicle")]))
    {'Person': 'Human', 'Vehicles': 'Vehicle'}
    """
    wanted = list(dict.fromkeys(names))
    decided = {n: ontology[c].name for n, c in (known or {}).items() if n in wanted}
    found: dict[str, str] = {}
    taken: set[str] = set()
    for candidates in (_exactly(decided), *_tiers(ontology)):
        for name in wanted:
            free = (c for c in candidates(name) if c not in taken)
            if name not in found and (concept := next(free, None)) is not None:
                found[name] = concept
                taken.add(concept)
    for name in wanted:
        if name not in found:
            found[name] = _own_name(name, taken, ontology)
            taken.add(found[name])
    return {name: found[name] for name in wanted}


def normal_form(text: str) -> str:
    """Return a name without what does not tell types apart: case, punctuation and plural.

    >>> normal_form("Film Companies"), normal_form("film_company"), normal_form("FilmCompany")
    ('filmcompany', 'filmcompany', 'filmcompany')
    """
    letters = "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
    for ending, singular in _PLURALS:
        long = len(letters) > len(ending) + 1 or ending == singular
        if letters.endswith(ending) and long:
            return letters.removesuffix(ending) + singular
    return letters


# The first that fits counts; those that end in themselves keep words like `class` and `status`.
_PLURALS = (
    ("ies", "y"),
    ("sses", "ss"),
    ("shes", "sh"),
    ("ches", "ch"),
    ("xes", "x"),
    ("ss", "ss"),
    ("us", "us"),
    ("is", "is"),
    ("s", ""),
)

Candidates = Callable[[str], Iterable[str]]


def _exactly(pairs: Mapping[str, str]) -> Candidates:
    """Return candidates that are looked up as they are written."""
    return lambda name: [pairs[name]] if name in pairs else []


def _tiers(ontology: Ontology) -> Iterator[Candidates]:
    """Yield the ways in which a name finds a concept, the surest first."""
    yield _exactly({c.name: c.name for c in ontology})
    yield _loosely(ontology, lambda c: (c.name,))
    yield _loosely(ontology, lambda c: (c.title, *c.aliases))


def _loosely(ontology: Ontology, names_of: Callable[[Concept], Iterable[str]]) -> Candidates:
    """Return candidates that are looked up by their normal form."""
    found: dict[str, list[str]] = {}
    for concept in ontology:
        for name in names_of(concept):
            if name:
                found.setdefault(normal_form(name), []).append(concept.name)
    return lambda name: found.get(normal_form(name), [])


def _own_name(name: str, taken: set[str], ontology: Ontology) -> str:
    """Return a name that is neither taken nor a concept's."""
    own = plain = concept_name(name)
    number = 2
    while own in taken or own in ontology:
        own = f"{plain}_{number}"
        number += 1
    return own
