"""Three nodes of NATS with JetStream and MQTT on loopback: a broker cluster as operators run it."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from .ports import HeldPort

NATS = shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin")
needs_nats = pytest.mark.skipif(NATS is None, reason="nats-server is not installed")
READY_S_MAX = 60.0


@dataclass(slots=True)
class Node:
    """One server of the cluster."""

    name: str
    client_port: int
    cluster_port: int
    mqtt_port: int
    http_port: int
    folder: Path
    process: asyncio.subprocess.Process | None = field(default=None)

    @property
    def url(self) -> str:
        """As in the configuration of a gateway."""
        return f"mqtt://127.0.0.1:{self.mqtt_port}"

    def configuration(self, nodes: list[Node]) -> str:
        """Its own file. Every stream of MQTT has three copies, so that one node may die."""
        routes = ", ".join(f'"nats://127.0.0.1:{n.cluster_port}"' for n in nodes)
        return f"""
            server_name: {self.name}
            listen: "127.0.0.1:{self.client_port}"
            http: "127.0.0.1:{self.http_port}"
            jetstream {{ store_dir: "{self.folder}", max_file_store: 1G }}
            cluster {{
                name: heimvakt, listen: "127.0.0.1:{self.cluster_port}", routes: [{routes}]
            }}
            mqtt {{
                listen: "127.0.0.1:{self.mqtt_port}", stream_replicas: 3,
                ack_wait: "10s", max_ack_pending: 1000
            }}
        """

    async def start(self, nodes: list[Node]) -> None:
        """Begin; `Cluster.ready` says when it is of use."""
        assert NATS is not None
        file = self.folder.with_suffix(".conf")
        file.write_text(self.configuration(nodes))
        with self.folder.with_suffix(".log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(NATS, "-c", str(file)), stdout=log, stderr=log
            )

    async def kill(self) -> None:
        """End it like a power cut."""
        if self.process is not None:
            if self.process.returncode is None:
                self.process.kill()
            await self.process.wait()
            self.process = None

    async def is_healthy(self) -> bool:
        """Whether it says that JetStream works and has caught up."""
        try:
            said = await _get(self.http_port, "/healthz")
        except (OSError, ValueError):
            return False
        return said.get("status") == "ok"


class Cluster:
    """Three nodes."""

    def __init__(self, folder: Path) -> None:
        self._held = [HeldPort() for _ in range(12)]
        ports = iter(held.number for held in self._held)
        self.nodes = [
            Node(f"n{i}", next(ports), next(ports), next(ports), next(ports), folder / f"n{i}")
            for i in (1, 2, 3)
        ]

    @property
    def urls(self) -> list[str]:
        """All brokers, for a receiver's `brokers`."""
        return [node.url for node in self.nodes]

    async def start(self) -> None:
        """Begin; returns when the nodes have found each other and JetStream has a leader."""
        for node in self.nodes:
            await node.start(self.nodes)
        await self.ready()

    async def ready(self) -> None:
        """Return when every node that runs is healthy."""
        running = [node for node in self.nodes if node.process is not None]
        async with asyncio.timeout(READY_S_MAX):
            for node in running:
                while not await node.is_healthy():
                    assert node.process is not None, f"{node.name} was ended meanwhile"
                    await asyncio.sleep(0.2)  # nobody is told of a leader

    async def leader(self) -> Node:
        """The node that leads JetStream: its death hurts most."""
        for node in self.nodes:
            if node.process is not None:
                said = await _get(node.http_port, "/jsz")
                name = said["meta_cluster"]["leader"]
                return next(n for n in self.nodes if n.name == name)
        raise AssertionError("no node runs")

    async def stop(self) -> None:
        """End all."""
        for node in self.nodes:
            await node.kill()
        for held in self._held:
            held.release()


@asynccontextmanager
async def nats_cluster() -> AsyncIterator[Cluster]:
    """A cluster that is ready, and gone at the end."""
    with tempfile.TemporaryDirectory(prefix="hv-nats-") as folder:
        cluster = Cluster(Path(folder))
        try:
            await cluster.start()
            yield cluster
        finally:
            await cluster.stop()


async def _get(port: int, path: str) -> dict[str, Any]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        await writer.drain()
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
        await writer.wait_closed()
    said: dict[str, Any] = json.loads(body or b"{}")
    return said if b" 200 " in head[:20] else {}
