"""What the gateway finds by entry point: cheap to import, for the checker as for the service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from heimvakt.core.devices import Device
from heimvakt.core.ports import Driver, Mistake
from heimvakt_drivers.serial.locks.addresses import READER, check, parse
from heimvakt_drivers.serial.locks.ports import check_port

from .settings import ModbusLock, ModbusSettings

NUMBERS = range(1, 248)
"""Addresses of the standard (Modbus over serial line V1.02, 2.2); 0 is everybody."""


class ModbusPlugin:
    """The driver for relay boards on RS-485."""

    name = "modbus"
    settings = ModbusSettings
    device_settings = ModbusLock

    def check(
        self, settings: ModbusSettings, where: tuple[str | int, ...], devices: Sequence[Device]
    ) -> Sequence[Mistake]:
        """All that is wrong with the table and the devices beyond types."""
        return [
            *check_port(settings.port, where),
            *check(devices, NUMBERS, _check_lock),
            *_check_readers(devices),
        ]

    def create(self, settings: ModbusSettings) -> Driver:
        """The driver; pymodbus is imported when it runs."""
        from .driver import ModbusDriver

        return ModbusDriver(settings)


def _check_lock(device: Device) -> Iterator[Mistake]:
    options, place = device.options, ("devices", device.device_id)
    if not isinstance(options, ModbusLock) or options.coil is None:
        yield Mistake(
            (*place, "coil"),
            "it is not said which coil lets the door go",
            "write coil = 0, or the number that the board's manual names",
        )
        return
    if options.inputs.bolt is None:
        yield Mistake(
            (*place, "inputs"),
            "no contact tells where the bolt is: that the door can be opened is only assumed",
            "wire the bolt contact and write inputs = { bolt = 1 }",
            warning=True,
        )
    if options.pulse is None:
        yield Mistake(
            (*place, "pulse"),
            "the board does not end a release by itself: the door stays open if the gateway fails",
            'take a board that can, and write how, such as pulse = { by = "coil", number = 512 }',
            warning=True,
        )


def _check_readers(devices: Sequence[Device]) -> Iterator[Mistake]:
    for device in devices:
        address = parse(device.address)
        if address is not None and address.part == READER:
            yield Mistake(
                ("devices", device.device_id, "address"),
                "a relay board has no reader",
                "take the section away, or give it the driver that its reader is wired to",
            )


PLUGIN = ModbusPlugin()
