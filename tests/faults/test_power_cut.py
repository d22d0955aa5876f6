"""The power goes at any moment: what was taken is there, what was sent keeps its id, and it starts.

A gateway's pipeline and store work under strace; from its system calls every kind of state is laid
down that a cut may leave (`tests/support/powercut_disk.py` says the model and its limits).
HEIMVAKT_POWER_CUTS says how many cuts, HEIMVAKT_SEED which.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from heimvakt.core.events import ButtonPressed
from heimvakt.runtime.clock import DrivenClock
from heimvakt.store.store import FILE
from tests.support.homes import EVENING
from tests.support.lives import RECEIVER, every_alarm, journal, live
from tests.support.powercut_disk import Disk
from tests.support.powercut_trace import Said, record

CUTS = int(os.environ.get("HEIMVAKT_POWER_CUTS", "40"))
SEED = int(os.environ.get("HEIMVAKT_SEED", "1"))
CUTS_OF_ONE_RUN = 100
REBUILT = CUTS // 4 if CUTS > 40 else 5
"""Cuts while a damaged database is made anew, each of which takes a second."""

pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is missing: apt install it"),
    pytest.mark.timeout(120 + 2 * CUTS),
]


async def test_whatever_a_power_cut_leaves_nothing_taken_is_lost(tmp_path: Path) -> None:
    found: Counter[str] = Counter()
    for run in range(-(-CUTS // CUTS_OF_ONE_RUN)):
        state = _folder(tmp_path / f"run{run}")
        cuts = min(CUTS_OF_ONE_RUN, CUTS - run * CUTS_OF_ONE_RUN)
        async for place, said, cut in _cuts(state, SEED * 1_000 + run, cuts, until=1.0):
            with _told(cut):
                await _check(place, said, found)
    print(f"seed {SEED}, {CUTS} power cuts: {dict(found)}")
    assert found["cuts"] == CUTS
    assert found["with alarms sent before"] > CUTS // 2


async def test_a_power_cut_while_a_damaged_database_is_made_anew_loses_no_more(
    tmp_path: Path,
) -> None:
    state, found = _folder(tmp_path / "run"), Counter[str]()
    record("tests.support.powercut_worker", state, str(SEED), trace=tmp_path / "before")
    _damage(state / FILE)
    whole = tmp_path / "whole"
    shutil.copytree(state, whole)
    async with live(whole, DrivenClock(EVENING)) as life:
        assert life.store.restored.fault is not None
        # But for the alarm of this start itself: another start gives it another number.
        alarms = await every_alarm(life.store)
        saved = {i for i, alarm in alarms.items() if alarm.kind != "store"}
    assert saved
    async for place, said, cut in _cuts(state, SEED, REBUILT, until=0.2):
        with _told(cut):
            async with live(place, DrivenClock(EVENING)) as life:
                found["rebuilt" if life.store.restored.fault else "opened as it was"] += 1
                assert saved <= set(await every_alarm(life.store)), "saved by a start that had time"
            took = max((int(w.split()[1]) for w in said if w.startswith("took")), default=0)
            assert max(event.seq for event in journal(place)) >= took
    print(f"seed {SEED}, power cuts while rebuilding: {dict(found)}")


@contextmanager
def _told(cut: str) -> Iterator[None]:
    """Say which cut it was that failed, and of the others nothing."""
    try:
        yield
    except BaseException:
        print(cut)
        raise


def _folder(place: Path) -> Path:
    state = place / "state"
    state.mkdir(parents=True, mode=0o700)
    return state


async def _cuts(
    state: Path, seed: int, count: int, *, until: float
) -> AsyncIterator[tuple[Path, list[str], str]]:
    """What a folder looks like after each of many cuts in the first part of a run, all that had
    been said by then, and which cut it was."""
    disk = Disk(state)
    trace = state.parent / "trace"
    steps = record("tests.support.powercut_worker", state, str(seed), trace=trace)
    trace.unlink()
    assert sum(isinstance(step, Said) for step in steps) > 50
    chance, taken = random.Random(seed), 0
    moments = sorted(chance.sample(range(1, int(len(steps) * until)), count))
    for number, moment in enumerate(moments):
        for step in steps[taken:moment]:
            disk.take(step)
        taken = moment
        place = state.parent / f"cut{number}"
        disk.cut(place, random.Random(seed * 1_000 + number))
        yield place, disk.said, f"seed {seed}, cut {number} at step {moment} of {len(steps)}"
        shutil.rmtree(place)


def _damage(database: Path) -> None:
    """Overwrite the root page of the journal."""
    with closing(sqlite3.connect(database)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        query = "SELECT rootpage FROM sqlite_schema WHERE name = 'journal'"
        (page,) = connection.execute(query).fetchone()
    with database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)


async def _check(place: Path, said: list[str], found: Counter[str]) -> None:
    """Begin again on what is left, and hold it to what was said before the cut."""
    words = [line.split() for line in said]
    took = max((int(w[1]) for w in words if w[0] == "took"), default=0)
    sent = {w[1]: int(w[2]) for w in words if w[0] == "sent"}
    answered = {w[1] for w in words if w[0] == "answered"}
    found["cuts"] += 1
    found["with alarms sent before"] += bool(sent)

    async with live(place, DrivenClock(EVENING)) as life:
        fault = life.store.restored.fault
        found["rebuilt" if fault else "opened as it was"] += 1
        alarms = await every_alarm(life.store)
        waiting = {row.alarm_id for row in await life.store.waiting(RECEIVER, 10_000)}
        await life.pipeline.emit(ButtonPressed(device_id="button"))
        newest = max((await every_alarm(life.store)).values(), key=lambda alarm: alarm.number)
    on_disk = {event.seq for event in journal(place)}

    missing = set(range(1, took + 1)) - on_disk
    assert not missing, f"taken and gone: {sorted(missing)} ({fault})"
    assert set(sent) <= set(alarms), f"sent and gone ({fault})"
    for alarm_id, seq in sent.items():
        evidence = alarms[alarm_id].evidence
        assert (evidence[-1].seq if evidence else 0) == seq, "the same id is another alarm now"
    assert answered <= {i for i, alarm in alarms.items() if alarm.delivered_at}, "answer forgotten"
    unanswered = {alarm_id for alarm_id in sent if alarms[alarm_id].delivered_at is None}
    assert unanswered <= waiting, f"nobody waits for it any more ({fault})"
    assert newest.alarm_id not in sent, "a new alarm has an id that was sent before"
