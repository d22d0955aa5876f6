"""The broker was away and comes back: how long until a waiting alarm is there, and everything else.

The journal is filled by the product's own pipeline and store, then the real daemon is started with
its broker out of reach. Buttons are pressed while it is away, while the backlog drains, and when
all is quiet again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import proc
from .centre import Centre, answering
from .drain_floor import Paho
from .durable import Durable, watching
from .figures import Spread, spread
from .fill import Filled, filled
from .outpost import Outpost
from .plan import Plan

ALARM_S_MAX = 60.0
"""An alarm that is not there after this is counted as lost."""
PACE_S = 0.25
"""Between presses; while a backlog drains, which may be over in a second, there is no pause."""


@dataclass(slots=True)
class Presses:
    """Times from the octets of a press."""

    durable_ms: list[float] = field(default_factory=list)
    subscriber_ms: list[float] = field(default_factory=list)
    made: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The figures of one size."""

    records: int
    filled: Filled
    alarms_waiting: int
    alarm_seconds_after_broker_return: float | None
    """Until the last of the alarms that waited was at the receiver."""
    alarms_lost: int
    durable_while_away: Spread | None
    durable_while_draining: Spread | None
    subscriber_while_draining: Spread | None
    durable_idle: Spread | None
    subscriber_idle: Spread | None
    first_report_s: float | None
    drained_s: float | None
    """From the return of the broker until every record was at the receiver."""
    records_lost: int
    records_per_s: float | None
    """From the moment at which the connection stood until the last was there."""
    messages: int
    bytes_per_s: float | None
    paho_records_per_s: float | None
    """Bare paho, a message for each record."""
    paho_batches_per_s: float | None
    """Bare paho, as many messages as Heimvakt has made of them, and as long."""
    against_paho: float | None
    """Records a second by those of bare paho with a message for each."""
    against_paho_in_batches: float | None
    cpu_s_per_1000_records: float
    memory: proc.Memory


async def backlog(there: Outpost, plan: Plan, say: Callable[[str], None]) -> dict[str, Backlog]:
    """Each size in turn."""
    figures = {}
    for records in plan.records:
        say(f"a backlog of {records}")
        figures[str(records)] = await _One(there, plan, say).measure(records)
    return figures


def worst(figures: dict[str, Any]) -> float | None:
    """The longest that an alarm waited after a return; None where one was lost."""
    values = [each["alarm_seconds_after_broker_return"] for each in figures.values()]
    return None if None in values else max(values)


class _One:
    def __init__(self, there: Outpost, plan: Plan, say: Callable[[str], None]) -> None:
        self._there = there
        self._plan = plan
        self._say = say

    async def measure(self, records: int) -> Backlog:
        there, host = self._there, self._there.host
        await there.stopped()
        host.erase()
        full = await filled(host.file, there.state, records)
        await there.gate.shut()
        host.heard()
        await host.start(with_broker=False)
        await host.home.quiet()
        async with (
            answering(host, there.listener) as centre,
            watching(there.control) as durable,
        ):
            centre.expect(range(full.first_seq, full.last_seq + 1))
            away = await self._press_while_away(durable)
            self._say("the broker comes back")
            cpu_s = proc.cpu_s(host.pid)
            back_ns = await there.gate.open()
            waited, lost = await _waited(centre, away.made, back_ns)
            connected_ns = centre.connected_ns
            draining = Presses()
            while not centre.has_all and draining.made < self._plan.presses:
                await self._press(centre, durable, draining)
            await centre.wait_all()
            cpu_s = proc.cpu_s(host.pid) - cpu_s
            idle = Presses()
            for _ in range(self._plan.presses):
                await asyncio.sleep(PACE_S)
                await self._press(centre, durable, idle)
            memory = proc.memory(host.pid)
        reports = centre.reports
        floors = await self._floors(records, reports.messages, reports.bytes)
        span_s = (reports.last_ns - connected_ns) / 1e9
        rate = records / span_s if centre.has_all else None
        batches = reports.messages / span_s if centre.has_all else None
        return Backlog(
            records=records,
            filled=full,
            alarms_waiting=len(waited) + lost,
            alarm_seconds_after_broker_return=None if lost else max(waited),
            alarms_lost=lost + draining.lost + idle.lost,
            durable_while_away=spread(away.durable_ms),
            durable_while_draining=spread(draining.durable_ms),
            subscriber_while_draining=spread(draining.subscriber_ms),
            durable_idle=spread(idle.durable_ms),
            subscriber_idle=spread(idle.subscriber_ms),
            first_report_s=(reports.first_ns - back_ns) / 1e9 if reports.first_ns else None,
            drained_s=(reports.last_ns - back_ns) / 1e9 if centre.has_all else None,
            records_lost=records - len(reports.seqs),
            records_per_s=rate,
            messages=reports.messages,
            bytes_per_s=reports.bytes / span_s if centre.has_all else None,
            paho_records_per_s=floors[0],
            paho_batches_per_s=floors[1],
            against_paho=rate / floors[0] if rate and floors[0] else None,
            against_paho_in_batches=batches / floors[1] if batches and floors[1] else None,
            cpu_s_per_1000_records=cpu_s / records * 1e3,
            memory=memory,
        )

    async def _press_while_away(self, durable: asyncio.Queue[Durable]) -> Presses:
        loop = asyncio.get_running_loop()
        until, presses = loop.time() + self._plan.away_s, Presses()
        while loop.time() < until or not presses.made:
            sent_ns = await self._there.push()
            await _until_durable(durable, sent_ns, presses)
            await asyncio.sleep(max(PACE_S, self._plan.away_s / self._plan.presses))
        return presses

    async def _press(
        self, centre: Centre, durable: asyncio.Queue[Durable], presses: Presses
    ) -> None:
        sent_ns = await self._there.push()
        await _until_durable(durable, sent_ns, presses)
        try:
            async with asyncio.timeout(ALARM_S_MAX):
                at_ns = await centre.alarms.get()
        except TimeoutError:
            presses.lost += 1
        else:
            presses.subscriber_ms.append((at_ns - sent_ns) / 1e6)

    async def _floors(
        self, records: int, messages: int, total: int
    ) -> tuple[float | None, float | None]:
        if not messages:
            return None, None
        paho, listener = Paho(self._there.gate.port), self._there.listener
        self._say("bare paho with the same")
        return (
            await paho.rate(listener, records, total // records),
            await paho.rate(listener, messages, total // messages),
        )


async def _until_durable(durable: asyncio.Queue[Durable], sent_ns: int, presses: Presses) -> None:
    presses.made += 1
    try:
        async with asyncio.timeout(ALARM_S_MAX):
            while (told := await durable.get()).kind != "button-pressed":
                pass
    except TimeoutError:
        presses.lost += 1
    else:
        presses.durable_ms.append((told.at_ns - sent_ns) / 1e6)


async def _waited(centre: Centre, count: int, back_ns: int) -> tuple[list[float], int]:
    """How long after the return each of the alarms that waited came, and how many did not."""
    after_s: list[float] = []
    try:
        async with asyncio.timeout(ALARM_S_MAX):
            while len(after_s) < count:
                after_s.append((await centre.alarms.get() - back_ns) / 1e9)
    except TimeoutError:
        pass
    return after_s, count - len(after_s)
