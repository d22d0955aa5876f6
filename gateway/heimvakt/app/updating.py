"""What a life has to do with signed changes: fetch what was ordered, and answer the updater."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from heimvakt.config.configuration import Configuration
from heimvakt.core.ports import Clock
from heimvakt.net.paths import PathWatch
from heimvakt.runtime.configured import Configured
from heimvakt.runtime.control import Handler
from heimvakt.runtime.heart import Heart
from heimvakt.runtime.pipeline import Pipeline

from .fetching import ways_of
from .handing_over import Desk
from .ordered_changes import OrderedChanges
from .update_requests import update_requests


class Updating:
    """Of one life of the gateway."""

    def __init__(
        self,
        configuration: Configuration,
        state: Path,
        clock: Clock,
        pipeline: Pipeline,
        watch: PathWatch,
        hearts: Sequence[Heart],
        configured: Configured,
    ) -> None:
        """`state` is where the gateway keeps things."""
        self._ordered = OrderedChanges(
            Desk(state), lambda: ways_of(configuration.paths, watch.good()), pipeline.emit
        )
        pipeline.watch(self._ordered.watch)
        self.run = self._ordered.run
        self.requests: Mapping[str, Handler] = update_requests(
            pipeline, clock, list(configuration.receivers), hearts, configured.wrong
        )
