"""What the gateway finds by entry point: cheap to import, for the checker as for the service."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from heimvakt.core.devices import Device
from heimvakt.core.ports import Driver, Mistake
from heimvakt.core.radios import PluggedIn

from .sensing.roles import ROLES
from .settings import AUTO, ZigbeeSettings
from .sticks.found import A_RADIO, NotFoundError, choose, listed
from .sticks.usb import Roots, plugged_in, port_of

_EUI64 = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){7}", re.ASCII | re.IGNORECASE)
_SIXTEEN = re.compile(r"[0-9a-f]{16}", re.ASCII | re.IGNORECASE)


class ZigbeePlugin:
    """The driver for Zigbee radios."""

    name = "zigbee"
    settings = ZigbeeSettings
    device_settings = None
    pairs = True

    def __init__(self, roots: Roots | None = None) -> None:
        self._roots = roots or Roots()

    def check(
        self, settings: ZigbeeSettings, where: tuple[str | int, ...], devices: Sequence[Device]
    ) -> Sequence[Mistake]:
        """All that is wrong with the table and the devices beyond types."""
        return [
            *self._check_port(settings, where),
            *_check_devices(devices),
        ]

    def create(self, settings: ZigbeeSettings) -> Driver:
        """The driver; zigpy is imported when it runs."""
        from .driver import ZigbeeDriver

        return ZigbeeDriver(settings)

    def plugged_in(self) -> Sequence[PluggedIn]:
        """See `core.radios`."""
        return [
            PluggedIn(
                port=port.port,
                device=port.device,
                usb_id=port.usb_id,
                maker=port.maker,
                product=port.product,
                family=port.family or "unknown",
            )
            for port in plugged_in(self._roots)
        ]

    def _check_port(
        self, settings: ZigbeeSettings, where: tuple[str | int, ...]
    ) -> Iterator[Mistake]:
        place = (*where, "port")
        port = settings.port
        if port == AUTO:
            yield from self._check_auto(settings, place)
        elif "://" in port:
            if not re.fullmatch(r"socket://[^/:@\s]+:\d{1,5}", port):
                yield Mistake(
                    place, f'"{port}" is no address of a radio', 'write it as "socket://host:port"'
                )
        elif not port.startswith("/"):
            yield Mistake(
                place,
                f'"{port}" is no path',
                'write the whole path, from /dev/serial/by-id/ if any, or "auto"',
            )
        elif not Path(port).exists():
            now = listed(plugged_in(self._roots))
            yield Mistake(place, f"nothing is plugged in at {port}", now, warning=True)
        else:
            yield from self._check_kind(settings, where)

    def _check_auto(
        self, settings: ZigbeeSettings, place: tuple[str | int, ...]
    ) -> Iterator[Mistake]:
        try:
            choose(settings, plugged_in(self._roots))
        except NotFoundError as error:
            yield Mistake(place, str(error), error.hint, warning=True)

    def _check_kind(
        self, settings: ZigbeeSettings, where: tuple[str | int, ...]
    ) -> Iterator[Mistake]:
        there = port_of(settings.port, self._roots)
        family = there.family if there else None
        if family is not None and settings.radio not in (AUTO, family):
            yield Mistake(
                (*where, "radio"),
                f"what is plugged in there looks like {A_RADIO[family]}",
                f'write radio = "{family}", or leave it out',
                warning=True,
            )


def _check_devices(devices: Sequence[Device]) -> Iterator[Mistake]:
    seen: dict[str, str] = {}
    for device in devices:
        place = ("devices", device.device_id)
        if not _EUI64.fullmatch(device.address):
            yield Mistake(
                (*place, "address"), f'"{device.address}" is no EUI-64', _as_eui64(device.address)
            )
        else:
            other = seen.setdefault(device.address.lower(), device.device_id)
            if other != device.device_id:
                yield Mistake(
                    (*place, "address"),
                    f"devices.{other} has the same address",
                    "one Zigbee device fills one role: give each an address of its own",
                )
        if device.role not in ROLES:
            yield Mistake(
                (*place, "role"),
                f'no Zigbee device can be a "{device.role}" yet',
                "one of " + ", ".join(sorted(ROLES)),
            )


def _as_eui64(address: str) -> str:
    digits = re.sub(r"^0x|[^0-9a-z]", "", address.lower())
    if _SIXTEEN.fullmatch(digits):
        return f'write it as "{":".join(digits[i : i + 2] for i in range(0, 16, 2))}"'
    return 'eight pairs of digits from the label, such as "00:12:4b:00:22:c1:09:aa"'


PLUGIN = ZigbeePlugin()
