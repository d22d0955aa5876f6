"""A clock that goes many times as fast and can be set, for the daemon and for who plays its home.

`python -m benchmarks.soak.clock FILE run ...` is `heimvakt run` with this clock: all else is the
real thing. What it shows stands in a small file that both processes have mapped. Waiting on the
wire, heartbeats and housekeeping take the time they always take (docs/adr/0004).
"""

from __future__ import annotations

import asyncio
import mmap
import struct
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from heimvakt.runtime.clock import SystemClock

LAYOUT = struct.Struct("<ddddd")
TASKS = struct.Struct("<I")
SIZE = LAYOUT.size + TASKS.size
LOOK_AGAIN_S = 1.0
"""A clock that is set while somebody sleeps is noticed after this at the latest."""


class Pace:
    """How fast the home's time goes, and how wrong its clock is."""

    def __init__(self, path: Path, start: datetime | None = None) -> None:
        """With `start` the file is made anew: it is then, and goes at the usual speed."""
        if start is not None:
            fresh = LAYOUT.pack(_boot_s(), start.timestamp(), 0.0, 1.0, 0.0)
            path.write_bytes(fresh + TASKS.pack(0))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), SIZE)

    @property
    def _facts(self) -> tuple[float, float, float, float, float]:
        """Of the boot clock when the pace was set: the reading, the time in the home, and how long
        that had gone; the speed since then; by how much the wall clock is ahead."""
        since, then, gone, speed, ahead = LAYOUT.unpack_from(self._map)
        return since, then, gone, speed, ahead

    @property
    def speed(self) -> float:
        """Time in the home over real time."""
        return self._facts[3]

    def true(self, boot_s: float | None = None) -> datetime:
        """What the time in the home is, whatever its clock shows."""
        since, then, _, speed, _ = self._facts
        passed = (_boot_s() if boot_s is None else boot_s) - since
        return datetime.fromtimestamp(then + speed * passed, UTC)

    def shown(self, boot_s: float) -> datetime:
        """What the clock shows."""
        return self.true(boot_s) + timedelta(seconds=self._facts[4])

    def gone(self, boot_s: float | None = None) -> float:
        """Seconds of the home since it began."""
        since, _, gone, speed, _ = self._facts
        return gone + speed * ((_boot_s() if boot_s is None else boot_s) - since)

    def go(self, speed: float) -> None:
        """So fast from now on."""
        boot_s, ahead_s = _boot_s(), self._facts[4]
        then, gone = self.true(boot_s).timestamp(), self.gone(boot_s)
        LAYOUT.pack_into(self._map, 0, boot_s, then, gone, speed, ahead_s)

    def step(self, ahead: timedelta) -> None:
        """Somebody sets the clock: it is so far ahead of the truth."""
        LAYOUT.pack_into(self._map, 0, *self._facts[:4], ahead.total_seconds())

    @property
    def tasks(self) -> int:
        """How many the daemon had when it said so last."""
        count: int = TASKS.unpack_from(self._map, LAYOUT.size)[0]
        return count

    def tell_tasks(self, count: int) -> None:
        """For the daemon."""
        TASKS.pack_into(self._map, LAYOUT.size, count)


class FastClock(SystemClock):
    """The port's clock, as fast as the pace says; the network is taken to keep it."""

    def __init__(self, pace: Pace) -> None:
        super().__init__(synchronised=lambda _: True, rtc=lambda: None)
        self._pace = pace
        self._read_s: float | None = None
        self._tell_at_s = 0.0

    def now(self) -> datetime:
        return self._pace.shown(self._boot_s())

    def monotonic(self) -> float:
        return self._pace.gone(self._boot_s())

    async def sleep_until(self, at: datetime) -> None:
        while (left_s := (at - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - time tells nobody
            await asyncio.sleep(min(left_s / self._pace.speed, LOOK_AGAIN_S))

    def _boot_s(self) -> float:
        """One reading for each turn of the event loop: whoever asks for wall clock and boot clock
        and is put off in between for 30 ms would take the clock for set."""
        if self._read_s is not None:
            return self._read_s
        boot_s = _boot_s()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return boot_s
        self._read_s = boot_s
        loop.call_soon(self._forget)
        if boot_s >= self._tell_at_s:
            self._tell_at_s = boot_s + LOOK_AGAIN_S
            self._pace.tell_tasks(len(asyncio.all_tasks(loop)))
        return boot_s

    def _forget(self) -> None:
        self._read_s = None


def _boot_s() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def main() -> None:
    """Run the command line with the fast clock."""
    from heimvakt.app import serving
    from heimvakt.cli import main as command

    pace = Pace(Path(sys.argv.pop(1)))
    vars(serving)["SystemClock"] = lambda: FastClock(pace)
    command()


if __name__ == "__main__":
    main()
