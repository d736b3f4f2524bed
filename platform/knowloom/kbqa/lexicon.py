"""Everyday English around the words of a schema: other words for the same, and cues of operators.

No graph's own words are here: only verbs and nouns that go together in the language.
"""

from __future__ import annotations

import re
from functools import cache

from knowloom.kbqa.words import listed, stem

Phrase = frozenset[str]

# Each line: words that stand for one another when a schema has one of them.
_FAMILIES = """
act actor actress star starred play cast appear
direct director
write author writer written publish pen
produce producer
review reviewer
design designer create creator invent inventor develop developer build
found founder establish foundation start
birth born
die death dead
employment employ work job employee employer
doctorate phd doctoral receive get obtain award
affiliation affiliated work
advisor advise supervisor supervise advised
recipient win winner receive laureate awarded get
present presenter
locate located location situated lie
place happen take location
supply supplier provide provider deliver
price cost expensive cheap
purchase buy order place customer
order purchase
sell sold seller
ship shipper
sold sell handle
hire hired
report boss manager
category part belong
role character play part
rating rate score
freight shipping
stock available
participant participate attend
influence influenced
owner own owned
country nation state
movie film
film movie
language tongue
spouse wife husband marry married
parent father mother
child son daughter kid
sibling brother sister
profession occupation job
nationality country
genre kind type sort
broader part field
release released come appear out
founded establish begin old
year appear publish come
about topic subject
territory work
region work
citation cited cite
presented give award
phone telephone number call
city town
venue conference
happened land
"""
# Nouns for the same things, for the names of classes.
_NOUNS = """
movie film picture
person people human individual
country nation
city town
company firm
language tongue
paper article publication
book novel
song track
employee worker staff
customer client buyer
supplier vendor
product item good
award prize
university college
author writer
actor actress
"""
# Words that pick by size: what by, and whether the most counts.
_SUPERLATIVES: dict[str, tuple[str, bool]] = {
    "oldest": ("age", False), "earliest": ("time", False), "first": ("time", False),
    "newest": ("time", True), "latest": ("time", True), "last": ("time", True),
    "youngest": ("age", True), "recent": ("time", True), "older": ("age", False),
    "earlier": ("time", False), "younger": ("age", True), "newer": ("time", True),
    "later": ("time", True), "expensive": ("price", True), "cheapest": ("price", False),
    "cheaper": ("price", False), "costliest": ("price", True),
    "highest": ("number", True), "largest": ("number", True), "biggest": ("number", True),
    "greatest": ("number", True), "longest": ("number", True), "best": ("number", True),
    "lowest": ("number", False), "smallest": ("number", False), "shortest": ("number", False),
    "higher": ("number", True), "larger": ("number", True), "bigger": ("number", True),
    "lower": ("number", False), "smaller": ("number", False), "worst": ("number", False),
    "most": ("count", True), "fewest": ("count", False), "least": ("count", False),
}  # fmt: skip
_COUNTED = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen twenty"""
NUMBERS = {word: number for number, word in enumerate(re.findall(r"[a-z]+", _COUNTED))}
# Longest first; what is compared stands behind them.
COMPARATORS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("more", "than", "or", "equal", "to"), ">="),
    (("no", "more", "than"), "<="), (("not", "more", "than"), "<="),
    (("no", "less", "than"), ">="), (("not", "less", "than"), ">="),
    (("no", "fewer", "than"), ">="), (("not", "fewer", "than"), ">="),
    (("greater", "than"), ">"), (("more", "than"), ">"), (("higher", "than"), ">"),
    (("larger", "than"), ">"), (("less", "than"), "<"), (("fewer", "than"), "<"),
    (("lower", "than"), "<"), (("smaller", "than"), "<"), (("at", "least"), ">="),
    (("at", "most"), "<="), (("exactly",), "="),
    (("later", "than"), ">"), (("earlier", "than"), "<"),
    (("above",), ">"), (("over",), ">"), (("below",), "<"), (("under",), "<"),
    (("after",), ">"), (("before",), "<"), (("since",), ">="), (("until",), "<="),
)  # fmt: skip
# Verbs that hardly say anything: that nothing explains them costs little.
LIGHT = listed(
    """make made come live belong work exist lie appear happen take get got put go name call
    called located contain include people person thing things ones one different each
    every per together
    both same other number amount way there also else"""
)
AVERAGE = frozenset({"average", "mean"})
TOTAL = frozenset({"total", "sum", "altogether", "overall"})
PLACES = frozenset({"place", "city", "country", "location", "town", "region", "state", "address"})
PERSONS = listed(
    """person people human author actor director writer player artist researcher scientist
    employee     customer supplier user member shipper"""
)


@cache
def _by_stem(lines: str) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in lines.strip().splitlines():
        family = frozenset(map(stem, line.split()))
        for word in family:
            found[word] = found.get(word, frozenset()) | family
    return found


def related(phrase: Phrase, *, nouns: bool = False) -> list[Phrase]:
    """Return other words, as sets of stems, for a name of a schema.

    Args:
        phrase: the name's own stems.
        nouns: whether it names a class.

    >>> frozenset({"star"}) in related(frozenset({"act"}))
    True
    >>> related(frozenset({"film"}), nouns=True)
    [frozenset({'movi'}), frozenset({'pictur'})]
    """
    if nouns and len(phrase) > 1:
        return []
    families = _by_stem(_NOUNS if nouns else _FAMILIES)
    others = {other for word in phrase for other in families.get(word, ())} - phrase
    return [frozenset({other}) for other in sorted(others)]


def superlative(word: str) -> tuple[str, bool] | None:
    """Return what a word picks by, and whether by the most.

    It is `time`, `age`, `price`, `number` or `count`.

    >>> superlative("oldest"), superlative("green")
    (('age', False), None)
    """
    return _SUPERLATIVES.get(word)
