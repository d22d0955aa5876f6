"""A busy home and a week of it: forty devices, and a life that `heimvakt generate` makes up."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from heimvakt.demo.scene import Thing

FIRST = date(2026, 11, 30)
"""A Monday."""
MOTION = (("bedroom", 3), ("bathroom", 3), ("kitchen", 4), ("living", 4), ("hall", 4))
OTHERS: Sequence[tuple[str, str, str, int]] = (
    ("BedMat", "bed", "bedroom", 2),
    ("BedMat", "chair", "living", 2),
    ("ContactSensor", "door", "hall", 1),
    ("ContactSensor", "door", "kitchen", 6),
    ("EmergencyButton", "button", "bedroom", 3),
    ("SmokeDetector", "smoke", "kitchen", 2),
    ("Lamp", "light", "living", 6),
)
DOOR = "hall-door-1"
SPARE_BUTTON = "bedroom-button-2"
"""Pressed while something is broken; the life knows nothing of it."""
RULES = """
[rules.night-wandering]
between = "23:00-06:00"
out_of = "bedroom-bed-1"
signs = ["living-motion-1", "hall-door-1"]
back_within = "{back_within}"

[rules.night-door]
between = "23:00-06:00"
doors = ["hall-door-1"]

[rules.left-home]
between = "22:00-07:00"
doors = ["hall-door-1"]

[rules.not-up]
between = "05:00-10:00"

[rules.inactivity]
between = "08:00-21:00"

[rules.bathroom-stay]
inside = ["bathroom-motion-1"]

[rules.door-open]
doors = ["hall-door-1"]

[rules.button]
one_alarm_within = "0s"
"""
MORE = """reports = "telemetry"

[store]
event_days = {event_days}
megabytes = 32
"""
ACTS: Mapping[str, str] = {
    "door-opened": "open",
    "door-closed": "close",
    "motion-detected": "motion",
    "motion-cleared": "clear",
    "bed-entered": "occupy",
    "bed-left": "leave",
    "chair-entered": "occupy",
    "chair-left": "leave",
    "button-pressed": "press",
    "device-seen": "check-in",
    "battery-measured": "check-in",
}
OF_STATE = frozenset(ACTS) - {"device-seen", "battery-measured", "button-pressed"}
"""A sensor that two people pass tells it once."""


@dataclass(frozen=True, slots=True)
class Act:
    """What a device does, and the event that comes of it."""

    at: datetime
    device_id: str
    kind: str

    @property
    def method(self) -> str:
        """Of the virtual device."""
        return ACTS[self.kind].replace("-", "_")


def things() -> tuple[Thing, ...]:
    """Everything that is in the home."""
    kinds = [("MotionSensor", "motion", room, count) for room, count in MOTION]
    return tuple(
        Thing(
            device_id=f"{room}-{role}-{number}",
            kind=kind,
            role=role,
            room=room,
            extra="outer = true\n" if f"{room}-{role}-{number}" == DOOR else "",
        )
        for kind, role, room, count in (*kinds, *OTHERS)
        for number in range(1, count + 1)
    )


async def generated(configuration: Path, days: int, seed: int, out: Path) -> list[Act]:
    """A life in this home, made by the command and read from its file."""
    arguments = ("--config", configuration, "--days", days, "--seed", seed, "--out", out)
    command = (sys.executable, "-m", "heimvakt", "generate", *map(str, arguments))
    process = await asyncio.create_subprocess_exec(
        *command, "--from", FIRST.isoformat(), stdout=asyncio.subprocess.DEVNULL
    )
    if await process.wait():
        raise RuntimeError("heimvakt generate failed; its words are above")
    return acts(out)


def acts(life: Path) -> list[Act]:
    """What the devices do in it, in order of time."""
    found, state = list[Act](), dict[str, str]()
    with life.open(encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)
            kind, device_id = event["kind"], event.get("device_id")
            if kind not in ACTS or (kind in OF_STATE and state.get(device_id) == kind):
                continue
            if kind in OF_STATE:
                state[device_id] = kind
            found.append(Act(datetime.fromisoformat(event["at"]), device_id, kind))
    return sorted(found, key=lambda act: act.at)
