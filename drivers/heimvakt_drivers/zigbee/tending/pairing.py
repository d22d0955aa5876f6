"""Taking one device into the network: whoever comes first, or the one that is named.

Told as it happens, to somebody who stands before the sensor. The network is open for no longer than
that somebody waits, and closed when this ends in whatever way.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import zigpy.types as t
from zigpy.device import ZigbeeDevice

from heimvakt.core.devices import Device
from heimvakt.core.events import Event
from heimvakt.core.tending import Found, Opened, TendingFailed, Trouble, Wanted
from heimvakt_drivers.zigbee.radio.coordinator import explain

from .fitting import AWAKE, Fitting
from .install_code import InstallCode, parse
from .joining import GONE, ONCE_S, opened, requests_given_up
from .watching import Watching

if TYPE_CHECKING:
    from heimvakt_drivers.zigbee.radio.coordinator import Coordinator

MORE_S = 120.0
"""What a device that has been found still gets for its interview, however late it came."""

ASLEEP_S = 8.0
"""After so long without a frame it does not hear any more: a parent keeps a question for 7.68 s."""

LOOK_S = 1.0
"""How often it is looked whether somebody fell asleep."""

REFUSED_S = 1.0
"""By then a radio has said that it knows no install codes."""

PERMIT_S_MAX = 254
"""A radio cannot be told to stay open for longer."""


class Pairing:
    """One of them."""

    def __init__(
        self,
        driver: str,
        coordinator: Coordinator,
        wanted: Wanted,
        devices: Mapping[str, Device],
        watching: Watching,
        now: Callable[[], float],
    ) -> None:
        """`devices`: those that the configuration names, by address; `now` is the home's clock."""
        self._driver = driver
        self._coordinator = coordinator
        self._wanted = wanted
        self._devices = devices
        self._watching = watching
        self._tell = watching.tell
        self._now = now
        self._asleep: set[str] = set()
        """Who is in the middle of an interview and was told to be silent."""

    async def run(self) -> tuple[str, list[Event]]:
        """See `core.tending.Tended.pair`; also what the device has said of its health."""
        wanted = self._wanted
        code = None if wanted.install_code is None else parse(wanted.install_code)
        address = wanted.address or (code.address if code else None)
        if code is not None and address is None:
            raise TendingFailed(
                "an install code lets in one device, and this one does not say which",
                hint="give the device's address beside it, from its label: --address",
            )
        self._coordinator.add_listener(self._watching)
        try:
            with requests_given_up():
                return await self._take_in(address, code)
        except GONE as error:
            self._watching.check()
            raise TendingFailed(f"the radio does not do it: {explain(error)}") from error
        finally:
            self._coordinator.remove_listener(self._watching)

    async def _take_in(
        self, address: str | None, code: InstallCode | None
    ) -> tuple[str, list[Event]]:
        node = None if address is None else self._coordinator.node(address)
        if node is None:
            node = await self._let_in(address, code)
        else:
            await self._tell(Found(address=str(node.ieee)))
        found = str(node.ieee)
        self._check_is_new(found)
        wanted = self._wanted
        device = Device(
            device_id=wanted.device_id, role=wanted.role, driver=self._driver, address=found
        )
        said = await Fitting(self._coordinator, device, self._watching, self._now).run(node)
        return found, said

    async def _let_in(self, address: str | None, code: InstallCode | None) -> ZigbeeDevice:
        """The first device that comes, or that of this address, as soon as it was interviewed."""
        loop = asyncio.get_running_loop()
        within_s = self._wanted.within.total_seconds()
        end = loop.time() + within_s
        through = t.EUI64.convert(self._wanted.through) if self._wanted.through else None
        told: set[str] = set()
        async with (
            opened(self._coordinator, through) as network,
            _with_key(self._coordinator, address, code, within_s),
        ):
            await network.keep(within_s)
            await self._tell(Opened(left_s=round(within_s)))
            while True:
                for one in self._who_came(address):
                    if one not in told:
                        told.add(one)
                        await self._tell(Found(address=one))
                        end = max(end, loop.time() + MORE_S)
                    if (node := self._coordinator.node(one)) is not None:
                        return node
                    await self._keep_asking(one)
                now = loop.time()
                if now >= end:
                    raise _nobody_came(told, address)
                await network.keep(end - now)
                await self._watching.next(end, wake_at=min(network.until, now + LOOK_S))

    async def _keep_asking(self, address: str) -> None:
        """An interview waits for an answer until long after the device that fell asleep is awake
        again: begin it anew, with what is known already, when the device is heard."""
        quiet_s = asyncio.get_running_loop().time() - self._watching.heard_at[address]
        if address not in self._asleep and quiet_s >= ASLEEP_S:
            self._asleep.add(address)
            what = f"{address} fell asleep while it was interviewed"
            await self._tell(Trouble(what=what, hint=AWAKE))
        elif address in self._asleep and quiet_s < ASLEEP_S:
            self._asleep.discard(address)
            device = self._coordinator.devices.get(t.EUI64.convert(address))
            if isinstance(device, ZigbeeDevice) and not device.is_initialized:
                device.schedule_initialize()

    def _who_came(self, address: str | None) -> list[str]:
        """Those that may be meant; of the home only the one itself, which may have been reset."""
        return [
            one
            for one in self._watching.present
            if one == address or (address is None and self._may_be(one))
        ]

    def _may_be(self, address: str) -> bool:
        named = self._devices.get(address)
        return named is None or named.device_id == self._wanted.device_id

    def _check_is_new(self, address: str) -> None:
        if not self._may_be(address):
            raise TendingFailed(
                f"{address} is {self._devices[address].device_id}, which is in the home already",
                hint="see: heimvakt device --help, for rename and remove",
            )


@asynccontextmanager
async def _with_key(
    coordinator: Coordinator, address: str | None, code: InstallCode | None, within_s: float
) -> AsyncIterator[None]:
    """The radio lets in the device that has this code, and with some radios no other meanwhile."""
    if code is None or address is None:
        yield
        return
    time_s = min(round(within_s), PERMIT_S_MAX)
    # Some libraries return at once, others when the time is over.
    task: asyncio.Task[None] = coordinator.create_task(  # type: ignore[misc]
        coordinator.permit_with_link_key(t.EUI64.convert(address), code.key, time_s),
        name="install code",
    )
    try:
        await asyncio.wait({task}, timeout=REFUSED_S)
        if task.done() and (error := task.exception()) is not None:
            raise TendingFailed(
                f"the radio takes no install code: {explain(error)}",
                hint="most devices join without one: leave it out",
            )
        yield
    finally:
        task.cancel()
        await asyncio.wait({task}, timeout=ONCE_S)


def _nobody_came(told: set[str], address: str | None) -> TendingFailed:
    if told:
        return TendingFailed(
            f"{', '.join(sorted(told))} joined, but has not said what it is",
            hint="keep it awake by its button, close to the gateway, and pair it again; it is in "
            "the network now and is asked on whenever it is heard: heimvakt devices --unknown",
        )
    return TendingFailed(
        f"{address} has not joined in time" if address else "no device has joined in time",
        hint="hold its button until its lamp blinks (its manual says how long), closer to the "
        "gateway, and begin again",
    )
