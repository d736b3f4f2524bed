"""What names and definitions say by their words: tokens, heads, the genus of a definition; pure.

A definition by genus and difference ("a saw that cuts wood", "the branch of physics that …") names
its parent in the first noun phrase behind the copula, or behind `branch of` and the like.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_LONGEST = 600  # characters of a definition that are looked at
_SHORTEST = 8
_EMPTY = re.compile(r"may (also )?refer to|see text|^list of|disambiguation|^coordinates\b", re.I)
_COPULA = re.compile(
    r"\b(?:is|are|was|were|refers? to|means?|denotes?|describes?|includes?|comprises?|"
    r"consists? of)\b\s*",
    re.I,
)
_SORT = _words(
    "any one some kind type form sort branch field area part subfield sub discipline "
    "subdiscipline study science group class set piece category variety member species family "
    "division name term element subset section range number theory practice art process act "
    "state subbranch specialty speciality application"
)
_STOP = _words(
    "that which who whom whose where when in on at for from with by to into as used using made "
    "having consisting concerned dealing involving containing between against than during "
    "within through about under over is are was were be been being found usually especially "
    "often typically such without along among based so if because while not known"
)
_PARTICIPLES = _words(
    "held given kept shown sold worn taken done drawn grown built sent set put cut caught thrown "
    "spoken written born seen laid led left lost paid run told won bred fed hung shot spread bound"
)
_SMALL = _words(
    "a an the and or of its their his her this these those each every other any some most "
    "especially usually very"
)
_COMMON = _STOP | _SMALL
_JOINTS = frozenset({"of", "for", "in", "from", "by", "with", "on", "to", "at", "and", "or"})
# Words in -s whose plural ends in -ses, where the ending alone does not tell (`lenses`, `senses`).
_IN_S = _words("bus gas lens alias atlas bias canvas pancreas cosmos rhinoceros thermos summons")
_DEEPEST = 3  # `branch of`, `kind of`: how many of them may follow each other


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return a word without its plural, in small letters.

    >>> stem("Policies"), stem("gases"), stem("glass"), stem("physics")
    ('policy', 'gas', 'glass', 'physics')
    """
    word = word.casefold()
    if len(word) <= 3 or word.endswith(("ss", "us", "is", "ics")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "ases", "zes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") else word


@lru_cache(maxsize=200_000)
def tokens(text: str) -> tuple[str, ...]:
    """Return the stems of a name's or a text's words.

    >>> tokens("FilmDirectors"), tokens("noise_level")
    (('film', 'director'), ('noise', 'level'))
    """
    plain = unicodedata.normalize("NFKC", text)
    return tuple(stem(word) for word in _WORD.findall(_HUMP.sub(" ", plain)))


def without_es(name: str) -> str:
    """Return a name without the `es` of its last word, where that may be its plural; else nothing.

    What comes out of words in -se is no word and so no other name: it may be looked up as well.

    >>> without_es("SchoolBuses"), without_es("statuses"), without_es("lenses")
    ('school bus', 'status', 'lens')
    >>> without_es("houses"), without_es("senses"), without_es("bus")
    ('hous', '', '')
    """
    *before, last = _WORD.findall(spoken(name)) or [""]
    by_ending = last.endswith(("uses", "ises")) and len(last) > len("uses") + 1
    if by_ending or (last.endswith("ses") and last[:-2] in _IN_S):
        return " ".join([*before, last[:-2]])
    return ""


def spoken(name: str) -> str:
    """Return a name as one says it.

    >>> spoken("FilmDirector"), spoken("noise_level")
    ('film director', 'noise level')
    """
    words = _HUMP.sub(" ", unicodedata.normalize("NFKC", name)).replace("_", " ")
    return " ".join(words.split()).casefold()


def head(words: tuple[str, ...]) -> str:
    """Return the word that says what kind of thing a name is of.

    Amounts and numbers behind it do not.

    >>> head(("hand", "grenade")), head(("cost", "of", "pollution")), head(("tea", "100g"))
    ('grenade', 'cost', 'tea')
    """
    while len(words) > 1 and any(letter.isdigit() for letter in words[-1]):
        words = words[:-1]
    for place, word in enumerate(words):
        if word in _JOINTS and place:
            return words[place - 1]
    return words[-1] if words else ""


