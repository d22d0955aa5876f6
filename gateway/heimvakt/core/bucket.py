"""So many at once and so many in a time, for what strangers may cause.

Pure: whoever asks says what time it is.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Bucket:
    """Full at first, and fills again by itself."""

    most: int
    per_s: float
    left: float = -1.0
    at: float = 0.0

    def take(self, at: float) -> bool:
        """Whether there is one left at this moment."""
        before = self.left if self.left >= 0 else self.most
        self.left = min(float(self.most), before + (at - self.at) * self.per_s)
        self.at = at
        if self.left < 1.0:
            return False
        self.left -= 1.0
        return True
