"""How the gateway itself is: its radios, paths, power, store, and the parts that it runs."""

from __future__ import annotations

from .event import Event, event


@event
class RadioLost(Event):
    """A driver has lost what it listens with; its devices cannot be heard."""

    driver: str
    reason: str


@event
class RadioBack(Event):
    """A driver hears again."""

    driver: str


@event
class RadioInterference(Event):
    """Something else fills the channel of a radio for longer than is good."""

    driver: str
    channel: int
    energy_percent: float
    """Of what the radio can measure; 100 is the strongest."""


@event
class RadioClear(Event):
    """The channel is quiet again."""

    driver: str
    channel: int


@event
class PathLost(Event):
    """Nothing gets to the receivers over this path any more."""

    path: str
    reason: str
    for_s: float = 0.0
    """How long that had been so when it was said."""


@event
class PathBack(Event):
    """The path has carried things to the other end for long enough to be trusted again."""

    path: str


@event
class MainsLost(Event):
    """The gateway runs on its battery."""

    battery_percent: float | None = None


@event
class MainsRestored(Event):
    """The gateway runs on mains again."""


@event
class GatewayBatteryMeasured(Event):
    """How full the battery of the gateway is, told in steps while it runs on it."""

    percent: float


@event
class StoreFault(Event):
    """The database could not be used; `saved` says what could be read from it."""

    reason: str
    set_aside: str
    """The name of the file that was set aside."""
    saved: str
    newer: bool = False
    """It was whole, but a newer version had made it."""


@event
class StoreFilled(Event):
    """There is no room: what is no alarm is not taken any more."""

    reason: str


@event
class StoreHasRoom(Event):
    """Everything is taken again."""


@event
class RecordsDropped(Event):
    """There was no room: records were erased before every receiver had them."""

    drop_id: int
    what: str
    """`telemetry`, `information` or `low`."""
    count: int
    first: int
    last: int
    reason: str


@event
class RuleFailed(Event):
    """A rule could not make anything of an event (derived inside the engine)."""

    rule_id: str
    error: str


@event
class PartDown(Event):
    """A part of the gateway that it can do without has fallen too often and stays down."""

    part: str
    reason: str


@event
class ConfigurationRefused(Event):
    """The file of the home has mistakes for which it is not used: the gateway goes on under the one
    before, or the last good one. Said again after each start for as long as that is so."""

    reason: str
