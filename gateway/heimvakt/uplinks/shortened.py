"""Which alarms a broker will not take whole. Pure.

A broker of MQTT 5 names its limit. One of 3.1.1 just hangs up on what is too long for it, and an
alarm that is sent again as it was would never arrive: after some such ends it goes without what
explains it.
"""

from __future__ import annotations

SUSPECT_BYTES = 4 * 1024
"""No broker refuses less."""
ENDS_MAX = 3
"""So often a connection may end with it under way before it is put down to its length."""
ALARMS_MAX = 64


class Shortened:
    """What is known of one receiver's brokers. Alarms are named by the id of their message."""

    def __init__(self) -> None:
        self._ends: dict[str, int] = {}

    def must_be(self, message_id: str, size: int, bytes_max: int | None) -> bool:
        """Whether a message of this size has to be shortened."""
        if bytes_max is not None and size > bytes_max:
            return True
        return self._ends.get(message_id, 0) >= ENDS_MAX

    def hung_up(self, message_id: str, size: int) -> None:
        """The far end closed the connection while it was under way."""
        if size > SUSPECT_BYTES:
            self._ends[message_id] = self._ends.pop(message_id, 0) + 1
            if len(self._ends) > ALARMS_MAX:
                del self._ends[next(iter(self._ends))]

    def taken(self, message_id: str) -> None:
        """It was confirmed in its whole length."""
        self._ends.pop(message_id, None)
