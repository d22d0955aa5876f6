"""What the box makes of what it is told: stamps by a clock that may be wrong, nothing while off."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from heimvakt.core.events import (
    ClockQuality,
    ClockQualityChanged,
    ClockStepped,
    DeviceEvent,
    Event,
    GatewayStarted,
    MainsLost,
    MainsRestored,
    Stamp,
    stamped,
)

from .failings import Failings, Turn, Turned
from .sensing import Told


class Box:
    """Between the sensors and the journal."""

    def __init__(self, begin: datetime, zone: ZoneInfo, failings: Failings) -> None:
        self._zone = zone
        self._failings = failings
        self._now = self._booted = begin.replace(tzinfo=zone).astimezone(UTC)
        self._slow_by = timedelta()
        self._quality = ClockQuality.SYNCHRONISED
        self._boots, self._seq = 1, 0
        self._alive_until: datetime | None = None
        """What the clock showed when it went off; None while it is on."""

    def hears(self, told: Iterable[Told]) -> Iterator[Event]:
        """Everything that it takes, in order, beginning with its start."""
        yield self._taken(GatewayStarted(cause="started", last_alive=None))
        streams: list[Iterable[tuple[datetime, Event | Turned]]] = [
            told,
            ((turned.at, turned) for turned in self._failings.box),
            self._mains(),
        ]
        for local, each in heapq.merge(*streams, key=lambda pair: pair[0]):
            # In the hour that comes twice the wall clock goes back; a person goes on.
            self._now = max(self._now, local.replace(tzinfo=self._zone).astimezone(UTC))
            if isinstance(each, Turned):
                yield from self._turned(each)
            elif self._alive_until is None and not self._comes_of_the_dead(local, each):
                yield self._taken(each)

    def _mains(self) -> Iterator[Told]:
        for span in sorted(self._failings.mains, key=lambda span: span.begin):
            yield span.begin, MainsLost()
            yield span.end, MainsRestored()

    def _comes_of_the_dead(self, at: datetime, event: Event) -> bool:
        return isinstance(event, DeviceEvent) and self._failings.is_dead(event.device_id, at)

    @property
    def _shown(self) -> datetime:
        return self._now - self._slow_by

    def _turned(self, turned: Turned) -> Iterator[Event]:
        was, shown = self._quality, self._shown
        match turned.what:
            case Turn.OFF:
                self._alive_until = shown
                return
            case Turn.ON:
                alive_until, self._alive_until = self._alive_until, None
                self._slow_by, self._quality = turned.slow_by, _quality(turned)
                self._boots += 1
                self._booted = self._now
                yield self._taken(GatewayStarted(cause="started", last_alive=alive_until))
            case Turn.SET:
                self._slow_by, self._quality = turned.slow_by, _quality(turned)
                yield self._taken(ClockStepped(before=shown, after=self._shown))
                if self._quality is not was:
                    yield self._taken(ClockQualityChanged(before=was, after=self._quality))

    def _taken(self, event: Event) -> Event:
        self._seq += 1
        stamp = Stamp(
            seq=self._seq,
            at=self._shown,
            monotonic=(self._now - self._booted).total_seconds(),
            boot_id=f"generated-{self._boots}",
            clock=self._quality,
        )
        return stamped(event, stamp)


def _quality(turned: Turned) -> ClockQuality:
    return ClockQuality.SYNCHRONISED if turned.known else ClockQuality.UNKNOWN
