"""Where a new name belongs: another name of a known one, below one or more, between, or a root.

Equivalence is decided before parenthood (items 22 to 24): equal names but for case, punctuation
and plural are the same at once; names and definitions that are alike, or a definition that gives
a known name as another one, are for a person to decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from knowloom.ontology.align import normal_form
from knowloom.taxonomy.candidates import candidates
from knowloom.taxonomy.index import Entry, Index
from knowloom.taxonomy.near import Near, near
from knowloom.taxonomy.questions import New
from knowloom.taxonomy.rank import Scorer
from knowloom.taxonomy.words import sort_of, tokens, without_es

SHORTLIST = 10
_SAME_NAME, _SAME_TEXT = 0.9, 0.75
_SECOND, _SECOND_OF_BEST = 0.25, 0.6  # the least share of a second parent, alone and of the best
_ALSO = re.compile(
    r"(?:also|formerly|sometimes|better|otherwise|commonly)\s+(?:known|called|named)(?:\s+as)?|"
    r"\bsynonym(?:ous)?\s+(?:of|for|with)|\bshort for\b|\babbreviat\w+\s+(?:of|for)",
    re.IGNORECASE,
)
_REACH = 80  # characters behind `also known as` in which the other name stands


class Where(StrEnum):
    """What a new name is to the known ones."""

    SAME = "same"  # another name of a known one
    BELOW = "below"
    BETWEEN = "between"  # below a known one, and above some of its children
    ROOT = "root"  # nothing known is above it


class Band(StrEnum):
    """Who decides about a name that may be another name of a known one."""

    AUTOMATIC = "automatic"
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a new name should go.

    Args:
        new: the name.
        where: what it is to the known names.
        same: the known name that it is another name of; empty for the other kinds.
        band: who decides about that.
        parents: the names above it, the likeliest first.
        taking: names that move below it.
        confidence: from 0 to 1, how likely this is right.
        shortlist: the best candidates with their shares, which make 1 over all candidates.
        why: sentences that speak for it.
        by: what placed it.
    """

    new: New
    where: Where
    same: str = ""
    band: Band = Band.REVIEW
    parents: tuple[str, ...] = ()
    taking: tuple[str, ...] = ()
    confidence: float = 0.0
    shortlist: tuple[tuple[str, float], ...] = ()
    why: tuple[str, ...] = ()
    by: str = ""


Aliases = Mapping[str, str]


def ranked(
    index: Index, entry: Entry, scorer: Scorer, close: Near | None = None
) -> list[tuple[str, float]]:
    """Return all candidates with their shares, best first; the stage before is `candidates`."""
    close = near(index, entry) if close is None else close
    nodes = candidates(index, entry, close)
    shares = scorer.shares(index, entry, close, nodes)
    order = sorted(range(len(nodes)), key=lambda i: (-shares[i], nodes[i]))
    return [(index.names[nodes[i]], shares[i]) for i in order]


def place(index: Index, entry: Entry, scorer: Scorer, aliases: Aliases | None = None) -> Placement:
    """Return where a new name belongs.

    Args:
        index: of what is known.
        entry: of the new name.
        scorer: judges candidates.
        aliases: other names of the known ones, in normal form.
    """
    if not len(index):
        return Placement(new=entry.new, where=Where.ROOT, why=("nothing is known yet",))
    if (same := _same_name(index, entry, aliases or {})) is not None:
        known, why = same
        return Placement(
            new=entry.new,
            where=Where.SAME,
            same=known,
            band=Band.AUTOMATIC,
            confidence=0.99,
            why=(why,),
            by="names",
        )
    close = near(index, entry)
    found = ranked(index, entry, scorer, close)
    if (likely := _alike(index, entry, close, found)) is not None:
        known, sure, why = likely
        return Placement(
            new=entry.new,
            where=Where.SAME,
            same=known,
            confidence=sure,
            parents=_parents(index, found),
            shortlist=tuple(found[:SHORTLIST]),
            why=(why,),
            by=scorer.name,
        )
    return below(index, entry, scorer, found)


def below(
    index: Index,
    entry: Entry,
    scorer: Scorer,
    found: Sequence[tuple[str, float]],
    chosen: tuple[str, ...] = (),
) -> Placement:
    """Return the place below the best candidates, or those that were chosen from them."""
    parents = chosen or _parents(index, found)
    taking = tuple(_taking(index, entry, parents))
    share = dict(found).get(parents[0], 0.0)
    why = [f"{name}: {part:.0%} of the shares" for name, part in found[:3]]
    why += [f"{child} seems to be below it" for child in taking]
    return Placement(
        new=entry.new,
        where=Where.BETWEEN if taking else Where.BELOW,
        parents=parents,
        taking=taking,
        confidence=round(scorer.sureness(share), 4),
        shortlist=tuple(found[:SHORTLIST]),
        why=tuple(why),
        by=scorer.name,
    )


