"""Show those who live there how their alarm is doing, and whether one could get through at all.

What is shown is decided in `heimvakt.core.signs`; here it is kept up to date on whatever shows it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from heimvakt.core.alarms import Alarm, AlarmState
from heimvakt.core.events import Mode
from heimvakt.core.patterns import LIGHTS
from heimvakt.core.ports import Clock, Signs
from heimvakt.core.signs import Circumstances, Sign, is_deaf, is_faulty, sign

from .pipeline import Committed, Pipeline

log = structlog.get_logger("signs")

LOOK_EVERY_S = 1.0
LAMPS = Path("/sys/class/leds")


class SignWatch:
    """Shows the sign of the moment on everything that can."""

    def __init__(
        self,
        pipeline: Pipeline,
        clock: Clock,
        cut_off_s: Callable[[], float | None],
        shown_on: Sequence[Signs],
    ) -> None:
        """`cut_off_s` says for how long no path has been good; None while one is."""
        self._pipeline = pipeline
        self._clock = clock
        self._cut_off_s = cut_off_s
        self._shown_on = shown_on
        self.now = Sign.CONNECTED
        self._cancelled: tuple[Alarm, ...] = ()
        """The last one: a pre-alarm that was taken back is in no state any more."""
        pipeline.watch(self._note)

    async def run(self) -> None:
        """Keep it up to date until cancelled: after every commit, and as time passes."""
        shown: Sign | None = None
        while True:
            turned = self._pipeline.turned
            self.now = self._look()
            if self.now is not shown:
                shown = self.now
                log.debug("sign", shown=shown)
                for each in self._shown_on:
                    each.show(shown)
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await turned.wait()
            except TimeoutError:
                continue

    def _look(self) -> Sign:
        now, state = self._clock.now(), self._pipeline.state
        home, supervised = self._pipeline.home, state.supervised
        here = Circumstances(
            cut_off_s=self._cut_off_s(),
            deaf=is_deaf(home, supervised, now),
            faulty=is_faulty(home, supervised, now),
            reminded=bool(state.reminders),
            private=state.mode.mode is Mode.PRIVACY,
        )
        return sign((*state.alarms.values(), *self._cancelled), now, here)

    def _note(self, committed: Committed) -> None:
        for alarm in committed.outcome.changed:
            if alarm.state is AlarmState.CANCELLED:
                self._cancelled = (alarm,)


class LampSigns:
    """A lamp of the board that the kernel makes blink (`/sys/class/leds`, trigger `timer`)."""

    def __init__(self, name: str, lamps: Path = LAMPS) -> None:
        self._lamp = lamps / name
        self._told = False

    def show(self, sign: Sign) -> None:
        """See the port. A lamp that cannot be written is told once."""
        light = LIGHTS[sign]
        try:
            if not light.on_ms or not light.off_ms:
                most = (self._lamp / "max_brightness").read_text(encoding="ascii").strip()
                self._write("trigger", "none")
                self._write("brightness", most if light.on_ms else "0")
                return
            self._write("trigger", "timer")  # with it the next two come into being
            self._write("delay_on", str(light.on_ms))
            self._write("delay_off", str(light.off_ms))
        except OSError as error:
            if not self._told:
                self._told = True
                log.warning(
                    "the lamp cannot be used",
                    lamp=str(self._lamp),
                    error=error.strerror,
                    hint="may the service write to it? a udev rule gives it the files",
                )

    def _write(self, name: str, value: str) -> None:
        (self._lamp / name).write_text(value, encoding="ascii")
