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
        self._crons: dict[str, Any] = {}
        self._seen = now
        self.entries: dict[str, Entry] = {}
        for source in sources:
            if source.cron:
                self._crons[source.name] = _cron(source)
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
            entry.next = max(entry.next, now + min(pause, _LONGEST_PAUSE))

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
            found: datetime | None = self._crons[source.name].get_next_fire_time(
                None, now + timedelta(microseconds=1)
            )
            return found or datetime.max.replace(tzinfo=UTC)
        passed = math.floor(now.timestamp() / source.every) + 1
        return datetime.fromtimestamp(passed * source.every, UTC)


def _cron(source: Source) -> Any:
    """Return the trigger of a cron expression, in this machine's time zone."""
    try:
        from apscheduler.triggers.cron import (  # pyright: ignore[reportMissingTypeStubs]
            CronTrigger,
        )
    except ImportError as error:
        raise ExtraMissing("a schedule with cron expressions", "schedule") from error
    try:
        trigger: Any = CronTrigger
        return trigger.from_crontab(source.cron)
    except ValueError as error:
        raise SettingsError(
            f"[sources.{source.name}]: cron = {source.cron!r} is no cron expression ({error}); "
            "write five fields such as '30 6 * * mon-fri'"
        ) from error
