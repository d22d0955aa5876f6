"""Let the life happen in its time, and hold what was sent against the journal."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from heimvakt_drivers.virtual.zigbee import EmergencyButton, VirtualDevice

from .clock import Pace
from .life import OF_STATE, Act

HEARD = OF_STATE | {"button-pressed"}
"""Each frame of these makes one event of the same kind; signs of life are not all told."""
STARTS = ("gateway-started", "radio-back")
RELEASE_S = 0.1
LATE_S_MAX = 20.0
"""Real time from the frame to the stamp of its event, on a machine that has much to do."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One that was written to the radio's line."""

    device_id: str
    kind: str
    gone: float
    """When, in seconds of the home."""


@dataclass(slots=True)
class Player:
    """Plays, and keeps what it sent."""

    devices: Mapping[str, VirtualDevice]
    pace: Pace
    frames: list[Frame] = field(default_factory=list)
    unsent: Counter[str] = field(default_factory=Counter)
    """By why: nobody was at the line."""
    behind_s: float = 0.0
    """The most that the player was behind the home's time, in real seconds."""

    async def play(self, acts: Iterable[Act]) -> None:
        """Each act at its time, whatever becomes of it."""
        for act in acts:
            left_s = (act.at - self.pace.true()).total_seconds() / self.pace.speed
            self.behind_s = max(self.behind_s, -left_s)
            await asyncio.sleep(max(left_s, 0.0))
            await self._act(act)

    async def _act(self, act: Act) -> None:
        device = self.devices[act.device_id]
        gone = self.pace.gone()
        sent = await getattr(device, act.method)()
        if sent:
            self.frames.append(Frame(act.device_id, act.kind, gone))
        else:
            self.unsent[sent.outcome.value] += 1
        if isinstance(device, EmergencyButton) and act.kind == "button-pressed":
            await asyncio.sleep(RELEASE_S)
            await device.release()


@dataclass(slots=True)
class Held:
    """What came of the frames."""

    sent: int = 0
    journalled: int = 0
    in_trouble: int = 0
    """Written while the daemon was down or the radio away, and not journalled: nobody took them."""
    lost: list[Frame] = field(default_factory=list)
    told_again: int = 0
    """States that are told as they were when a device is first heard after a start."""
    doubled: list[int] = field(default_factory=list)
    """Events for which there is neither."""


def held(
    frames: Sequence[Frame],
    journal: Mapping[int, Mapping[str, Any]],
    deaf: Sequence[tuple[float, float]],
    speed: float,
    apart_from: frozenset[str],
) -> Held:
    """Each frame's event, by device, kind and the boot clock, in order; and what is left over."""
    found = Held()
    lines: dict[tuple[str, str], list[Frame]] = defaultdict(list)
    for frame in frames:
        if frame.kind in HEARD:
            lines[frame.device_id, frame.kind].append(frame)
            found.sent += 1
    late = LATE_S_MAX * speed
    open_at: dict[tuple[str, str], list[Frame]] = defaultdict(list)
    state: dict[str, str] = {}
    told: set[str] = set()
    for seq, event in sorted(journal.items()):
        if event["kind"] in STARTS:
            told.clear()
        key = (event.get("device_id") or "", event["kind"])
        if event["kind"] not in HEARD or key[0] in apart_from:
            continue
        line, waiting, at = lines[key], open_at[key], event["monotonic"]
        while line and line[0].gone <= at:
            waiting.append(line.pop(0))
        fit = [frame for frame in waiting if at <= frame.gone + late]
        # Of those that nobody may have taken, the newest; of the others the oldest.
        sure = next((frame for frame in fit if not _in(deaf, frame)), None)
        of = sure or (fit[-1] if fit else None)
        if of is None:
            if key[0] not in told and state.get(key[0], key[1]) == key[1]:
                found.told_again += 1
            else:
                found.doubled.append(seq)
            told.add(key[0])
            continue
        state[key[0]] = key[1]
        told.add(key[0])
        waiting.remove(of)
        found.journalled += 1
    for left in (*lines.values(), *open_at.values()):
        for frame in left:
            if _in(deaf, frame):
                found.in_trouble += 1
            else:
                found.lost.append(frame)
    return found


def _in(deaf: Sequence[tuple[float, float]], frame: Frame) -> bool:
    return any(begin <= frame.gone <= end for begin, end in deaf)
