"""What the records of an instance would be if a run had never happened; pure.

Of each thing a source said, the records tell when it began to say it and when it ceased. Taking
a run out means telling that again over the runs that are left: what it began begins with the next
run that said it, what it ended goes on until the next run that did not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from knowloom.knowledge.project import Evidence


def without(
    evidence: Sequence[Evidence],
    run: int,
    source: str,
    started: Mapping[int, datetime],
    complete: Collection[int],
) -> list[Evidence]:
    """Return the records of an instance as if a run had not been.

    Args:
        evidence: all records of the instance.
        run: to be taken out.
        source: whose run it is; what others said stays as it is.
        started: when the other runs of the source began, by number.
        complete: those of them that said all that the source says.

    Returns:
        All records: those that stay as they are are the same objects, those that never were are
        `undone`, and what a later run said itself is a new one.

    >>> early, late = datetime(2024, 1, 1), datetime(2024, 3, 1)
    >>> said = Evidence(2, "s", datetime(2024, 2, 1), "h", "Person", {"name": "Ada"})
    >>> [(e.run, e.undone) for e in without([said], 2, "s", {}, ())]
    [(2, True)]
    >>> [(e.run, e.undone) for e in without([said], 2, "s", {3: late}, {3})]
    [(2, True), (3, False)]
    """
    own = [e for e in evidence if e.source == source and not e.undone]
    numbers = {n for e in own for n in (e.run, e.superseded_by) if n} | set(complete)
    order = sorted(numbers - {run})
    wanted: dict[tuple[str, int], int] = {}
    for hash_ in dict.fromkeys(e.hash for e in own):
        for start, end in _intervals(hash_, own, order):
            wanted[hash_, start] = end
    kept = [_amended(e, own, wanted) for e in evidence]
    there = {(e.hash, e.run) for e in own if e.run != run}
    return [*kept, *_new(own, wanted, there, started)]


def _intervals(hash_: str, own: Sequence[Evidence], order: Sequence[int]) -> list[tuple[int, int]]:
    """Return from which run to which a source says something; 0 where it says it still."""
    found: list[tuple[int, int]] = []
    start = 0
    for number in order:
        says = any(e.hash == hash_ and _covers(e, number) for e in own)
        if says and not start:
            start = number
        elif start and not says:
            found.append((start, number))
            start = 0
    return [*found, (start, 0)] if start else found


def _covers(evidence: Evidence, run: int) -> bool:
    return evidence.run <= run and not 0 < evidence.superseded_by <= run


def _amended(
    evidence: Evidence, own: Sequence[Evidence], wanted: Mapping[tuple[str, int], int]
) -> Evidence:
    """Return a record with its end as it would be, or as one that never was."""
    if not any(evidence is one for one in own):
        return evidence
    end = wanted.get((evidence.hash, evidence.run))
    if end is None:
        return replace(evidence, undone=True)
    return evidence if end == evidence.superseded_by else replace(evidence, superseded_by=end)


def _new(
    own: Sequence[Evidence],
    wanted: Mapping[tuple[str, int], int],
    there: set[tuple[str, int]],
    started: Mapping[int, datetime],
) -> list[Evidence]:
    """Return the records of what a run repeated, and would have said first."""
    by_hash = {e.hash: e for e in own}
    return [
        replace(
            by_hash[hash_], run=start, recorded=started[start], superseded_by=end, stored=False
        )
        for (hash_, start), end in wanted.items()
        if (hash_, start) not in there
    ]
