"""Synthetic worlds: what is found of the truth, and of who is who, against simpler rules.

python bench/worlds.py [--seeds 5] [--people 250]

A world has people with a true history, and sources that tell of them: each with its own accuracy,
its own spelling of names, its own ids; some copy others. Everything follows from the seed.
`latest` is the paper's rule (the value that arrives last), `majority` the value said most often.
Values are judged on the true grouping, so that the two questions stay apart.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

from knowloom.knowledge.evidence import Evidence
from knowloom.knowledge.policies import Policy
from knowloom.knowledge.project import project
from knowloom.knowledge.record import Value, Values, uid_of_key, uid_of_source_id
from knowloom.ontology.concepts import Attribute, Concept, ConceptRange, Ontology, Scalar
from knowloom.update.clusters import Clusters
from knowloom.update.fit import fit_trust
from knowloom.update.identity import Identity
from knowloom.update.names import tokens
from knowloom.update.profiles import Profile, profile_of
from knowloom.update.scores import Weights

BEGIN, END = date(2010, 1, 1), date(2020, 1, 1)
ONTOLOGY = Ontology(
    [
        Concept(
            name="Person",
            key=("registry",),
            attributes=(
                Attribute(name="registry"),
                Attribute(name="born", range=Scalar.DATE),
                Attribute(name="height", range=Scalar.INT),
                Attribute(name="birthplace"),
                Attribute(name="home"),
                Attribute(name="friends", many=True, range=ConceptRange(("Person",))),
            ),
        )
    ]
)
STATIC = ("born", "height", "birthplace")
JUDGED = (*STATIC, "home")
TOWNS = [
    f"{a}{b}" for a in ("North", "Old", "Lake", "Mill", "Stone") for b in ("ham", "ton", "by")
]


@dataclass(frozen=True)
class World:
    """A type of world.

    Args:
        name: what is hard about it.
        accuracy: the range of the sources' shares of right values.
        copiers: how many of the sources copy another one, at later dates.
        moves: how often people change their home, times a year.
        late: whether records arrive in any order instead of that of their dates.
        people, sources: how many.
        told: the share of home records that tell since when.
        mistaken_births: the share of birth dates that are wrong, in every source.
    """

    name: str
    accuracy: tuple[float, float] = (0.88, 0.98)
    copiers: int = 0
    moves: float = 0.0
    late: bool = False
    people: int = 250
    sources: int = 8
    told: float = 0.6
    mistaken_births: float = 0.005


WORLDS = (
    World("steady"),
    World("drift", moves=0.3),
    World("out of order", moves=0.3, late=True),
    World("unreliable", accuracy=(0.5, 0.97)),
    World("copiers", accuracy=(0.5, 0.97), copiers=3, moves=0.1),
    World("all at once", accuracy=(0.5, 0.97), copiers=2, moves=0.2, late=True),
)


@dataclass
class Person:
    """A person as they are.

    Args:
        number: who.
        name: given name and family name.
        values: what never changes.
        homes: since when they live where, in order.
        friends: others, by number.
    """

    number: int
    name: str
    values: dict[str, Value]
    homes: list[tuple[date, str]]
    friends: list[int] = field(default_factory=list[int])

    def home(self, day: date) -> tuple[date, str]:
        """Return the home on a day and since when it is."""
        return [h for h in self.homes if h[0] <= day][-1]

    def truth(self, attribute: str, day: date = END) -> Value:
        """Return the true value on a day."""
        return self.home(day)[1] if attribute == "home" else self.values[attribute]


@dataclass(frozen=True)
class Said:
    """A record in the world: who is meant, the source's uid for them, and what it says."""

    person: int
    uid: str
    evidence: Evidence


def inhabitants(world: World, chance: random.Random) -> list[Person]:
    """Return the people of a world, one in ten of them a namesake of another."""
    given, family = _invented(chance, 90, 2), _invented(chance, 160, 3)
    people: list[Person] = []
    for number in range(world.people):
        name = f"{chance.choice(given)} {chance.choice(family)}"
        if people and chance.random() < 0.1:
            name = chance.choice(people).name
        values: dict[str, Value] = {
            "born": date(1940, 1, 2) + timedelta(days=chance.randrange(20000)),
            "height": chance.randrange(150, 200),
            "birthplace": chance.choice(TOWNS),
            "registry": f"R{number:05}",
        }
        people.append(Person(number, name, values, list(_homes(world, chance))))
    for person in people:
        person.friends = chance.sample(range(world.people), 3)
    return people


