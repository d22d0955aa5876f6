"""Strength of the signal on the scales that modems use: 3GPP TS 27.007, 8.5. Pure."""

from __future__ import annotations

from heimvakt.core.modem import Signal

DBM_MIN, DBM_MAX = -113, -51
"""What 0 and 31 of AT+CSQ stand for; ModemManager's percentage spans the same."""
_UNKNOWN = 99


def from_csq(rssi: int) -> Signal | None:
    """From the first number of `+CSQ`, 0 to 31; anything else is no measurement."""
    if rssi == _UNKNOWN or not 0 <= rssi <= 31:
        return None
    return Signal(dbm=DBM_MIN + 2 * rssi, percent=round(rssi * 100 / 31))


def from_percent(percent: int) -> Signal:
    """From ModemManager's percentage; exact to a step of the modem's own scale."""
    held = max(0, min(100, percent))
    return Signal(dbm=round(DBM_MIN + (DBM_MAX - DBM_MIN) * held / 100), percent=held)
