"""Who it is that speaks on a connection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .binding import PathBinding


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who connects: the gateway on one path, on behalf of one receiver."""

    receiver: str
    gateway_id: str
    binding: PathBinding
    version: str
    """Of the software."""
    started_at: datetime
    hears_orders: bool = False
    """Whether anybody may order something of this home."""
