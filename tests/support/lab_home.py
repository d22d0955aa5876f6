"""A whole home in the lab: the real daemon with two ways out, and a centre at the end of both.

The radio and the centre's own program stay outside; a pseudo-terminal and a Unix socket know no
namespaces, so nothing but MQTT over TLS takes the ways of the lab.
"""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import dns.message
import dns.rdatatype
import dns.rrset

from heimvakt.demo.receiver import Behaviour
from heimvakt.demo.scene import Scene, Thing
from heimvakt.demo.story import ZONE

from .broker import _MOSQUITTO
from .centre import Centre, centre
from .certificates import Authority
from .home import PENDANT, Home
from .lab import CENTRE, Lab, lab
from .service import Command
from .zigbee import formed

PORT = 8883
NAME = "broker.lab"
"""The broker's, as the centre's name server knows it."""
READY_S_MAX = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class InGateway(Command):
    """The daemon's command line, inside the gateway's namespace."""

    lab: Lab

    def arguments(self, driven_from: datetime | None = None) -> list[str]:
        return self.lab.inside(self.lab.gateway, Command.arguments(self, driven_from))


class _NameServer(asyncio.DatagramProtocol):
    """Knows one name."""

    def connection_made(self, transport: asyncio.transports.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        asked = dns.message.from_wire(data)
        answer = dns.message.make_response(asked)
        question = asked.question[0]
        if question.name.to_text() == f"{NAME}." and question.rdtype == dns.rdatatype.A:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", CENTRE))
        self._transport.sendto(answer.to_wire(), address)


class FarBroker:
    """mosquitto and a name server in the centre's namespace, and a way in for the centre's own
    program."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab = lab
        self.url = f"mqtts://{NAME}:{PORT}"
        self.inner_url = ""
        self._folder = folder
        self._unix = folder / "broker"
        self.ca = folder / "authority.pem"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        authority = Authority(self._folder, "authority")
        assert authority.ca == self.ca
        pair = authority.issue(NAME, hosts=(NAME,))
        file = self._folder / "mosquitto.conf"
        file.write_text(
            f"listener 0 {self._unix}\nlistener {PORT} {CENTRE}\n"
            f"certfile {pair.certificate}\nkeyfile {pair.key}\n"
            "allow_anonymous true\nset_tcp_nodelay true\nlog_type error\nuser root\n"
        )
        assert _MOSQUITTO is not None
        process = await asyncio.create_subprocess_exec(
            *self.lab.inside(self.lab.centre, [_MOSQUITTO, "-c", str(file)]),
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(READY_S_MAX):
                while not self._unix.exists():
                    assert process.returncode is None, "mosquitto ended at once"
                    await asyncio.sleep(0.02)
            async with _passed_on(self._unix) as port, self._naming():
                self.inner_url = f"mqtt://127.0.0.1:{port}"
                yield
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    @asynccontextmanager
    async def _naming(self) -> AsyncIterator[None]:
        sock = self.lab.within(
            self.lab.centre, lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        )
        sock.bind((CENTRE, 53))
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(_NameServer, sock=sock)
        try:
            yield
        finally:
            transport.close()


@asynccontextmanager
async def _passed_on(to: Path) -> AsyncIterator[int]:
    """A port of loopback that leads to a Unix socket."""
    passing: set[asyncio.Task[None]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        passing.add(task)
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(to)
            await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
        except (asyncio.CancelledError, ConnectionError):
            writer.close()  # the streams of asyncio would complain of it
        finally:
            passing.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(passing):
            task.cancel()
        await asyncio.gather(*passing, return_exceptions=True)
        await server.wait_closed()


class LabHome(Home):
    """A home with two ways out."""

    def __init__(self, lab: Lab, folder: Path, scene: Scene, broker: FarBroker) -> None:
        super().__init__(folder, scene, formed(), broker)  # type: ignore[arg-type]
        self.lab = lab
        self._far = broker
        command = self.command
        self.command = InGateway(
            configuration=command.configuration,
            folder=command.folder,
            state=command.state,
            lab=lab,
        )

    def write_paths(self, *, first: str = "", second: str = "") -> None:
        """Two paths, each with more keys than its interface if they are given."""
        self.write()
        file = self.command.configuration
        text = file.read_text().replace(
            "[receivers.centre]\n", f'[receivers.centre]\nca = "file:{self._far.ca}"\n'
        )
        paths = (
            f'\n[paths.broadband]\ninterface = "eth0"\ndns = ["{CENTRE}"]\n{first}'
            f'\n[paths.mobile]\ninterface = "wwan0"\ndns = ["{CENTRE}"]\n{second}'
        )
        file.write_text(text + paths)

    @asynccontextmanager
    async def open_centre(self, behaviour: Behaviour | None = None) -> AsyncIterator[Centre]:
        async with centre(self._far.inner_url, behaviour) as self._centre:
            yield self._centre


@asynccontextmanager
async def lab_home(
    *,
    first: str = "",
    second: str = "",
    rules: str = "",
    things: tuple[Thing, ...] = (PENDANT,),
) -> AsyncIterator[LabHome]:
    """Everything but the daemon."""
    scene = Scene(
        title="a home with two ways out",
        zone=ZONE,
        start=datetime(2026, 11, 3, 21, tzinfo=UTC),
        things=things,
        rules=rules,
        moments=(),
    )
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hv-")))
        one = stack.enter_context(lab())
        far = FarBroker(one, folder)
        await stack.enter_async_context(far.running())
        home = LabHome(one, folder, scene, far)
        home.write_paths(first=first, second=second)
        await stack.enter_async_context(home.radio.serve_pty(link=folder / "radio"))
        await stack.enter_async_context(home.open_centre())
        yield home
