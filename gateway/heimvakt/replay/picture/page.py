"""What one picture shows: some nights of a home, a month at most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from heimvakt.core.alarms import Alarm, Priority

from . import words as say
from .rows import row_of
from .seen import DoseState, Lane, Seen, SeenDose, Span

ROWS_MAX = 32
"""Of one picture: as many as can be read on a sheet of A4. A month has up to 31 days, and begins
and ends in a night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows, and all that is in them."""

    zone: ZoneInfo
    language: str
    rows: Sequence[date]
    """Each begins at noon of its day."""
    lanes: Sequence[Lane]
    spans: Sequence[Span]
    doses: Sequence[SeenDose]
    alarms: Sequence[Alarm]
    name: str
    """Its ids begin with it: several may stand in one file."""


def by_month(rows: Sequence[date]) -> list[list[date]]:
    """The rows in pieces that a picture can hold, one for each month or what there is of it."""
    if len(rows) <= ROWS_MAX:
        return [list(rows)]
    months: dict[tuple[int, int], list[date]] = {}
    for row in rows:
        # The night to the first of a month that is whole belongs to it.
        of = rows[1] if row == rows[0] else row
        months.setdefault((of.year, of.month), []).append(row)
    return list(months.values())


def page(
    seen: Seen, alarms: Sequence[Alarm], language: str, rows: Sequence[date], name: str
) -> Page:
    """What there is of these rows."""
    zone, first, last = seen.home.zone, rows[0], rows[-1]
    return Page(
        zone=zone,
        language=language,
        rows=rows,
        lanes=seen.lanes,
        spans=[
            span
            for span in seen.spans
            if row_of(span.begin, zone) <= last and row_of(span.end, zone) >= first
        ],
        doses=[dose for dose in seen.doses.values() if first <= row_of(dose.at, zone) <= last],
        alarms=[alarm for alarm in alarms if first <= row_of(alarm.raised_at, zone) <= last],
        name=name,
    )


def heading(page: Page) -> str:
    """From which day to which."""
    first, last = page.rows[0], page.rows[-1] + timedelta(days=1)
    return f"{say.day_words(first, page.language)} – {say.day_words(last, page.language)}"


def summary(page: Page) -> str:
    """The page in a sentence, for those who cannot see it and those who have no time."""
    alarms = Counter(alarm.priority for alarm in page.alarms)
    doses = Counter(dose.state for dose in page.doses)
    told = _counted([(alarms[p], say.PRIORITIES[p].in_language(page.language)) for p in Priority])
    words = f"{say.ALARMS.in_language(page.language)}: {told or 0}."
    given = _counted([(doses[s], say.DOSE_STATES[s].in_language(page.language)) for s in DoseState])
    return f"{words} {say.DOSES.in_language(page.language)}: {given}." if given else words


def _counted(found: list[tuple[int, str]]) -> str:
    return ", ".join(f"{number} {what}" for number, what in found if number)
