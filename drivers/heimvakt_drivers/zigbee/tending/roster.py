"""Who is in the network: told by zigpy and the coordinator, written on the board, handed to care.

One for each run of the driver; `begin` and `end` tell it when a radio is open. Everything here is a
plain call, in the middle of a frame.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from heimvakt.core.devices import Device
from heimvakt.core.events import Event
from heimvakt.core.tending import TendingFailed
from heimvakt_drivers.zigbee.status import Board, DeviceStatus

from .care import Caretaker
from .settled import Settled
from .watching import Watching

if TYPE_CHECKING:
    import zigpy.types as t
    from zigpy.device import ZigbeeDevice
    from zigpy.zcl import Cluster

    from heimvakt_drivers.zigbee.radio.coordinator import Coordinator

UNKNOWN_MAX = 64
"""Unknown devices whose addresses are kept."""

log = structlog.get_logger(__name__)


class Roster:
    """See the module. `changed` is set whenever a configured device has joined or left."""

    def __init__(
        self,
        devices: Mapping[str, Device],
        settled: Settled,
        board: Board,
        attach: Callable[[ZigbeeDevice], bool],
        detach: Callable[[str], None],
    ) -> None:
        """`attach` listens to a device and says whether the configuration names it; `detach` takes
        back all of that, by address."""
        self._devices = devices
        self._settled = settled
        self._board = board
        self._attach = attach
        self._detach = detach
        self._watching: Watching | None = None
        self._coordinator: Coordinator | None = None
        self._care: Caretaker | None = None
        self._left: set[str] = set()
        self._fitted: Mapping[str, Sequence[Event]] = {}
        """The one that was paired last and is not configured yet."""
        self.changed = asyncio.Event()

    def begin(self, coordinator: Coordinator, care: Caretaker) -> None:
        """A radio is being opened: listen to the devices of the last time before it can speak."""
        self._coordinator, self._care = coordinator, care
        coordinator.add_listener(self)
        for address in self._devices:
            node = coordinator.node(address)
            if node is not None:
                self._attach(node)
            self._note(address, joined=node is not None, interviewed=node is not None)

    def end(self) -> None:
        """The radio is gone."""
        self._coordinator = self._care = None
        if self._watching is not None:
            self._watching.lost(self._board.lost or "it was closed")

    def take_over(self, before: Mapping[str, Device]) -> None:
        """The devices are others than `before`: forget who is gone, listen to who is new."""
        after = self._devices
        for address in before.keys() - after.keys():
            self._detach(address)
            self._settled.discard(address)
            self._board.devices.pop(address, None)
        for address in [a for a, device in after.items() if before.get(a) != device]:
            self._board.unknown.pop(address, None)
            self._detach(address)
            if address in before and before[address].role is not after[address].role:
                self._settled.discard(address)
            node = None if self._coordinator is None else self._coordinator.node(address)
            if node is not None:
                self._attach(node)
            there = node is not None
            self._note(address, joined=there, interviewed=there, enrolled=None, trouble=None)
            if self._care is not None:
                self._care.add(address, self._fitted.get(address, ()))
                self._care.heard(address)
        self._fitted = {}
        self.changed.set()

    def fitted(self, address: str, said: Sequence[Event]) -> None:
        """A device was set up by whoever paired it, and has `said` this: it need not be asked
        again, and what it said is told when the configuration names it."""
        self._settled.add(address)
        self._fitted = {address: said}

    @contextmanager
    def watched_by(self, watching: Watching) -> Iterator[Coordinator]:
        """Tell somebody of all who come, while the context lasts.

        Raises:
            TendingFailed: there is no radio now, or somebody watches already.
        """
        if self._coordinator is None or self._board.network is None:
            raise TendingFailed(
                f"the radio is lost: {self._board.lost or 'it is not open yet'}",
                hint="see: heimvakt status",
            )
        if self._watching is not None:
            raise TendingFailed(
                "somebody is pairing already", hint="one device at a time: wait, or end the other"
            )
        self._watching = watching
        try:
            yield self._coordinator
        finally:
            self._watching = None

    @property
    def coordinator(self) -> Coordinator | None:
        """The radio, while it is up."""
        return self._coordinator if self._board.network is not None else None

    def missing(self) -> frozenset[str]:
        """The configured devices that are not in the network; all of them without a radio."""
        if self._coordinator is None:
            return frozenset(self._devices)
        node = self._coordinator.node
        return frozenset(a for a in self._devices if node(a) is None or a in self._left)

    # ----------------------------------------------------- told by the listener and the coordinator

    def lives(self, address: str) -> None:
        """A frame of a configured device was heard."""
        if self._care is not None:
            self._care.heard(address)

    def asks_for_enrolment(self, zone: Cluster) -> None:
        """A zone wants to be enrolled."""
        if self._care is not None:
            self._care.enrol(zone)

    def announced(self, ieee: t.EUI64, new_address: bool) -> None:
        """A device joined or came back; whether under another network address than it had."""
        address = str(ieee)
        if self._watching is not None:
            self._watching.came(address)
        if address not in self._devices:
            if self._watching is None:
                self._note_unknown(address)
            return
        self._left.discard(address)
        if self._care is None or self._coordinator is None:
            return
        if self._coordinator.node(address) is None:
            self._note(address, joined=True, interviewed=False)
        else:
            self._note(address, joined=True)
            self._care.joined(address, anew=new_address)
            self.changed.set()

    # ----------------------------------------------- told by zigpy, which finds these by their name

    def device_initialized(self, device: ZigbeeDevice) -> None:
        """A device was interviewed."""
        address = str(device.ieee)
        if self._watching is not None:
            self._watching.came(address)
        if not self._attach(device):
            return  # the radio itself, or a device that the configuration does not name
        log.info(
            "the device has joined and was interviewed",
            device=self._devices[address].device_id,
            manufacturer=device.manufacturer,
            model=device.model,
        )
        self._note(address, joined=True, interviewed=True, trouble=None)
        if self._care is not None:
            self._care.joined(address, anew=True)
        self.changed.set()

    def device_reinterviewed(self, device: ZigbeeDevice) -> None:
        """A device was interviewed again, and zigpy has a new object for it."""
        self._attach(device)

    def device_init_failure(self, device: ZigbeeDevice) -> None:
        """An interview came to nothing, most often because the device fell asleep in it."""
        address = str(device.ieee)
        if address in self._devices:
            self._note(address, joined=True, trouble="it fell silent while it was interviewed")
            log.warning(
                "the interview failed; press the device's button to wake it",
                device=self._devices[address].device_id,
            )

    def device_left(self, device: ZigbeeDevice) -> None:
        """A device has left the network, on its own wish or at somebody's hand."""
        address = str(device.ieee)
        if address in self._devices:
            self._left.add(address)
            self._settled.discard(address)
            self._note(address, joined=False, enrolled=None)
            log.warning("the device left the network", device=self._devices[address].device_id)
            self.changed.set()

    # ----------------------------------------------------------------------------------- notes

    def _note(self, address: str, **known: bool | str | None) -> None:
        status = self._board.devices.get(address, DeviceStatus())
        self._board.devices[address] = replace(status, **known)  # type: ignore[arg-type]

    def _note_unknown(self, address: str) -> None:
        self._board.counted["join of an unknown device"] += 1
        unknown = self._board.unknown
        if address not in unknown and len(unknown) < UNKNOWN_MAX:
            unknown[address] = None
            log.warning(
                "a device that the configuration does not name is in the network; it is ignored",
                address=address,
                hint="heimvakt devices --unknown",
            )
