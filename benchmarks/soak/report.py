"""What came of a week, from the file that it wrote: one table for people, or one line of JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from .flat import Slope, slope

WARM_S = 300.0
"""Real time until a process has met what it meets every day and its caches are filled."""
DAY_H = 24.0
KIB, MIB = 2**10, 2**20

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One process of the daemon, from when it was warm."""

    number: int
    from_h: float
    to_h: float
    """Of the home."""
    rss_mib: tuple[float, float, float]
    """When it was warm, at its end, and the most."""
    rss_a_day: Slope | None
    """MiB, of the home."""
    fds: tuple[int, int]
    """Fewest and most."""
    threads: tuple[int, int]
    tasks: tuple[int, int]
    fds_a_day: Slope | None
    tasks_a_day: Slope | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Soak:
    """All of it."""

    plan: Record
    hours: float
    """Of the home, that were sampled."""
    samples: int
    faults: dict[str, int]
    lives: list[Life]
    db_bytes: tuple[int, int, int]
    """First, last, most."""
    db_a_day: Slope | None
    """KiB, from when as much is erased as comes."""
    wal_bytes: int
    """The most."""
    other_bytes: tuple[int, int]
    waiting: tuple[int, int]
    """The most alarms and reports that waited, at a look."""
    cpu_percent: float
    """Of one core, over real time."""
    cpu_s_a_day: float
    """Of the home."""
    written_mib_a_day: float
    """Of the home; what is written by real time, such as marks of life, for its share of that."""
    result: Record | None
    """What the witness found; None: the week is not over."""

    @property
    def good(self) -> bool:
        """Whether nothing was lost or doubled."""
        found = self.result
        bad = ("wrong", "frames_lost", "frames_doubled")
        return found is not None and not any(found[name] for name in bad)


def summed(file: Path) -> Soak:
    """Read and add up; also while it still runs."""
    records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    of = {what: [r for r in records if r["what"] == what] for what in ("sample", "fault", "result")}
    (plan,) = [record for record in records if record["what"] == "plan"]
    samples = of["sample"]
    if not samples:
        raise ValueError(f"{file}: nothing was looked at yet")
    by_life = [list(group) for _, group in groupby(samples, key=lambda s: s["life"])]
    hours = samples[-1]["home_h"] - samples[0]["home_h"]
    full = [s for s in samples if s["home_h"] >= DAY_H * plan["event_days"]]
    sizes = [s["db_bytes"] for s in samples]
    cpu_s = sum(group[-1]["cpu_s"] for group in by_life)
    written = sum((group[-1]["written_bytes"] or 0) for group in by_life)
    return Soak(
        plan={key: value for key, value in plan.items() if key != "what"},
        hours=round(hours, 2),
        samples=len(samples),
        faults=dict(Counter(fault["kind"] for fault in of["fault"])),
        lives=[life for group in by_life if (life := _life(group)) is not None],
        db_bytes=(sizes[0], sizes[-1], max(sizes)),
        db_a_day=slope([(s["home_h"] / DAY_H, s["db_bytes"] / KIB) for s in full]),
        wal_bytes=max(s["wal_bytes"] for s in samples),
        other_bytes=(samples[0]["other_bytes"], samples[-1]["other_bytes"]),
        waiting=(_most(samples, "alarms_waiting"), _most(samples, "reports_waiting")),
        cpu_percent=round(100 * cpu_s / max(samples[-1]["real_s"], 1.0), 2),
        cpu_s_a_day=round(cpu_s / max(hours, 0.1) * DAY_H, 1),
        written_mib_a_day=round(written / MIB / max(hours, 0.1) * DAY_H, 1),
        result=next(iter(of["result"]), None),
    )


