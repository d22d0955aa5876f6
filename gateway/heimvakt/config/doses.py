"""`doses` of a dispenser: what is to be given when, and that no two can be offered at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from heimvakt.core.devices import Device
from heimvakt.core.doses import A_DAY_MAX, EVERY_DAY, Dose, DosePlan, doses
from heimvakt.core.fields import duration, format_duration
from heimvakt.core.week import Days, TimeOfDay

from .positions import Path
from .report import Report

DOSES_MAX = 7 * A_DAY_MAX
"""Each day may have others."""


class DoseSettings(BaseModel):
    """One of `doses` in `[devices.ID]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Annotated[
        TimeOfDay,
        Field(description="When it is offered, local time.", examples=["08:30"]),
    ]
    window: Annotated[
        timedelta,
        duration(at_least="5m", at_most="5h"),
        Field(description="How long it may be taken; then it is locked away.", examples=["45m"]),
    ]
    days: Annotated[Days, Field(description="On which days of the week.")] = EVERY_DAY

    def to_plan(self) -> DosePlan:
        """As the core knows it."""
        return DosePlan(at=self.at, window=self.window, days=self.days)


class _Placed(NamedTuple):
    """A dose, and which of the list it is of."""

    dose: Dose
    number: int


def check_doses(report: Report, devices: Mapping[str, Device], zone: ZoneInfo) -> None:
    """Tell what no dispenser can do: more on a day than it holds, or two doses at once."""
    for device_id, device in devices.items():
        path: Path = ("devices", device_id, "doses")
        if device.doses:
            _check_number(report, device, path)
            _check_overlaps(report, device, path, zone)


def _check_number(report: Report, device: Device, path: Path) -> None:
    a_day = Counter(day for plan in device.doses for day in plan.days)
    most = max(a_day.values(), default=0)
    if most > A_DAY_MAX:
        report.error(
            path,
            f"devices.{device.device_id}.doses: {most} doses on one day are too many",
            f"at most {A_DAY_MAX}: the largest dispensers have so many",
        )


def _check_overlaps(report: Report, device: Device, path: Path, zone: ZoneInfo) -> None:
    told: set[int] = set()
    for begin, end, when in _times_to_look_at(zone):
        placed = sorted(
            _Placed(dose, number)
            for number, plan in enumerate(device.doses)
            for dose in doses([plan], zone, begin, end)
        )
        for before, after in pairwise(placed):
            if after.dose.at >= before.dose.closes_at or after.number in told:
                continue
            told.add(after.number)
            one, other = device.doses[before.number], device.doses[after.number]
            report.error(
                (*path, after.number, "at"),
                f"devices.{device.device_id}.doses[{after.number}]: the dose of {other.at:%H:%M} "
                f"begins before the one of {one.at:%H:%M} is over, which may be taken for "
                f"{format_duration(one.window)}{when}",
                "a dispenser offers one dose at a time: change a time or a window",
            )


def _times_to_look_at(zone: ZoneInfo) -> Iterator[tuple[datetime, datetime, str]]:
    """A week like any other, and each night of a year in which the clock is set forward: the doses
    of the hour that is left out are given after it."""
    day = date(2026, 6, 1)
    yield _midnight(day, zone), _midnight(day + timedelta(days=9), zone), ""
    for number in range(365):
        today, next_day = (_midnight(day + timedelta(days=number + n), zone) for n in (0, 1))
        if next_day - today < timedelta(days=1):
            when = ", in the night when the clock is set forward"
            yield today - timedelta(days=1), next_day + timedelta(days=1), when


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
