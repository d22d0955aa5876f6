"""What the Tab key offers: ids of the running home. Says nothing when there is no service."""

from __future__ import annotations

from .client import ask_if_there


def devices(incomplete: str) -> list[str]:
    """Ids of devices that begin like this."""
    answer = ask_if_there(None, {"do": "devices"}) or {"devices": {}}
    return [device_id for device_id in answer["devices"] if device_id.startswith(incomplete)]


def not_paired(incomplete: str) -> list[str]:
    """Ids of devices that stand in the file and are still to be brought."""
    answer = ask_if_there(None, {"do": "devices"}) or {"devices": {}}
    found = [i for i, device in answer["devices"].items() if not device["address"]]
    return [device_id for device_id in found if device_id.startswith(incomplete)]


def months(incomplete: str) -> list[str]:
    """Months of which something is counted."""
    answer = ask_if_there(None, {"do": "report"}) or {"months": []}
    return [month for month in answer["months"] if month.startswith(incomplete)]


def checks(incomplete: str) -> list[str]:
    """What a self-test can be narrowed to."""
    parts = ["box", "clock", "store", "driver", "device", "path", "receiver"]
    return [name for name in parts if name.startswith(incomplete)] + devices(incomplete)
