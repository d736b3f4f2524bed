"""The schedule: simulated days by a clock of our own, and the real thing as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from knowloom.cli import cli
from knowloom.errors import SchedulerBusy, SettingsError, SourceError
from knowloom.scheduling import HEALTH, Health, keep_up_to_date, look_once
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database
from knowloom.update.sources import Source, read_sources, seconds
from knowloom.update.timetable import Timetable
from knowloom.updating import UpdateReport

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
HOURLY = Source(name="hourly", location="x", every=3600)
NIGHTLY = Source(name="nightly", location="x", cron="30 2 * * *")


def simulated(
    table: Timetable, days: float, lengths: Random, fails: float = 0.0
) -> list[tuple[str, datetime, datetime]]:
    """Return every run of some simulated days: who, from when, till when."""
    now, end = NOON, NOON + timedelta(days=days)
    under_way: list[tuple[datetime, str, datetime]] = []
    done: list[tuple[str, datetime, datetime]] = []
    while now < end:
        for name in table.due(now):
            under_way.append((now + timedelta(minutes=lengths.uniform(1, 150)), name, now))
        under_way.sort()
        ahead = now + timedelta(seconds=min(table.wait(now), 3600.0) + 0.001)
        if under_way and under_way[0][0] <= ahead:
            now, name, began = under_way.pop(0)
            table.finished(name, now, failed=lengths.random() < fails)
            done.append((name, began, now))
        else:
            now = ahead
    return done


@settings(max_examples=60)
@given(st.integers(0, 999))
def test_simulated_days_have_no_overlap_and_no_drift(seed: int) -> None:
    """Ten days of runs of up to 150 minutes: one at a time, at the fixed points or when free."""
    runs = simulated(Timetable([HOURLY, NIGHTLY], NOON, {}), 10, Random(seed))
    free = {"hourly": NOON, "nightly": NOON}
    for name, began, ended in runs:
        assert began >= free[name]
        waited = began - free[name] < timedelta(seconds=1)
        on_the_point = began.minute in (0, 30) and began.second == 0
        assert waited or on_the_point
        free[name] = ended
    counted = Counter(name for name, _, _ in runs)
    assert counted["nightly"] == 10
    assert counted["hourly"] >= 24 * 10 / 3.5


def test_a_failing_source_is_left_alone_for_longer_and_longer() -> None:
    """Pauses double up to six hours, and a good run ends them."""
    table = Timetable([Source(name="a", location="x", every=60)], NOON, {})
    now, pauses = NOON, list[float]()
    for _ in range(12):
        assert table.due(now) == ["a"]
        table.finished("a", now, failed=True)
        pauses.append(table.wait(now))
        now += timedelta(seconds=table.wait(now))
    assert pauses[:4] == [60, 120, 240, 480]
    assert pauses[-1] == 6 * 3600
    table.due(now)
    table.finished("a", now, failed=False)
    assert table.wait(now) <= 60


def test_missed_runs_are_made_up_for_by_one() -> None:
    """After two days of nobody there one run is due, then the regular ones again."""
    last = {"hourly": NOON - timedelta(days=2), "nightly": NOON - timedelta(hours=1)}
    table = Timetable([HOURLY, NIGHTLY], NOON, last)
    assert table.due(NOON) == ["hourly"]
    table.finished("hourly", NOON, failed=False)
    assert table.due(NOON + timedelta(minutes=59)) == []
    assert table.due(NOON + timedelta(minutes=61)) == ["hourly"]


def test_a_clock_that_is_set_back_stops_nothing() -> None:
    """A day earlier all of a sudden, the next run is within the hour, not after a day."""
    table = Timetable([HOURLY], NOON, {"hourly": NOON})
    assert table.due(NOON) == []
    assert table.due(NOON - timedelta(days=1)) == []
    assert table.wait(NOON - timedelta(days=1)) <= 3600


def test_jitter_puts_runs_off_within_bounds() -> None:
    """Runs begin up to the jitter after their points, and the points stay."""
    source = Source(name="a", location="x", every=3600, jitter=600)
    table = Timetable([source], NOON, {"a": NOON}, Random(1))
    begins: list[float] = []
    now = NOON
    for _ in range(50):
        now += timedelta(seconds=table.wait(now))
        assert table.due(now) == ["a"]
        table.finished("a", now, failed=False)
        begins.append(now.timestamp() % 3600)
    assert 0 <= min(begins) < max(begins) <= 600


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[ZoneInfo]:
    """Make this machine one in Berlin, where clocks go forward and back."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield ZoneInfo("Europe/Berlin")
    monkeypatch.undo()
    time.tzset()


