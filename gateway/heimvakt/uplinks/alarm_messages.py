"""What a receiver is told of alarms: each by itself, and those that are open when it asks."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.chain import Why
from heimvakt.core.events import ClockQuality

from .envelope import Envelope, Part


class Text(Part):
    """A sentence for people."""

    nb: str = Field(description="In Norwegian bokmål.")
    en: str = Field(description="In English.")


class EvidencePart(Part):
    """One of the events that made the alarm."""

    seq: int = Field(description="Its place in the journal of the gateway.")
    at: datetime = Field(description="When it was taken, UTC.")
    kind: str = Field(description="What happened: `bed-left`, `door-opened`...")
    device_id: str | None = Field(default=None, description="The device that told it.")
    clock: ClockQuality | None = Field(default=None, description="How far `at` can be trusted.")


class StepPart(Part):
    """One move in the life of the alarm."""

    state: AlarmState = Field(description="The state after it.")
    at: datetime = Field(description="When, UTC.")
    by: str | None = Field(default=None, description="Who did it, where somebody did.")


class ToldPart(Part):
    """A receiver that has been told of the alarm."""

    receiver: str = Field(description="Its name in the file of the home; never a person's.")
    at: datetime = Field(description="Since when it is told, UTC.")
    why: Why = Field(
        description="`raised`: it is the first of the chain; `unanswered`: no system before it had "
        "answered; `unaccepted`: nobody had accepted; `started`: the gateway started anew."
    )
    answered_at: datetime | None = Field(
        default=None, description="When its system answered, UTC; absent: it has not."
    )


class AlarmData(Part):
    """An alarm as it stands at the moment of sending."""

    alarm_id: str = Field(description="Names the alarm for ever; answers carry it.")
    number: int = Field(
        description="Grows with each alarm of this gateway. A gap is no loss: a power cut leaves "
        "numbers out."
    )
    revision: int = Field(
        description="0 at first; grows when receivers must hear of a change, as when the resident "
        "cancelled it. The highest one is valid, whatever came last."
    )
    kind: str = Field(description="`button`, `fall`, `night-wandering`...")
    priority: Priority = Field(description="How soon a person must look.")
    state: AlarmState = Field(description="Where it is in its life.")
    device_id: str | None = Field(default=None, description="The device that it is about.")
    room: str | None = Field(default=None, description="Where in the home.")
    began_at: datetime = Field(description="When the condition began, UTC.")
    raised_at: datetime = Field(description="When the rule made it an alarm, UTC.")
    sent_at: datetime = Field(description="When this copy left the gateway, UTC.")
    clock_at_raise: ClockQuality = Field(
        description="How far `began_at` and `raised_at` can be trusted."
    )
    clock_at_send: ClockQuality = Field(description="How far `sent_at` can be trusted.")
    late_s: float = Field(
        description="Seconds from raised to sent. Below zero: the clock was set back in between."
    )
    clock_offset_s: float | None = Field(
        default=None,
        description="Became known later: seconds to add to every time in here that was taken while "
        "the clock was `unknown`; the times themselves are never changed.",
    )
    attempt: int = Field(description="1 for the first sending to this receiver.")
    path: str | None = Field(
        default=None, description="The path on which this copy was sent; copies have one id."
    )
    told: tuple[ToldPart, ...] | None = Field(
        default=None, description="The receivers that have been told so far, in order."
    )
    rule_id: str = Field(description="The rule that found it.")
    rule_version: int = Field(description="Version of that rule.")
    evidence: tuple[EvidencePart, ...] = Field(
        description="The events that made it, in order; empty in a shortened message too."
    )
    thresholds: dict[str, str] = Field(
        description="The limits that the rule held them against; empty in a shortened message too."
    )
    text: Text = Field(description="The alarm in words.")
    accepted_by: str | None = Field(
        default=None, description="The operator who has it, as told by some receiver."
    )
    history: tuple[StepPart, ...] = Field(
        description="Its life so far, in order; empty in a shortened message. `suppressed` by a "
        "mode is a time in which nobody was told: it began before that, and still is so."
    )
    test: bool | None = Field(
        default=None,
        description="True: it was raised while the home was set to service. A technician is there, "
        "and nobody need come. Told again without it when his work is over and it still is so.",
    )
    not_durable: bool | None = Field(
        default=None,
        description="True: the gateway's disk takes nothing, and this is said from memory. It may "
        "not know the alarm after a restart: keep it open yourself.",
    )
    shortened: bool | None = Field(
        default=None,
        description="True: the broker would not take the whole of it, and `evidence`, `thresholds` "
        "and `history` were left out.",
    )


class AlarmMessage(Envelope):
    """Topic `heimvakt/v1/{gateway_id}/alarm`, QoS 1."""

    type: Literal["heimvakt.alarm.v1"] = Field(description="What this message is.")
    data: AlarmData = Field(description="The alarm.")


class OpenAlarmPart(Part, defer_build=True):
    """One alarm that is open."""

    alarm_id: str = Field(description="Names the alarm for ever.")
    number: int = Field(description="Grows with each alarm of this gateway.")
    revision: int = Field(description="The latest; compare it with what you have.")
    kind: str = Field(description="`button`, `fall`, `night-wandering`...")
    priority: Priority = Field(description="How soon a person must look.")
    state: AlarmState = Field(description="Where it is in its life.")
    device_id: str | None = Field(default=None, description="The device that it is about.")
    room: str | None = Field(default=None, description="Where in the home.")
    raised_at: datetime = Field(description="When the rule made it an alarm, UTC.")
    clock_at_raise: ClockQuality = Field(description="How far `raised_at` can be trusted.")
    clock_offset_s: float | None = Field(
        default=None, description="Seconds to add to `raised_at` for the true time, where known."
    )
    delivered_at: datetime | None = Field(
        default=None, description="When the first receiver answered, UTC; absent: none has."
    )
    accepted_by: str | None = Field(default=None, description="The operator who has it.")
    test: bool | None = Field(default=None, description="True: of a technician, in service.")
    told: tuple[ToldPart, ...] | None = Field(
        default=None, description="The receivers that have been told so far, in order."
    )


class OutstandingData(Part, defer_build=True):
    """Which alarms are open."""

    question_id: str = Field(description="As it came with the question.")
    at: datetime = Field(description="Now, by the clock of the gateway, UTC.")
    total: int = Field(description="How many are open; more than `alarms` holds if that is cut.")
    alarms: tuple[OpenAlarmPart, ...] = Field(
        description="The open alarms, the most urgent first and then by number; 200 at most."
    )


class OutstandingMessage(Envelope, defer_build=True):
    """Topic `heimvakt/v1/{gateway_id}/outstanding`, QoS 1: the answer to a question."""

    type: Literal["heimvakt.outstanding.v1"] = Field(description="What this message is.")
    data: OutstandingData = Field(description="The answer.")
