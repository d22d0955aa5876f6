"""Alarms and the gateway itself, as messages. Pure: the same values give the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from heimvakt.core.alarms import Alarm
from heimvakt.core.heard import Asked
from heimvakt.core.orders import OrderAnswer
from heimvakt.core.times import raised_at
from heimvakt.core.uplink import Heartbeat, Sending

from . import alarm_messages as a
from . import gateway_messages as g
from .envelope import attributes

OUTSTANDING_MAX = 200
"""Open alarms told at once: some 60 kB. A home with more has a fault, and `total` says so."""

OPEN_ALARM_BYTES = 800
"""More than one of them takes, with some for the envelope: it has 400 with a chain of two."""


def alarm_message(
    alarm: Alarm, sending: Sending, *, gateway_id: str, shortened: bool = False
) -> a.AlarmMessage:
    """An alarm for a receiver. Its id depends on the alarm and its revision alone.

    `shortened`: without what explains it, for a broker that does not take the whole of it.
    """
    return a.AlarmMessage(
        **attributes(
            gateway_id,
            f"{alarm.alarm_id}/{alarm.revision}",
            at=alarm.history[-1].at if alarm.revision and alarm.history else alarm.raised_at,
        ),
        type="heimvakt.alarm.v1",
        data=a.AlarmData(
            alarm_id=alarm.alarm_id,
            number=alarm.number,
            revision=alarm.revision,
            kind=alarm.kind,
            priority=alarm.priority,
            state=alarm.state,
            device_id=alarm.device_id,
            room=alarm.room,
            began_at=alarm.began_at,
            raised_at=alarm.raised_at,
            clock_at_raise=alarm.clock,
            clock_offset_s=alarm.clock_offset_s,
            told=_told(alarm) or None,
            rule_id=alarm.rule_id,
            rule_version=alarm.rule_version,
            evidence=() if shortened else _evidence(alarm),
            thresholds={} if shortened else dict(alarm.thresholds),
            text=a.Text(nb=alarm.text.nb, en=alarm.text.en),
            accepted_by=alarm.accepted_by,
            history=() if shortened else _history(alarm),
            test=alarm.test or None,
            shortened=shortened or None,
            **of_sending(alarm, sending),
        ),
    )


def of_sending(alarm: Alarm, sending: Sending) -> dict[str, Any]:
    """The fields of an alarm's message that depend on when and how it is sent."""
    late = sending.sent_at - raised_at(alarm)
    return {
        "sent_at": sending.sent_at,
        "clock_at_send": sending.clock,
        "late_s": round(late.total_seconds(), 3),
        "attempt": sending.attempt,
        "path": sending.path,
        "not_durable": None if sending.durable else True,
    }


def _evidence(alarm: Alarm) -> tuple[a.EvidencePart, ...]:
    return tuple(
        a.EvidencePart(
            seq=one.seq, at=one.at, kind=one.kind, device_id=one.device_id, clock=one.clock
        )
        for one in alarm.evidence
    )


def _told(alarm: Alarm) -> tuple[a.ToldPart, ...]:
    return tuple(
        a.ToldPart(receiver=one.receiver, at=one.at, why=one.why, answered_at=one.answered_at)
        for one in alarm.told
    )


def _history(alarm: Alarm) -> tuple[a.StepPart, ...]:
    return tuple(a.StepPart(state=step.state, at=step.at, by=step.by) for step in alarm.history)


def outstanding_message(
    asked: Asked,
    alarms: Sequence[Alarm],
    at: datetime,
    *,
    gateway_id: str,
    bytes_max: int | None = None,
) -> a.OutstandingMessage:
    """The open alarms, for whoever asked; as many as fit into what the broker takes."""
    by_urgency = sorted(alarms, key=lambda alarm: (alarm.priority.rank, alarm.number))
    count_max = OUTSTANDING_MAX if bytes_max is None else bytes_max // OPEN_ALARM_BYTES
    return a.OutstandingMessage(
        **attributes(gateway_id, f"outstanding/{asked.question_id}/{at.isoformat()}", at=at),
        type="heimvakt.outstanding.v1",
        data=a.OutstandingData(
            question_id=asked.question_id,
            at=at,
            total=len(by_urgency),
            alarms=tuple(
                a.OpenAlarmPart(
                    alarm_id=alarm.alarm_id,
                    number=alarm.number,
                    revision=alarm.revision,
                    kind=alarm.kind,
                    priority=alarm.priority,
                    state=alarm.state,
                    device_id=alarm.device_id,
                    room=alarm.room,
                    raised_at=alarm.raised_at,
                    clock_at_raise=alarm.clock,
                    clock_offset_s=alarm.clock_offset_s,
                    delivered_at=alarm.delivered_at,
                    accepted_by=alarm.accepted_by,
                    test=alarm.test or None,
                    told=_told(alarm) or None,
                )
                for alarm in by_urgency[: min(OUTSTANDING_MAX, count_max)]
            ),
        ),
    )


def state_message(
    *,
    gateway_id: str,
    token: str,
    at: datetime | None,
    reason: g.StateReason,
    version: str,
    started_at: datetime,
    path: str | None = None,
) -> g.StateMessage:
    """Whether the gateway is there; `token` is what makes the id of this message its own."""
    return g.StateMessage(
        **attributes(gateway_id, f"state/{token}", at=at),
        type="heimvakt.state.v1",
        data=g.StateData(
            online=reason == "connected",
            reason=reason,
            version=version,
            started_at=started_at,
            path=path,
        ),
    )


def heartbeat_message(heartbeat: Heartbeat, *, gateway_id: str) -> g.HeartbeatMessage:
    """What the gateway says of itself."""
    return g.HeartbeatMessage(
        **attributes(
            gateway_id,
            f"heartbeat/{heartbeat.path}/{heartbeat.beat}/{heartbeat.at.isoformat()}",
            at=heartbeat.at,
        ),
        type="heimvakt.heartbeat.v1",
        data=g.HeartbeatData(
            at=heartbeat.at,
            clock=heartbeat.clock,
            started_at=heartbeat.started_at,
            version=heartbeat.version,
            outbox_waiting=heartbeat.outbox_waiting,
            oldest_waiting_s=heartbeat.oldest_waiting_s,
            journal_seq=heartbeat.journal_seq,
            silent_devices=heartbeat.silent_devices,
            drivers_lost=heartbeat.drivers_lost,
            path=heartbeat.path,
            beat=heartbeat.beat,
            paths_lost=heartbeat.paths_lost,
            reports_waiting=heartbeat.reports_waiting,
            store_full=heartbeat.store_full,
            on_mains=heartbeat.on_mains,
            battery_percent=heartbeat.battery_percent,
            configuration_wrong=tuple(
                g.ConfigurationWrong(where=where, why=why)
                for where, why in heartbeat.configuration_wrong
            ),
        ),
    )


def order_answer_message(
    answer: OrderAnswer, at: datetime, *, gateway_id: str, token: str
) -> g.OrderAnswerMessage:
    """What becomes of an order; `token` is what makes the id of this message its own."""
    return g.OrderAnswerMessage(
        **attributes(gateway_id, f"order/{answer.order_id}/{token}", at=at),
        type="heimvakt.order-answer.v1",
        data=g.OrderAnswerData(
            order_id=answer.order_id,
            result=cast("g.OrderResult", str(answer.result)),
            at=at,
            verb=answer.verb or None,
            device_id=answer.device_id,
            alarm_id=answer.alarm_id,
            code=str(answer.code) or None,
            reason=answer.reason or None,
            first=answer.first or None,
        ),
    )
