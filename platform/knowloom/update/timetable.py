"""The timetable: which source is due when, as values; clocks and threads are elsewhere.

A source has one run at a time. Runs that were missed, because one took long or nobody was there,
are made up for by a single one. Times are fixed points, not distances from the last run, so that
nothing drifts; after failures the next run is put off, each time twice as long.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from knowloom.errors import ExtraMissing, SettingsError
from knowloom.update.sources import Source

_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)
_STEP_BACK = timedelta(minutes=1)
_FIELDS = ("minute", "hour", "day", "month", "day_of_week")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


@dataclass(slots=True)
class Entry:
    """One source in the timetable.

    Args:
        source: what is looked at.
        next: when its next run is due.
        running: True while one is under way.
        failures: how many runs failed since the last good one.
    """

    source: Source
    next: datetime
    running: bool = False
    failures: int = 0


class Timetable:
    """Tells which sources are due.

    Args:
        sources: those without `every` and `cron` are left out.
        now: the moment it begins, with a zone.
        last: source to when its last run began, if it is known; a run that was missed since then
            is due at once.
        chance: of the jitter.

    >>> from datetime import datetime, UTC
    >>> noon = datetime(2030, 1, 1, 12, tzinfo=UTC)
    >>> table = Timetable([Source(name="a", location="a.csv", every=3600)], noon, {})
    >>> table.due(noon), table.due(noon + timedelta(hours=1))
    (['a'], [])
    """

    def __init__(
        self,
        sources: Iterable[Source],
        now: datetime,
        last: Mapping[str, datetime],
        chance: Random | None = None,
    ) -> None:
        self._chance = chance or Random()
        self._crons: dict[str, Cron] = {}
        self._seen = now
        self.entries: dict[str, Entry] = {}
        for source in sources:
            if source.cron:
                self._crons[source.name] = Cron(source)
            if source.cron or source.every:
                self.entries[source.name] = Entry(source, self._first(source, now, last))

    def due(self, now: datetime) -> list[str]:
        """Return the sources whose runs are to begin now; each counts as running from now on."""
        if now < self._seen - _STEP_BACK:  # the clock was set back
            for entry in self.entries.values():
                entry.next = min(entry.next, self._after(entry.source, now))
        self._seen = now
        found = [n for n, e in self.entries.items() if e.next <= now and not e.running]
        for name in found:
            entry = self.entries[name]
            entry.running = True
            entry.next = self._after(entry.source, now)
        return sorted(found)

    def finished(self, name: str, now: datetime, *, failed: bool) -> None:
        """Note that a run came to its end."""
        entry = self.entries[name]
        entry.running = False
        entry.failures = entry.failures + 1 if failed else 0
        if failed:
            pause = _FIRST_PAUSE * 2 ** min(entry.failures - 1, 20)
            entry.next = now + min(pause, _LONGEST_PAUSE)

    def wait(self, now: datetime) -> float:
        """Return how many seconds nothing is due for."""
        times = [e.next for e in self.entries.values() if not e.running]
        return max((min(times) - now).total_seconds(), 0.0) if times else math.inf

    def _first(self, source: Source, now: datetime, last: Mapping[str, datetime]) -> datetime:
        """Return when the first run is due: now, when one was missed or there never was one."""
        before = last.get(source.name)
        if before is None:
            return self._after(source, now) if source.cron else now
        missed = self._point(source, before) <= now
        return now if missed else self._after(source, now)

    def _after(self, source: Source, now: datetime) -> datetime:
        """Return when the next run after a moment is due."""
        return self._point(source, now) + timedelta(seconds=self._chance.uniform(0, source.jitter))

    def _point(self, source: Source, now: datetime) -> datetime:
        """Return the next of the fixed points after a moment."""
        if source.cron:
            return self._crons[source.name].after(now)
        passed = math.floor(now.timestamp() / source.every) + 1
        return datetime.fromtimestamp(passed * source.every, UTC)


class Cron:
    """The times of a cron expression, in this machine's time zone.

    Days of the week are numbered as cron does, 0 and 7 are Sunday; where a day of the month is
    given too, either will do. An hour that the clock repeats counts once, and a time that it
    leaves out comes as much later.

    Args:
        source: with the expression.

    Raises:
        SettingsError: it is no cron expression, or never comes true.
        ExtraMissing: the library that reads it is not there.
    """

    def __init__(self, source: Source) -> None:
        try:
            from apscheduler.triggers.cron import (  # pyright: ignore[reportMissingTypeStubs]
                CronTrigger,
            )
        except ImportError as error:
            raise ExtraMissing("a schedule with cron expressions", "schedule") from error
        trigger: Any = CronTrigger
        try:
            self._triggers = [
                trigger(**dict(zip(_FIELDS, fields, strict=True)), timezone=UTC)
                for fields in _alternatives(source.cron)
            ]
            self._next(datetime(2000, 1, 1))
        except ValueError as error:
            raise SettingsError(
                f"[sources.{source.name}]: cron = {source.cron!r} is no cron expression "
                f"({error}); write five fields such as '30 6 * * mon-fri'"
            ) from error

    def after(self, now: datetime) -> datetime:
        """Return the next of the times after a moment."""
        wall, found = now.astimezone().replace(tzinfo=None, fold=0), now
        while found <= now:
            wall = self._next(wall)
            found = datetime.fromtimestamp(wall.timestamp(), UTC)
        return found

    def _next(self, wall: datetime) -> datetime:
        """Return what a clock on the wall shows at the next of the times."""
        after = wall.replace(tzinfo=UTC) + timedelta(microseconds=1)
        found = (each.get_next_fire_time(None, after) for each in self._triggers)
        times: list[datetime] = [each for each in found if each]
        if not times:
            raise ValueError("there is no such day")
        return min(times).replace(tzinfo=None)


def _alternatives(expression: str) -> list[list[str]]:
    """Return the fields of an expression, in as many lists as there are ways to fulfil it."""
    fields = expression.split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"it has {len(fields)} fields")
    *times, day, month, weekday = fields
    weekday = ",".join(map(_weekdays, weekday.lower().split(",")))
    if "*" in (day[0], weekday[0]):
        return [[*times, day, month, weekday]]
    return [[*times, day, month, "*"], [*times, "*", month, weekday]]


def _weekdays(part: str) -> str:
    """Return a part of the field for days of the week with the names of all days it means.

    >>> _weekdays("1-5"), _weekdays("sun"), _weekdays("5-7/2"), _weekdays("*")
    ('mon,tue,wed,thu,fri', 'sun', 'fri,sun', '*')
    """
    span, _, step = part.partition("/")
    if span == "*":
        return part
    first, dash, last = span.partition("-")
    begin, end = _weekday(first), _weekday(last if dash else first)
    if end < begin:
        end += 7
    return ",".join(_WEEKDAYS[day % 7] for day in range(begin, end + 1, int(step or 1)))


def _weekday(text: str) -> int:
    """Return the number of a day of the week, which begins on Sunday."""
    day = _WEEKDAYS.index(text) if text in _WEEKDAYS else int(text)
    if not 0 <= day <= 7:
        raise ValueError(f"{day} is no day of the week")
    return day
