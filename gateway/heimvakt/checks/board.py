"""What the machine says of itself: files of the kernel, read and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from heimvakt.core.checks import Check, Found, Hand, Limit, Measure
from heimvakt.core.power import Power
from heimvakt.core.words import Words

from .apart import apart
from .judging import board as judge

PART = Words(nb="boksen", en="box")
SYS = Path("/sys")
PROC = Path("/proc")
THROTTLED = "devices/platform/soc/soc:firmware/get_throttled"
"""Of the firmware of a Raspberry Pi, as its kernel shows it."""


def board_checks(
    power: Callable[[], Power], *, sys: Path = SYS, proc: Path = PROC
) -> Iterator[Check]:
    """Of the board; `power` is what is known of its supply."""
    yield _check("mains", Words(nb="strøm", en="mains"), lambda: judge.mains(power()))
    yield _check(
        "battery",
        Words(nb="batteri", en="battery"),
        lambda: judge.battery(power()),
        unit="%",
        limit=judge.BATTERY,
    )
    yield _check(
        "temperature",
        Words(nb="temperatur", en="temperature"),
        lambda: judge.temperature(read_temperature(sys)),
        unit="°C",
        limit=judge.TEMPERATURE,
    )
    yield _check(
        "throttling",
        Words(nb="struping", en="throttling"),
        lambda: judge.throttling(read_throttled(sys)),
    )
    yield _check(
        "memory",
        Words(nb="minne", en="memory"),
        lambda: judge.memory(read_memory(proc)),
        unit="MiB",
        limit=judge.MEMORY,
    )


def read_temperature(sys: Path = SYS) -> float | None:
    """The hottest zone, degrees Celsius."""
    zones = [number(file) for file in sorted(sys.glob("class/thermal/thermal_zone*/temp"))]
    return max((zone / 1000 for zone in zones if zone is not None), default=None)


def read_throttled(sys: Path = SYS) -> int | None:
    """The bits of the firmware, or what the voltage's own watch says."""
    try:
        return int(text(sys / THROTTLED), 16)
    except ValueError:
        pass
    for name in sorted(sys.glob("class/hwmon/hwmon*/name")):
        if text(name) == "rpi_volt":
            low = number(name.with_name("in0_lcrit_alarm"))
            return None if low is None else int(bool(low))
    return None


def read_memory(proc: Path = PROC) -> int | None:
    """Bytes that can still be had."""
    for line in text(proc / "meminfo").splitlines():
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            return int(rest.split()[0]) * 1024
    return None


def text(file: Path) -> str:
    """What a file of the kernel says; empty where it says nothing."""
    try:
        return file.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def number(file: Path) -> int | None:
    """The number in a file of the kernel."""
    try:
        return int(text(file))
    except ValueError:
        return None


def looking(look: Callable[[], Found]) -> Measure:
    """A check that looks at files: apart, for a bus behind one of them may be slow."""

    async def measure(_: Hand) -> Found:
        return await apart(look)

    return measure


def _check(
    what: str,
    title: Words,
    look: Callable[[], Found],
    *,
    unit: str = "",
    limit: Limit | None = None,
) -> Check:
    return Check(
        check_id=f"box/{what}",
        part=PART,
        title=title,
        measure=looking(look),
        unit=unit,
        limit=limit,
    )
