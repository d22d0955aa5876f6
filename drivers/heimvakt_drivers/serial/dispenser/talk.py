"""One dispenser of the line: what its conversation brings is stored and told, in order."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import structlog

from heimvakt.core.devices import Device
from heimvakt.core.events import (
    BatteryMeasured,
    ContactBack,
    ContactLost,
    DeviceSeen,
    LoggedEvent,
)
from heimvakt.core.ports import DriverContext

from .conversation import Conversation
from .facts import Completed, Fact, Lost, PlanRefused, Reached, Synced, Told
from .kept import Kept, save
from .orders import Order
from .payload import NO_BATTERY, Answer, LogEntry, State, Status
from .translate import event_of

SEEN_S = 600.0
"""How often it is said that the device lives, when nothing else is said; supervision wants it
every 15 minutes."""

STORE_AGAIN_S = 5.0
"""A record that storage did not take is asked for again after this time."""

BATTERY_STEP = 5
"""Percent: what changed by less is not told."""

log = structlog.get_logger(__name__)


class Talk:
    """For one run of the driver."""

    def __init__(
        self,
        device: Device,
        conversation: Conversation,
        file: Path,
        context: DriverContext,
        counted: Counter[str],
    ) -> None:
        """`file` holds what the conversation keeps."""
        self.device = device
        self.conversation = conversation
        self.agenda = conversation.agenda
        self._file = file
        self._context = context
        self._counted = counted
        self.known = False
        """It was reached in this run, or told as lost."""
        self._on_disk: Kept = conversation.agenda.kept
        self._seen_at: float | None = None
        self._battery: tuple[int, bool] | None = None
        self._wanted: dict[int, asyncio.Future[Answer | None]] = {}

    async def keep(self) -> None:
        """Put on the disk what must be there before the next octet goes out."""
        kept = self.agenda.kept
        if kept == self._on_disk:
            return
        self._on_disk = kept
        try:
            await asyncio.to_thread(save, self._file, kept)
        except OSError as error:
            # It only matters if the dispenser loses its memory as well: doses go on meanwhile.
            self._counted["not-kept"] += 1
            log.warning("what the dispenser gave is not on disk", reason=str(error))

    async def tell(self, facts: Iterable[Fact]) -> None:
        """Hand on what came of an exchange; returns when it is durable."""
        await self.keep()
        device_id = self.device.device_id
        for fact in facts:
            match fact:
                case Told(entry):
                    await self._record(entry)
                case Lost(reason):
                    log.warning("no contact with the dispenser", device=device_id, reason=reason)
                    await self._context.emit(ContactLost(device_id=device_id, reason=reason))
                    self.known = True
                case Synced():
                    log.info("contact with the dispenser", device=device_id)
                    await self._emit(ContactBack(device_id=device_id))
                    self.known = True
                case Completed(order, answer):
                    if (wanted := self._wanted.get(order.number)) and not wanted.done():
                        wanted.set_result(answer)
                case Status():
                    await self._measure(fact)
                case PlanRefused():
                    self._counted["plans-refused"] += 1
                    log.warning("the dispenser does not take the plan of doses", device=device_id)
                case Reached():
                    await self._is_there()

    async def outcome(self, order: Order) -> Answer | None:
        """What came of an order, once it is known; None: nobody will ever know."""
        loop = asyncio.get_running_loop()
        wanted: asyncio.Future[Answer | None] = loop.create_future()
        self._wanted[order.number] = wanted
        try:
            return await wanted
        finally:
            self._wanted.pop(order.number, None)

    async def _record(self, entry: LogEntry) -> None:
        loop = asyncio.get_running_loop()
        try:
            event = event_of(self.device.device_id, entry)
        except ValueError:
            event = None
            self._counted["records-not-understood"] += 1
        if event is not None:
            await self._emit(event)
            if not self._is_stored(event):
                self._counted["records-not-stored"] += 1
                self.agenda.later(loop.time() + STORE_AGAIN_S)
                return
        self.agenda.took(entry, loop.time())

    def _is_stored(self, event: LoggedEvent) -> bool:
        last = self._context.last_record(self.device.device_id)
        return last is not None and last.log == event.log and last.number >= event.record

    async def _measure(self, status: Status) -> None:
        low = bool(status.state & State.BATTERY_LOW)
        before, percent = self._battery, status.battery
        if before is not None and before[1] == low and abs(before[0] - percent) < BATTERY_STEP:
            return
        self._battery = (percent, low)
        await self._emit(
            BatteryMeasured(
                device_id=self.device.device_id,
                percent=None if percent == NO_BATTERY else float(percent),
                low=low,
            )
        )

    async def _is_there(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._seen_at is None or now - self._seen_at >= SEEN_S:
            await self._emit(DeviceSeen(device_id=self.device.device_id))

    async def _emit(self, event: DeviceSeen | BatteryMeasured | ContactBack | LoggedEvent) -> None:
        self._seen_at = asyncio.get_running_loop().time()
        await self._context.emit(event)
