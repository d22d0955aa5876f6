"""What the gateway says of itself is what is so."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from heimvakt.core.events import ButtonPressed, DeviceSeen, RadioLost
from heimvakt.core.uplink import Answer
from heimvakt.runtime.heart import run_heart
from heimvakt.runtime.report import Report
from heimvakt.runtime.shipping import Shipping
from tests.support.homes import EVENING
from tests.support.lives import Life, live
from tests.support.memory_uplink import MemoryUplink, answer


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    async with live(tmp_path) as made:
        yield made


@pytest.fixture
async def uplink(life: Life) -> MemoryUplink:
    return MemoryUplink()


@pytest.fixture
def shipping(life: Life, uplink: MemoryUplink) -> Shipping:
    return Shipping(uplink, life.store, life.clock, life.pipeline.emit)


@pytest.fixture
def report(life: Life, uplink: MemoryUplink, shipping: Shipping) -> Report:
    return Report(life.pipeline, life.store, life.clock, [], {"centre": (uplink, shipping)})


async def test_a_heartbeat_says_what_waits_and_who_is_silent(life: Life, report: Report) -> None:
    quiet = await report.heartbeat()
    assert (quiet.outbox_waiting, quiet.oldest_waiting_s) == (0, None)
    assert (quiet.silent_devices, quiet.drivers_lost) == ((), ())
    await life.pipeline.emit(ButtonPressed(device_id="button"))
    life.clock.drive(EVENING + timedelta(hours=15))
    await life.pipeline.emit(DeviceSeen(device_id="bed"))
    await life.pipeline.fire_due()
    await life.pipeline.emit(RadioLost(driver="zigbee", reason="gone"))
    told = await report.heartbeat()
    assert told.at == EVENING + timedelta(hours=15)
    assert told.started_at == EVENING
    assert told.outbox_waiting == len(life.pipeline.state.alarms)
    assert told.oldest_waiting_s == 15 * 3600.0
    assert set(told.silent_devices) == {"button", "pendant", "hall", "front-door"}
    assert told.drivers_lost == ("zigbee",)
    assert told.journal_seq == life.pipeline.seq


async def test_the_status_counts_what_is_open_and_what_nobody_has_accepted(
    life: Life, report: Report, shipping: Shipping
) -> None:
    await life.pipeline.emit(ButtonPressed(device_id="button"))
    (alarm,) = life.pipeline.state.alarms.values()
    first = await report.status()
    assert (first["open_alarms"], first["not_accepted"]) == (1, 1)
    assert first["receivers"]["centre"]["waiting"] == 1
    await shipping.hear(answer(alarm, Answer.ACCEPTED))
    second = await report.status()
    assert (second["open_alarms"], second["not_accepted"]) == (1, 0)
    assert second["receivers"]["centre"]["waiting"] == 0
    assert second["devices"]["button"]["last_seen"] == EVENING.isoformat()


async def test_the_status_names_the_rules_that_are_blind(life: Life, report: Report) -> None:
    life.clock.drive(EVENING + timedelta(hours=15))
    await life.pipeline.fire_due()
    rules = (await report.status())["rules"]
    assert rules["night-door"] == {"kind": "night-door", "blind_without": ["front-door"]}
    assert rules["technical"]["blind_without"] == []


async def test_the_heart_beats_when_the_receiver_is_first_connected(
    report: Report, uplink: MemoryUplink
) -> None:
    uplink.cut()
    heart = run_heart(uplink, report.heartbeat, random.Random(1))
    task = asyncio.get_running_loop().create_task(heart)
    await asyncio.sleep(0)
    assert uplink.beats == []
    uplink.mend()
    await uplink.until(lambda: len(uplink.beats) == 1)
    task.cancel()
    await asyncio.wait([task])
