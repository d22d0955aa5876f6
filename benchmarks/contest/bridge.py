"""mosquitto as a gateway: a broker in the home with a bridge to the one upstream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from benchmarks.listener import Message

from .contestant import CannotTakePart, Contestant
from .feeder import Feeder
from .mosquitto import Mosquitto


class Bridge(Contestant):
    """With what it needs to keep anything at all: QoS 1 and a session that lasts."""

    name = "bridge"
    settings = "as Debian ships it (persistence true), cleansession false"
    topic = "sensor/#"
    limits: ClassVar[tuple[str, ...]] = ()
    """Lines of the configuration of the broker, beyond the defaults."""
    restart: ClassVar[tuple[str, ...]] = ()
    """And of its connection."""

    def __init__(self, folder: Path, upstream_port: int) -> None:
        super().__init__(folder, upstream_port)
        lines = (
            *self.limits,
            "connection upstream",
            f"address 127.0.0.1:{upstream_port}",
            "topic sensor/# out 1",
            "cleansession false",
            *self.restart,
        )
        self._broker = Mosquitto(folder / "broker", lines)
        self._feeder: Feeder | None = None

    async def start(self) -> None:
        """See the port."""
        try:
            await self._broker.start()
        except (OSError, TimeoutError) as error:
            raise CannotTakePart(str(error)) from error
        self._feeder = await asyncio.to_thread(Feeder, self._broker.port, self.taken.add)

    def feed(self, number: int) -> None:
        """See the port."""
        assert self._feeder is not None
        self._feeder.publish(number)

    async def kill(self) -> None:
        """See the port."""
        await self._broker.kill()
        feeder, self._feeder = self._feeder, None
        if feeder is not None:
            await asyncio.to_thread(feeder.stop)

    async def close(self) -> None:
        """See the port."""
        await self.kill()
        await self._broker.close()

    def read(self, message: Message) -> Iterable[int]:
        """The message is the event."""
        return (json.loads(message.payload)["n"],)


class QuickBridge(Bridge):
    """Made for coming back: the shortest pause there is, and no limit to what waits."""

    name = "bridge, quick"
    settings = "the same; max_queued_messages 0, restart_timeout 1 1"
    limits: ClassVar[tuple[str, ...]] = ("max_queued_messages 0",)
    # With one number alone 2.0.11 keeps its pauses of 5 to 30 s.
    restart: ClassVar[tuple[str, ...]] = ("restart_timeout 1 1",)


class SafeBridge(QuickBridge):
    """Made for being killed as well: the whole queue is written whenever it has changed."""

    name = "bridge, safe"
    settings = "as quick; autosave_on_changes true, autosave_interval 1"
    limits = (*QuickBridge.limits, "autosave_on_changes true", "autosave_interval 1")
