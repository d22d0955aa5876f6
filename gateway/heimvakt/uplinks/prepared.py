"""An alarm's message, made while the disk still flushes the alarm: then it need not be made after.

PURE. What depends on the moment of sending is put in at that moment. It keeps one message: whatever
is sent otherwise, as what has waited, is made when it is sent.
"""

from __future__ import annotations

from heimvakt.core.alarms import Alarm
from heimvakt.core.uplink import Sending

from . import render
from .alarm_messages import AlarmMessage


class Prepared:
    """For one gateway."""

    def __init__(self, gateway_id: str) -> None:
        self._gateway_id = gateway_id
        self._ready: tuple[Alarm, AlarmMessage] | None = None

    def make(self, alarm: Alarm) -> None:
        """Make the message of an alarm that is about to be sent. Nobody is told of it."""
        sending = Sending(sent_at=alarm.raised_at, clock=alarm.clock, attempt=1)
        self._ready = alarm, render.alarm_message(alarm, sending, gateway_id=self._gateway_id)

    def message(self, alarm: Alarm, sending: Sending) -> AlarmMessage:
        """What `render.alarm_message` gives, sooner if it was made ready."""
        if self._ready is None or self._ready[0] is not alarm:
            return render.alarm_message(alarm, sending, gateway_id=self._gateway_id)
        message = self._ready[1]
        data = message.data.model_copy(update=render.of_sending(alarm, sending))
        return message.model_copy(update={"data": data})
