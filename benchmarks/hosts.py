"""The programs that are measured, each in its own home and seen in the same way."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
import time
from abc import ABC, abstractmethod
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ClassVar

from .home import GATEWAY_ID, VirtualHome
from .listener import Listener, Message
from .peers import bare_zigpy, raw_reader, zigbee2mqtt
from .program import Program

AS_BY_THE_UNIT = {"MALLOC_ARENA_MAX": "1"}
"""The environment that systemd/heimvakt.service gives."""
AS_BY_THE_LAUNCHER = (sys.executable, "-X", "no_debug_ranges", "-m", "heimvakt")
"""How `heimvakt` of the package is begun, but for where its parts lie."""
ALARM_2 = 0x0002
"""The bit of a zone status that is the button."""


class Host(ABC):
    """One program with a radio of its own. Start and stop it as often as you like."""

    name: ClassVar[str]
    topic: ClassVar[str]
    """The filter under which it publishes."""

    def __init__(self, home: VirtualHome, folder: Path, broker_port: int) -> None:
        self.home = home
        self.folder = folder
        self.broker_port = broker_port
        self.messages: asyncio.Queue[Message] = asyncio.Queue()
        folder.mkdir(parents=True)

    @property
    @abstractmethod
    def pid(self) -> int:
        """Of the running program."""

    @abstractmethod
    async def start(self) -> dict[str, float]:
        """Start it; returns when it listens, with the seconds until it reached what it says."""

    @abstractmethod
    async def stop(self) -> None:
        """End it cleanly."""

    @abstractmethod
    async def permit(self, listener: Listener) -> None:
        """Open the network for joining."""

    @abstractmethod
    def pressed(self, message: Message) -> str | None:
        """Which button a message says was pressed; None: it says something else."""

    @abstractmethod
    def answer(self, message: Message, listener: Listener) -> None:
        """Give the answer that a message wants of its receiver, if any."""

    def heard(self) -> list[Message]:
        """All that has come and was not looked at."""
        found: list[Message] = []
        with contextlib.suppress(asyncio.QueueEmpty):
            while True:
                found.append(self.messages.get_nowait())
        return found


class Heimvakt(Host):
    """The daemon of this project as systemd runs it; only the radio is not real."""

    name = "heimvakt"
    topic = f"heimvakt/v1/{GATEWAY_ID}/#"

    def __init__(
        self,
        home: VirtualHome,
        folder: Path,
        broker_port: int,
        *,
        reports: str = "none",
        nights: bool = True,
    ) -> None:
        super().__init__(home, folder, broker_port)
        self.program: Program | None = None
        self._reports = reports
        self._nights = nights
        self._alarms: set[str] = set()
        self._answers = 0

    @property
    def pid(self) -> int:
        """Of the daemon."""
        assert self.program is not None
        return self.program.process.pid

    @property
    def database(self) -> Path:
        """Its journal."""
        return self.folder / "state" / "heimvakt.db"

    @property
    def file(self) -> Path:
        """Its configuration, written anew."""
        file = self.folder / "home.toml"
        text = self.home.configuration(self.broker_port, reports=self._reports, nights=self._nights)
        file.write_text(text, encoding="utf-8")
        return file

    async def start(self, *, with_broker: bool = True) -> dict[str, float]:
        """The seconds until its rules and until its radio are armed, by its log."""
        options = {
            "--config": self.file,
            "--state": self.folder / "state",
            "--socket": self.folder / "control",
            "--log": "json",
        }
        command = [*AS_BY_THE_LAUNCHER, "run"]
        self.program = Program(
            [*command, *(str(part) for pair in options.items() for part in pair)],
            env={**os.environ, **AS_BY_THE_UNIT},
        )
        rules = self.program.expect(lambda line: _event(line) == "armed")
        radio = self.program.expect(lambda line: _event(line) == "the radio is up")
        broker = self.program.expect(lambda line: _event(line) == "broker-connected")
        await self.program.start()
        said = {
            "rules_armed_s": await self.program.said(rules),
            "radio_armed_s": await self.program.said(radio),
        }
        if with_broker:
            said["connected_s"] = await self.program.said(broker)
        status = await asyncio.to_thread(self.status)
        if not status["drivers"]["zigbee"]["armed"]:
            raise RuntimeError("the log says that the radio is up, and the status does not")
        return {**said, "ready_s": max(said.values())}

    async def stop(self) -> None:
        """By SIGTERM."""
        if self.program is not None:
            await self.program.stop()

    async def permit(self, listener: Listener) -> None:
        """Its configuration says so already."""

    def erase(self) -> None:
        """Take its journal away while it does not run: alarms are numbered from one again."""
        state = self.folder / "state"
        for file in (*state.glob("heimvakt.db*"), *state.glob("sequence.*")):
            file.unlink()
        self._alarms.clear()

    def pressed(self, message: Message) -> str | None:
        """The device of an alarm of a button that is told for the first time."""
        if not message.topic.endswith("/alarm"):
            return None
        data = json.loads(message.payload)["data"]
        if data["kind"] != "button" or data["alarm_id"] in self._alarms:
            return None
        self._alarms.add(data["alarm_id"])
        return str(data["device_id"])

    def answer(self, message: Message, listener: Listener) -> None:
        """Say as an operator that it is taken care of: delivered and closed in one."""
        data = json.loads(message.payload)["data"]
        self._say(
            listener,
            "heimvakt.acknowledgement.v1",
            {
                "alarm_id": data["alarm_id"],
                "answer": "closed",
                "by": "operator-1",
                "revision": data["revision"],
            },
        )

    def receipt(self, batch_id: str, listener: Listener) -> None:
        """Say as the receiver's system that it has stored a batch of reports."""
        self._say(listener, "heimvakt.receipt.v1", {"batch_id": batch_id, "by": "bench"})

    def _say(self, listener: Listener, kind: str, data: dict[str, object]) -> None:
        self._answers += 1
        content = {
            "specversion": "1.0",
            "id": f"bench/{self._answers}",
            "source": "/bench",
            "type": kind,
            "data": data,
        }
        listener.publish(f"heimvakt/v1/{GATEWAY_ID}/ack", json.dumps(content).encode())

    def status(self) -> dict[str, Any]:
        """What it says of itself. Blocks."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as end:
            end.settimeout(10)
            end.connect(str(self.folder / "control"))
            end.sendall(b'{"do": "status"}\n')
            with end.makefile("rb") as lines:
                answer: dict[str, Any] = json.loads(lines.readline())
        return answer


class BareZigpy(Host):
    """zigpy-znp and paho and nothing else."""

    name = "bare zigpy"
    topic = "bare/#"

    def __init__(self, home: VirtualHome, folder: Path, broker_port: int) -> None:
        super().__init__(home, folder, broker_port)
        self._program: Program | None = None

    @property
    def pid(self) -> int:
        """Of the loop."""
        assert self._program is not None
        return self._program.process.pid

    async def start(self) -> dict[str, float]:
        """The seconds until it listens."""
        where = (self.home.port, str(self.broker_port), str(self.folder / "zigbee.db"))
        return await self._run(bare_zigpy.__file__, *where)

    async def _run(self, file: str, *arguments: str) -> dict[str, float]:
        self._program = Program([sys.executable, str(Path(file)), *arguments])
        ready = self._program.expect(lambda line: line == "READY")
        await self._program.start()
        return {"ready_s": await self._program.said(ready)}

    async def stop(self) -> None:
        """By the end of its input."""
        if self._program is not None:
            await self._program.stop(by_signal=False)

    async def permit(self, listener: Listener) -> None:
        """Through its input."""
        assert self._program is not None
        await self._program.tell("permit")

    def pressed(self, message: Message) -> str | None:
        """The device of a zone status with the button's bit."""
        if not json.loads(message.payload).get("zone_status", 0) & ALARM_2:
            return None
        return self.home.by_ieee.get(message.topic.rpartition("/")[2])

    def answer(self, message: Message, listener: Listener) -> None:
        """It wants none."""


