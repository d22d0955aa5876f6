"""One lock on the line: reached, asked, told, and lost.

What to do about the link is decided by `link`, what contacts mean by the desk. Here it is put to
libosdp, and what libosdp says is put to them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import structlog

from heimvakt.core.commands import Command, CommandFailed, Verb
from heimvakt.core.events import TagBy
from heimvakt.core.ports import DriverError
from heimvakt_drivers.serial.locks.contacts import Contact
from heimvakt_drivers.serial.locks.desk import Desk, lasting_s
from heimvakt_drivers.serial.locks.keypad import Typed, typed

from .channel import BusChannel
from .ears import Ears
from .frames import Frame
from .link import Do, Link, Phase, Seen, look
from .panel import Panel, Report, Told
from .reasons import BROKEN_OFF, CLASH
from .reports import Reading, read_report
from .settings import OsdpLock

GIVEN_UP_S = 1.2
"""libosdp asks again once in a second. When it writes nothing for longer, it has given up."""

ANSWER_S = 0.6
"""The standard gives a lock 200 ms. An order without an answer by then is not sent again: the
channel is made anew, which shows whether the lock is there and where its bolt is."""

READ_AGAIN_S = 60.0
"""A lock tells what changes by itself; one report that is lost is mended by then."""

STALL_S = 0.2
"""Looks are ten times closer, unless this process was kept from it."""

RELEASED_S = 0.5
"""After the time of a release: by then the output says that it has ended."""

log = structlog.get_logger(__name__)


class Peer:
    """For one `run` of the driver."""

    def __init__(
        self,
        options: OsdpLock,
        desk: Desk,
        key: Callable[[], bytes],
        write: Callable[[bytes], int],
        counted: Counter[str],
        *,
        told_up: bool | None,
    ) -> None:
        """`key` reads the key of the lock, or raises DriverError; `told_up`: what an earlier run
        has told of it last."""
        self.number = desk.post.number
        self.desk = desk
        self.channel = BusChannel(write, self._order_goes_out)
        self._options = options
        self._key = key
        self._counted = counted
        self._loop = asyncio.get_running_loop()
        self._panel: Panel | None = None
        self._used_key = b""
        now = self._loop.time()
        self._link = Link(since=now, good_at=now, told_up=told_up)
        self._ears = Ears(now)
        self._wrote_at = self._read_at = self._watched_at = now
        self._answer_due: float | None = None
        self._wrong = ""
        self._why = "it does not answer"
        self._reading = Reading()
        self._typed = Typed()
        self._ends: asyncio.TimerHandle | None = None

    @property
    def told_up(self) -> bool | None:
        """Whether it was told last as there; None: nothing was told yet."""
        return self._link.told_up

    @property
    def mute(self) -> bool:
        """It was told as lost, and when it was tried last nothing at all was heard of it."""
        return self.told_up is False and self._ears.mute

    # ------------------------------------------------------------------------------ on the line

    def opened(self) -> None:
        """The line is there."""
        self._watched_at = now = self._loop.time()
        self._link = Link(since=now, good_at=now, told_up=self.told_up)

    def closed(self) -> None:
        """The line is gone."""
        self._stop("the line to it is lost")

    def refresh(self) -> bool:
        """Let libosdp go on with this lock; whether it asked something just now."""
        if self._panel is None:
            return False
        before = self.channel.wrote
        self._panel.refresh()
        if self.channel.wrote is before:
            return False
        self._wrote_at = self._loop.time()
        return True

    def deliver(self, frame: Frame) -> None:
        """The lock has answered what it was asked."""
        self._ears.answered(frame, self._loop.time())
        self.channel.deliver(frame)

    def unasked(self) -> None:
        """A frame came from its address that nobody waits for."""
        self._counted["answers that nobody asked for"] += 1
        if self._ears.clash.unasked():
            self._wrong = CLASH

    def damaged(self) -> None:
        """It was asked, and no whole frame came."""
        self._ears.damaged()

    def watch(self) -> None:
        """Look at the link, and do what follows; called many times a second."""
        now = self._loop.time()
        if (gap := now - self._watched_at) > STALL_S:
            self._forgive(gap)
        self._watched_at = now
        phase = self._link.phase
        if self._answer_due is not None and now >= self._answer_due:
            self._wrong = self._wrong or "it does not answer an order"
        if phase is Phase.TRYING and now - max(self._wrote_at, self._link.since) > GIVEN_UP_S:
            self._wrong = self._wrong or self._refusal()
        again = self.told_up is False
        self._link, todo = look(self._link, self._seen(now))
        for what in todo:
            self._do(what, again=again)
        if self._link.phase is Phase.UP:
            if phase is Phase.READING:
                self.desk.read_again()
            self.desk.alive()
            if now - self._read_at > READ_AGAIN_S:
                self._read()

    def _forgive(self, gap: float) -> None:
        """This process stood still for a while: that is no silence of the lock."""
        self._ears.forgive(gap)
        self._wrote_at += gap
        if self._answer_due is not None:
            self._answer_due += gap
        link = self._link
        self._link = replace(link, since=link.since + gap, good_at=link.good_at + gap)

    def _seen(self, now: float) -> Seen:
        return Seen(
            now=now,
            stopped=self._panel is None or self._panel.stopped,
            secure=self._panel is not None and self._panel.secure,
            heard_at=self._ears.heard_at,
            wrong=bool(self._wrong),
            state_read=self._reading.whole,
        )

    def _do(self, what: Do, *, again: bool) -> None:
        match what:
            case Do.START:
                self._ears.tried(self._loop.time())
                self._start()
            case Do.STOP:
                self._stop(self._wrong or self._refusal())
            case Do.READ:
                self._read()
            case Do.TELL_LOST:
                why = self._wrong or (self._refusal() if self._ears.heard_any else self._why)
                log.warning("a lock is not reached", device=self.desk.name, why=why)
                self.desk.lost(why)
            case Do.TELL_UP:
                self._ears.clash.known = False
                self.desk.there(again=again)

    def _start(self) -> None:
        try:
            key = self._key()
        except DriverError as error:
            self._wrong = f"its key cannot be had: {error}"
            return
        if self._panel is None or key != self._used_key:
            self._panel = Panel(self.number, key, self.channel, self._told, self._answered)
            self._used_key = key
        self._panel.start()

    def _stop(self, why: str) -> None:
        self._why, self._wrong = CLASH if self._ears.clash.known else why, ""
        self._ears.given_up()
        self._reading.forget()
        self._answer_due = None
        self.channel.permit = False
        if self._ends is not None:
            self._ends.cancel()
        if self._panel is not None:
            self._panel.stop()
        self.desk.unreachable(f"the lock is not reached: {why}")

    def _refusal(self) -> str:
        return self._ears.why_not(self.channel.wrote)

    # ------------------------------------------------------------------------------------ orders

    async def execute(self, command: Command) -> None:
        """See the port of drivers."""
        panel = self._panel
        if panel is None or self._link.phase is not Phase.UP:
            raise CommandFailed(f"the lock is not reached: {self._why}")
        output = self._options.output
        match command.verb:
            case Verb.UNLOCK:
                for_s = lasting_s(command, self._options.release_for.total_seconds())
                await self._carry(command, for_s, lambda: panel.release(output, for_s))
                self._look_at_output(released=True)
                self._ends = self._loop.call_later(for_s + RELEASED_S, self._look_at_output)
            case Verb.LOCK:
                await self._carry(command, 0.0, lambda: panel.hold(output))
                self._look_at_output()
            case Verb.IDENTIFY:
                await self._carry(command, 0.0, panel.beep)
            case _:
                raise CommandFailed("a lock does not know how to do that")

    async def _carry(self, command: Command, for_s: float, give: Callable[[], bool]) -> None:
        def send() -> bool:
            self.channel.permit = given = give()
            return given

        def withdraw() -> None:
            self.channel.permit = False
            if self._panel is not None and not self._panel.withdraw():
                self._wrong = self._wrong or "an order was given up"  # it must not go out later

        await self.desk.carry(command, for_s, send, withdraw)

    def _order_goes_out(self) -> None:
        self._answer_due = self._loop.time() + ANSWER_S
        self.desk.sent()

    # ----------------------------------------------------------------------- what libosdp says

    def _told(self, told: Told) -> None:
        if told.card is not None:
            self.desk.at_reader(told.card, TagBy.CARD)
        if told.keys:
            self._typed, codes = typed(self._typed, told.keys, self._loop.time())
            for code in codes:
                self.desk.at_reader(f"code:{code}", TagBy.CODE)
        if told.report is not None:
            levels, cut = read_report(self._options, told.report, told.values)
            self._counted["inputs cut or shorted"] += cut
            self.desk.heard(levels)

    def _answered(self, report: Report | None, done: bool) -> None:
        refused = self._ears.refused
        if report is None:
            self._answer_due = None
            if done:
                self.desk.taken()
            elif refused:
                self.desk.refused()
        elif refused:
            self._reading.refused(report)
            self._wrong = f"it refuses to tell of its {report.name.lower()}"
        elif done and self._panel is not None and not self._reading.told(self._panel, report):
            self._wrong = self._wrong or BROKEN_OFF

    def _read(self) -> None:
        """Ask for all that the lock can tell, one after the other."""
        self._read_at = self._loop.time()
        if self._panel is not None and not self._reading.begin(self._panel):
            self._wrong = self._wrong or BROKEN_OFF

    def _look_at_output(self, *, released: bool = False) -> None:
        """A lock need not tell by itself what its output does."""
        panel = self._panel
        if panel is not None and self._reading.can_tell(panel, Report.OUTPUTS):
            panel.ask(Report.OUTPUTS)
        else:
            self.desk.heard({Contact.RELEASE: released})
