"""The building blocks of planned programs: each function goes into a program with what it calls.

They are written in the Python that both tiers of the sandbox run, need nothing but `math` and
`random`, and give the same bytes each time. A group is a list of a key (an object or a value) and
the things in it; a table knows the uids behind each row.

Tests: Mann (1945) and Kendall (1975) for trends, with the correction for ties; Pearson's
chi-square and Fisher's exact test for shares; Mann and Whitney (1947) for two samples, normal
approximation with ties and continuity; percentile bootstrap (Efron 1979) for intervals.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

Group = tuple[Any, list[Any]]


def several(value: Any) -> list[Any]:
    """Return a value as a list; nothing is none."""
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]  # pyright: ignore


def identity(key: Any) -> Any:
    """Return what tells one key from another: the uid of an object, a value itself."""
    return key.uid if hasattr(key, "uid") else key


def called(key: Any) -> Any:
    """Return how a key is shown: the name of an object, a value itself."""
    return (key.name or key.uid) if hasattr(key, "uid") else key


def distinct(keys: list[Any]) -> list[Any]:
    """Return keys, each once."""
    once: dict[Any, Any] = {}
    for key in keys:
        once.setdefault(identity(key), key)
    return list(once.values())


def inverted(owners: list[Any], targets_of: Callable[[Any], list[Any]]) -> dict[str, list[Any]]:
    """Return, by the uid of each target, the owners that lead to it."""
    found: dict[str, list[Any]] = {}
    for owner in owners:
        for target in distinct(targets_of(owner)):
            found.setdefault(target.uid, []).append(owner)
    return found


def grouped(things: list[Any], keys_of: Callable[[Any], list[Any]]) -> list[Group]:
    """Return things by key; a thing is in the group of each of its keys."""
    found: dict[Any, Group] = {}
    for thing in things:
        for key in distinct(keys_of(thing)):
            found.setdefault(identity(key), (key, []))[1].append(thing)
    return list(found.values())


def uids_of(things: list[Any]) -> list[str]:
    """Return the uids of objects."""
    return [thing.uid for thing in things]


def known(things: list[Any], value_of: Callable[[Any], Any]) -> list[Any]:
    """Return the values of things, without those that are not known."""
    return [value for thing in things if (value := value_of(thing)) is not None]


def total(values: list[Any]) -> Any:
    """Return the sum; None of nothing."""
    if not values:
        return None
    if all(isinstance(value, int) for value in values):
        return sum(values)
    return math.fsum(values)


def mean(values: list[Any]) -> float | None:
    """Return the arithmetic mean; None of nothing."""
    return math.fsum(values) / len(values) if values else None


def quantile(values: list[Any], part: float) -> float | None:
    """Return a quantile, linear between the two nearest values; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    at = (len(ordered) - 1) * part
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + (ordered[high] - ordered[low]) * (at - low))


def median(values: list[Any]) -> float | None:
    """Return the median; None of nothing."""
    return quantile(values, 0.5)


def largest(values: list[Any]) -> Any:
    """Return the largest value; None of nothing."""
    return max(values) if values else None


def smallest(values: list[Any]) -> Any:
    """Return the smallest value; None of nothing."""
    return min(values) if values else None


def table(columns: list[str], lines: list[tuple[list[Any], list[str]]]) -> dict[str, Any]:
    """Return a table of rows with the uids behind each."""
    return {
        "columns": columns,
        "rows": [row for row, _ in lines],
        "uids": [sorted(uids) for _, uids in lines],
    }


def first(
    lines: list[tuple[list[Any], list[str]]], at: int, most: int, down: bool
) -> list[tuple[list[Any], list[str]]]:
    """Return the rows with the largest (or smallest) values in a column; ties go by the names."""
    some = [line for line in lines if line[0][at] is not None]
    some.sort(key=lambda line: [str(cell) for cell in line[0][:at]])
    some.sort(key=lambda line: -line[0][at] if down else line[0][at])
    rest = [line for line in lines if line[0][at] is None]
    rest.sort(key=lambda line: [str(cell) for cell in line[0][:at]])
    return some[:most] if most else some + rest


def level(
    lines: list[tuple[list[Any], list[str]]], at: int, down: bool
) -> list[tuple[list[Any], list[str]]]:
    """Return the rows with the largest (or smallest) value in a column, all of them."""
    ordered = first(lines, at, len(lines), down)
    return [line for line in ordered if line[0][at] == ordered[0][0][at]]


def in_order(lines: list[tuple[list[Any], list[str]]]) -> list[tuple[list[Any], list[str]]]:
    """Return rows sorted by their first cell."""
    return sorted(lines, key=lambda line: line[0][0])


def pairs_of(things: list[Any], keys_of: Callable[[Any], list[Any]]) -> list[Any]:
    """Return pairs of keys that things have in common, with the names in order, and the things."""
    found: dict[Any, Any] = {}
    for thing in things:
        keys = sorted(distinct(keys_of(thing)), key=lambda key: [str(called(key)), identity(key)])
        for at, one in enumerate(keys):
            for other in keys[at + 1 :]:
                pair = found.setdefault((identity(one), identity(other)), (one, other, []))
                pair[2].append(thing)
    return list(found.values())


def normal_tail(z: float) -> float:
    """Return how likely a standard normal value is at least so far from 0."""
    return math.erfc(abs(z) / math.sqrt(2))


