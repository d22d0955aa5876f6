"""Enrolling a zone, and seeing for oneself that it took.

A zone sensor that was never enrolled looks joined, answers questions, and keeps its alarms to
itself: the worst of all sensors. So nothing is believed that the sensor does not say when asked:
zone state 1, and our address as that of its control equipment. Facts: Zigbee Cluster Library,
revision 8, chapter 8.2.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import zigpy.types as t

from heimvakt_drivers.zigbee.radio.coordinator import UNREACHABLE
from heimvakt_drivers.zigbee.sensing.heard import CIE_ADDRESS, ZONE_STATE, ZONE_TYPE
from heimvakt_drivers.zigbee.sensing.plain import whole

if TYPE_CHECKING:
    from zigpy.zcl import Cluster

ZONE_ID = 0
"""Devices are told apart by their address; a zone only wants to have some number but 0xFF."""

ENROLLED = 1
ATTEMPTS = 4
PAUSE_S = 0.5
"""Before the first look; longer each time, since some sensors write to flash first."""


class NotEnrolledError(Exception):
    """The sensor answers but will not be enrolled; the message says how it stands."""


async def ensure_enrolled(zone: Cluster, ours: t.EUI64) -> bool:
    """Enrol the zone unless it is; True if something had to be done.

    Raises:
        NotEnrolledError: it is still not enrolled after all attempts.
        TimeoutError, ZigbeeException: it does not answer; try when it is next heard.
    """
    if await _stand(zone, ours) is None:
        return False
    answer = await zone.write_attributes({CIE_ADDRESS: ours})
    await _bind(zone)
    stands: list[str] = []
    for attempt in range(ATTEMPTS):
        await answer_enrolment(zone)
        await asyncio.sleep(PAUSE_S * attempt)
        stand = await _stand(zone, ours)
        if stand is None:
            return True
        stands = [stand]
    refused = [
        f"our address was refused: {record.status.name}"
        for records in answer
        for record in records
        if record.status
    ]
    raise NotEnrolledError("; ".join(stands + refused[:1]))


async def answer_enrolment(zone: Cluster) -> None:
    """Give the zone its number: the answer to its request, and an offer if it never asks."""
    await zone.enroll_response(enroll_response_code=0, zone_id=ZONE_ID, expect_reply=False)


async def _stand(zone: Cluster, ours: t.EUI64) -> str | None:
    """What is missing, as the zone itself says; None when it is enrolled with us."""
    read, failed = await zone.read_attributes([ZONE_STATE, CIE_ADDRESS, ZONE_TYPE])
    state = whole(read.get(ZONE_STATE))
    if state != ENROLLED:
        return f"zone state {state}" if ZONE_STATE not in failed else "it has no zone state"
    # Some sensors keep the address for themselves; the state is then all there is to go by.
    if CIE_ADDRESS in read and read[CIE_ADDRESS] != ours:
        return f"it reports to {read[CIE_ADDRESS]}"
    return None


async def _bind(zone: Cluster) -> None:
    """Some sensors send their notifications by their bindings; most need none and may refuse."""
    try:
        await zone.bind()  # type: ignore[no-untyped-call]
    except UNREACHABLE:
        return
