"""The radio as zigpy sees it, with the few hooks that the driver needs.

The only module that knows zigpy-znp: a driver for another kind of stick gets one like it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import zigpy.exceptions
import zigpy.types as t
import zigpy.zdo
from zigpy.device import ZigbeeDevice
from zigpy_znp.exceptions import (  # type: ignore[import-untyped]
    CommandNotRecognized,
    SecurityError,
)
from zigpy_znp.zigbee.application import ControllerApplication  # type: ignore[import-untyped]

from .line import LineWatch

STRANGERS_MAX = 64
"""Network addresses that are remembered; no home has so many devices that it does not know."""

STRANGER_AGAIN_S = 60.0
"""How often a stranger is asked who it is. zigpy would ask the whole network at each frame."""

AFTER_S = 0.02
"""By then an alarm is at the broker, and zigpy's work for its frame is in nobody's way."""

OWED_MAX = 256
"""Frames that zigpy has later; more than so many it has at once."""

TURNS = 64
"""Turns of the loop in which requests to a stick that was let go are given up. zigpy-znp shields
them from being cancelled, sixteen at most, and lets one after the other wait for its answer."""

RADIO_ERRORS: tuple[type[Exception], ...] = (
    OSError,  # the port; also what a TimeoutError is
    RuntimeError,  # what zigpy-znp raises when asked to send while it is not connected
    KeyError,  # an item of the stick's memory that is not there
    ValueError,  # an answer of the stick that does not parse
    CommandNotRecognized,
    SecurityError,
    zigpy.exceptions.RadioException,
    zigpy.exceptions.ZigbeeException,
)
"""What may go wrong with a stick: not ours, and worth another try."""


IEEE_ADDR_REQ = 0x0001
"""ZDO: who has this network address?"""

UNREACHABLE: tuple[type[Exception], ...] = (
    TimeoutError,
    CommandNotRecognized,
    zigpy.exceptions.ZigbeeException,
)
"""What may go wrong when a device is asked: it sleeps, is out of reach, or is gone."""


class Ear(Protocol):
    """Who is told of each frame of a known device, before zigpy takes it and after."""

    def read(self, ieee: t.EUI64, packet: t.ZigbeePacket) -> bool:
        """Whether what the frame says was read from it now, and zigpy may have it later."""

    def begin(self, ieee: t.EUI64, *, was_read: bool) -> None:
        """zigpy is given a frame; whether it was read before."""

    def end(self, ieee: t.EUI64, packet: t.ZigbeePacket) -> None:
        """zigpy has told its listeners what is in it, if it could read it."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the coordinator tells: plain calls."""

    ear: Ear
    lost: Callable[[str], None]
    """The connection is gone, and why. May come more than once."""
    announced: Callable[[t.EUI64, bool], None]
    """A device joined or came back; whether under another network address than it had."""
    counted: Counter[str]


