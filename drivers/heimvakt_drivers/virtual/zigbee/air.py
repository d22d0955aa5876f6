"""What a device needs of the radio that it was put on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from .sent import Sent

if TYPE_CHECKING:
    from .device import VirtualDevice


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One ZCL frame on its way to the coordinator."""

    cluster: int
    endpoint: int
    host_endpoint: int
    data: bytes


class Air(Protocol):
    """What a device needs of the radio."""

    @property
    def coordinator_ieee(self) -> bytes:
        """The coordinator's address, as sent."""

    async def transmit(self, device: VirtualDevice, outgoing: Outgoing) -> Sent:
        """Send one frame now. Never raises for a host that is away; the result says it."""

    async def admit(self, device: VirtualDevice, *, rejoin: bool) -> Sent:
        """Let a device in. Raises JoinRefusedError when the network is not open."""

    async def dismiss(self, device: VirtualDevice) -> Sent:
        """Let a device go, on its own wish."""
