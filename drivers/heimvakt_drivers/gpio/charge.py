"""How full a battery is by its voltage: pure, and only as good as a voltage can tell.

A straight line between empty and full, and the last readings weighed together, since the voltage
of a battery goes down with every load and up again.
"""

from __future__ import annotations

from dataclasses import dataclass

NEW_WEIGHS = 0.2
"""Of the last reading; at one a second a short load does not look like an empty battery."""


@dataclass(frozen=True, slots=True)
class Charge:
    """Of one battery."""

    empty: float
    """Volts."""
    full: float
    times: float
    """The divider before the converter: what is measured times this is the battery's voltage."""
    volts: float | None = None
    """Smoothed; None: not measured yet."""

    def measured(self, volts: float) -> Charge:
        """With one more reading, as it is at the converter."""
        now = volts * self.times
        if self.volts is not None:
            now = self.volts + NEW_WEIGHS * (now - self.volts)
        return Charge(self.empty, self.full, self.times, now)

    def percent(self) -> float | None:
        """0 to 100, whole; None: not known."""
        if self.volts is None:
            return None
        part = (self.volts - self.empty) / (self.full - self.empty)
        return float(round(100 * min(max(part, 0.0), 1.0)))