class Coordinator(ControllerApplication):  # type: ignore[misc]
    """zigpy's application for Z-Stack radios."""

    hooks: Hooks
    """Set before `startup`."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._znp: Any
        self._line: LineWatch | None = None
        self._gone = False
        self._owed: set[asyncio.TimerHandle] = set()
        """Frames that zigpy has not had yet."""
        self._asked: dict[int, float] = {}
        """Strangers by network address: when it was last asked for them, on the loop's clock."""

    async def connect(self) -> None:
        """As zigpy-znp does; then watch the line."""
        await super().connect()
        reader: Any = getattr(self._znp, "_uart", None)
        if all(hasattr(reader, name) for name in ("_buffer", "_extract_frame", "_extract_frames")):
            self._line = LineWatch(reader, self.hooks.counted)

    async def disconnect(self) -> None:
        """As zigpy-znp does, without asking a stick that is gone to reset."""
        for handle in self._owed:
            handle.cancel()
        self._owed.clear()
        if self._line is not None:
            self._line.close()
            self._line = None
        znp: Any = self._znp
        if self._gone and znp is not None:
            self._znp = None
            await znp.disconnect()
        await super().disconnect()
        if znp is not None:
            for _ in range(TURNS):
                znp.close()
                await asyncio.sleep(0)

    def connection_lost(self, exc: BaseException | None) -> None:
        """The port was closed, or the stick does not answer any more."""
        self._gone = True
        super().connection_lost(exc)
        self.hooks.lost(explain(exc))

    async def send_packet(self, packet: t.ZigbeePacket) -> None:
        """As zigpy-znp does; a radio that is gone is a delivery that failed, nothing stranger."""
        if not self._gone:
            try:
                await super().send_packet(packet)
                return
            except (AttributeError, RuntimeError):  # it went in the middle of this
                if not self._gone:
                    raise
        raise zigpy.exceptions.DeliveryError("the radio is gone")

    def handle_join(self, nwk: t.NWK, ieee: t.EUI64, parent_nwk: t.NWK, **how: Any) -> None:
        """As zigpy does; then tell whether the device came under a new network address."""
        known = self.devices.get(ieee)
        before = known.nwk if known is not None else None
        super().handle_join(nwk, ieee, parent_nwk, **how)
        if how.get("handle_rejoin", True):
            self.hooks.announced(ieee, before != nwk)

    def packet_received(self, packet: t.ZigbeePacket) -> None:
        """Let zigpy read a frame: at once, or a moment after the ear has read what it says."""
        ieee = self._sender(packet)
        if ieee is None and not self._may_be_asked(packet):
            return
        was_read = ieee is not None and self.hooks.ear.read(ieee, packet)
        if was_read and len(self._owed) < OWED_MAX:
            self._owe(packet)
        else:
            self._give_to_zigpy(packet, ieee, was_read=was_read)

    def _owe(self, packet: t.ZigbeePacket) -> None:
        def pay() -> None:
            self._owed.discard(handle)
            ieee = self._sender(packet)
            if ieee is not None:  # it has not left meanwhile
                self._give_to_zigpy(packet, ieee, was_read=True)

        handle = asyncio.get_running_loop().call_later(AFTER_S, pay)
        self._owed.add(handle)

    def _give_to_zigpy(
        self, packet: t.ZigbeePacket, ieee: t.EUI64 | None, *, was_read: bool
    ) -> None:
        if ieee is not None:
            self.hooks.ear.begin(ieee, was_read=was_read)
        try:
            super().packet_received(packet)
        except (ValueError, AssertionError):  # a frame too short for its own header
            self.hooks.counted["frame that does not parse"] += 1
        if ieee is not None:
            self.hooks.ear.end(ieee, packet)

    def _sender(self, packet: t.ZigbeePacket) -> t.EUI64 | None:
        try:
            ieee: t.EUI64 = self.get_device_with_address(packet.src).ieee
        except (KeyError, ValueError):
            return None
        return ieee

    async def _discover_unknown_device(self, nwk: t.NWK) -> None:
        """Ask a stranger itself who it is: zigpy asks with a broadcast, which no sensor that sleeps
        can hear. It has just sent, so it is awake; its answer lets it in."""
        sequence: int = self.get_sequence()
        packet: Any = t.ZigbeePacket  # it converts what it is given, which its types do not say
        await self.send_packet(
            packet(
                src=t.AddrModeAddress(t.AddrMode.NWK, self.state.node_info.nwk),
                src_ep=zigpy.zdo.ZDO_ENDPOINT,
                dst=t.AddrModeAddress(t.AddrMode.NWK, nwk),
                dst_ep=zigpy.zdo.ZDO_ENDPOINT,
                tsn=sequence,
                profile_id=0,
                cluster_id=IEEE_ADDR_REQ,
                data=t.SerializableBytes(bytes((sequence,)) + nwk.serialize() + bytes(2)),
            )
        )

    def node(self, address: str) -> ZigbeeDevice | None:
        """A device that was interviewed, by its EUI-64; None if there is none."""
        device = self.devices.get(t.EUI64.convert(address))
        known = isinstance(device, ZigbeeDevice) and device.is_initialized
        return device if known else None

    def _may_be_asked(self, packet: t.ZigbeePacket) -> bool:
        """Whether zigpy may have the frame of a stranger, and ask the network who it is."""
        if zigpy.zdo.ZDO_ENDPOINT in (packet.src_ep, packet.dst_ep):
            return True  # an announcement: it says itself who it is
        self.hooks.counted["frame of an unknown device"] += 1
        now = asyncio.get_running_loop().time()
        assert packet.src is not None
        address = int(packet.src.address) if isinstance(packet.src.address, int) else -1
        if now - self._asked.get(address, float("-inf")) < STRANGER_AGAIN_S:
            return False
        if len(self._asked) >= STRANGERS_MAX:
            del self._asked[next(iter(self._asked))]
        self._asked[address] = now
        return True


def explain(error: BaseException | None) -> str:
    """Why a connection is gone or could not be made, in plain words."""
    cause = error
    while cause is not None and not isinstance(cause, OSError) and not str(cause):
        if cause.__cause__ is None:
            break
        cause = cause.__cause__
    match cause:
        case None:
            return "the port was closed"
        case TimeoutError():
            return "the radio does not answer"
        case OSError(strerror=str(why)) if cause.filename:
            return f"{why}: {cause.filename}"
        case OSError(strerror=str(why)):
            return why
        case _:
            return str(cause) or type(cause).__name__
