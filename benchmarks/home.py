"""The home that is measured: six devices as they are sold together, and a radio for each host.

Each host has a virtual radio of its own, all of them in this process with equal devices, so that
the hosts can be up at the same time and be asked in turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from heimvakt_drivers.virtual.zigbee import (
    BedMat,
    ContactSensor,
    EmergencyButton,
    IasZoneDevice,
    MotionSensor,
    OccupancySensor,
    Sent,
    VirtualDevice,
    VirtualRadio,
)

GATEWAY_ID = "bench-0001"
JOIN_S_MAX = 120.0


@dataclass(frozen=True, slots=True)
class Thing:
    """A device of the home."""

    device_id: str
    kind: type[VirtualDevice]
    role: str
    extra: str = ""


THINGS = (
    Thing("pendant", EmergencyButton, "button"),
    Thing("pull-cord", EmergencyButton, "button"),
    Thing("bed", BedMat, "bed"),
    Thing("front-door", ContactSensor, "door", "outer = true\n"),
    Thing("hall-motion", MotionSensor, "motion"),
    Thing("bathroom", OccupancySensor, "motion"),
)


class NotJoined(Exception):
    """The devices did not join; the text says how far it came."""


class VirtualHome:
    """A radio with the devices of the home, for one host."""

    def __init__(self, seed: int, *, quiet_s: float) -> None:
        """A host that asked nothing for `quiet_s` has set up what it wanted to set up."""
        self._quiet_s = quiet_s
        self.radio = VirtualRadio(seed=seed, asleep_s=0.2)
        self.port = ""
        self.devices: dict[str, VirtualDevice] = {}
        for number, thing in enumerate(THINGS, start=1):
            ieee = f"00:12:4b:00:be:{seed:02x}:00:{number:02x}"
            # Unbound reports: what the hosts bind differs, and is not what is measured.
            self.devices[thing.device_id] = self.radio.add(
                thing.kind(ieee, reports_unbound=True, retries=3)
            )
        self.by_ieee = {device.ieee: name for name, device in self.devices.items()}

    @property
    def buttons(self) -> list[EmergencyButton]:
        """Those that can be pressed."""
        return [d for d in self.devices.values() if isinstance(d, EmergencyButton)]

    @property
    def sensors(self) -> list[VirtualDevice]:
        """Those that have two states and say each change."""
        return [d for d in self.devices.values() if not isinstance(d, EmergencyButton)]

    @asynccontextmanager
    async def served(self, link: Path) -> AsyncIterator[None]:
        """Be at a pseudo-terminal, under the same name for every host that comes."""
        async with self.radio.serve_pty(link=link) as port:
            self.port = str(port)
            yield

    async def move_in(self) -> None:
        """Let all devices join; returns when the host has set them up.

        Raises:
            NotJoined: that took too long.
        """
        joining = "the network was not opened"
        try:
            async with asyncio.timeout(JOIN_S_MAX):
                await self.radio.wait_permit_join()
                for name, device in self.devices.items():
                    joining = f"{name} did not join"
                    await device.join()
                    if isinstance(device, IasZoneDevice):
                        joining = f"{name} was not enrolled"
                        await device.wait_enrolled()
                    await self.quiet()
        except TimeoutError:
            raise NotJoined(f"{joining} within {JOIN_S_MAX:g} s") from None

    async def quiet(self) -> None:
        """Return when the host has asked the radio nothing for a while."""
        seen = -1
        while seen != self.radio.link.requests:
            seen = self.radio.link.requests
            await asyncio.sleep(self._quiet_s)

    def configuration(self, broker_port: int, *, reports: str = "none", nights: bool = True) -> str:
        """The file of this home for Heimvakt.

        `reports` is what its receiver wants of them; without `nights` no sensor makes an alarm.
        """
        devices = "\n".join(
            f'[devices.{thing.device_id}]\nrole = "{thing.role}"\ndriver = "zigbee"\n'
            f'address = "{self.devices[thing.device_id].ieee}"\n{thing.extra}'
            for thing in THINGS
        )
        return f"""version = 1

[gateway]
id = "{GATEWAY_ID}"
timezone = "UTC"
unknown_clock = "day"

[drivers.zigbee]
port = "{self.port}"
permit_join_on_start = "10m"

{devices}
[rules.button]
one_alarm_within = "0s"
{_rules_of_the_night() if nights else ""}
[rules.daily-test]
at = "never"

[receivers.centre]
kind = "mqtt"
brokers = ["mqtt://127.0.0.1:{broker_port}"]
reports = "{reports}"
"""


def _rules_of_the_night() -> str:
    """Armed and asleep: a run at night must not differ from one at noon by the alarms that the
    sensors then raise."""
    begin = datetime.now(UTC) + timedelta(hours=6)
    night = f"{begin:%H:%M}-{begin + timedelta(hours=6):%H:%M}"
    return f"""
[rules.night-wandering]
between = "{night}"
out_of = "bed"
signs = ["hall-motion", "front-door"]
back_within = "20m"

[rules.night-door]
between = "{night}"
doors = ["front-door"]
"""


async def change(device: VirtualDevice, active: bool) -> Sent:
    """Let a sensor of the home say one of its two states."""
    match device:
        case OccupancySensor():
            return await (device.occupied() if active else device.vacant())
        case IasZoneDevice():
            return await device.set_alarm(active)
        case _:
            raise TypeError(f"{device} has no states")