def begins(cron: str, start: datetime, zone: ZoneInfo, count: int) -> list[str]:
    """Return when the next runs begin, as a clock on the wall shows it."""
    table = Timetable([Source(name="a", location="x", cron=cron)], start, {"a": start})
    now, found = start, list[str]()
    for _ in range(count):
        now += timedelta(seconds=table.wait(now))
        assert table.due(now) == ["a"]
        table.finished("a", now, failed=False)
        found.append(f"{now.astimezone(zone):%a %d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("cron", "days"),
    [
        ("0 6 * * 0", ["Sun 06", "Sun 13"]),
        ("0 6 * * 7", ["Sun 06", "Sun 13"]),
        ("0 6 * * 1-5", ["Wed 02", "Thu 03", "Fri 04", "Mon 07"]),
        ("0 6 * * MON-fri", ["Wed 02", "Thu 03", "Fri 04", "Mon 07"]),
        ("0 6 * * sat-mon", ["Sat 05", "Sun 06", "Mon 07", "Sat 12"]),
        ("0 6 13 * fri", ["Fri 04", "Fri 11", "Sun 13", "Fri 18"]),
        ("0 6 13 * *", ["Sun 13", "Wed 13"]),
    ],
)
def test_days_of_the_week_are_those_of_cron(
    cron: str, days: list[str], in_berlin: ZoneInfo
) -> None:
    """0 and 7 are Sunday; of a day of the month and one of the week either will do."""
    found = begins(cron, NOON, in_berlin, len(days))
    assert found == [f"{day} 06:00" for day in days]


@pytest.mark.parametrize(
    ("cron", "start", "times"),
    [
        ("30 2 * * *", datetime(2030, 3, 30, 0, tzinfo=UTC), ["30 02:30", "31 03:30", "01 02:30"]),
        ("30 2 * * *", datetime(2030, 10, 26, 9, tzinfo=UTC), ["27 02:30", "28 02:30"]),
        (
            "*/30 * * * *",
            datetime(2030, 10, 27, 0, tzinfo=UTC),
            ["27 02:30", "27 03:00", "27 03:30"],
        ),
    ],
)
def test_clocks_that_go_forward_and_back(
    cron: str, start: datetime, times: list[str], in_berlin: ZoneInfo
) -> None:
    """A repeated hour counts once, a run in one left out comes later, and none is due for ever."""
    found = begins(cron, start, in_berlin, len(times))
    assert [each[4:] for each in found] == times


@pytest.mark.parametrize("cron", ["0 0 30 2 *", "0 6 * * 8", "0 6 * * 1-", "@daily", "61 * * * *"])
def test_expressions_that_never_come_true_are_refused(cron: str) -> None:
    """A day that there is not, and fields that are none, are told before anything begins."""
    with pytest.raises(SettingsError, match="no cron expression"):
        Timetable([Source(name="a", location="x", cron=cron)], NOON, {})


def test_a_daily_source_that_fails_is_tried_again_soon() -> None:
    """Not the next day only, and not before its pause when it is due all the time."""
    daily = Source(name="daily", location="x", every=86400)
    often = Source(name="often", location="x", every=1)
    table = Timetable([daily, often], NOON, {})
    assert table.due(NOON) == ["daily", "often"]
    for name in ("daily", "often"):
        table.finished(name, NOON, failed=True)
    assert table.due(NOON + timedelta(seconds=59)) == []
    assert table.due(NOON + timedelta(seconds=60)) == ["daily", "often"]


def test_expressions_that_are_none_are_named() -> None:
    """A wrong cron expression or duration says where and what would be right."""
    with pytest.raises(SettingsError, match="five fields"):
        Timetable([Source(name="a", location="x", cron="sometimes")], NOON, {})
    assert [seconds(t) for t in ("90s", "15m", "6h", "1d", "", "-1h")] == [
        90,
        900,
        21600,
        86400,
        0,
        0,
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[sources.a]\nlocation = "x"\nguard = 2', "no share"),
        ('[sources.a]\nlocation = "x"\nevery = "soon"', "no time"),
        ('[sources.a]\nlocation = "x"\nevery = "99999999999d"', "no time"),
        ('[sources.a]\nlocation = "x"\nevery = "1h"\njitter = "40000d"', "no time"),
        ('[sources.a]\nlocation = "x"\nevery = "1h"\ncron = "* * * * *"', "not both"),
        ('[sources.a]\nmapping = "x"', "location"),
        ("sources = 3", "table"),
        ('[sources.a]\nlocation = "x"\ndelta = "yes"', "wrong type"),
    ],
)
def test_faulty_tables_are_refused(tmp_path: Path, text: str, fault: str) -> None:
    """What is wrong with a table of knowloom.toml is told with its place."""
    file = tmp_path / "knowloom.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=fault):
        read_sources(file)


def test_sources_look_from_their_file(tmp_path: Path) -> None:
    """Relative places are those beside the file."""
    file = tmp_path / "knowloom.toml"
    file.write_text('[sources.a]\nlocation = "a.csv"\nmapping = "m.toml"\nevery = "6h"\n')
    found = read_sources(file)["a"]
    assert (found.location, found.mapping) == (str(tmp_path / "a.csv"), tmp_path / "m.toml")
    assert (found.every, read_sources(None)) == (21600, {})


