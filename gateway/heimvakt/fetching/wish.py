"""What the gateway asks of the process that fetches, and what it hears of it. Pure values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way out of the box."""

    name: str
    interface: str | None = None
    """None: whatever the system takes."""
    dns: tuple[str, ...] = ()
    """Addresses of name servers to be asked over it; empty: as the system does."""
    bytes_per_s_max: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long it is tried."""

    total_s: float
    stalled_s: float = 600.0
    """Without one more byte; a line that is away for minutes comes back."""
    connect_s: float = 20.0
    read_s: float = 30.0
    """Of silence in the middle, before it is begun anew where it was."""
    pauses_s: tuple[float, ...] = (1.0, 5.0, 20.0, 60.0)
    """Between two rounds over all ways; the last again and again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One file."""

    url: str
    sha256: str
    size: int
    file: str
    """Where it is to be; what is there already is gone on with."""
    ways: tuple[Way, ...]
    """The best first."""
    patience: Patience


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """How it went."""

    reason: str = ""
    """Why it was not fetched; empty: it is there, whole."""
    way: str = ""
    """Over which the last of it came."""
    pieces: int = 0
    """In how many it came."""
