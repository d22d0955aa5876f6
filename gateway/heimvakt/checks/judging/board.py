"""What the figures of the board mean: power, temperature, throttling, memory. Pure."""

from __future__ import annotations

from heimvakt.core.checks import Found, Limit, failed, judged, passed, skipped, warned
from heimvakt.core.power import Power
from heimvakt.core.words import Words

MIB = 2**20

TEMPERATURE = Limit(warn=70.0, fail=80.0)
"""Degrees Celsius of the processor. A Raspberry Pi slows down from 80 on and more at 85 (its
maker's documentation); in a living room it should be far from that."""
BATTERY = Limit(warn=50.0, fail=20.0, at_least=True)
"""Per cent. Below half a failure of the mains is told at once (promise 15)."""
MEMORY = Limit(warn=64.0, fail=24.0, at_least=True)
"""MiB that can still be had. The gateway itself takes 60 to 90."""

UNDER_VOLTAGE, THROTTLED, HOT = 0x1, 0x6, 0x8
"""Bits of what the firmware of a Raspberry Pi says of now; 16 bits higher: since it was started.
Throttled is also a frequency that is capped."""
SINCE_START = 16


def mains(power: Power) -> Found:
    """Whether the box has mains."""
    if power.on_mains is None:
        return skipped(
            Words(nb="boksen kan ikke si om den har strøm", en="this box cannot tell its mains")
        )
    if power.on_mains:
        return passed(Words(nb="på nettstrøm", en="on mains"))
    return failed(
        Words(nb="går på batteri", en="on battery"),
        Words(
            nb="sett i strømforsyningen, og se om det er strøm i kontakten",
            en="plug the supply in, and see whether the socket has power",
        ),
    )


def battery(power: Power) -> Found:
    """How full the battery of the box is."""
    percent = power.battery_percent
    if percent is None:
        return skipped(
            Words(nb="boksen har ikke noe batteri som sier sitt nivå", en="no battery that tells")
        )
    return judged(
        BATTERY,
        percent,
        Words(nb=f"{percent:.0f} % ladet", en=f"{percent:.0f} % full"),
        Words(
            nb="la den lade i noen timer; er den da ikke full: bytt batteriet",
            en="let it charge for some hours; if it is not full then, replace the battery",
        ),
    )


def temperature(celsius: float | None) -> Found:
    """How warm the processor is."""
    if celsius is None:
        return skipped(Words(nb="kortet sier ingen temperatur", en="this board tells none"))
    return judged(
        TEMPERATURE,
        celsius,
        Words(nb=f"{celsius:.0f} °C", en=f"{celsius:.0f} °C"),
        Words(
            nb="gi boksen luft: ikke i skap, ikke over en ovn, ikke i solen",
            en="give the box air: not in a cupboard, not above a heater, not in the sun",
        ),
    )


def throttling(bits: int | None) -> Found:
    """Whether the firmware had to slow the processor down, by its own word."""
    if bits is None:
        return skipped(
            Words(nb="kortet sier ikke om det strupes", en="this board does not tell throttling")
        )
    supply = Words(
        nb="bytt strømforsyningen og kabelen: kortet trenger en som holder 5,1 V",
        en="replace the supply and its cable: the board needs one that keeps 5.1 V",
    )
    cool = Words(nb="gi boksen luft", en="give the box air")
    if bits & UNDER_VOLTAGE:
        return failed(Words(nb="for lav spenning nå", en="too low a voltage now"), supply)
    if bits & (THROTTLED | HOT):
        return failed(Words(nb="strupt nå", en="throttled now"), cool)
    before = bits >> SINCE_START
    if before & UNDER_VOLTAGE:
        return warned(
            Words(nb="for lav spenning siden start", en="too low a voltage since its start"), supply
        )
    if before & (THROTTLED | HOT):
        return warned(Words(nb="strupt siden start", en="throttled since its start"), cool)
    return passed(Words(nb="ikke strupt", en="not throttled"))


def memory(available_bytes: int | None) -> Found:
    """How much memory can still be had."""
    if available_bytes is None:
        return skipped(Words(nb="kjernen sier det ikke", en="the kernel does not tell"))
    mib = available_bytes / MIB
    return judged(
        MEMORY,
        mib,
        Words(nb=f"{mib:.0f} MiB ledig", en=f"{mib:.0f} MiB free"),
        Words(
            nb="se hva som bruker den (ps aux --sort -rss), og start boksen på nytt",
            en="see what uses it (ps aux --sort -rss), and start the box anew",
        ),
    )
