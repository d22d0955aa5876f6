"""Reports over MQTT: as they are stored, answered batch by batch, and behind every alarm."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from heimvakt.core.alarms import Priority
from heimvakt.core.heard import ReportReceipt
from heimvakt.core.uplink import Uplink
from heimvakt.demo.receiver import Behaviour, Manners, Receiver
from heimvakt.runtime.clock import SystemClock
from tests.support.broker import BOTH, MOSQUITTO, broker
from tests.support.slow_line import slow_line
from tests.support.timed import in_time, timed
from tests.support.uplinks import GATEWAY, alarm, batch, mqtt_uplink, running, sending

both = pytest.mark.parametrize("kind", BOTH)
mosquitto = pytest.mark.parametrize("kind", [MOSQUITTO])
WAIT_S = 0.2
"""What an alarm may stand behind on the wire."""
MACHINE_S = 0.1
"""And what two busy cores may add."""


@both
async def test_a_batch_arrives_as_it_is_stored_and_its_receipt_is_heard(kind: str) -> None:
    one_batch = batch(7, 3)
    async with broker(kind) as one:
        uplink = mqtt_uplink(one.url)
        centre = Receiver(one.url, clock=SystemClock(), behaviour=Behaviour(keep_events=True))
        async with centre.open(), running(uplink) as heard:
            await uplink.wait_connected()
            await uplink.report(one_batch)
            came = (await centre.next("reports")).message
            receipt = await heard.get()
    assert came["data"]["events"] == [json.loads(event.body) for event in one_batch.events]
    assert (came["id"], came["data"]["batch_id"]) == (
        "reports/telemetry-7-9",
        f"{GATEWAY}/telemetry-7-9",
    )
    assert receipt == ReportReceipt(
        receiver="centre", batch_id=one_batch.batch_id, by="demo-centre"
    )


@mosquitto
@pytest.mark.parametrize(
    ("manners", "counted"),
    [
        (Manners.TWICE, {"receipts": 2}),
        (Manners.GARBAGE, {"refused-not-json": 1}),
        (Manners.WRONG_ID, {"refused-other-gateway": 1}),
    ],
)
async def test_receipts_as_bad_receivers_give_them_are_counted(
    kind: str, manners: Manners, counted: dict[str, int]
) -> None:
    async with broker(kind) as one:
        uplink = mqtt_uplink(one.url)
        behaviour = Behaviour(manners=manners, accept_after_s=None)
        async with (
            Receiver(one.url, clock=SystemClock(), behaviour=behaviour).open() as centre,
            running(uplink) as heard,
        ):
            await uplink.wait_connected()
            await uplink.report(batch())
            await centre.next("reports")
            centre.answer(GATEWAY, f"{GATEWAY}-1", "received", by="last")  # comes after the others
            while getattr(await heard.get(), "by", "") != "last":
                pass
    assert {key: uplink.counts()[key] for key in counted} == counted


async def flood(uplink: Uplink, bytes_in_batch: int, lane: asyncio.Semaphore, batches: int) -> None:
    """Send so many batches, several at a time."""
    async with asyncio.TaskGroup() as group:

        async def send(number: int) -> None:
            try:
                await uplink.report(batch(10 * number, 10, size=bytes_in_batch // 10))
            finally:
                lane.release()

        for number in range(batches):
            await lane.acquire()
            group.create_task(send(number))


@asynccontextmanager
async def flooded(uplink: Uplink, bytes_in_batch: int) -> AsyncIterator[None]:
    """10,000 reports wait behind each other for so long."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(flood(uplink, bytes_in_batch, asyncio.Semaphore(16), 1000))
        try:
            yield
        finally:
            task.cancel()


@mosquitto
@pytest.mark.parametrize("delay_s", [0.0, 0.05])
@timed
async def test_on_a_slow_line_an_alarm_goes_in_front_of_ten_thousand_reports(
    kind: str, delay_s: float
) -> None:
    took = await press_during_a_flood(kind, 32_000, delay_s, presses=5)
    in_time(sorted(took)[len(took) // 2], WAIT_S + delay_s + MACHINE_S)
    in_time(max(took), 2 * WAIT_S + delay_s + MACHINE_S)


async def press_during_a_flood(
    kind: str, bytes_per_s: float, delay_s: float, *, presses: int
) -> list[float]:
    """Seconds from `send` to the receiver, for alarms one after another."""
    loop = asyncio.get_running_loop()
    took = []
    quiet = Behaviour(manners=Manners.NEVER)
    async with (
        broker(kind) as one,
        slow_line(one.port, bytes_per_s=bytes_per_s, delay_s=delay_s) as line,
        Receiver(one.url, clock=SystemClock(), behaviour=quiet).open() as centre,
    ):
        uplink = mqtt_uplink(line.url)
        async with running(uplink), asyncio.timeout(60):
            await uplink.wait_connected()
            async with flooded(uplink, 1000):
                while len(list(centre.reports.get(GATEWAY, ()))) < 100:
                    await centre.next("reports")
                for number in range(presses):
                    began = loop.time()
                    async with asyncio.TaskGroup() as group:
                        group.create_task(uplink.send(alarm(number), sending()))
                        await centre.next("alarm")
                    took.append(loop.time() - began)
    return took


@mosquitto
@timed
async def test_a_batch_that_was_too_large_for_a_slow_line_is_the_only_one_an_alarm_waits_for(
    kind: str,
) -> None:
    """Whoever packs batches knows the line; if it does not, the rest still waits with us."""
    loop = asyncio.get_running_loop()
    quiet = Behaviour(manners=Manners.NEVER)
    async with (
        broker(kind) as one,
        slow_line(one.port, bytes_per_s=32_000) as line,
        Receiver(one.url, clock=SystemClock(), behaviour=quiet).open() as centre,
    ):
        uplink = mqtt_uplink(line.url)
        async with running(uplink), asyncio.timeout(60):
            await uplink.wait_connected()
            async with flooded(uplink, 16_000):
                await centre.next("reports")
                began = loop.time()
                async with asyncio.TaskGroup() as group:
                    group.create_task(uplink.send(alarm(), sending()))
                    await centre.next("alarm")
                in_time(loop.time() - began, 0.5 + WAIT_S + MACHINE_S)


@mosquitto
@timed
async def test_many_alarms_of_low_priority_drain_over_a_long_round_trip(kind: str) -> None:
    """Each is a message of its own; how many are under way the broker and the line decide."""
    count, delay_s, usual = 600, 0.1, 20
    twenty_at_a_time_s = count / usual * 2 * delay_s
    async with broker(kind, more=("max_inflight_messages 0",)) as one:
        quiet = Behaviour(manners=Manners.NEVER)
        async with (
            slow_line(one.port, bytes_per_s=1e8, delay_s=delay_s) as line,
            Receiver(one.url, clock=SystemClock(), behaviour=quiet).open(),
        ):
            uplink = mqtt_uplink(line.url)
            async with running(uplink):
                await uplink.wait_connected()
                began = asyncio.get_running_loop().time()
                async with asyncio.TaskGroup() as group:
                    for number in range(count):
                        low = alarm(number, priority=Priority.LOW)
                        group.create_task(uplink.send(low, sending()))
                took_s = asyncio.get_running_loop().time() - began
    print(f"{count} alarms in {took_s:.2f} s at a round trip of {2 * delay_s} s")
    in_time(took_s, twenty_at_a_time_s / 2)
