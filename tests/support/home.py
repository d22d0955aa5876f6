"""A whole home for tests of the real daemon: broker, radio with its devices, response centre.

The daemon comes and goes; all the rest stays. Nothing here is a mock: the devices speak through a
pseudo-terminal, the broker is mosquitto where it is there and the embedded amqtt where it is not.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from heimvakt.demo.receiver import Behaviour
from heimvakt.demo.scene import Scene, Thing
from heimvakt.demo.story import ZONE
from heimvakt_drivers.virtual import zigbee
from heimvakt_drivers.virtual.zigbee import (
    BedMat,
    ContactSensor,
    EmergencyButton,
    Face,
    IasZoneDevice,
    MotionSensor,
    VirtualDevice,
    VirtualRadio,
)

from .broker import _MOSQUITTO, Broker, broker
from .centre import Centre, centre
from .hours import ANY_HOUR
from .service import Command, Service, started
from .zigbee import formed

DOOR = Thing(
    device_id="front-door", kind="ContactSensor", role="door", room="hall", extra="outer = true\n"
)
MOTION = Thing(device_id="hall-motion", kind="MotionSensor", role="motion", room="hall")
BED = Thing(device_id="bed", kind="BedMat", role="bed", room="bedroom")
PENDANT = Thing(device_id="pendant", kind="EmergencyButton", role="button", room="bedroom")
PENDANT_CANCEL = Thing(
    device_id="wall-button",
    kind="EmergencyButton",
    role="button",
    room="bathroom",
    extra='cancel = "2s"\n',
)
THINGS = (DOOR, MOTION, BED, PENDANT, PENDANT_CANCEL)

NIGHT_AND_DAY = f"""
[rules.night-wandering]
between = "{ANY_HOUR}"
out_of = "bed"
signs = ["hall-motion", "front-door"]
back_within = "20m"
getting_up = "0s"

[rules.night-door]
between = "{ANY_HOUR}"
doors = ["front-door"]
quiet_for = "0s"
"""
"""Rules that watch at any hour: a test may run at any."""

JOIN_S_MAX = 60.0
BROKER, PROTOCOL = ("mosquitto", "auto") if _MOSQUITTO else ("amqtt", "3.1.1")


class Home:
    """See the module."""

    def __init__(self, folder: Path, scene: Scene, radio: VirtualRadio, broker: Broker) -> None:
        self.folder = folder
        self.scene = scene
        self.radio = radio
        self.broker = broker
        self.command = Command(
            configuration=folder / "home.toml", folder=folder, state=folder / "state"
        )
        self.devices: dict[str, VirtualDevice] = {}
        for thing in scene.things:
            kind: type[VirtualDevice] = getattr(zigbee, thing.kind)
            device = kind(scene.addresses[thing.device_id], retries=3)
            self.devices[thing.device_id] = radio.add(device)
        self._centre: Centre | None = None

    @property
    def door(self) -> ContactSensor:
        return cast(ContactSensor, self.devices["front-door"])

    @property
    def motion(self) -> MotionSensor:
        return cast(MotionSensor, self.devices["hall-motion"])

    @property
    def bed(self) -> BedMat:
        return cast(BedMat, self.devices["bed"])

    @property
    def pendant(self) -> EmergencyButton:
        return cast(EmergencyButton, self.devices["pendant"])

    @property
    def wall_button(self) -> EmergencyButton:
        return cast(EmergencyButton, self.devices["wall-button"])

    @property
    def database(self) -> Path:
        """What the daemon keeps."""
        return self.command.state / "heimvakt.db"

    @property
    def centre(self) -> Centre:
        """Who gets the alarms; only once `open_centre` was called, which `home` does."""
        assert self._centre is not None
        return self._centre

    @asynccontextmanager
    async def open_centre(self, behaviour: Behaviour | None = None) -> AsyncIterator[Centre]:
        """A response centre at the broker, which has to be there."""
        async with centre(self.broker.url, behaviour) as self._centre:
            yield self._centre

    def write(self, rules: str | None = None, *, more: str = "") -> None:
        """Write the configuration; it is taken with the next start or SIGHUP."""
        text = self.scene.configuration(
            port=str(self.folder / "radio"),
            broker=self.broker.url,
            radio=self.radio.speaks,
            protocol=PROTOCOL,
        )
        if rules is not None:
            text = text.replace(self.scene.rules, rules)
        self.command.configuration.write_text(text + more)

    def start(
        self, *, driven_from: datetime | None = None, watchdog_s: float | None = None
    ) -> AbstractAsyncContextManager[Service]:
        """A daemon that has just been started and need not be ready; killed in the end."""
        return started(self.command, driven_from=driven_from, watchdog_s=watchdog_s)

    @asynccontextmanager
    async def running(
        self, *, driven_from: datetime | None = None, watchdog_s: float | None = None
    ) -> AsyncIterator[Service]:
        """A daemon that hears all its devices; stopped cleanly in the end unless it is gone."""
        async with self.start(driven_from=driven_from, watchdog_s=watchdog_s) as service:
            await service.ready()
            await service.hears()
            await self.join(service)
            yield service
            if service.process.returncode is None:
                await service.stop()

    async def join(self, service: Service) -> None:
        """Let the devices join that have not; returns when the daemon has made sure of each."""
        new = [device for device in self.devices.values() if not device.joined]
        if not new:
            return
        async with asyncio.timeout(JOIN_S_MAX), service.link() as (_, watched):
            await self.radio.wait_permit_join()
            for device in new:
                await device.join()
            for device in new:
                await device.wait_bound(0x0001)
            zones = [device for device in new if isinstance(device, IasZoneDevice)]
            await watched.event("enrolment-verified", len(zones))


@asynccontextmanager
async def home(
    *,
    things: Sequence[Thing] = THINGS,
    rules: str = NIGHT_AND_DAY,
    behaviour: Behaviour | None = None,
    broker_there: bool = True,
    plugged: bool = True,
    speaks: Face = "znp",
) -> AsyncIterator[Home]:
    """Everything but the daemon; with `broker_there` the centre as well.

    The folder is short: the path of a socket has at most 107 bytes.
    """
    scene = Scene(
        title="a home under test",
        zone=ZONE,
        start=datetime(2026, 11, 3, 21, tzinfo=UTC),
        things=tuple(things),
        rules=rules,
        moments=(),
    )
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hv-")))
        at = await stack.enter_async_context(broker(BROKER, started=broker_there))
        one = Home(folder, scene, formed(speaks=speaks), at)
        one.write()
        await stack.enter_async_context(one.radio.serve_pty(link=folder / "radio"))
        if not plugged:
            await one.radio.unplug()
        if broker_there:
            await stack.enter_async_context(one.open_centre(behaviour))
        yield one
