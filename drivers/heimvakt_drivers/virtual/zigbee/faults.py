"""Faults on the way from the coordinator to the host, on request and from a seeded chance.

PURE but for its own dice. Nothing is wrong until somebody sets it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

_NAMES = ("drop", "garble", "delay")


@dataclass(slots=True)
class Faults:
    """What goes wrong at present. Proportions are 0.0 (never) to 1.0 (always)."""

    chance: random.Random
    deaf: bool = False
    """What the host sends is not heard."""
    mute: bool = False
    """Nothing is sent to the host; the port stays open."""
    drop: float = 0.0
    """This proportion of frames is lost."""
    garble: float = 0.0
    """This proportion of frames has one octet changed, so its check octet is wrong."""
    delay: float = 0.0
    """This proportion of frames waits for `delay_s` first."""
    delay_s: float = 0.2
    indications_only: bool = False
    """Spare the answers to the host's requests: only what devices send is touched."""
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_NAMES, 0))
    """How often each fault struck, by its name."""

    def clear(self) -> None:
        """Nothing is wrong any more; the counts stay."""
        self.deaf = self.mute = self.indications_only = False
        self.drop = self.garble = self.delay = 0.0

    def distort(self, data: bytes, *, answer: bool) -> tuple[float, bytes | None]:
        """What becomes of a frame: seconds to wait, and the octets, None when it is lost."""
        if answer and self.indications_only:
            return 0.0, data
        if self._strikes("drop", self.drop):
            return 0.0, None
        if self._strikes("garble", self.garble):
            data = self._garbled(data)
        return (self.delay_s if self._strikes("delay", self.delay) else 0.0), data

    def rubbish(self, count: int, *, without: frozenset[int]) -> bytes:
        """So many octets of anything but these."""
        return bytes(self.chance.choices(bytes(set(range(0x100)) - without), k=count))

    def _strikes(self, name: str, proportion: float) -> bool:
        if proportion <= 0.0 or self.chance.random() >= proportion:
            return False
        self.counts[name] += 1
        return True

    def _garbled(self, data: bytes) -> bytes:
        at = self.chance.randrange(1, len(data))
        changed = data[at] ^ self.chance.randrange(1, 0x100)
        return data[:at] + bytes((changed,)) + data[at + 1 :]
