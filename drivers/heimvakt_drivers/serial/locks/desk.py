"""One lock as both drivers see it: what its contacts say, who is at it, and the order in flight.

The wire tells it what it hears; it tells the home, and whoever gave an order. One order at a time,
and none twice: an order whose number is known is answered as it was the first time, unless it is
certain that nothing was done then.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable

from heimvakt.core.bucket import Bucket
from heimvakt.core.commands import Command, CommandFailed, Verb
from heimvakt.core.events import (
    CodesIgnored,
    ContactBack,
    ContactLost,
    DeviceEvent,
    DeviceSeen,
    Event,
    TagBy,
    TagPresented,
)

from . import contacts, guesses, order
from .addresses import Post
from .contacts import Contact, Contacts, Levels
from .guesses import Guesses
from .order import Order, Verdict

REMEMBERED = 64
"""Orders whose end is remembered. Whoever gave one asks for some seconds at the most."""

ANSWER_S = 8.0
"""How long an order may take; whoever gave it waits ten seconds."""

LASTING_S_MAX = 600.0
"""A door is not let go for longer at a time."""

SIGN_S = 600.0
"""How often a lock that is there and says nothing new is told to be there: supervision wants to
hear of it every 15 minutes."""

STRANGERS_MAX, STRANGERS_PER_S = 20, 1 / 60
"""Keys that nobody knows, at once and in a time, that are told: each is a row of the audit log, and
whoever stands at the door with one must not push out of it who opened that door."""

_CANCELLED = Verdict(done=False, certain=False, reason="it was given up in the middle")


class Desk:
    """For one `run` of a driver."""

    def __init__(
        self,
        post: Post,
        put: Callable[[Iterable[Event]], None],
        whose: Callable[[str], str | None],
        *,
        bolt_within_s: float,
    ) -> None:
        self.post = post
        self.contacts = Contacts()
        self._put = put
        self._whose = whose
        self._bolt_within_s = bolt_within_s
        self._loop = asyncio.get_running_loop()
        self._past: OrderedDict[str, Verdict] = OrderedDict()
        self._order: Order | None = None
        self._in_flight = ""
        self._stop: Callable[[], None] = lambda: None
        self._verdict: asyncio.Future[Verdict] = self._loop.create_future()
        self._timer: asyncio.TimerHandle | None = None
        self._sign_at = 0.0
        self._strangers = Bucket(most=STRANGERS_MAX, per_s=STRANGERS_PER_S)
        self._guesses = Guesses()

    @property
    def name(self) -> str:
        """The lock, as the configuration names it."""
        return self.post.lock.device_id

    # ----------------------------------------------------------------------- what the wire tells

    def heard(self, levels: Levels) -> None:
        """The lock says where contacts of it are."""
        self.contacts, events = contacts.heard(self.contacts, self.post, levels, self._loop.time())
        self._put(events)
        if self._order is not None:
            now = self._loop.time()
            self._follow(order.moved(self._order, self.contacts.levels, now))

    def at_reader(self, key: str, by: TagBy) -> None:
        """Somebody held a card to the reader, or typed a code."""
        now, limit = self._loop.time(), None
        if by is TagBy.CODE and guesses.ignores(self._guesses, now):
            return
        name = self._whose(key)
        if name is not None:
            self.contacts = contacts.presented(self.contacts, by, now)
        elif by is TagBy.CODE:
            self._guesses, limit = guesses.wrong(self._guesses, now)
        reader = (self.post.reader or self.post.lock).device_id
        if name is not None or self._strangers.take(now):
            self._put([TagPresented(device_id=reader, tag=name or "", by=by)])
        if limit is not None:
            ignored = CodesIgnored(device_id=reader, wrong=limit.wrong, for_s=limit.ignored_s)
            self._put([ignored])

    def lost(self, reason: str) -> None:
        """It is out of reach, and has been for long enough to be told."""
        self._put(ContactLost(device_id=d.device_id, reason=reason) for d in self.post.devices)

    def there(self, *, again: bool) -> None:
        """It is reached and its state is known; `again`: it was told as lost."""
        kind: type[DeviceEvent] = ContactBack if again else DeviceSeen
        self._sign_at = self._loop.time() + SIGN_S
        self._put(kind(device_id=d.device_id) for d in self.post.devices)

    def alive(self) -> None:
        """It answers; told every now and then."""
        if self._loop.time() >= self._sign_at:
            self.there(again=False)

    # -------------------------------------------------------------------------------- the order

    async def carry(
        self, command: Command, lasting_s: float, send: Callable[[], bool], stop: Callable[[], None]
    ) -> None:
        """Have an order carried out; returns when the lock itself has confirmed it.

        Args:
            lasting_s: for how long its bolt may move because of it.
            send: hands it to the wire, which calls `sent` when it goes out; False: it cannot.
            stop: what is not on the wire yet must not get there any more.

        Raises:
            CommandFailed: it was not done, or nobody knows.
        """
        if (known := self._known(command)) is not None:
            return _answer(known)
        if self._order is not None:
            same = command.command_id == self._in_flight
            raise CommandFailed("the lock is busy with an order", certain=not same)
        loop = self._loop
        self._in_flight, self._stop = command.command_id, stop
        self._verdict = loop.create_future()
        wants = self._wants(command.verb)
        self._order = Order(
            wants=wants,
            releases=command.verb is Verb.UNLOCK,
            before=self.contacts.levels,
            until=loop.time() + ANSWER_S,
            bolt_within_s=self._bolt_within_s,
        )
        if command.verb in (Verb.LOCK, Verb.UNLOCK):
            self.contacts = contacts.ordered(self.contacts, command.verb, loop.time(), lasting_s)
        verdict = _CANCELLED
        try:
            if not send():
                raise CommandFailed("the lock cannot be told anything now")
            self._follow((self._order, None))
            verdict = await self._verdict
        finally:
            if self._order.stage is order.Stage.GIVEN:
                stop()  # also where the caller has given up
                verdict = Verdict(done=False, reason=verdict.reason)
            self._end(command, verdict)
        if verdict.jammed and not self.contacts.levels.get(Contact.DOOR):
            self.contacts, events = contacts.stuck(self.contacts, self.post)
            self._put(events)
        _answer(verdict)

    def sent(self) -> None:
        """The order is on the wire."""
        if self._order is not None:
            self._follow((order.sent(self._order), None))

    def taken(self) -> None:
        """The lock says that it did it."""
        if self._order is not None:
            self._follow(order.taken(self._order, self.contacts.levels, self._loop.time()))

    def refused(self) -> None:
        """The lock says, so that nobody else can have said it, that it does not do it."""
        if self._order is not None:
            self._follow(order.refused(self._order))

    def unreachable(self, reason: str) -> None:
        """What is not on the wire cannot get there."""
        if self._order is not None:
            self._follow(order.lost(self._order, reason))

    def read_again(self) -> None:
        """It was out of reach, and its whole state is known again."""
        if self._order is not None:
            self._follow((order.read_again(self._order, self._loop.time()), None))

    def _wants(self, verb: Verb) -> bool | None:
        if Contact.BOLT not in self.contacts.levels or verb is Verb.IDENTIFY:
            return None
        return verb is Verb.LOCK

    def _known(self, command: Command) -> Verdict | None:
        """How this very order went, unless it is certain that nothing was done."""
        known = self._past.get(command.command_id)
        return None if known is None or (known.certain and not known.done) else known

    def _follow(self, step: order.Step) -> None:
        self._order, verdict = step
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._verdict.done():
            return
        if verdict is not None:
            if self._order.stage is order.Stage.GIVEN:
                self._stop()  # now: before whoever waits is told, it might go out
            self._verdict.set_result(verdict)
        else:
            self._timer = self._loop.call_at(self._order.ends_at, self._late)

    def _late(self) -> None:
        if self._order is not None:
            self._follow(order.late(self._order, self._loop.time()))

    def _end(self, command: Command, verdict: Verdict) -> None:
        self._order = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._past[command.command_id] = verdict
        while len(self._past) > REMEMBERED:
            self._past.popitem(last=False)


def lasting_s(command: Command, usual_s: float) -> float:
    """For how long the door is to be let go.

    Raises:
        CommandFailed: longer than is good.
    """
    wanted = usual_s if command.lasting is None else command.lasting.total_seconds()
    if not 0 < wanted <= LASTING_S_MAX:
        raise CommandFailed(f"a door is let go for {LASTING_S_MAX:.0f} s at the most")
    return wanted


def _answer(verdict: Verdict) -> None:
    if not verdict.done:
        raise CommandFailed(verdict.reason, certain=verdict.certain)
