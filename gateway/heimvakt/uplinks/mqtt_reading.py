"""What a receiver says, read from the messages of one session: by its topic, and counted by what it
is. What cannot be taken is counted too, logged once for its kind, and ignored.
"""

from __future__ import annotations

from collections import Counter
from typing import assert_never

import structlog

from heimvakt.core.heard import Acknowledgement, Asked, Heard, MonthReceipt, Ordered, ReportReceipt

from .mqtt_identity import Identity
from .mqtt_inbox import Incoming
from .parse import Refused, parse_answer, parse_order, parse_question
from .topics import Topics

_log = structlog.get_logger(__name__)


class Reader:
    """Of one receiver over one path."""

    def __init__(self, who: Identity, topics: Topics, counts: Counter[str]) -> None:
        self._who = who
        self._topics = topics
        self._counts = counts
        self._log = _log.bind(receiver=who.receiver, path=who.binding.name)

    @property
    def topics(self) -> list[str]:
        """Where a receiver says something; without the first of them a session is of no use."""
        topics = [self._topics.acknowledgement, self._topics.question]
        if self._who.hears_orders:
            topics.append(self._topics.order)
        return topics

    def read(self, incoming: Incoming) -> Heard | None:
        """What it says; None if that is nothing for us."""
        said = self._parsed(incoming)
        if isinstance(said, Refused):
            self._refuse(said)
            return None
        self._counts[_counted(said)] += 1
        return said

    def _parsed(self, incoming: Incoming) -> Heard | Refused | None:
        who = self._who
        if incoming.topic == self._topics.acknowledgement:
            return parse_answer(incoming.payload, gateway_id=who.gateway_id, receiver=who.receiver)
        if incoming.topic == self._topics.question:
            return parse_question(incoming.payload, receiver=who.receiver)
        if incoming.topic == self._topics.order and who.hears_orders:
            return parse_order(incoming.payload, receiver=who.receiver, path=who.binding.name)
        return None

    def _refuse(self, refused: Refused) -> None:
        counted = f"refused-{refused.reason}"
        self._counts[counted] += 1
        if self._counts[counted] == 1:
            self._log.warning("answer-refused", reason=refused.reason, detail=refused.detail)


def _counted(said: Heard | None) -> str:
    match said:
        case None:
            return "ignored-other-topic"  # amqtt sends more than one asked for
        case Acknowledgement():
            return f"answers-{said.answer}"
        case ReportReceipt() | MonthReceipt():
            return "receipts"
        case Asked():
            return "questions"
        case Ordered():
            return "orders"
        case _:
            assert_never(said)
