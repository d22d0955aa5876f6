"""What stands in the home for a device whose section is wrong: never heard, and missed for it.

Rules that need it know so that they are blind; as much is kept of it as the file says rightly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from heimvakt.core.devices import Device, Role

from .findings import nearest
from .models import DeviceSettings
from .sections import without_mistakes
from .spoken import role_called
from .unusable import KEPT


def stand_in(device_id: str, table: Mapping[str, Any], driver: str) -> Device:
    """The device, as far as its table is right."""
    kept = {key: value for key, value in table.items() if key in KEPT}
    kept |= {"role": _role(table.get("role")), "driver": driver}
    settings = without_mistakes(DeviceSettings, kept)
    if settings is None:
        return Device(device_id=device_id, role=_role(kept["role"]), driver=driver, address="")
    address = table.get("address")
    device = settings.to_device(device_id)
    return replace(device, address=str(address)) if isinstance(address, str | int) else device


def _role(word: object) -> Role:
    """The one that is meant; where nobody can tell, one from which no rule concludes anything."""
    known = {role.value: role for role in Role}
    if not isinstance(word, str):
        return Role.REPEATER
    close = known.get(word) or role_called(word)
    if close is None and (like := nearest(word, known)):
        close = known[like]
    return close or Role.REPEATER
