"""What a Zigbee device is told to do: a light switched, a siren sounded, a lamp that blinks.

Done is what the device itself has confirmed, by the standard's default response.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from heimvakt.core.commands import Command, CommandFailed, Verb
from heimvakt_drivers.zigbee.radio.coordinator import UNREACHABLE
from heimvakt_drivers.zigbee.sensing.heard import Cluster

if TYPE_CHECKING:
    from zigpy.device import ZigbeeDevice
    from zigpy.zcl import Cluster as ZigpyCluster

    from heimvakt_drivers.zigbee.radio.coordinator import Coordinator

IDENTIFY, WARNING = 0x0003, 0x0502
"""Clusters: Identify, and IAS warning devices (Zigbee Cluster Library, 3.5 and 8.4)."""

OFF, ON = 0x00, 0x01
START_WARNING = 0x00
IDENTIFY_FOR = 0x00

MODE_EMERGENCY, STROBE, LEVEL_VERY_HIGH = 3 << 4, 1 << 2, 3
"""The parts of a warning, from the high bits to the low: mode, strobe, level (8.4.2.2.1.1)."""

DUTY_PERCENT, STROBE_HIGH = 50, 1
WARNING_S_MAX = 0xFFFE
"""The standard's longest; 0xFFFF would be for ever."""

SOUND_S = 180
"""How long a siren sounds where nothing is said: one that is forgotten must end."""

IDENTIFY_S = 10
"""How long a device blinks; a person has to walk over."""

ANSWER_S = 8.0
"""Longer than a parent keeps a question for a device that sleeps (7.68 s)."""

SUCCESS = 0x00
WHY: Mapping[int, str] = {
    0x01: "the device says that it failed",
    0x7E: "the device does not let us",
    0x81: "the device does not know this command",
    0x82: "the device does not know this command",
}
"""Status codes of the standard (2.6.3) as a technician reads them."""


async def carry_out(coordinator: Coordinator | None, address: str, command: Command) -> None:
    """Do it; returns when the device has confirmed it.

    Raises:
        CommandFailed: it was not done, or nobody knows.
    """
    node = coordinator.node(address) if coordinator is not None and address else None
    if node is None:
        raise CommandFailed("it is not in the network, or the radio is lost")
    try:
        async with asyncio.timeout(ANSWER_S):
            await _act(node, command)
    except UNREACHABLE:
        raise CommandFailed(
            "it does not answer; a device that sleeps hears only shortly after it spoke: press its "
            "button, or open and shut it, and try again at once",
            certain=False,
        ) from None


async def _act(node: ZigbeeDevice, command: Command) -> None:
    lasting = command.lasting
    match command.verb:
        case Verb.LIGHT if lasting is not None:
            # The standard's timed off is optional, and few lamps have it.
            raise CommandFailed("a light on Zigbee is switched on or off, not on for a time")
        case Verb.LIGHT:
            lamp = _cluster(node, Cluster.ON_OFF, "it is no light and no plug")
            _confirmed(await lamp.command(ON if command.on else OFF))
        case Verb.SIREN:
            await _sound(node, lasting or timedelta(seconds=SOUND_S))
        case Verb.SILENCE:
            await _sound(node, timedelta())
        case Verb.IDENTIFY:
            shown = _cluster(node, IDENTIFY, "it has nothing by which it could show itself")
            seconds = round((lasting or timedelta(seconds=IDENTIFY_S)).total_seconds())
            _confirmed(await shown.command(IDENTIFY_FOR, seconds))
        case Verb.LOCK | Verb.UNLOCK:
            raise CommandFailed("locks on Zigbee are heard, and not told what to do")
        case Verb.RELEASE_DOSE:
            raise CommandFailed("it is no dispenser")


async def _sound(node: ZigbeeDevice, lasting: timedelta) -> None:
    siren = _cluster(node, WARNING, "it is no siren")
    seconds = min(round(lasting.total_seconds()), WARNING_S_MAX)
    warning = MODE_EMERGENCY | STROBE | LEVEL_VERY_HIGH if seconds else 0
    _confirmed(await siren.command(START_WARNING, warning, seconds, DUTY_PERCENT, STROBE_HIGH))


def _cluster(node: ZigbeeDevice, number: int, without: str) -> ZigpyCluster:
    for endpoint in node.non_zdo_endpoints:
        if number in endpoint.in_clusters:
            found: ZigpyCluster = endpoint.in_clusters[number]
            return found
    raise CommandFailed(without)


def _confirmed(response: object) -> None:
    """A default response with another status than success is a refusal."""
    status = getattr(response, "status", SUCCESS)
    if isinstance(status, int) and status != SUCCESS:
        raise CommandFailed(WHY.get(int(status), f"the device answers with status 0x{status:02x}"))