def _homes(world: World, chance: random.Random) -> Iterable[tuple[date, str]]:
    day, home = date(2005, 1, 1) + timedelta(days=chance.randrange(1000)), chance.choice(TOWNS)
    yield day, home
    while world.moves:
        day += timedelta(days=60 + int(chance.expovariate(world.moves) * 365.25))
        if day >= END:
            return
        home = chance.choice([town for town in TOWNS if town != home])
        yield day, home


def _invented(chance: random.Random, number: int, syllables: int) -> list[str]:
    """Return invented names."""
    parts = [a + b for a in "bdfgklmnprstv" for b in ("a", "e", "i", "o", "u", "an", "el", "or")]
    return ["".join(chance.choices(parts, k=syllables)).capitalize() for _ in range(number)]


def tell(world: World, people: Sequence[Person], chance: random.Random) -> list[Said]:
    """Return all that the sources say of the people, in the order of arrival."""
    spread = world.accuracy[1] - world.accuracy[0]
    accuracy = [world.accuracy[0] + spread * i / (world.sources - 1) for i in range(world.sources)]
    said = [
        each
        for number in range(world.copiers, world.sources)
        for person in people
        if chance.random() < 0.65
        for each in _source(
            f"s{number}", number % 3 == 0, accuracy[number], person, world, people, chance
        )
    ]
    original = [each for each in said if each.evidence.source == f"s{world.copiers}"]
    for number in range(world.copiers):
        said.extend(_copied(f"s{number}", original, chance))
    said.sort(key=lambda each: (each.evidence.observed, each.uid, each.evidence.hash))
    if world.late:
        chance.shuffle(said)
    arrival = datetime(2021, 1, 1, tzinfo=UTC)
    return [
        replace(s, evidence=replace(s.evidence, run=i, recorded=arrival + timedelta(minutes=i)))
        for i, s in enumerate(said, 1)
    ]


def _source(
    source: str,
    registered: bool,
    accuracy: float,
    person: Person,
    world: World,
    people: Sequence[Person],
    chance: random.Random,
) -> Iterable[Said]:
    """Yield what one source says of one person: who they are, and where they live at times."""
    uid = uid_of_source_id(source, person.number)
    about: Values = {"name": _spelled(person.name, chance)}
    if registered and chance.random() < 0.8:
        about["registry"] = person.values["registry"]
        uid = uid_of_key("Person", [person.values["registry"]])
    if chance.random() < 0.7:
        wrong = chance.random() < world.mistaken_births
        about["born"] = _false("born", chance) if wrong else person.values["born"]
    for name in ("height", "birthplace"):
        if chance.random() < 0.85:
            right = chance.random() < accuracy
            about[name] = person.values[name] if right else _false(name, chance)
    friends = [people[i] for i in person.friends if chance.random() < 0.6]
    links = {"friends": tuple(f"friend {' '.join(tokens(f.name))}" for f in friends)}
    yield _said(person, uid, source, chance, about, links if friends else {})
    for _ in range(chance.randint(1, 3)):
        yield _housed(person, uid, source, accuracy, world, chance)


def _housed(
    person: Person, uid: str, source: str, accuracy: float, world: World, chance: random.Random
) -> Said:
    """Return what a source says on some day of where a person lives."""
    day = BEGIN + timedelta(days=chance.randrange((END - BEGIN).days))
    since, home = person.home(day)
    if chance.random() >= accuracy:
        home = str(_false("home", chance))
    told = since if chance.random() < world.told else None
    return _said(person, uid, source, chance, {"home": home}, {}, day, told)


def _said(
    person: Person,
    uid: str,
    source: str,
    chance: random.Random,
    values: Values,
    links: Mapping[str, tuple[str, ...]],
    day: date | None = None,
    since: date | None = None,
) -> Said:
    day = day or BEGIN + timedelta(days=chance.randrange((END - BEGIN).days))
    observed = datetime(day.year, day.month, day.day, tzinfo=UTC)
    mark = f"{source} {uid} {day} {sorted(values.items())}"
    evidence = Evidence(
        0, source, observed, mark, "Person", values, links, observed=observed, valid_from=since
    )
    return Said(person.number, uid, evidence)