class RawReader(BareZigpy):
    """Who knows nothing of Zigbee; a bare zigpy forms the network for it and lets devices in."""

    name = "raw reader"
    topic = "raw/#"

    def __init__(self, home: VirtualHome, folder: Path, broker_port: int) -> None:
        super().__init__(home, folder, broker_port)
        self._has_network = False

    async def start(self) -> dict[str, float]:
        """The seconds until the radio has answered; at first, until zigpy listens."""
        if not self._has_network:
            self._has_network = True
            return await super().start()
        where = (self.home.port, str(self.broker_port))
        return await self._run(raw_reader.__file__, *where)

    def pressed(self, message: Message) -> str | None:
        """The device of a zone status with the button's bit."""
        if not json.loads(message.payload).get("zone_status", 0) & ALARM_2:
            return None
        nwk = int(message.topic.rpartition("/")[2], 16)
        return next((n for n, each in self.home.devices.items() if each.nwk == nwk), None)


class Zigbee2Mqtt(Host):
    """zigbee2mqtt as npm brings it."""

    name = "zigbee2mqtt"
    topic = "zigbee2mqtt/#"

    def __init__(
        self,
        home: VirtualHome,
        folder: Path,
        broker_port: int,
        installation: zigbee2mqtt.Installation,
    ) -> None:
        super().__init__(home, folder, broker_port)
        self._installation = installation
        self._stack = AsyncExitStack()
        self._running: zigbee2mqtt.Zigbee2Mqtt | None = None

    @property
    def pid(self) -> int:
        """Of node."""
        assert self._running is not None
        return self._running.pid

    async def start(self) -> dict[str, float]:
        """The seconds until it says that it has started."""
        began = time.monotonic()
        self._running = await self._stack.enter_async_context(
            zigbee2mqtt.running(
                self._installation, self.folder / "data", self.home.port, self.broker_port
            )
        )
        return {"ready_s": time.monotonic() - began}

    async def stop(self) -> None:
        """By SIGTERM."""
        await self._stack.aclose()

    async def permit(self, listener: Listener) -> None:
        """By its own request."""
        listener.publish("zigbee2mqtt/bridge/request/permit_join", b'{"time": 240}')

    def pressed(self, message: Message) -> str | None:
        """The device of a state in which the second alarm is on."""
        name = message.topic.removeprefix("zigbee2mqtt/")
        if not name.startswith("0x") or b'"alarm_2":true' not in message.payload:
            return None
        digits = name.removeprefix("0x")
        return self.home.by_ieee.get(":".join(digits[i : i + 2] for i in range(0, 16, 2)))

    def answer(self, message: Message, listener: Listener) -> None:
        """It wants none."""


def _event(line: str) -> object:
    if not line.startswith("{"):
        return None
    try:
        return json.loads(line).get("event")
    except ValueError:
        return None
