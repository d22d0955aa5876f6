"""The tables of what is measured at the outpost: backlogs, reconnecting, wear."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rich.table import Table

Figures = Mapping[str, Any]

ALARM_S, PAHO_RATIO = 2.0, 0.8
"""The budgets."""


def backlog(sizes: Figures) -> Table:
    """A column for each size."""
    table = Table(title="The broker was away and comes back, with so many reports waiting")
    table.add_column("")
    for size in sizes:
        table.add_column(f"{int(size):,}", justify="right")
    table.add_column("budget", justify="right")

    def row(
        title: str, cell: Callable[[Figures], object], digits: int = 2, budget: str = ""
    ) -> None:
        texts = [_text(_of(each, cell), digits) for each in sizes.values()]
        table.add_row(title, *texts, budget)

    name = "alarm_seconds_after_broker_return"
    row("waiting alarms at the receiver after, s", lambda f: f[name], 2, f"{ALARM_S:g}")
    row("  alarms that waited", lambda f: f["alarms_waiting"], 0)
    row("  alarms lost, of all presses", lambda f: f["alarms_lost"], 0, "0")
    row("press to durable, broker away: median, ms", lambda f: f["durable_while_away"]["median"])
    row("  draining: median, ms", lambda f: f["durable_while_draining"]["median"])
    row("  idle: median, ms", lambda f: f["durable_idle"]["median"])
    row("press to subscriber, draining: median, ms", lambda f: _median(f, "draining"))
    row("  worst, ms", lambda f: f["subscriber_while_draining"]["worst"])
    row("  idle: median, ms", lambda f: _median(f, "idle"))
    row("first report after, s", lambda f: f["first_report_s"])
    row("all reports after, s", lambda f: f["drained_s"])
    row("  reports lost", lambda f: f["records_lost"], 0, "0")
    row("drained, reports/s", lambda f: f["records_per_s"], 0)
    row("  by bare paho, a message each", lambda f: f["against_paho"], 2, f">{PAHO_RATIO:g}")
    row("  MiB/s", lambda f: _mib(f["bytes_per_s"]))
    row("processor for 1,000 reports, s", lambda f: f["cpu_s_per_1000_records"], 3)
    row("memory after: RSS, MiB", lambda f: f["memory"]["rss"], 1)
    row("journal filled, events/s", lambda f: f["filled"]["events_per_s"], 0)
    return table


def reconnect(figures: Figures) -> Table:
    """Two rows."""
    table = Table(title=f"The broker was away for {figures['down_s']:g} s")
    table.add_column("after it came back")
    table.add_column("s", justify="right")
    table.add_row("connected, with nothing waiting", _text(figures["connected_s"], 2))
    table.add_row("an alarm that waited is there", _text(figures["alarm_s"], 2))
    return table


def wear(figures: Figures) -> Table:
    """What is written, and how much of it there is in the end."""
    table = Table(title="Written to the disk, by the kernel's count")
    table.add_column("")
    table.add_column("", justify="right")
    week = figures["week"]
    idle = f"a day of nothing, MiB (scaled from {figures['idle_s']:g} s)"
    table.add_row(idle, _text(figures["idle_mib_per_day"], 1))
    table.add_row("  processor meanwhile, % of a core", _text(figures["idle_cpu_percent"], 2))
    table.add_row("a press, its alarm and the answer, KiB", _kib(figures["bytes_per_press"]))
    table.add_row("an event of many at once, KiB", _kib(week["written_bytes_per_event"]))
    table.add_row(f"a journal of {week['events']:,} events, MiB", _mib_text(week["disk_bytes"]))
    return table


def _median(figures: Figures, when: str) -> object:
    name = "subscriber_idle" if when == "idle" else f"subscriber_while_{when}"
    return figures[name]["median"]


def _of(figures: Figures, cell: Callable[[Figures], object]) -> object:
    try:
        return cell(figures)
    except TypeError:  # there is no spread of nothing
        return None


def _text(value: object, digits: int) -> str:
    return f"{value:,.{digits}f}" if isinstance(value, int | float) else ""


def _mib(value: float | None) -> float | None:
    return None if value is None else value / 2**20


def _kib(value: float | None) -> str:
    return _text(None if value is None else value / 1024, 2)


def _mib_text(value: float) -> str:
    return _text(_mib(value), 1)
