"""Alarms as they go on one wire: whole, or without what explains them where a broker takes no more.

An alarm that was shortened says so itself; the first one is told to the log.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import structlog

from heimvakt.core.alarms import Alarm
from heimvakt.core.uplink import Sending

from .envelope import to_bytes
from .prepared import Prepared
from .render import alarm_message
from .shortened import Shortened

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmPayload:
    """One alarm, ready to be published."""

    message_id: str
    octets: bytes
    shortened: bool


class AlarmPayloads:
    """Of one gateway to one receiver."""

    def __init__(
        self, receiver: str, gateway_id: str, prepared: Prepared, counts: Counter[str]
    ) -> None:
        self._receiver = receiver
        self._gateway_id = gateway_id
        self._prepared = prepared
        self._counts = counts
        self._shortened = Shortened()

    def of(self, alarm: Alarm, sending: Sending, bytes_max: int | None) -> AlarmPayload:
        """What to publish; `bytes_max`: what the broker takes, as far as it says."""
        message = self._prepared.message(alarm, sending)
        octets = to_bytes(message)
        shortened = self._shortened.must_be(message.id, len(octets), bytes_max)
        if shortened:
            self._tell(alarm, len(octets))
            octets = to_bytes(
                alarm_message(alarm, sending, gateway_id=self._gateway_id, shortened=True)
            )
        return AlarmPayload(message_id=message.id, octets=octets, shortened=shortened)

    def hung_up(self, payload: AlarmPayload) -> None:
        """The far end closed the connection while this was under way."""
        self._shortened.hung_up(payload.message_id, len(payload.octets))

    def taken(self, payload: AlarmPayload) -> None:
        """The broker has confirmed it."""
        if not payload.shortened:
            self._shortened.taken(payload.message_id)

    def _tell(self, alarm: Alarm, size: int) -> None:
        self._counts["alarms-shortened"] += 1
        if self._counts["alarms-shortened"] == 1:
            _log.warning(
                "alarm-shortened", receiver=self._receiver, alarm_id=alarm.alarm_id, bytes=size
            )