def tied(values: list[Any]) -> list[int]:
    """Return how many values there are of each."""
    counts: dict[Any, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return list(counts.values())


def mann_kendall(values: list[float]) -> dict[str, Any]:
    """Test whether values in the order of time go up or down (Mann-Kendall)."""
    n = len(values)
    score = 0
    for at, one in enumerate(values):
        for other in values[at + 1 :]:
            score += (other > one) - (other < one)
    variance = (
        n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in tied(values))
    ) / 18
    chance = 1.0
    if variance > 0 and score:
        chance = normal_tail((score - (1 if score > 0 else -1)) / math.sqrt(variance))
    return {"name": "Mann-Kendall", "statistic": score, "p": chance, "n": n}


def chi_square(counts: list[list[int]]) -> dict[str, Any]:
    """Test whether the rows of a table of counts have the same shares (Pearson, or Fisher)."""
    rows = [sum(row) for row in counts]
    columns = [sum(column) for column in zip(*counts, strict=True)]
    n = sum(rows)
    expected = [[row * column / n for column in columns] for row in rows] if n else []
    if len(rows) == 2 and len(columns) == 2 and (not n or min(map(min, expected)) < 5):
        return {"name": "Fisher", "statistic": None, "p": fisher(counts), "n": n}
    score = math.fsum(
        (counts[i][j] - expected[i][j]) ** 2 / expected[i][j]
        for i in range(len(rows))
        for j in range(len(columns))
        if expected[i][j]
    )
    freedom = (len(rows) - 1) * (len(columns) - 1)
    return {"name": "chi-square", "statistic": score, "p": chi_tail(score, freedom), "n": n}


def chi_tail(score: float, freedom: int) -> float:
    """Return how likely a chi-square value of this freedom is at least so large."""
    if score <= 0 or freedom < 1:
        return 1.0
    half = score / 2
    if freedom % 2:
        found = math.erfc(math.sqrt(half))
        term = math.sqrt(half / math.pi) * 2 * math.exp(-half)
        start = 3
    else:
        found = math.exp(-half)
        term = found * half
        start = 4
    for step in range(start, freedom + 1, 2):
        found += term
        term *= score / step
    return min(1.0, found)


def fisher(counts: list[list[int]]) -> float:
    """Return Fisher's exact two-sided p of a table of two by two."""
    (a, b), (c, d) = counts
    row, column, n = a + b, a + c, a + b + c + d
    if not n:
        return 1.0
    whole = math.comb(n, column)

    def chance(x: int) -> float:
        return math.comb(row, x) * math.comb(n - row, column - x) / whole

    here = chance(a)
    low, high = max(0, column - (n - row)), min(row, column)
    chances = [chance(x) for x in range(low, high + 1)]
    return min(1.0, math.fsum(p for p in chances if p <= here * (1 + 1e-7)))


def mann_whitney(one: list[float], other: list[float]) -> dict[str, Any]:
    """Test whether the values of one sample tend to be larger than those of another."""
    n, m = len(one), len(other)
    if not n or not m:
        return {"name": "Mann-Whitney", "statistic": None, "p": None, "n": n + m}
    every = sorted(one + other)
    ranks: dict[float, float] = {}
    at = 0
    while at < len(every):
        end = at
        while end < len(every) and every[end] == every[at]:
            end += 1
        ranks[every[at]] = (at + 1 + end) / 2
        at = end
    score = math.fsum(ranks[value] for value in one) - n * (n + 1) / 2
    size = n + m
    ties = sum(t**3 - t for t in tied(every)) / (size * (size - 1)) if size > 1 else 0
    variance = n * m / 12 * (size + 1 - ties)
    away = abs(score - n * m / 2) - 0.5
    chance = normal_tail(away / math.sqrt(variance)) if variance > 0 and away > 0 else 1.0
    return {"name": "Mann-Whitney", "statistic": score, "p": chance, "n": size}


def bootstrap(
    one: list[float], other: list[float], fold: Callable[[list[float]], Any], times: int
) -> list[float]:
    """Return the 95 % interval of the difference that `fold` finds between two samples."""
    drawn = random.Random(1979)
    found: list[float] = []
    for _ in range(times):
        here = [one[int(drawn.random() * len(one))] for _ in one]
        there = [other[int(drawn.random() * len(other))] for _ in other]
        found.append(fold(here) - fold(there))
    found.sort()
    return [found[int(times * 0.025)], found[min(times - 1, int(times * 0.975))]]


def change_point(times: list[Any], values: list[float]) -> dict[str, Any]:
    """Return where two levels describe values best, with how often chance does as well."""

    def left_over(some: list[float], cut: int) -> float:
        parts = [some[:cut], some[cut:]]
        return math.fsum((v - math.fsum(p) / len(p)) ** 2 for p in parts for v in p)

    def best(some: list[float]) -> tuple[float, int]:
        return min((left_over(some, cut), cut) for cut in range(1, len(some)))

    score, cut = best(values)
    drawn = random.Random(1979)
    as_good = 0
    for _ in range(199):
        mixed = list(values)
        for at in range(len(mixed) - 1, 0, -1):
            other = int(drawn.random() * (at + 1))
            mixed[at], mixed[other] = mixed[other], mixed[at]
        as_good += best(mixed)[0] <= score
    before, after = values[:cut], values[cut:]
    return {
        "name": "change point, by permutation",
        "statistic": math.fsum(after) / len(after) - math.fsum(before) / len(before),
        "p": (as_good + 1) / 200,
        "n": len(values),
        "at": times[cut],
    }


def fences(values: list[float]) -> list[float]:
    """Return the values beyond which one is an outlier: 1.5 middle halves outside of it."""
    low, high = quantile(values, 0.25), quantile(values, 0.75)
    if low is None or high is None:
        return [0.0, 0.0]
    return [low - 1.5 * (high - low), high + 1.5 * (high - low)]
