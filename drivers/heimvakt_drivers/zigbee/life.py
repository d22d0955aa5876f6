"""The life of the radio: opened, listened to, lost, and opened again, for as long as it is wanted.

    keep_open   opened ─▶ listening ─▶ lost ─▶ (wait) ─▶ opened ...
                             ├─ care      enrolment, bindings, reporting
                             ├─ joining   an open network, if the settings say so
                             └─ backup

A radio that is not there, at the start or later, is told once and tried again for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from heimvakt.core.devices import Device
from heimvakt.core.events import RadioBack, RadioLost

from .backup import keep_backups
from .care import Caretaker
from .coordinator import RADIO_ERRORS, Hooks, explain
from .inbox import Inbox
from .joining import let_in
from .listen import Listener
from .network import describe, loaded, start
from .roster import Roster
from .settings import ZigbeeSettings
from .settled import Settled
from .status import Board

if TYPE_CHECKING:
    from .coordinator import Coordinator

AGAIN_S, AGAIN_S_MAX = 0.2, 5.0
"""How long to wait before the radio is tried again, at first and at most; it doubles."""

STEADY_S = 10.0
"""A radio that was up for so long was well: the next wait is the first again."""

OPEN_S = 120.0
"""How long opening may take; forming a network writes some 900 items to the stick."""

log = structlog.get_logger(__name__)


class RadioLife:
    """One for each `run` of the driver."""

    def __init__(
        self,
        name: str,
        settings: ZigbeeSettings,
        folder: Path,
        devices: Mapping[str, Device],
        board: Board,
        inbox: Inbox,
        armed: Callable[[], None],
        now: Callable[[], float],
    ) -> None:
        """`devices` by address in lower case; `folder` is the driver's own."""
        self._name = name
        self._settings = settings
        self._folder = folder
        self._devices = devices
        self._board = board
        self._inbox = inbox
        self._armed = armed
        self._settled = Settled(folder)
        self._listener = Listener(devices, put=inbox.put, now=now, counted=board.counted)
        self._roster = Roster(devices, self._settled, board, self._listener.attach)
        self._listener.tell(self._roster)
        self._up_at: float | None = None

    async def keep_open(self) -> None:
        """Open the radio and listen, again and again, until cancelled."""
        loop = asyncio.get_running_loop()
        wait_s = AGAIN_S
        while True:
            self._up_at = None
            try:
                reason = await self._listen()
            except RADIO_ERRORS as error:
                reason = explain(error)
            self._is_lost(reason)
            if self._up_for(loop.time()) >= STEADY_S:
                wait_s = AGAIN_S
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, AGAIN_S_MAX)

    async def _listen(self) -> str:
        """Why the radio was lost, once it is.

        Raises:
            Exception: any of RADIO_ERRORS: it could not be opened.
        """
        loop = asyncio.get_running_loop()
        gone: asyncio.Future[str] = loop.create_future()
        opening: asyncio.Timeout | None = None

        def lost(reason: str) -> None:
            if not gone.done():
                gone.set_result(reason)
            if opening is not None:
                opening.reschedule(loop.time())  # no answer will come any more

        hooks = Hooks(self._listener, lost, self._roster.announced, self._board.counted)
        changed = asyncio.Event()
        try:
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(OPEN_S) as opening:
                    coordinator = await stack.enter_async_context(
                        loaded(self._settings, self._folder, hooks)
                    )
                    care = Caretaker(
                        coordinator,
                        self._devices,
                        self._settled,
                        self._board,
                        changed.set,
                        self._inbox.put,
                    )
                    self._roster.begin(coordinator, care)
                    await start(coordinator)
                    opening = None
                self._is_up(coordinator)
                return await self._help(coordinator, care, changed, until=gone)
        except TimeoutError:
            if gone.done():
                return gone.result()
            raise
        finally:
            self._listener.detach()
            self._roster.end()

    async def _help(
        self,
        coordinator: Coordinator,
        care: Caretaker,
        changed: asyncio.Event,
        *,
        until: asyncio.Future[str],
    ) -> str:
        """Do all that goes on beside listening, until the radio is lost."""
        async with asyncio.TaskGroup() as tasks:
            helpers = [
                tasks.create_task(care.run(), name="zigbee: care"),
                tasks.create_task(keep_backups(coordinator, changed), name="zigbee: backups"),
            ]
            if within := self._settings.permit_join_on_start:
                roster = self._roster
                joining = let_in(coordinator, roster.missing, roster.changed, within)
                helpers.append(tasks.create_task(_go_on(joining), name="zigbee: joining"))
            reason = await until
            for helper in helpers:
                helper.cancel()
        return reason

    def _is_up(self, coordinator: Coordinator) -> None:
        self._up_at = asyncio.get_running_loop().time()
        network = self._board.network = describe(coordinator)
        if self._board.lost is not None:
            self._board.lost = None
            self._inbox.put([RadioBack(driver=self._name)])
        missing = sorted(self._devices[a].device_id for a in self._roster.missing())
        log.info("the radio is up", channel=network.channel, radio=network.radio, missing=missing)
        self._armed()

    def _is_lost(self, reason: str) -> None:
        self._board.network = None
        if reason != self._board.lost:
            log.warning("the radio is lost; tried again", port=self._settings.port, reason=reason)
        if self._board.lost is None:
            self._inbox.put([RadioLost(driver=self._name, reason=reason)])
        self._board.lost = reason

    def _up_for(self, now: float) -> float:
        """Seconds; 0 for a radio that did not come up."""
        return 0.0 if self._up_at is None else now - self._up_at


async def _go_on(joining: Coroutine[None, None, None]) -> None:
    """Let joining fail without the radio: the devices that are there must be heard."""
    try:
        await joining
    except RADIO_ERRORS as error:
        log.warning("the network could not be opened for joining", reason=explain(error))
