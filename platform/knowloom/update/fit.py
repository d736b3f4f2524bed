"""Fitting: how accurate sources are, who copies from whom, how attributes behave.

Accuracies and the truth are found together, each from the other, as in Dong, Berti-Equille and
Srivastava, "Integrating Conflicting Data: The Role of Source Dependence" (VLDB 2009): section 3
for copying, section 4 for accuracy. How often a value changes is the rate that makes what was said
most probable. Nothing here runs but by an explicit `update fit`: what it returns is part of the
policy version.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from knowloom.knowledge.evidence import Evidence, in_order
from knowloom.knowledge.policies import tolerance_of
from knowloom.knowledge.record import Value
from knowloom.knowledge.truth import Course, Trust, Word, agree, course, words
from knowloom.ontology.concepts import Attribute, Ontology

RATES = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0)
"""Changes a year that are tried for each attribute."""
_EVERYWHERE, _LOCALLY = 4.0, 10.0
"""How many claims the belief in unknown sources, and in a source as a whole, counts for."""
_COPYING, _COPIED = 0.1, 0.8
"""How probable it is beforehand that one source copies from another, and what share it copies."""
_MOST_VARIETY = 1000
NOTHING_DECLARED: Mapping[str, float] = {}


class Topic(NamedTuple):
    """All that is said of one attribute of one thing, in the order said."""

    attribute: str
    claims: tuple[tuple[Value, Evidence], ...]
    tolerance: float = 0.0


@dataclass
class _Shared:
    """What two sources say of the same things, as expected numbers.

    Args:
        true: both say the same and are right.
        false: both say the same and are wrong.
        differ: they say different things.
        later: the part of `false` in which the first of the two is the later.
    """

    true: float = 0.0
    false: float = 0.0
    differ: float = 0.0
    later: float = 0.0


@dataclass
class _Judged:
    """What one round finds.

    Args:
        right: (source, attribute) to the expected number of right claims.
        said: (source, attribute) to the number of claims.
        shared: pairs of sources, in order, to what they share.
    """

    right: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    said: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    shared: defaultdict[tuple[str, str], _Shared] = field(
        default_factory=lambda: defaultdict[tuple[str, str], _Shared](_Shared)
    )


def fit_trust(
    things: Iterable[Sequence[Evidence]],
    ontology: Ontology,
    tolerance: Mapping[str, float] = NOTHING_DECLARED,
    *,
    rounds: int = 6,
) -> Trust:
    """Return what the standing evidence of many things teaches about sources and attributes.

    Args:
        things: the evidence of each thing, after identity.
        ontology: tells which attributes hold one value; only those can contradict each other.
        tolerance: attribute to the share by which its numbers may differ and still agree.
        rounds: how often accuracies and truth are found from each other.
    """
    things = [in_order(evidence) for evidence in things]
    topics = [t for evidence in things for t in _topics(evidence, ontology, tolerance)]
    trust = Trust(variety=_variety(topics), functionality=functionality(things))
    for number in range(rounds):
        if number in (1, rounds - 1):
            trust = replace(trust, change=_change(topics, trust))
        trust = _learn(_judge(topics, trust), trust)
    return trust


def functionality(things: Iterable[Sequence[Evidence]]) -> dict[str, float]:
    """Return attribute to the mean of 1 / number of different values a thing has, 0 to 1.

    Only things of which more than one source speaks count: from one voice alone every attribute
    seems to have one value.
    """
    total: Counter[str] = Counter()
    shares: dict[str, float] = {}
    for evidence in things:
        said: dict[str, dict[str, tuple[Value, ...]]] = {}
        for each in evidence:
            for name, value in each.values.items():
                found = tuple(value) if isinstance(value, list) else (value,)
                said.setdefault(name, {})[each.source] = found
        for name, by_source in said.items():
            if len(by_source) > 1:
                different = _distinct(v for found in by_source.values() for v in found)
                total[name] += 1
                shares[name] = shares.get(name, 0.0) + 1 / max(len(different), 1)
    return {name: shares[name] / total[name] for name in sorted(shares)}


def _topics(
    evidence: Sequence[Evidence], ontology: Ontology, tolerance: Mapping[str, float]
) -> Iterator[Topic]:
    """Yield what is said of each attribute of a thing that holds one value."""
    attributes: dict[str, Attribute] = {}
    for concept in ontology.most_specific(e.concept for e in evidence):
        attributes.update(ontology.attributes(concept))
    for name, attribute in attributes.items():
        if attribute.many or name == "name":
            continue
        claims = [(v, e) for e in evidence if (v := _single(e, attribute)) is not None]
        if claims:
            yield Topic(name, tuple(claims), tolerance_of(attribute, tolerance))


def _single(evidence: Evidence, attribute: Attribute) -> Value | None:
    if attribute.is_link:
        return next(iter(evidence.links.get(attribute.name, ())), None)
    value = evidence.values.get(attribute.name)
    return None if isinstance(value, list) else value


def _variety(topics: Iterable[Topic]) -> dict[str, int]:
    """Return how many false values each attribute has, as many as are ever said less the true."""
    found: dict[str, set[Value]] = {}
    for topic in topics:
        found.setdefault(topic.attribute, set()).update(value for value, _ in topic.claims)
    return {name: min(max(len(v) - 1, 2), _MOST_VARIETY) for name, v in sorted(found.items())}


def _change(topics: Sequence[Topic], trust: Trust) -> dict[str, float]:
    """Return for each attribute the rate under which what is said is most probable."""
    by_attribute: dict[str, list[Topic]] = {}
    for topic in topics:
        if len(topic.claims) > 1:
            by_attribute.setdefault(topic.attribute, []).append(topic)
    rates: dict[str, float] = {}
    for name, found in sorted(by_attribute.items()):
        said = [(t, words(t.claims, name, trust)) for t in found]
        rates[name] = max(RATES, key=lambda rate: _likelihood(said, trust, rate))
    return rates


def _likelihood(said: Iterable[tuple[Topic, list[Word]]], trust: Trust, rate: float) -> float:
    changed = replace(trust, change={topic.attribute: rate for topic, _ in said})
    return sum(_course(topic, found, changed).likelihood for topic, found in said)


def _course(topic: Topic, said: Sequence[Word], trust: Trust) -> Course:
    return course(
        said,
        variety=trust.variety.get(topic.attribute, trust.variety_unknown),
        change=trust.change.get(topic.attribute, 0.0),
        tolerance=topic.tolerance,
    )


def _judge(topics: Iterable[Topic], trust: Trust) -> _Judged:
    """Return how often each source is right, and what sources share, given what is believed."""
    judged = _Judged()
    for topic in topics:
        said = words(topic.claims, topic.attribute, trust)
        found = _course(topic, said, trust)
        belief = [_right(word, found, topic.tolerance) for word in said]
        for word, right in zip(said, belief, strict=True):
            place = (word.by.source, topic.attribute)
            judged.right[place] += right * word.weight  # type: ignore[assignment]
            judged.said[place] += word.weight  # type: ignore[assignment]
        _share(judged, said, belief, topic.tolerance)
    return judged


def _right(word: Word, found: Course, tolerance: float) -> float:
    """Return how probable it is that a word was right on the day of which it speaks."""
    shares = found.on(word.by.begins.toordinal())
    pairs = zip(found.candidates, shares, strict=True)
    return min(sum(p for v, p in pairs if agree(v, word.value, tolerance)), 1.0)


def _share(
    judged: _Judged, said: Sequence[Word], belief: Sequence[float], tolerance: float
) -> None:
    """Count what each two sources share on one topic, by the last word of each."""
    last = {word.by.source: i for i, word in enumerate(said)}
    for one in sorted(last):
        for other in sorted(last):
            if one >= other:
                continue
            a, b = last[one], last[other]
            shared = judged.shared[one, other]
            if not agree(said[a].value, said[b].value, tolerance):
                shared.differ += 1
                continue
            shared.true += belief[a]
            shared.false += 1 - belief[a]
            shared.later += (1 - belief[a]) * (a > b)


def _learn(judged: _Judged, trust: Trust) -> Trust:
    """Return the accuracies and copiers that a round's judgements amount to.

    The accuracy of a source in an attribute leans on its accuracy as a whole, and that on the
    accuracy of unknown sources (Beta priors).
    """
    right: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for (source, attribute), number in judged.said.items():
        right[source] += judged.right[source, attribute]
        said[source] += number
    accuracy: dict[str, dict[str, float]] = {}
    for source in sorted(said):
        whole = (right[source] + _EVERYWHERE * trust.accuracy_unknown) / (
            said[source] + _EVERYWHERE
        )
        accuracy[source] = {"": whole}
    for (source, attribute), number in sorted(judged.said.items()):
        whole = accuracy[source][""]
        good = judged.right[source, attribute] + _LOCALLY * whole
        accuracy[source][attribute] = good / (number + _LOCALLY)
    return replace(trust, accuracy=accuracy, copies=_copies(judged, trust, accuracy))


def _copies(
    judged: _Judged, trust: Trust, accuracy: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    """Return copier to original to how probable it is that one copies from the other.

    The direction is told by who says the shared mistakes later.
    """
    varieties = sorted(trust.variety.values()) or [trust.variety_unknown]
    variety = varieties[len(varieties) // 2]
    copies: dict[str, dict[str, float]] = {}
    for (one, other), shared in sorted(judged.shared.items()):
        accuracies = accuracy[one][""], accuracy[other][""]
        probability = _dependence(shared, accuracies, variety)
        later = (shared.later + 0.5) / (shared.false + 1)
        for copier, original, share in ((one, other, later), (other, one, 1 - later)):
            if probability * share > 0.05:
                copies.setdefault(copier, {})[original] = probability * share
    return copies


def _dependence(shared: _Shared, accuracies: tuple[float, float], variety: int) -> float:
    """Return how probable it is, 0 to 1, that one of two sources copies (section 3.2).

    Sharing what is true says little, for the truth is there to be found; sharing what is false
    says much, since there are many ways to be wrong.
    """
    a, b = (min(max(each, 0.05), 0.95) for each in accuracies)
    true, false = a * b, (1 - a) * (1 - b) / variety
    differ = max(1 - true - false, 1e-9)
    mean = (a + b) / 2
    ratio = shared.true * math.log((mean * _COPIED + true * (1 - _COPIED)) / true)
    ratio += shared.false * math.log(((1 - mean) * _COPIED + false * (1 - _COPIED)) / false)
    ratio += shared.differ * math.log((differ * (1 - _COPIED)) / differ)
    odds = math.log(_COPYING / (1 - _COPYING)) + ratio
    return 1 / (1 + math.exp(-max(min(odds, 50.0), -50.0)))


def _distinct(values: Iterable[Value]) -> list[Value]:
    """Return values without those that agree with an earlier one."""
    found: list[Value] = []
    for value in values:
        if not any(agree(value, v) for v in found):
            found.append(value)
    return found
