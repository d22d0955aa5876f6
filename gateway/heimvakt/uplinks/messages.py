"""Every message that goes to a receiver or comes from one: CloudEvents 1.0 in JSON.

These models are the contract with response centres: the JSON Schemas and the reference in `docs/`
are made from them. A field may be added to a version; to change or remove one makes a new version.
Absent means "not known"; null is never sent.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import ClockQuality
from heimvakt.core.uplink import Answer

ALARM_TYPE = "heimvakt.alarm.v1"
STATE_TYPE = "heimvakt.state.v1"
HEARTBEAT_TYPE = "heimvakt.heartbeat.v1"
ACKNOWLEDGEMENT_TYPE = "heimvakt.acknowledgement.v1"


def _leave_open(schema: dict[str, Any]) -> None:
    """We send nothing that is not in the model, but a receiver must not count on that."""
    schema.pop("additionalProperties", None)


class Part(BaseModel):
    """Something inside a message that the gateway sends."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_leave_open)


class Envelope(Part):
    """The attributes of CloudEvents that every message has."""

    specversion: Literal["1.0"] = Field(description="Version of CloudEvents.")
    id: str = Field(
        description="Together with `source` names this message; a repeat has the same id."
    )
    source: str = Field(description="`/heimvakt/` and the id of the gateway.")
    datacontenttype: Literal["application/json"] = Field(description="What `data` is.")
    time: datetime | None = Field(
        default=None,
        description="When it happened, UTC. A last will has none: the broker sends it later.",
    )


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


class StepPart(Part):
    """One move in the life of the alarm."""

    state: AlarmState = Field(description="The state after it.")
    at: datetime = Field(description="When, UTC.")
    by: str | None = Field(default=None, description="Who did it, where somebody did.")


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
    attempt: int = Field(description="1 for the first sending to this receiver.")
    rule_id: str = Field(description="The rule that found it.")
    rule_version: int = Field(description="Version of that rule.")
    evidence: tuple[EvidencePart, ...] = Field(description="The events that made it, in order.")
    thresholds: dict[str, str] = Field(description="The limits that the rule held them against.")
    text: Text = Field(description="The alarm in words.")
    accepted_by: str | None = Field(
        default=None, description="The operator who has it, as told by some receiver."
    )
    history: tuple[StepPart, ...] = Field(description="Its life so far, in order.")


class AlarmMessage(Envelope):
    """Topic `heimvakt/v1/{gateway_id}/alarm`, QoS 1."""

    type: Literal["heimvakt.alarm.v1"] = Field(description="What this message is.")
    data: AlarmData = Field(description="The alarm.")


StateReason = Literal["connected", "stopped", "lost"]


class StateData(Part):
    """Whether the gateway is there."""

    online: bool = Field(description="Whether it is connected to this broker.")
    reason: StateReason = Field(
        description="`connected`; `stopped` on purpose; `lost` is the last will: it vanished."
    )
    version: str = Field(description="Version of the software.")
    started_at: datetime = Field(description="When the software started, UTC.")


class StateMessage(Envelope):
    """Topic `heimvakt/v1/{gateway_id}/state`, QoS 1, retained; also the last will."""

    type: Literal["heimvakt.state.v1"] = Field(description="What this message is.")
    data: StateData = Field(description="The state.")


class HeartbeatData(Part):
    """What the gateway says of itself every minute."""

    at: datetime = Field(description="Now, by the clock of the gateway, UTC.")
    clock: ClockQuality = Field(description="How far `at` can be trusted.")
    started_at: datetime = Field(description="When the software started, UTC.")
    version: str = Field(description="Version of the software.")
    outbox_waiting: int = Field(description="How many alarms wait for an answer.")
    oldest_waiting_s: float | None = Field(
        default=None, description="Age of the oldest of them, seconds; absent: none waits."
    )
    journal_seq: int = Field(description="How many events there have been.")
    silent_devices: tuple[str, ...] = Field(description="Devices that should have been heard.")
    drivers_lost: tuple[str, ...] = Field(description="Radios and lines that do not work.")


class HeartbeatMessage(Envelope):
    """Topic `heimvakt/v1/{gateway_id}/heartbeat`, QoS 0."""

    type: Literal["heimvakt.heartbeat.v1"] = Field(description="What this message is.")
    data: HeartbeatData = Field(description="How it is.")


# --- incoming -------------------------------------------------------------------------------------

# A name goes into logs and the journal: printable ASCII, no blank at an end, not long.
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[!-~](?:[ -~]*[!-~])?$")]


class Answered(BaseModel):
    """Something inside an acknowledgement: exact in what is known, and blind to anything more.

    A field added in years to come must not make an old gateway deaf to an answer.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class AcknowledgementData(Answered):
    """What the receiver says of one alarm."""

    alarm_id: str = Field(min_length=1, max_length=128, description="As it came.")
    answer: Answer = Field(
        description="`received`: the system stored it; `accepted`: a person took it; "
        "`closed`: that person is done with it."
    )
    by: Name = Field(
        description="Who: the name of the system, or the pseudonymous id of the operator. "
        "Printable ASCII, no person's name."
    )
    revision: int | None = Field(
        default=None, ge=0, description="Which revision was answered; absent: the last one sent."
    )
    at: datetime | None = Field(default=None, description="When, by the receiver's clock.")


class AcknowledgementMessage(Answered):
    """Topic `heimvakt/v1/{gateway_id}/ack`, QoS 1, not retained."""

    specversion: Literal["1.0"] = Field(description="Version of CloudEvents.")
    id: str = Field(min_length=1, max_length=256, description="The receiver's own; never reused.")
    source: str = Field(min_length=1, max_length=256, description="Who sends it: a URI reference.")
    type: Literal["heimvakt.acknowledgement.v1"] = Field(description="What this message is.")
    data: AcknowledgementData = Field(description="The answer.")
