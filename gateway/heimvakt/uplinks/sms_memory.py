"""What was sent to one telephone, what became of it, and how many more may be sent. Pure.

Bounded, and written to a file, so that neither a retry nor a restart makes a flood of one alarm.
Times are seconds on one monotonic clock; in the file stands the time of day.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from heimvakt.core.alarms import Alarm, AlarmState
from heimvakt.core.modem import DeliveryReport, Outcome

HOUR_S = 3600.0
VALID_S = 4 * HOUR_S
"""So long the network tries to deliver an SMS (see the modem); then it has given up, and the alarm
is sent again if nobody has received it."""
ANSWER_S = 24 * HOUR_S
"""An OK that comes later is not for this alarm."""
SENT_MAX = 64
"""Alarms that are remembered; the oldest goes first."""
REPORTS_MAX = 16
"""Reports that came before the modem had said which SMS they are of."""
_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The newest SMS about one alarm."""

    alarm_id: str
    revision: int
    taken_at: float
    waits_for: frozenset[int]
    """References of its parts that no report has come for."""
    received: bool = False
    accepted: bool = False
    open: bool = True
    """There was something to accept when it was sent."""


class Allowance:
    """How many SMS may be sent in any hour."""

    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        self._spent: deque[float] = deque(maxlen=at_most)

    def next_at(self, now: float, *, high: bool) -> float:
        """When the next one may go. Half is kept for high alarms."""
        most = self._at_most if high else max(1, self._at_most // 2)
        spent = [at for at in self._spent if at > now - HOUR_S]
        return now if len(spent) < most else spent[-most] + HOUR_S

    def is_last(self, now: float) -> bool:
        """Whether one is left, and no other."""
        return sum(at > now - HOUR_S for at in self._spent) == self._at_most - 1

    def spend(self, now: float) -> None:
        """One goes out now."""
        self._spent.append(now)

    def give_back(self, at: float) -> None:
        """It was not taken."""
        if at in self._spent:
            self._spent.remove(at)

    def times(self) -> Sequence[float]:
        """When some were spent, oldest first."""
        return tuple(self._spent)


class SmsMemory:
    """Of one receiver."""

    def __init__(self, at_most: int) -> None:
        self.allowance = Allowance(at_most)
        self._sent: dict[str, Sent] = {}
        self._early: deque[tuple[float, DeliveryReport]] = deque(maxlen=REPORTS_MAX)
        self._answered: datetime | None = None
        """The network's time of the last yes that was acted on."""

    def spares(self, alarm: Alarm) -> bool:
        """Whether this telephone need not be told of it any more: a person has it, and nothing was
        sent before that is not known to have failed; or it is closed, and the telephone knows that
        a person has it, or that nobody need come."""
        sent, is_closed = self._sent.get(alarm.alarm_id), alarm.state is AlarmState.CLOSED
        if sent is None:
            return is_closed or alarm.accepted_by is not None
        return is_closed and (sent.accepted or not sent.open or alarm.test)

    def is_taken(self, alarm: Alarm, now: float) -> bool:
        """Whether the network has this revision, and may still be delivering it or has."""
        sent = self._sent.get(alarm.alarm_id)
        if sent is None or sent.revision < alarm.revision:
            return False
        return sent.received or now < sent.taken_at + VALID_S

    def taken(
        self, alarm: Alarm, references: Sequence[int], *, began_at: float, now: float
    ) -> Sent | None:
        """The network has taken an alarm; returns it if the handset has it already."""
        self._sent.pop(alarm.alarm_id, None)
        sent = Sent(
            alarm_id=alarm.alarm_id,
            revision=alarm.revision,
            taken_at=now,
            waits_for=frozenset(references),
            open=alarm.state.is_open and alarm.accepted_by is None,
        )
        self._sent[alarm.alarm_id] = sent
        while len(self._sent) > SENT_MAX:
            del self._sent[next(iter(self._sent))]
        early = [report for at, report in self._early if at >= began_at]
        self._early.clear()
        received = [self.reported(report, now) for report in early]
        return next((one for one in received if one is not None), None)

    def reported(self, report: DeliveryReport, now: float) -> Sent | None:
        """Take a report; returns the SMS if the handset has all of it now."""
        if report.outcome is Outcome.TRYING:
            return None
        sent = self._newest(report.reference, now)
        if sent is None:
            self._early.append((now, report))
            return None
        if report.outcome is Outcome.FAILED:
            del self._sent[sent.alarm_id]  # nobody will deliver it: it may be sent again
            return None
        left = sent.waits_for - {report.reference}
        sent = replace(sent, waits_for=left, received=not left)
        self._sent[sent.alarm_id] = sent
        return sent if sent.received else None

    def received(self, alarm: Alarm) -> Sent | None:
        """The SMS about this revision, if the handset has it."""
        sent = self._sent.get(alarm.alarm_id)
        there = sent is not None and sent.received and sent.revision >= alarm.revision
        return sent if there else None

    def meant(self, now: float) -> Sent | None:
        """What a yes is about: the newest alarm that the handset is known to have; if no report
        ever came, the newest that the network took. Each can be accepted once."""
        there = [
            sent
            for sent in self._sent.values()
            if sent.open and not sent.accepted and sent.taken_at > now - ANSWER_S
        ]
        meant = [sent for sent in there if sent.received] or there
        return max(meant, key=lambda sent: sent.taken_at, default=None)

    def accepted(self, sent: Sent, answer_at: datetime | None) -> None:
        """It was accepted, by an answer with this time of the network's."""
        self._answered = answer_at
        if sent.alarm_id in self._sent:
            self._sent[sent.alarm_id] = replace(self._sent[sent.alarm_id], accepted=True)

    def has_answered(self, at: datetime | None) -> bool:
        """Whether this very answer was acted on already."""
        return at is not None and at == self._answered

    def _newest(self, reference: int, now: float) -> Sent | None:
        """References go round after 256 messages: only what can still be under way counts."""
        return max(
            (
                sent
                for sent in self._sent.values()
                if reference in sent.waits_for and sent.taken_at > now - VALID_S
            ),
            key=lambda sent: sent.taken_at,
            default=None,
        )

    # --- in a file --------------------------------------------------------------------------------

    def to_text(self, now: float, wall: datetime) -> str:
        """For the file."""
        return (
            json.dumps(
                {
                    "version": _VERSION,
                    "answered": self._answered.isoformat() if self._answered else None,
                    "spent": [_at(at, now, wall) for at in self.allowance.times()],
                    "sent": [
                        {
                            "alarm_id": sent.alarm_id,
                            "revision": sent.revision,
                            "at": _at(sent.taken_at, now, wall),
                            "waits_for": sorted(sent.waits_for),
                            "received": sent.received,
                            "accepted": sent.accepted,
                            "open": sent.open,
                        }
                        for sent in self._sent.values()
                    ],
                }
            )
            + "\n"
        )

    def read(self, text: str, now: float, wall: datetime) -> None:
        """From the file. Where the clock has gone back since, nobody knows how long ago it was:
        then what was sent counts as sent just now, and the hour as over.

        Raises:
            ValueError: it is not what `to_text` wrote; nothing is changed.
        """
        try:
            content = json.loads(text)
            spent = [age for at in content["spent"] if (age := _age(at, wall)) is not None]
            sent = [_sent(row, now, wall) for row in content["sent"]]
            answered = content["answered"]
            self._answered = datetime.fromisoformat(answered) if answered else None
        except (TypeError, LookupError, AttributeError) as error:
            raise ValueError(f"not the memory of a telephone: {error!r}") from error
        for age in sorted(spent, reverse=True):
            self.allowance.spend(now - age)
        self._sent = {one.alarm_id: one for one in sent[-SENT_MAX:]}


def _at(at: float, now: float, wall: datetime) -> str:
    return (wall - timedelta(seconds=now - at)).isoformat()


def _age(at: str, wall: datetime) -> float | None:
    age = (wall - datetime.fromisoformat(at)).total_seconds()
    return age if age >= 0 else None


def _sent(row: dict[str, Any], now: float, wall: datetime) -> Sent:
    return Sent(
        alarm_id=str(row["alarm_id"]),
        revision=int(row["revision"]),
        taken_at=now - (_age(row["at"], wall) or 0.0),
        waits_for=frozenset(int(one) for one in row["waits_for"]),
        received=bool(row["received"]),
        accepted=bool(row["accepted"]),
        open=bool(row["open"]),
    )
