"""The life of the daemon: start, stop, clocks, timers, its configuration."""

from __future__ import annotations

from datetime import datetime

from .event import Event, event
from .stamp import ClockQuality


@event
class GatewayStarted(Event):
    """The daemon began. `last_alive` is the last time that the journal knew of before."""

    cause: str
    last_alive: datetime | None
    alarms_raised: int = 0
    """No alarm gets a number up to this one; what was lost with a database may have used them."""


@event
class GatewayStopping(Event):
    """The daemon was asked to stop."""


@event
class ClockStepped(Event):
    """The wall clock was set: between two events it went another way than the time of this boot."""

    before: datetime
    """What it would show had it not been set."""
    after: datetime


@event
class ClockQualityChanged(Event):
    """From now on the wall clock can be trusted more, or less."""

    before: ClockQuality
    after: ClockQuality


@event
class TimerFired(Event):
    """A deadline has come. `due` is when it was to be; the stamp is when it was."""

    name: str
    due: datetime


@event
class ConfigurationChanged(Event):
    """The configuration that was armed is not the one of the last start."""

    digest: str


@event
class SummaryDelivered(Event):
    """A receiver's system has stored the figures of a month."""

    month: str
    receiver: str


@event
class SelfTestDone(Event):
    """Everything that can be looked at was looked at."""

    by: str
    """`command`, or who ordered it."""
    passed: int
    warned: int
    failed: int
    skipped: int
    named: tuple[str, ...] = ()
    """The ids of the checks that are warnings or have failed; of many the first."""


@event
class Commissioned(Event):
    """An installer has handed the home over, and the sheet of that is written."""

    by: str
    """The installer: a pseudonymous id."""
    configuration: str
    """SHA-256 of the home's file, under which all of it was tried."""
    record: str
    """SHA-256 of what the sheet says, as JSON; the sheet itself names it."""
    page: str
    """SHA-256 of the sheet as HTML."""
    paper: str
    """SHA-256 of the sheet as PDF."""
    remains: tuple[str, ...] = ()
    """What was left out or does not work, of much the first; empty: nothing."""
