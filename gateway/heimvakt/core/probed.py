"""How far one attempt to reach a receiver came, for whoever looks for what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """One address of one receiver, over one path; nothing was said to who is there."""

    broker: str
    """As the configuration has it."""
    dns_ms: float | None = None
    """Until the name was known; 0 where it is an address. None: it is not."""
    connect_ms: float | None = None
    """For TCP, and TLS where there is any; None: it was not reached."""
    valid_until: datetime | None = None
    """Of its certificate; None: there is no TLS."""
    trouble: str = ""
    """Why it came no further."""
    hint: str = ""
