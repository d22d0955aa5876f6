"""What the machine says of its clock: the kernel, and the real-time clock. Sets nothing.

Whoever keeps the time (systemd-timesyncd, chrony, ntpd) tells the kernel with every correction how
wrong the clock may be; the kernel lets that grow, and gives up at 16 s: after nine hours without a
correction, or at once when somebody sets the clock by hand.
"""

from __future__ import annotations

import ctypes
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

ERROR_MAX_US = 16_000_000
"""NTP_PHASE_LIMIT of the kernel. The flag STA_UNSYNC is no help: it is also set to keep the kernel
from writing a real-time clock that runs on local time, and where chrony lacks `rtcsync`."""
PPM = 1 << 16
"""`freq` of the kernel counts in 2^-16 parts in a million (adjtimex(2))."""
TOLD = Path("/run/heimvakt-clock/kernel")
"""What the kernel said to `clock_teller`: under systemd the gateway itself may not ask."""
TOLD_S_MAX = 16.0
"""It is told every five seconds; older, nobody knows."""
TIMESYNC = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd touches it with every correction; asked where nobody may ask the kernel."""
TIMESYNC_S_MAX = 3 * 2048
"""It asks its server every 2048 s at the longest; two answers may be lost."""
RTC = Path("/sys/class/rtc/rtc0/since_epoch")


class Timex(ctypes.Structure):
    """`struct timex` as the C library has it; alignment makes it fit 32 and 64 bits."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("constant", ctypes.c_long),
        ("precision", ctypes.c_long),
        ("tolerance", ctypes.c_long),
        ("time", ctypes.c_long * 2),
        ("tick", ctypes.c_long),
        ("ppsfreq", ctypes.c_long),
        ("jitter", ctypes.c_long),
        ("shift", ctypes.c_int),
        ("stabil", ctypes.c_long),
        ("jitcnt", ctypes.c_long),
        ("calcnt", ctypes.c_long),
        ("errcnt", ctypes.c_long),
        ("stbcnt", ctypes.c_long),
        ("tai", ctypes.c_int),
        ("reserved", ctypes.c_int * 11),
    )


class Kept(NamedTuple):
    """How well the wall clock is kept, by the kernel's own count."""

    error_us: int
    """How wrong it may be."""
    drift_ppm: float
    """By how many parts in a million the crystal is corrected."""


def ask() -> Kept | None:
    """Ask the kernel; None if this process may not."""
    timex = Timex()  # no modes: nothing is set, and no right is needed
    if _library().adjtimex(ctypes.byref(timex)) < 0:
        return None
    return Kept(error_us=timex.maxerror, drift_ppm=float(timex.freq) / PPM)


def told(file: Path = TOLD) -> Kept | None:
    """What `clock_teller` has heard of the kernel just now; None where it does not run."""
    try:
        at, error, drift = file.read_text(encoding="ascii").split()
        age_s = time.clock_gettime(time.CLOCK_BOOTTIME) - float(at)
        return Kept(int(error), float(drift)) if 0 <= age_s <= TOLD_S_MAX else None
    except (OSError, ValueError):
        return None


def error_us() -> int | None:
    """How wrong the wall clock may be by the kernel's own count; None if it cannot be asked."""
    kept = ask() or told()
    return kept.error_us if kept else None


def drift_ppm() -> float | None:
    """By how many parts in a million the kernel corrects the crystal; None if it cannot be asked.

    Of use only while the network keeps the time: else it is what it was then.
    """
    kept = ask() or told()
    return kept.drift_ppm if kept else None


def is_synchronised(now: datetime) -> bool:
    """Whether the network keeps the clock in time."""
    error = error_us()
    if error is not None:
        return error < ERROR_MAX_US
    try:
        touched = TIMESYNC.stat().st_mtime
    except OSError:
        return False
    return abs(now.timestamp() - touched) <= TIMESYNC_S_MAX


def read_rtc() -> datetime | None:
    """What the real-time clock shows; None where there is none."""
    try:
        return datetime.fromtimestamp(int(RTC.read_text(encoding="ascii")), UTC)
    except (OSError, ValueError, OverflowError):
        return None


@cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None)
