"""The table of Zigbee alone: hosts side by side, and each round's median."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.table import Table

from .figures import median

Figures = Mapping[str, Any]
Cell = Callable[[Figures], float | None]

OURS, PEER, YARDSTICK = "heimvakt", "zigbee2mqtt", "bare zigpy"
MEMORY_MIB, RATIO = 80.0, 2.0
"""The budgets."""


def zigbee(results: Figures) -> Table:
    """All hosts of `results`."""
    hosts = results["hosts"]
    table = Table(title="Zigbee: hosts on the same virtual radio, in turn")
    table.add_column("")
    for name in hosts:
        table.add_column(name, justify="right")
    table.add_column("budget", justify="right")

    def row(title: str, cell: Cell, digits: int = 2, budget: str = "") -> None:
        values = [_get(cell, figures) for figures in hosts.values()]
        texts = ["" if value is None else f"{value:,.{digits}f}" for value in values]
        table.add_row(title, *texts, budget)

    row("start: all ready, s", lambda f: _middle(f["starts"], "ready_s"))
    row("  rules armed, s", lambda f: _middle(f["starts"], "rules_armed_s"), budget="3")
    row("  radio armed, s", lambda f: _middle(f["starts"], "radio_armed_s"), budget="3")
    row(
        "press to subscriber: median, ms",
        lambda f: f["paced"]["latency"]["median"],
        2,
        _peer(hosts),
    )
    for number in range(max(len(f["medians_ms"]) for f in hosts.values())):
        row(f"  round {number + 1}", lambda f, n=number: f["medians_ms"][n])  # type: ignore[misc]
    if YARDSTICK in hosts:
        base = hosts[YARDSTICK]["paced"]["latency"]["median"]
        title = "  median / median of the bare loop"
        row(title, lambda f: f["paced"]["latency"]["median"] / base, 2, f"{RATIO:g}")
    row("  p90, ms", lambda f: f["paced"]["latency"]["p90"])
    row("  p99, ms", lambda f: f["paced"]["latency"]["p99"])
    row("  worst, ms", lambda f: f["paced"]["latency"]["worst"], 1)
    row("  lost", lambda f: f["paced"]["lost"], 0, "0")
    row("processor for a frame, ms", lambda f: f["paced"]["cpu_ms_per_frame"])
    row("memory: RSS, MiB", lambda f: f["paced"]["memory"]["rss"], 1, f"{MEMORY_MIB:g}")
    row("  PSS, MiB", lambda f: f["paced"]["memory"]["pss"], 1)
    row("burst: frames/s to the end", lambda f: _middle(f["bursts"], "frames_per_s"), 0)
    row("  frames lost", lambda f: sum(each["frames_lost"] for each in f["bursts"]), 0, "0")
    row("  processor for a frame, ms", lambda f: _middle(f["bursts"], "cpu_ms_per_frame"))
    row("  presses lost", lambda f: sum(each["presses_lost"] for each in f["bursts"]), 0, "0")
    row("memory after bursts: RSS, MiB", lambda f: f["bursts"][-1]["memory"]["rss"], 1)
    return table


def _peer(hosts: Figures) -> str:
    return f"< {PEER}" if PEER in hosts else ""


def _middle(of: Sequence[Figures], name: str) -> float | None:
    return median([each[name] for each in of if each.get(name) is not None])


def _get(cell: Cell, figures: Figures) -> float | None:
    try:
        return cell(figures)
    except TypeError:  # there is no spread of nothing
        return None
