"""The least that a Zigbee gateway in Python can be: zigpy-znp at one end, paho at the other.

    python benchmarks/peers/bare_zigpy.py PORT BROKER_PORT DATABASE

Every zone status and every report is published at once, QoS 1, from the event loop itself, which is
the shortest way there is. Nothing is durable, nothing is decided. It says READY on standard output;
`permit` on its standard input opens the network, and the end of the input ends it.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from importlib import import_module
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from zigpy.application import ControllerApplication

ZNP: type[ControllerApplication] = import_module(
    "zigpy_znp.zigbee.application"
).ControllerApplication
IAS_ZONE, OCCUPANCY = 0x0500, 0x0406
STATUS_CHANGE, ENROL_REQUEST = 0x00, 0x01
PERMIT_S = 200


class Publisher:
    """paho without a thread: a message is on its way when `publish` returns."""

    def __init__(self, port: int) -> None:
        self._loop = asyncio.get_running_loop()
        client = Client(
            CallbackAPIVersion.VERSION2, client_id="bare", protocol=MQTTProtocolVersion.MQTTv311
        )
        client.connect("127.0.0.1", port)
        sock = client.socket()
        assert isinstance(sock, socket.socket)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client
        self._loop.add_reader(sock, self._readable)
        self._tick()

    def publish(self, topic: str, content: dict[str, object]) -> None:
        """Send it, or keep it until the broker has confirmed those before it."""
        self._client.publish(topic, json.dumps(content).encode(), qos=1)

    def _readable(self) -> None:
        self._client.loop_read()
        while self._client.want_write():
            self._client.loop_write()

    def _tick(self) -> None:
        self._client.loop_misc()
        self._loop.call_later(1.0, self._tick)


class Host:
    """Listens to every device, known or new."""

    def __init__(self, app: ControllerApplication, publisher: Publisher) -> None:
        self._app = app
        self._publisher = publisher
        self._tasks: set[asyncio.Task[Any]] = set()
        app.add_listener(self)
        for device in app.devices.values():
            self._listen(device)

    def device_initialized(self, device: Any) -> None:
        """zigpy has interviewed a device, and finds this by its name."""
        self._listen(device)
        if 1 in device.endpoints and IAS_ZONE in device.endpoints[1].in_clusters:
            zone = device.endpoints[1].in_clusters[IAS_ZONE]
            self.do(zone.write_attributes({"cie_addr": self._app.state.node_info.ieee}))

    def do(self, work: Any) -> None:
        """Let something happen beside listening."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _listen(self, device: Any) -> None:
        ieee = str(device.ieee)
        clusters = device.endpoints[1].in_clusters if 1 in device.endpoints else {}
        if IAS_ZONE in clusters:
            clusters[IAS_ZONE].add_listener(_Zone(self, self._publisher, ieee, clusters[IAS_ZONE]))
        if OCCUPANCY in clusters:
            clusters[OCCUPANCY].on_event(
                "attribute_report",
                lambda event: self._publisher.publish(
                    f"bare/{ieee}",
                    {"attribute": int(event.attribute_id), "value": int(event.value)},
                ),
            )


class _Zone:
    def __init__(self, host: Host, publisher: Publisher, ieee: str, zone: Any) -> None:
        self._host, self._publisher, self._ieee, self._zone = host, publisher, ieee, zone

    def cluster_command(self, _sequence: int, command: int, arguments: Any) -> None:
        if command == STATUS_CHANGE:
            status = int(arguments.zone_status)
            self._publisher.publish(f"bare/{self._ieee}", {"zone_status": status})
        elif command == ENROL_REQUEST:
            self._host.do(self._zone.enroll_response(enroll_response_code=0, zone_id=1))


async def main(port: str, broker_port: int, database: str) -> None:
    """Run until the input ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    publisher = Publisher(broker_port)
    app = await ZNP.new(
        {
            "device": {"path": port},
            "database_path": database,
            "backup_enabled": False,
            "topology_scan_enabled": False,
            "ota": {"enabled": False, "broadcast_enabled": False, "providers": []},
            "znp_config": {"skip_bootloader": False},  # no pins to be toggled on a virtual line
        },
        auto_form=True,
    )
    Host(app, publisher)
    print("READY", flush=True)
    while line := await reader.readline():
        if line.strip() == b"permit":
            await app.permit(PERMIT_S)
    await app.shutdown()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
