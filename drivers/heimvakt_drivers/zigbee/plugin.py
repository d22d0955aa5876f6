"""What the gateway finds by entry point: cheap to import, for the checker as for the service."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from heimvakt.core.devices import Device
from heimvakt.core.ports import Driver, Mistake

from .roles import ROLES
from .settings import ZigbeeSettings

_EUI64 = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){7}", re.ASCII | re.IGNORECASE)
_SIXTEEN = re.compile(r"[0-9a-f]{16}", re.ASCII | re.IGNORECASE)
_BY_ID = Path("/dev/serial/by-id")
_SHOWN_MAX = 5
"""Ports that one message lists."""


class ZigbeePlugin:
    """The driver for Zigbee radios."""

    name = "zigbee"
    settings = ZigbeeSettings

    def __init__(self, plugged_in: Path = _BY_ID) -> None:
        self._plugged_in = plugged_in

    def check(
        self, settings: ZigbeeSettings, where: tuple[str | int, ...], devices: Sequence[Device]
    ) -> Sequence[Mistake]:
        """All that is wrong with the table and the devices beyond types."""
        return [
            *self._check_radio(settings, where),
            *self._check_port(settings, where),
            *_check_devices(devices),
        ]

    def create(self, settings: ZigbeeSettings) -> Driver:
        """The driver; zigpy is imported when it runs."""
        from .driver import ZigbeeDriver

        return ZigbeeDriver(settings)

    def _check_radio(
        self, settings: ZigbeeSettings, where: tuple[str | int, ...]
    ) -> Iterator[Mistake]:
        if settings.radio not in ("auto", "znp"):
            yield Mistake(
                (*where, "radio"),
                f'radios of the kind "{settings.radio}" come in a later version',
                'use a Texas Instruments radio (CC2652, CC1352) and write radio = "znp"',
            )

    def _check_port(
        self, settings: ZigbeeSettings, where: tuple[str | int, ...]
    ) -> Iterator[Mistake]:
        place = (*where, "port")
        port = settings.port
        if "://" in port:
            if not re.fullmatch(r"socket://[^/:@\s]+:\d{1,5}", port):
                yield Mistake(
                    place, f'"{port}" is no address of a radio', 'write it as "socket://host:port"'
                )
        elif not port.startswith("/"):
            yield Mistake(
                place,
                f'"{port}" is no path',
                "write the whole path, from /dev/serial/by-id/ if any",
            )
        elif not Path(port).exists():
            yield Mistake(place, f"nothing is plugged in at {port}", self._now(), warning=True)

    def _now(self) -> str:
        try:
            found = sorted(str(entry) for entry in self._plugged_in.iterdir())
        except OSError:
            found = []  # the folder comes with the first port and goes with the last
        if not found:
            return "no serial port is plugged in now"
        more = f" and {len(found) - _SHOWN_MAX} more" if len(found) > _SHOWN_MAX else ""
        return "plugged in now: " + ", ".join(found[:_SHOWN_MAX]) + more


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
