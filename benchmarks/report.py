"""The table that a person reads: hosts side by side, budgets, and what was not measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from . import report_outpost, report_silence, report_zigbee

Figures = Mapping[str, Any]
Cell = Callable[[Figures], float | None]

START_S, MEMORY_MIB, RATIO = 3.0, 80.0, 2.0
"""The budgets."""
OURS, YARDSTICK = "heimvakt", "bare zigpy"
OTHERS = {
    "wear": report_outpost.wear,
    "reconnect": report_outpost.reconnect,
    "backlog": report_outpost.backlog,
    "silence": report_silence.silence,
    "zigbee": report_zigbee.zigbee,
}


def show(results: Figures, console: Console) -> None:
    """Print everything that the results hold."""
    machine = results["machine"]
    console.print(
        f"{machine['processor']}, {machine['cores']} cores, Linux {machine['kernel']}, "
        f"Python {machine['python']}, {machine['file_system']}, {machine['broker']}\n"
        f"zigpy {machine['zigpy']}, zigpy-znp {machine['zigpy_znp']}, "
        f"zigbee2mqtt: {machine['peer']}\n"
        f"{machine['at']}, load {machine['load_before']:.1f} before, "
        f"{machine['load_after']:.1f} after",
        highlight=False,
    )
    if {"start", "paced", "burst"} & set(results):
        console.print(_hosts(results))
    for floors in (results.get("floors"), results.get("zigbee", {}).get("floors")):
        if floors:
            console.print(_floors(floors), highlight=False)
    if "store" in results:
        console.print(_store(results["store"]))
    for part, table in OTHERS.items():
        if part in results:
            console.print(table(results[part]))


def _hosts(results: Figures) -> Table:
    names = list(next(results[part] for part in ("start", "paced", "burst") if part in results))
    table = Table(title="Hosts on the same virtual radio")
    table.add_column("")
    for name in names:
        table.add_column(name, justify="right")
    table.add_column("budget", justify="right")

    def row(part: str, title: str, cell: Cell, digits: int = 1, budget: str = "") -> None:
        if part in results:
            values = [_get(cell, results[part][name]) for name in names]
            texts = ["" if value is None else f"{value:,.{digits}f}" for value in values]
            table.add_row(title, *texts, budget)

    start = f"{START_S:g}"
    row("start", "start: rules armed, s", lambda f: f.get("rules_armed_s"), 2, start)
    row("start", "start: radio armed, s", lambda f: f.get("radio_armed_s"), 2, start)
    row("start", "start: all ready, s", lambda f: f["ready_s"], 2)
    row("paced", "press to subscriber: median, ms", lambda f: f["latency"]["median"], 2)
    row("paced", "  p90, ms", lambda f: f["latency"]["p90"], 2)
    row("paced", "  p99, ms", lambda f: f["latency"]["p99"], 2)
    yardstick = results.get("paced", {}).get(YARDSTICK)
    if yardstick:
        base = yardstick["latency"]["median"]
        title = "  median / median of the bare loop"
        row("paced", title, lambda f: f["latency"]["median"] / base, 2, f"{RATIO:g}")
    row("paced", "  lost", lambda f: f["lost"], 0, "0")
    row("paced", "processor for a press, ms", lambda f: f["cpu_ms_per_press"], 2)
    row("paced", "written for a press, KiB", lambda f: f["written_kib_per_press"], 1)
    memory = f"{MEMORY_MIB:g}"
    row("paced", "memory: RSS, MiB", lambda f: f["memory"]["rss"], 1, memory)
    row("paced", "  PSS, MiB", lambda f: f["memory"]["pss"], 1)
    row("paced", "  USS, MiB", lambda f: f["memory"]["uss"], 1)
    row("burst", "burst: frames/s to the end", lambda f: f["frames_per_s"], 0)
    row("burst", "  frames lost", lambda f: f["frames_lost"], 0, "0")
    row("burst", "  processor for a frame, ms", lambda f: f["cpu_ms_per_frame"], 2)
    row("burst", "burst of presses: median, ms", lambda f: f["press_latency"]["median"], 1)
    row("burst", "  p99, ms", lambda f: f["press_latency"]["p99"], 1)
    row("burst", "  presses lost", lambda f: f["presses_lost"], 0, "0")
    row("burst", "memory after bursts: RSS, MiB", lambda f: f["memory"]["rss"], 1, memory)
    return table


def _get(cell: Cell, figures: Figures) -> float | None:
    try:
        return cell(figures)
    except TypeError:  # there is no spread of nothing
        return None


def _floors(floors: Figures) -> Table:
    table = Table(title="Floors, in the same run")
    for column in ("", "median ms", "p99 ms"):
        table.add_column(column, justify="right" if column else "left")
    names = (("mqtt_alone", "MQTT alone"), ("flush_4_kib", "fdatasync of 4 KiB"))
    for key, title in names:
        if floors[key]:
            table.add_row(title, f"{floors[key]['median']:.2f}", f"{floors[key]['p99']:.2f}")
    return table


def _store(store: Figures) -> Table:
    table = Table(title="The store, beside bare SQLite with the same rows")
    columns = ("events in a commit", "events/s", "of bare SQLite", "written for an event, KiB")
    for column in (*columns, "by bare SQLite"):
        table.add_column(column, justify="right")
    for group, rate in store["events_per_s"].items():
        table.add_row(
            group,
            f"{rate:,.0f}",
            f"{rate / store['bare_per_s'][group]:.2f}",
            f"{store['written_kib_per_event'][group]:.2f}",
            f"{store['bare_kib_per_event'][group]:.2f}",
        )
    table.caption = (
        f"one commit: median {store['commit']['median']:.2f} ms, p99 {store['commit']['p99']:.2f}; "
        f"a flush of 4 KiB: {store['flush_4_kib']['median']:.2f}, "
        f"p99 {store['flush_4_kib']['p99']:.2f}"
    )
    return table
