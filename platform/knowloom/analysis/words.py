"""Words of a task: taken apart, and brought to a form in which those of one meaning are equal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_TOKEN = re.compile(
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w,])|[^\W_]+(?:[-.'\u2019&][^\W_]+)*\.?|[^\W_]+", re.UNICODE
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_POSSESSIVE = re.compile(r"['\u2019]s?$")

# What endings do not tell.
_IRREGULAR = {
    "people": "person",
    "men": "man",
    "women": "woman",
    "children": "child",
    "wrote": "write",
    "written": "write",
    "writing": "write",
    "made": "make",
    "born": "birth",
    "won": "win",
    "died": "death",
    "die": "death",
    "birthday": "birth",
    "founding": "founded",
    "foundation": "founded",
    "dead": "death",
    "movies": "film",
    "movie": "film",
    "countries": "country",
    "nationalities": "nationality",
    "companies": "company",
    "cities": "city",
    "universities": "university",
    "series": "series",
    "species": "species",
    "status": "status",
    "data": "data",
}
_ENDINGS = (
    ("ations", ""),
    ("ation", ""),
    ("ies", "y"),
    ("sses", "ss"),
    ("ors", ""),
    ("ers", ""),
    ("ions", ""),
    ("ings", ""),
    ("or", ""),
    ("er", ""),
    ("ed", ""),
    ("ing", ""),
    ("ion", ""),
    ("es", ""),
    ("s", ""),
    ("e", ""),
)
_SHORTEST = 3  # letters that stay

# Words that mean the same where an ontology has only one of them.
_SYNONYMS = (
    {"paper", "publication", "article"},
    {"organization", "organisation", "affiliation", "institution"},
    {"film", "movie"},
    {"nationality", "citizenship"},
    {"job", "profession", "occupation"},
    {"sex", "gender"},
)
# What people do, and the attributes that may tell of it.
_DEEDS = (
    {"write", "author", "writer"},
    {"publish", "author", "venue", "publisher"},
    {"employ", "employer", "affiliation"},
    {"receive", "recipient", "winner", "win", "award"},
)


class Word(NamedTuple):
    """A word of a task.

    Args:
        text: as written, without a possessive ending.
        stem: the form by which it is compared.
        start: where it begins in the task.
        end: where it ends.
    """

    text: str
    stem: str
    start: int
    end: int


def words_of(task: str) -> list[Word]:
    """Return the words and numbers of a task in order.

    >>> [word.stem for word in words_of("Hinton's most cited papers")]
    ['hinton', 'most', 'cit', 'pap']
    """
    found: list[Word] = []
    for match in _TOKEN.finditer(task):
        text = _POSSESSIVE.sub("", match.group())
        if text.endswith(".") and not (len(text) == 2 or "." in text[:-1]):
            text = text[:-1]
        found.append(Word(text, stem(text), match.start(), match.start() + len(text)))
    return found


def stem(word: str) -> str:
    """Return the form in which words of one family are equal.

    >>> {stem(w) for w in ("cited", "citations", "citation", "cites")}
    {'cit'}
    >>> {stem(w) for w in ("direct", "directors", "directed")}
    {'direct'}
    """
    plain = word.casefold()
    plain = _IRREGULAR.get(plain, plain)
    for ending, instead in _ENDINGS:
        if plain.endswith(ending) and len(plain) - len(ending) + len(instead) >= _SHORTEST:
            if ending == "s" and plain.endswith("ss"):
                continue
            plain = plain[: len(plain) - len(ending)] + instead
            break
    return plain[:-1] + "y" if plain.endswith("i") and len(plain) > _SHORTEST else plain


def stems_of(name: str) -> frozenset[str]:
    """Return the stems in the name of a class or attribute.

    >>> sorted(stems_of("place_of_birth")), sorted(stems_of("FilmDirector"))
    (['birth', 'plac'], ['direct', 'film'])
    """
    parts = _HUMP.sub(" ", name).replace("_", " ").replace("/", " ").replace(".", " ").split()
    return frozenset(stem(part) for part in parts if part.casefold() not in _SMALL)


_SMALL = {"of", "the", "a", "an", "in", "at", "by", "for", "s", "to"}
_SETS = tuple(frozenset(map(stem, group)) for group in _SYNONYMS)
_DEED_SETS = tuple(frozenset(map(stem, group)) for group in _DEEDS)


def synonyms(one: str) -> frozenset[str]:
    """Return a stem with those that may mean the same."""
    return frozenset({one}).union(*(group for group in _SETS if one in group))


def deeds(verb: str) -> frozenset[str]:
    """Return a verb's stem with those of the attributes that may tell of what it says."""
    return frozenset({verb}).union(*(group for group in _DEED_SETS if verb in group))


def covered(wanted: Iterable[str], given: Iterable[str]) -> bool:
    """Return whether each wanted stem, or a synonym of it, is among the given ones."""
    known = set(given)
    return all(synonyms(one) & known for one in wanted)