def _copied(copier: str, original: Iterable[Said], chance: random.Random) -> Iterable[Said]:
    """Yield most of what another source said, under the copier's name and a later date."""
    for said in original:
        if "name" in said.evidence.values or chance.random() < 0.85:
            seen = said.evidence.time + timedelta(days=chance.randint(20, 900))
            seen = min(seen, datetime(2019, 12, 31, tzinfo=UTC))
            values = {n: v for n, v in said.evidence.values.items() if n != "registry"}
            evidence = replace(
                said.evidence,
                source=copier,
                observed=seen,
                values=values,
                hash=f"{copier} {said.evidence.hash}",
            )
            yield Said(said.person, uid_of_source_id(copier, said.person), evidence)


def _false(attribute: str, chance: random.Random) -> Value:
    """Return a value at random, hardly ever the true one."""
    if attribute == "born":
        return date(1940, 1, 2) + timedelta(days=chance.randrange(20000))
    if attribute == "height":
        return chance.randrange(150, 200)
    return chance.choice(TOWNS)


def _spelled(name: str, chance: random.Random) -> str:
    """Return a name as some source spells it."""
    first, last = name.split()
    i = chance.randrange(1, len(last) - 1)
    slip = last[:i] + last[i + 1] + last[i] + last[i + 2 :]
    spellings = [name, f"{last}, {first}", f"{first[0]}. {last}", f"{first} {slip}", name.upper()]
    return chance.choices(spellings, [70, 10, 8, 6, 6])[0]


Rule = Callable[[Sequence[Evidence], date | None], Values]


def latest(evidence: Sequence[Evidence], at: date | None = None) -> Values:
    """Return the value of each attribute that arrived last, as the paper does."""
    return project([replace(e, observed=None, valid_from=None) for e in evidence], ONTOLOGY).values


def majority(evidence: Sequence[Evidence], at: date | None = None) -> Values:
    """Return the value of each attribute that is said most often; of equals the last."""
    counts: dict[str, Counter[Value]] = {}
    for each in sorted(evidence, key=lambda e: -e.run):
        for name, value in each.values.items():
            counts.setdefault(name, Counter())[value] += 1  # type: ignore[index]
    return {name: found.most_common(1)[0][0] for name, found in counts.items()}


def under(policy: Policy) -> Rule:
    """Return projection under a policy as a rule."""

    def shown(evidence: Sequence[Evidence], at: date | None) -> Values:
        return project(evidence, ONTOLOGY, policy, at=at).values

    return shown


def wrong_now(
    people: Sequence[Person], told: Mapping[int, Sequence[Evidence]], rule: Rule
) -> float:
    """Return the share, 0 to 1, of current values that are wrong or missing."""
    wrong = total = 0
    for number, evidence in told.items():
        shown = rule(evidence, None)
        for name in JUDGED:
            if any(name in e.values for e in evidence):
                total += 1
                wrong += shown.get(name) != people[number].truth(name)
    return wrong / total


def right_then(
    people: Sequence[Person],
    told: Mapping[int, Sequence[Evidence]],
    rule: Rule,
    chance: random.Random,
) -> float:
    """Return the share, 0 to 1, of past homes that are right, where the world determines them.

    It does where people say rightly that they lived there before that day and after it, and no
    more sources speak of that time wrongly than rightly.
    """
    right = total = 0
    for number, evidence in told.items():
        for _ in range(4):
            day = BEGIN + timedelta(days=chance.randrange((END - BEGIN).days))
            home = people[number].home(day)
            if _determined(people[number], [e for e in evidence if "home" in e.values], day):
                total += 1
                right += rule(evidence, day).get("home") == home[1]
    return right / total


