"""Signed changes of the home's file or of the program: what became of each, as the updater says."""

from __future__ import annotations

from enum import StrEnum

from .event import Event, event


class ChangeOf(StrEnum):
    """What is changed."""

    CONFIGURATION = "configuration"
    PROGRAM = "program"


class ChangeOutcome(StrEnum):
    """How far a change has come."""

    APPLIED = "applied"
    """Put in place, and on trial: the gateway has to show that it reaches its receivers."""
    KEPT = "kept"
    """It did, and the change stays."""
    RETURNED = "returned"
    """It did not, and what was there before is there again."""
    REFUSED = "refused"
    """Nothing was touched."""


@event
class ChangeTold(Event):
    """The updater has put a change in place, keeps it, took it back, or did not touch it. Each
    outcome of a change is taken once."""

    change_id: str
    """The change's own number; the updater gives it."""
    what: ChangeOf
    outcome: ChangeOutcome
    before: str
    """A version of the program, or the digest of a file: what there was."""
    after: str
    """What there is instead, or would be."""
    reason: str = ""
    """Why it was taken back or refused."""
    key: str = ""
    """The name of the key that it is signed with, as far as that is known."""
    order_id: str = ""
    """The order that asked for it; empty: a file that somebody brought."""
    by: str = ""
    """Who asked for it."""


@event
class ChangeDelivered(Event):
    """A receiver's broker has stored what became of a change."""

    change_id: str
    outcome: ChangeOutcome
    receiver: str
