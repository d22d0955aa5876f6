"""The SIM: its PIN, its PUK, and the messages that are kept on it.

PURE.
"""

from __future__ import annotations

from dataclasses import dataclass, field

PIN_TRIES = 3
PUK_TRIES = 10
PLACES = 20


@dataclass(slots=True)
class VirtualSim:
    """One card. It is locked when it gets power, if it has a PIN."""

    pin: str | None = None
    iccid: str = "89470000000000000017"
    imsi: str = "242010000000017"
    pin_tries: int = PIN_TRIES
    puk_tries: int = PUK_TRIES
    open: bool = False
    tried: list[str] = field(default_factory=list)
    """Every PIN that was ever entered."""
    kept: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    """By place: 0 not read yet or 1 read, and the message."""

    def power(self) -> None:
        """It gets power."""
        self.open = self.pin is None and self.pin_tries > 0

    @property
    def state(self) -> str:
        """As `+CPIN:` says it."""
        if self.pin_tries == 0:
            return "SIM PUK"
        return "READY" if self.open else "SIM PIN"

    def enter(self, pin: str) -> bool:
        """A PIN is entered."""
        self.tried.append(pin)
        if self.pin_tries and pin == self.pin:
            self.pin_tries, self.open = PIN_TRIES, True
            return True
        self.pin_tries = max(0, self.pin_tries - 1)
        return False

    def keep(self, message: bytes) -> int | None:
        """The place of a new message; None: there is none free."""
        free = next((n for n in range(1, PLACES + 1) if n not in self.kept), None)
        if free is not None:
            self.kept[free] = (0, message)
        return free
