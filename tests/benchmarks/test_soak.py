"""What judges a soak is right: the line through what was seen, and the witness of its frames."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.soak.clock import FastClock, Pace
from benchmarks.soak.flat import slope
from benchmarks.soak.life import acts, things
from benchmarks.soak.play import Frame, held
from benchmarks.soak.report import summed
from benchmarks.soak.run import FILE

DAYS = float(os.environ.get("HEIMVAKT_SOAK_DAYS", "0"))
START = datetime(2026, 11, 30, tzinfo=UTC)
SPEED = 60.0
DOOR = "front-door"


def event(seq: int, gone: float, kind: str = "door-opened", device: str = DOOR) -> dict[str, Any]:
    return {"seq": seq, "kind": kind, "device_id": device, "monotonic": gone}


def journal(*events: dict[str, Any]) -> dict[int, dict[str, Any]]:
    return {each["seq"]: each for each in events}


@given(
    per_day=st.floats(-5, 5),
    wobble=st.floats(0, 3),
    count=st.integers(40, 200),
)
def test_a_line_is_found_under_what_goes_up_and_down_quickly(
    per_day: float, wobble: float, count: int
) -> None:
    points = [(n / 10, per_day * n / 10 + wobble * (-1) ** n) for n in range(count)]
    found = slope(points)
    assert found is not None
    assert abs(found.per_unit - per_day) <= found.noise + 0.2 * wobble + 1e-6


def test_what_is_level_does_not_rise_and_what_leaks_does() -> None:
    level = [(n / 10, 90.0 + (n * 7 % 5) / 10) for n in range(100)]
    leaks = [(x, y + 0.5 * x) for x, y in level]
    still, rising = slope(level), slope(leaks)
    assert still is not None
    assert rising is not None
    assert not still.rises
    assert rising.rises
    assert slope(level[:19]) is None


def test_a_frame_that_came_to_nothing_is_lost_but_where_nobody_was_to_take_it() -> None:
    frames = [Frame(DOOR, "door-opened", gone) for gone in (100.0, 5_000.0, 9_000.0)]
    came = journal(event(1, 101.0), event(2, 9_001.0))
    found = held(frames, came, [], SPEED, frozenset())
    assert (found.sent, found.journalled, found.lost) == (3, 2, [frames[1]])
    excused = held(frames, came, [(4_990.0, 5_010.0)], SPEED, frozenset())
    assert (excused.in_trouble, excused.lost, excused.doubled) == (1, [], [])


def test_of_a_frame_nobody_may_have_taken_and_one_that_somebody_did_the_event_is_the_seconds() -> (
    None
):
    frames = [Frame(DOOR, "door-opened", gone) for gone in (100.0, 200.0)]
    found = held(frames, journal(event(1, 201.0)), [(90.0, 110.0)], SPEED, frozenset())
    assert (found.journalled, found.in_trouble, found.lost) == (1, 1, [])


def test_an_event_that_comes_twice_is_told_and_a_state_told_again_after_a_start_is_not() -> None:
    frames = [Frame(DOOR, "door-opened", 100.0)]
    twice = held(frames, journal(event(1, 101.0), event(2, 102.0)), [], SPEED, frozenset())
    assert twice.doubled == [2]
    started = {"seq": 2, "kind": "gateway-started", "monotonic": 150.0}
    again = held(frames, journal(event(1, 101.0), started, event(3, 160.0)), [], SPEED, frozenset())
    assert (again.told_again, again.doubled) == (1, [])
    other = held(
        frames,
        journal(event(1, 101.0), started, event(3, 160.0, "door-closed")),
        [],
        SPEED,
        frozenset(),
    )
    assert other.doubled == [3], "not as it was"


def test_the_fast_clock_keeps_its_step_and_its_pace_over_processes(tmp_path: Path) -> None:
    one = Pace(tmp_path / "pace", START)
    one.go(1_000.0)
    other = Pace(tmp_path / "pace")
    boot_s = 1e6
    assert other.true(boot_s + 1) - other.true(boot_s) == timedelta(seconds=1_000)
    assert other.gone(boot_s + 1) - other.gone(boot_s) == pytest.approx(1_000)
    one.step(timedelta(minutes=-5))
    assert other.shown(boot_s) == other.true(boot_s) - timedelta(minutes=5)


async def test_in_one_turn_of_the_loop_wall_clock_and_boot_clock_are_of_one_moment(
    tmp_path: Path,
) -> None:
    clock = FastClock(Pace(tmp_path / "pace", START))
    first = clock.now(), clock.monotonic()
    assert (clock.now(), clock.monotonic()) == first
    await clock.sleep_until(first[0] + timedelta(milliseconds=1))
    await asyncio.sleep(0)
    assert clock.monotonic() > first[1]


def test_two_people_who_pass_one_sensor_make_it_tell_once(tmp_path: Path) -> None:
    at = START.isoformat()
    lines = [
        {"kind": kind, "device_id": "hall-motion-1", "at": at}
        for kind in ("motion-detected", "motion-detected", "motion-cleared", "device-seen")
    ]
    file = tmp_path / "life.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert [act.kind for act in acts(file)] == ["motion-detected", "motion-cleared", "device-seen"]
    assert len(things()) == 40


@pytest.mark.skipif(not DAYS, reason="HEIMVAKT_SOAK_DAYS says how much of a day to run, as root")
@pytest.mark.slow
@pytest.mark.timeout(7_200)
def test_some_of_a_week(tmp_path: Path) -> None:
    arguments = ("--days", str(DAYS), "--speed", "120", "--out", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "soak", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert summed(tmp_path / FILE).good