def _determined(person: Person, evidence: Iterable[Evidence], day: date) -> bool:
    """Return whether what is said determines where a person lived on a day."""
    home = person.home(day)
    said = [e for e in evidence if person.home(e.time.date()) == home]
    true = [e for e in said if e.values["home"] == home[1]]
    before, after = any(e.begins <= day for e in true), any(e.time.date() >= day for e in true)
    sources = {e.source: e.values["home"] == home[1] for e in said}
    return before and after and sum(sources.values()) * 2 > len(sources)


def f1(groups: Iterable[Iterable[str]], person: Mapping[str, int]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of the pairs that are together in a group, 0 to 1."""
    found = {pair for group in groups for pair in combinations(sorted(group), 2)}
    truth: dict[int, list[str]] = {}
    for uid, number in person.items():
        truth.setdefault(number, []).append(uid)
    right = {pair for uids in truth.values() for pair in combinations(sorted(uids), 2)}
    precision = len(found & right) / max(len(found), 1)
    recall = len(found & right) / max(len(right), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def same_name(profiles: Iterable[Profile]) -> list[list[str]]:
    """Return the groups of the paper's rule: one name, one person."""
    groups: dict[str, list[str]] = {}
    for profile in profiles:
        groups.setdefault(profile.names[0].casefold(), []).append(profile.uid)
    return list(groups.values())


def profiles_of(said: Iterable[Said]) -> tuple[list[Profile], dict[str, int]]:
    """Return what each source's id stands for, and for whom it stands in truth."""
    by_uid: dict[str, list[Evidence]] = {}
    person: dict[str, int] = {}
    for each in said:
        by_uid.setdefault(each.uid, []).append(each.evidence)
        person[each.uid] = each.person
    return [profile_of(uid, found, ONTOLOGY) for uid, found in by_uid.items()], person


def identified(profiles: Sequence[Profile], *, fit: bool) -> Clusters:
    """Return the clusters at the shipped weights, or at weights fitted to these profiles."""
    identity = Identity(ONTOLOGY)
    identity.update(profiles)
    if fit:
        weights: Weights = identity.fit()
        identity = Identity(ONTOLOGY, weights)
        identity.update(profiles)
    return identity.clusters()


def fused(clusters: Clusters, profiles: Iterable[Profile]) -> int:
    """Return how many clusters hold two people with different keys."""
    keys = {p.uid: p.keys for p in profiles}
    return sum(len({k for uid in g for k in keys[uid]}) > 1 for g in clusters.groups)


def judge(world: World, seed: int) -> dict[str, float]:
    """Return all figures of one world."""
    chance = random.Random(f"{world.name} {seed}")
    people = inhabitants(world, chance)
    said = tell(world, people, chance)
    told: dict[int, list[Evidence]] = {}
    for each in said:
        told.setdefault(each.person, []).append(each.evidence)
    ours = under(Policy(single="truth-discovery", trust=fit_trust(told.values(), ONTOLOGY)))
    profiles, person = profiles_of(said)
    shipped, fitted = identified(profiles, fit=False), identified(profiles, fit=True)
    precision, recall, both = f1(fitted.groups, person)
    return {
        "latest": wrong_now(people, told, latest),
        "majority": wrong_now(people, told, majority),
        "latest-valid": wrong_now(people, told, under(Policy(single="latest-valid"))),
        "ours": wrong_now(people, told, ours),
        "then": right_then(people, told, ours, random.Random(seed)),
        "then latest-valid": right_then(
            people, told, under(Policy(single="latest-valid")), random.Random(seed)
        ),
        "same name": f1(same_name(profiles), person)[2],
        "shipped": f1(shipped.groups, person)[2],
        "shipped precision": f1(shipped.groups, person)[0],
        "fitted": both,
        "precision": precision,
        "recall": recall,
        "review": float(len(fitted.review)),
        "fused": float(fused(shipped, profiles) + fused(fitted, profiles)),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--people", type=int, default=250)
    options = parser.parse_args()
    started = time.perf_counter()
    for kind in WORLDS:
        world = replace(kind, people=options.people)
        runs = [judge(world, seed) for seed in range(options.seeds)]
        print(f"\n{world.name} ({time.perf_counter() - started:.0f} s so far)")
        for name in runs[0]:
            found = [run[name] for run in runs]
            mean = sum(found) / len(found)
            print(f"  {name:18} {mean:8.4f}   {min(found):8.4f} to {max(found):8.4f}")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
