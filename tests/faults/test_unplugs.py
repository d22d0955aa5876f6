"""The radio is pulled out at random moments: in the middle of a press, of a join, of its own start.

It is back each time, all that the stick had delivered is in the journal, once, and only an outage
longer than the limit is an alarm. HEIMVAKT_UNPLUGS says how often (5 without it), HEIMVAKT_SEED
which moments, HEIMVAKT_RADIO of which family the radio is (znp without it, or ezsp).
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import random
import struct
import termios
from datetime import datetime, timedelta
from typing import Any

import pytest

from heimvakt.demo.link import Link
from heimvakt_drivers.virtual.zigbee import Face, JoinRefusedError
from tests.support.home import Home, home
from tests.support.service import Service
from tests.support.watched import Watched

UNPLUGS = int(os.environ.get("HEIMVAKT_UNPLUGS", "5"))
SEED = int(os.environ.get("HEIMVAKT_SEED", "1"))
SPEAKS: Face = "ezsp" if os.environ.get("HEIMVAKT_RADIO") == "ezsp" else "znp"

LIMIT = timedelta(minutes=1)
"""An outage that is longer is told."""
WITHIN_S = 0.6
"""After the last one was over, so long at most until the next: the stick may still be starting."""
ON_ITS_WAY_S = 0.25
"""What the kernel may take to carry an octet to the end that is read: a thread of its own does that
in its turn, and till then neither end knows of it."""

pytestmark = pytest.mark.fault


@pytest.mark.timeout(120 + 10 * UNPLUGS)
async def test_pulled_out_at_any_moment_it_comes_back_and_nothing_delivered_is_lost() -> None:
    async with (
        home(speaks=SPEAKS) as h,
        h.running(driven_from=h.scene.start) as service,
        service.link() as (link, watched),
    ):
        trial = Trial(h, service, link, watched)
        for _ in range(UNPLUGS):
            await trial.one()
        await trial.all_are_heard()
        alarms = [a for a in watched.alarms().values() if a["kind"] == "radio"]
        assert len(alarms) == trial.outages_told()
        assert {a["state"] for a in alarms} <= {"reset"}
        assert service.process.returncode is None
        print(trial.tally())  # shown by `pytest -s`


class Trial:
    def __init__(self, h: Home, service: Service, link: Link, watched: Watched) -> None:
        self.home, self.service, self.link, self.watched = h, service, link, watched
        self.chance = random.Random(SEED)
        self.now: datetime = h.scene.start
        self.long_ones = self.delivered = self.in_a_join = self.while_starting = 0

    async def one(self) -> None:
        """Up, something happens, out, and up again."""
        what = self.chance.choice(["press", "press", "join", "start"])
        if what == "start":
            self.while_starting += 1  # it is not waited for: the gateway has just opened it
        else:
            await self.is_up()
        presses = len(self.watched.events("button-pressed"))
        busy = asyncio.create_task(self._join() if what == "join" else self._press())
        await asyncio.sleep(self.chance.uniform(0, WITHIN_S))
        written = busy.result() if busy.done() else False
        must = written and self._all_was_read()
        await self.home.radio.unplug()
        await busy
        if must:
            self.delivered += 1
            await self.watched.event("button-pressed", presses + 1)
        await self._stays_away()
        await self.home.radio.replug()
        if what != "start":
            await self.is_up()
            await self._barrier()

    async def is_up(self) -> None:
        await self.service.hears()

    async def all_are_heard(self) -> None:
        await self.is_up()
        motion = self.home.motion
        async with asyncio.timeout(60):
            while not motion.enrolled:
                # Reset while the radio was away, it is a member whom nobody expects to join. The
                # stick may not have been opened again yet.
                with contextlib.suppress(JoinRefusedError):
                    await motion.rejoin()
                await asyncio.sleep(1.0)
        await self.home.pendant.release()
        for act, kind in (
            (self.home.pendant.press, "button-pressed"),
            (self.home.motion.motion, "motion-detected"),
        ):
            before = len(self.watched.events(kind))
            async with asyncio.timeout(60):
                while len(self.watched.events(kind)) == before:
                    await act()
                    await asyncio.sleep(0.2)
                    await self.home.motion.clear()
                    await self.home.pendant.release()

    def outages_told(self) -> int:
        """Those that reached the limit; pulled out again before it was up, it is the same one."""
        lost, back = self.watched.events("radio-lost"), self.watched.events("radio-back")
        return sum(_at(b) - _at(a) >= LIMIT for a, b in zip(lost, back, strict=True))

    def tally(self) -> str:
        return (
            f"{UNPLUGS} unplugs: {self.delivered} just after a press that was delivered, "
            f"{self.in_a_join} in a join, {self.while_starting} while starting, "
            f"{self.long_ones} longer than the limit"
        )

    async def _press(self) -> bool:
        """Whether it was written, and that long enough ago to have been read."""
        pendant = self.home.pendant
        written = bool(await pendant.release()) and bool(await pendant.press())
        await asyncio.sleep(ON_ITS_WAY_S)
        return written

    async def _join(self) -> bool:
        """The motion sensor was reset, and joins; that no press came of it is no loss."""
        motion = self.home.motion
        self.in_a_join += 1
        try:
            if motion.joined:
                await motion.leave_network()
            await motion.join()
        except JoinRefusedError:
            pass  # it is not open at this moment: the sensor stays outside for now
        return False

    def _all_was_read(self) -> bool:
        """Whether the host has taken all that was written so far."""
        port = os.open(self.home.folder / "radio", os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            (unread,) = struct.unpack("i", fcntl.ioctl(port, termios.FIONREAD, bytes(4)))
        finally:
            os.close(port)
        return bool(unread == 0)

    async def _stays_away(self) -> None:
        away = LIMIT * self.chance.choice([0.0, 0.5, 1.5])
        if not away:
            return
        lost = self.watched.events("radio-lost")
        await self.service.status_when(
            lambda status: status["drivers"]["zigbee"]["lost_since"] is not None
        )
        assert len(self.watched.events("radio-lost")) >= len(lost)
        self.now += away
        await self.link.advance(self.now)
        self.long_ones += away > LIMIT

    async def _barrier(self) -> None:
        """All that was sent before has been read once this was: the line keeps the order."""
        door = self.home.door
        opened = self.watched.events("door-opened")
        closed = self.watched.events("door-closed")
        is_open = (opened[-1]["seq"] if opened else 0) > (closed[-1]["seq"] if closed else 0)
        # The daemon may not have noticed yet that the radio was away.
        async with asyncio.timeout(60):
            while not await (door.close() if is_open else door.open()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        if is_open:
            await self.watched.event("door-closed", len(closed) + 1)
        else:
            await self.watched.event("door-opened", len(opened) + 1)


def _at(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["at"])
