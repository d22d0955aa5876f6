"""Fitting one device that was interviewed for its role: zone types, enrolment, reporting, heard.

A sensor sleeps most of the time and hears only shortly after it spoke, so what it does not answer
it is asked again when it is next heard; whoever stands before it can wake it by its button.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from heimvakt.core.devices import Device
from heimvakt.core.events import (
    BatteryMeasured,
    DeviceSeen,
    EnrolmentVerified,
    Event,
    LinkMeasured,
    TamperClosed,
)
from heimvakt.core.tending import (
    WEAK_LQI,
    Enrolled,
    HeardFrom,
    Interviewed,
    ReportingSet,
    TendingFailed,
    Trouble,
)
from heimvakt_drivers.zigbee.listening.interviewed import signature_of
from heimvakt_drivers.zigbee.listening.listen import Listener
from heimvakt_drivers.zigbee.radio.coordinator import UNREACHABLE
from heimvakt_drivers.zigbee.sensing.heard import BATTERY_PERCENT, ZONE_TYPE, Cluster
from heimvakt_drivers.zigbee.sensing.recognise import recognise

from .enrol import NotEnrolledError, ensure_enrolled
from .members import about
from .reporting import configure, zones
from .watching import Watching

if TYPE_CHECKING:
    from zigpy.device import ZigbeeDevice

    from heimvakt_drivers.zigbee.radio.coordinator import Coordinator

ASK_S = 20.0
"""How long one attempt may take; a sensor that fell asleep does not answer."""

ANSWERS_S = 120.0
"""How long it may take until everything is answered; a person stands before the sensor."""

HEAR_S = 8.0
"""How long a device that is set up may take to say something by itself before that is let be."""

ENROL_ATTEMPTS = 3
EVENTS_MAX = 64

AWAKE = "press its button shortly, or open and shut it, so that it wakes"

HEALTH = (BatteryMeasured, EnrolmentVerified, LinkMeasured)
SIGNS = (*HEALTH, DeviceSeen, TamperClosed)
"""What tells no more than that it lives and is whole."""


class Fitting:
    """Of one device, once."""

    def __init__(
        self,
        coordinator: Coordinator,
        device: Device,
        watching: Watching,
        now: Callable[[], float],
    ) -> None:
        """`device` as the configuration will name it; `now` is the home's clock."""
        self._coordinator = coordinator
        self._device = device
        self._watching = watching
        self._tell = watching.tell
        self._now = now
        self._events: list[Event] = []

    async def run(self, node: ZigbeeDevice) -> list[Event]:
        """Tell each thing that is done; gives what is to be known of the device from now on.

        Raises:
            TendingFailed: it does not fit, or does not answer any more.
            Exception: any of RADIO_ERRORS.
        """
        device = self._device
        ears = Listener({device.address: device}, put=self._hear, now=self._now, counted=Counter())
        ears.attach(node)
        try:
            await self._asked(lambda: _ask_zone_types(node))
            await self._tell_what_it_is(node)
            if zones(node):
                await self._asked(lambda: self._enrol(node))
                self._events.append(EnrolmentVerified(device_id=device.device_id))
                await self._tell(Enrolled())
            await self._asked(lambda: configure(device, node))
            await self._tell(ReportingSet())
            await self._ask_battery(node)
            await self._listen(node)
        finally:
            ears.detach()
        last = {type(event): event for event in self._events if isinstance(event, HEALTH)}
        return list(last.values())

    async def _tell_what_it_is(self, node: ZigbeeDevice) -> None:
        member = about(node)
        await self._tell(
            Interviewed(
                address=member.address,
                manufacturer=member.manufacturer or "",
                model=member.model or "",
                says=member.says,
            )
        )
        if why := recognise(signature_of(node)).why_not(self._device.role):
            fits = ", ".join(member.roles) or "none that is known"
            raise TendingFailed(why, hint=f"roles that it can fill: {fits}")

    async def _enrol(self, node: ZigbeeDevice) -> None:
        for zone in zones(node):
            await ensure_enrolled(zone, self._coordinator.state.node_info.ieee)

    async def _ask_battery(self, node: ZigbeeDevice) -> None:
        """For the one who looks; what comes of it is heard like a report."""
        for endpoint in node.non_zdo_endpoints:
            if (power := endpoint.in_clusters.get(Cluster.POWER)) is not None:
                try:
                    async with asyncio.timeout(HEAR_S):
                        await power.read_attributes([BATTERY_PERCENT])
                except UNREACHABLE:
                    return

    async def _listen(self, node: ZigbeeDevice) -> None:
        end = asyncio.get_running_loop().time() + HEAR_S
        while not self._kinds() and await self._watching.next(end):
            pass
        if node.lqi is not None and node.lqi < WEAK_LQI:
            await self._tell(
                Trouble(
                    what=f"it is heard too weakly: LQI {node.lqi}, and below {WEAK_LQI} alarms get "
                    "lost",
                    hint="move it, or pair a repeater between it and the gateway first",
                    lasts=True,
                )
            )
        told = [event.percent for event in self._events if isinstance(event, BatteryMeasured)]
        percent = next((p for p in reversed(told) if p is not None), None)
        await self._tell(HeardFrom(kinds=self._kinds(), lqi=node.lqi, battery_percent=percent))

    async def _asked(self, ask: Callable[[], Awaitable[Any]]) -> None:
        """Ask until it was answered: at once, and again whenever the device is heard."""
        end = asyncio.get_running_loop().time() + ANSWERS_S
        heard, address = self._watching.heard, self._device.address
        refusals = 0
        while True:
            before = heard[address]
            try:
                async with asyncio.timeout(ASK_S):
                    await ask()
                return
            except NotEnrolledError as error:
                refusals += 1
                if refusals >= ENROL_ATTEMPTS:
                    raise _not_enrolled(str(error)) from error
                trouble = Trouble(what=f"it is not enrolled yet ({error})", hint=AWAKE)
                before = heard[address]  # it answered all this time
            except UNREACHABLE:
                self._watching.check()
                trouble = Trouble(what="it does not answer", hint=AWAKE)
            await self._tell(trouble)
            while heard[address] == before:
                if not await self._watching.next(end):
                    raise TendingFailed(
                        "it does not answer any more, and is not set up",
                        hint=f"{AWAKE}; then: heimvakt pair --address {address} and the rest",
                    )

    def _hear(self, events: list[Event]) -> None:
        del self._events[:-EVENTS_MAX]
        self._events += events
        self._watching.said_something()

    def _kinds(self) -> tuple[str, ...]:
        """What it has told that means something to rules."""
        told = [event.kind for event in self._events if not isinstance(event, SIGNS)]
        return tuple(dict.fromkeys(told))


async def _ask_zone_types(node: ZigbeeDevice) -> None:
    """What a zone is, it says only when asked; the interview does not ask."""
    for zone in zones(node):
        if zone.get(ZONE_TYPE) is None:
            await zone.read_attributes([ZONE_TYPE])


def _not_enrolled(stand: str) -> TendingFailed:
    return TendingFailed(
        f"it will not be enrolled ({stand}): its alarms would not be heard",
        hint="reset it as its manual says, and pair it again",
    )
