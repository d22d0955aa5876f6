"""Whatever the routes: what the check finds is what the core would do with them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from heimvakt.config.findings import Severity
from heimvakt.config.report import Report
from heimvakt.config.routing import read_routes
from heimvakt.config.source import Document, parse
from heimvakt.core.alarms import Priority
from heimvakt.core.routes import Route
from tests.support.homes import OSLO

RECEIVERS: dict[str, Any] = {"centre": {}, "daughter": {}, "son": {}}
KINDS = ("button", "path", "radio")
HOURS = ("06:00-22:00", "22:00-06:00", "00:00-12:00", "12:00-00:00", "11:59-12:01")
TIMES = [
    None,
    *(
        datetime(2026, 11, 4, tzinfo=OSLO) + timedelta(minutes=minutes)
        for hour in (0, 6, 12, 22)
        for minutes in (60 * hour - 2, 60 * hour - 1, 60 * hour, 60 * hour + 1)
    ),
]
TABLES = st.fixed_dictionaries(
    {
        "priority": st.lists(st.sampled_from([p.value for p in Priority]), min_size=1, unique=True),
        "to": st.lists(st.sampled_from(sorted(RECEIVERS)), min_size=1, max_size=3, unique=True).map(
            lambda names: [{"receiver": name} for name in names]
        ),
    },
    optional={
        "kind": st.lists(st.sampled_from(KINDS), min_size=1, max_size=2, unique=True),
        "between": st.sampled_from(HOURS),
    },
)


def takes(routes: tuple[Route, ...], priority: Priority, kind: str, at: datetime | None) -> int:
    """Which route an alarm takes; -1 if none."""
    return next((n for n, route in enumerate(routes) if route.fits(priority, kind, at)), -1)


def dead(routes: tuple[Route, ...]) -> set[tuple[int, Priority]]:
    """Routes and priorities by which no alarm ever goes."""
    taken = {
        (takes(routes, priority, kind, at), priority)
        for priority in Priority
        for kind in (*KINDS, "another")
        for at in TIMES
    }
    return {(n, p) for n, route in enumerate(routes) for p in route.priorities} - taken


@given(st.lists(TABLES, min_size=1, max_size=5))
def test_a_route_that_nothing_takes_is_an_error_and_so_is_an_alarm_that_none_takes(
    tables: list[dict[str, Any]],
) -> None:
    document = parse("home.toml", b"version = 1")
    assert isinstance(document, Document)
    report = Report(document)
    routes = tuple(read_routes(report, {"routes": tables}, RECEIVERS, KINDS, OSLO).routes)
    errors = {f.path for f in report.findings if f.severity is Severity.ERROR}
    expected: set[tuple[str | int, ...]] = set()
    gone = dead(routes)
    for number, table in enumerate(tables):
        names = [Priority(name) for name in table["priority"]]
        lost = [i for i, name in enumerate(names) if (number, name) in gone]
        if len(lost) == len(names):
            expected.add(("routes", number))
        else:
            expected |= {("routes", number, "priority", i) for i in lost}
    if any(takes(routes, priority, "another", None) < 0 for priority in Priority):
        expected.add(("routes",))
    assert errors == expected
    if not errors:
        assert all(
            takes(routes, priority, kind, at) >= 0
            for priority in Priority
            for kind in (*KINDS, "another")
            for at in TIMES
        )
