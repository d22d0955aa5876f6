"""Silent sensors: check-ins as real devices have them, through the engine, with a death at the end.

Each device lives for some months and dies at a random moment. What is counted: how often it is told
as silent while it lives, and how long after its death it is. The same lives are lived under fixed
limits and under the one that is learned. Everything is drawn from a seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.engine import step
from heimvakt.core.events import (
    ClockQuality,
    DeviceSeen,
    GatewayStarted,
    Stamp,
    TimerFired,
)
from heimvakt.core.state import State, next_deadline

from .figures import percentile

HOUR_S, DAY_S, YEAR_D = 3_600.0, 86_400.0, 365.25
BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
SEED = 20_261_104


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """How devices of one class speak. What is published of them are medians and extremes."""

    name: str
    role: Role
    usual_s: float
    """The median of a device of the class; its own differs by `between`."""
    longest_s: float
    long_every_d: float = 30.0
    """A long silence comes so often; its own rate differs by a factor of 10 either way."""
    jitter: float = 0.1
    """Of one gap, as the standard deviation of its logarithm."""
    between: float = 0.2
    """Of one device, in the same way."""
    lost: float = 0.01
    """Of check-ins, on the air."""


PATTERNS = (
    Pattern(
        name="contact: 50 min, up to 13 h",
        role=Role.DOOR,
        usual_s=50 * 60.0,
        longest_s=13 * HOUR_S,
    ),
    Pattern(
        name="motion: 20 min, up to 11 h",
        role=Role.MOTION,
        usual_s=20 * 60.0,
        longest_s=11 * HOUR_S,
        jitter=0.6,
    ),
    Pattern(
        name="regular: 5 min, up to 1 h",
        role=Role.SMOKE,
        usual_s=5 * 60.0,
        longest_s=HOUR_S,
    ),
    Pattern(
        name="button: 55 min, up to 4 h",
        role=Role.BUTTON,
        usual_s=55 * 60.0,
        longest_s=4 * HOUR_S,
    ),
    Pattern(
        name="slow: 12 h, up to 24 h",
        role=Role.LEAK,
        usual_s=12 * HOUR_S,
        longest_s=24 * HOUR_S,
        between=0.05,
    ),
)
"""The first two after field recordings: contacts that report about every 50 min with gaps up to
13 h, motion sensors every 20 min with silences up to 11 h. How often the long ones come is not
published; the others are assumptions about what makers say of their check-ins."""

LIMITS: tuple[tuple[str, timedelta | None], ...] = (
    ("2 h", timedelta(hours=2)),
    ("14 h", timedelta(hours=14)),
    ("25 h", timedelta(hours=25)),
    ("learned", None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """What one limit makes of the lives of one class."""

    devices: int
    years: float
    """Of all their lives together."""
    false_silences: int
    false_per_device_year: float
    detected_h_median: float
    detected_h_p95: float


def silence(
    devices: int,
    days: int,
    say: Callable[[str], None],
    patterns: Sequence[Pattern] = PATTERNS,
) -> dict[str, dict[str, Silence]]:
    """Every class under every limit."""
    results: dict[str, dict[str, Silence]] = {}
    for pattern in patterns:
        say(f"{devices} lives of {days} days: {pattern.name}")
        told: dict[str, list[Told]] = {name: [] for name, _ in LIMITS}
        years = 0.0
        for number in range(devices):
            life = _life(pattern, days, number)
            years += life.died_at / DAY_S / YEAR_D
            for name, limit in LIMITS:
                told[name].append(_told(_home(pattern, limit), life))
        results[pattern.name] = {name: _figures(each, years) for name, each in told.items()}
    return results


# ----------------------------------------------------------------------------------- what is lived


@dataclass(frozen=True, slots=True)
class Life:
    """When a device spoke, in seconds, and when it died."""

    signs: Sequence[float]
    died_at: float


def _life(pattern: Pattern, days: int, number: int) -> Life:
    rng = random.Random(f"{SEED} {pattern.name} {number}")
    died_at = rng.uniform(0.1, 1.0) * days * DAY_S
    return Life(list(_signs(pattern, rng, died_at)), died_at)


def _signs(pattern: Pattern, rng: random.Random, until_s: float) -> Iterator[float]:
    usual_s = pattern.usual_s * rng.lognormvariate(0.0, pattern.between)
    long_each_s = pattern.long_every_d * DAY_S * 10 ** rng.uniform(-1.0, 1.0)
    at = rng.uniform(0.0, usual_s)
    while at < until_s:
        yield at
        gap_s = usual_s * rng.lognormvariate(0.0, pattern.jitter)
        while rng.random() < pattern.lost:
            gap_s += usual_s
        if rng.random() < gap_s / long_each_s:
            # Up to the longest that was recorded; the longer the rarer.
            gap_s = usual_s * (pattern.longest_s / usual_s) ** (rng.random() ** 2)
        at += min(gap_s, pattern.longest_s)


# ----------------------------------------------------------------------------- what is made of it


@dataclass(frozen=True, slots=True)
class Told:
    """How often a device was told as silent before it died, and how long after that it was."""

    false: int
    late_s: float


def _figures(told: Sequence[Told], years: float) -> Silence:
    false = sum(each.false for each in told)
    late_h = sorted(each.late_s / HOUR_S for each in told)
    return Silence(
        devices=len(told),
        years=years,
        false_silences=false,
        false_per_device_year=false / years,
        detected_h_median=percentile(late_h, 50),
        detected_h_p95=percentile(late_h, 95),
    )


def _home(pattern: Pattern, limit: timedelta | None) -> Home:
    device = Device(
        device_id="it", role=pattern.role, driver="zigbee", address="1", silent_after=limit
    )
    return Home(gateway_id="bench", devices={"it": device})


def _told(home: Home, life: Life) -> Told:
    state = step(
        home, State(), GatewayStarted(stamp=_at(0.0), cause="bench", last_alive=None)
    ).state
    false = 0
    for sign_s in life.signs:
        state, told_s = _wait(home, state, sign_s)
        false += told_s is not None
        state = step(home, state, DeviceSeen(stamp=_at(sign_s), device_id="it")).state
    state, told_s = _wait(home, state, life.died_at + 100 * DAY_S)
    assert told_s is not None, "a device that has died is told"
    return Told(false + (told_s < life.died_at), max(told_s - life.died_at, 0.0))


def _wait(home: Home, state: State, until_s: float) -> tuple[State, float | None]:
    due = next_deadline(home, state)
    if due is None:
        return state, None
    name, at = due
    due_s = (at - BEGIN).total_seconds()
    if due_s > until_s:
        return state, None
    return step(home, state, TimerFired(stamp=_at(due_s), name=name, due=at)).state, due_s


def _at(seconds: float) -> Stamp:
    return Stamp(
        seq=1,
        at=BEGIN + timedelta(seconds=seconds),
        monotonic=seconds,
        boot_id="bench",
        clock=ClockQuality.SYNCHRONISED,
    )
