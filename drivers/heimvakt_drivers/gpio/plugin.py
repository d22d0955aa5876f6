"""What the gateway finds by entry point: cheap to import, for the checker as for the service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from heimvakt.core.devices import Device, Role
from heimvakt.core.ports import Driver, Mistake

from .meaning import ROLES
from .settings import PIN_MAX, PLAIN, GpioOptions, GpioSettings, Wired

Where = tuple[str | int, ...]

HEADER = range(28)
"""The pins of the header of a Raspberry Pi."""
ONLY_FOR = {"cancels": Role.BUTTON, "hold": Role.BUTTON, "release": Role.LOCK, "bolt": Role.LOCK}


class GpioPlugin:
    """The driver for the pins of the box."""

    name = "gpio"
    settings = GpioSettings
    device_settings = GpioOptions

    def check(
        self, settings: GpioSettings, where: Where, devices: Sequence[Device]
    ) -> Sequence[Mistake]:
        """All that is wrong with the table and the devices beyond types."""
        return [
            *_check_lamps(settings, where),
            *_check_chip(settings, where),
            *_check_battery(settings, where),
            *(mistake for device in devices for mistake in _check_device(device, devices)),
            *_check_pins(settings, where, devices),
        ]

    def create(self, settings: GpioSettings) -> Driver:
        """The driver; the library of the pins is imported when it runs."""
        from .driver import GpioDriver

        return GpioDriver(settings)


def options_of(device: Device) -> GpioOptions:
    """What the file says of a device beside what every device has."""
    return device.options if isinstance(device.options, GpioOptions) else PLAIN


def _check_lamps(settings: GpioSettings, where: Where) -> Iterator[Mistake]:
    if settings.lamp is not None and (settings.lamp_green, settings.lamp_red) != (None, None):
        yield Mistake(
            (*where, "lamp"),
            "the box has one lamp or two of different colours, not both",
            "keep lamp, or lamp_green and lamp_red",
        )


def _check_chip(settings: GpioSettings, where: Where) -> Iterator[Mistake]:
    if settings.backend == "gpiod" and not Path(settings.chip).exists():
        yield Mistake(
            (*where, "chip"),
            f"there is no chip {settings.chip} on this machine now",
            "gpiodetect lists those that there are",
            warning=True,
        )


def _check_battery(settings: GpioSettings, where: Where) -> Iterator[Mistake]:
    if settings.battery_channel is not None and settings.backend != "gpiozero":
        yield Mistake(
            (*where, "battery_channel"),
            "a converter is read by gpiozero only",
            'take the line away, or write backend = "gpiozero" on a Raspberry Pi',
        )
    if settings.battery_full <= settings.battery_empty:
        yield Mistake(
            (*where, "battery_full"),
            "the battery cannot be full at a lower voltage than empty",
            "a cell of lithium: battery_empty = 3.2, battery_full = 4.15",
        )


def _check_device(device: Device, all_of_them: Sequence[Device]) -> Iterator[Mistake]:
    place, options = ("devices", device.device_id), options_of(device)
    if device.role not in ROLES:
        yield Mistake(
            (*place, "role"),
            f'nothing on a pin can be a "{device.role}"',
            "one of " + ", ".join(sorted(ROLES)),
        )
    for key, role in ONLY_FOR.items():
        if getattr(options, key) is not None and device.role is not role:
            yield Mistake((*place, key), f"only a {role} has this key", "take the line away")
    if options.wired is not None and device.role is Role.LOCK:
        yield Mistake((*place, "wired"), "a lock has no contact of its own", "take the line away")
    if options.wired is Wired.SUPERVISED and options.second is None:
        yield Mistake(
            (*place, "wired"),
            "a supervised line needs its second contact",
            "add the pin of the contact that is closed at rest: second = 27",
        )
    if options.wired is not Wired.SUPERVISED and options.second is not None:
        yield Mistake(
            (*place, "second"),
            "only a supervised line has a second contact",
            'write wired = "supervised", or take the line away',
        )
    if options.cancels is not None and device.role is Role.BUTTON:
        yield from _check_cancels(device, options.cancels, all_of_them)


def _check_cancels(
    device: Device, cancels: str, all_of_them: Sequence[Device]
) -> Iterator[Mistake]:
    place = ("devices", device.device_id, "cancels")
    if cancels == device.device_id:
        yield Mistake(place, "it names itself", "name the button whose alarm it takes back")
        return
    named = next((each for each in all_of_them if each.device_id == cancels), None)
    if named is None:
        yield Mistake(
            place,
            f'there is no button "{cancels}" on the pins',
            "that is right if it is a button of another driver",
            warning=True,
        )
    elif named.role is not Role.BUTTON:
        yield Mistake(place, f"{cancels} is a {named.role}", "name a button")
    elif named.cancel is None:
        yield Mistake(
            place,
            f"{cancels} has no time in which it can be taken back",
            f'add cancel = "10s" to devices.{cancels}',
        )


def _check_pins(
    settings: GpioSettings, where: Where, devices: Sequence[Device]
) -> Iterator[Mistake]:
    """Each pin is one thing, and there is such a pin."""
    taken: dict[int, str] = {}
    for place, pin in _pins(settings, where, devices):
        name = ".".join(str(part) for part in place)
        if not 0 <= pin <= PIN_MAX or (settings.backend == "gpiozero" and pin not in HEADER):
            yield Mistake(
                place,
                f"there is no pin {pin}",
                f"a Raspberry Pi has 0 to {HEADER[-1]}, by the numbers of the chip (BCM)"
                if settings.backend == "gpiozero"
                else "gpioinfo lists the lines of the chip",
            )
        elif (first := taken.setdefault(pin, name)) != name:
            yield Mistake(place, f"pin {pin} is {first} already", "each has a pin of its own")


def _pins(
    settings: GpioSettings, where: Where, devices: Sequence[Device]
) -> Iterator[tuple[Where, int]]:
    for name, pin in settings.own_pins():
        yield (*where, name), pin
    for device in devices:
        place, options = ("devices", device.device_id), options_of(device)
        yield (*place, "address"), pin_of(device)
        for key in ("second", "bolt"):
            if (extra := getattr(options, key)) is not None:
                yield (*place, key), extra


def pin_of(device: Device) -> int:
    """The pin of a device; -1 where its address is no number, which `check` tells."""
    return int(device.address) if device.address.isascii() and device.address.isdecimal() else -1


PLUGIN = GpioPlugin()
