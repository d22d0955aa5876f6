"""The thing itself: carousel, shutter, lid, sensors, and the hand of whoever lives with it.

It stays as it is when the power goes and when the memory is lost, and it keeps the only book that
cannot be wrong: which section was emptied for which dose.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Self

from .flash import Flash, plain

SECTIONS = 28


@dataclass(frozen=True, slots=True)
class Given:
    """A section that a hand has emptied."""

    filling: int
    section: int
    dose: int
    """For which dose the shutter was open: minutes since 1970."""


@dataclass(slots=True)
class Body:
    """Kept whole after every change."""

    flash: Flash
    filling: int = 0
    """How often it was filled."""
    filled: int = 0
    position: int = 0
    """The section that stands at the shutter; 0: none, it was just filled."""
    full: list[int] = field(default_factory=list)
    """Sections with something in them."""
    shutter_for: int | None = None
    """The dose for which the shutter is open."""
    lid_open: bool = False
    forced: bool = False
    tilted: bool = False
    mains: bool = True
    battery: int = 100
    stuck: bool = False
    given: list[Given] = field(default_factory=list)
    turns: list[tuple[int, int]] = field(default_factory=list)
    """Filling and section of every turn."""

    @classmethod
    def load(cls, flash: Flash) -> Self:
        """As it was left."""
        body, text = cls(flash), flash.read()
        if text is not None:
            kept: dict[str, Any] = json.loads(text)
            for name, value in kept.items():
                setattr(body, name, value)
            body.given = [Given(**each) for each in kept["given"]]
            body.turns = [(filling, section) for filling, section in kept["turns"]]
        return body

    @property
    def left(self) -> int:
        """Sections that were not turned to yet."""
        return self.filled - self.position

    @property
    def cup_full(self) -> bool:
        """What the sensor at the shutter says."""
        return self.position in self.full

    def turn_to(self, section: int) -> bool:
        """Move the carousel; False: the sensor did not come within 10 s."""
        if self.stuck or self.tilted or self.lid_open or section > self.filled:
            return False
        if section != self.position:
            assert section == self.position + 1, "it only turns forward, by one"
            self.position = section
            self.turns.append((self.filling, section))
            self.save()
        return True

    def shutter(self, dose: int | None) -> None:
        """Open it for a dose, or close it."""
        if self.shutter_for != dose:
            self.shutter_for = dose
            self.save()

    def take(self) -> bool:
        """Somebody reaches for the dose; whether there was one to be had."""
        if self.shutter_for is None or not self.cup_full:
            return False
        self.full.remove(self.position)
        self.given.append(Given(self.filling, self.position, self.shutter_for))
        self.save()
        return True

    def fill(self, doses: int) -> None:
        """Another carousel is put in, with so many sections filled."""
        self.filling += 1
        self.filled, self.position = doses, 0
        self.full = list(range(1, doses + 1))
        self.save()

    def save(self) -> None:
        """Whole or not at all."""
        kept = plain(self)
        del kept["flash"]
        self.flash.write(json.dumps(kept, default=plain))
