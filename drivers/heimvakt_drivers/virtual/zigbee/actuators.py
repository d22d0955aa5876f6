"""Things on mains: a lamp, a repeater; and a siren, which ends by itself."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from .basics import ON_OFF
from .device import VirtualDevice
from .ias import IasZoneDevice
from .octets import Reader
from .sent import Sent
from .zcl import Status, Zcl
from .zcl_values import Attribute, Type
from .zdo import node_descriptor

IAS_WD = 0x0502
ROUTER_CAPABILITIES = 0x8E
"""Routes, is on mains, always listens, gives itself no address."""
START_WARNING = 0x00
WARNING_DEVICE = 0x0225
"""Zone type of a siren that has a zone for its own tamper and battery."""


class Lamp(VirtualDevice):
    """A lamp, or a plug with one; it also reports being switched by hand."""

    default_model = "HV-LAMP-1"
    device_type = 0x0100
    inputs: ClassVar[tuple[int, ...]] = (ON_OFF,)

    refuses: Status | None = None
    """What it answers instead of doing what it is told."""

    @property
    def lit(self) -> bool:
        """Whether it is on."""
        return self.clusters[ON_OFF][0x0000].value == 1

    async def by_hand(self, *, on: bool) -> Sent:
        """Somebody uses its switch."""
        self.clusters[ON_OFF][0x0000].value = int(on)
        return await self.report(ON_OFF, 0x0000)

    def command(self, cluster: int, host_endpoint: int, frame: Zcl) -> list[Zcl]:
        """On, off and toggle; everything else as every device."""
        if cluster != ON_OFF or frame.from_server or frame.command > 0x02:
            return super().command(cluster, host_endpoint, frame)
        if self.refuses is not None:
            return [frame.default_rsp(self.refuses)]
        on = not self.lit if frame.command == 0x02 else frame.command == 0x01
        self.clusters[ON_OFF][0x0000].value = int(on)
        return [frame.default_rsp(Status.SUCCESS)] if frame.wants_default_rsp else []

    def _clusters(self) -> dict[int, dict[int, Attribute]]:
        return {**super()._clusters(), ON_OFF: {0x0000: Attribute(Type.BOOL, 0)}}


class Repeater(VirtualDevice):
    """A repeater in a socket: others can come in through it."""

    default_model = "HV-REPEATER-1"

    def __init__(self, ieee: str, **more: Any) -> None:
        super().__init__(ieee, **more)
        self.node_descriptor = node_descriptor(
            logical_type=1, capabilities=ROUTER_CAPABILITIES, manufacturer=self.manufacturer_code
        )


class Siren(IasZoneDevice):
    """A siren with a battery; what it was told last is in `warning`."""

    default_model = "HV-SIREN-1"
    zone_type = WARNING_DEVICE
    inputs: ClassVar[tuple[int, ...]] = (*IasZoneDevice.inputs, IAS_WD)

    warning = 0
    """The octet of mode, strobe and level."""
    _until = 0.0

    @property
    def sounds(self) -> bool:
        """Whether it can be heard now: it ends by itself."""
        return self.warning >> 4 != 0 and asyncio.get_running_loop().time() < self._until

    def command(self, cluster: int, host_endpoint: int, frame: Zcl) -> list[Zcl]:
        """Begin or end a warning; everything else as a zone."""
        if cluster != IAS_WD or frame.from_server or frame.command != START_WARNING:
            return super().command(cluster, host_endpoint, frame)
        reader = Reader(frame.payload)
        self.warning, seconds = reader.u8(), reader.u16()
        self._until = asyncio.get_running_loop().time() + seconds
        return [frame.default_rsp(Status.SUCCESS)] if frame.wants_default_rsp else []

    def _clusters(self) -> dict[int, dict[int, Attribute]]:
        return {**super()._clusters(), IAS_WD: {0x0000: Attribute(Type.UINT16, 240, writable=True)}}
