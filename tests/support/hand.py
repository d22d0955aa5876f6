"""`heimvakt run` with a hand on its wall clock: `python -m tests.support.hand FILE run ...`.

All of it is the real thing, but for three facts that the hand gives: by how much the wall clock is
wrong, whether the kernel says that the network keeps it, and which boot this is. They stand in a
small file that both processes have mapped, so that a step is there at once.
"""

from __future__ import annotations

import mmap
import struct
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

LAYOUT = struct.Struct("<d?I")


class Hand:
    """What a test does to the clock of a daemon."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(LAYOUT.pack(0.0, True, 1))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), LAYOUT.size)

    @property
    def facts(self) -> tuple[float, bool, int]:
        """Seconds that the wall clock is ahead, whether the network keeps it, the boot."""
        ahead_s, kept, boot = LAYOUT.unpack(self._map[:])
        return ahead_s, kept, boot

    def set(self, to: datetime | None = None, *, kept: bool, new_boot: bool = False) -> datetime:
        """Let it show `to`, or the true time; returns what it shows."""
        now = datetime.now(UTC)
        to = to or now
        boot = self.facts[2] + new_boot
        self._map[:] = LAYOUT.pack((to - now).total_seconds(), kept, boot)
        return to

    def close(self) -> None:
        self._map.close()


def main() -> None:
    """Run the command line with the clock in the hand."""
    from heimvakt.app import serving
    from heimvakt.cli import main as command
    from heimvakt.runtime.clock import SystemClock

    hand = Hand(Path(sys.argv.pop(1)))

    class ClockInHand(SystemClock):
        def __init__(self) -> None:
            super().__init__(synchronised=lambda _: hand.facts[1], rtc=lambda: None)

        @property
        def boot_id(self) -> str:
            return f"{super().boot_id}-{hand.facts[2]}"

        def now(self) -> datetime:
            return super().now() + timedelta(seconds=hand.facts[0])

    vars(serving)["SystemClock"] = ClockInHand
    command()


if __name__ == "__main__":
    main()
