"""Run zigbee2mqtt, unmodified from npm, against a radio and a broker on this machine.

It is a peer to measure against, and a second witness for the virtual radio. Nothing is downloaded
here: `npm install zigbee2mqtt` into a folder, and name that folder in HEIMVAKT_ZIGBEE2MQTT.
Everything listens on loopback; its data lives in a folder the caller gives.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT = "HEIMVAKT_ZIGBEE2MQTT"
CACHE = Path(".cache/zigbee2mqtt")
READY_LINE = "Zigbee2MQTT started!"
START_S_MAX = 90.0
STOP_S_MAX = 15.0
LINES_KEPT = 400


class StartError(RuntimeError):
    """zigbee2mqtt ended, or was not ready in time; the message holds its last lines."""


@dataclass(frozen=True, slots=True)
class Installation:
    """Where it was found. `version` is that of its package."""

    node: str
    package: Path
    version: str


def find() -> Installation | str:
    """The installation, or the reason why there is none to be used."""
    node = shutil.which("node")
    if node is None:
        return "node is not on PATH"
    named = os.environ.get(ENVIRONMENT)
    root = Path(named) if named else CACHE
    for package in (root, root / "node_modules/zigbee2mqtt"):
        about = package / "package.json"
        if not about.is_file():
            continue
        content = json.loads(about.read_text(encoding="utf-8"))
        if content.get("name") == "zigbee2mqtt":
            return Installation(node, package.resolve(), str(content["version"]))
    return f"zigbee2mqtt is not in {root} ({ENVIRONMENT} names another folder)"


def configuration(
    radio_port: str, broker_port: int, base_topic: str, adapter: str
) -> dict[str, object]:
    """A configuration with nothing switched on that is not needed to receive and publish."""
    return {
        "version": 5,
        "homeassistant": {"enabled": False},
        "frontend": {"enabled": False},
        "availability": {"enabled": False},
        "mqtt": {"base_topic": base_topic, "server": f"mqtt://127.0.0.1:{broker_port}"},
        "serial": {"port": _serial_port(radio_port), "adapter": adapter},
        "advanced": {
            "log_level": "info",
            "log_output": ["console"],
            "channel": 15,
            "pan_id": 0x1A62,
            "ext_pan_id": [0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8],
            "network_key": [17, 33, 5, 7, 91, 11, 13, 15, 2, 2, 4, 6, 8, 10, 12, 99],
        },
    }


def _serial_port(radio_port: str) -> str:
    return radio_port.replace("socket://", "tcp://", 1)


class Zigbee2Mqtt:
    """A running zigbee2mqtt. `started_s` is the time from exec to readiness, in seconds."""

    def __init__(self, process: asyncio.subprocess.Process, version: str) -> None:
        self.process = process
        self.version = version
        self.started_s = 0.0
        self.lines: deque[str] = deque(maxlen=LINES_KEPT)
        """The last lines it wrote, oldest first."""
        self._ready = asyncio.Event()

    @property
    def pid(self) -> int:
        """For measuring its memory and its processor time."""
        return self.process.pid

    async def read(self) -> None:
        """Take its output until it ends."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            text = line.decode(errors="replace").rstrip()
            self.lines.append(text)
            if READY_LINE in text:
                self._ready.set()

    async def wait_ready(self, timeout_s: float = START_S_MAX) -> None:
        """Wait until it says that it has started. Raises StartError."""
        began = asyncio.get_running_loop().time()
        ready = asyncio.create_task(self._ready.wait())
        ended = asyncio.create_task(self.process.wait())
        try:
            done, _ = await asyncio.wait(
                (ready, ended), timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for task in (ready, ended):
                task.cancel()
            await asyncio.gather(ready, ended, return_exceptions=True)
        if ready not in done:
            what = "ended" if ended in done else f"was not ready within {timeout_s} s"
            raise StartError(f"zigbee2mqtt {what}; it last wrote:\n" + "\n".join(self.lines))
        self.started_s = asyncio.get_running_loop().time() - began


@asynccontextmanager
async def running(
    installation: Installation,
    data: Path,
    radio_port: str,
    broker_port: int,
    base_topic: str = "zigbee2mqtt",
    adapter: str = "zstack",
) -> AsyncIterator[Zigbee2Mqtt]:
    """Run it while the context lasts, ready when the context begins.

    `data` keeps its configuration and database: the same folder again is a restart. `radio_port`
    is a path or socket://127.0.0.1:PORT. Raises StartError.
    """
    _write_settings(data, configuration(radio_port, broker_port, base_topic, adapter))
    environment = {
        **os.environ,
        "ZIGBEE2MQTT_DATA": str(data),
        "Z2M_ONBOARD_NO_SERVER": "1",
        "NO_COLOR": "1",
        # It asks git which commit it is and builds itself when the answer differs: inside our own
        # repository it would get ours.
        "GIT_CEILING_DIRECTORIES": str(installation.package.parent),
    }
    process = await asyncio.create_subprocess_exec(
        installation.node,
        "index.js",
        cwd=installation.package,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    peer = Zigbee2Mqtt(process, installation.version)
    reading = asyncio.create_task(peer.read(), name="zigbee2mqtt: output")
    try:
        await peer.wait_ready()
        yield peer
    finally:
        await _stop(process)
        await reading


def _write_settings(data: Path, content: dict[str, object]) -> None:
    data.mkdir(parents=True, exist_ok=True)
    settings = data / "configuration.yaml"
    if not settings.exists():  # JSON is YAML too
        settings.write_text(json.dumps(content, indent=1), encoding="utf-8")


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_S_MAX):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
