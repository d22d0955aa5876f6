"""Everyone who is told of alarms: an uplink, its share of the outbox and its heartbeat for each."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial

from heimvakt.config.configuration import Configuration
from heimvakt.core.ports import Clock
from heimvakt.core.uplink import Uplink
from heimvakt.runtime.heart import run_heart
from heimvakt.runtime.pipeline import Committed, Pipeline
from heimvakt.runtime.report import Report
from heimvakt.runtime.shipping import Shipping
from heimvakt.store.store import SqliteStore
from heimvakt.uplinks.mqtt import MqttUplink


class Receivers:
    """Those of one configuration."""

    pairs: Mapping[str, tuple[Uplink, Shipping]]

    def __init__(
        self, configuration: Configuration, store: SqliteStore, clock: Clock, pipeline: Pipeline
    ) -> None:
        self._configuration = configuration
        self._chance = random.Random()
        pairs: dict[str, tuple[Uplink, Shipping]] = {}
        for name, entry in configuration.receivers.items():
            uplink = MqttUplink(
                name,
                entry.settings,
                gateway_id=configuration.gateway.id,
                clock=clock,
                chance=self._chance,
            )
            pairs[name] = (uplink, Shipping(uplink, store, clock, pipeline.emit))
        self.pairs = pairs
        pipeline.watch(self._offer)

    def units(self, report: Report) -> Iterator[tuple[str, Callable[[], Awaitable[None]]]]:
        """What must run for them, with names."""
        for name, (uplink, shipping) in self.pairs.items():
            yield f"uplink {name}", partial(uplink.run, shipping.hear)
            yield f"shipping {name}", shipping.run
            yield f"heart {name}", partial(run_heart, uplink, report.heartbeat, self._chance)

    def _offer(self, committed: Committed) -> None:
        for alarm in committed.outcome.send:
            for name in self._configuration.receivers_for(alarm.priority):
                self.pairs[name][1].offer(alarm)
