"""Keys of remote controls and key fobs that a home uses as buttons.

PURE. Any key of a device whose role is `button` asks for help, except those that only end another
(a key let go) and those that arm and disarm an alarm panel, which is not what a resident asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from heimvakt.core.devices import Device
from heimvakt.core.events import ButtonPressed, DeviceEvent, Press

from .heard import PRESENT_VALUE, Cluster, Command, Heard
from .memory import KeySeen, Memory

SAME_FRAME_S = 2.0
"""A frame that came to us both ways, to our address and to a group, comes twice within this time.
Counted as two presses it would take a call for help back in homes where a second press does."""

ON_OFF_PRESSED = 0xFD
"""Makers of one family send their presses so: 0 single, 1 double, 2 long."""

_MAKER: Mapping[int, Press] = {0: Press.SINGLE, 1: Press.DOUBLE, 2: Press.LONG}
_MULTISTATE: Mapping[int, Press] = {0: Press.HELD, 1: Press.SINGLE, 2: Press.DOUBLE}

_COMMANDS: Mapping[tuple[int, int], Press] = {
    (Cluster.ON_OFF, 0x00): Press.SINGLE,  # off
    (Cluster.ON_OFF, 0x01): Press.SINGLE,  # on
    (Cluster.ON_OFF, 0x02): Press.SINGLE,  # toggle
    (Cluster.ON_OFF, 0x40): Press.SINGLE,  # off with effect
    (Cluster.ON_OFF, 0x41): Press.SINGLE,  # on with recall
    (Cluster.ON_OFF, 0x42): Press.SINGLE,  # on with timed off
    (Cluster.LEVEL, 0x01): Press.HELD,  # move
    (Cluster.LEVEL, 0x02): Press.SINGLE,  # step
    (Cluster.LEVEL, 0x05): Press.HELD,  # move with on/off
    (Cluster.LEVEL, 0x06): Press.SINGLE,  # step with on/off
    (Cluster.SCENES, 0x05): Press.SINGLE,  # recall
    (Cluster.PANEL, 0x02): Press.SINGLE,  # emergency
    (Cluster.PANEL, 0x03): Press.SINGLE,  # fire
    (Cluster.PANEL, 0x04): Press.SINGLE,  # panic
}


def command(
    device: Device, memory: Memory, heard: Heard, sent: Command
) -> tuple[Memory, list[DeviceEvent]]:
    """A command that a remote sent."""
    press = _COMMANDS.get((heard.cluster, sent.id))
    if (heard.cluster, sent.id) == (Cluster.ON_OFF, ON_OFF_PRESSED):
        press = _maker_press(sent.arguments)
    if press is None:
        return memory, []
    if sent.sequence is not None:
        key: KeySeen = (heard.endpoint, heard.cluster, sent.id, sent.sequence)
        if key == memory.key and heard.at - memory.key_at < SAME_FRAME_S:
            return memory, []
        memory = replace(memory, key=key, key_at=heard.at)
    return memory, [ButtonPressed(device_id=device.device_id, press=press)]


def multistate(
    device: Device, memory: Memory, attribute: int, value: int
) -> tuple[Memory, list[DeviceEvent]]:
    """The present value of a multistate input, as buttons of some makers report a press."""
    press = _MULTISTATE.get(value) if attribute == PRESENT_VALUE else None
    if press is None:
        return memory, []
    return memory, [ButtonPressed(device_id=device.device_id, press=press)]


def _maker_press(arguments: tuple[object, ...]) -> Press:
    """The kind of press; a press of an unknown kind is a press."""
    first = arguments[0] if arguments else None
    if isinstance(first, bytes):
        first = first[0] if first else None
    return _MAKER.get(int(first), Press.SINGLE) if isinstance(first, int) else Press.SINGLE
