"""`door` of a lock: whether what it names is a door of the home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heimvakt.core.devices import Role

from .findings import quoted
from .hardware import roles_of
from .positions import Path
from .report import Report
from .sections import did_you_mean


def check_doors(report: Report, data: Mapping[str, Any]) -> None:
    """Tell of locks whose door is not there, or is something else."""
    devices: Any = data.get("devices")
    roles = roles_of([devices])
    doors: dict[str, Path] = {i: ("devices", i) for i, role in roles.items() if role is Role.DOOR}
    for device_id in (i for i, role in roles.items() if role is Role.LOCK):
        door = devices[device_id].get("door")
        if not isinstance(door, str) or door in doors:
            continue
        what, none = f"{quoted(door)} is no device of this file", f"add a section [devices.{door}]"
        if door in roles:
            if (role := roles[door]) is None:
                continue  # the role is misspelt, and told there
            what = f"{quoted(door)} has the role {role}; here it must be {Role.DOOR}"
            none = "no device of this file has such a role"
        several = "devices that can stand here"
        hint = did_you_mean(report, door, doors, several=several, none=none)
        report.wrong(("devices", device_id, "door"), what, hint)
