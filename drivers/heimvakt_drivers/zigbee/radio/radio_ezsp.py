"""Sticks of Silicon Labs with EmberZNet: bellows' application."""

from __future__ import annotations

import asyncio
from typing import Any

import zigpy.exceptions
import zigpy.types as t
from bellows.ash import AshException, AshProtocol, NcpFailure  # type: ignore[import-untyped]
from bellows.types import NcpResetCode  # type: ignore[import-untyped]
from bellows.zigbee.application import ControllerApplication  # type: ignore[import-untyped]

from .coordinator import Coordinator
from .line import GARBAGE, count

SENDING = AshProtocol._send_data_frame.__qualname__


class EzspCoordinator(Coordinator, ControllerApplication):  # type: ignore[misc]
    """zigpy's application for EmberZNet radios."""

    own_errors = (
        AshException,  # the serial protocol gave up
        AssertionError,  # bellows asserts that the stick's answers say success
    )

    @classmethod
    def options(cls, port: str, answer_s: float) -> dict[str, Any]:
        """See the base."""
        # bellows would read the port in a thread with a loop of its own: a press would change
        # threads twice on its way, and the driver's loop is never held up for long.
        return {"use_thread": False}

    async def connect(self) -> None:
        """As bellows does; then count what the line spoils."""
        await super().connect()
        gateway: Any = getattr(self._ezsp._gw, "_obj", None)
        line: Any = getattr(gateway, "_transport", None)
        if isinstance(line, AshProtocol):
            reject = line._reject_frame

            def rejected() -> None:
                count(self.hooks.counted, GARBAGE)
                reject()

            line._reject_frame = rejected
        self._ezsp.add_callback(self._hear_early)

    def _hear_early(self, name: str, args: list[Any]) -> None:
        """Take messages from the moment on at which the stick runs its network and acknowledges
        them: bellows listens only when all else is up, and what came before would be lost."""
        if name == "incomingMessageHandler" and not self.controller_event.is_set():
            self.ezsp_callback_handler(name, args)

    async def disconnect(self) -> None:
        """As bellows does, with what it would leave behind."""
        if self._mfg_id_task is not None:
            self._mfg_id_task.cancel()
        for task in asyncio.all_tasks():
            # It shields what it sends from whoever gives up waiting: nobody asks how that ended.
            if getattr(task.get_coro(), "__qualname__", "") == SENDING:
                task.add_done_callback(_ended)
        await super().disconnect()

    def connection_lost(self, exc: BaseException | None) -> None:
        """The port was closed, or the stick fell: told in words, bellows' error has none."""
        if isinstance(exc, NcpFailure):
            exc = _told(exc)
        super().connection_lost(exc)

    async def energy_scan(
        self, channels: t.Channels, duration_exp: int, count: int
    ) -> dict[int, float]:
        """As bellows does; it has no error of its own for a scan that the stick refuses."""
        try:
            return await super().energy_scan(channels, duration_exp, count)
        except Exception as error:
            if type(error) is not Exception:
                raise
            raise zigpy.exceptions.ControllerException(f"no energy scan: {error}") from error

    async def _reset(self) -> None:
        """As bellows does after it formed or restored a network, and with the endpoints again.

        The stick forgets them, and has no messages for an endpoint that it does not know. bellows
        registers them only as it connects: every sensor would be deaf until the next start.
        """
        await super()._reset()
        self._created_device_endpoints.clear()
        await self.register_endpoints()

    async def _watchdog_feed(self) -> None:
        """As bellows does, which lets four in a row fail before it says so: a minute of silence."""
        await super()._watchdog_feed()
        if self._watchdog_failures:
            raise TimeoutError


def _ended(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()


def _told(failure: NcpFailure) -> Exception:
    if failure.code == NcpResetCode.ERROR_EXCEEDED_MAXIMUM_ACK_TIMEOUT_COUNT:
        return TimeoutError()
    code = getattr(failure.code, "name", failure.code)
    return zigpy.exceptions.ControllerException(f"the radio restarted or failed: {code}")
