"""What the home is set to, in a line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .times import count, local


def line(facts: dict[str, Any], timezone: str) -> str:
    """The mode as a person reads it."""
    if facts["since"] is None:
        return str(facts["mode"])
    text = f"{facts['mode']} since {_moment(facts['since'], timezone)}, by {facts['by']}"
    if facts["until"]:
        text += f", until {_moment(facts['until'], timezone)} at most"
    if facts["suppressed"]:
        text += f"   {count(len(facts['suppressed']), 'alarm')} kept back"
    return text


def _moment(text: str, timezone: str) -> str:
    at: datetime = local(text, timezone)
    return f"{at:%a %d %b %H:%M}"
