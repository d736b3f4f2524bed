"""The scheduler: sources are kept up to date while it runs, one run a source at a time.

What it does is in its health file: when each source was last looked at, what came of it, and when
it is next. Stopped with SIGTERM or Ctrl-C it begins nothing more, and ends when what is under way
is done.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Container, Generator, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import orjson

from knowloom.errors import KnowloomError, SchedulerBusy
from knowloom.update.sources import Source
from knowloom.update.timetable import Timetable
from knowloom.updating import UpdateReport

HEALTH = "schedule.json"
_LOCK = "schedule.lock"
_AT_ONCE = 4
_HEARTBEAT = 30.0

Look = Callable[[Source], UpdateReport]


@dataclass(slots=True)
class Health:
    """What the scheduler did and will do, as its file says.

    Args:
        path: of the file.
        sources: name to `last` (when the last run began), `status`, `seconds`, the counts or the
            `error`, `failures` in a row and `next`.
    """

    path: Path
    sources: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    @classmethod
    def read(cls, path: Path) -> Health:
        """Return what a file says; nothing when there is none, or it was cut off."""
        try:
            data = orjson.loads(path.read_bytes())
            return cls(path, dict(data["sources"]))
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
            return cls(path)

    def last(self) -> dict[str, datetime]:
        """Return when the last run of each source began."""
        return {
            name: datetime.fromisoformat(known["last"])
            for name, known in self.sources.items()
            if known.get("last")
        }

    def keep(self, names: Container[str]) -> None:
        """Forget all sources but these: what is looked at no more does not fail for ever."""
        self.sources = {n: known for n, known in self.sources.items() if n in names}

    def note(self, name: str, began: datetime, outcome: Mapping[str, Any]) -> None:
        """Note how a run went."""
        self.sources[name] = {"last": began.isoformat(), **outcome}

    def write(self, table: Timetable | None, now: datetime) -> None:
        """Write the file anew, whole or not at all."""
        for name, entry in (table.entries if table else {}).items():
            known = self.sources.setdefault(name, {})
            known |= {"next": entry.next.isoformat(), "failures": entry.failures}
            known["running"] = entry.running
        data = {"pid": os.getpid(), "seen": now.isoformat(), "sources": self.sources}
        part = self.path.with_suffix(".part")
        part.write_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2))
        part.replace(self.path)


def keep_up_to_date(
    sources: Iterable[Source],
    look: Look,
    workspace: Path,
    stop: Event,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    say: Callable[[str], None] = lambda _: None,
) -> None:
    """Look at sources when they are due, until told to stop.

    Args:
        sources: those without `every` and `cron` are left out.
        look: brings the graph up to date with one.
        workspace: where the health file lies.
        stop: set to end; what is under way is waited for.
        clock: tells the time, with a zone.
        say: called with a line about everything that happens.

    Raises:
        SchedulerBusy: another scheduler is at work in this workspace.
        SettingsError: a cron expression is none.
    """
    with _alone(workspace) as health, ThreadPoolExecutor(_AT_ONCE) as pool:
        table = Timetable(sources, clock(), health.last())
        health.keep(table.entries)
        running: dict[str, Future[dict[str, Any]]] = {}
        began: dict[str, datetime] = {}
        health.write(table, clock())
        wake = _Wake(stop)
        while True:
            now = clock()
            for name in [n for n, future in running.items() if future.done()]:
                outcome = running.pop(name).result()
                health.note(name, began[name], outcome)
                table.finished(name, now, failed=outcome["status"] == "failed")
                say(f"{name}: {outcome.get('error') or outcome['status']}")
            if not stop.is_set():
                for name in table.due(now):
                    began[name] = now
                    future = pool.submit(_look, look, table.entries[name].source)
                    future.add_done_callback(wake.up)
                    running[name] = future
                    say(f"{name}: begun")
            health.write(table, now)
            if stop.is_set() and not running:
                return
            wake.wait(_HEARTBEAT if stop.is_set() else min(table.wait(now), _HEARTBEAT))


def look_once(sources: Iterable[Source], look: Look, workspace: Path) -> dict[str, dict[str, Any]]:
    """Look at sources one after the other, once, and return how each went.

    Args:
        sources: all that are to be looked at.
        look: brings the graph up to date with one.
        workspace: where the health file lies.

    Raises:
        SchedulerBusy: a scheduler is at work in this workspace.
    """
    outcomes: dict[str, dict[str, Any]] = {}
    named = {source.name: source for source in sources}
    with _alone(workspace) as health:
        health.keep(named)
        for source in named.values():
            now = datetime.now(UTC)
            outcomes[source.name] = _look(look, source)
            health.note(source.name, now, outcomes[source.name])
            health.write(None, datetime.now(UTC))
    return outcomes


def is_at_work(workspace: Path) -> bool:
    """Return whether a scheduler keeps the sources of a workspace up to date at the moment."""
    try:
        with _alone(workspace):
            return False
    except SchedulerBusy:
        return True


class _Wake:
    """Wakes the scheduler when a run is done or it is to stop."""

    def __init__(self, stop: Event) -> None:
        self._stop = stop
        self._done = Event()

    def up(self, _: object) -> None:
        """Wake it."""
        self._done.set()

    def wait(self, seconds: float) -> None:
        """Wait, at most so long; a signal is seen within a second."""
        stopped = self._stop.is_set()
        while seconds > 0 and not self._done.wait(min(seconds, 1.0)):
            if self._stop.is_set() and not stopped:
                return
            seconds -= 1.0
        self._done.clear()


def _look(look: Look, source: Source) -> dict[str, Any]:
    """Look at a source and return what came of it; whatever is wrong with one stops no other."""
    began = datetime.now(UTC)
    try:
        report = look(source)
    except KnowloomError as error:
        return {"status": "failed", "error": str(error), "seconds": _since(began)}
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        return {"status": "failed", "error": why, "seconds": _since(began)}
    names = ("run", "given", "written", "unchanged", "removed", "rejected", "skipped")
    counts = {name: getattr(report, name) for name in names}
    failed = report.rejected > source.allow_rejects
    outcome: dict[str, Any] = {"status": "failed" if failed else "done", **counts}
    if failed:
        outcome["error"] = f"{report.rejected} statements were rejected: {report.rejects_file}"
    elif report.unresolved:
        outcome |= {"status": "failed", "error": report.unresolved}
    return outcome | {"seconds": _since(began)}


def _since(began: datetime) -> float:
    return round((datetime.now(UTC) - began).total_seconds(), 3)


@contextmanager
def _alone(workspace: Path) -> Generator[Health]:
    """Yield the health of the only scheduler of a workspace.

    The lock goes with the process, however it ends.
    """
    workspace.mkdir(parents=True, exist_ok=True)
    with (workspace / _LOCK).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SchedulerBusy(workspace) from error
        yield Health.read(workspace / HEALTH)
