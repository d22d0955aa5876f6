"""Sticks of Texas Instruments with Z-Stack: zigpy-znp's application, watched on its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from zigpy.device import ZigbeeDevice
from zigpy.endpoint import Endpoint
from zigpy.zcl import Cluster
from zigpy_znp.commands import AF  # type: ignore[import-untyped]
from zigpy_znp.exceptions import (  # type: ignore[import-untyped]
    CommandNotRecognized,
    SecurityError,
)
from zigpy_znp.zigbee.application import ControllerApplication  # type: ignore[import-untyped]

from heimvakt_drivers.zigbee.listening.raw_znp import Message, RawReader
from heimvakt_drivers.zigbee.listening.short_znp import ShortWay, Thanks

from .coordinator import Coordinator
from .hearing import PROFILES
from .line import LineWatch
from .shielded import ShieldedRequests

READS_BY = ("_buffer", "_extract_frame", "_extract_frames", "_transport")
"""What of zigpy-znp's reader is used."""


class ZnpCoordinator(Coordinator, ControllerApplication):  # type: ignore[misc]
    """zigpy's application for Z-Stack radios."""

    own_errors = (CommandNotRecognized, SecurityError)

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._znp: Any
        self._requests: ShieldedRequests | None = None
        self._line: LineWatch | None = None
        self._short_way: ShortWay | None = None
        self._itself: ZigbeeDevice | None = None

    @classmethod
    def options(cls, port: str, answer_s: float) -> dict[str, Any]:
        """See the base."""
        # Half a second of pulling at the lines by which a bootloader is left: real sticks only.
        return {
            "znp_config": {
                "skip_bootloader": _has_control_lines(port),
                "sync_request_timeout": answer_s,
            }
        }

    async def connect(self) -> None:
        """As zigpy-znp does; then watch the line, and read on it."""
        await super().connect()
        self._requests = ShieldedRequests(self._znp)
        reader: Any = getattr(self._znp, "_uart", None)
        if all(hasattr(reader, name) for name in READS_BY):
            self._line = LineWatch(reader, self.hooks.counted)
            self._read_beside(reader)

    async def start_network(self) -> None:
        """As zigpy-znp does."""
        await super().start_network()  # type: ignore[no-untyped-call,safe-super]
        self._itself = None  # it has made the radio's own device anew

    def _read_beside(self, reader: Any) -> None:
        lock, listeners = self._znp._sync_request_lock, self._znp._listeners
        confirmation = AF.DataConfirm.Callback.header
        self._short_way = ShortWay(
            lock,
            # Not by `reader.write`: it makes a text of all octets, for a log that nobody keeps.
            lambda octets: reader._transport.write(octets),
            lambda: bool(listeners.get(confirmation)),
        )
        RawReader(reader, self._hears, self._short_way.answered)

    def answer(
        self, cluster: Cluster, sequence: int, octets: bytes, then: Callable[[bool], None]
    ) -> bool:
        """See the base."""
        if self._short_way is None or cluster.aps_encryption:
            return False
        to, number = cluster.endpoint, int(cluster.cluster_id)
        own = self._find_endpoint(to.endpoint_id, to.profile_id, number)
        thanks = Thanks(int(to.device.nwk), to.endpoint_id, own, number, sequence, octets)
        try:
            return self._short_way.send(thanks, then)
        except (AttributeError, OSError, RuntimeError):  # the radio went in the middle of this
            if not self._gone:
                raise
            return False

    def _hears(self, message: Message) -> bool:
        try:
            to = self._own().endpoints.get(message.to)
            ieee = self.get_device(nwk=message.sender).ieee
        except KeyError:
            return False
        if not isinstance(to, Endpoint) or to.profile_id not in PROFILES:
            return False
        return self.hooks.ear.read(ieee, message.said)

    def _own(self) -> ZigbeeDevice:
        """The radio itself as a device: zigpy looks it up by its address, which costs as much as to
        read a frame."""
        if self._itself is None:
            self._itself = self._device
        return self._itself

    async def disconnect(self) -> None:
        """As zigpy-znp does, without asking a stick that is gone to reset."""
        if self._short_way is not None:
            self._short_way.drop()
            self._short_way = None
        if self._line is not None:
            self._line.close()
            self._line = None
        requests, self._requests = self._requests, None
        if requests is not None:
            await requests.give_up()
        try:
            znp: Any = self._znp
            if self._gone and znp is not None:
                self._znp = None
                await znp.disconnect()
            await super().disconnect()
        finally:
            if requests is not None:
                await requests.give_up()  # who was given up may have tried once more


def _has_control_lines(port: str) -> bool:
    return port.startswith("/") and not Path(port).resolve().is_relative_to("/dev/pts")
