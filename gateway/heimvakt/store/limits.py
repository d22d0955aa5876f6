"""How much the store may take and how long it keeps it."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Sane are 16 MiB to 900 MiB, 10,000 to 3,000,000 rows, and 1 to 3,650 days; the reserve and
    what is held ready take a quarter of the bytes at most."""

    bytes_max: int = 256 * MIB
    """Of the database file. Beside it there are its log (4 MiB) and an index of that (32 KiB)."""
    rows_max: int = 500_000
    """Events. A busy home (ten devices, one event in ten seconds) has 60,000 in 7 days and 260,000
    in the 30 days that are kept; 100,000 reports that wait come on top. 500,000 are 160 MB, and
    what is left holds 60,000 alarms."""
    reserve_bytes: int = 8 * MIB
    """Only alarms may use it: 3,000 of them with all their answers, on a disk that has no room."""
    ahead_bytes: int = 4 * MIB
    """Held ready for everything else: 12,000 events, also on a disk that others have filled."""
    event_days: int = 30
    """Promise 25: raw events are erased after these."""
    alarm_days: int = 400
    """Alarms that are over and that every receiver has, so that last winter can be looked up."""
    audit_days: int = 730
    """Of the audit log. Whoever asks who opened a door asks within two years."""
