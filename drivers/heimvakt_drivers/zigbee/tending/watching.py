"""What happens in the network while somebody waits for it: who came, who spoke, who fell asleep."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from heimvakt.core.tending import TellStep, TendingFailed, Waiting

if TYPE_CHECKING:
    from zigpy.device import ZigbeeDevice

TICK_S = 5.0
"""How often it is told that nothing has happened."""


class Watching:
    """For one pairing. It is told by plain calls, and awaited by one task."""

    def __init__(self, tell: TellStep) -> None:
        self.tell = tell
        self.present: dict[str, None] = {}
        """Who came into the network since this began, by address, in that order."""
        self.heard: Counter[str] = Counter()
        """Frames, by address."""
        self.heard_at: dict[str, float] = {}
        """The last of them, on the loop's clock."""
        self._changed = asyncio.Event()
        self._lost: str | None = None

    # ------------------------------------------------------------------------ told by the roster

    def came(self, address: str) -> None:
        """A device has joined, has come back, or was interviewed."""
        self.present.setdefault(address)
        self.heard_at[address] = asyncio.get_running_loop().time()
        self._changed.set()

    def handle_message(self, device: ZigbeeDevice, *_: object) -> None:
        """A frame has come; zigpy finds this by its name."""
        address = str(device.ieee)
        self.heard[address] += 1
        self.heard_at[address] = asyncio.get_running_loop().time()
        self._changed.set()

    def said_something(self) -> None:
        """What was read from a frame is there to be looked at."""
        self._changed.set()

    def lost(self, reason: str) -> None:
        """The radio is gone."""
        self._lost = reason
        self._changed.set()

    # --------------------------------------------------------------------------------- awaited

    async def next(self, end: float, *, wake_at: float = float("inf")) -> bool:
        """Wait until something has happened, and tell now and then that nothing has; False when the
        time is over, or at `wake_at` before that. Both are on the loop's clock.

        Raises:
            TendingFailed: the radio is gone.
        """
        loop = asyncio.get_running_loop()
        while (now := loop.time()) < min(end, wake_at):
            try:
                async with asyncio.timeout_at(min(end, wake_at, now + TICK_S)):
                    await self._changed.wait()
            except TimeoutError:
                if (left_s := end - loop.time()) > 0:
                    await self.tell(Waiting(left_s=round(left_s)))
                continue
            self._changed.clear()
            self.check()
            return True
        return False

    def check(self) -> None:
        """Raises TendingFailed if the radio is gone."""
        if self._lost is not None:
            raise TendingFailed(
                f"the radio was lost: {self._lost}", hint="begin again when it is back"
            )
