"""What a task asks, once it is read: typed values that say how a program is to be composed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Ask(StrEnum):
    """The kinds of computation that the planner knows."""

    COUNT = "count"
    AGGREGATE = "aggregate"
    LIST = "list"  # a number of each unit, perhaps only the largest
    GROUP = "group"  # a number of each group of units, perhaps only the largest
    FOLD_GROUPS = "fold-groups"  # one number of the sizes of all groups
    COUNT_GROUPS = "count-groups"  # groups with more than so many
    SHARE = "share"
    SHARE_ABOVE = "share-above"
    SHARE_OF = "share-of"  # what part of the units are so
    TREND = "trend"
    DISTRIBUTION = "distribution"
    COMPARE = "compare"
    COMPARE_SHARES = "compare-shares"
    PAIRS = "pairs"
    PARTNERS = "partners"
    CHANGE = "change"
    OUTLIERS = "outliers"


class Fold(StrEnum):
    """How many values become one."""

    COUNT = "count"
    TOTAL = "total"
    MEAN = "mean"
    MEDIAN = "median"
    LARGEST = "largest"
    SMALLEST = "smallest"


@dataclass(frozen=True, slots=True)
class Path:
    """A way from a unit to what is said of it.

    Args:
        attribute: its name.
        owner: the class that has it.
        back: True when the owner is what the path leads to, and the unit is its value.
        link: True when it leads to instances.
        year: True when the values are days, of which the year counts.
    """

    attribute: str
    owner: str
    back: bool = False
    link: bool = False
    year: bool = False

    @property
    def name(self) -> str:
        """What the path leads to, for people."""
        return self.owner.lower() if self.back else self.attribute


@dataclass(frozen=True, slots=True)
class Filter:
    """What units must be like to count.

    Args:
        path: to the value; None for the unit itself.
        relation: `is`, `exists`, `some` (of which `inner` holds), or one of `>`, `>=`, `<`, `<=`,
            `==`.
        values: one of which it is: plain values, or uids when the path is a link.
        said: as a person would say it.
        counted: True when the number of values is meant and not the values.
        negated: True when units must not be so; where the path starts at the unit, those of which
            nothing is known are not counted either, unless just that is asked.
        inner: what one of those that a link leads to must be like.
        through: the class of those.
    """

    path: Path | None
    relation: str
    values: tuple[Any, ...]
    said: str
    counted: bool = False
    negated: bool = False
    inner: tuple[Filter, ...] = ()
    through: str = ""

    @property
    def paths(self) -> list[Path]:
        """The path and those of the inner filters."""
        own = [self.path] if self.path else []
        return [*own, *(path for one in self.inner for path in one.paths)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A task that was read.

    Args:
        ask: what is to be computed.
        unit: the class that is counted or measured.
        group: by what units are grouped, or of what groups are counted.
        fold: how many values become one.
        measure: the value of a unit; None for the unit itself.
        counted: True when the measure is the number of values and not the value.
        filters: what units count.
        sides: the two sides of a comparison.
        most: only so many; 0 for all.
        smallest: True when the smallest come first.
        ties: True when those that are level with the last of the first count too.
        by_key: True when groups come in the order of their keys, such as years.
        above: a relation and a number, for groups or units that are above it.
        chart: the mark that the task names; empty for what suits the data.
        notes: how the task was understood, where that is not plain.
    """

    ask: Ask
    unit: str
    group: Path | None = None
    fold: Fold = Fold.COUNT
    measure: Path | None = None
    counted: bool = False
    filters: tuple[Filter, ...] = ()
    sides: tuple[Filter, ...] = ()
    most: int = 0
    smallest: bool = False
    ties: bool = False
    by_key: bool = False
    above: tuple[str, float] | None = None
    chart: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def paths(self) -> list[Path]:
        """All paths that the question takes."""
        inner = [path for f in (*self.filters, *self.sides) for path in f.paths]
        return [path for path in (self.group, self.measure, *inner) if path is not None]

    @property
    def classes(self) -> list[str]:
        """The classes whose instances are needed, the unit first."""
        owners = [p.owner for p in self.paths if p.back]
        through = [f.through for f in (*self.filters, *self.sides) if f.through]
        return list(dict.fromkeys([self.unit, *owners, *through]))
