"""Measure what a heartbeat says: how the gateway is, at the moment it is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from heimvakt import __version__
from heimvakt.core.devices import own_driver
from heimvakt.core.ledger import Store, StoreUnavailable
from heimvakt.core.ports import Clock
from heimvakt.core.power import Power
from heimvakt.core.reports import Wanted
from heimvakt.core.uplink import Heartbeat

from .pipeline import Pipeline

WRONG_MAX = 20
"""Places of the configuration in one heartbeat: the first tell enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """As the store tells it."""

    alarms: int = 0
    oldest_s: float | None = None
    reports: int = 0
    full: bool = False


class Vitals:
    """Of one life of the gateway."""

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        clock: Clock,
        receivers: Mapping[str, Wanted],
        *,
        paths_lost: Callable[[], tuple[str, ...]] = tuple,
        power: Callable[[], Power] = Power,
        wrong: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """`receivers` by name, with what each wants beside alarms; `wrong` is what of the
        configuration is not in use, and why."""
        self._pipeline = pipeline
        self._store = store
        self._clock = clock
        self._receivers = receivers
        self._paths_lost = paths_lost
        self._power = power
        self._wrong = wrong
        self._last = _Waiting()
        self.started_at = clock.now()

    async def measure(self, path: str, beat: int) -> Heartbeat:
        """The heartbeat with this number on this path."""
        waiting = await self._waiting()
        supervised = self._pipeline.state.supervised
        power = self._power()
        return Heartbeat(
            at=self._clock.now(),
            clock=self._clock.quality(),
            started_at=self.started_at,
            version=__version__,
            outbox_waiting=waiting.alarms,
            oldest_waiting_s=waiting.oldest_s,
            journal_seq=self._pipeline.seq,
            silent_devices=tuple(i for i, h in supervised.devices.items() if h.silent),
            # Of a device that has a driver of its own the configuration is wrong.
            drivers_lost=tuple(d for d in supervised.lost if not d.startswith(own_driver(""))),
            path=path,
            beat=beat,
            paths_lost=self._paths_lost(),
            reports_waiting=waiting.reports,
            store_full=waiting.full,
            on_mains=power.on_mains,
            battery_percent=power.battery_percent,
            configuration_wrong=tuple(self._wrong().items())[:WRONG_MAX],
        )

    async def _waiting(self) -> _Waiting:
        """What the store says; if its disk is dead, what it said last: the heart beats on."""
        try:
            self._last = _Waiting(
                alarms=sum((await self._store.count_waiting()).values()),
                oldest_s=await self.oldest_waiting_s(),
                reports=await self.reports_waiting(),
                full=(await self._store.room()).full,
            )
        except StoreUnavailable:
            self._last = replace(self._last, full=True)
        return self._last

    async def reports_waiting(self) -> int:
        """Reports that some receiver wants and has not answered for."""
        return sum(
            [
                await self._store.count_reports(name, of)
                for name, wanted in self._receivers.items()
                for of in wanted.classes
            ]
        )

    async def oldest_waiting_s(self) -> float | None:
        """How long the alarm has waited that some receiver has not answered for the longest."""
        oldest = await self._store.oldest_waiting()
        return (self._clock.now() - oldest).total_seconds() if oldest else None
