"""ThingsBoard gateway as a contestant: fed by its MQTT connector, with each of its storages.

Its upstream is a plain broker; what a ThingsBoard would answer and the gateway waits for (which
limits it has: none) is answered here.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.listener import Message

from .contestant import CannotTakePart, Contestant
from .feeder import Feeder
from .installation import Installation
from .mosquitto import Mosquitto

TELEMETRY = "v1/gateway/telemetry"
ASK, ANSWER = "v1/devices/me/rpc/request/", "v1/devices/me/rpc/response/"
NO_LIMITS = {
    "maxPayloadSize": 65536,
    "maxInflightMessages": 100,
    "rateLimits": {},
    "gatewayRateLimits": {},
}
TOKEN = "contest"
ACCESS = f"""\
topic readwrite #
user {TOKEN}
topic write #
topic read {ANSWER}+
"""
"""A ThingsBoard does not send back what it is told. A plain broker would, since the gateway listens
where it speaks, and it would take its own configuration for a new one, again and again."""


class ThingsBoard(Contestant):
    """With the configuration that it ships; only the storage is another in each kind."""

    name = "ThingsBoard memory"
    settings = "as shipped"
    topic = "v1/#"
    storage: ClassVar[Mapping[str, Any]] = {"type": "memory"}
    """What is changed of its storage."""
    sending: ClassVar[Mapping[str, Any]] = {}
    """What is changed of how it sends."""
    installation: Installation
    """Set before the first is made."""

    def __init__(self, folder: Path, upstream_port: int) -> None:
        super().__init__(folder, upstream_port)
        # Its queue for the gateway must not be what loses events.
        self._local = Mosquitto(folder / "broker", ("max_queued_messages 0",))
        self._process: asyncio.subprocess.Process | None = None
        self._feeder: Feeder | None = None
        self._configure()

    @classmethod
    def upstream(cls, folder: Path) -> tuple[str, ...]:
        """See `ACCESS`."""
        file = folder / "access"
        file.write_text(ACCESS, encoding="utf-8")
        return (f"acl_file {file}",)

    async def start(self) -> None:
        """See the port."""
        if self._feeder is None:
            await self._local.start()
            self._feeder = await asyncio.to_thread(Feeder, self._local.port, self.taken.add)
        with (self.folder / "output").open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                str(self.installation.program),
                cwd=self.folder,
                env={**os.environ, "TB_GW_CONFIG_DIR": str(self.folder / "config")},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def feed(self, number: int) -> None:
        """See the port."""
        assert self._feeder is not None
        if self._process is not None and self._process.returncode is not None:
            raise CannotTakePart(f"it has ended ({self._process.returncode}); {self.last_words()}")
        self._feeder.publish(number)

    async def kill(self) -> None:
        """See the port. The broker in the home lives on: it is not what is judged."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    async def close(self) -> None:
        """See the port."""
        await self.kill()
        feeder, self._feeder = self._feeder, None
        if feeder is not None:
            await asyncio.to_thread(feeder.stop)
        await self._local.close()

    def last_words(self) -> str:
        """See the port."""
        lines = (self.folder / "output").read_text(encoding="utf-8").splitlines()
        return "its output ends: " + "; ".join(lines[-1:])

    def read(self, message: Message) -> Iterator[int]:
        """Packs of values by device."""
        if message.topic == TELEMETRY:
            for entries in json.loads(message.payload).values():
                for entry in entries:
                    values = entry.get("values", entry)
                    if "n" in values:
                        yield values["n"]

    def answers(self, message: Message) -> Iterable[tuple[str, bytes]]:
        """It sends nothing before it knows its limits."""
        if not message.topic.startswith(ASK):
            return []
        if json.loads(message.payload).get("method") != "getSessionLimits":
            return []
        return [(ANSWER + message.topic.removeprefix(ASK), json.dumps(NO_LIMITS).encode())]

    def _configure(self) -> None:
        examples, own = self.installation.configuration, self.folder / "config"
        own.mkdir()
        for name in ("data", "logs"):
            (self.folder / name).mkdir()
        shutil.copy(examples / "logs.json", own)
        main = json.loads((examples / "tb_gateway.json").read_text(encoding="utf-8"))
        upstream = {"host": "127.0.0.1", "port": self.upstream_port, **self.sending}
        main["thingsboard"] |= upstream
        main["thingsboard"]["security"]["accessToken"] = TOKEN
        main["storage"] |= self.storage
        main["connectors"] = [{"type": "mqtt", "name": "home", "configuration": "mqtt.json"}]
        (own / "tb_gateway.json").write_text(json.dumps(main, indent=1), encoding="utf-8")
        connector = json.loads((examples / "mqtt.json").read_text(encoding="utf-8"))
        connector["broker"] |= {"port": self._local.port, "clientId": "gateway"}
        connector["mapping"] = [_mapping()]
        connector["requestsMapping"] = {}
        (own / "mqtt.json").write_text(json.dumps(connector, indent=1), encoding="utf-8")


def _mapping() -> dict[str, Any]:
    device = {
        "deviceNameExpressionSource": "topic",
        "deviceNameExpression": "(?<=sensor/)(.*?)(?=/data)",
        "deviceProfileExpressionSource": "constant",
        "deviceProfileExpression": "default",
    }
    number = {"type": "integer", "key": "n", "value": "${n}"}
    return {
        "topicFilter": "sensor/+/data",
        "subscriptionQos": 1,
        "converter": {
            "type": "json",
            "deviceInfo": device,
            "timeout": 60000,
            "attributes": [],
            "timeseries": [number],
        },
    }


class ThingsBoardFile(ThingsBoard):
    """In files."""

    name = "ThingsBoard file"
    settings = "storage.type file"
    storage: ClassVar[Mapping[str, Any]] = {"type": "file"}


class ThingsBoardSqlite(ThingsBoard):
    """In SQLite."""

    name = "ThingsBoard sqlite"
    settings = "storage.type sqlite"
    storage: ClassVar[Mapping[str, Any]] = {"type": "sqlite"}


class ThingsBoardTuned(ThingsBoard):
    """In SQLite, reading a hundred times as much at once and pausing less."""

    name = "ThingsBoard sqlite, tuned"
    settings = "storage.type sqlite, max_read_records_count 1000, minPackSendDelayMS 10"
    storage: ClassVar[Mapping[str, Any]] = {"type": "sqlite", "max_read_records_count": 1000}
    sending: ClassVar[Mapping[str, Any]] = {"minPackSendDelayMS": 10}
