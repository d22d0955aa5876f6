"""Carry commands to the devices, after the commit of what led to them, and journal how each went.

One command at a time for a device. A newer one for the same device takes the place of one that
still waits: of a light that is to go on and then off only the last counts. Nothing is carried over
a restart: a rule that still means it says it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from heimvakt.core.commands import Command, CommandFailed
from heimvakt.core.devices import Device
from heimvakt.core.events import CommandCompleted, CommandResult
from heimvakt.core.ledger import StoreFull

from .pipeline import Committed

log = structlog.get_logger("dispatch")

ANSWER_S = 10.0
"""How long a device may take to confirm. One on mains takes milliseconds; over a network that looks
for a new way some seconds."""

AGAIN_S = (1.0, 4.0)
"""Waits before a command that is known not to have been carried out is tried again."""

Execute = Callable[[Command], Awaitable[None]]
"""`core.ports.Driver.execute`."""


class Dispatcher:
    """For one life of the gateway."""

    def __init__(
        self,
        devices: Mapping[str, Device],
        execute: Mapping[str, Execute],
        emit: Callable[..., Awaitable[None]],
    ) -> None:
        """`execute` by the name of the driver."""
        self._devices = devices
        self._execute = execute
        self._emit = emit
        self._next: dict[str, Command] = {}
        """By device: what waits; no longer than there are devices."""
        self._busy: set[str] = set()
        self._some = asyncio.Event()

    def watch(self, committed: Committed) -> None:
        """Take the commands of a committed event; a plain call."""
        for command in committed.outcome.commands:
            self._next[command.device_id] = command
            self._some.set()

    async def run(self) -> None:
        """Carry commands until cancelled."""
        self._busy.clear()
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._some.wait()
                self._some.clear()
                for device_id in [each for each in self._next if each not in self._busy]:
                    self._busy.add(device_id)
                    tasks.create_task(self._serve(device_id), name=f"commands of {device_id}")

    async def _serve(self, device_id: str) -> None:
        """Carry what waits for one device, until nothing does."""
        try:
            while (command := self._next.pop(device_id, None)) is not None:
                result, reason = await self._carry(command)
                if result is not CommandResult.DONE:
                    log.warning(
                        "a command was not carried out",
                        device=device_id,
                        command=command.verb,
                        result=result,
                        reason=reason,
                    )
                await self._journal(command, result, reason)
        finally:
            self._busy.discard(device_id)

    async def _carry(self, command: Command) -> tuple[CommandResult, str]:
        """How it went, after a few tries; a newer command for the device ends the tries."""
        device = self._devices.get(command.device_id)
        execute = self._execute.get(device.driver) if device else None
        if execute is None:
            return CommandResult.REFUSED, "there is no such device"
        for wait_s in (*AGAIN_S, None):
            try:
                async with asyncio.timeout(ANSWER_S):
                    await execute(command)
            except TimeoutError:
                return CommandResult.TIMED_OUT, f"no answer within {ANSWER_S:.0f} s"
            except CommandFailed as failed:
                if not failed.certain:
                    return CommandResult.TIMED_OUT, str(failed)
                if wait_s is None or command.device_id in self._next:
                    return CommandResult.FAILED, str(failed)
            else:
                return CommandResult.DONE, ""
            await asyncio.sleep(wait_s)
        raise AssertionError("the last try returns")

    async def _journal(self, command: Command, result: CommandResult, reason: str) -> None:
        completed = CommandCompleted(
            command_id=command.command_id,
            verb=command.verb,
            device_id=command.device_id,
            result=result,
            reason=reason,
        )
        try:
            await self._emit(completed)
        except StoreFull:
            log.warning("no room to record a command", command=command.command_id)
