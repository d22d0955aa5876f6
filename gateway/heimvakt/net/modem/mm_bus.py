"""Calls to ModemManager and its signals, on the system bus."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dbus_fast import BusType, Message, MessageType
from dbus_fast.aio import MessageBus
from dbus_fast.errors import AuthError, DBusError
from dbus_fast.unpack import unpack_variants

from .mm_values import Interfaces

SERVICE = "org.freedesktop.ModemManager1"
ROOT = "/org/freedesktop/ModemManager1"
PROPERTIES = "org.freedesktop.DBus.Properties"
OBJECTS = "org.freedesktop.DBus.ObjectManager"
_BUS, _BUS_PATH = "org.freedesktop.DBus", "/org/freedesktop/DBus"
RIGHTS = (
    "let the user of the service use modems: copy config/polkit/50-heimvakt-modem.rules into "
    "/etc/polkit-1/rules.d"
)
"""What to do where polkit says no."""
CALL_S = 25.0
"""As long as other clients of D-Bus wait."""
_REFUSED = (
    "org.freedesktop.ModemManager1.Error.Core.Unauthorized",
    "org.freedesktop.DBus.Error.AccessDenied",
)
_NOBODY = (
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
    "org.freedesktop.DBus.Error.NoReply",
    "org.freedesktop.DBus.Error.Disconnected",
)


class BusGone(Exception):
    """There is no bus, or it has gone."""


class CallFailed(Exception):
    """The call was answered with an error, or not at all.

    Attributes:
        name: of the error, in D-Bus's way.
    """

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name

    @property
    def is_refusal(self) -> bool:
        """We have no right to it (polkit)."""
        return self.name in _REFUSED

    @property
    def is_nobody(self) -> bool:
        """ModemManager is not there."""
        return self.name in _NOBODY


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that ModemManager, or the bus about it, told everybody."""

    path: str
    member: str
    body: tuple[Any, ...]


class Bus:
    """One connection to the system bus."""

    def __init__(self, address: str | None = None) -> None:
        self._bus = MessageBus(bus_address=address, bus_type=BusType.SYSTEM)
        self._hear: Callable[[Signal], None] | None = None

    async def connect(self, hear: Callable[[Signal], None]) -> None:
        """Connect, and hear all that ModemManager tells.

        Raises:
            BusGone: there is no bus.
        """
        try:
            await self._bus.connect()
        except (OSError, AuthError, DBusError, EOFError) as error:
            raise BusGone(f"no system bus: {error}") from error
        self._hear = hear
        self._bus.add_message_handler(self._take)
        for rule in (
            f"type='signal',sender='{SERVICE}'",
            f"type='signal',sender='{_BUS}',member='NameOwnerChanged',arg0='{SERVICE}'",
        ):
            await self._ask_bus("AddMatch", "s", rule)

    async def wait_gone(self) -> None:
        """Return when the connection has ended."""
        try:
            await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
        except (OSError, EOFError):
            return

    def close(self) -> None:
        """End the connection."""
        if self._bus.connected:
            self._bus.disconnect()

    async def is_running(self) -> bool:
        """Whether ModemManager is there."""
        (owned,) = await self._ask_bus("NameHasOwner", "s", SERVICE)
        return bool(owned)

    async def start(self) -> bool:
        """Whether ModemManager is there, or could be started by the bus and was."""
        if await self.is_running():
            return True
        try:
            await self._ask_bus("StartServiceByName", "su", SERVICE, 0)
        except CallFailed:
            return False
        return True

    async def objects(self) -> dict[str, Interfaces]:
        """All that ModemManager has: its modems."""
        (found,) = await self.call(ROOT, OBJECTS, "GetManagedObjects")
        return dict(found)

    async def properties(self, path: str, interface: str) -> Mapping[str, Any]:
        """All properties of an object."""
        (found,) = await self.call(path, PROPERTIES, "GetAll", "s", interface)
        return dict(found)

    async def call(
        self,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        *body: Any,
        within_s: float = CALL_S,
    ) -> list[Any]:
        """What a method of ModemManager returns, without variants.

        Raises:
            CallFailed: it failed, or nothing came in time.
            BusGone: nobody can be asked.
        """
        return await self._call(SERVICE, path, interface, member, signature, body, within_s)

    async def _ask_bus(self, member: str, signature: str, *body: Any) -> list[Any]:
        return await self._call(_BUS, _BUS_PATH, _BUS, member, signature, body, CALL_S)

    async def _call(
        self,
        destination: str,
        path: str,
        interface: str,
        member: str,
        signature: str,
        body: tuple[Any, ...],
        within_s: float,
    ) -> list[Any]:
        message = Message(
            destination=destination,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=list(body),
        )
        if not self._bus.connected:
            raise BusGone("the system bus is gone")
        try:
            async with asyncio.timeout(within_s):
                reply = await self._bus.call(message)
        except TimeoutError as error:
            raise CallFailed(
                "org.freedesktop.DBus.Error.NoReply", f"{member}: no answer"
            ) from error
        except (OSError, EOFError, DBusError) as error:
            raise BusGone(f"the system bus is gone: {error}") from error
        if reply is None:  # we have hung up meanwhile
            raise BusGone("the system bus is gone")
        if reply.message_type is MessageType.ERROR:
            text = str(reply.body[0]) if reply.body else ""
            raise CallFailed(reply.error_name or "", f"{member}: {text}")
        return [unpack_variants(one) for one in reply.body]

    def _take(self, message: Message) -> None:
        if message.message_type is MessageType.SIGNAL and self._hear is not None:
            body = tuple(unpack_variants(one) for one in message.body)
            self._hear(Signal(message.path or "", message.member or "", body))
