"""How a connection ended, from what the broker and paho say of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from paho.mqtt.client import DisconnectFlags
from paho.mqtt.reasoncodes import ReasonCode

from .backoff import Failure
from .link_lost import LinkLost

_GOING = ("Server shutting down", "Server busy")


def disconnected(flags: DisconnectFlags, reason: ReasonCode, complaint: str) -> LinkLost:
    """By a word of the broker, or without one; `complaint` is the last error that paho noted."""
    if flags.is_disconnect_packet_from_server:
        going = reason.getName() in _GOING
        return LinkLost(
            f"the broker ended it: {reason}",
            elsewhere=True,
            failure=Failure.AWAY if going else Failure.UNWELCOME,
            hung_up=not going,
        )
    silent = reason.getName() == "Keep alive timeout"
    what = complaint or ("it is silent" if silent else "the connection was cut")
    return LinkLost(what, elsewhere=silent, hung_up=not silent)


def refuses_message(reason: ReasonCode) -> LinkLost:
    """It would refuse the next one too; another broker may not."""
    return unwelcome(f"the broker refuses what is published: {reason}")


def refuses_to_tell(reasons: Sequence[ReasonCode]) -> LinkLost:
    """A broker that lets us hear no answer."""
    return unwelcome(f"the broker refuses to let us hear answers: {reasons[:1]}")


def unwelcome(what: str) -> LinkLost:
    """The far end does not want us, or what we sent."""
    return LinkLost(what, elsewhere=True, failure=Failure.UNWELCOME)
