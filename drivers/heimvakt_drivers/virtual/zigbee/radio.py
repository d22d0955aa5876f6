"""A virtual Zigbee radio: a coordinator with its devices, at the end of a serial line.

    radio = VirtualRadio(seed=7)
    async with radio.serve_pty(link="/tmp/radio") as port:    # a host opens `port`
        door = radio.add(ContactSensor("00:11:22:33:44:55:66:01"))
        await radio.wait_permit_join()
        await door.join()
        await door.wait_enrolled()
        sent = await door.open()                              # sent.written_ns

Everything that survives a restart of the host lives in the object; `save` and `load` keep it over a
restart of the program as well. A radio belongs to one event loop at a time.
"""

from __future__ import annotations

import json
import os
import random
import struct
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from heimvakt_drivers.virtual.wire import PtyEnd, TcpEnd, Watch

from . import storage
from .air import Outgoing
from .device import VirtualDevice
from .faces import Face, face
from .faults import Faults
from .octets import ieee_octets, ieee_text
from .sent import JoinRefusedError, Outcome, Sent

ASLEEP_S = 7.68
"""How long a parent keeps a frame for a sleeping child (Zigbee's persistence time)."""

AnyDevice = TypeVar("AnyDevice", bound=VirtualDevice)


class VirtualRadio:
    """See the module. Equal seeds give equal addresses, keys and faults.

    `speaks` is what it speaks with its host: a Z-Stack coordinator's "znp", or "ezsp" as sticks of
    Silicon Labs do. The air, the devices and what goes wrong are the same.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        ieee: str | None = None,
        asleep_s: float = ASLEEP_S,
        speaks: Face = "znp",
    ) -> None:
        self.seed = seed
        self.speaks: Face = speaks
        chance = random.Random(seed)
        own = ieee_octets(ieee) if ieee else chance.randbytes(5) + bytes.fromhex("4b1200")
        self.faults = Faults(random.Random(seed + 1))
        self.changes = Watch()
        made = face(speaks)
        self.coordinator, self.link = made(own, chance, asleep_s, self.faults, self.changes)

    # ------------------------------------------------------------------ serving

    @asynccontextmanager
    async def serve_pty(self, link: str | Path | None = None) -> AsyncIterator[str]:
        """Be at a pseudo-terminal while the context lasts; gives the path to open.

        With `link` the path is a symbolic link there, the same after every replug.
        """
        async with self.link.serve(PtyEnd(None if link is None else Path(link))) as port:
            yield port

    @asynccontextmanager
    async def serve_tcp(self, port: int = 0) -> AsyncIterator[str]:
        """Be at a TCP port on loopback while the context lasts; gives socket://127.0.0.1:PORT."""
        async with self.link.serve(TcpEnd(port)) as address:
            yield address

    # ------------------------------------------------------------------ the host

    @property
    def host_present(self) -> bool:
        """Whether a host has the port open."""
        return self.link.host_present

    @property
    def permit_open(self) -> bool:
        """Whether a new device may join now."""
        return self.coordinator.permits(time.monotonic())

    async def wait_host(self) -> None:
        """Wait until a host has the port open."""
        await self.changes.until(lambda: self.host_present)

    async def wait_no_host(self) -> None:
        """Wait until no host has the port open."""
        await self.changes.until(lambda: not self.host_present)

    async def wait_ready(self) -> None:
        """Wait until the host runs the network and has its endpoints registered."""
        await self.changes.until(
            lambda: self.coordinator.running and bool(self.coordinator.endpoints_by_number)
        )

    async def wait_permit_join(self) -> None:
        """Wait until the host permits joining."""
        await self.changes.until(lambda: self.permit_open)

    # ------------------------------------------------------------------ devices

    @property
    def devices(self) -> Sequence[VirtualDevice]:
        """All devices that were added, joined or not, in that order."""
        return list(self.coordinator.devices.values())

    def device(self, ieee: str) -> VirtualDevice:
        """The device with this address. Raises KeyError."""
        return self.coordinator.devices[ieee_octets(ieee)]

    def add(self, device: AnyDevice) -> AnyDevice:
        """Bring a device within reach; it joins when told so. Raises ValueError for a known one."""
        if device.ieee_sent in self.coordinator.devices:
            raise ValueError(f"there is a device {device.ieee} already")
        self.coordinator.devices[device.ieee_sent] = device
        device.put_on(self)
        return device

    @property
    def coordinator_ieee(self) -> bytes:
        """The coordinator's address, as sent."""
        return self.coordinator.ieee_sent

    @property
    def ieee(self) -> str:
        """The coordinator's address as text."""
        return ieee_text(self.coordinator.ieee_sent)

    async def transmit(self, device: VirtualDevice, outgoing: Outgoing) -> Sent:
        """Send a device's frame to the host now. For devices; does not raise for an absent host."""
        coordinator = self.coordinator
        coordinator.now = time.monotonic()
        if not self.host_present:
            return Sent(Outcome.NO_HOST)
        if not coordinator.running:
            return Sent(Outcome.NETWORK_DOWN)
        if outgoing.host_endpoint not in coordinator.endpoints_by_number:
            return Sent(Outcome.NO_ENDPOINT)
        return await self.link.heard(device.nwk, outgoing, device.lqi)

    async def admit(self, device: VirtualDevice, *, rejoin: bool) -> Sent:
        """Let a device in and tell the host. Raises JoinRefusedError unless joining is permitted.

        Coming back to the network is always permitted.
        """
        coordinator = self.coordinator
        coordinator.now = now = time.monotonic()
        parent = device.parent if rejoin else coordinator.parent_for(device, now)
        if not coordinator.running or parent is None:
            raise JoinRefusedError("the host does not permit joining now: wait_permit_join() first")
        if not rejoin and not coordinator.has_key_of(device, now):
            raise JoinRefusedError("the trust centre does not have the device's key")
        coordinator.admit(device, rejoin=rejoin, parent=parent)
        return await self.link.joined(device, rejoin=rejoin)

    async def dismiss(self, device: VirtualDevice) -> Sent:
        """Let a device go and tell the host."""
        if not device.joined:
            return Sent(Outcome.NOT_JOINED)
        self.coordinator.now = time.monotonic()
        sent = await self.link.left(device)
        self.coordinator.dismiss(device)
        return sent

    # ------------------------------------------------------------------ faults

    async def unplug(self) -> None:
        """Pull the radio out: the host gets a hang-up, and the port is gone. Power is lost."""
        await self.link.pull()
        self.coordinator.reset()
        await self.wait_no_host()

    async def replug(self) -> None:
        """Put it back, under the same name; a host must open it and start the network again."""
        await self.link.plug()

    async def power_cycle(self) -> Sent:
        """Reset under a running host, which sees nothing but the reset indication."""
        self.coordinator.reset()
        return await self.link.restarted()

    async def send_raw(self, data: bytes) -> Sent:
        """Write any octets to the host; faults do not touch them."""
        return await self.link.write(data)

    async def send_rubbish(self, count: int = 64) -> Sent:
        """Write octets that are no frame."""
        return await self.link.rubbish(count)

    async def send_oversized(self) -> Sent:
        """Write a frame that says it is longer than frames can be."""
        return await self.link.oversized()

    async def send_from_stranger(self, nwk: int = 0x7E57, cluster: int = 0x0500) -> Sent:
        """A zone alarm from a network address that nobody has announced."""
        payload = bytes((0x09, 0x01, 0x00)) + struct.pack("<HBBH", 1, 0, 0, 0)
        outgoing = Outgoing(cluster, 1, 1, payload)
        return await self.link.heard(nwk, outgoing, 90)

    # ------------------------------------------------------------------ to and from a file

    def save(self, path: str | Path) -> None:
        """Write memory and devices as JSON, whole or not at all. Blocks for a few milliseconds."""
        text = json.dumps(storage.to_json(self.coordinator, self.seed, self.speaks), indent=1)
        target = Path(path)
        beside = target.with_name(f".{target.name}.new")
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)

    @classmethod
    def load(cls, path: str | Path) -> VirtualRadio:
        """Read what `save` wrote. Raises OSError, or storage.DamagedFileError."""
        stored = storage.parse(Path(path).read_text(encoding="utf-8"))
        radio = cls(seed=stored.seed, ieee=stored.ieee, speaks=stored.speaks)
        try:
            radio.coordinator.take_memory(stored.memory)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise storage.DamagedFileError(f"the memory in it is damaged: {error!r}") from error
        for device in stored.devices:
            radio.add(device)
        return radio
