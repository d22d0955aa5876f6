"""What can go wrong with the wire and the power of a virtual dispenser. Nothing does until told."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from .flash import PowerCut


@dataclass(slots=True)
class Faults:
    """Set what is to go wrong; `mend` ends it all."""

    chance: random.Random = field(default_factory=lambda: random.Random(1))
    cut_after: int | None = None
    """So many more octets pass, in either direction; then the wire is dead."""
    noise: float = 0.0
    """The share of octets that are spoilt, dropped or doubled."""
    answers_lost: int = 0
    """So many answers are not sent, although what was asked has been done."""
    power_for: int | None = None
    """The power lasts for so many more writes; the last of them is not made."""

    def mend(self) -> None:
        """The wire is whole; the power is what it is."""
        self.cut_after = None
        self.noise = 0.0
        self.answers_lost = 0

    def carry(self, octets: bytes) -> bytes:
        """What of it gets to the other end."""
        if self.cut_after is not None:
            octets = octets[: self.cut_after]
            self.cut_after -= len(octets)
        if not self.noise:
            return octets
        return b"".join(self._spoil(octet) for octet in octets)

    def lose_answer(self) -> bool:
        """Whether the next answer is lost."""
        if self.answers_lost:
            self.answers_lost -= 1
            return True
        return False

    def write(self) -> None:
        """Before each write to the memory or the body. Raises PowerCut."""
        if self.power_for is None:
            return
        if self.power_for == 0:
            self.power_for = None
            raise PowerCut
        self.power_for -= 1

    def _spoil(self, octet: int) -> bytes:
        if self.chance.random() >= self.noise:
            return bytes((octet,))
        spoilt = self.chance.randrange(256)
        return self.chance.choice((b"", bytes((spoilt,)), bytes((octet, spoilt))))
