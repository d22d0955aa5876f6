"""Keys of remote controls, key fobs and keypads that a home uses as buttons.

PURE. Any key of a device whose role is `button` asks for help, except those that only end another
(a key let go) and those that arm and disarm an alarm panel, which is not what a resident asks for.
"""

from __future__ import annotations

from collections.abc import Mapping

from heimvakt.core.devices import Device
from heimvakt.core.events import DeviceEvent, Press

from .heard import ON_OFF, PRESENT_VALUE, Cluster, Command, Heard
from .memory import Memory
from .oddities import Oddity
from .plain import octets_of
from .presses import DOWN, STILL_DOWN, TWICE, UP, Step, pressed, stepped

ON_OFF_PRESSED = 0xFD
"""Makers of one family send their presses so: 0 single, 1 double, 2 long."""

CLICKS = 0x8000
"""Of on/off on some makers' keys: how often it was pressed."""
CLICKS_MAX = 0xFF

_MAKER: Mapping[int, Press] = {0: Press.SINGLE, 1: Press.DOUBLE, 2: Press.LONG}
_SONOFF: Mapping[int, Press] = {0x02: Press.SINGLE, 0x01: Press.DOUBLE, 0x00: Press.LONG}
_MULTISTATE: Mapping[int, Press] = {
    0: Press.HELD,
    1: Press.SINGLE,
    2: Press.DOUBLE,
    3: Press.DOUBLE,  # and more
    4: Press.DOUBLE,
    16: Press.HELD,
    18: Press.SINGLE,  # shaken
}

HUE_KIND = 4
"""Where among the octets of that maker's notification it stands what became of the key."""
_HUE: Mapping[int, Step] = {0: DOWN, 1: STILL_DOWN, 2: UP, 3: UP}
_IKEA: Mapping[int, Step] = {1: DOWN, 2: STILL_DOWN, 3: UP, 4: UP, 6: TWICE}
"""By command."""

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
    (Cluster.SCENES, 0x07): Press.SINGLE,  # an arrow, of one maker
    (Cluster.SCENES, 0x08): Press.HELD,  # an arrow, held
    (Cluster.COVER, 0x00): Press.SINGLE,  # up
    (Cluster.COVER, 0x01): Press.SINGLE,  # down
    (Cluster.PANEL, 0x02): Press.SINGLE,  # emergency
    (Cluster.PANEL, 0x03): Press.SINGLE,  # fire
    (Cluster.PANEL, 0x04): Press.SINGLE,  # panic
}

Spoken = tuple[Memory, list[DeviceEvent]]


def command(device: Device, memory: Memory, heard: Heard, sent: Command) -> Spoken:
    """A command that a remote sent."""
    if heard.cluster in (Cluster.HUE, Cluster.IKEA_KEYS):
        step = _step(heard.cluster, sent)
        return (memory, []) if step is None else stepped(device, memory, heard, step)
    press = _COMMANDS.get((heard.cluster, sent.id))
    if heard.cluster == Cluster.ON_OFF and sent.id == ON_OFF_PRESSED:
        press = _maker_press(sent.arguments)
    elif heard.cluster == Cluster.ON_OFF and Oddity.SONOFF_KEYS in memory.nature.oddities:
        press = _SONOFF.get(sent.id, press)
    if press is None:
        return memory, []
    return pressed(device, memory, heard, press, sent.id, sent.sequence)


def multistate(device: Device, memory: Memory, heard: Heard, attribute: int, value: int) -> Spoken:
    """The present value of a multistate input, as buttons of some makers report a press."""
    press = _MULTISTATE.get(value) if attribute == PRESENT_VALUE else None
    if press is None:
        return memory, []
    return pressed(device, memory, heard, press, attribute)


def on_off(device: Device, memory: Memory, heard: Heard, attribute: int, value: int) -> Spoken:
    """On and off as an attribute, as keys of one maker tell that they are down and up again."""
    oddities = memory.nature.oddities
    down_and_up, on_only = Oddity.KEY_BY_ON_OFF in oddities, Oddity.KEY_BY_ON in oddities
    if attribute == CLICKS and (down_and_up or on_only) and 1 <= value <= CLICKS_MAX:
        press = Press.SINGLE if value == 1 else Press.DOUBLE
        return pressed(device, memory, heard, press, attribute)
    if attribute == ON_OFF and value in (0, 1) and down_and_up:
        return stepped(device, memory, heard, UP if value else DOWN)
    if attribute == ON_OFF and value == 1 and on_only:
        return pressed(device, memory, heard, Press.SINGLE, attribute)
    return memory, []


def _step(cluster: int, sent: Command) -> Step | None:
    """What became of a key that tells each step of its press."""
    if cluster == Cluster.IKEA_KEYS:
        return _IKEA.get(sent.id)
    fields = octets_of(sent.arguments[0]) if sent.id == 0 and sent.arguments else b""
    return _HUE.get(fields[HUE_KIND]) if len(fields) > HUE_KIND else None


def _maker_press(arguments: tuple[object, ...]) -> Press:
    """The kind of press; a press of an unknown kind is a press."""
    first = arguments[0] if arguments else None
    if isinstance(first, bytes):
        first = first[0] if first else None
    return _MAKER.get(int(first), Press.SINGLE) if isinstance(first, int) else Press.SINGLE
