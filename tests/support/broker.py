"""Real brokers on loopback that can be stopped, killed and started again on the same port."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from heimvakt.demo.broker import embedded_broker

from .certificates import Pair
from .ports import HeldPort

_MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_HAS_AMQTT = importlib.util.find_spec("amqtt") is not None

needs_mosquitto = pytest.mark.skipif(_MOSQUITTO is None, reason="mosquitto is not installed")
MOSQUITTO = pytest.param("mosquitto", marks=needs_mosquitto)
AMQTT = pytest.param(
    "amqtt", marks=pytest.mark.skipif(not _HAS_AMQTT, reason="amqtt is not installed")
)
BOTH = [MOSQUITTO, AMQTT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """How a mosquitto is to be reached."""

    server: Pair
    client_ca: Path | None = None
    """Whoever connects must show a certificate that this authority signed."""


class Broker:
    """One broker on one port, running or not."""

    def __init__(
        self,
        kind: str,
        directory: Path,
        port: int,
        *,
        security: Security | None = None,
        more: tuple[str, ...] = (),
    ) -> None:
        """Not running yet; `port` is held for this one, also while it does not run."""
        self.port = port
        self._kind = kind
        self._directory = directory
        self._security = security
        self._more = more
        self._process: asyncio.subprocess.Process | None = None
        self._amqtt = AsyncExitStack()

    @property
    def url(self) -> str:
        """As in the configuration of a gateway."""
        return f"{'mqtts' if self._security else 'mqtt'}://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Begin to listen; returns when it does."""
        if self._kind == "amqtt":
            await self._amqtt.enter_async_context(embedded_broker(port=self.port))
            return
        assert _MOSQUITTO is not None
        configuration = self._directory / "mosquitto.conf"
        configuration.write_text("\n".join(self._lines()) + "\n")
        self._process = await asyncio.create_subprocess_exec(
            *(_MOSQUITTO, "-c", str(configuration)),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(30):
            while not await _listens(self.port):
                assert self._process.returncode is None, "mosquitto ended at once"
                await asyncio.sleep(0.02)  # it says to nobody that it listens

    async def stop(self) -> None:
        """End it cleanly: mosquitto saves its sessions, amqtt has none to save."""
        await self._amqtt.aclose()
        if self._process is not None:
            if self._process.returncode is None:
                self._process.terminate()
            await self._process.wait()
            self._process = None

    async def kill(self) -> None:
        """End it like a power cut. Mosquitto only."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()
        self._process = None

    def _lines(self) -> list[str]:
        security = self._security
        return [
            f"listener {self.port} 127.0.0.1",
            *self._more,
            *([] if "allow_anonymous false" in self._more else ["allow_anonymous true"]),
            "set_tcp_nodelay true",
            "persistence true",
            f"persistence_location {self._directory}/",
            "log_type error",
            # As root it would turn into a user who may not read the files of the test.
            *(["user root"] if os.geteuid() == 0 else []),
            *(
                [f"certfile {security.server.certificate}", f"keyfile {security.server.key}"]
                if security
                else []
            ),
            *(
                [f"cafile {security.client_ca}", "require_certificate true"]
                if security and security.client_ca
                else []
            ),
        ]


@asynccontextmanager
async def broker(
    kind: str,
    *,
    security: Security | None = None,
    more: tuple[str, ...] = (),
    started: bool = True,
) -> AsyncIterator[Broker]:
    """A broker for one test; `more` are lines of the configuration of mosquitto."""
    with HeldPort() as port, tempfile.TemporaryDirectory(prefix="heimvakt-test-") as directory:
        one = Broker(kind, Path(directory), port.number, security=security, more=more)
        if started:
            await one.start()
        try:
            yield one
        finally:
            await one.stop()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
