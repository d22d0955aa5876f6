"""A home that is never quiet: seeded acts of its devices, and a clock that is driven along."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from heimvakt_drivers.virtual.zigbee import BedMat, ContactSensor, EmergencyButton, MotionSensor
from heimvakt_drivers.virtual.zigbee.sent import Sent

from .home import BED, DOOR, MOTION, PENDANT, PENDANT_CANCEL, Home

RESTLESS = (DOOR, replace(MOTION, extra='silent_after = "30m"\n'), BED, PENDANT, PENDANT_CANCEL)
"""One of them is soon told as silent."""
STEPS_S = (0.0, 0.5, 1.0, 3.0, 30.0, 120.0, 600.0, 1500.0, 2400.0)
"""How far the clock may go between two acts: from nothing to past every deadline."""

REPORTS = 'reports = "telemetry"\n'

Act = Callable[[], Awaitable[Sent]]


class Restless:
    """Acts one after the other, each the other half of what its device did last."""

    def __init__(self, home: Home, chance: random.Random) -> None:
        self.now = home.scene.start
        self.told = 0
        """Acts whose frame reached the line and makes an event; letting go of a button does not."""
        self._home = home
        self._chance = chance
        self._on: set[str] = set()
        self._acts: dict[str, tuple[Act, Act]] = {}
        for name, device in home.devices.items():
            match device:
                case BedMat():
                    self._acts[name] = device.leave, device.occupy
                case ContactSensor():
                    self._acts[name] = device.open, device.close
                case MotionSensor():
                    self._acts[name] = device.motion, device.clear
                case EmergencyButton():
                    self._acts[name] = device.press, device.release

    async def act(self) -> None:
        """One thing happens; returns when its frame is on the line, or found nobody."""
        name = self._chance.choice(sorted(self._acts))
        is_on = name in self._on
        lets_go = is_on and isinstance(self._home.devices[name], EmergencyButton)
        if await self._acts[name][is_on]() and not lets_go:
            self.told += 1
        self._on ^= {name}

    def later(self) -> datetime:
        """The clock goes on."""
        self.now += timedelta(seconds=self._chance.choice(STEPS_S))
        return self.now


def tell_all(home: Home, *urls: str) -> None:
    """The centre is to hear of every event, at these addresses or where the broker is."""
    home.write(more=REPORTS)
    if urls:
        file = home.command.configuration
        brokers = ", ".join(f'"{url}"' for url in urls)
        file.write_text(file.read_text().replace(f'"{home.broker.url}"', brokers))
