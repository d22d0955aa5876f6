"""What counts as one press, however often and in how many ways a key tells it.

PURE. Counted as two, one press would take a call for help back in homes where a second press does;
two counted as one are still a call for help.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from heimvakt.core.devices import Device
from heimvakt.core.events import ButtonPressed, DeviceEvent, Press

from .heard import Cluster, Heard
from .memory import KeySeen, Memory

SAME_FRAME_S = 2.0
"""A frame that came both ways, to our address and to a group, comes twice within this time."""

SAME_PRESS_S = 1.0
"""Makers tell one press within this time on two clusters: in the standard's way and in theirs."""

OF_LAMPS = frozenset({Cluster.ON_OFF, Cluster.LEVEL, Cluster.SCENES, Cluster.COVER})
"""The standard's ways, of which no press is told in two."""

STEPS_S = 1.5
"""A dimmer's key that is held sends a step each 0.8 to 1 s."""

HELD_S = 60.0
"""Nobody holds a key for longer: what ends after that began without our hearing it."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a key tells while it is pressed."""

    press: Press
    """If it is the first that is heard of this press."""
    begins: bool = False
    """It is always the first."""
    ends: bool = False


DOWN = Step(Press.SINGLE, begins=True)
STILL_DOWN = Step(Press.HELD)
UP = Step(Press.SINGLE, ends=True)
TWICE = Step(Press.DOUBLE, ends=True)

Spoken = tuple[Memory, list[DeviceEvent]]


def pressed(
    device: Device,
    memory: Memory,
    heard: Heard,
    press: Press,
    number: int,
    sequence: int | None = None,
) -> Spoken:
    """A press, unless it was told already; `number` is that of the command or attribute."""
    key: KeySeen = (heard.endpoint, heard.cluster, number, sequence)
    before, since_s = memory.key, heard.at - memory.key_at
    if before is not None:
        if sequence is not None and key == before and since_s < SAME_FRAME_S:
            return memory, []
        two_ways = before[1] != key[1] and not {before[1], key[1]} <= OF_LAMPS
        if two_ways and since_s < SAME_PRESS_S:
            return memory, []
        if before[:2] == key[:2] and heard.cluster == Cluster.LEVEL and since_s < STEPS_S:
            return replace(memory, key_at=heard.at), []
    memory = replace(memory, key=key, key_at=heard.at)
    return memory, [ButtonPressed(device_id=device.device_id, press=press)]


def stepped(device: Device, memory: Memory, heard: Heard, step: Step) -> Spoken:
    """A press of a key that tells down and up: told at the first that is heard of it."""
    same = memory.key is not None and memory.key[:2] == (heard.endpoint, heard.cluster)
    is_told = memory.key_is_down and same and heard.at - memory.key_at < HELD_S
    if step.begins or not is_told:
        memory, events = pressed(device, memory, heard, step.press, 0)
    else:
        events = []
    return replace(memory, key_is_down=not step.ends), events
