"""A lamp and a siren on a virtual radio do what they are told, and say when they do not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from heimvakt.core.commands import Command, CommandFailed, Verb
from heimvakt.core.devices import Role
from heimvakt_drivers.virtual.zigbee import ContactSensor
from heimvakt_drivers.virtual.zigbee.actuators import Lamp, Siren
from heimvakt_drivers.virtual.zigbee.zcl import Status
from heimvakt_drivers.zigbee.driver import ZigbeeDriver
from heimvakt_drivers.zigbee.tending import act
from tests.support.zigbee import ZigbeeBench, device, formed

DEVICES = [device(1, Role.LIGHT), device(2, Role.SIREN), device(3, Role.DOOR)]


class Room:
    """A lamp, a siren and a door, and the driver that they have joined."""

    def __init__(self, bench: ZigbeeBench) -> None:
        self.bench = bench
        self.lamp = bench.radio.add(Lamp(DEVICES[0].address))
        self.siren = bench.radio.add(Siren(DEVICES[1].address))
        self.door = bench.radio.add(ContactSensor(DEVICES[2].address))
        self.driver: ZigbeeDriver

    async def join(self) -> None:
        await self.bench.radio.wait_permit_join()
        for each in (self.lamp, self.siren, self.door):
            await each.join()
        await self.siren.wait_enrolled()
        await self.door.wait_enrolled()


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    bench = ZigbeeBench(tmp_path, DEVICES, formed())
    made = Room(bench)
    async with bench.served(), bench.armed() as (made.driver, _):
        await made.join()
        yield made


def told(device_id: str, verb: Verb, **more: object) -> Command:
    return Command(command_id=f"g-{verb}", verb=verb, device_id=device_id, **more)  # type: ignore[arg-type]


async def test_a_lamp_is_on_and_off_when_it_says_so(room: Room) -> None:
    await room.driver.execute(told("light", Verb.LIGHT))
    assert room.lamp.lit
    await room.driver.execute(told("light", Verb.LIGHT, on=False))
    assert not room.lamp.lit


async def test_a_siren_sounds_for_as_long_as_it_is_told_and_is_silenced(room: Room) -> None:
    await room.driver.execute(told("siren", Verb.SIREN, lasting=timedelta(minutes=3)))
    assert room.siren.sounds
    assert room.siren.warning == 0x37
    await room.driver.execute(told("siren", Verb.SILENCE))
    assert not room.siren.sounds


async def test_a_device_shows_itself(room: Room) -> None:
    await room.driver.execute(told("door", Verb.IDENTIFY))
    assert room.door.clusters[0x0003][0x0000].value == act.IDENTIFY_S


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (told("door", Verb.LIGHT), "no light"),
        (told("light", Verb.SIREN), "no siren"),
        (told("light", Verb.UNLOCK), "heard, and not told"),
        (told("light", Verb.LIGHT, lasting=timedelta(minutes=3)), "not on for a time"),
        (told("light", Verb.RELEASE_DOSE), "no dispenser"),
        (told("attic", Verb.LIGHT), "not in the network"),
    ],
)
async def test_what_a_device_cannot_do_it_is_not_told(
    room: Room, command: Command, why: str
) -> None:
    with pytest.raises(CommandFailed, match=why) as failed:
        await room.driver.execute(command)
    assert failed.value.certain


async def test_a_device_that_refuses_is_not_taken_for_one_that_did(room: Room) -> None:
    room.lamp.refuses = Status.FAILURE
    with pytest.raises(CommandFailed, match="says that it failed") as failed:
        await room.driver.execute(told("light", Verb.LIGHT))
    assert failed.value.certain
    assert not room.lamp.lit


async def test_of_a_device_that_does_not_answer_nobody_knows(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(act, "ANSWER_S", 0.2)
    room.lamp.silent = True
    with pytest.raises(CommandFailed, match="does not answer") as failed:
        await room.driver.execute(told("light", Verb.LIGHT))
    assert not failed.value.certain


async def test_without_a_radio_nothing_is_done(room: Room) -> None:
    await room.bench.radio.unplug()
    with pytest.raises(CommandFailed):
        await room.driver.execute(told("light", Verb.LIGHT))
    assert not room.lamp.lit
