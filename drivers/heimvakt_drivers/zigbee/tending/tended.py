"""What people do to the network while the driver runs: pair, look at it, send a device away.

Needs zigpy, so it is imported by a driver that is open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import zigpy.types as t
from zigpy.device import ZigbeeDevice

from heimvakt.core.devices import Device
from heimvakt.core.tending import Member, TellStep, TendingFailed, Wanted
from heimvakt_drivers.zigbee.radio.coordinator import explain
from heimvakt_drivers.zigbee.status import Board

from .joining import GONE
from .members import about
from .pairing import Pairing
from .roster import Roster
from .watching import Watching

if TYPE_CHECKING:
    from heimvakt_drivers.zigbee.radio.coordinator import Coordinator


async def pair(
    driver: str,
    roster: Roster,
    devices: Mapping[str, Device],
    now: Callable[[], float],
    wanted: Wanted,
    tell: TellStep,
) -> str:
    """See `core.tending.Tended.pair`."""
    lower = {
        key: value.lower() for key in ("address", "through") if (value := getattr(wanted, key))
    }
    watching = Watching(tell)
    with roster.watched_by(watching) as coordinator:
        pairing = Pairing(driver, coordinator, replace(wanted, **lower), devices, watching, now)
        address, said = await pairing.run()
        roster.fitted(address, said)
    return address


async def forget(coordinator: Coordinator | None, address: str) -> None:
    """See `core.tending.Tended.forget`."""
    if coordinator is None:
        raise TendingFailed("the radio is lost", hint="see: heimvakt status")
    try:
        await coordinator.remove(t.EUI64.convert(address), remove_children=False)
    except GONE as error:
        raise TendingFailed(f"the radio does not do it: {explain(error)}") from error


def members(coordinator: Coordinator | None, board: Board) -> list[Member]:
    """See `core.tending.Tended.members`."""
    if coordinator is None:
        return []
    ours = coordinator.state.node_info.ieee
    nodes = [
        node
        for node in coordinator.devices.values()
        if isinstance(node, ZigbeeDevice) and node.ieee != ours
    ]
    return [_with_status(about(node), board) for node in nodes]


def _with_status(member: Member, board: Board) -> Member:
    status = board.devices.get(member.address)
    if status is None:
        return member
    return replace(member, enrolled=status.enrolled, trouble=status.trouble)