def test_one_failing_source_stops_no_other(tmp_path: Path) -> None:
    """Sources that fail in any way are noted, the good one runs again and again, then it ends."""
    looked: Counter[str] = Counter()
    stop = Event()

    def look(source: Source) -> UpdateReport:
        looked[source.name] += 1
        if source.name == "gone":
            raise SourceError("x", "there is no such file")
        if source.name == "broken":
            raise ZeroDivisionError
        if looked["good"] >= 3:
            stop.set()
        return UpdateReport("good", run=looked["good"], written=1)

    names = ("good", "gone", "broken")
    sources = [Source(name=name, location="x", every=1) for name in names]
    keep_up_to_date(sources, look, tmp_path, stop)
    assert looked["good"] == 3
    assert looked["gone"] == looked["broken"] == 1
    health = Health.read(tmp_path / HEALTH)
    assert health.sources["gone"]["error"] == "x cannot be read: there is no such file"
    assert health.sources["broken"]["status"] == "failed"
    assert health.sources["good"]["run"] == 3
    (tmp_path / HEALTH).write_text("{ half")
    assert Health.read(tmp_path / HEALTH).sources == {}


def test_a_source_that_was_taken_out_fails_no_more(tmp_path: Path) -> None:
    """What became of it is forgotten by the next look, and by the scheduler."""

    def look(source: Source) -> UpdateReport:
        if source.name == "old":
            raise SourceError("x", "there is no such file")
        stop.set()
        return UpdateReport(source.name)

    stop = Event()
    old, new = (Source(name=name, location="x", every=1) for name in ("old", "new"))
    look_once([old, new], look, tmp_path)
    assert Health.read(tmp_path / HEALTH).sources.keys() == {"old", "new"}
    look_once([new], look, tmp_path)
    assert Health.read(tmp_path / HEALTH).sources.keys() == {"new"}
    look_once([old, new], look, tmp_path)
    stop.clear()
    keep_up_to_date([new], look, tmp_path, stop)
    assert Health.read(tmp_path / HEALTH).sources.keys() == {"new"}


def test_a_schedule_of_no_sources_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crontab that begins in a wrong folder does not look like one that works."""
    monkeypatch.chdir(tmp_path)
    for more in ([], ["--once"]):
        result = CliRunner().invoke(cli, ["update", "schedule", *more])
        assert result.exit_code == 2
        assert f"no knowloom.toml of {tmp_path}" in result.output


def test_two_schedulers_at_once(tmp_path: Path) -> None:
    """The second one is refused while the first is at work."""
    stop = Event()

    def look(source: Source) -> UpdateReport:
        with pytest.raises(SchedulerBusy):
            keep_up_to_date([source], look, tmp_path, Event())
        stop.set()
        return UpdateReport(source.name)

    keep_up_to_date([Source(name="a", location="x", every=1)], look, tmp_path, stop)
    assert Health.read(tmp_path / HEALTH).sources["a"]["status"] == "done"


@pytest.mark.neo4j
def test_the_command_as_a_process(database: Database, endpoint: Endpoint, tmp_path: Path) -> None:
    """It updates, notes a failing source, is seen by `status`, ends clean however often told."""
    (tmp_path / "people.csv").write_text("name\nAda\n")
    (tmp_path / "knowloom.toml").write_text(
        '[sources.people]\nlocation = "people.csv"\nevery = "1s"\n'
        '[sources.gone]\nlocation = "gone.csv"\nevery = "1s"\n'
    )
    login = {
        "NEO4J_URI": endpoint.uri,
        "NEO4J_USERNAME": endpoint.user,
        "NEO4J_PASSWORD": endpoint.password,
    }
    command = [sys.executable, "-m", "knowloom", "update", "schedule"]

    def ran(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *more],
            check=False,
            cwd=tmp_path,
            env=os.environ | login,
            capture_output=True,
            text=True,
        )

    process = subprocess.Popen(
        command, cwd=tmp_path, env=os.environ | login, stderr=subprocess.PIPE, text=True
    )
    try:
        until = time.monotonic() + 60
        people: list[object] = []
        while not people and time.monotonic() < until:
            time.sleep(0.5)
            people = [*database.read("MATCH (n:_Instance {name: 'Ada'}) RETURN n")]
        assert people
        assert "at work" in ran("--once").stderr
        shown = json.loads(ran("status", "--json").stdout)
        assert shown["people"]["status"] == "done"
        assert "no such file" in shown["gone"]["error"]
        assert "No scheduler" not in ran("status").stdout
    finally:
        until = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < until:
            process.send_signal(signal.SIGTERM)
            time.sleep(0.001)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    assert "Traceback" not in error
    assert database.read("MATCH (l:_SourceLock) RETURN l") == []
    assert "No scheduler is at work now" in ran("status").stdout
    once = ran("--once")
    assert once.returncode == 1
    assert "no such file" in once.stdout
