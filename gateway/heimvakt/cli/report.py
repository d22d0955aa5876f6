"""`heimvakt report`: what was counted of a month, for the municipality and for judging rules."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from heimvakt.app import catalogue
from heimvakt.app.report_requests import report_answer
from heimvakt.config.findings import render_findings
from heimvakt.config.loader import load
from heimvakt.core.devices import Home
from heimvakt.core.month import is_month, month_of
from heimvakt.store.figures import NoFigures, read_figures
from heimvakt.store.store import FILE

from . import completion
from .client import SocketOption, ask_if_there
from .exits import Exit, fail
from .report_lines import lines

EXAMPLE = """Examples:
heimvakt report --month 2026-10;
heimvakt report --month 2026-10 --csv > october.csv"""
STATE = Path("/var/lib/heimvakt")
HOME = Path("/etc/heimvakt/home.toml")


def command(
    month: Annotated[
        str | None,
        typer.Option(
            help="Which, such as 2026-10; without it the one that it is now.",
            metavar="MONTH",
            autocompletion=completion.months,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="For a spreadsheet.")] = False,
    state: Annotated[
        Path | None,
        typer.Option(help="The state folder of a gateway that does not run.", show_default=False),
    ] = None,
    config: Annotated[Path, typer.Option("--config", help="The file of the home.")] = HOME,
    socket: SocketOption = None,
) -> None:
    """Say what was counted of a month: alarms, how long they took, doses, visits, uptime.

    Asks the running service; where none answers, reads what is stored. No name and no hour is in
    it.
    """
    if month is not None and not is_month(month):
        fail(Exit.USAGE, f'"{month}" is no month', "write it as 2026-10")
    if as_json and as_csv:
        fail(Exit.USAGE, "--json or --csv, not both")
    request = {"do": "report"} if month is None else {"do": "report", "month": month}
    asked = ask_if_there(socket, request) if state is None else None
    answer = asked or _stored(state or STATE, config, month)
    if answer["summary"] is None:
        known = ", ".join(answer["months"]) or "none"
        fail(Exit.FOUND, f"nothing is counted of {month or 'this month'}", f"counted: {known}")
    if as_json:
        print(json.dumps(_plain(answer), ensure_ascii=False, indent=2))
    elif as_csv:
        rows = csv.writer(sys.stdout)
        rows.writerow(("gateway", "month", "figure", "value"))
        rows.writerows(
            (answer["gateway"], answer["summary"]["month"], figure, value)
            for figure, value in _flat(answer["summary"])
        )
    else:
        print("\n".join(lines(answer)))


def _stored(state: Path, config: Path, month: str | None) -> Mapping[str, Any]:
    loaded = load(config, catalogue())
    if loaded.configuration is None:
        fail(Exit.CONFIGURATION, render_findings(loaded.findings))
    configuration, database = loaded.configuration, state / FILE
    if not database.exists():
        fail(
            Exit.FOUND,
            f"no service answers, and there is no {database}",
            "name the state folder of the gateway with --state, or try again with sudo",
        )
    try:
        figures, alive = read_figures(database)
    except NoFigures as error:
        fail(Exit.FOUND, str(error), error.hint)
    home = Home(
        gateway_id=configuration.gateway.id,
        zone=configuration.zone,
        paths=tuple(path.name for path in configuration.paths),
    )
    now = datetime.now(home.zone)  # noqa: TID251 - nobody keeps the time of a gateway that is off
    return report_answer(
        home,
        figures,
        month or month_of(now, home.zone),
        now=now,
        alive=alive or now,
        language=configuration.gateway.language,
    )


def _plain(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"gateway": answer["gateway"], **answer["summary"]}


def _flat(summary: Mapping[str, Any], of: str = "") -> Iterator[tuple[str, object]]:
    """Each figure with its name, such as `alarms.night-wandering.high.raised`."""
    for name, value in summary.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{of}{name}.")
        elif isinstance(value, list):
            for each in value:
                names = [each[key] for key in _NAMES if key in each]
                figures = {key: each[key] for key in each if key not in _NAMES}
                yield from _flat(figures, f"{of}{name}.{'.'.join(names)}.")
        else:
            yield of + name, value


_NAMES = ("rule", "kind", "priority")
