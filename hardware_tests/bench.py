"""One driver of a rig with one of its devices, as the contract of drivers asks for a bench."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from heimvakt.app.driver_secrets import driver_secret
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ButtonPressed,
    ChairEntered,
    ChairLeft,
    DoorClosed,
    DoorOpened,
    Event,
    LeakCleared,
    LeakDetected,
    LockLocked,
    LockUnlocked,
    MotionCleared,
    MotionDetected,
    SmokeCleared,
    SmokeDetected,
    TagPresented,
)
from heimvakt.core.ports import Driver
from heimvakt.core.tending import Member, Tended
from heimvakt.uplinks.secrets import REFERENCE
from tests.support.drivers import Gateway, running

from .hands import Hands
from .rig import Rig

SAYS: Mapping[Role, tuple[type[Event], type[Event]]] = {
    Role.DOOR: (DoorOpened, DoorClosed),
    Role.BED: (BedLeft, BedEntered),
    Role.CHAIR: (ChairLeft, ChairEntered),
    Role.MOTION: (MotionDetected, MotionCleared),
    Role.SMOKE: (SmokeDetected, SmokeCleared),
    Role.LEAK: (LeakDetected, LeakCleared),
    Role.LOCK: (LockUnlocked, LockLocked),
}
"""What `on` and `off` of a rig lead to."""
SAYS_ONCE: Mapping[Role, type[Event]] = {Role.BUTTON: ButtonPressed, Role.TAG: TagPresented}
"""What has no other state."""
LOOK_S = 0.1
PAIR = timedelta(minutes=4)


class RigBench:
    """Keeps `tests.contract.driver_contract.Bench`."""

    def __init__(self, rig: Rig, hands: Hands, device: Device) -> None:
        self.device = device
        self.state_directory = str(rig.state / device.driver)
        self.on, self.off = SAYS.get(device.role, (Event, Event))
        self.secrets = _secrets(device.options)
        self._rig = rig
        self._hands = hands

    def driver(self) -> Driver:
        """See the protocol."""
        return driver_of(self._rig, self.device.driver)

    async def turn(self, *, on: bool) -> None:
        """See the protocol."""
        by_hand = self._rig.devices[self.device.device_id]
        assert by_hand.off is not None
        await self._hands.do(by_hand.on if on else by_hand.off)

    async def rest(self) -> None:
        """Be off, while no driver listens."""
        by_hand = self._rig.devices[self.device.device_id]
        assert by_hand.off is not None
        await self._hands.put(by_hand.off)

    async def unplug(self) -> None:
        """See the protocol."""
        await self._hands.do(self._rig.drivers[self.device.driver].unplug)

    async def replug(self) -> None:
        """See the protocol."""
        await self._hands.do(self._rig.drivers[self.device.driver].replug)


def driver_of(rig: Rig, name: str) -> Driver:
    """A new one, with the settings of the rig."""
    entry = rig.configuration.drivers[name]
    return entry.plugin.create(entry.settings)


def turned_both_ways(rig: Rig) -> list[str]:
    """The devices that the contract can be held to."""
    return [
        device_id
        for device_id, by_hand in rig.devices.items()
        if by_hand.off is not None
        and (device := rig.configuration.devices[device_id]).role in SAYS
        and device.driver in rig.drivers
    ]


async def pair_missing(rig: Rig, hands: Hands) -> None:
    """Let those devices join that are in no network yet; what is kept in `state` need not."""
    for name, entry in rig.configuration.drivers.items():
        devices = [each for each in rig.configuration.devices.values() if each.driver == name]
        settings: Any = entry.settings
        if "permit_join_on_start" not in type(settings).model_fields:
            continue
        opened = settings.model_copy(update={"permit_join_on_start": PAIR})
        driver = entry.plugin.create(opened)
        (rig.state / name).mkdir(parents=True, exist_ok=True)
        gateway = Gateway(devices, str(rig.state / name))
        assert isinstance(driver, Tended)
        async with running(driver, gateway):
            await gateway.wait_armed()
            there = {member.address for member in driver.members()}
            for device in devices:
                if device.address not in there:
                    await hands.do(f"pair {device.device_id} ({device.address})")
            await _until_set_up(driver, devices)


async def _until_set_up(driver: Tended, devices: Sequence[Device]) -> None:
    wanted = {device.address for device in devices}
    async with asyncio.timeout(PAIR.total_seconds()):
        while wanted - {  # noqa: ASYNC110 - no event tells of it
            each.address for each in driver.members() if _is_ready(each)
        }:
            await asyncio.sleep(LOOK_S)


def _is_ready(member: Member) -> bool:
    return member.interviewed and member.enrolled is not False


def _secrets(options: object) -> dict[str, str]:
    """Those that the device's own settings name, read as the gateway would."""
    named = vars(options).values() if options is not None else ()
    references = [one for one in named if isinstance(one, str) and re.match(REFERENCE, one)]
    return {one: driver_secret(one) for one in references}
