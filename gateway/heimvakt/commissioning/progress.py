"""What of a hand-over that was broken off still holds when it goes on. Pure.

A thing that was tried and is another now was not tried: a device by its role, driver and address,
all else by the configuration that was in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from heimvakt.core.checks import Outcome
from heimvakt.core.walking import ASKED

from .record import BUTTON, Progress, Seen, Step

SEEN_MAX = 2_000
"""A home has a hundred devices with ten checks each; what comes above is a mistake of ours."""
OF_DEVICES = frozenset({Step.PAIR, Step.WALK, Step.BUTTON})


def device_mark(row: Mapping[str, Any]) -> str:
    """What makes a device the one that was tried."""
    return f"{row['role']} {row['driver']} {row['address'] or '-'}"


def noted(progress: Progress, seen: Seen) -> Progress:
    """With one thing more; it takes the place of what was seen of the same before."""
    others = tuple(one for one in progress.seen if (one.step, one.what) != (seen.step, seen.what))
    return replace(progress, seen=(*others, seen)[-SEEN_MAX:])


def without(progress: Progress, step: Step) -> Progress:
    """With nothing of this step: it is done anew."""
    return replace(progress, seen=tuple(one for one in progress.seen if one.step is not step))


def held(
    progress: Progress, devices: Mapping[str, Mapping[str, Any]], configuration: str
) -> Progress:
    """With what still holds in this home under this configuration."""
    return replace(
        progress,
        seen=tuple(one for one in progress.seen if one.of == _mark(one, devices, configuration)),
    )


def _mark(one: Seen, devices: Mapping[str, Mapping[str, Any]], configuration: str) -> str | None:
    if one.step not in OF_DEVICES:
        return configuration
    row = devices.get(one.what)
    return device_mark(row) if row is not None else None


def seen_of(progress: Progress, step: Step, what: str) -> Seen | None:
    """What was seen of one thing, if it was tried or left out for a reason."""
    return next((one for one in progress.seen if (one.step, one.what) == (step, what)), None)


def is_settled(one: Seen | None) -> bool:
    """Whether nobody need be asked again: it works, or somebody has said why it is left."""
    if one is None:
        return False
    return one.outcome in (Outcome.PASS, Outcome.WARN) or bool(one.reason)


def to_pair(devices: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What stands in the file and is still to be brought."""
    return [device_id for device_id, row in devices.items() if not row["address"]]


def to_walk(devices: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What a hand can try; buttons have a step of their own, up to a person at the centre."""
    return [
        device_id
        for device_id, row in devices.items()
        if row["role"] in ASKED and row["role"] != BUTTON and row["address"]
    ]


def to_press(devices: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The buttons of those who live here."""
    return [i for i, row in devices.items() if row["role"] == BUTTON and row["address"]]
