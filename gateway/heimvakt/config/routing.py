"""`[[routes]]`: which alarms go to whom, in which order, and whether each of them goes anywhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from heimvakt.core.alarms import Priority
from heimvakt.core.chain import Target
from heimvakt.core.fields import Hours
from heimvakt.core.routes import Route, Routes

from .findings import at_line, dotted, nearest, quoted
from .models import RouteSettings
from .positions import Path
from .report import Report
from .sections import did_you_mean, read_section

DAY_MIN = 24 * 60
Numbered = Mapping[int, RouteSettings]
"""Routes by their place in the file."""


def read_routes(
    report: Report,
    data: Mapping[str, Any],
    receivers: Mapping[str, Any],
    kinds: Collection[str],
    zone: ZoneInfo,
) -> Routes:
    """The routes; without any in the file, one for everything to everyone at once.

    Args:
        report: takes what is wrong.
        data: the file.
        receivers: all that the file names, right or wrong.
        kinds: of alarms that there are.
        zone: where the hours of a route are meant.
    """
    if "routes" not in data:
        everyone = tuple(Target(name) for name in receivers)
        return Routes((Route(priorities=frozenset(Priority), to=everyone),))
    found = data["routes"]
    if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
        report.wrong(
            ("routes",),
            "this must be a list of tables",
            "write [[routes]], with two brackets, above each of them",
            at_key=True,
        )
        return Routes()
    routes: dict[int, RouteSettings] = {}
    for number, table in enumerate(found):
        path: Path = ("routes", number)
        settings = read_section(report, RouteSettings, table, path)
        _check_receivers(report, table, path, receivers)
        _check_kinds(report, table, path, kinds)
        if settings is not None:
            _check_chain(report, settings, path)
            routes[number] = settings
    fine = not report.has_error_at(("routes",))
    if len(routes) == len(found):  # the mistakes that there are lie in chains
        _check_reach(report, routes)
        _check_last_resorts(report, routes)
    if fine:
        _tell_untold(report, receivers, routes)
    return Routes(tuple(settings.to_route(zone) for settings in routes.values()))


def _check_receivers(
    report: Report, table: Mapping[str, Any], path: Path, receivers: Mapping[str, Any]
) -> None:
    stops = table.get("to")
    for number, stop in enumerate(stops if isinstance(stops, list) else ()):
        name = stop.get("receiver") if isinstance(stop, dict) else None
        if isinstance(name, str) and name not in receivers:
            where = (*path, "to", number, "receiver")
            report.wrong(
                where,
                f"{quoted(name)} is no receiver of this file",
                did_you_mean(
                    report,
                    name,
                    {known: ("receivers", known) for known in receivers},
                    several="receivers of this file",
                    none=f"add a section [receivers.{name}]",
                ),
            )


def _check_kinds(
    report: Report, table: Mapping[str, Any], path: Path, kinds: Collection[str]
) -> None:
    named = table.get("kind")
    for number, kind in enumerate(named if isinstance(named, list) else ()):
        if isinstance(kind, str) and kind not in kinds:
            close = nearest(kind, kinds)
            report.wrong(
                (*path, "kind", number),
                f"there are no alarms of kind {quoted(kind)}",
                f'did you mean "{close}"?'
                if close
                else f"kinds of alarms: {', '.join(sorted(kinds))}",
            )


def _check_chain(report: Report, settings: RouteSettings, path: Path) -> None:
    first, *_ = settings.to
    if first.after is not None:
        report.wrong(
            (*path, "to", 0, "after"),
            "the first of a route is told at once",
            "take it away here; it stands at those who come after",
            at_key=True,
        )
    seen: set[str] = set()
    for number, target in enumerate(settings.to):
        if target.receiver in seen:
            report.wrong(
                (*path, "to", number, "receiver"),
                f"{quoted(target.receiver)} stands in this route already",
                "once is enough: a high alarm that nobody accepts goes through its route again",
            )
        seen.add(target.receiver)


# ------------------------------------------------------------------------- all of them together


def _check_reach(report: Report, routes: Numbered) -> None:
    """No route stands where earlier ones have taken all that it is for."""
    for number, settings in routes.items():
        earlier = {n: route for n, route in routes.items() if n < number}
        taken = {p: _takers(earlier, settings, p) for p in settings.priority}
        if all(taken.values()):
            lines = sorted({n for takers in taken.values() for n in takers})
            others = " and ".join(f"routes[{n}]{_at(report, n)}" for n in lines)
            report.wrong(
                ("routes", number),
                f"no alarm ever gets here: all are taken by {others}",
                "an alarm takes the first route that fits: put this one above",
                at_key=True,
            )
            continue
        for index, priority in enumerate(settings.priority):
            if takers := taken[priority]:
                report.wrong(
                    ("routes", number, "priority", index),
                    f"{quoted(priority.value)} has a route already{_at(report, takers[0])}",
                    "take it away here, or put this route above: the first that fits is taken",
                )


def _takers(earlier: Numbered, settings: RouteSettings, priority: Priority) -> list[int]:
    """Those that together take all alarms of this priority from a route; none if some are left."""
    takers: set[int] = set()
    for kind in settings.kind or (None,):
        left = _minutes(settings.between)
        for number, route in earlier.items():
            if priority in route.priority and (not route.kind or kind in route.kind):
                if left & _minutes(route.between):
                    takers.add(number)
                left -= _minutes(route.between)
        if left:
            return []
    return sorted(takers)


def _minutes(between: Hours | None) -> frozenset[int]:
    """The minutes of the day, on the clock on the wall; without hours also the time that nobody
    knows, when no route of some hours is taken."""
    if between is None:
        return frozenset(range(DAY_MIN + 1))
    begin = between.begin.hour * 60 + between.begin.minute
    end = between.end.hour * 60 + between.end.minute
    return frozenset(m % DAY_MIN for m in range(begin, end + (DAY_MIN if end < begin else 0)))


def _check_last_resorts(report: Report, routes: Numbered) -> None:
    """Each priority goes somewhere, whatever the alarm and whenever it is."""
    for priority in Priority:
        those = [route for route in routes.values() if priority in route.priority]
        what = f"alarms of priority {quoted(priority.value)}"
        if not those:
            report.error(
                ("routes",),
                f"{what} go nowhere: no route names it",
                "add it to a route; without any [[routes]] every receiver gets everything",
                at_key=True,
            )
        elif all(route.kind or route.between for route in those):
            report.error(
                ("routes",),
                f"{what} may go nowhere: each route for them has a kind or hours",
                "add a last [[routes]] for this priority without kind and between",
                at_key=True,
            )


def _tell_untold(report: Report, receivers: Mapping[str, Any], routes: Numbered) -> None:
    told = {target.receiver for route in routes.values() for target in route.to}
    high = {n: route for n, route in routes.items() if Priority.HIGH in route.priority}
    spare = sorted(told - {target.receiver for route in high.values() for target in route.to})
    for number, route in high.items():
        if len(route.to) == 1 and spare:
            report.warning(
                ("routes", number, "to"),
                f"routes[{number}]: nobody is next when nobody at "
                f"{quoted(route.to[0].receiver)} takes a high alarm",
                f'add {{ receiver = "{spare[0]}", after = "5m" }}',
            )
    for name in receivers:
        if name not in told:
            path = ("receivers", name)
            report.warning(
                path, f"{dotted(path)}: no route leads here", "name it in a route", at_key=True
            )


def _at(report: Report, number: int) -> str:
    return at_line(report.place_of(("routes", number)))
