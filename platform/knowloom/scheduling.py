"""Keeping sources up to date: each on its own times, one run of it at a time (extra `[schedule]`).

A run that fails is tried again after a while that doubles each time. What was missed while runs
took long is made up for once. A health file tells how everything stands.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Lock
from typing import Any

import orjson

from knowloom.errors import ExtraMissing, KnowloomError, SettingsError, UsageError
from knowloom.session import knowledge_base
from knowloom.settings import Settings
from knowloom.update.declared import Declared
from knowloom.updating import Request, UpdateReport, update

HEALTH = "schedule.json"
_FIRST_WAIT = 30  # seconds after a first failure
_LONGEST_WAIT = 3600

Tell = Callable[[str], None]


@dataclass(slots=True)
class Standing:
    """How one source stands.

    Args:
        source: its name.
        status: `waiting`, `running`, `done`, `as before` or `failed`.
        started, finished: of the last run; None before the first.
        run: the number of the last run that wrote something; 0 for none.
        message: why it failed.
        failures: how often in a row.
        not_before: when it is tried again after a failure.
        next: when it runs next.
    """

    source: str
    status: str = "waiting"
    started: datetime | None = None
    finished: datetime | None = None
    run: int = 0
    message: str = ""
    failures: int = 0
    not_before: datetime | None = None
    next: datetime | None = None

    def failed(self, message: str, now: datetime) -> None:
        """Note a failure, and when to try again.

        >>> standing = Standing("s")
        >>> now = datetime(2024, 1, 1, tzinfo=UTC)
        >>> for _ in range(3):
        ...     standing.failed("no server", now)
        >>> standing.failures, standing.not_before - now
        (3, datetime.timedelta(seconds=120))
        """
        self.failures += 1
        self.status, self.message, self.finished = "failed", message, now
        wait = min(_FIRST_WAIT * 2 ** (self.failures - 1), _LONGEST_WAIT)
        self.not_before = now + timedelta(seconds=wait)

    def succeeded(self, report: UpdateReport, now: datetime) -> None:
        """Note a run that came to its end."""
        self.status = "as before" if report.unchanged else "done"
        self.message, self.finished, self.failures, self.not_before = "", now, 0, None
        self.run = report.run or self.run


@dataclass(slots=True)
class Schedule:
    """Runs declared sources.

    Args:
        settings: where the graph is.
        sources: what to keep up to date.
        tell: called with a line for each run.
        standing: how each source stands, by name.
    """

    settings: Settings
    sources: Sequence[Declared]
    tell: Tell = lambda _: None
    standing: dict[str, Standing] = field(default_factory=dict[str, Standing])
    _writing: Any = field(default_factory=Lock)

    def __post_init__(self) -> None:
        kept = {s.source: s for s in standings(self.settings)}
        self.standing = {s.name: kept.get(s.name, Standing(s.name)) for s in self.sources}

    def once(self) -> bool:
        """Run every source now, one after the other; return whether all came to their end."""
        with _alone(self.settings):
            for source in self.sources:
                self.run(source, forced=True)
        return not any(s.status == "failed" for s in self.standing.values())

    def keep(self, stop: Event) -> None:
        """Run sources on their times until `stop` is set; a run on its way comes to its end.

        Raises:
            ExtraMissing: APScheduler is not installed.
            SettingsError: a time cannot be read.
            UsageError: no source has times, or another schedule runs in this workspace.
        """
        timed = [s for s in self.sources if s.every or s.cron]
        if not timed:
            raise UsageError("no source of knowloom.toml says when: give one `every` or `cron`")
        scheduler = _scheduler()
        jobs: dict[str, Any] = {}
        with _alone(self.settings):
            for source in timed:
                jobs[source.name] = scheduler.add_job(
                    self._due, _trigger(source), args=[source, jobs], name=source.name
                )
            scheduler.start()
            self._note_next(jobs)
            self.tell(f"keeping {', '.join(jobs)} up to date")
            try:
                stop.wait()
            finally:
                scheduler.shutdown(wait=True)
                for standing in self.standing.values():
                    standing.next = None
                self._save()

    def run(self, source: Declared, *, forced: bool = False) -> None:
        """Update from one source, unless it failed a short while ago."""
        standing = self.standing[source.name]
        now = datetime.now(UTC)
        if not forced and standing.not_before and now < standing.not_before:
            return
        standing.status, standing.started, standing.finished = "running", now, None
        self._save()
        try:
            with knowledge_base(self.settings) as kb:
                report = update(kb, request_for(source))
            standing.succeeded(report, datetime.now(UTC))
            counts = report.counts
            self.tell(f"{source.name}: {standing.status}, {counts.written:,} of {counts.given:,}")
        except (KnowloomError, OSError) as error:
            standing.failed(str(error), datetime.now(UTC))
            self.tell(f"{source.name}: failed ({standing.failures}): {error}")
        self._save()

    def _due(self, source: Declared, jobs: dict[str, Any]) -> None:
        self.run(source)
        self._note_next(jobs)

    def _note_next(self, jobs: dict[str, Any]) -> None:
        for name, job in jobs.items():
            self.standing[name].next = getattr(job, "next_run_time", None)
        self._save()

    def _save(self) -> None:
        """Write the health file, whole or not at all."""
        path = health_file(self.settings)
        body = {
            "process": os.getpid(),
            "written": datetime.now(UTC),
            "sources": [asdict(standing) for standing in self.standing.values()],
        }
        with self._writing:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(".new")
            fresh.write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2))
            fresh.replace(path)


def request_for(source: Declared) -> Request:
    """Return what updating from a declared source asks for."""
    return Request(
        source.source,
        source.name,
        source.kind,
        source.mapping,
        source.query,
        source.allow_gone,
    )


def standings(settings: Settings) -> list[Standing]:
    """Return how scheduled sources stood when the health file was written; nothing without one."""
    try:
        body = orjson.loads(health_file(settings).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return []
    return [Standing(**_with_times(one)) for one in body["sources"]]


def health_file(settings: Settings) -> Path:
    """Return where the health file is."""
    return Path(settings.workspace) / HEALTH


def _with_times(one: dict[str, Any]) -> dict[str, Any]:
    times = ("started", "finished", "not_before", "next")
    return {k: datetime.fromisoformat(v) if v and k in times else v for k, v in one.items()}


@contextmanager
def _alone(settings: Settings) -> Generator[None]:
    """Hold the workspace's schedule; the system gives it back when the process ends.

    Raises:
        UsageError: another process holds it.
    """
    path = Path(settings.workspace) / "schedule.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(
                f"another schedule runs in {path.parent}: see `knowloom update schedule status`"
            ) from error
        yield


def _scheduler() -> Any:
    try:
        from apscheduler.schedulers.background import (  # pyright: ignore[reportMissingTypeStubs]
            BackgroundScheduler,
        )
    except ModuleNotFoundError as error:
        raise ExtraMissing("keeping sources up to date", "schedule") from error
    defaults = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    return BackgroundScheduler(job_defaults=defaults, timezone=UTC)


def _trigger(source: Declared) -> Any:
    from importlib import import_module

    if source.every:
        interval: Any = import_module("apscheduler.triggers.interval").IntervalTrigger
        return interval(seconds=source.every, jitter=source.jitter or None)
    cron: Any = import_module("apscheduler.triggers.cron").CronTrigger
    try:
        trigger = cron.from_crontab(source.cron, timezone=UTC)
    except ValueError as error:
        raise SettingsError(f"{source.name}: cron = {source.cron!r} is no time: {error}") from None
    trigger.jitter = source.jitter or None
    return trigger
