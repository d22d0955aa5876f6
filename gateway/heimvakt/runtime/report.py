"""What the gateway says of itself: to `heimvakt status`, and to the receivers every minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from heimvakt import __version__
from heimvakt.core.ledger import Store
from heimvakt.core.ports import Clock
from heimvakt.core.uplink import Heartbeat, Uplink

from .hosting import HostedDriver
from .pipeline import Pipeline
from .shipping import Shipping


class Report:
    """Gathers the facts at the moment it is asked."""

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        clock: Clock,
        drivers: Sequence[HostedDriver],
        receivers: Mapping[str, tuple[Uplink, Shipping]],
    ) -> None:
        self._pipeline = pipeline
        self._store = store
        self._clock = clock
        self._drivers = drivers
        self._receivers = receivers
        self._started_at = clock.now()

    async def heartbeat(self) -> Heartbeat:
        """For a receiver."""
        supervised = self._pipeline.state.supervised
        waiting = await self._store.count_waiting()
        return Heartbeat(
            at=self._clock.now(),
            clock=self._clock.quality(),
            started_at=self._started_at,
            version=__version__,
            outbox_waiting=sum(waiting.values()),
            oldest_waiting_s=await self._oldest_waiting_s(),
            journal_seq=self._pipeline.seq,
            silent_devices=tuple(i for i, h in supervised.devices.items() if h.silent),
            drivers_lost=tuple(supervised.lost),
        )

    async def status(self) -> dict[str, Any]:
        """For a person in front of the box, or a program."""
        waiting = await self._store.count_waiting()
        home, state = self._pipeline.home, self._pipeline.state  # all of one moment
        silent = {i for i, health in state.supervised.devices.items() if health.silent}
        return {
            "version": __version__,
            "gateway_id": home.gateway_id,
            "now": self._clock.now().isoformat(),
            "started_at": self._started_at.isoformat(),
            "clock": self._clock.quality(),
            "journal_seq": self._pipeline.seq,
            "events_waiting": self._pipeline.waiting,
            "rules": {
                rule_id: {"kind": rule.kind, "blind_without": sorted(rule.needs & silent)}
                for rule_id, rule in home.rules.items()
            },
            "devices": {i: self._device(i) for i in home.devices},
            "drivers": {
                d.name: {
                    "armed": d.is_armed.is_set()
                    and not d.down
                    and d.name not in state.supervised.lost,
                    "lost_since": _iso(state.supervised.lost.get(d.name)),
                    "counts": dict(d.counts()),
                }
                for d in self._drivers
            },
            "receivers": {
                name: {
                    "connected": uplink.connected,
                    "waiting": waiting.get(name, 0),
                    "counts": {**uplink.counts(), **shipping.counts},
                }
                for name, (uplink, shipping) in self._receivers.items()
            },
            "open_alarms": sum(alarm.state.is_open for alarm in state.alarms.values()),
            "not_accepted": sum(
                alarm.state.is_open and alarm.accepted_by is None for alarm in state.alarms.values()
            ),
            # Those of the rules; the engine's own are no matter of people.
            "timers": {
                name: due.isoformat()
                for name, due in state.timers.items()
                if not name.startswith("/")
            },
        }

    def _device(self, device_id: str) -> dict[str, Any]:
        device = self._pipeline.home.devices[device_id]
        health = self._pipeline.state.supervised.devices.get(device_id)
        return {
            "role": device.role,
            "room": device.room,
            "last_seen": _iso(health.last_seen) if health else None,
            "silent": bool(health and health.silent),
        }

    async def _oldest_waiting_s(self) -> float | None:
        oldest: datetime | None = None
        for name in self._receivers:
            for row in await self._store.waiting(name, 1):
                alarm = await self._store.alarm(row.alarm_id)
                if alarm and (oldest is None or alarm.raised_at < oldest):
                    oldest = alarm.raised_at
        return (self._clock.now() - oldest).total_seconds() if oldest else None


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
