"""Setting devices up: when they join, and again when they are heard and something is missing.

Sleeping devices answer only shortly after they spoke, so a device is looked after at the moment it
is heard: after it joined or came back, once after each start, and after a failure, but then not
again before some time has passed, which doubles. A few are looked after at once, each by one task.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import structlog

from heimvakt.core.devices import Device
from heimvakt.core.events import EnrolmentFailed, EnrolmentVerified, Event
from heimvakt_drivers.zigbee.radio.coordinator import UNREACHABLE
from heimvakt_drivers.zigbee.status import Board, DeviceStatus

from .enrol import NotEnrolledError, answer_enrolment, ensure_enrolled
from .reporting import configure, zones
from .settled import Settled

if TYPE_CHECKING:
    from zigpy.device import ZigbeeDevice
    from zigpy.zcl import Cluster

    from heimvakt_drivers.zigbee.radio.coordinator import Coordinator

AT_ONCE = 3
WAITING_MAX = 256
"""Devices that wait to be looked after; more are looked after when they are heard again."""
AGAIN_S, AGAIN_S_MAX = 10.0, 3_600.0
"""How long a device that could not be set up is let be, at first and at most."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Course:
    """How it goes with one device, for as long as the radio is open."""

    due: bool = True
    """To be looked after when next heard."""
    busy: bool = False
    failures: int = 0
    not_before: float = 0.0
    """On the loop's clock."""


class Caretaker:
    """For one opening of the radio. `heard`, `joined` and `enrol` are plain calls."""

    def __init__(
        self,
        coordinator: Coordinator,
        devices: Mapping[str, Device],
        settled: Settled,
        board: Board,
        changed: Callable[[], None],
        put: Callable[[list[Event]], None],
    ) -> None:
        """`changed` is called when the set-up of a device is finished: time for a backup.

        `put` takes what the rules must hear of: whether a zone sensor is enrolled.
        """
        self._put_events = put
        self._coordinator = coordinator
        self._devices = devices
        self._settled = settled
        self._board = board
        self._changed = changed
        self._courses: dict[str, _Course] = {}
        self._work: asyncio.Queue[str | Cluster] = asyncio.Queue(maxsize=WAITING_MAX)
        self._places = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Look after devices until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                work = await self._work.get()
                if isinstance(work, str):
                    tasks.create_task(self._look_after(work))
                else:
                    tasks.create_task(self._answer(work))

    def heard(self, address: str) -> None:
        """A frame of a configured device has come."""
        course = self._course(address)
        if not course.due or course.busy:
            return
        if asyncio.get_running_loop().time() >= course.not_before:
            self._begin(address)

    def joined(self, address: str, *, anew: bool) -> None:
        """A device was interviewed, or came back; `anew`: it may have lost what was set up."""
        course = self._course(address)
        if anew:
            self._settled.discard(address)
        course.due = True
        course.failures = 0
        course.not_before = 0.0
        self.heard(address)

    def enrol(self, zone: Cluster) -> None:
        """A zone asks to be enrolled: answer, whatever else is going on with it."""
        self._put(zone)

    def add(self, address: str, said: Sequence[Event]) -> None:
        """A device is new among the configured ones, or is another to them than before; `said`:
        what it told while it was paired."""
        if any(isinstance(event, EnrolmentVerified) for event in said):
            self._note(address, enrolled=True)
        if said:
            self._put_events(list(said))
        course = self._course(address)
        course.due = True
        course.not_before = 0.0

    def _course(self, address: str) -> _Course:
        return self._courses.setdefault(address, _Course())

    def _begin(self, address: str) -> None:
        if self._put(address):
            self._course(address).busy = True

    def _put(self, work: str | Cluster) -> bool:
        try:
            self._work.put_nowait(work)
        except asyncio.QueueFull:  # it asks again, or is heard again
            self._board.counted["set-up put off"] += 1
            return False
        return True

    async def _answer(self, zone: Cluster) -> None:
        try:
            await answer_enrolment(zone)
        except UNREACHABLE:
            self._board.counted["enrolment that could not be answered"] += 1

    async def _look_after(self, address: str) -> None:
        course = self._course(address)
        try:
            async with self._places:
                node, device = self._coordinator.node(address), self._devices.get(address)
                if node is None or device is None:
                    return  # not interviewed, or gone: `joined` comes when it is back
                course.due = False
                await self._set_up(device, address, node, course)
        finally:
            course.busy = False

    async def _set_up(
        self, device: Device, address: str, node: ZigbeeDevice, course: _Course
    ) -> None:
        self._note(
            address, joined=True, interviewed=True, manufacturer=node.manufacturer, model=node.model
        )
        try:
            anew = False
            for zone in zones(node):
                anew |= await ensure_enrolled(zone, self._coordinator.state.node_info.ieee)
                self._enrolled(device, address)
            if anew or address not in self._settled:
                await configure(device, node)
                self._settled.add(address)
                self._changed()
        except NotEnrolledError as error:
            self._not_enrolled(device, address, str(error))
            self._tell(device, address, f"it is not enrolled ({error}): its alarms cannot be heard")
            self._put_off(course)
        except UNREACHABLE as error:
            self._board.counted["device that did not answer"] += 1
            if address not in self._settled:
                self._tell(device, address, f"it does not answer ({type(error).__name__})")
            self._put_off(course)
        else:
            self._tell(device, address, None)
            course.failures = 0

    def _enrolled(self, device: Device, address: str) -> None:
        if self._status(address).enrolled is not True:
            self._note(address, enrolled=True)
            self._put_events([EnrolmentVerified(device_id=device.device_id)])

    def _not_enrolled(self, device: Device, address: str, reason: str) -> None:
        if self._status(address).enrolled is not False:
            self._note(address, enrolled=False)
            self._put_events([EnrolmentFailed(device_id=device.device_id, reason=reason)])

    def _status(self, address: str) -> DeviceStatus:
        return self._board.devices.get(address, DeviceStatus())

    def _note(self, address: str, **known: Any) -> None:
        if address in self._devices:  # it may have been taken out meanwhile
            self._board.devices[address] = replace(self._status(address), **known)

    def _put_off(self, course: _Course) -> None:
        wait_s = min(AGAIN_S * 2**course.failures, AGAIN_S_MAX)
        course.due = True
        course.failures = min(course.failures + 1, 16)
        course.not_before = asyncio.get_running_loop().time() + wait_s

    def _tell(self, device: Device, address: str, trouble: str | None) -> None:
        before = self._status(address).trouble
        self._note(address, trouble=trouble)
        if trouble is not None and trouble != before:
            log.warning(
                "the device is not set up; tried again when it is heard",
                device=device.device_id,
                address=address,
                trouble=trouble,
            )
        elif trouble is None and before is not None:
            log.info("the device is set up now", device=device.device_id, address=address)
