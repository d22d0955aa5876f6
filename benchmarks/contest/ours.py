"""Heimvakt as a contestant: the daemon with all its units, and a centre that answers it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.listener import Message

from .contestant import ALARM, CannotTakePart, Contestant

GATEWAY_ID = "contest-0001"
ROOT = Path(__file__).resolve().parents[2]


class Heimvakt(Contestant):
    """With its defaults; reports of telemetry are asked for, since the backlog is that."""

    name = "Heimvakt"
    settings = "defaults, reports = telemetry"
    topic = f"heimvakt/v1/{GATEWAY_ID}/#"

    def __init__(self, folder: Path, upstream_port: int) -> None:
        super().__init__(folder, upstream_port)
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._answer_ids = itertools.count(1)
        self._home = folder / "home.toml"
        self._home.write_text(_configuration(upstream_port), encoding="utf-8")

    async def start(self) -> None:
        """See the port."""
        with (self.folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "benchmarks.contest.fed"),
                *(str(self._home), str(self.folder / "state")),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
            )
        self._reading = asyncio.create_task(self._read_taken(self._process))

    def feed(self, number: int) -> None:
        """See the port."""
        process = self._process
        if process is None or process.returncode is not None:
            raise CannotTakePart("the daemon has ended; " + self.last_words())
        assert process.stdin is not None
        process.stdin.write(f"{number}\n".encode())

    async def kill(self) -> None:
        """See the port."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        assert self._reading is not None
        await self._reading

    def last_words(self) -> str:
        """See the port."""
        lines = (self.folder / "log").read_text(encoding="utf-8").splitlines()
        return f"it took {len(self.taken)} events, and its log ends: {'; '.join(lines[-3:])}"

    def read(self, message: Message) -> Iterator[int]:
        """Reports carry numbers; an alarm of the button is the alarm."""
        kind = message.topic.rpartition("/")[2]
        if kind == "reports":
            for event in json.loads(message.payload)["data"]["events"]:
                if event.get("kind") == "link-measured":
                    yield event["lqi"]
        elif kind == "alarm" and json.loads(message.payload)["data"]["kind"] == "button":
            yield ALARM

    def answers(self, message: Message) -> Iterable[tuple[str, bytes]]:
        """Every batch and every alarm is answered for."""
        kind = message.topic.rpartition("/")[2]
        if kind not in ("reports", "alarm"):
            return []
        data = json.loads(message.payload)["data"]
        if kind == "reports":
            return [self._said("receipt", {"batch_id": data["batch_id"], "by": "centre"})]
        about = {"alarm_id": data["alarm_id"], "revision": data["revision"]}
        return [self._said("acknowledgement", {**about, "answer": "received", "by": "centre"})]

    def _said(self, kind: str, data: dict[str, object]) -> tuple[str, bytes]:
        event = {
            "specversion": "1.0",
            "id": f"{kind}-{next(self._answer_ids)}",
            "source": "/centre",
            "type": f"heimvakt.{kind}.v1",
            "time": datetime.now(UTC).isoformat(),
            "datacontenttype": "application/json",
            "data": data,
        }
        return f"heimvakt/v1/{GATEWAY_ID}/ack", json.dumps(event).encode()

    async def _read_taken(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            if line.endswith(b"\n"):
                self.taken.add(int(line))


def _configuration(upstream_port: int) -> str:
    return f"""version = 1

[gateway]
id = "{GATEWAY_ID}"
timezone = "UTC"

[drivers.fed]

[devices.pendant]
role = "button"
driver = "fed"
address = "pendant"

[devices.door]
role = "door"
driver = "fed"
address = "door"

[rules.button]

[receivers.centre]
kind = "mqtt"
brokers = ["mqtt://127.0.0.1:{upstream_port}"]
reports = "telemetry"
"""
