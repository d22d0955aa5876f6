"""What a zone says, read from its frame before zigpy has the frame.

PURE. A zone is what a call for help comes from, and its frame has one form of nine octets; zigpy
takes half of the time from the button to the broker to find that out. So the octets are read here
at once, and zigpy has the frame a moment later, for everything else that it does with frames.

Whatever is not exactly of this form is left to zigpy. Source: Zigbee Cluster Library, revision 8:
2.4.1 (the header) and 8.2.2.4.1 (Zone Status Change Notification).
"""

from __future__ import annotations

from collections import OrderedDict

from .heard import STATUS_CHANGE, Command

FROM_A_ZONE = 0x09
"""A command of the cluster, of no maker of its own, from the server."""

NO_ANSWER = 0x10
"""Whether the sender wants no word of thanks; all the same here."""

LENGTH = 9
"""Three octets of header; status, extended status, zone, delay."""

REPEATED_S = 10.0
"""The same octets within this time are the same frame, sent again by somebody who missed the
confirmation; zigpy's own time, since its own look at that comes too late here."""

KEPT_MAX = 4096
"""Frames; a device can send 256 that differ."""

Frame = tuple[str, int, bytes]
"""Address, endpoint, octets."""


def status_change(octets: bytes) -> Command | None:
    """The command of a zone that tells its status; None for everything else."""
    if len(octets) != LENGTH or octets[0] & ~NO_ANSWER != FROM_A_ZONE or octets[2] != STATUS_CHANGE:
        return None
    status, delay = octets[3] | octets[4] << 8, octets[7] | octets[8] << 8
    arguments = (status, octets[5], octets[6], delay)
    return Command(STATUS_CHANGE, arguments, octets[1], from_server=True)


class Repetitions:
    """Remembers frames for as long as they may be repeated."""

    def __init__(self) -> None:
        self._until: OrderedDict[Frame, float] = OrderedDict()
        """The oldest first."""

    def is_one(self, frame: Frame, now: float) -> bool:
        """Whether the frame was heard a short while ago; from now on it was."""
        while self._until and self._until[oldest := next(iter(self._until))] <= now:
            del self._until[oldest]
        if frame in self._until:
            return True
        if len(self._until) >= KEPT_MAX:
            self._until.popitem(last=False)
        self._until[frame] = now + REPEATED_S
        return False
