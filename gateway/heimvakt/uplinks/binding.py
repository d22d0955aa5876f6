"""The path that a session keeps to: its interface, its name servers, its place among the paths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from heimvakt.core.uplink import DEFAULT_PATH


def _none() -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PathBinding:
    """One path. Without an interface the kernel's routes decide."""

    name: str = DEFAULT_PATH
    interface: str | None = None
    first: bool = True
    """It carries all as long as it stands; the others are proven and wait."""
    keepalive_s: int | None = None
    """As the home says; None: what is usual for its place."""
    name_servers: Callable[[], Sequence[str]] = _none
    """Addresses of the name servers that this path has now; none: those of the system are asked,
    over whatever way the system takes."""
