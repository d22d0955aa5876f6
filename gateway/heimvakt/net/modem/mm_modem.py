"""The modem that ModemManager has. Keeps the port of `core.modem`; the data connection is
NetworkManager's, and no port of the modem is ever opened here."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from heimvakt.core.modem import Listener, ModemState, Sim, SmsNotNow

from . import mm_values as values
from .mm_bus import RIGHTS, Bus, BusGone, CallFailed, Signal
from .mm_messages import Messages
from .mm_objects import SIGNALS, Objects
from .mm_sim import SimLock
from .pin import PinMemory
from .telling import Telling

SIGNALS_MAX = 256
"""Waiting; when there are more, all is read anew instead."""
ENABLE_S = 60.0
NOT_RUNNING = (
    "ModemManager does not run: systemctl enable --now ModemManager, or name the modem's AT port "
    "in the configuration"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MmPace:
    """How often to look although signals tell of all changes; shorter in tests."""

    look_s: float = 60.0
    again_s: float = 5.0
    """Until the bus is tried again."""


class MmModem:
    """The first modem of ModemManager that can send messages."""

    def __init__(
        self,
        *,
        pin: str | None,
        state_directory: Path,
        validity: timedelta,
        bus_address: str | None = None,
        pace: MmPace | None = None,
    ) -> None:
        """Connect to nothing yet.

        Args:
            pin: of the SIM; None: it has none, or ModemManager knows it.
            state_directory: where refused PINs are remembered.
            validity: how long the network tries to deliver an SMS.
            bus_address: None: the system's.
            pace: how often to look.
        """
        self._lock = SimLock(pin, PinMemory(state_directory))
        self._bus_address = bus_address
        self._pace = pace or MmPace()
        self._telling = Telling()
        self._messages = Messages(self._telling.tell, validity)
        self._signals: asyncio.Queue[Signal | None] = asyncio.Queue(SIGNALS_MAX)
        self._overrun = False
        self._modem: str | None = None
        self._bus: Bus | None = None
        self._sending = asyncio.Lock()

    def state(self) -> ModemState:
        """See the port."""
        return self._telling.state

    def listen(self, listener: Listener) -> AbstractContextManager[None]:
        """See the port."""
        return self._telling.listen(listener)

    async def run(self) -> None:
        """See the port."""
        while True:
            try:
                await self._attend()
            except BusGone as error:
                await self._telling.become(ModemState(trouble=str(error)))
            except CallFailed as error:
                trouble = NOT_RUNNING if error.is_nobody else f"ModemManager: {error}"
                await self._telling.become(ModemState(trouble=trouble))
            await asyncio.sleep(self._pace.again_s)

    async def send_sms(self, number: str, text: str) -> tuple[int, ...]:
        """See the port. ModemManager cuts a long text itself, and names the last part only."""
        async with self._sending:
            bus, modem, state = self._bus, self._modem, self._telling.state
            if bus is None or modem is None or not state.can_send:
                raise SmsNotNow(f"no network: SIM {state.sim}, registration {state.registration}")
            try:
                return await self._messages.send(bus, modem, number, text)
            except BusGone as error:
                raise SmsNotNow(str(error)) from error

    # --- one connection to the bus ----------------------------------------------------------------

    async def _attend(self) -> None:
        self._signals = asyncio.Queue(SIGNALS_MAX)
        bus = Bus(self._bus_address)
        try:
            await bus.connect(self._hear)
            async with asyncio.TaskGroup() as group:
                watch = group.create_task(self._watch(bus))
                try:
                    await self._serve(bus)
                finally:
                    watch.cancel()
        except* (BusGone, CallFailed) as found:
            raise found.exceptions[0] from None
        finally:
            self._bus = self._modem = None
            bus.close()

    async def _serve(self, bus: Bus) -> None:
        """Until the bus is gone. ModemManager may go and come; the bus tells."""
        while True:
            self._overrun = False
            if not await bus.start():
                raise CallFailed("org.freedesktop.DBus.Error.ServiceUnknown", "not running")
            objects = Objects(await bus.objects())
            self._bus = bus
            while True:
                await self._show(bus, objects)
                try:
                    async with asyncio.timeout(self._pace.look_s):
                        signal = await self._signals.get()
                except TimeoutError:
                    break
                if signal is None:
                    raise BusGone("the system bus is gone")
                if self._overrun or signal.member == "NameOwnerChanged":
                    self._lose()
                    break
                if signal.member in SIGNALS:
                    objects.change(signal.path, signal.member, signal.body)
                elif signal.member == "Added" and signal.path == self._modem:
                    await self._messages.added(bus, signal.path, str(signal.body[0]))

    async def _show(self, bus: Bus, objects: Objects) -> None:
        """Choose the modem, tell its state, and do what it waits for."""
        path = self._modem
        if path is None or path not in objects:
            self._lose()
            path = self._modem = next(iter(values.modems(objects.as_mapping())), None)
        if path is None:
            await self._telling.become(ModemState(trouble="ModemManager has no modem"))
            return
        interfaces = objects[path]
        state = values.modem_state(interfaces)
        if values.wants_pin(interfaces):
            sim, trouble = await self._lock.open(bus, interfaces)
            state = replace(state, sim=sim, trouble=trouble)
        elif values.state_number(interfaces) == values.DISABLED:
            state = replace(state, trouble=await self._enable(bus, path))
        await self._telling.become(state)
        if state.sim is Sim.READY and values.state_number(interfaces) >= values.ENABLED:
            await self._lock.is_open(bus, interfaces)
            await self._messages.read_all(bus, path)

    def _lose(self) -> None:
        self._modem = None
        self._lock.forget()
        self._messages.forget()

    async def _enable(self, bus: Bus, path: str) -> str | None:
        try:
            await bus.call(path, values.MODEM, "Enable", "b", True, within_s=ENABLE_S)
        except CallFailed as error:
            return RIGHTS if error.is_refusal else f"the modem cannot be switched on: {error}"
        return None

    # --- small things -----------------------------------------------------------------------------

    async def _watch(self, bus: Bus) -> None:
        await bus.wait_gone()
        self._put(None)

    def _hear(self, signal: Signal) -> None:
        self._put(signal)

    def _put(self, signal: Signal | None) -> None:
        if self._signals.full():
            self._signals.get_nowait()
            self._overrun = True
        self._signals.put_nowait(signal)
