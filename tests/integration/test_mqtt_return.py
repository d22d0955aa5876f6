"""How soon an alarm is there when the broker comes back: what waits decides, and nothing hammers.

More returns are measured with HEIMVAKT_RETURNS=20.
"""

from __future__ import annotations

import asyncio
import os
import random

import pytest

from heimvakt.core.uplink import Waits
from heimvakt.uplinks.mqtt import MqttUplink
from tests.support.broker import MOSQUITTO, broker
from tests.support.ports import HeldPort
from tests.support.proxy import proxy
from tests.support.timed import in_time, timed
from tests.support.uplinks import alarm, hand_over, mqtt_uplink, running, sending, until

RETURNS = int(os.environ.get("HEIMVAKT_RETURNS", "1"))
mosquitto = pytest.mark.parametrize("kind", [MOSQUITTO])


@mosquitto
@timed
async def test_a_high_alarm_is_there_within_two_seconds_of_the_broker(kind: str) -> None:
    loop, chance = asyncio.get_running_loop(), random.Random()
    took = []
    async with broker(kind, started=False) as one:
        uplink = mqtt_uplink(one.url)
        uplink.pressing(Waits.HIGH)
        async with running(uplink):
            for number in range(RETURNS):
                failed = uplink.counts().get("attempts-failed", 0)
                await until(uplink, "attempts-failed", failed + 4)  # the pauses are at their cap
                await asyncio.sleep(chance.uniform(0, 1))  # at any moment of a pause
                await one.start()
                began = loop.time()
                await uplink.wait_connected()
                await hand_over(uplink, alarm(number), sending())
                took.append(loop.time() - began)
                await one.stop()
    print(f"{RETURNS} returns: {sorted(round(one, 2) for one in took)}")
    in_time(max(took), 2.0)


async def deep_in_a_pause(uplink: MqttUplink) -> None:
    """Until the pause is some seconds long, with nothing waiting."""
    uplink.pressing(Waits.NOTHING)
    await until(uplink, "attempts-failed", 3)


@mosquitto
@pytest.mark.parametrize("how", ["hurry", "pressing"])
@timed
async def test_an_alarm_that_comes_ends_a_long_pause(kind: str, how: str) -> None:
    loop = asyncio.get_running_loop()
    async with broker(kind, started=False) as one:
        uplink = mqtt_uplink(one.url)
        async with running(uplink):
            await deep_in_a_pause(uplink)
            await one.start()
            began = loop.time()
            if how == "hurry":
                uplink.hurry()
            else:
                uplink.pressing(Waits.HIGH)
            await uplink.wait_connected()
            await hand_over(uplink, alarm(), sending())
            in_time(loop.time() - began, 0.5 if how == "hurry" else 1.5)


async def test_whether_the_broker_remembers_what_it_confirmed_is_known_when_it_is_back() -> None:
    async with broker("mosquitto") as one, proxy(one.port) as line:
        uplink = mqtt_uplink(line.url)
        async with running(uplink):
            await uplink.wait_connected()
            remembered = [uplink.remembers]
            line.cut_once()
            await uplink.wait_lost()
            await uplink.wait_connected()
            remembered.append(uplink.remembers)
            await one.kill()  # it has nothing on disk
            await uplink.wait_lost()
            await one.start()
            await uplink.wait_connected()
            remembered.append(uplink.remembers)
    assert remembered == [False, True, False]


async def test_a_storm_of_alarms_makes_at_most_one_more_attempt_a_second() -> None:
    loop = asyncio.get_running_loop()
    with HeldPort() as nobody:
        async with proxy(nobody.number) as line:
            line.cut()
            uplink = mqtt_uplink(line.url)
            async with running(uplink):
                await deep_in_a_pause(uplink)
                before, began = line.connections, loop.time()
                for _ in range(200):
                    uplink.hurry()
                    await asyncio.sleep(0.01)  # 100 alarms a second, for two seconds or more
                took_s = loop.time() - began
    assert 2 <= line.connections - before <= 3 + took_s


@mosquitto
async def test_to_hurry_harms_no_connection_that_stands(kind: str) -> None:
    async with broker(kind) as one:
        uplink = mqtt_uplink(one.url)
        async with running(uplink):
            await uplink.wait_connected()
            for _ in range(20):
                uplink.hurry()
                uplink.pressing(Waits.HIGH)
                await hand_over(uplink, alarm(), sending())
    assert uplink.counts()["connections"] == 1
