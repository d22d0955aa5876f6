"""The busy home is a home, and its replay is measured."""

from __future__ import annotations

from pathlib import Path

from benchmarks.replay import BUSY, home_of, live, replay
from heimvakt.rules import KINDS


def test_a_day_is_lived_and_replayed(tmp_path: Path) -> None:
    home = home_of(BUSY)
    wired = {rule.kind for rule in home.rules.values()}
    assert KINDS.keys() - wired <= {"custom"}, "every rule that a home can have"
    live(home, 1, 7, tmp_path / "day.jsonl")
    found = replay(BUSY, tmp_path / "day.jsonl", 1)
    assert found.events == len((tmp_path / "day.jsonl").read_text().splitlines()) > 500
    assert found.processor_s > 0
    assert found.peak_mib > 0