def _life(samples: Sequence[Record]) -> Life | None:
    warm = [sample for sample in samples if sample["age_s"] >= WARM_S]
    if not warm:
        return None
    # While the radio is away what it holds is away too, which is no trend.
    calm = [s for s in warm if not s["trouble"]] or warm
    rss = [sample["rss_mib"] for sample in warm]

    def trend(name: str) -> Slope | None:
        return slope([(s["home_h"] / DAY_H, s[name]) for s in calm])

    return Life(
        number=warm[0]["life"],
        from_h=warm[0]["home_h"],
        to_h=warm[-1]["home_h"],
        rss_mib=(rss[0], rss[-1], max(rss)),
        rss_a_day=trend("rss_mib"),
        fds=_span(warm, "fds"),
        threads=_span(warm, "threads"),
        tasks=_span(warm, "tasks"),
        fds_a_day=trend("fds"),
        tasks_a_day=trend("tasks"),
    )


def show(soak: Soak, console: Console) -> None:
    """For people."""

    def say(text: str) -> None:
        console.print(text, highlight=False)

    plan = soak.plan
    say(
        f"{soak.hours / DAY_H:.2f} days of the home at {plan['speed']:g} times speed, seed "
        f"{plan['seed']}, {soak.samples} looks; raw events are kept {plan['event_days']} days"
    )
    say("faults: " + ", ".join(f"{count} {kind}" for kind, count in sorted(soak.faults.items())))
    table = Table(
        "life", "hours", "RSS warm/end/most, MiB", "MiB a day", "files", "threads", "tasks"
    )
    for life in soak.lives:
        table.add_row(
            str(life.number),
            f"{life.from_h:.0f}-{life.to_h:.0f}",
            "/".join(f"{size:.1f}" for size in life.rss_mib),
            _written(life.rss_a_day),
            *(f"{low}-{high}" for low, high in (life.fds, life.threads, life.tasks)),
        )
    console.print(table)
    first, last, most = (size / MIB for size in soak.db_bytes)
    say(
        f"database {first:.1f} MiB at first, {last:.1f} at the end, {most:.1f} at most; KiB a day "
        f"from day {plan['event_days']} on: {_written(soak.db_a_day)}"
    )
    say(f"its log {soak.wal_bytes / MIB:.1f} MiB at most; all else {soak.other_bytes} bytes")
    say(f"waiting at most: {soak.waiting[0]} alarms, {soak.waiting[1]} reports")
    say(
        f"processor {soak.cpu_percent:g} % of a core; for a day of the home {soak.cpu_s_a_day:g} s "
        f"and {soak.written_mib_a_day:g} MiB written"
    )
    _show_result(soak.result, say)


def _show_result(result: Record | None, say: Callable[[str], None]) -> None:
    if result is None:
        say("it is not over: what was lost or doubled is not known yet")
        return
    say(
        f"frames to the radio {result['frames']}, journalled {result['frames_journalled']}, sent "
        f"while nobody was there to take them {result['frames_nobody_took']}; lost "
        f"{len(result['frames_lost'])}, doubled {len(result['frames_doubled'])}"
    )
    say(
        f"events {result['events']}, reports at the centre {result['reports_at_centre']}, "
        f"{result['report_repeats_under_number']} repeated under their number"
    )
    say(
        f"alarms {sum(result['alarms'].values())}, at the centre {result['alarms_at_centre']}, "
        f"{result['alarm_repeats_under_id']} repeated under their id: {result['alarms']}"
    )
    away = sum(result["frames_unsent"].values())
    say(
        f"frames that found no host at the radio: {away}; the player was late by at most "
        f"{result['behind_s']:g} s"
    )
    for wrong in result["wrong"] or ["nothing"]:
        say(f"wrong: {wrong}")


def line(soak: Soak) -> str:
    """For programs."""
    return json.dumps({**asdict(soak), "good": soak.good})


def _written(trend: Slope | None) -> str:
    if trend is None:
        return "too short"
    return f"{trend.per_unit:+.2f} ± {trend.noise:.2f}{', rises' * trend.rises}"


def _span(samples: Sequence[Record], name: str) -> tuple[int, int]:
    values = [sample[name] for sample in samples]
    return min(values), max(values)


def _most(samples: Sequence[Record], name: str) -> int:
    return max((sample[name] for sample in samples if sample[name] is not None), default=0)
