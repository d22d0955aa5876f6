"""Neutral names for what a home and its people call their own, each the same wherever it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from heimvakt.core.devices import Home

GATEWAY = "no-0000-000000"
RECEIVER = "receiver-1"
"""All are one: who was told of an alarm is in no event that is given away."""


@dataclass(slots=True)
class Names:
    """Made from the home; names that only events know join as they come."""

    devices: dict[str, str] = field(default_factory=dict)
    """`motion-1`, in the order of the file."""
    rooms: dict[str, str] = field(default_factory=dict)
    drivers: dict[str, str] = field(default_factory=dict)
    """What they are for stays, and is no secret: `osdp.front` is `osdp.line-1`."""
    tags: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    others: dict[tuple[str, str], str] = field(default_factory=dict)
    """People, boots, logs, orders: by what they are, and what they were called."""

    @classmethod
    def of(cls, home: Home, tags: Iterable[str], paths: Iterable[str]) -> Names:
        """Those of a home."""
        names = cls(
            tags={name: f"carer-{n}" for n, name in enumerate(tags, start=1)},
            paths={name: f"path-{n}" for n, name in enumerate(paths, start=1)},
        )
        for device in home.devices.values():
            names.device(device.device_id, device.role)
            names.driver(device.driver)
            if device.room is not None:
                _named(names.rooms, device.room, "room")
        return names

    def device(self, device_id: str, role: str = "device") -> str:
        """A device; one that the home does not have any more is `device-1`."""
        return _named(self.devices, device_id, role)

    def driver(self, driver: str) -> str:
        """A driver of the home, and the line that it serves."""
        kind, _, line = driver.partition(".")
        if driver not in self.drivers:
            lines = sum(name.startswith(f"{kind}.") for name in self.drivers.values())
            self.drivers[driver] = f"{kind}.line-{lines + 1}" if line else kind
        return self.drivers[driver]

    def path(self, path: str) -> str:
        """A way out of the box."""
        return _named(self.paths, path, "path")

    def other(self, what: str, name: str) -> str:
        """Something that only events name; nothing stays nothing."""
        if not name:
            return ""
        number = sum(one == what for one, _ in self.others) + 1
        return self.others.setdefault((what, name), f"{what}-{number}")


def _named(names: dict[str, str], name: str, what: str) -> str:
    if name not in names:
        taken: Mapping[str, str] = names
        number = sum(one.rpartition("-")[0] == what for one in taken.values()) + 1
        names[name] = f"{what}-{number}"
    return names[name]
