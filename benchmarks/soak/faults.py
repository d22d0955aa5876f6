"""What goes wrong in the week, one after the other, at seeded moments and for seeded lengths."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import cast

from heimvakt.demo.link import ServiceGone
from heimvakt.demo.receiver import Manners
from heimvakt_drivers.virtual.zigbee import EmergencyButton
from tests.support.home import Home
from tests.support.proxy import Proxy
from tests.support.service import Service
from tests.support.small_disk import Disk

from .clock import Pace
from .life import RULES, SPARE_BUTTON
from .lives import Lives
from .samples import Book

GAP_MIN, GAP_MEAN_H = timedelta(minutes=15), 1.0
LASTS_MIN = (1.0, 45.0)
"""Minutes of the home, drawn evenly by their logarithm."""
STEPS_MIN = (-30.0, -5.0, -0.5, 0.5, 5.0, 30.0)
PRESS_S = 0.3
"""From the begin of a fault to a press in it, and how long that is; real time."""
UP_S_MAX = 120.0
SETTLE_S = 3.0
"""Real time after a fault in which frames may still go the way of the fault."""


@dataclass(slots=True)
class Faults:
    """Of one week."""

    home: Home
    lives: Lives
    line: Proxy
    pace: Pace
    disk: Disk
    book: Book
    folder: Path
    chance: random.Random
    kills_until_h: float
    """The last life is to be a long one."""
    now: str = ""
    """The fault that is on."""
    deaf: list[tuple[float, float]] = field(default_factory=list)
    """From when to when a frame could not be taken, in seconds of the home."""
    counts: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    backups: int = 0
    reloads: int = 0

    async def come(self) -> None:
        """One after the other, each after a while, until cancelled. All kinds in turn, shuffled."""
        while True:
            kinds = list(self._kinds())
            self.chance.shuffle(kinds)
            for kind in kinds:
                gap_h = self.chance.expovariate(1 / GAP_MEAN_H)
                await self.wait(GAP_MIN + timedelta(hours=gap_h))
                try:
                    await self.one(kind)
                except Exception as error:  # noqa: BLE001 - the week goes on; its end tells it
                    self.failed.append(f"{kind}: {error!r}")
                    self.book.note("fault failed", kind=kind, error=repr(error))

    async def one(self, kind: str) -> None:
        """It comes, somebody presses a button while it is on, and it goes."""
        if kind == "daemon killed" and self.pace.gone() > self.kills_until_h * 3600:
            return
        await asyncio.wait_for(self.lives.up.wait(), UP_S_MAX)
        low, high = LASTS_MIN
        lasts = timedelta(minutes=low * (high / low) ** self.chance.random())
        self.counts[kind] += 1
        began, self.now = self.pace.gone(), kind
        self.book.note(
            "fault", kind=kind, home_h=began / 3600, lasts_min=lasts.total_seconds() / 60
        )
        press = asyncio.create_task(self._press())
        try:
            deaf = await self._kinds()[kind](lasts)
        finally:
            await press
        await asyncio.sleep(SETTLE_S)
        if deaf:
            before = began - SETTLE_S * self.pace.speed  # what was just on its way
            self.deaf.append((before, self.pace.gone()))
        self.now = ""
        self.book.note("fault over", kind=kind, home_h=self.pace.gone() / 3600)

    async def wait(self, home: timedelta) -> None:
        """So long in the home."""
        await asyncio.sleep(home.total_seconds() / self.pace.speed)

    def _kinds(self) -> dict[str, Callable[[timedelta], Awaitable[bool]]]:
        """Each says whether frames may be lost in it, because nobody was there to take them."""
        return {
            "broker killed": self._broker_killed,
            "broker ended": self._broker_ended,
            "line cut": self._line_cut,
            "line stalled": self._line_stalled,
            "receiver silent": self._receiver_silent,
            "radio unplugged": self._unplugged,
            "daemon killed": self._killed,
            "disk full": self._disk_full,
            "clock set": self._clock_set,
            "backup": self._backup,
            "reload": self._reload,
        }

    async def _press(self) -> None:
        """In the middle of it: every fault takes longer than this."""
        button = cast(EmergencyButton, self.home.devices[SPARE_BUTTON])
        await asyncio.sleep(PRESS_S)
        await button.press()
        await asyncio.sleep(PRESS_S)
        await button.release()

    async def _broker_killed(self, lasts: timedelta) -> bool:
        await self.home.broker.kill()
        await self.wait(lasts)
        await self.home.broker.start()
        return False

    async def _broker_ended(self, lasts: timedelta) -> bool:
        await self.home.broker.stop()
        await self.wait(lasts)
        await self.home.broker.start()
        return False

    async def _line_cut(self, lasts: timedelta) -> bool:
        self.line.cut()
        await self.wait(lasts)
        self.line.mend()
        return False

    async def _line_stalled(self, lasts: timedelta) -> bool:
        self.line.stall()
        await self.wait(lasts)
        self.line.mend()
        return False

    async def _receiver_silent(self, lasts: timedelta) -> bool:
        receiver = self.home.centre.receiver
        usual = receiver.behaviour
        receiver.behaviour = replace(usual, manners=Manners.NEVER, accept_after_s=None)
        await self.wait(lasts)
        receiver.behaviour = usual
        return False

    async def _unplugged(self, lasts: timedelta) -> bool:
        service = self.lives.service
        assert service is not None
        await self.home.radio.unplug()
        await self.wait(lasts)
        await self.home.radio.replug()
        await service.hears()
        return True

    async def _killed(self, lasts: timedelta) -> bool:
        down_s = self.chance.choice([0.0, lasts.total_seconds() / self.pace.speed])
        number = self.lives.number
        await asyncio.sleep(PRESS_S + self.chance.uniform(0.0, 0.1))  # a press is under way
        await self.lives.kill(down_s)
        await asyncio.wait_for(self.lives.up.wait(), down_s + UP_S_MAX)
        assert self.lives.number > number
        return True

    async def _disk_full(self, lasts: timedelta) -> bool:
        await asyncio.to_thread(self.disk.eat)
        await self.wait(lasts)
        await asyncio.to_thread(self.disk.give_back)
        return False

    async def _clock_set(self, lasts: timedelta) -> bool:
        self.pace.step(timedelta(minutes=self.chance.choice(STEPS_MIN)))
        await self.wait(lasts)
        self.pace.step(timedelta())
        return False

    async def _backup(self, lasts: timedelta) -> bool:
        to = self.folder / "backups"
        to.mkdir(exist_ok=True)
        command = self.home.command
        arguments = ("--to", to, "--keep", 2, "--config", command.configuration)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "heimvakt", "backup", *map(str, arguments)),
            *("--state", str(command.state), "--json"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        self.backups += process.returncode == 0
        if process.returncode:
            self.book.note("backup failed", said=said.decode(errors="replace")[-500:])
        return False

    async def _reload(self, lasts: timedelta) -> bool:
        """The same process takes a file in which a limit has changed; the radio is opened anew."""
        service, file = self.lives.service, self.home.command.configuration
        assert service is not None
        self.reloads += 1
        text = file.read_text()
        for minutes in (20, 25):
            text = text.replace(f'back_within = "{minutes}m"', 'back_within = "?m"')
        file.write_text(text.replace('"?m"', f'"{25 if self.reloads % 2 else 20}m"'))
        with suppress(ProcessLookupError):
            os.kill(service.pid, signal.SIGHUP)
        async with asyncio.timeout(UP_S_MAX):
            while not await self._hears(service):
                pass
        return True

    async def _hears(self, service: Service) -> bool:
        """False while one life has left the control socket and the next is not there yet."""
        await asyncio.sleep(PRESS_S)
        try:
            await service.hears()
        except (OSError, ServiceGone):
            return False
        return True


def rules(back_within: str = "20m") -> str:
    """Of the home, as the file has them."""
    return RULES.replace("{back_within}", back_within)
