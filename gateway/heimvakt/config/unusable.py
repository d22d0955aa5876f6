"""What of a file can be left out when it is wrong, so that the rest of the home is watched.

A mistake in `[devices.ID]` costs that device, and one in `[drivers.NAME]` the devices on it; a key
that a device is heard without costs no more than itself. With any other mistake nobody knows what
was meant: whose alarm it is, when, and who is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from heimvakt.core.devices import Device, own_driver

from .findings import Finding, Severity, dotted, nearest
from .ids import as_id, looks_like_a_person
from .positions import Path

ROUNDS_MAX = 4
"""Drivers, their devices, and what hangs on those; whoever needs more has another file in hand."""
WHY_MAX = 200
"""Characters: it goes upstream with each heartbeat."""

SPARE = frozenset({"room", "outer", "cancel", "silent_after", "stuck_after"})
"""Keys of a device without which it says the same: a button must be heard, whatever they are."""
KEPT = SPARE | {"role", "doses"}
"""The keys by which rules and people know a device; the rest is for its driver."""
NO_NAME = "its name cannot be one here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """A device, a key of one, or a driver with all its devices, that the home runs without."""

    where: str
    """`devices.bed`, `devices.pendant.cancel`, `drivers.osdp.front`."""
    why: str
    line: int
    """Of the file; 0 where there is none."""
    driver: str
    """What the rest of the gateway takes for lost: the driver, or one that the device alone has."""

    @property
    def reason(self) -> str:
        """As it is told with an alarm."""
        return f"{self.why} (line {self.line})" if self.line else self.why


def to_leave_out(findings: Iterable[Finding]) -> frozenset[Path]:
    """The places to do without next: drivers first, since much that is wrong with a device is so
    only because of its driver."""
    wrong = [f.path for f in findings if f.severity is Severity.ERROR and len(f.path) > 1]
    drivers = frozenset(path for path in wrong if path[0] == "drivers")
    return drivers or frozenset(path for path in wrong if path[0] == "devices")


def of_devices(left_out: Iterable[Path]) -> frozenset[str]:
    """The ids of the devices among them, without those of which no more than keys is left out."""
    return frozenset(
        str(path[1]) for path in left_out if path[0] == "devices" and not _is_spare(path)
    )


def _is_spare(path: Path) -> bool:
    return len(path) > 2 and path[2] in SPARE


def of_drivers(left_out: Iterable[Path], instances: Mapping[str, Path]) -> frozenset[str]:
    """The drivers among them; of `osdp` and `osdp.front` the one that stands closer is meant."""
    found = set()
    for path in left_out:
        around = [name for name, where in instances.items() if path[: len(where)] == where]
        if around:
            found.add(max(around, key=lambda name: len(instances[name])))
    return frozenset(found)


def is_left_out(path: Path, left_out: Collection[Path]) -> bool:
    """Whether it stands in one of these places."""
    return any(path[: len(place)] == place for place in left_out)


def reduced(data: Mapping[str, Any], left_out: Collection[Path]) -> Mapping[str, Any]:
    """The file with nothing of these devices but what is right, and what rules want to know of
    them. One with a name that none can have is not there at all."""
    devices, ids = data.get("devices"), of_devices(left_out)
    if not isinstance(devices, dict):
        return data
    wrong = {(path[1], path[2]) for path in left_out if path[0] == "devices" and len(path) > 2}
    kept: dict[str, Any] = {}
    for device_id, found in devices.items():
        table = found if isinstance(found, dict) else {}
        if _can_be(device_id):
            kept[device_id] = {
                key: value
                for key, value in table.items()
                if key == "role"  # also a wrong one: it says what was meant
                or ((device_id, key) not in wrong and (device_id not in ids or key in KEPT))
            }
    return {**data, "devices": kept}


def _can_be(device_id: str) -> bool:
    return as_id(device_id) == device_id and not looks_like_a_person(device_id)


def told(
    devices: Mapping[str, Device], drivers: Collection[str], wrong: Iterable[Finding]
) -> tuple[Unusable, ...]:
    """All that the home runs without, by what was found in the file.

    Args:
        devices: of the home, with those that stand in for wrong ones.
        drivers: those that can be used.
        wrong: the findings for which something was left out, in the order of the file.
    """
    of_driver = [finding for finding in wrong if finding.path[0] == "drivers"]
    of_device = [finding for finding in wrong if finding.path[0] == "devices"]
    whole = of_devices(finding.path for finding in of_device)
    found: dict[str, Unusable] = {}
    for finding in of_device:
        device_id = str(finding.path[1])
        # A name that none can have may be that of somebody, and must not leave the box.
        name = device_id if _can_be(device_id) else f"line-{finding.line}"
        where = own_driver(name if device_id in whole else f"{name}.{finding.path[2]}")
        one = _unusable(finding, where)
        found.setdefault(where, one if _can_be(device_id) else replace(one, why=NO_NAME))
    lost = {device.driver for device in devices.values()} - set(drivers)
    lost -= {own_driver(device_id) for device_id in devices}
    for name in sorted(lost):
        if (about := _about(name, of_driver)) is not None:
            found[f"drivers.{name}"] = _unusable(about, name)
    for finding in of_driver:
        where = dotted(finding.path[:2])
        if not any(f"{one.where}.".startswith(f"{where}.") for one in found.values()):
            found[where] = _unusable(finding, where.removeprefix("drivers."))
    return tuple(sorted(found.values(), key=lambda one: (one.line, one.where)))


def _about(driver: str, findings: Iterable[Finding]) -> Finding | None:
    """What is wrong with a driver: what stands at it, or at a section that is likely to be it."""
    by_name = {dotted(finding.path).removeprefix("drivers."): finding for finding in findings}
    for name, finding in by_name.items():
        if f"{name}.".startswith(f"{driver}."):
            return finding
    kind = driver.partition(".")[0]
    for name, finding in by_name.items():
        if name.partition(".")[0] == kind:
            return finding
    close = nearest(kind, by_name)
    return by_name[close] if close else next(iter(by_name.values()), None)


def _unusable(finding: Finding, driver: str) -> Unusable:
    where = driver
    if finding.path[0] == "drivers":
        stands_at = dotted(finding.path)
        where = f"drivers.{driver}"
        if not f"{stands_at}.".startswith(f"{where}."):
            where = dotted(finding.path[:2])
    why = finding.what.removeprefix(where).lstrip(".: ")
    if len(why) > WHY_MAX:
        why = why[: WHY_MAX - 3] + "..."
    return Unusable(where=where, why=why, line=finding.line, driver=driver)
