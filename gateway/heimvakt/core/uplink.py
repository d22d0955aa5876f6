"""The port of uplinks: how an alarm reaches a receiver. What comes back is in `heard`.

An uplink is one receiver over one path, and keeps its own connection. Whoever ships tells it what
waits (`pressing`), because that decides how long it may pause between two attempts to connect, and
may end a pause (`hurry`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from .alarms import Alarm
from .events import ChangeTold, ClockQuality
from .heard import Asked, Heard
from .ledger import Stored
from .orders import OrderAnswer
from .reports import ReportClass
from .self_test import SelfTest
from .summary import Summary

DEFAULT_PATH = "default"
"""The name of the one path of a home that names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportBatch:
    """Events on their way to a receiver that wants to be told of them."""

    batch_id: str
    """`{class}-{first}-{last}`: the same batch sent again has the same id."""
    of: ReportClass
    events: tuple[Stored, ...]

    @property
    def through(self) -> int:
        """The highest number in it."""
        return self.events[-1].seq


class Waits(StrEnum):
    """The most urgent that waits for a receiver; the cap of the pauses between two attempts."""

    NOTHING = "nothing"
    """30 s: only the next heartbeat would be late."""
    SOMETHING = "something"
    """5 s."""
    HIGH = "high"
    """1 s: a high alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a connection has been measured to carry."""

    rtt_s: float | None = None
    """From a message to the transport's confirmation, when little is under way; smoothed."""
    bytes_per_s: float | None = None
    """What was confirmed while the line was never idle; smoothed."""
    message_bytes_max: int | None = None
    """The broker takes no larger message; None: it named no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What is known at the moment of sending, beside the alarm itself."""

    sent_at: datetime
    clock: ClockQuality
    attempt: int
    """1 for the first."""
    path: str = DEFAULT_PATH
    """The path on which this copy goes."""
    durable: bool = True
    """False: the disk takes nothing, and this is said from memory; the id will stay the same."""
    fresh: bool = False
    """A high alarm that was raised just now: it goes before those that have waited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """What the gateway says of itself every minute."""

    at: datetime
    clock: ClockQuality
    started_at: datetime
    version: str
    outbox_waiting: int
    """Alarms."""
    oldest_waiting_s: float | None
    """Of the alarm that has waited longest."""
    journal_seq: int
    silent_devices: tuple[str, ...]
    drivers_lost: tuple[str, ...]
    path: str = DEFAULT_PATH
    """The path on which it is sent."""
    beat: int = 0
    """Counts on this path since the start; a gap is a heartbeat that was lost."""
    paths_lost: tuple[str, ...] = ()
    reports_waiting: int = 0
    store_full: bool = False
    on_mains: bool | None = None
    """None: the box cannot tell."""
    battery_percent: float | None = None
    configuration_wrong: tuple[tuple[str, str], ...] = ()
    """Where the file of the home is wrong and not in use, and why."""


class NotConnected(Exception):
    """The transport cannot take anything now; try again when it is connected."""


class NobodyThere(Exception):
    """The transport has taken it and says that nobody is there whom it could bring it to: to tell
    it again in a moment may do."""


class NotNeeded(Exception):
    """A person has the alarm, or had it and has closed it, and this receiver was never told of it,
    or knows that already: it need not be told."""


class Uplink(Protocol):
    """One receiver, reached over one path. What it sends is never proof of delivery."""

    @property
    def name(self) -> str:
        """The receiver's name in the configuration."""

    @property
    def path(self) -> str:
        """The name of the path that it is bound to; `default` where the home names none."""

    @property
    def carries_reports(self) -> bool:
        """Whether it can take anything but alarms (an SMS cannot)."""

    @property
    def line(self) -> Line:
        """What the connection has been measured to carry."""

    @property
    def trouble(self) -> str | None:
        """Why the transport does not stand, for a technician; None if it does, or nobody knows."""

    @property
    def remembers(self) -> bool:
        """Whether the far end still has what it confirmed on connections before this one."""

    def superseded(self, alarm: Alarm) -> None:
        """It is now like this, and will be sent so: a copy of an older revision that has waited for
        its turn need not go any more, and its `send` returns. Harmless if there is none."""

    def doubt(self) -> None:
        """Nobody answers for what was confirmed on this connection: where there is another address,
        end it and try that one. Harmless when not connected."""

    def hurry(self) -> None:
        """An alarm was queued just now, or the interface has come up: end the pause between two
        attempts to connect. Harmless when connected; one attempt a second comes of it at most,
        however often it is called. Another pause follows, as long as `pressing` says."""

    def pressing(self, what: Waits) -> None:
        """What waits for this receiver from now on, until it is told otherwise; before the first
        call it is `SOMETHING`. Cheap and harmless: call it whenever it may have changed."""

    @property
    def connected(self) -> bool:
        """Whether the transport stands."""

    async def run(self, hear: Callable[[Heard], Awaitable[None]]) -> None:
        """Connect, stay connected and hear, until cancelled; then say goodbye.

        Every answer that is well-formed and meant for this gateway goes to `hear`; anything else is
        counted, logged once for its kind, and ignored.
        """

    async def wait_connected(self) -> None:
        """Return when the transport stands."""

    async def wait_lost(self) -> None:
        """Return when the transport does not stand; at once if it does not now."""

    async def send(self, alarm: Alarm, sending: Sending) -> None:
        """Hand an alarm to the transport; return when the transport has confirmed it.

        Sending again keeps the id. May be cancelled at any moment.

        Raises:
            NotConnected: it was not, or ceased to be before it confirmed.
            NobodyThere: it has confirmed, and knows that nobody hears.
            NotNeeded: somebody has taken it, and this receiver need not be told of that.
        """

    async def report(self, batch: ReportBatch) -> None:
        """Hand a batch of reports to the transport; return when the transport has confirmed it.

        It goes behind every alarm that waits for the transport. May be cancelled at any moment.

        Raises:
            NotConnected: it was not, or ceased to be before it confirmed.
            NobodyThere: it has confirmed, and knows that nobody hears.
        """

    async def tell_outstanding(self, asked: Asked, alarms: Sequence[Alarm], at: datetime) -> None:
        """Answer which alarms are open.

        Raises:
            NotConnected: it was not, or ceased to be before it confirmed.
        """

    async def tell_month(self, summary: Summary, at: datetime) -> None:
        """Tell the figures of a month; return when the transport has confirmed it.

        It goes behind every alarm that waits for the transport. May be cancelled at any moment.

        Raises:
            NotConnected: it was not, or ceased to be before it confirmed.
            NobodyThere: it has confirmed, and knows that nobody hears.
        """

    async def tell_self_test(self, test: SelfTest, at: datetime) -> None:
        """Tell what a self-test has found; as `tell_month`."""

    async def tell_change(self, told: ChangeTold, at: datetime) -> None:
        """Tell what became of a signed change; as `tell_month`."""

    async def tell_order(self, answer: OrderAnswer, at: datetime) -> None:
        """Say what becomes of an order.

        Raises:
            NotConnected: it was not, or ceased to be before it confirmed.
        """

    async def beat(self, heartbeat: Heartbeat) -> None:
        """Tell the receiver that the gateway lives; return when the transport has confirmed it:
        that is the proof that this path carries something to the other end.

        Raises:
            NotConnected: it was not, or ceased to be before it confirmed.
        """

    def counts(self) -> dict[str, int]:
        """What was counted since the start: connections, refused answers by their reason."""
