"""`[receivers.NAME]` and `[[routes]]`: who is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from heimvakt.core.alarms import Priority

from .catalogue import Catalogue
from .findings import at_line, dotted, either, nearest, quoted
from .models import RouteSettings, unrouted
from .positions import Path
from .report import Report
from .sections import check_id, did_you_mean, read_section, tables


@dataclass(frozen=True, slots=True)
class ReceiverEntry:
    """Somebody who is told."""

    name: str
    kind: str
    settings: Any
    """A value of the model of the kind."""


@dataclass(frozen=True, slots=True)
class Route:
    """To whom alarms of some priorities go."""

    priorities: tuple[Priority, ...]
    receivers: tuple[str, ...]


def read_receivers(
    report: Report, data: Mapping[str, Any], catalogue: Catalogue
) -> dict[str, ReceiverEntry]:
    """The receivers without mistakes; what is wrong with the others is told."""
    entries: dict[str, ReceiverEntry] = {}
    all_tables = dict(tables(report, data, "receivers"))
    for name, table in all_tables.items():
        path: Path = ("receivers", name)
        fine = check_id(report, path, all_tables)
        kind = _kind(report, catalogue, table, path)
        if kind is None:
            continue
        model = catalogue.receivers[kind]
        settings = read_section(report, model, _for_model(model, table), path)
        if settings is not None and fine:
            entries[name] = ReceiverEntry(name, kind, settings)
    if not all_tables and not report.has_error_at(("receivers",)):
        known = "|".join(sorted(catalogue.receivers))
        report.error(
            ("receivers",),
            "there is no receiver: nobody would be told",
            f'add a section [receivers.centre] with kind = "{known}" and its keys',
        )
    return entries


def _kind(report: Report, catalogue: Catalogue, table: Mapping[str, Any], path: Path) -> str | None:
    known = sorted(catalogue.receivers)
    if "kind" not in table:
        report.wrong(
            path, "kind is missing", f"add a line: kind = {either([f'{quoted(k)}' for k in known])}"
        )
        return None
    kind = table["kind"]
    if isinstance(kind, str) and kind in catalogue.receivers:
        return kind
    close = nearest(kind, known) if isinstance(kind, str) else None
    hint = f'did you mean "{close}"?' if close else f"kinds of receivers: {', '.join(known)}"
    report.wrong((*path, "kind"), f"{quoted(kind)} is no kind of receiver", hint)
    return None


def _for_model(model: type[BaseModel], table: Mapping[str, Any]) -> Mapping[str, Any]:
    if "kind" in model.model_fields:
        return table
    return {key: value for key, value in table.items() if key != "kind"}


def read_routes(
    report: Report, data: Mapping[str, Any], receivers: Mapping[str, Any]
) -> tuple[Route, ...]:
    """The routes; without any in the file, one for everything to everyone.

    Args:
        report: takes what is wrong.
        data: the file.
        receivers: all that the file names, right or wrong.
    """
    if "routes" not in data:
        return (Route(tuple(Priority), tuple(receivers)),)
    found = data["routes"]
    if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
        report.wrong(
            ("routes",),
            "this must be a list of tables",
            "write [[routes]], with two brackets, above each of them",
            at_key=True,
        )
        return ()
    routes = []
    for number, table in enumerate(found):
        path: Path = ("routes", number)
        settings = read_section(report, RouteSettings, table, path)
        _check_names(report, table, path, receivers)
        if settings is not None:
            routes.append((number, settings))
    if not report.has_error_at(("routes",)):
        _check_priorities(report, dict(routes))
        _tell_untold(report, receivers, [settings for _, settings in routes])
    return tuple(
        Route(settings.priority, tuple(dict.fromkeys(stop.receiver for stop in settings.to)))
        for _, settings in routes
    )


def _check_names(
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


def _check_priorities(report: Report, routes: Mapping[int, RouteSettings]) -> None:
    """Each priority goes somewhere, and by one route only."""
    first: dict[Priority, Path] = {}
    for number, settings in routes.items():
        for index, priority in enumerate(settings.priority):
            path: Path = ("routes", number, "priority", index)
            if priority in first:
                line = at_line(report.place_of(first[priority]))
                report.wrong(
                    path,
                    f"{quoted(priority.value)} has a route already{line}",
                    "name each priority once, and all its receivers there",
                )
            first.setdefault(priority, path)
    for priority in unrouted(routes.values()):
        report.error(
            ("routes",),
            f"alarms of priority {quoted(priority.value)} go nowhere: no route names it",
            "add it to a route; without any [[routes]] every receiver gets everything",
            at_key=True,
        )


def _tell_untold(report: Report, receivers: Mapping[str, Any], routes: list[RouteSettings]) -> None:
    told = {stop.receiver for settings in routes for stop in settings.to}
    for name in receivers:
        if name not in told:
            path = ("receivers", name)
            report.warning(
                path, f"{dotted(path)}: no route leads here", "name it in a route", at_key=True
            )
