"""An unmodified zigpy with its radio library for Z-Stack or for EmberZNet, as a host for tests.

It does what a host program does: start, permit joining, enrol zones. Nothing in it knows that the
radio is virtual.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from zigpy.application import ControllerApplication
from zigpy.types import EUI64
from zigpy.zcl import Cluster

LIBRARIES = {"znp": "zigpy_znp", "ezsp": "bellows"}
"""Without type hints; their applications are of zigpy's, which has."""

Device = Any
"""A device of zigpy, whose class has not had the same name in all versions."""
IAS_ZONE = 0x0500
SETTLE_S = 0.5
REQUESTS = ("CatchingTaskMixin.", "ZNP.request_callback_rsp")


class Host:
    """A running application and what it heard."""

    def __init__(self, app: ControllerApplication) -> None:
        self.app = app
        self.commands: asyncio.Queue[tuple[Device, int, int, Any]] = asyncio.Queue()
        """Cluster commands of devices: device, cluster, command, arguments."""
        self.reports: asyncio.Queue[tuple[Device, int, int, Any]] = asyncio.Queue()
        """Attribute reports: device, cluster, attribute, value."""
        self.left: asyncio.Queue[Device] = asyncio.Queue()
        self.lost: asyncio.Queue[Exception | None] = asyncio.Queue()
        """The connection went, and why."""
        self._initialized: dict[str, asyncio.Event] = {}
        self._listening: set[tuple[str, int]] = set()
        app.add_listener(self)
        for device in app.devices.values():
            self._listen(device)

    # Called by zigpy, by name.

    def device_initialized(self, device: Device) -> None:
        self._listen(device)
        self._event(str(device.ieee)).set()

    def device_left(self, device: Device) -> None:
        self.left.put_nowait(device)

    def connection_lost(self, reason: Exception | None) -> None:
        self.lost.put_nowait(reason)

    # Called by tests.

    async def interviewed(self, ieee: str) -> Device:
        """Wait until the device was interviewed."""
        await self._event(ieee).wait()
        return self.app.get_device(ieee=EUI64.convert(ieee))

    async def start_network(self) -> None:
        """Start it again, after the radio lost it."""
        app: Any = self.app
        await app.start_network()

    async def enrol(self, device: Device, zone_id: int) -> None:
        """Write our address, await the request for enrolment, accept it."""
        zone = device.endpoints[1].in_clusters[IAS_ZONE]
        [[record]] = await zone.write_attributes({"cie_addr": self.app.state.node_info.ieee})
        assert record.status == 0
        asked, cluster, command, arguments = await self.commands.get()
        assert (asked.ieee, cluster, command) == (device.ieee, IAS_ZONE, 0x01)
        assert arguments[0] == (await zone.read_attributes(["zone_type"]))[0]["zone_type"]
        await zone.enroll_response(enroll_response_code=0, zone_id=zone_id)

    def _event(self, ieee: str) -> asyncio.Event:
        return self._initialized.setdefault(ieee, asyncio.Event())

    def _listen(self, device: Device) -> None:
        for number, endpoint in device.endpoints.items():
            if number == 0:
                continue
            for cluster in (*endpoint.in_clusters.values(), *endpoint.out_clusters.values()):
                key = (str(device.ieee), id(cluster))
                if key not in self._listening:
                    self._listening.add(key)
                    cluster.add_listener(_Commands(self, device, cluster))
                    cluster.on_event("attribute_report", _Reports(self, device, cluster).heard)


class _Commands:
    def __init__(self, host: Host, device: Device, cluster: Cluster) -> None:
        self.host, self.device, self.cluster = host, device, cluster

    def cluster_command(self, sequence: int, command: int, arguments: Any) -> None:
        heard = (self.device, int(self.cluster.cluster_id), command, arguments)
        self.host.commands.put_nowait(heard)


class _Reports:
    def __init__(self, host: Host, device: Device, cluster: Cluster) -> None:
        self.host, self.device, self.cluster = host, device, cluster

    def heard(self, event: Any) -> None:
        cluster = int(self.cluster.cluster_id)
        self.host.reports.put_nowait((self.device, cluster, event.attribute_id, event.value))


@asynccontextmanager
async def running(
    port: str, *, speaks: str = "znp", database: Path | None = None, auto_form: bool = True
) -> AsyncIterator[Host]:
    """Run a host at this port while the context lasts."""
    library = import_module(f"{LIBRARIES[speaks]}.zigbee.application")
    application: type[ControllerApplication] = library.ControllerApplication
    config: dict[str, Any] = {
        "device": {"path": port},
        "database_path": None if database is None else str(database),
        "backup_enabled": False,
        "topology_scan_enabled": False,
        "ota": {"enabled": False},
    }
    if speaks == "znp":
        # No toggling of pins: that is half a second of nothing at every start.
        config["znp_config"] = {"skip_bootloader": False}
    else:
        # Its thread may end while it is still asked to let the port go, which is then never told.
        config["use_thread"] = False
    app = await application.new(config, auto_form=auto_form)
    try:
        yield Host(app)
    finally:
        # An answer that zigpy is sending as it is shut down waits for its confirmation all the
        # same, for eight seconds: let such be done first, and end what is left.
        await asyncio.wait(
            _requests() or {asyncio.ensure_future(asyncio.sleep(0))}, timeout=SETTLE_S
        )
        await app.shutdown()
        left = _requests()
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


def _requests() -> set[asyncio.Task[Any]]:
    return {
        task
        for task in asyncio.all_tasks()
        if getattr(task.get_coro(), "__qualname__", "").startswith(REQUESTS)
    }
