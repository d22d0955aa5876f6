"""What is known, as messages. Pure: the same values give the same bytes."""

from __future__ import annotations

from datetime import datetime

from heimvakt.core.alarms import Alarm
from heimvakt.core.uplink import Heartbeat, Sending

from . import messages as m


def source(gateway_id: str) -> str:
    """Who speaks, as CloudEvents wants it."""
    return f"/heimvakt/{gateway_id}"


def alarm_message(alarm: Alarm, sending: Sending, *, gateway_id: str) -> m.AlarmMessage:
    """An alarm for a receiver. Its id depends on the alarm and its revision alone."""
    late = sending.sent_at - alarm.raised_at
    return m.AlarmMessage(
        specversion="1.0",
        id=f"{alarm.alarm_id}/{alarm.revision}",
        source=source(gateway_id),
        type="heimvakt.alarm.v1",
        time=alarm.history[-1].at if alarm.revision and alarm.history else alarm.raised_at,
        datacontenttype="application/json",
        data=m.AlarmData(
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
            sent_at=sending.sent_at,
            clock_at_raise=alarm.clock,
            clock_at_send=sending.clock,
            late_s=round(late.total_seconds(), 3),
            attempt=sending.attempt,
            rule_id=alarm.rule_id,
            rule_version=alarm.rule_version,
            evidence=tuple(
                m.EvidencePart(seq=one.seq, at=one.at, kind=one.kind, device_id=one.device_id)
                for one in alarm.evidence
            ),
            thresholds=dict(alarm.thresholds),
            text=m.Text(nb=alarm.text.nb, en=alarm.text.en),
            accepted_by=alarm.accepted_by,
            history=tuple(
                m.StepPart(state=step.state, at=step.at, by=step.by) for step in alarm.history
            ),
        ),
    )


def state_message(
    *,
    gateway_id: str,
    token: str,
    at: datetime | None,
    reason: m.StateReason,
    version: str,
    started_at: datetime,
) -> m.StateMessage:
    """Whether the gateway is there; `token` is what makes the id of this message its own."""
    return m.StateMessage(
        specversion="1.0",
        id=f"state/{token}",
        source=source(gateway_id),
        type="heimvakt.state.v1",
        time=at,
        datacontenttype="application/json",
        data=m.StateData(
            online=reason == "connected", reason=reason, version=version, started_at=started_at
        ),
    )


def heartbeat_message(heartbeat: Heartbeat, *, gateway_id: str) -> m.HeartbeatMessage:
    """What the gateway says of itself."""
    return m.HeartbeatMessage(
        specversion="1.0",
        id=f"heartbeat/{heartbeat.journal_seq}/{heartbeat.at.isoformat()}",
        source=source(gateway_id),
        type="heimvakt.heartbeat.v1",
        time=heartbeat.at,
        datacontenttype="application/json",
        data=m.HeartbeatData(
            at=heartbeat.at,
            clock=heartbeat.clock,
            started_at=heartbeat.started_at,
            version=heartbeat.version,
            outbox_waiting=heartbeat.outbox_waiting,
            oldest_waiting_s=heartbeat.oldest_waiting_s,
            journal_seq=heartbeat.journal_seq,
            silent_devices=heartbeat.silent_devices,
            drivers_lost=heartbeat.drivers_lost,
        ),
    )


def to_bytes(message: m.Envelope) -> bytes:
    """The message as it goes on the wire: JSON in UTF-8, without what is not known."""
    return message.model_dump_json(exclude_none=True).encode()
