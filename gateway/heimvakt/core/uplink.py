"""The port of uplinks: how an alarm reaches a receiver, and how the receiver answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from .alarms import Alarm
from .events import ClockQuality


class Answer(StrEnum):
    """What a receiver says of an alarm."""

    RECEIVED = "received"
    """Its system has the alarm."""
    ACCEPTED = "accepted"
    """A person has it."""
    CLOSED = "closed"
    """That person is done with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """An answer at application level; only this makes an alarm delivered."""

    alarm_id: str
    answer: Answer
    receiver: str
    """The receiver's name in the configuration."""
    by: str
    """Who answered: a system, or an operator's pseudonymous id."""
    revision: int | None = None
    """Which revision of the alarm was answered; None: whatever was sent last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What is known at the moment of sending, beside the alarm itself."""

    sent_at: datetime
    clock: ClockQuality
    attempt: int
    """1 for the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """What the gateway says of itself every minute."""

    at: datetime
    clock: ClockQuality
    started_at: datetime
    version: str
    outbox_waiting: int
    oldest_waiting_s: float | None
    journal_seq: int
    silent_devices: tuple[str, ...]
    drivers_lost: tuple[str, ...]


class NotConnected(Exception):
    """The transport cannot take anything now; try again when it is connected."""


class Uplink(Protocol):
    """One receiver, reached over one transport. What it sends is never proof of delivery."""

    @property
    def name(self) -> str:
        """The receiver's name in the configuration."""

    @property
    def connected(self) -> bool:
        """Whether the transport stands."""

    async def run(self, hear: Callable[[Acknowledgement], Awaitable[None]]) -> None:
        """Connect, stay connected and hear, until cancelled; then say goodbye.

        Every answer that is well-formed and meant for this gateway goes to `hear`; anything else is
        counted, logged once for its kind, and ignored.
        """

    async def wait_connected(self) -> None:
        """Return when the transport stands."""

    async def send(self, alarm: Alarm, sending: Sending) -> None:
        """Hand an alarm to the transport; return when the transport has confirmed it.

        Sending again keeps the id. May be cancelled at any moment.

        Raises:
            NotConnected: it was not, or ceased to be before it confirmed.
        """

    async def beat(self, heartbeat: Heartbeat) -> None:
        """Tell the receiver that the gateway lives.

        Raises:
            NotConnected: the transport does not stand.
        """

    def counts(self) -> dict[str, int]:
        """What was counted since the start: connections, refused answers by their reason."""
