"""What the figures of the clocks mean. Pure."""

from __future__ import annotations

from heimvakt.core.checks import Found, Limit, failed, judged, passed, skipped, warned
from heimvakt.core.events import ClockQuality
from heimvakt.core.words import Words, spell_duration

DRIFT = Limit(warn=100.0, fail=400.0)
"""Parts in a million by which the kernel corrects the crystal: 9 s a day. Crystals of small boards
are good for 50; beyond 500 (MAXFREQ of the kernel) it cannot be corrected any more."""
RTC = Limit(warn=30.0, fail=600.0)
"""Seconds between the real-time clock and the true time. The kernel sets it every 11 minutes while
the network keeps the time; a day without power takes some seconds at the most."""

_NETWORK = Words(
    nb="se timedatectl: tidstjeneren må nås (UDP 123), eller sett en annen i timesyncd.conf",
    en="see timedatectl: the time server must be reached (UDP 123), or name another in "
    "timesyncd.conf",
)


def source(quality: ClockQuality, error_s: float | None, counter: str) -> Found:
    """How far the clock can be trusted; `counter` is what the kernel counts time with."""
    by = f" ({counter})" if counter else ""
    match quality:
        case ClockQuality.SYNCHRONISED:
            most = "" if error_s is None else f" {error_s:.1f} s"
            return passed(
                Words(
                    nb="går etter nettet" + (f", feil på høyst{most}" if most else "") + by,
                    en="kept by the network" + (f", wrong by at most{most}" if most else "") + by,
                ),
                error_s,
            )
        case ClockQuality.HOLDOVER:
            return warned(
                Words(
                    nb="går for seg selv siden nettet ble borte" + by,
                    en="goes by itself since the network was lost" + by,
                ),
                _NETWORK,
            )
        case _:
            return failed(
                Words(
                    nb="ingen vet om klokken er riktig" + by,
                    en="nobody knows whether the clock is right" + by,
                ),
                _NETWORK,
            )


def drift(ppm: float | None) -> Found:
    """By how much the crystal is corrected."""
    if ppm is None:
        return skipped(
            Words(nb="først når nettet holder tiden", en="only while the network keeps the time")
        )
    a_day = spell_duration(abs(ppm) * 86_400 / 1e6)
    return judged(
        DRIFT,
        abs(ppm),
        Words(nb=f"{ppm:+.0f} ppm, {a_day.nb} om dagen", en=f"{ppm:+.0f} ppm, {a_day.en} a day"),
        Words(
            nb="krystallen er dårlig eller kortet for varmt: bytt kortet ved neste besøk",
            en="the crystal is bad or the board too warm: replace the board at the next visit",
        ),
    )


def rtc(apart_s: float | None, *, is_there: bool) -> Found:
    """How far the real-time clock is from the true time; None: that is not known."""
    if not is_there:
        return skipped(Words(nb="kortet har ingen", en="this board has none"))
    if apart_s is None:
        return skipped(
            Words(nb="ingen riktig tid å måle mot", en="there is no true time to hold against it")
        )
    return judged(
        RTC,
        abs(apart_s),
        Words(nb=f"{apart_s:+.0f} s fra riktig tid", en=f"{apart_s:+.0f} s from the true time"),
        Words(
            nb="bytt knappcellen, eller still den: sudo hwclock --systohc",
            en="replace its cell, or set it: sudo hwclock --systohc",
        ),
    )
