"""`python -m benchmarks [PART ...] [--events N] [--json]`; `--help` has the parts."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from . import day, drivers, fleet, idle, replay
from .contest import cli as contest
from .plan import Plan
from .report import show
from .rules import cli as rules
from .run import PARTS, SHORT, run
from .soak import cli as soak

IN_A_ROUND = 500
"""Presses for each host, of `zigbee`."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print a table, and with --json one line for programs."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["peers"]:
        return contest.main(given[1:])
    if given[:1] == ["fleet"]:
        sys.exit(fleet.main(given[1:]))
    if given[:1] == ["day"]:
        sys.exit(day.main(given[1:]))
    if given[:1] == ["drivers"]:
        sys.exit(drivers.main(given[1:]))
    if given[:1] == ["replay"]:
        sys.exit(replay.main(given[1:]))
    if given[:1] == ["soak"]:
        sys.exit(soak.main(given[1:]))
    if given[:1] == ["idle"]:
        sys.exit(idle.main(given[1:]))
    if given[:1] == ["rules"]:
        sys.exit(rules.main(given[1:]))
    asked = _parser().parse_args(given)
    usual = IN_A_ROUND if asked.part == ["zigbee"] else Plan().events
    plan = Plan(
        events=asked.events or usual,
        per_s=asked.rate,
        rounds=asked.rounds,
        starts=asked.starts or (1 if asked.part == ["zigbee"] else Plan().starts),
        burst=asked.burst,
        bursts=asked.bursts,
        commits=asked.commits,
        with_peers=not asked.without_peers,
        with_zigbee2mqtt=not asked.without_zigbee2mqtt,
        records=tuple(asked.records or Plan().records),
        presses=asked.presses,
        away_s=asked.away,
        rtt_ms=asked.rtt,
        down_s=asked.down,
        idle_s=asked.idle,
        week=asked.week,
        lives=asked.lives,
        days=asked.days,
    )
    progress = Console(stderr=True)
    say = lambda text: progress.print(f"[dim]{text}[/dim]", highlight=False)  # noqa: E731
    results = asyncio.run(run(asked.part or SHORT, plan, asked.folder, say))
    show(results, Console(width=None if sys.stdout.isatty() else 110))
    if asked.json:
        print(json.dumps(results, ensure_ascii=False))


def _parser() -> argparse.ArgumentParser:
    short = Plan()
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure Heimvakt beside its peers on the same virtual radio. Without the name "
        f"of a part: {', '.join(SHORT)}, in a short form. docs/benchmarks.md says what the figures "
        "mean.",
        epilog="Eight others by themselves: `peers --help`, beside other gateways; `fleet --help`, "
        "many gateways on a broker cluster; `day --help`, a day in a home of forty devices; "
        "`rules --help`, how good the rules are; `replay --help`, how fast they think again; "
        "`drivers --help`, what each driver costs; `soak --help`, a week at many times its speed, "
        "with faults; `idle --help`, what is written while nothing happens.",
    )
    add = parser.add_argument
    add("part", nargs="*", choices=[*PARTS, []], metavar="|".join(PARTS), help="what to measure")
    add("--events", type=_positive, help="presses for each host; of zigbee, in a round")
    add("--rate", type=float, default=short.per_s, help="presses a second, 20 at most")
    add("--rounds", type=_positive, default=short.rounds, help="of zigbee")
    add("--starts", type=_positive, help="starts of each host")
    add("--burst", type=_positive, default=short.burst, help="frames in a burst, 1000 at most")
    add("--bursts", type=_positive, default=short.bursts, help="bursts of each host")
    add("--commits", type=_positive, default=short.commits, help="commits of each size")
    add("--records", type=_positive, nargs="+", help="reports in a backlog; each by itself")
    add("--presses", type=_positive, default=short.presses, help="presses around a backlog")
    add("--away", type=float, default=short.away_s, help="seconds without broker, of a backlog")
    add("--rtt", type=float, default=short.rtt_ms, help="ms to the broker and back, of a backlog")
    add("--down", type=float, default=short.down_s, help="seconds without broker, to reconnect")
    add("--idle", type=float, default=short.idle_s, help="seconds of nothing, of wear")
    add("--week", type=_positive, default=short.week, help="events of seven days, of wear")
    add("--lives", type=_positive, default=short.lives, help="sensors of a class, of silence")
    add("--days", type=_positive, default=short.days, help="that one lives at most, of silence")
    add("--without-peers", action="store_true", help="Heimvakt alone")
    add("--without-zigbee2mqtt", action="store_true", help="the bare loop is the only peer")
    add("--folder", type=Path, help="where databases are put; the disk makes a difference")
    add("--json", action="store_true", help="end with one JSON line")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("1 or more")
    return number


if __name__ == "__main__":
    main()