def _same_name(index: Index, entry: Entry, aliases: Aliases) -> tuple[str, str] | None:
    """Return the known name that is the same word for word, and why."""
    for said in (entry.new.name, *entry.new.aliases):
        for form in forms(said):
            if form in aliases:
                return aliases[form], f"{said!r} is a name of {aliases[form]}"
    for words in (entry.words, tokens(without_es(entry.new.name))):
        for node in index.by_name.get(words, ()) if words else ():
            return index.names[node], f"its name is {index.names[node]} but for case and plural"
    return None


def forms(name: str) -> tuple[str, ...]:
    """Return the normal forms in which a name is looked up, the likeliest first.

    Marks alone have none: else all of them would be the same name.

    >>> forms("statuses"), forms("Status"), forms("!!!")
    (('statuse', 'status'), ('status',), ())
    """
    return tuple(form for said in (name, without_es(name)) if said and (form := normal_form(said)))


def _alike(
    index: Index, entry: Entry, close: Near, found: Sequence[tuple[str, float]]
) -> tuple[str, float, str] | None:
    """Return the known name that may mean the same, how sure that is, and why."""
    known = [name for name, _ in found[:SHORTLIST]]
    for name in _other_names(entry.new.definition):
        for node in index.by_name.get(_words(name), ()):
            if index.parents[node]:
                return index.names[node], 0.6, f"its definition calls it {name!r} as well"
    for name in dict.fromkeys([*known, *(c for n in known[:3] for c in _children(index, n))]):
        node = index.ids[name]
        other = index.entries[node]
        if not (entry.defined and other.defined and index.parents[node]):
            continue
        names, texts = float(close.name[node]), float(close.text[node])
        if names > _SAME_NAME and texts > _SAME_TEXT:
            alike = min(0.95, (names + texts) / 2 - 0.1)
            return (
                name,
                round(alike, 4),
                f"names ({names:.2f}) and definitions ({texts:.2f}) agree",
            )
    return None


def _other_names(definition: str) -> Iterator[str]:
    """Yield what a definition gives as another name."""
    for match in _ALSO.finditer(definition):
        behind = definition[match.end() : match.end() + _REACH]
        yield re.split(r"[,;:.()]|\b(?:is|are|was|and|or|which|that)\b", behind)[0].strip(" \"'“”")


def _words(name: str) -> tuple[str, ...]:
    return tuple(w for w in tokens(name) if w not in {"a", "an", "the"})


def _parents(index: Index, found: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    """Return the best candidate, and a second one that is nearly as good and says something else.

    Neither may be above the other, and both must hang from the same root.
    """
    if not found:
        return ()
    best, share = found[0]
    parents = [best]
    ups = index.above(index.ids[best])
    roots = {n for n in ups if not index.parents[n]}
    for name, part in found[1:3]:
        if part < _SECOND or part < _SECOND_OF_BEST * share:
            break
        other = index.above(index.ids[name])
        apart = index.ids[name] not in ups and index.ids[best] not in other
        if apart and roots == {n for n in other if not index.parents[n]}:
            parents.append(name)
            break
    return tuple(parents)


def _taking(index: Index, entry: Entry, parents: Sequence[str]) -> Iterator[str]:
    """Yield children of the parents that the new name should stand above.

    Only what the words say counts: the child's name ends with the new name (`toy dog` below
    `dog`), or its definition gives the new name as its genus.
    """
    words = entry.words
    for node in dict.fromkeys(c for p in parents for c in index.children[index.ids[p]]):
        child = index.entries[node]
        longer = len(child.words) > len(words) and child.words[-len(words) :] == words
        genera = [phrase for phrase in child.meaning.genera if not sort_of(phrase)]
        told = any(phrase[-len(words) :] == words for phrase in genera[:1])
        if words and (longer or told) and index.names[node] not in parents:
            yield index.names[node]


def _children(index: Index, name: str) -> list[str]:
    return [index.names[c] for c in index.children[index.ids[name]][:200]]


def described(placement: Placement) -> str:
    """Return a placement in a few words.

    >>> described(Placement(new=New("dogs"), where=Where.SAME, same="dog"))
    'another name of dog'
    """
    if placement.where is Where.SAME:
        return f"another name of {placement.same}"
    if placement.where is Where.ROOT:
        return "a root"
    said = f"below {', '.join(placement.parents)}"
    return said + (f", above {', '.join(placement.taking)}" if placement.taking else "")
