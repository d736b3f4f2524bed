"""Large made-up ontologies that look like real ones, the same for the same seed (item 17).

Their proportions are those of a library taken from a public knowledge base: thousands of entity
types in a hierarchy, some with several parents, most of them described.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from random import Random

from knowloom.ontology.concepts import (
    ENDS,
    Attribute,
    Concept,
    ConceptRange,
    Enumeration,
    Kind,
    Range,
    Scalar,
)
from knowloom.ontology.hierarchy import Unlinearisable, linearised
from knowloom.ontology.names import attribute_name, relationship_type

_HEADS = (
    "Animal Archive Artwork Award Band Bank Battery Bay Beverage Bird Book Bridge Building "
    "Camera Canal Castle Cathedral Chemical City Club College Company Compound Council Country "
    "Court Dance Device Disease Dish District Document Dynasty Engine Enzyme Fabric Factory Farm "
    "Festival Film Fish Forest Fossil Fruit Game Garden Gene Glacier Harbour Hospital Hotel "
    "Insect Instrument Island Journal Lake Language Law Library Machine Magazine Mammal Market "
    "Material Medicine Meteorite Mineral Mission Monument Mountain Museum Newspaper Office "
    "Opera Orchestra Organ Painting Palace Park Party Person Plant Poem Port Prison Programme "
    "Protein Railway Region Reptile River Road Robot School Ship Shop Song Species Sport Stadium "
    "Star Station Street Team Temple Theatre Tool Tower Town Treaty Tunnel Union Valley Vehicle "
    "Village Vineyard Volcano Weapon Web Wine Worker Writer"
)
_MODIFIERS = (
    "Abandoned Academic Agricultural Alpine Ancient Aquatic Arctic Artificial Atlantic Baroque "
    "Botanical Bronze Ceramic Civic Classical Coastal Colonial Commercial Cultural Deep Desert "
    "Digital Domestic Early Eastern Educational Electric Experimental Federal Fictional Folk "
    "Fortified Freight Glass Gothic Heavy High Historic Hybrid Imperial Independent Industrial "
    "Inland International Iron Italian Late Legal Light Linear Local Long Lunar Marine Maritime "
    "Mechanical Medical Medieval Military Minor Mobile Modern Modular Mountain Municipal Musical "
    "National Native Natural Naval Northern Nuclear Oceanic Optical Oriental Orthodox Pacific "
    "Parish Passenger Polar Political Popular Portable Prehistoric Printed Private Provincial "
    "Public Radio Rail Regional Religious Remote Roman Royal Rural Sacred Scientific Secondary "
    "Short Small Social Solar Southern Stone Subterranean Symphonic Technical Temporary Thermal "
    "Traditional Tropical Underground Urban Vertical Virtual Visual Western Wild Winter Wooden"
)
_EVENT_HEADS = (
    "Accident Acquisition Attack Auction Battle Ceremony Conference Construction Contest Crossing "
    "Discovery Earthquake Election Eruption Exhibition Expedition Flood Founding Launch Lecture "
    "Marriage Match Meeting Merger Migration Performance Protest Publication Race Rescue Season "
    "Siege Storm Strike Summit Tournament Trial Visit Voyage War"
)
_VERBS = (
    "Adapted Admired Advised Attended Based Born Bred Built Buried Carried Commissioned Composed "
    "Conserved Cultivated Dedicated Derived Designed Discovered Edited Educated Employed Endorsed "
    "Exhibited Financed Followed Found Governed Housed Inspired Invented Joined Kept Led Licensed "
    "Located Made Managed Married Mined Named Operated Owned Painted Played Produced Published "
    "Recorded Represented Restored Ruled Sold Sponsored Studied Taught Trained Translated Used "
    "Visited Won Written"
)
_PREPOSITIONS = "About After Against Among At Before Behind By For From In Near Of On To With"
_PLAIN: Sequence[tuple[str, Range]] = (
    ("height", Scalar.FLOAT),
    ("length", Scalar.FLOAT),
    ("mass", Scalar.FLOAT),
    ("area", Scalar.FLOAT),
    ("population", Scalar.INT),
    ("number of members", Scalar.INT),
    ("floor count", Scalar.INT),
    ("inception", Scalar.DATE),
    ("opened", Scalar.DATE),
    ("closed", Scalar.DATE),
    ("last inspected", Scalar.DATETIME),
    ("motto", Scalar.STR),
    ("inventory number", Scalar.STR),
    ("official website", Scalar.STR),
    ("is protected", Scalar.BOOL),
    ("is open to the public", Scalar.BOOL),
    ("condition", Enumeration(("intact", "damaged", "ruined"))),
)
_LINKS = (
    "named after",
    "part of",
    "owner",
    "operator",
    "architect",
    "located in",
    "country of origin",
    "main subject",
    "followed by",
    "maintained by",
)


_SYLLABLES = "al an ar bel bor dal el en fen gar hol in kal lin mor nor or ost ram sel tor ul ven"


def generated(
    seed: int = 0, *, entities: int = 29_177, relations: int = 876, events: int = 519
) -> list[Concept]:
    """Return concepts that form a faultless ontology, each after its parents.

    The default numbers are those of the library in S1 §2.2, 30,572 in all.

    Args:
        seed: equal seeds give equal concepts.
        entities, relations, events: how many of each kind.

    >>> [c.name for c in generated(entities=2, relations=1, events=0)][:2]
    ['Animal', 'Archive']
    """
    random = Random(seed)
    things = _hierarchy(random, Kind.ENTITY, _HEADS.split(), entities)
    ranges = list(things)[: max(1, entities // 10)] if things else [Kind.ENTITY.value]
    links = [
        Attribute(
            name=attribute_name(text),
            range=ConceptRange((random.choice(ranges),)),
            many=random.random() < 0.5,
        )
        for text in _LINKS
    ]
    plain = [Attribute(name=attribute_name(text), range=r) for text, r in _PLAIN]
    happenings = _hierarchy(
        random, Kind.EVENT, [h for h in _EVENT_HEADS.split() if h not in things], events
    )
    return [
        *(_dressed(n, parents, [*plain, *links], random) for n, parents in things.items()),
        *(
            _dressed(n, parents, [*plain[7:10], *links], random)
            for n, parents in happenings.items()
        ),
        *_relations(random, ranges, relations),
    ]


def _hierarchy(
    random: Random, root: Kind, heads: Sequence[str], count: int
) -> dict[str, tuple[str, ...]]:
    """Return `count` names with their parents, first the heads, then ever more special ones."""
    made: list[str] = []
    known: dict[str, tuple[str, ...]] = {root.value: (root.value,)}
    found: dict[str, tuple[str, ...]] = {}
    for number in range(count):
        if number < len(heads):
            name = heads[number]
            parents: tuple[str, ...] = (root.value,)
        else:
            first = random.choice(made)
            name = _special(first, random, found)
            parents = _parents(name, first, made, known, random)
        found[name] = parents
        known[name] = linearised(name, parents, known)
        made.append(name)
    return found


def _special(general: str, random: Random, taken: Container[str]) -> str:
    """Return a free name for a kind of `general`: another modifier before its last two words."""
    words = "".join(c if c.islower() else f" {c}" for c in general).split()
    kept = words[-2:] if random.random() < 0.5 else words[-1:]
    while (name := "".join([random.choice(_MODIFIERS.split()), *kept])) in taken:
        kept = [random.choice(_MODIFIERS.split()), *words[-1:]]
    return name


def _parents(
    name: str,
    first: str,
    made: Sequence[str],
    known: Mapping[str, tuple[str, ...]],
    random: Random,
) -> tuple[str, ...]:
    """Return `first` and, for about one in seven, unrelated further parents that go with it."""
    parents: tuple[str, ...] = (first,)
    for _ in range(random.choices((0, 1, 2), (85, 12, 3))[0]):
        other = random.choice(made)
        if not any(other in known[p] or p in known[other] for p in parents):
            try:
                linearised(name, (*parents, other), known)
            except Unlinearisable:
                continue
            parents = (*parents, other)
    return parents


def _dressed(
    name: str, parents: tuple[str, ...], pool: Sequence[Attribute], random: Random
) -> Concept:
    """Return a concept with some of the attributes in `pool`, a description and examples."""
    words = " ".join(_words(name))
    own = random.sample(pool, k=random.choices((0, 1, 2, 4), (70, 15, 10, 5))[0])
    described = random.random() < 0.9
    return Concept(
        name=name,
        parents=parents,
        attributes=tuple(own),
        description=f"{words}, as it is found in registers and guides." if described else "",
        description_origin="generated.v1" if described else "",
        examples=tuple(_proper_names(words, random)),
        title=words,
    )


def _proper_names(words: str, random: Random) -> Iterator[str]:
    """Yield up to ten distinct made-up names of a thing."""
    seen: set[str] = set()
    for _ in range(random.choices((0, 3, 10), (30, 40, 30))[0]):
        name = "".join(random.choices(_SYLLABLES.split(), k=3)).capitalize()
        if name not in seen:
            seen.add(name)
            yield f"{name} {words.rsplit(maxsplit=1)[-1]}"


def _relations(random: Random, ranges: Sequence[str], count: int) -> Iterator[Concept]:
    """Yield relations; about one in six is a special case of an earlier one."""
    taken = {relationship_type(attribute_name(text)) for text in _LINKS}
    made: list[str] = []
    since = Attribute(name="since", range=Scalar.DATE)
    while len(made) < count:
        name = random.choice(_VERBS.split()) + random.choice(_PREPOSITIONS.split())
        name += random.choice(_HEADS.split()) if random.random() < 0.5 else ""
        if relationship_type(name) in taken:
            continue
        taken.add(relationship_type(name))
        special = bool(made) and random.random() < 0.16
        ends = [] if special else [_end(end, random.choice(ranges)) for end in ENDS]
        yield Concept(
            name=name,
            parents=(random.choice(made) if special else Kind.RELATION.value,),
            attributes=(*ends, *([since] if random.random() < 0.2 else [])),
            description=f"the head is {' '.join(_words(name))} the tail.",
        )
        made.append(name)


def _end(name: str, concept: str) -> Attribute:
    """Return one end of a relation, narrowed to a concept."""
    return Attribute(name=name, range=ConceptRange((concept,)), required=True)


def _words(name: str) -> list[str]:
    """Return the words of a concept name in small letters."""
    return "".join(c if c.islower() else f" {c.lower()}" for c in name).split()
