"""The radio as zigpy sees it, with the few hooks that the driver needs: alike for every family.

`radio_znp`, `radio_ezsp` and `radio_deconz` put it over the application of their library, which
nothing else knows. `families` finds the one that is wanted, and only that one is imported.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import zigpy.exceptions
import zigpy.profiles
import zigpy.types as t
import zigpy.zdo
from zigpy.application import ControllerApplication
from zigpy.device import ZigbeeDevice
from zigpy.state import NetworkInfo, NodeInfo
from zigpy.zcl import Cluster

from heimvakt_drivers.zigbee.listening.early import Said

STRANGERS_MAX = 64
"""Network addresses that are remembered; no home has so many devices that it does not know."""

STRANGER_AGAIN_S = 60.0
"""How often a stranger is asked who it is. zigpy would ask the whole network at each frame."""

RADIO_ERRORS: tuple[type[Exception], ...] = (
    OSError,  # the port; also what a TimeoutError is
    RuntimeError,  # what the libraries raise when asked to send while not connected
    KeyError,  # an item of the stick's memory that is not there
    ValueError,  # an answer of the stick that does not parse
    zigpy.exceptions.RadioException,
    zigpy.exceptions.ZigbeeException,
)
"""What may go wrong with a stick: not ours, and worth another try."""

PROFILES = frozenset({zigpy.profiles.zha.PROFILE_ID, zigpy.profiles.zll.PROFILE_ID})
"""Whose frames zigpy reads as frames of clusters."""

IEEE_ADDR_REQ = 0x0001
"""ZDO: who has this network address?"""

UNREACHABLE: tuple[type[Exception], ...] = (
    TimeoutError,
    zigpy.exceptions.ZigbeeException,
)
"""What may go wrong when a device is asked: it sleeps, is out of reach, or is gone."""


class Ear(Protocol):
    """Who is told of each frame of a known device, before zigpy takes it and after."""

    def read(self, ieee: t.EUI64, said: Said) -> bool:
        """Whether what the frame says was read from it now; then zigpy need not have it, and is
        told a moment later what was in it."""

    def begin(self, ieee: t.EUI64) -> None:
        """zigpy is given a frame."""

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


class Coordinator(ControllerApplication):
    """What is common to zigpy's applications. A family is a class of this one and its library's."""

    own_errors: ClassVar[tuple[type[Exception], ...]] = ()
    """What the library raises beside RADIO_ERRORS; told as one of those."""

    hooks: Hooks
    """Set before `startup`."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._gone = False
        self._letting_go = False
        self._asked: dict[int, float] = {}
        """Strangers by network address: when it was last asked for them, on the loop's clock."""

    @classmethod
    def options(cls, port: str, answer_s: float) -> dict[str, Any]:
        """What the family's configuration has beside zigpy's own, and what it has otherwise.

        `answer_s` is how long the stick may take to answer a request.
        """
        return {}

    def end_database(self) -> None:
        """What zigpy leaves where its reading or its end is cut short: a thread that the process
        waits for when it ends itself. Harmless when it is gone."""
        listener: Any = self._dblistener
        if listener is not None:
            listener._worker_task.cancel()
            if hasattr(listener._db, "stop"):  # of aiosqlite from 0.22 on
                # From a thread that has no loop: else it tells ours, which may be closed by then.
                asyncio.get_running_loop().run_in_executor(None, listener._db.stop)

    async def _load_db(self) -> None:
        """As zigpy does; a database that cannot be read is let go."""
        try:
            await super()._load_db()
        except BaseException:
            self.end_database()
            raise

    async def connect(self) -> None:
        """As the library does."""
        with self._zigpys_errors():
            await super().connect()  # type: ignore[safe-super]

    async def startup(self, *, auto_form: bool = False) -> None:
        """As zigpy does."""
        with self._zigpys_errors():
            await super().startup(auto_form=auto_form)

    async def load_network_info(self, *, load_devices: bool = False) -> None:
        """As the library does."""
        with self._zigpys_errors():
            await super().load_network_info(load_devices=load_devices)  # type: ignore[safe-super]

    async def write_network_info(self, *, network_info: NetworkInfo, node_info: NodeInfo) -> None:
        """As the library does."""
        with self._zigpys_errors():
            await super().write_network_info(  # type: ignore[safe-super]
                network_info=network_info, node_info=node_info
            )

    async def permit(self, time_s: int = 60, node: t.EUI64 | str | None = None) -> None:
        """As zigpy does."""
        with self._zigpys_errors():
            await super().permit(time_s, node)

    async def energy_scan(
        self, channels: t.Channels, duration_exp: int, count: int
    ) -> dict[int, float]:
        """As the library does."""
        with self._zigpys_errors():
            return await super().energy_scan(channels, duration_exp, count)

    async def disconnect(self) -> None:
        """As the library does; what it then tells of the port is no loss."""
        self._letting_go = True
        await super().disconnect()  # type: ignore[no-untyped-call, safe-super]

    def connection_lost(self, exc: BaseException | None) -> None:
        """The port was closed, or the stick does not answer any more."""
        self._gone = True
        super().connection_lost(exc)  # type: ignore[arg-type]
        if not self._letting_go:
            self.hooks.lost(explain(exc))

    async def send_packet(self, packet: t.ZigbeePacket) -> None:
        """As the library does; a radio that is gone is a delivery that failed, nothing stranger."""
        if not self._gone:
            try:
                await super().send_packet(packet)  # type: ignore[safe-super]
                return
            except self.own_errors as error:
                raise zigpy.exceptions.DeliveryError(_words(error)) from error
            except (AttributeError, RuntimeError):  # it went in the middle of this
                if not self._gone:
                    raise
        raise zigpy.exceptions.DeliveryError("the radio is gone")

    def answer(
        self, cluster: Cluster, sequence: int, octets: bytes, then: Callable[[bool], None]
    ) -> bool:
        """Send the answer to a frame of a cluster's on a way that is shorter than zigpy's, and call
        `then` with whether it arrived; False if there is no such way, or not now."""
        return False

    @contextmanager
    def _zigpys_errors(self) -> Iterator[None]:
        try:
            yield
        except self.own_errors as error:
            raise zigpy.exceptions.ControllerException(_words(error)) from error
        except AttributeError as error:
            if not self._gone:
                raise
            # The libraries forget their port when it goes, and then ask None to send.
            raise zigpy.exceptions.ControllerException("the radio is gone") from error

    def handle_join(self, nwk: t.NWK, ieee: t.EUI64, parent_nwk: t.NWK, **how: Any) -> None:
        """As zigpy does; then tell whether the device came under a new network address."""
        known = self.devices.get(ieee)
        before = known.nwk if known is not None else None
        super().handle_join(nwk, ieee, parent_nwk, **how)
        if how.get("handle_rejoin", True):
            self.hooks.announced(ieee, before != nwk)

    def packet_received(self, packet: t.ZigbeePacket) -> None:
        """Let the ear read a frame, or else zigpy."""
        ieee = self._sender(packet)
        if ieee is None:
            if self._may_be_asked(packet):
                self._give_to_zigpy(packet)
            return
        if packet.profile_id in PROFILES and self.hooks.ear.read(ieee, said(packet)):
            return
        self.hooks.ear.begin(ieee)
        self._give_to_zigpy(packet)
        self.hooks.ear.end(ieee, packet)

    def _give_to_zigpy(self, packet: t.ZigbeePacket) -> None:
        try:
            super().packet_received(packet)
        except (ValueError, AssertionError):  # a frame too short for its own header
            self.hooks.counted["frame that does not parse"] += 1

    def _sender(self, packet: t.ZigbeePacket) -> t.EUI64 | None:
        if packet.src is None:
            return None
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
        return device if isinstance(device, ZigbeeDevice) and device.is_initialized else None

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


def said(packet: t.ZigbeePacket) -> Said:
    """A packet of zigpy's as the ear takes it."""
    assert packet.dst is not None
    mode = packet.dst.addr_mode
    to_all, to_group = mode is t.AddrMode.Broadcast, mode is t.AddrMode.Group
    is_secured = t.TransmitOptions.APS_Encryption in packet.tx_options
    to: Any = packet.dst.address
    group = int(to) if to_group else 0
    return Said(
        endpoint=packet.src_ep or 0,
        cluster=int(packet.cluster_id or 0),
        octets=packet.data.serialize(),
        lqi=packet.lqi,
        rssi=packet.rssi,
        way=(packet.dst_ep, to_all, group, is_secured, packet.radius),
    )


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__


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
            return _words(cause)
