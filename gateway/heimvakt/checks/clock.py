"""The clock of the home and the clocks of the machine, held against one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from heimvakt.core.checks import Check, Found
from heimvakt.core.events import ClockQuality
from heimvakt.core.words import Words

from .board import SYS, looking, text
from .judging import clock as judge

PART = Words(nb="klokken", en="clock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """What can be asked of them."""

    now: Callable[[], datetime]
    quality: Callable[[], ClockQuality]
    error_s: Callable[[], float | None]
    """How wrong the wall clock may be, by the kernel's own count."""
    drift_ppm: Callable[[], float | None]
    rtc: Callable[[], datetime | None]
    is_machines: bool = True
    """The clock of the home is the machine's own; else it is driven from outside."""


def clock_checks(clocks: Clocks, *, sys: Path = SYS) -> Iterator[Check]:
    """Of the clock of the home, its crystal, and the one that goes without power."""
    counter = sys / "devices/system/clocksource/clocksource0/current_clocksource"

    def is_right() -> bool:
        return clocks.is_machines and clocks.quality() is ClockQuality.SYNCHRONISED

    def source() -> Found:
        return judge.source(
            clocks.quality(), clocks.error_s() if is_right() else None, text(counter)
        )

    def drift() -> Found:
        return judge.drift(clocks.drift_ppm() if is_right() else None)

    def rtc() -> Found:
        shown = clocks.rtc()
        apart_s = (shown - clocks.now()).total_seconds() if shown and is_right() else None
        return judge.rtc(apart_s, is_there=shown is not None)

    yield Check(
        check_id="clock/source",
        part=PART,
        title=Words(nb="riktig tid", en="true time"),
        measure=looking(source),
        unit="s",
    )
    yield Check(
        check_id="clock/drift",
        part=PART,
        title=Words(nb="krystall", en="crystal"),
        measure=looking(drift),
        unit="ppm",
        limit=judge.DRIFT,
    )
    yield Check(
        check_id="clock/rtc",
        part=PART,
        title=Words(nb="klokke uten strøm", en="real-time clock"),
        measure=looking(rtc),
        unit="s",
        limit=judge.RTC,
    )
