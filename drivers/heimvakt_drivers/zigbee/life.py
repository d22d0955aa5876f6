"""The life of the radio: opened, listened to, lost, and opened again, for as long as it is wanted.

    keep_open   found ─▶ opened ─▶ listening ─▶ lost ─▶ (wait, or reset) ─▶ found ...
                                      ├─ care      enrolment, bindings, reporting
                                      ├─ joining   an open network, if the settings say so
                                      ├─ backup
                                      └─ channel   is it full of something else?

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

from .inbox import Inbox
from .listening.listen import Listener
from .radio.backup import keep_backups
from .radio.channel import Attentive, listen_for_interference
from .radio.coordinator import RADIO_ERRORS, explain
from .radio.finder import Finder
from .radio.gate import Gate
from .radio.hooks import Hooks
from .radio.network import describe, loaded, start
from .radio.swap import Swap
from .settings import ZigbeeSettings
from .status import Board, Network
from .sticks.usb import Roots
from .sticks.usb_reset import LastResort, reset_device
from .tending.care import Caretaker
from .tending.joining import let_in
from .tending.roster import Roster
from .tending.settled import Settled

if TYPE_CHECKING:
    from .radio.coordinator import Coordinator

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
        *,
        roots: Roots | None = None,
        reset: Callable[[Path], None] = reset_device,
    ) -> None:
        """`devices` by address in lower case; `folder` is the driver's own.

        `roots` is where the kernel shows what is plugged in, and `reset` how it resets one of them.
        """
        self._name = name
        self._settings = settings
        self._folder = folder
        self._devices = devices
        self._board = board
        self._inbox = inbox
        self._armed = armed
        self._settled = Settled(folder)
        self._listener = Listener(devices, put=inbox.put, now=now, counted=board.counted)
        self._roster = Roster(
            devices, self._settled, board, self._listener.attach, self._listener.forget
        )
        self._listener.tell(self._roster)
        self._ear = Attentive(self._listener, devices)
        self._finder = Finder(settings, folder, roots)
        loop = asyncio.get_running_loop()
        self._last_resort = LastResort(self._finder.roots, loop.time, reset)
        self._gate = Gate()
        self._swap = Swap(
            settings,
            folder,
            self._finder,
            self._gate,
            coordinator=lambda: self._roster.coordinator,
            port=lambda: board.network.port if board.network is not None else None,
        )
        self._port = settings.port
        """Where the radio was looked for last."""
        self._up_at: float | None = None

    @property
    def roster(self) -> Roster:
        """Who is in the network."""
        return self._roster

    @property
    def swap(self) -> Swap:
        """For whoever works on the radio."""
        return self._swap

    async def keep_open(self) -> None:
        """Open the radio and listen, again and again, until cancelled."""
        loop = asyncio.get_running_loop()
        wait_s = AGAIN_S
        while True:
            await self._gate.passed()
            self._up_at = None
            try:
                reason = await self._listen()
            except RADIO_ERRORS as error:
                reason = explain(error)
            self._is_lost(reason)
            up_s = self._up_for(loop.time())
            if up_s >= STEADY_S or self._gate.taken:
                wait_s = AGAIN_S
            elif not up_s and await self._last_resort.failed(self._port):
                self._finder.forget_answer()
            await self._finder.pause(self._port, wait_s)
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

        hooks = Hooks(self._ear, lost, self._roster.announced, self._board.counted)
        changed = asyncio.Event()
        try:
            async with AsyncExitStack() as stack:
                stack.enter_context(self._gate.used(lost))
                async with asyncio.timeout(OPEN_S) as opening:
                    place = await self._finder.find()
                    self._port = place.port
                    coordinator = await stack.enter_async_context(
                        loaded(place, self._settings, self._folder, hooks)
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
                    await start(coordinator, place, self._folder)
                    opening = None
                self._is_up(describe(coordinator, place))
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
                tasks.create_task(
                    keep_backups(coordinator, self._folder, changed), name="zigbee: backups"
                ),
            ]
            if every := self._settings.interference_every:
                listening = listen_for_interference(
                    self._name, coordinator, self._ear, every, self._inbox.put
                )
                helpers.append(tasks.create_task(listening, name="zigbee: air"))
            if within := self._settings.permit_join_on_start:
                roster = self._roster
                joining = let_in(coordinator, roster.missing, roster.changed, within)
                helpers.append(tasks.create_task(_go_on(joining), name="zigbee: joining"))
            reason = await until
            for helper in helpers:
                helper.cancel()
        return reason

    def _is_up(self, network: Network) -> None:
        self._up_at = asyncio.get_running_loop().time()
        self._last_resort.opened()
        self._board.network = network
        if self._board.lost is not None:
            self._board.lost = None
            self._inbox.put([RadioBack(driver=self._name)])
        missing = sorted(self._devices[a].device_id for a in self._roster.missing())
        log.info("the radio is up", channel=network.channel, radio=network.radio, missing=missing)
        self._armed()

    def _is_lost(self, reason: str) -> None:
        self._board.network = None
        if reason != self._board.lost:
            log.warning("the radio is lost; tried again", port=self._port, reason=reason)
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
