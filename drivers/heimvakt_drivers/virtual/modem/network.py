"""The network around the modem, and the telephones there.

PURE.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .pdu import Submitted

HOME, SEARCHING, DENIED, ROAMING, NONE = 1, 2, 3, 5, 0
"""<stat> of +CREG, TS 27.007, 7.2."""
LTE, GSM = 7, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A message that the network took."""

    reference: int
    message: Submitted


@dataclass(slots=True)
class Network:
    """What the modem can hear of it."""

    registration: int = HOME
    technology: int = LTE
    operator: str = "Virtuell"
    rssi: int = 25
    """0 to 31; 99: not known."""
    refuse_with: int | None = None
    """+CMS ERROR for every SMS."""
    refuse_next: list[int] = field(default_factory=list)
    """+CMS ERROR for the next ones, one for each."""
    taken: list[Taken] = field(default_factory=list)
    _reference: int = 0

    @property
    def registered(self) -> bool:
        """Whether it serves the modem."""
        return self.registration in (HOME, ROAMING)

    def take(self, message: Submitted) -> Taken | int:
        """A message from the modem: taken with a reference, or the number of a CMS error."""
        if not self.registered:
            return 331
        if self.refuse_next:
            return self.refuse_next.pop(0)
        if self.refuse_with is not None:
            return self.refuse_with
        self._reference = (self._reference + 1) % 256
        taken = Taken(reference=self._reference, message=message)
        self.taken.append(taken)
        return taken

    def texts(self) -> Sequence[tuple[str, str]]:
        """Number and text of what telephones show: long texts put together, in order of arrival."""
        shown: list[tuple[str, str]] = []
        waiting: dict[tuple[str, int, int], dict[int, str]] = {}
        for taken in self.taken:
            message = taken.message
            if message.joined is None:
                shown.append((message.number, message.text))
                continue
            reference, count, place = message.joined
            parts = waiting.setdefault((message.number, reference, count), {})
            parts[place] = message.text
            if len(parts) == count:
                whole = "".join(parts[place] for place in sorted(parts))
                shown.append((message.number, whole))
                del waiting[message.number, reference, count]
        return shown
