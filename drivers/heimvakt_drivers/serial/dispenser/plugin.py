"""What the gateway finds by entry point: cheap to import, for the checker as for the service."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from heimvakt.core.devices import Device, Role
from heimvakt.core.ports import Driver, Mistake

from .settings import DispenserSettings

_BUS_ADDRESS = re.compile(r"[1-9]\d{0,2}", re.ASCII)
ADDRESS_MAX = 126


class DispenserPlugin:
    """The driver for dispensers that speak the serial link of docs/protocols/serial-link.md."""

    name = "dispenser"
    settings = DispenserSettings
    device_settings = None

    def check(
        self, settings: DispenserSettings, where: tuple[str | int, ...], devices: Sequence[Device]
    ) -> Sequence[Mistake]:
        """All that is wrong with the table and the devices beyond types."""
        return [*_check_port(settings.port, (*where, "port")), *_check_devices(devices)]

    def create(self, settings: DispenserSettings) -> Driver:
        """The driver; the cipher is imported when it runs."""
        from .driver import DispenserDriver

        return DispenserDriver(settings)


def _check_port(port: str, place: tuple[str | int, ...]) -> Iterator[Mistake]:
    if not port.startswith("/"):
        yield Mistake(
            place, f'"{port}" is no path', "write the whole path, from /dev/serial/by-id/ if any"
        )
    elif not Path(port).exists():
        yield Mistake(
            place,
            f"nothing is plugged in at {port}",
            "see what is there: ls -l /dev/serial/by-id/",
            warning=True,
        )


def _check_devices(devices: Sequence[Device]) -> Iterator[Mistake]:
    for device in devices:
        place = ("devices", device.device_id)
        if not _BUS_ADDRESS.fullmatch(device.address) or int(device.address) > ADDRESS_MAX:
            yield Mistake(
                (*place, "address"),
                f'"{device.address}" is no address on this line',
                f'a number from 1 to {ADDRESS_MAX}; a dispenser is made with "1"',
            )
        if device.role is not Role.DISPENSER:
            yield Mistake(
                (*place, "role"),
                f'nothing on this line can be a "{device.role}"',
                'write role = "dispenser"',
            )
        elif not device.doses:
            yield Mistake(
                (*place, "doses"),
                "there are no doses: it will never offer one",
                'write doses = [{ at = "08:30", window = "45m" }]',
                warning=True,
            )


PLUGIN = DispenserPlugin()
