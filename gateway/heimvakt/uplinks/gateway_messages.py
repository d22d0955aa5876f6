"""What the gateway tells of itself: whether it is there, how it is, and what it has seen."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from heimvakt.core.events import ClockQuality
from heimvakt.core.reports import ReportClass

from .envelope import Envelope, Part

StateReason = Literal["connected", "stopped", "lost"]
OrderResult = Literal["accepted", "done", "failed", "refused", "timed-out"]


class StateData(Part):
    """Whether the gateway is there."""

    online: bool = Field(description="Whether it is connected to this broker.")
    reason: StateReason = Field(
        description="`connected`; `stopped` on purpose; `lost` is the last will: it vanished."
    )
    version: str = Field(description="Version of the software.")
    started_at: datetime = Field(description="When the software started, UTC.")
    path: str | None = Field(default=None, description="The path that this is about.")


class StateMessage(Envelope):
    """Topic `heimvakt/v1/{gateway_id}/state`, and `.../state/{path}` for every path but the first;
    QoS 1, retained; also the last will."""

    type: Literal["heimvakt.state.v1"] = Field(description="What this message is.")
    data: StateData = Field(description="The state.")


class ConfigurationWrong(Part, defer_build=True):
    """A place of the configuration that is wrong, and not in use."""

    where: str = Field(
        description="A device (`devices.bed`), a key of one (`devices.pendant.cancel`), a driver "
        "(`drivers.osdp.front`); or `file`: the gateway goes on under the one before."
    )
    why: str = Field(description="In plain words, in English.")


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
    path: str | None = Field(default=None, description="The path on which this was sent.")
    beat: int | None = Field(
        default=None, description="Counts on this path since the start; a gap is a lost heartbeat."
    )
    paths_lost: tuple[str, ...] | None = Field(
        default=None, description="Paths over which nothing gets through."
    )
    reports_waiting: int | None = Field(
        default=None, description="How many reports wait for this receiver."
    )
    store_full: bool | None = Field(
        default=None, description="Whether the gateway has room for nothing but alarms."
    )
    on_mains: bool | None = Field(
        default=None, description="Whether it has mains; absent: the box cannot tell."
    )
    battery_percent: float | None = Field(
        default=None, description="Charge of the gateway's own battery, per cent."
    )
    configuration_wrong: tuple[ConfigurationWrong, ...] | None = Field(
        default=None,
        description="What of the configuration is wrong and not in use; the rest works. At most "
        "20 places.",
    )


class HeartbeatMessage(Envelope):
    """Topic `heimvakt/v1/{gateway_id}/heartbeat`, QoS 1, kept by the broker for five minutes."""

    type: Literal["heimvakt.heartbeat.v1"] = Field(description="What this message is.")
    data: HeartbeatData = Field(description="How it is.")


class ReportsData(Part):
    """Events that are no alarms, for receivers that want to be told of them."""

    batch_id: str = Field(
        description="Names the batch; the receipt carries it. Sent again it is the same."
    )
    report_class: ReportClass = Field(description="What kind of events these are.")
    first: int = Field(description="`seq` of the first event in it.")
    last: int = Field(description="`seq` of the last; numbers between may be missing.")
    sent_at: datetime = Field(description="When this copy left the gateway, UTC.")
    path: str | None = Field(default=None, description="The path on which this copy was sent.")
    # The last field, so that the events can be put in as they are stored: see `render`.
    events: tuple[dict[str, Any], ...] = Field(
        description="As the journal has them, in order: `seq`, `at`, `kind`, `clock` and the "
        "fields of the kind. One that the broker would not take has `seq` and `omitted` only."
    )


class ReportsMessage(Envelope):
    """Topic `heimvakt/v1/{gateway_id}/reports`, QoS 1."""

    type: Literal["heimvakt.reports.v1"] = Field(description="What this message is.")
    data: ReportsData = Field(description="The reports.")


class OrderAnswerData(Part, defer_build=True):
    """What becomes of an order."""

    order_id: str = Field(
        description="Its `jti`; empty for one that cannot be read or whose signature is not good."
    )
    result: OrderResult = Field(
        description="`accepted`: it is being carried out, and how that ends is told within 15 s; "
        "`done`: the device itself has said so; `failed`: surely not done; `timed-out`: nobody "
        "knows; `refused`: not tried."
    )
    at: datetime = Field(description="By the clock of the gateway, UTC.")
    verb: str | None = Field(default=None, description="What was ordered.")
    device_id: str | None = Field(default=None, description="Of which device.")
    alarm_id: str | None = Field(default=None, description="For which alarm.")
    code: str | None = Field(default=None, description="`refused`: why, for programs.")
    reason: str | None = Field(default=None, description="Why, in plain words.")
    first: str | None = Field(
        default=None,
        description="Of an order that came again: what became of it when it came first.",
    )


class OrderAnswerMessage(Envelope, defer_build=True):
    """Topic `heimvakt/v1/{gateway_id}/order-answer`, QoS 1."""

    type: Literal["heimvakt.order-answer.v1"] = Field(description="What this message is.")
    data: OrderAnswerData = Field(description="The answer.")
