"""Brokers that are there and take nothing, or take it oddly: never a tight loop, told once, and an
alarm gets through where there is any way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from heimvakt.core.alarms import Alarm, Evidence
from heimvakt.core.uplink import NotConnected, Waits
from heimvakt.demo.receiver import Behaviour, Manners, Receiver
from heimvakt.runtime.clock import SystemClock
from heimvakt.uplinks.mqtt import MqttUplink
from tests.support.broker import broker, needs_mosquitto
from tests.support.fake_broker import HANG_UP, connack, disconnect, fake_broker, puback
from tests.support.uplinks import (
    NIGHT,
    SURE,
    alarm,
    hand_over,
    mqtt_uplink,
    running,
    sending,
    until,
)

QUOTA = 0x97
WATCHED_S = 2.0
ATTEMPTS_MAX = 5
"""In `WATCHED_S`: the pauses are 0.25 s or more, and doubled each time."""

REFUSALS = [
    pytest.param(lambda mid: puback(mid, QUOTA), "refuses what is published", id="puback"),
    pytest.param(lambda _mid: disconnect(QUOTA) + HANG_UP, "ended it", id="disconnect"),
    pytest.param(lambda _mid: HANG_UP, "the connection was cut", id="hangs up"),
]


async def keep_trying(uplink: MqttUplink) -> None:
    """Send the alarm as often as there is a connection."""
    while True:
        await uplink.wait_connected()
        try:
            await hand_over(uplink, alarm(), sending())
        except NotConnected:
            await uplink.wait_lost()


@pytest.mark.parametrize(("confirm", "said"), REFUSALS)
async def test_a_broker_that_takes_no_alarm_is_not_hammered_and_told_of_once(
    confirm: Callable[[bytes], bytes], said: str
) -> None:
    async with fake_broker(confirm=confirm) as fake:
        uplink = mqtt_uplink(fake.url)
        uplink.pressing(Waits.HIGH)
        with capture_logs() as logs:
            async with running(uplink), asyncio.TaskGroup() as group:
                trying = group.create_task(keep_trying(uplink))
                await asyncio.sleep(WATCHED_S)  # what is counted is how much happens in some time
                attempts = len(fake.greetings)
                await until(uplink, "connections-lost", 2)
                trying.cancel()
    assert attempts <= ATTEMPTS_MAX
    (told,) = (entry for entry in logs if entry["event"] == "broker-lost")
    assert said in told["reason"]
    assert sum(entry["event"] == "broker-connected" for entry in logs) == 1


@needs_mosquitto
@pytest.mark.parametrize("confirm", [pytest.param(*p.values[:1], id=p.id) for p in REFUSALS])
async def test_the_next_broker_gets_the_alarm_that_the_first_does_not_take(
    confirm: Callable[[bytes], bytes],
) -> None:
    async with fake_broker(confirm=confirm) as fake, broker("mosquitto") as second:
        uplink = mqtt_uplink(fake.url, second.url)
        uplink.pressing(Waits.HIGH)
        quiet = Behaviour(manners=Manners.NEVER)
        async with (
            Receiver(second.url, clock=SystemClock(), behaviour=quiet).open() as centre,
            running(uplink),
            asyncio.TaskGroup() as group,
        ):
            trying = group.create_task(keep_trying(uplink))
            async with asyncio.timeout(30):
                await centre.next("alarm")
            trying.cancel()


async def test_a_broker_at_its_quota_refuses_the_greeting() -> None:
    async with fake_broker(greet=connack(QUOTA)) as fake:
        uplink = mqtt_uplink(fake.url, protocol="5")
        uplink.pressing(Waits.HIGH)
        with capture_logs() as logs:
            async with running(uplink):
                await asyncio.sleep(WATCHED_S)
                attempts = len(fake.greetings)
                await until(uplink, "attempts-failed", 2)
    assert attempts <= ATTEMPTS_MAX
    (told,) = (entry for entry in logs if entry["event"] == "broker-not-connected")
    assert "Quota exceeded" in told["reason"]
    assert "limits" in told["hint"]


async def test_a_broker_that_confirms_twice_is_believed_once() -> None:
    async with fake_broker(confirm=lambda mid: puback(mid) * 2) as fake:
        uplink = mqtt_uplink(fake.url, patience=SURE)
        async with running(uplink):
            await uplink.wait_connected()
            for number in range(600):  # more than there are places: none must be given back twice
                await hand_over(uplink, alarm(number), sending())
    assert uplink.counts() == {"connections": 1, "alarms-sent": 600}
    assert fake.alarms == 600


async def test_a_broker_that_hangs_up_after_each_alarm_gets_them_one_by_one() -> None:
    async with fake_broker(confirm=lambda mid: puback(mid) + HANG_UP) as fake:
        uplink = mqtt_uplink(fake.url)
        uplink.pressing(Waits.HIGH)
        async with running(uplink):
            for number in range(3):
                await uplink.wait_connected()
                await hand_over(uplink, alarm(number), sending())
                await uplink.wait_lost()
    assert fake.alarms == 3


def long_alarm(number: int = 1) -> Alarm:
    """With far more evidence than any rule gathers."""
    seen = Evidence(seq=1, at=NIGHT, kind="motion-detected", device_id="hall-motion")
    return alarm(number, evidence=(seen,) * 200)


@needs_mosquitto
@pytest.mark.parametrize(
    ("protocol", "ends"), [pytest.param("5", 0, id="names it"), pytest.param("3.1.1", 3, id="not")]
)
async def test_an_alarm_too_long_for_the_broker_comes_without_what_explains_it(
    protocol: str, ends: int
) -> None:
    async with broker("mosquitto", more=("max_packet_size 3000",)) as one:
        uplink = mqtt_uplink(one.url, protocol=protocol)
        uplink.pressing(Waits.HIGH)
        quiet = Behaviour(manners=Manners.NEVER)
        async with (
            Receiver(one.url, clock=SystemClock(), behaviour=quiet).open() as centre,
            running(uplink),
        ):
            for _ in range(ends):
                await uplink.wait_connected()
                with pytest.raises(NotConnected):
                    await hand_over(uplink, long_alarm(), sending())
                await uplink.wait_lost()
            await uplink.wait_connected()
            await hand_over(uplink, long_alarm(), sending())
            data = (await centre.next("alarm")).message["data"]
            await hand_over(uplink, alarm(2), sending())
            other = (await centre.next("alarm")).message["data"]
    assert (data["shortened"], data["evidence"], data["history"]) == (True, [], [])
    assert data["text"]["en"]
    assert "shortened" not in other
    assert len(other["evidence"]) == 2
    assert uplink.counts()["alarms-shortened"] == 1
    assert uplink.counts()["connections"] == ends + 1


async def test_a_broker_that_takes_not_even_the_shortest_alarm_is_left() -> None:
    greet = b"\x20\x08\x00\x00\x05\x27\x00\x00\x01\x00"  # Maximum Packet Size 256
    async with fake_broker(greet=greet) as fake, fake_broker() as second:
        uplink = mqtt_uplink(fake.url, second.url)
        async with running(uplink):
            await uplink.wait_connected()
            with pytest.raises(NotConnected, match="which is no alarm"):
                await hand_over(uplink, alarm(), sending())
            await uplink.wait_lost()
            await uplink.wait_connected()
            await hand_over(uplink, alarm(), sending())
    assert (fake.alarms, second.alarms) == (0, 1)
