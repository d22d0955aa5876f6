"""Bring a scene to life: broker, radio, devices, daemon and receiver, each the real thing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from heimvakt.runtime.clock import SystemClock
from heimvakt_drivers.virtual import zigbee
from heimvakt_drivers.virtual.zigbee import Face, IasZoneDevice, VirtualDevice, VirtualRadio

from .broker import embedded_broker
from .daemon import Daemon, daemon
from .link import Link, linked
from .receiver import Behaviour, Receiver
from .scene import Moment, Scene

JOIN_S_MAX = 60.0
COMMIT_S_MAX = 10.0
"""A frame that is not in the journal after this is counted as lost."""
NOT_FRAMES = frozenset({"link-measured", "device-silent", "device-back"})
OVER = frozenset({"reset", "cancelled", "closed"})

Tell = Callable[[str, Mapping[str, Any]], None]
"""Called with `event` (committed) and what the daemon says of it."""


class NotStaged(Exception):
    """The home did not come to life; the text says how far it came."""


@dataclass(slots=True)
class Tally:
    """What went in and what came out."""

    changes_in: int = 0
    """Recorded changes, or acts of the story, that were written to the radio's line."""
    frames_lost: list[str] = field(default_factory=list)
    seqs: list[int] = field(default_factory=list)
    """Places in the journal of the changes."""
    alarms: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def unsettled(self) -> list[dict[str, Any]]:
        """Alarms that nobody has received, or accepted while they were open."""
        return [alarm for alarm in self.alarms.values() if not _settled(alarm)]


class Stage:
    """A scene that plays."""

    def __init__(
        self,
        scene: Scene,
        radio: VirtualRadio,
        devices: Mapping[str, VirtualDevice],
        running: Daemon,
        link: Link,
        tell: Tell,
    ) -> None:
        self.scene = scene
        self.radio = radio
        self.devices = devices
        self.daemon = running
        self.link = link
        self.tally = Tally()
        self._tell = tell
        self._heard: Counter[str] = Counter()
        self._last_seq: dict[str, int] = {}
        self._turned = asyncio.Event()

    def committed(self, line: Mapping[str, Any]) -> None:
        """The daemon committed an event."""
        event = line["event"]
        device_id = event.get("device_id")
        if device_id in self.devices and event["kind"] not in NOT_FRAMES:
            self._heard[device_id] += 1
            self._last_seq[device_id] = event["seq"]
        for alarm in line["alarms"]:
            self.tally.alarms[alarm["alarm_id"]] = alarm
        self._tell("event", line)
        self._turned.set()
        self._turned = asyncio.Event()

    async def act(self, moment: Moment) -> None:
        """Let something happen; returns when the daemon has committed what it heard of it."""
        device = self.devices[moment.device_id]
        before = self._heard[moment.device_id]
        act: Callable[[], Awaitable[object]] = getattr(device, moment.act.replace("-", "_"))
        sent = await act()
        counts = bool(moment.recorded or moment.said)
        if counts:
            self.tally.changes_in += 1
        if not sent:
            self.tally.frames_lost.append(f"{moment.device_id} {moment.act}: {sent}")
            return
        if not await self._until(lambda: self._heard[moment.device_id] > before, COMMIT_S_MAX):
            self.tally.frames_lost.append(f"{moment.device_id} {moment.act}: not journalled")
            return
        if counts:
            self.tally.seqs.append(self._last_seq[moment.device_id])

    async def settle(self, within_s: float) -> bool:
        """Wait until every alarm is delivered and accepted; False if that takes too long."""
        return await self._until(lambda: not self.tally.unsettled, within_s)

    async def _until(self, true: Callable[[], bool], within_s: float) -> bool:
        try:
            async with asyncio.timeout(within_s):
                while not true():
                    await self._turned.wait()
        except TimeoutError:
            return False
        return True


def _settled(alarm: Mapping[str, Any]) -> bool:
    if alarm["state"] == "pending":
        return True  # it may still be taken back; nobody is to know of it yet
    raised = any(step["state"] == "raised" for step in alarm["history"])
    if not raised:
        return True
    over = alarm["state"] in OVER
    return alarm["delivered_at"] is not None and (over or alarm["accepted_by"] is not None)


@asynccontextmanager
async def staged(
    scene: Scene,
    folder: Path,
    *,
    tell: Tell,
    driven: bool,
    mosquitto: Path | None = None,
    accept_after_s: float = 1.0,
    radio: Face = "znp",
) -> AsyncIterator[Stage]:
    """Set everything up; the devices have joined and are enrolled when the block begins.

    Raises:
        NoBroker, DaemonFailed, NotStaged: something of it did not start.
    """
    behaviour = Behaviour(accept_after_s=accept_after_s)
    virtual = VirtualRadio(seed=7, speaks=radio)
    async with (
        embedded_broker(mosquitto) as broker,
        Receiver(broker, clock=SystemClock(), behaviour=behaviour).open(),
        virtual.serve_pty(link=folder / "radio") as port,
    ):
        configuration = folder / "home.toml"
        # amqtt answers MQTT 5 with silence: asking for it costs the first three seconds.
        protocol = "auto" if mosquitto else "3.1.1"
        text = scene.configuration(radio=radio, port=str(port), broker=broker, protocol=protocol)
        configuration.write_text(text)
        driven_from = scene.start if driven else None
        async with (
            daemon(configuration, folder, driven_from=driven_from) as running,
            linked(running.control) as link,
        ):
            devices = _devices(scene, virtual)
            stage = Stage(scene, virtual, devices, running, link, tell)
            async with asyncio.TaskGroup() as group:
                following = group.create_task(link.follow(stage.committed))
                await _join(virtual, devices)
                yield stage
                following.cancel()


def _devices(scene: Scene, radio: VirtualRadio) -> dict[str, VirtualDevice]:
    addresses = scene.addresses
    devices: dict[str, VirtualDevice] = {}
    for thing in scene.things:
        kind: type[VirtualDevice] = getattr(zigbee, thing.kind)
        devices[thing.device_id] = radio.add(kind(addresses[thing.device_id], retries=3))
    return devices


async def _join(radio: VirtualRadio, devices: Mapping[str, VirtualDevice]) -> None:
    joining = "the network was not opened"
    try:
        async with asyncio.timeout(JOIN_S_MAX):
            await radio.wait_permit_join()
            for name, device in devices.items():
                joining = f"{name} did not join"
                await device.join()
            for name, device in devices.items():
                joining = f"{name} was not set up"
                await _set_up(device)
    except TimeoutError:
        raise NotStaged(f"{joining} within {JOIN_S_MAX:g} s") from None


async def _set_up(device: VirtualDevice) -> None:
    if isinstance(device, IasZoneDevice):
        await device.wait_enrolled()
    await device.wait_bound(0x0001)
    if 0x0406 in device.clusters:
        await device.wait_bound(0x0406)
