"""Listening to the channel itself, at moments at which nobody needs the radio.

A radio that measures energy takes no frame meanwhile, so this is short and never just after a
frame of a device that may cry for help: its next one may be on the way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import structlog

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import Event, RadioClear, RadioInterference

from .coordinator import RADIO_ERRORS, explain
from .hooks import Ear
from .interference import Air, measured

if TYPE_CHECKING:
    import zigpy.types as t

    from heimvakt_drivers.zigbee.listening.early import Said

    from .coordinator import Coordinator

QUIET_S = 10.0
"""Since the last frame of an alarm sensor."""

PATIENCE_S = 600.0
"""How long to wait for a quiet moment; then this measurement is left out."""

SCAN_EXPONENT = 2
"""(2^n + 1) x 15.36 ms (Zigbee, Mgmt_NWK_Update_req): 77 ms. A frame lost in it is sent again by
the sensor's own radio."""

STRONGEST = 255

ADDRESSES_MAX = 512
"""That are known by heart: more than a network of one home has."""

ALARM_ROLES = frozenset(
    {Role.BUTTON, Role.FALL, Role.SMOKE, Role.HEAT, Role.CARBON_MONOXIDE, Role.LEAK}
)

log = structlog.get_logger(__name__)


class Attentive:
    """Passes on what is heard, remembers when an alarm sensor spoke last, and how the air was."""

    def __init__(self, ear: Ear, devices: Mapping[str, Device]) -> None:
        """`devices` by address in lower case; they may come and go."""
        self._ear = ear
        self._devices = devices
        self._heard_at = float("-inf")
        self.air: Air | None = None
        """What is known of the channel: kept while the radio is away for a while."""

    def read(self, ieee: t.EUI64, said: Said) -> bool:
        """See `Ear`."""
        is_heard = self._ear.read(ieee, said)
        if is_heard:
            self._remember(ieee)
        return is_heard

    def begin(self, ieee: t.EUI64) -> None:
        """See `Ear`."""
        self._ear.begin(ieee)

    def end(self, ieee: t.EUI64, packet: t.ZigbeePacket) -> None:
        """See `Ear`."""
        self._remember(ieee)
        self._ear.end(ieee, packet)

    def _remember(self, ieee: t.EUI64) -> None:
        device = self._devices.get(_address(bytes(ieee)))
        if device is not None and device.role in ALARM_ROLES:
            self._heard_at = asyncio.get_running_loop().time()

    async def quiet(self) -> bool:
        """Wait for a quiet moment; whether there was one in time."""
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE_S
        while (left := self._heard_at + QUIET_S - loop.time()) > 0:
            if loop.time() + left > until:
                return False
            await asyncio.sleep(left)
        return True


async def listen_for_interference(
    driver: str,
    coordinator: Coordinator,
    ear: Attentive,
    every: timedelta,
    put: Callable[[list[Event]], None],
) -> None:
    """Measure until cancelled; tell when the channel is full, and when it is quiet again."""
    loop = asyncio.get_running_loop()
    channel = int(coordinator.state.network_info.channel)
    if ear.air is None or ear.air.channel != channel:
        ear.air = Air(channel=channel)
    while True:
        await asyncio.sleep(every.total_seconds())
        if not await ear.quiet():
            continue
        try:
            percent = await energy_percent(coordinator, channel)
        except RADIO_ERRORS as error:
            log.info("the energy on the channel could not be measured", error=explain(error))
            continue
        ear.air, full = measured(ear.air, percent, loop.time())
        if full:
            energy = round(ear.air.percent or 0.0, 1)
            put([RadioInterference(driver=driver, channel=channel, energy_percent=energy)])
        elif full is not None:
            put([RadioClear(driver=driver, channel=channel)])


async def energy_percent(coordinator: Coordinator, channel: int) -> float:
    """How much energy there is on the channel now, of the most that can be measured.

    Raises:
        Exception: any of RADIO_ERRORS.
    """
    import zigpy.types as t

    channels: Any = t.Channels  # what its methods want is not what its types say
    mask = channels.from_channel_list([channel])
    found = await coordinator.energy_scan(mask, duration_exp=SCAN_EXPONENT, count=1)
    return 100 * found[channel] / STRONGEST


@lru_cache(maxsize=ADDRESSES_MAX)
def _address(octets: bytes) -> str:
    """As the configuration has it, where the last octet stands first."""
    return ":".join(f"{octet:02x}" for octet in reversed(octets))
