"""Carry commands to the devices, after the commit of what led to them, and journal how each went.

One command at a time for a device. A newer one for the same device takes the place of one that
still waits: of a light that is to go on and then off only the last counts. Nothing is carried over
a restart: a rule that still means it says it again, and an order is never carried out twice.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

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

WORTH_S = 2.0
"""With less time than this left nothing is begun: it would end with nobody knowing how."""

DISPLACED_MAX = 64
"""Orders that gave way to newer ones and are not journalled yet; each is told as overdue if more
are given at once than this."""

Execute = Callable[[Command], Awaitable[None]]
"""`core.ports.Driver.execute`."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    command: Command
    until: float | None
    """By the event loop's time; None: as long as it takes."""


class Dispatcher:
    """For one life of the gateway."""

    def __init__(
        self,
        devices: Mapping[str, Device],
        execute: Mapping[str, Execute],
        emit: Callable[..., Awaitable[None]],
        monotonic: Callable[[], float],
    ) -> None:
        """`execute` by the name of the driver; `monotonic` of the clock that stamps events."""
        self._devices = devices
        self._execute = execute
        self._emit = emit
        self._monotonic = monotonic
        self._next: dict[str, _Waiting] = {}
        """By device: what waits; no longer than there are devices."""
        self._displaced: deque[Command] = deque(maxlen=DISPLACED_MAX)
        self._busy: set[str] = set()
        self._some = asyncio.Event()

    def watch(self, committed: Committed) -> None:
        """Take the commands of a committed event; a plain call."""
        for command in committed.outcome.commands:
            until = None
            if command.within is not None:
                # From when it was ordered: a disk that stalls must not open a door minutes later.
                stalled_s = self._monotonic() - committed.event.stamp.monotonic
                until = _now() + command.within.total_seconds() - stalled_s
            before = self._next.get(command.device_id)
            if before is not None and before.until is not None:
                self._displaced.append(before.command)  # whoever ordered it waits for a word
            self._next[command.device_id] = _Waiting(command, until)
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
                while self._displaced:
                    command = self._displaced.popleft()
                    reason = "another command for the device came before it was begun"
                    await self._journal(command, CommandResult.FAILED, reason)

    async def _serve(self, device_id: str) -> None:
        """Carry what waits for one device, until nothing does."""
        try:
            while (waiting := self._next.pop(device_id, None)) is not None:
                command = waiting.command
                result, reason = await self._carry(command, waiting.until)
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

    async def _carry(self, command: Command, until: float | None) -> tuple[CommandResult, str]:
        """How it went, after a few tries; a newer command for the device ends the tries.

        It is tried again only when it is certain that nothing was done.
        """
        device = self._devices.get(command.device_id)
        execute = self._execute.get(device.driver) if device else None
        if execute is None:
            return CommandResult.REFUSED, "there is no such device"
        reason = "its turn came too late"
        for wait_s in (*AGAIN_S, None):
            answer_s = ANSWER_S if until is None else min(ANSWER_S, until - _now())
            if answer_s < min(WORTH_S, ANSWER_S):
                return CommandResult.FAILED, reason
            try:
                async with asyncio.timeout(answer_s):
                    await execute(command)
            except TimeoutError:
                return CommandResult.TIMED_OUT, f"no answer within {answer_s:.0f} s"
            except CommandFailed as failed:
                reason = str(failed)
                if not failed.certain:
                    return CommandResult.TIMED_OUT, reason
                if wait_s is None or command.device_id in self._next:
                    return CommandResult.FAILED, reason
            # A mistake in one driver must not break off what another device is in the middle of.
            except Exception:
                log.exception("a driver failed in a command", device=command.device_id)
                return CommandResult.TIMED_OUT, "the driver failed in the middle of it"
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


def _now() -> float:
    return asyncio.get_running_loop().time()
