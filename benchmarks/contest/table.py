"""The one table: what breaks in the rows, contestants in the columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from rich.console import Console
from rich.table import Table

from .run import BACKLOG, BLACK_HOLE, KILL, RECONNECT

Figures = Mapping[str, Any]
Cell = Callable[[Sequence[Figures]], str]
NEVER = "never"
NOTHING = "-"


def show(results: Figures, console: Console) -> None:
    """Print everything that the results hold."""
    machine, contest, plan = results["machine"], results["contest"], results["plan"]
    console.print(
        f"{machine['processor']}, {machine['cores']} cores, Linux {machine['kernel']}, "
        f"Python {machine['python']}, {machine['file_system']}\n"
        f"mosquitto {results['mosquitto']}, ThingsBoard gateway: {results['thingsboard']}\n"
        f"{machine['at']}, load {machine['load_before']:.1f} before, "
        f"{machine['load_after']:.1f} after",
        highlight=False,
    )
    console.print(_table(contest, plan), highlight=False)
    for name, figures in contest.items():
        failed = f"; TOOK NO FURTHER PART: {figures['failed']}" if figures["failed"] else ""
        console.print(f"{name}: {figures['settings']}{failed}", highlight=False)


def _table(contest: Figures, plan: Figures) -> Table:
    table = Table(title="Beside other gateways")
    table.add_column("", no_wrap=True)
    for name in contest:
        table.add_column(name.replace(" ", "\n", 1), justify="right")

    def row(title: str, trial: str, cell: Cell) -> None:
        runs = [each["trials"].get(trial) for each in contest.values()]
        table.add_row(title, *(cell(found) if found else NOTHING for found in runs))

    row(f"killed at {plan['kill_per_s']:g}/s: lost", KILL, _lost)
    row("  lost in a run", KILL, partial(_whole, name="lost"))
    row("  sent again in a run", KILL, partial(_whole, name="repeats"))
    row(f"black hole of {plan['hole_s']:g} s: lost", BLACK_HOLE, _lost)
    for records in plan["records"]:
        backlog = f"{BACKLOG} {records}"
        row(f"backlog of {records:,}: alarm, s", backlog, partial(_times, name="alarm_s"))
        row("  last event, s", backlog, partial(_times, name="last_s"))
        row("  lost", backlog, _lost)
        row("  taking it, s", backlog, partial(_times, name="take_s"))
    row(f"{plan['down_s']:g} s down: first event, s", RECONNECT, partial(_times, name="first_s"))
    table.caption = (
        f"{plan['kills']} kills, {plan['runs']} of everything else; a range is from the best run "
        "to the worst; seconds are from the return of the line; lost: of what was told as taken"
    )
    return table


def _lost(runs: Sequence[Figures]) -> str:
    return f"{sum(r['lost'] for r in runs):,} of {sum(r['taken'] for r in runs):,}"


def _whole(runs: Sequence[Figures], name: str) -> str:
    found = sorted(each[name] for each in runs)
    return f"{found[0]}" if found[0] == found[-1] else f"{found[0]}-{found[-1]}"


def _times(runs: Sequence[Figures], name: str) -> str:
    values = [each[name] for each in runs]
    there = sorted(value for value in values if value is not None)
    if not there:
        return NEVER
    low, high = (
        f"{value:.2f}" if value < 10 else f"{value:.0f}" for value in (there[0], there[-1])
    )
    text = low if low == high else f"{low}-{high}"
    gone = len(values) - len(there)
    return f"{text}, {gone}x {NEVER}" if gone else text
