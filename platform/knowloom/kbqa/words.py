"""Words of questions and of a graph's own names, brought into forms that can be compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b

_WORD = re.compile(
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w,])|[^\W_]+(?:[.'\u2019][^\W_]+)*", re.UNICODE
)
_APART = re.compile(r"[\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MEDIATOR = re.compile(r"[mg]\.[0-9a-z_]+")
_DATE = re.compile(r"-?\d{1,4}(?:-\d\d(?:-\d\d)?)?(?:T.*)?")
_YEAR = re.compile(r"(?<!\d)(1[0-9]{3}|20[0-9]{2})(?!\d)")


def listed(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


# Words that say how a question is built and nothing of what it is about.
STOP = listed(
    """a an the of in on at to for from by with and or as is are was were be been being do does
    did has have had what which who whom whose when where why how many much that this
    these those it
    its their there his her he she they them i me my you your we our us s t 's can could would
    should will shall may might please tell give list name show find all any some into about than
    then so also ever"""
)
_IRREGULAR = {
    "wrote": "write", "written": "write", "writes": "write", "died": "die", "dead": "die",
    "death": "die", "dies": "die", "born": "birth", "bore": "birth", "children": "child",
    "people": "person", "persons": "person", "men": "man", "women": "woman", "won": "win",
    "won't": "win", "winner": "win", "winners": "win", "cities": "city", "countries": "country",
    "made": "make", "spoke": "speak", "spoken": "speak", "speaks": "speak", "taught": "teach",
    "sold": "sell", "bought": "buy", "gave": "give", "given": "give", "led": "lead",
    "held": "hold", "sang": "sing", "sung": "sing", "played": "play", "wives": "wife",
    "movies": "movie", "films": "film", "series": "series", "founded": "found",
    "founding": "found", "founder": "found", "founders": "found", "came": "come",
    "began": "begin", "begun": "begin", "ate": "eat", "fought": "fight", "went": "go",
    "lives": "live", "living": "live", "dying": "die", "lying": "lie", "lies": "lie",
    "taken": "take", "took": "take", "chosen": "choose", "ran": "run", "known": "know",
}  # fmt: skip


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, without marks on letters.

    >>> words_of("Who won the Côte-d'Or Prize?")
    ['who', 'won', 'the', 'cote', "d'or", 'prize']
    >>> words_of("more than 10,000 votes")
    ['more', 'than', '10000', 'votes']
    """
    found = _WORD.findall(plain(text))
    return [word.replace("\u2019", "'").replace(",", "") for word in found]


@lru_cache(maxsize=200_000)
def plain(text: str) -> str:
    """Return a text in lower case, without marks on letters and with single blanks.

    >>> plain("  Zürich \\n Ångström ")
    'zurich angstrom'
    """
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())


@lru_cache(maxsize=200_000)
def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a label, relationship type or property.

    >>> name_words("people.person.place_of_birth"), name_words("ACTED_IN"), name_words("unitPrice")
    (('people', 'person', 'place', 'of', 'birth'), ('acted', 'in'), ('unit', 'price'))
    """
    humps = name if name.isupper() else _HUMP.sub(" ", name)
    return tuple(word for word in _APART.split(plain(humps)) if word)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the part of an English word that its forms share, roughly.

    >>> [stem(w) for w in ("directed", "directors", "movies", "writing", "born", "suppliers")]
    ['direct', 'direct', 'movi', 'writ', 'birth', 'suppl']
    """
    word = _IRREGULAR.get(word, word).removesuffix("'s")
    for ending in ("ations", "ation", "ings", "ing", "ers", "ors", "ies", "ied", "er", "or",
                   "ed", "es", "s", "e", "y"):  # fmt: skip
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    word = word[:-1] if word.endswith("i") and len(word) > 4 else word
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls" else word


def stems(words: list[str] | tuple[str, ...]) -> frozenset[str]:
    """Return the stems of those words that mean something by themselves.

    >>> sorted(stems(["who", "directed", "the", "movies"]))
    ['direct', 'movi']
    """
    return frozenset(stem(word) for word in words if word not in STOP)


@lru_cache(maxsize=200_000)
def trigrams(text: str) -> frozenset[str]:
    """Return the groups of three letters of a text, its words padded.

    >>> sorted(trigrams("of"))
    [' of', 'of ']
    """
    padded = " ".join(f" {word} " for word in name_words(text))
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def share(a: frozenset[str], b: frozenset[str]) -> float:
    """Return how much of the smaller set is in the other, from 0 to 1."""
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def is_mediator_name(name: str) -> bool:
    """Return whether a name is the bare id of a node that only joins others."""
    return not name or _MEDIATOR.fullmatch(name) is not None


def is_date(text: str) -> bool:
    """Return whether a text is a year or a day."""
    return _DATE.fullmatch(text) is not None


def years_in(text: str) -> list[int]:
    """Return the years that a text names.

    >>> years_in("between 1996 and 2003")
    [1996, 2003]
    """
    return [int(year) for year in _YEAR.findall(text)]


def without_name(question: str, name: str, mark: str = "it") -> str:
    """Return a question with what names its topic replaced.

    The longest run of words that all are words of the name counts as its mention.

    >>> without_name("what does jamaican people speak?", "Jamaica")
    'what does it people speak'
    >>> without_name("where did ben franklin die", "Benjamin Franklin")
    'where did it die'
    """
    said = words_of(question)
    parts = set(words_of(name)) - {"the", "of"}
    fits = [any(_alike(word, part) for part in parts) for word in said]
    best, start = (0, 0), -1
    for i, fit in enumerate([*fits, False]):
        if fit and start < 0:
            start = i
        joins = i < len(said) and said[i] in {"of", "the", "and", "'s"} and start >= 0
        if not fit and not joins and start >= 0:
            best = max(best, (i - start, -start))
            start = -1
    length, first = best[0], -best[1]
    return " ".join([*said[:first], mark, *said[first + length :]]) if length else " ".join(said)


def _alike(word: str, part: str) -> bool:
    """Return whether a word of a question may be a word of a name."""
    if word == part or word.removesuffix("'s") == part:
        return True
    return (
        min(len(word), len(part)) >= 3
        and (word[:5] == part[:5] if min(len(word), len(part)) >= 5 else part.startswith(word))
        and word not in STOP
    )


def part_of(id_: str, parts: int) -> int:
    """Return which part of a split a question belongs to, by a hash of its id.

    >>> part_of("WebQTrn-1", 5) == part_of("WebQTrn-1", 5) < 5
    True
    """
    digest = blake2b(id_.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % parts
