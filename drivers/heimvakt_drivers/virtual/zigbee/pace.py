"""How fast a device may send without using a sequence number again too early.

PURE. A ZCL sequence number has eight bits. Hosts drop a frame that equals one they saw a short
time ago: zigpy compares everything but time and link quality for 10 s, counted from when it
received the first one. A device that used a number again in that time would lose its frame there,
and a real one never sends that fast. So after 250 frames in the window (six numbers are left for
what is sent unasked in answers) the next one waits; half a second is for what waits in the host.
"""

from __future__ import annotations

from collections import deque

FRAMES_PER_WINDOW = 250
WINDOW_S = 10.5


class Pace:
    """Gives each frame its time. Times are seconds of any one monotonic clock."""

    def __init__(self, frames: int = FRAMES_PER_WINDOW, window_s: float = WINDOW_S) -> None:
        self._window_s = window_s
        self._given: deque[float] = deque(maxlen=frames)

    def take(self, now: float) -> float:
        """When the next frame may be sent: `now`, or later if the window is full."""
        given = self._given
        at = now if len(given) < (given.maxlen or 0) else max(now, given[0] + self._window_s)
        given.append(at)
        return at
