"""What tests of uplinks have in common: an alarm, an uplink that runs, a patience that is short."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from heimvakt.core.alarms import Alarm, AlarmState, Evidence, Priority, Step
from heimvakt.core.events import ChangeOf, ChangeOutcome, ChangeTold, ClockQuality, Stamp
from heimvakt.core.ledger import Stored
from heimvakt.core.reports import ReportClass
from heimvakt.core.summary import AlarmFigures, Delays, DoseFigures, Summary
from heimvakt.core.uplink import Heartbeat, NobodyThere, ReportBatch, Sending, Uplink
from heimvakt.core.words import Words
from heimvakt.runtime.clock import SystemClock
from heimvakt.uplinks.address_book import AddressBook
from heimvakt.uplinks.binding import PathBinding
from heimvakt.uplinks.mqtt import MqttUplink
from heimvakt.uplinks.mqtt_patience import Patience
from heimvakt.uplinks.mqtt_settings import MqttReceiverSettings

GATEWAY = "no-1505-004711"
NIGHT = datetime(2026, 11, 5, 1, 10, tzinfo=UTC)
SHORT = Patience(
    keepalive_s=1,
    user_timeout_s=4.0,
    puback_s=1.0,
    connect_s=2.0,
    reach_s=5.0,
    answer_s=2.0,
    first_answer_s=0.5,
    goodbye_s=2.0,
)
"""Short enough to wait for: where a line or a broker is to be found dead."""
CALM = Patience(
    keepalive_s=20,
    user_timeout_s=30.0,
    puback_s=30.0,
    connect_s=30.0,
    reach_s=30.0,
    answer_s=30.0,
    first_answer_s=0.5,
    goodbye_s=2.0,
)
"""Where all is well, and what is slow is the machine. But for the first answer: amqtt says nothing
to a greeting of MQTT 5, and then 3.1.1 is tried."""
SURE = replace(CALM, first_answer_s=30.0)
"""Where the broker is known to speak MQTT 5."""


def alarm(number: int = 1, *, gateway: str = GATEWAY, **changed: Any) -> Alarm:
    """Somebody has left bed at night and opened the front door."""
    fields: dict[str, Any] = {
        "alarm_id": f"{gateway}-{number}",
        "number": number,
        "kind": "night-wandering",
        "priority": Priority.HIGH,
        "began_at": NIGHT,
        "raised_at": NIGHT + timedelta(minutes=4, seconds=30),
        "clock": ClockQuality.SYNCHRONISED,
        "rule_id": "night-wandering",
        "rule_version": 1,
        "key": "bed",
        "text": Words(
            nb="Ute av sengen 02:10, ytterdør åpnet 02:14.",
            en="Out of bed 02:10, front door opened 02:14.",
        ),
        "device_id": "front-door",
        "room": "hall",
        "evidence": (
            Evidence(seq=8101, at=NIGHT, kind="bed-left", device_id="bed"),
            Evidence(
                seq=8104,
                at=NIGHT + timedelta(minutes=4, seconds=30),
                kind="door-opened",
                device_id="front-door",
            ),
        ),
        "thresholds": (("back_within", "20 min"), ("between", "23:00-06:00")),
        "state": AlarmState.RAISED,
        "history": (Step(state=AlarmState.RAISED, at=NIGHT + timedelta(minutes=4, seconds=30)),),
    }
    return Alarm(**{**fields, **changed})


def sending(attempt: int = 1, *, after_s: float = 0.4) -> Sending:
    """The moment of sending, so long after the alarm was raised."""
    return Sending(
        sent_at=NIGHT + timedelta(minutes=4, seconds=30 + after_s),
        clock=ClockQuality.SYNCHRONISED,
        attempt=attempt,
        path="broadband",
    )


def batch(first: int = 1, count: int = 2, *, size: int = 0) -> ReportBatch:
    """Some doors, as the journal has them; each body at least `size` bytes long."""
    last = first + count - 1
    return ReportBatch(
        batch_id=f"telemetry-{first}-{last}",
        of=ReportClass.TELEMETRY,
        events=tuple(
            Stored(seq=seq, body=door_opened(seq, size)) for seq in range(first, last + 1)
        ),
    )


def door_opened(seq: int, size: int = 0) -> str:
    """An event as it stands in the journal."""
    at = (NIGHT + timedelta(seconds=seq)).isoformat().replace("+00:00", "Z")
    stamp = {
        "seq": seq,
        "at": at,
        "monotonic": 8100.5 + seq,
        "boot_id": "4f2a",
        "clock": "holdover",
    }
    fields = {"kind": "door-opened", "v": 1, **stamp, "device_id": "front-door"}
    body = json.dumps(fields)
    return body[:-1] + ', "padding": "' + "x" * (size - len(body)) + '"}' if size else body


def heartbeat() -> Heartbeat:
    """A home where all is well."""
    return Heartbeat(
        at=NIGHT,
        clock=ClockQuality.SYNCHRONISED,
        started_at=NIGHT - timedelta(days=3),
        version="0.1.0",
        outbox_waiting=0,
        oldest_waiting_s=None,
        journal_seq=8100,
        silent_devices=(),
        drivers_lost=(),
    )


def change() -> ChangeTold:
    """A file that was taken back, and that nobody had ordered."""
    return ChangeTold(
        stamp=Stamp(seq=9, at=NIGHT, monotonic=1.0, boot_id="4f2a", clock=ClockQuality.HOLDOVER),
        change_id="change-7",
        what=ChangeOf.CONFIGURATION,
        outcome=ChangeOutcome.RETURNED,
        before=64 * "a",
        after=64 * "b",
        reason="no heartbeat was confirmed",
    )


def month() -> Summary:
    """Half a month of a home."""
    return Summary(
        month="2026-10",
        first_day=date(2026, 10, 14),
        last_day=date(2026, 10, 31),
        is_over=True,
        elapsed_s=1_540_800,
        on_s=1_533_600,
        cut_off_s=780,
        alarms=(
            AlarmFigures(
                rule="night-wandering",
                kind="night-wandering",
                priority=Priority.HIGH,
                raised=3,
                delivered=3,
                accepted=3,
                closed_true=2,
                closed_false=1,
            ),
        ),
        delivered=(
            Delays(priority=Priority.HIGH, count=3, median_s=0.41, p95_s=3.0, worst_s=61.27),
        ),
        accepted=(
            Delays(priority=Priority.HIGH, count=3, median_s=48.0, p95_s=95.0, worst_s=95.4),
        ),
        doses=DoseFigures(in_time=30, early=1, missed=3),
        visits=17,
    )


def mqtt_uplink(
    *urls: str,
    name: str = "centre",
    patience: Patience = CALM,
    path: PathBinding | None = None,
    book: AddressBook | None = None,
    **settings: Any,
) -> MqttUplink:
    """An uplink to these brokers; opens nothing yet."""
    return MqttUplink(
        name,
        MqttReceiverSettings(kind="mqtt", brokers=urls, **settings),
        gateway_id=GATEWAY,
        clock=SystemClock(),
        chance=Random(),
        path=path,
        book=book,
        patience=patience,
    )


@asynccontextmanager
async def running(uplink: Uplink) -> AsyncIterator[asyncio.Queue[Any]]:
    """The uplink runs for so long; yields what it hears."""
    heard: asyncio.Queue[Any] = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(uplink.run(heard.put))
        try:
            yield heard
        finally:
            task.cancel()


async def hand_over(uplink: Uplink, of: Alarm, how: Sending) -> None:
    """Return when the broker has confirmed it, also one to which nobody listens."""
    with suppress(NobodyThere):
        await uplink.send(of, how)


async def until(uplink: Uplink, counted: str, at_least: int = 1, *, within_s: float = 60.0) -> None:
    """Return when the uplink has counted so many of something, which it tells in no other way."""
    async with asyncio.timeout(within_s):
        while uplink.counts().get(counted, 0) < at_least:  # noqa: ASYNC110 - a count wakes nobody
            await asyncio.sleep(0.01)
