"""What the gateway says of itself to those in front of it is what is so."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from heimvakt.core.events import AlarmAcknowledged, AlarmDelivered, ButtonPressed
from heimvakt.core.modem import ModemState, Registration, Signal, SignalPast, Sim
from heimvakt.core.path import Path as NetworkPath
from heimvakt.core.reports import Wanted
from heimvakt.net.paths import PathWatch
from heimvakt.runtime.heart import Heart
from heimvakt.runtime.report import Report, Told
from heimvakt.runtime.vitals import Vitals
from tests.support.beside import beside
from tests.support.homes import EVENING
from tests.support.lives import Life, live
from tests.support.memory_uplink import MemoryUplink

PATHS = (NetworkPath(name="broadband", interface="eth0"), NetworkPath(name="mobile"))
MODEM = ModemState(
    present=True,
    sim=Sim.READY,
    registration=Registration.HOME,
    operator="Telenor",
    signal=Signal(dbm=-97, percent=26),
)
PAST = SignalPast(hours=168.0, worst_dbm=-109, median_dbm=-97, without_network=1 / 48)


class Desk:
    """A gateway with two paths to a centre, and its report."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.uplinks = [MemoryUplink(path=path.name) for path in PATHS]
        self.watch = PathWatch(PATHS, self.uplinks, life.pipeline.emit)
        vitals = Vitals(life.pipeline, life.store, life.clock, {"centre": Wanted.NONE})
        chance = random.Random(1)
        self.hearts = [Heart(u, vitals.measure, self.watch, chance) for u in self.uplinks]
        self.report = Report(
            life.pipeline,
            life.store,
            life.clock,
            vitals,
            receivers={"centre": Told(uplinks=self.uplinks, counts=lambda: {"nothing-new": 2})},
            hearts=self.hearts,
            paths=PATHS,
            facts=self.watch,
            modems={"mobile": lambda: MODEM},
            signals={"mobile": lambda: PAST},
            sign=lambda: "connected",
        )
        self.watch.look()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with live(tmp_path) as life:
        yield Desk(life)


async def test_it_counts_what_is_open_and_what_nobody_has_accepted(desk: Desk) -> None:
    pipeline = desk.life.pipeline
    await pipeline.emit(ButtonPressed(device_id="button"))
    (alarm,) = pipeline.state.alarms.values()
    first = await desk.report.status()
    assert (first["open_alarms"], first["not_accepted"]) == (1, 1)
    assert first["receivers"]["centre"]["waiting"] == 1
    assert first["receivers"]["centre"]["answered_at"] is None
    assert first["outbox"] == {"alarms": 1, "oldest_s": 0.0, "reports": 0}
    await pipeline.emit(
        AlarmDelivered(alarm_id=alarm.alarm_id, receiver="centre", revision=0),
        AlarmAcknowledged(alarm_id=alarm.alarm_id, receiver="centre", by="op-7"),
    )
    second = await desk.report.status()
    assert (second["open_alarms"], second["not_accepted"]) == (1, 0)
    assert second["receivers"]["centre"]["waiting"] == 0
    assert second["receivers"]["centre"]["answered_at"] == EVENING.isoformat()
    assert second["devices"]["button"]["last_seen"] == EVENING.isoformat()


async def test_it_names_the_rules_that_are_blind(desk: Desk) -> None:
    desk.life.clock.drive(EVENING + timedelta(hours=15))
    await desk.life.pipeline.fire_due()
    rules = (await desk.report.status())["rules"]
    assert rules["night-door"] == {"kind": "night-door", "blind_without": ["front-door"]}
    assert rules["technical"]["blind_without"] == []


async def test_it_says_how_each_path_is(desk: Desk) -> None:
    before = (await desk.report.status())["paths"]
    assert before["broadband"]["good"] is True
    assert before["broadband"]["round_trip_ms"] is None
    assert before["broadband"]["modem"] is None
    assert before["mobile"]["modem"]["dbm"] == -97
    assert before["mobile"]["modem"]["operator"] == "Telenor"
    assert before["broadband"]["signal"] is None
    assert before["mobile"]["signal"] == {
        "hours": 168.0,
        "worst_dbm": -109,
        "median_dbm": -97,
        "without_network": 0.021,
    }
    desk.uplinks[0].cut()
    desk.watch.look()
    after = await desk.report.status()
    assert [after["paths"][name]["good"] for name in ("broadband", "mobile")] == [False, True]
    assert [after["paths"][name]["reason"] for name in ("broadband", "mobile")] == [
        "no receiver is reached over it",
        None,
    ]
    assert after["receivers"]["centre"]["connected"] is True
    assert after["receivers"]["centre"]["paths"] == {"broadband": False, "mobile": True}
    assert after["receivers"]["centre"]["trouble"] == {}
    desk.uplinks[0].trouble = "the cable is out"
    why = (await desk.report.status())["receivers"]["centre"]["trouble"]
    assert why == {"broadband": "the cable is out"}


async def test_it_says_when_the_last_heartbeat_was_and_what_it_took(desk: Desk) -> None:
    assert (await desk.report.status())["receivers"]["centre"]["heartbeat_ago_s"] is None
    async with beside(desk.hearts[1].run()):
        await desk.uplinks[1].until(lambda: len(desk.uplinks[1].beats) == 1)
    status = await desk.report.status()
    assert 0 <= status["receivers"]["centre"]["heartbeat_ago_s"] < 5
    assert status["paths"]["mobile"]["round_trip_ms"] >= 0
    assert status["paths"]["broadband"]["round_trip_ms"] is None


async def test_it_adds_up_what_was_counted_on_all_paths(desk: Desk) -> None:
    counts = (await desk.report.status())["receivers"]["centre"]["counts"]
    assert counts == {"sent": 0, "nothing-new": 2}


async def test_it_says_how_full_the_store_is_and_what_is_shown(desk: Desk) -> None:
    status = await desk.report.status()
    assert status["sign"] == "connected"
    assert status["store"]["full"] is False
    assert 0 < status["store"]["bytes"] < status["store"]["bytes_max"]
