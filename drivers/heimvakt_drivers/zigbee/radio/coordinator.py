"""The radio as zigpy sees it, with zigpy's errors for all that goes wrong: alike for every family.

`radio_znp`, `radio_ezsp` and `radio_deconz` put it over the application of their library, which
nothing else knows. `families` finds the one that is wanted, and only that one is imported. What it
hears is in `hearing`, and whom it tells in `hooks`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import zigpy.exceptions
import zigpy.types as t
from zigpy.device import ZigbeeDevice
from zigpy.state import NetworkInfo, NodeInfo
from zigpy.zcl import Cluster

from .hearing import Hearing

RADIO_ERRORS: tuple[type[Exception], ...] = (
    OSError,  # the port; also what a TimeoutError is
    RuntimeError,  # what the libraries raise when asked to send while not connected
    KeyError,  # an item of the stick's memory that is not there
    ValueError,  # an answer of the stick that does not parse
    zigpy.exceptions.RadioException,
    zigpy.exceptions.ZigbeeException,
)
"""What may go wrong with a stick: not ours, and worth another try."""

UNREACHABLE: tuple[type[Exception], ...] = (
    TimeoutError,
    zigpy.exceptions.ZigbeeException,
)
"""What may go wrong when a device is asked: it sleeps, is out of reach, or is gone."""


class Coordinator(Hearing):
    """What is common to zigpy's applications. A family is a class of this one and its library's."""

    own_errors: ClassVar[tuple[type[Exception], ...]] = ()
    """What the library raises beside RADIO_ERRORS; told as one of those."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._gone = False
        self._letting_go = False

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

    def node(self, address: str) -> ZigbeeDevice | None:
        """A device that was interviewed, by its EUI-64; None if there is none."""
        device = self.devices.get(t.EUI64.convert(address))
        return device if isinstance(device, ZigbeeDevice) and device.is_initialized else None


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