def sound(name: str, definition: str) -> str:
    """Return a definition that can be one, the empty text for others.

    Disambiguation pages and the like say nothing; of long texts the beginning counts.

    >>> sound("dumping", "dumping may refer to:"), sound("saw", "a tool")
    ('', '')
    """
    text = " ".join(definition[: 2 * _LONGEST].split())[:_LONGEST]
    return "" if len(text) < _SHORTEST or _EMPTY.search(text) else text


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the words of a definition say.

    Args:
        words: stems of all its words.
        subject: what it says it defines, where it says so (`a resource` in "a resource is …").
        genera: noun phrases that may name the parent, the likeliest first.
    """

    words: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    genera: tuple[tuple[str, ...], ...] = ()


def meaning(name: str, definition: str) -> Meaning:
    """Return what a definition says.

    >>> meaning("orthodontics", "orthodontics is a specialty of dentistry that …").genera
    (('specialty',), ('dentistry',))
    >>> meaning("handsaw", "a saw that is used with one hand").genera
    (('saw',),)
    >>> meaning("hen night", "dance party held by women, resembling a stag party").genera
    (('dance', 'party'),)
    """
    text = _ASIDE.sub(" ", definition)
    subject, rest = _parted(name, text)
    return Meaning(tokens(definition), subject, _genera(rest))


def _parted(name: str, text: str) -> tuple[tuple[str, ...], str]:
    """Return what comes before the copula, if that is a subject, and what is behind it."""
    match = _COPULA.search(text)
    if match is None:
        return (), text
    before = tokens(text[: match.start()])
    plain = tuple(w for w in before if w not in _SMALL)
    own = set(tokens(name))
    sentence = len(plain) <= 4 or bool(own & set(plain[: len(own) + 2]))
    if not plain or not sentence or set(before) & {"that", "which", "who", "where"}:
        return (), text
    start = re.split(r"[,;:]", text[: match.start()])
    last = start[-1] if len(start) > 1 and own & set(tokens(start[-1])) else start[0]
    return tuple(w for w in tokens(last) if w not in _SMALL), text[match.end() :]


def _genera(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the first noun phrase, and those behind `of` as long as it is `kind` or the like."""
    found: list[tuple[str, ...]] = []
    words = _phrase_words(text)
    for _ in range(_DEEPEST):
        phrase, words, joint = _next_phrase(words)
        if not phrase:
            break
        found.append(phrase)
        if joint != "of":
            break
    return tuple(found)


def _phrase_words(text: str) -> list[str]:
    """Return words and the marks that end phrases."""
    return re.findall(r"[^\W_]+(?:-[^\W_]+)*|[,;:.]", text.casefold())[:40]


def _next_phrase(words: list[str]) -> tuple[tuple[str, ...], list[str], str]:
    """Return the next noun phrase, the words behind it, and what ended it."""
    phrase: list[str] = []
    for place, word in enumerate(words):
        if word in _SMALL - {"of", "and", "or"}:
            if phrase:
                return tuple(phrase), words[place + 1 :], word
            continue
        if word in _STOP or word in {"of", "and", "or", ",", ";", ":", "."}:
            if phrase or word not in {",", "and", "or"}:
                return tuple(phrase), words[place + 1 :], word
            continue
        if phrase and _participle(word, words[place + 1 :]):
            return tuple(phrase), words[place + 1 :], word
        phrase += tokens(word)
    return tuple(phrase), [], ""


def _participle(word: str, behind: list[str]) -> bool:
    """Return whether a word behind a noun is a participle: `induced by`, `resembling a`."""
    if word.endswith("ing"):
        return behind[:1] in (["a"], ["an"], ["the"])
    return word in _PARTICIPLES or (word.endswith("ed") and len(word) > 4 and "-" not in word)


def sort_of(phrase: tuple[str, ...]) -> bool:
    """Return whether a phrase only leads to the next one, as `branch` in "branch of physics"."""
    return bool(phrase) and phrase[-1] in _SORT


def telling(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words that are no small ones."""
    return tuple(w for w in words if w not in _COMMON)
