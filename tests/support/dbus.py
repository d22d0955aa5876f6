"""A system bus of our own with the real ModemManager on it, which finds a virtual modem.

ModemManager asks PolicyKit before it does anything; a stub on the same bus says yes, or no.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest
from dbus_fast import BusType, Message, MessageType
from dbus_fast.aio import MessageBus
from dbus_fast.constants import RequestNameReply

from heimvakt_drivers.virtual.modem import MODEM_MANAGER

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
_DAEMON = shutil.which("dbus-daemon", path=_PATH)
_MODEM_MANAGER = shutil.which("ModemManager", path=_PATH)

needs_dbus = pytest.mark.skipif(
    _DAEMON is None, reason="dbus-daemon is not installed (apt: dbus-daemon)"
)
needs_modem_manager = pytest.mark.skipif(
    _DAEMON is None or _MODEM_MANAGER is None,
    reason="ModemManager or dbus-daemon is not installed (apt: modemmanager dbus-daemon)",
)
_START_S = 60.0
_PORTS = count()
_POLKIT = "org.freedesktop.PolicyKit1"
_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""


class Polkit:
    """Says yes or no, and keeps what it was asked."""

    def __init__(self) -> None:
        self.allows = True
        self.asked: list[str] = []
        self._bus: MessageBus | None = None

    async def start(self, address: str) -> None:
        self._bus = await MessageBus(bus_address=address, bus_type=BusType.SYSTEM).connect()
        self._bus.add_message_handler(self._answer)
        reply = await self._bus.request_name(_POLKIT)
        assert reply is RequestNameReply.PRIMARY_OWNER

    async def stop(self) -> None:
        if self._bus is not None:
            self._bus.disconnect()
            await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call]

    def _answer(self, message: Message) -> Message | None:
        if message.message_type is not MessageType.METHOD_CALL:
            return None
        if message.member == "CheckAuthorization":
            self.asked.append(str(message.body[1]))
            return Message.new_method_return(message, "(bba{ss})", [[self.allows, False, {}]])
        if message.member == "GetAll":  # properties of the authority
            return Message.new_method_return(message, "a{sv}", [{}])
        return None


class SystemBus:
    """A private bus; programs are started and ended on it by name."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.address = f"unix:path={directory / 'bus'}"
        self.port = f"{MODEM_MANAGER}-{os.getpid()}-{next(_PORTS)}"
        """Where ModemManager looks for a modem: the name space is the whole machine's."""
        self.polkit = Polkit()
        self._daemon: asyncio.subprocess.Process | None = None
        self._manager: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        configuration = self._directory / "bus.conf"
        configuration.write_text(_CONFIGURATION.format(socket=self._directory / "bus"))
        self._daemon = await asyncio.create_subprocess_exec(
            cast(str, _DAEMON),
            f"--config-file={configuration}",
            "--nofork",
            "--nopidfile",
            "--print-address",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # it may not raise its limit of descriptors
        )
        assert self._daemon.stdout is not None
        async with asyncio.timeout(_START_S):
            await self._daemon.stdout.readline()  # it listens now
        await self.polkit.start(self.address)

    async def start_modem_manager(self) -> None:
        """The real one, in its test mode: it looks for a modem at one abstract socket only."""
        log = (self._directory / "modem-manager.log").open("ab")
        try:
            self._manager = await asyncio.create_subprocess_exec(
                cast(str, _MODEM_MANAGER),
                "--debug",
                "--test-enable",
                "--test-no-udev",
                "--test-no-suspend-resume",
                "--test-no-qrtr",
                "--no-auto-scan",
                env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address},
                stdout=log,
                stderr=log,
            )
        finally:
            log.close()
        await self._owned("org.freedesktop.ModemManager1")

    async def show_modem(self) -> None:
        """Tell ModemManager that there is a modem at the abstract socket."""
        await self.call(
            "org.freedesktop.ModemManager1",
            "/org/freedesktop/ModemManager1",
            "org.freedesktop.ModemManager1.Test",
            "SetProfile",
            "ssas",
            "virtual-modem",
            "generic",
            [self.port],
        )

    async def stop_modem_manager(self, *, kill: bool = False) -> None:
        if self._manager is not None:
            await _end(self._manager, kill=kill)
            self._manager = None

    async def stop(self) -> None:
        await self.stop_modem_manager(kill=True)
        await self.polkit.stop()
        if self._daemon is not None:
            await _end(self._daemon, kill=False)
            self._daemon = None

    async def call(
        self, destination: str, path: str, interface: str, member: str, signature: str, *body: Any
    ) -> list[Any]:
        bus = await MessageBus(bus_address=self.address, bus_type=BusType.SYSTEM).connect()
        try:
            reply = await bus.call(
                Message(
                    destination=destination,
                    path=path,
                    interface=interface,
                    member=member,
                    signature=signature,
                    body=list(body),
                )
            )
            assert reply is not None
            assert reply.message_type is MessageType.METHOD_RETURN, reply.body
            return list(reply.body)
        finally:
            bus.disconnect()
            await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]

    async def _owned(self, name: str) -> None:
        dbus = "org.freedesktop.DBus"
        async with asyncio.timeout(_START_S):
            while True:
                (owned,) = await self.call(
                    dbus, "/org/freedesktop/DBus", dbus, "NameHasOwner", "s", name
                )
                if owned:
                    return
                await asyncio.sleep(0.05)


async def _end(process: asyncio.subprocess.Process, *, kill: bool) -> None:
    if process.returncode is None:
        if kill:
            process.kill()
        else:
            process.terminate()
        async with asyncio.timeout(_START_S):
            await process.wait()


@asynccontextmanager
async def system_bus(directory: Path) -> AsyncIterator[SystemBus]:
    """A bus with a polkit that says yes, for so long."""
    bus = SystemBus(directory)
    try:
        await bus.start()
        yield bus
    finally:
        await bus.stop()
