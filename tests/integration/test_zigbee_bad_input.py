"""Strangers, garbage, storms and slow storage: the Zigbee driver goes on and hears all sensors."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from heimvakt.core.devices import Role
from heimvakt.core.events import ButtonPressed, DoorClosed, DoorOpened, RadioLost
from heimvakt_drivers.virtual.zigbee import ContactSensor
from tests.support import zigbee_home
from tests.support.timed import in_time, timed
from tests.support.zigbee_home import POWER, Home, both, until

speaks, home, joined = zigbee_home.speaks, zigbee_home.home, zigbee_home.joined


async def test_an_unknown_device_is_left_alone_and_told_once(home: Home) -> None:
    stranger = home.radio.add(ContactSensor("00:11:22:33:44:55:66:ff"))
    with capture_logs() as told:
        async with home.served(), home.armed() as (driver, gateway):
            await home.radio.wait_permit_join()
            await stranger.join()
            await until(lambda: driver.status().unknown_joined == (stranger.ieee,))
            await stranger.rejoin()
            await stranger.report(POWER, 0x21)
            door = home.zone(Role.DOOR)
            await door.join()
            await door.wait_enrolled()
            await door.set_alarm(True)
            await gateway.next(DoorOpened)
            assert not stranger.enrolled
    assert {getattr(e, "device_id", None) for e in gateway.emitted} == {"door"}
    lines = [line for line in told if line.get("address") == stranger.ieee]
    assert len(lines) == 1


@both
async def test_garbage_and_broken_frames_stop_nothing(joined: Home) -> None:
    radio, door = joined.radio, joined.zone(Role.DOOR)
    with capture_logs() as told:
        async with joined.armed(permit="never") as (driver, gateway):
            for number in range(20):
                await radio.send_rubbish(200)
                await radio.send_oversized()
                await radio.send_from_stranger(nwk=0x7000 + number)
                await radio.send_from_stranger(nwk=0x7000)
                await radio.send_raw(bytes.fromhex("fe034481000000c6"))  # a message cut short
                await radio.send_raw(b"\xfe\x00\x7f\x7f\x00")  # a command that nobody knows
                await door.say(0x0500, 0x00, b"\x01", 0x09)  # a status of half its length
                await door.say(0x0500, 0x77, b"\x01", 0x09)  # an unknown command
                await door.set_alarm(number % 2 == 0)
            await gateway.until(lambda: len(gateway.of("door", DoorOpened, DoorClosed)) == 20)
            counted = driver.status().counted
    assert gateway.of("door", DoorOpened, DoorClosed) == [DoorOpened, DoorClosed] * 10
    assert not [e for e in gateway.emitted if isinstance(e, RadioLost)]
    assert counted["garbage on the line"] >= 40
    assert counted["frame of an unknown device"] == 40
    assert len(counted) < 20
    assert len([line for line in told if line["log_level"] == "warning"]) < 10


@timed
async def test_a_false_beginning_delays_no_call_for_help(joined: Home) -> None:
    loop = asyncio.get_running_loop()
    async with joined.armed(permit="never") as (_driver, gateway):
        button = joined.zone(Role.BUTTON)
        await joined.radio.send_raw(b"\xfe\xf0")
        began = loop.time()
        await button.set_alarm(True)
        await gateway.next(ButtonPressed)
        took_s = loop.time() - began
        await button.set_alarm(False)
        in_time(took_s, 2.0)


async def test_a_call_for_help_does_not_wait_for_slow_storage_of_others(joined: Home) -> None:
    async with joined.armed(permit="never") as (_driver, gateway):
        door, button = joined.zone(Role.DOOR), joined.zone(Role.BUTTON)
        gateway.slow = asyncio.Event()
        await door.set_alarm(True)
        await gateway.next(DoorOpened)
        await door.set_alarm(False)
        await button.set_alarm(True)
        await gateway.next(ButtonPressed)
        assert DoorClosed not in gateway.of("door")
        gateway.slow.set()
        await gateway.next(DoorClosed)


async def test_a_storm_is_taken_in_few_calls_and_leaves_little_behind(joined: Home) -> None:
    door = joined.zone(Role.DOOR)
    async with joined.armed(permit="never") as (driver, gateway):
        gateway.slow = asyncio.Event()
        for number in range(200):
            assert await door.set_alarm(number % 2 == 0)
        await gateway.next(DoorOpened)
        await until(lambda: driver.status().counted.get("default response left out", 0) > 0)
        gateway.slow.set()
        await gateway.until(lambda: len(gateway.of("door", DoorOpened, DoorClosed)) == 200)
        assert len(gateway.calls) < 20
        assert len(asyncio.all_tasks()) < 40
