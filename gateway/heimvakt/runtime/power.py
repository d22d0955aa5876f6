"""Whether the box has mains, and how full its battery is: told here and nowhere else.

Known from the kernel's power supplies, and from drivers that see it on pins; what a pin says of the
mains goes before. A box with neither cannot tell, and says nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from heimvakt.core.events import Event, GatewayBatteryMeasured, MainsLost, MainsRestored
from heimvakt.core.ledger import StoreUnavailable
from heimvakt.core.power import Power, TellsPower, together

log = structlog.get_logger("power")

SUPPLIES = Path("/sys/class/power_supply")
LOOK_EVERY_S = 1.0
PAUSE_LOOKS = 5
"""After an event so many looks are left out."""
STEP_PERCENT = 5.0
"""On battery each further loss of so much is an event: 20 for all of it."""
MAINS = ("Mains", "USB", "Wireless")


def read_power(supplies: Path = SUPPLIES) -> Power:
    """What the supplies of the box say now, without those of things that are plugged into it."""
    mains: list[bool] = []
    batteries: list[float] = []
    try:
        found = sorted(supplies.iterdir())
    except OSError:
        return Power()
    for supply in found:
        kind = _text(supply / "type")
        if _text(supply / "scope") == "Device":
            continue
        if kind in MAINS and (online := _text(supply / "online")):
            mains.append(online != "0")
        if kind == "Battery" and (capacity := _text(supply / "capacity")).isdecimal():
            batteries.append(float(capacity))
    return Power(any(mains) if mains else None, min(batteries, default=None))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""  # gone meanwhile, or a supply that does not tell this


class PowerWatch:
    """Tells when the mains go and come."""

    def __init__(
        self,
        emit: Callable[..., Awaitable[None]],
        drivers: Sequence[TellsPower] = (),
        *,
        supplies: Path = SUPPLIES,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._emit = emit
        self._drivers = drivers
        self._supplies = supplies
        self._look_every_s = look_every_s
        self.now = Power()
        self._lost = False
        self._told_percent: float | None = None

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            # In a thread: a chip of a battery on a slow bus takes tens of milliseconds.
            supplies = await asyncio.to_thread(read_power, self._supplies)
            self.now = together([*(driver.power() for driver in self._drivers), supplies])
            event = self._news()
            if event is not None:
                with suppress(StoreUnavailable):  # what was not taken is told again
                    await self._emit(event)
                    self._told(event)
            # A contact that chatters must not fill the journal.
            await asyncio.sleep(self._look_every_s * (PAUSE_LOOKS if event else 1))

    def _news(self) -> Event | None:
        percent = self.now.battery_percent
        if self.now.on_mains is False and not self._lost:
            return MainsLost(battery_percent=percent)
        if self.now.on_mains and self._lost:
            return MainsRestored()
        if self._lost and percent is not None:
            told = self._told_percent
            if told is None or percent <= told - STEP_PERCENT:
                return GatewayBatteryMeasured(percent=percent)
        return None

    def _told(self, event: Event) -> None:
        log.warning("power", what=event.kind, battery_percent=self.now.battery_percent)
        self._told_percent = self.now.battery_percent
        match event:
            case MainsLost():
                self._lost = True
            case MainsRestored():
                self._lost = False
