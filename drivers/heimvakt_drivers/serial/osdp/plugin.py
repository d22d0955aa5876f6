"""What the gateway finds by entry point: cheap to import, for the checker as for the service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from heimvakt.core.devices import Device
from heimvakt.core.ports import Driver, Mistake
from heimvakt_drivers.serial.locks.addresses import check
from heimvakt_drivers.serial.locks.ports import check_port

from .settings import OsdpLock, OsdpSettings

NUMBERS = range(1, 127)
"""Addresses of the standard; 0 is what a new device often has, and 127 is everybody."""


class OsdpPlugin:
    """The driver for locks and readers on RS-485."""

    name = "osdp"
    settings = OsdpSettings
    device_settings = OsdpLock

    def check(
        self, settings: OsdpSettings, where: tuple[str | int, ...], devices: Sequence[Device]
    ) -> Sequence[Mistake]:
        """All that is wrong with the table and the devices beyond types."""
        return [*check_port(settings.port, where), *check(devices, NUMBERS, _check_lock)]

    def create(self, settings: OsdpSettings) -> Driver:
        """The driver; libosdp is imported when it runs."""
        from .driver import OsdpDriver

        return OsdpDriver(settings)


def _check_lock(device: Device) -> Iterator[Mistake]:
    options = device.options
    if not isinstance(options, OsdpLock) or options.key is None:
        yield Mistake(
            ("devices", device.device_id, "key"),
            "a lock without a key of its own is not spoken with",
            f'write key = "credential:{device.device_id}-key", and see docs/locks.md',
        )
    if isinstance(options, OsdpLock) and options.inputs.bolt is None:
        yield Mistake(
            ("devices", device.device_id, "inputs"),
            "no contact tells where the bolt is: that the door can be opened is only assumed",
            "wire the bolt contact and write inputs = { bolt = 1 }",
            warning=True,
        )


PLUGIN = OsdpPlugin()
