"""One order to a lock, from the moment it is given to the moment it is known how it went.

PURE. What goes on the wire goes there once. From then on only the lock itself can say that it was
done: by its answer, and by its bolt where a contact tells where that is. Until one of the two is
heard nobody knows; that is said so, and never that nothing was done.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from .contacts import Contact, Levels


class Stage(Enum):
    """How far it has come."""

    GIVEN = auto()
    """Not on the wire yet."""
    SENT = auto()
    """On the wire; whether the lock heard it nobody knows."""
    TAKEN = auto()
    """The lock answered that it did it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an order ended."""

    done: bool
    certain: bool = True
    """Not done: it is known that nothing was done."""
    reason: str = ""
    jammed: bool = False


DONE = Verdict(done=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order in flight."""

    wants: bool | None
    """Where the bolt is to be (out: True); None: nothing tells where it is, or it need not move."""
    releases: bool
    """It is to let the door go."""
    before: Levels
    """The contacts when it was given: one that moves since then shows that it was heard."""
    until: float
    """When whoever gave it has to be told something."""
    bolt_within_s: float
    stage: Stage = Stage.GIVEN
    taken_at: float = 0.0

    @property
    def ends_at(self) -> float:
        """When it ends at the latest."""
        if self.stage is Stage.TAKEN:
            return min(self.until, self.taken_at + self.bolt_within_s)
        return self.until


Step = tuple[Order, Verdict | None]


def sent(order: Order) -> Order:
    """It is on the wire."""
    return replace(order, stage=Stage.SENT) if order.stage is Stage.GIVEN else order


def taken(order: Order, levels: Levels, now: float) -> Step:
    """The lock answered that it did it."""
    if order.wants is None or levels.get(Contact.BOLT) is order.wants:
        return order, DONE
    return replace(order, stage=Stage.TAKEN, taken_at=now), None


def refused(order: Order) -> Step:
    """The lock answered, by its own word and nobody else's, that it does not do it."""
    return order, Verdict(done=False, reason="the lock refuses it")


def moved(order: Order, levels: Levels, now: float) -> Step:
    """The contacts were heard."""
    if order.stage is Stage.GIVEN:
        return order, None
    at_bolt = order.wants is not None and levels.get(Contact.BOLT) is order.wants
    if at_bolt and (
        order.stage is Stage.TAKEN or order.before.get(Contact.BOLT) is not order.wants
    ):
        return order, DONE
    lets_go = levels.get(Contact.RELEASE) is True and not order.before.get(Contact.RELEASE)
    if order.stage is Stage.SENT and order.releases and lets_go:
        return taken(order, levels, now)
    return order, None


def read_again(order: Order, now: float) -> Order:
    """The lock was out of reach and has told its whole state: what it did shows soon, or never."""
    if order.stage is not Stage.SENT:
        return order
    return replace(order, until=min(order.until, now + order.bolt_within_s))


def lost(order: Order, reason: str) -> Step:
    """The lock is out of reach. What was sent may have been done: its bolt may yet tell."""
    if order.stage is Stage.GIVEN:
        return order, Verdict(done=False, reason=reason)
    return order, None


def late(order: Order, now: float) -> Step:
    """Time has passed."""
    if now < order.ends_at:
        return order, None
    match order.stage:
        case Stage.GIVEN:
            return order, Verdict(done=False, reason="the line was not free in time")
        case Stage.SENT:
            return order, Verdict(
                done=False, certain=False, reason="the lock was told, and has not answered"
            )
        case Stage.TAKEN:
            return order, Verdict(
                done=False,
                certain=False,
                reason="the lock took the order, and its bolt did not follow",
                jammed=True,
            )
