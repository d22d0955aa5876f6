"""`heimvakt explain --why-not` and `heimvakt replay` about a rule of a home's own."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from heimvakt.cli.root import app
from heimvakt.core.codec import encode_event
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    DoorClosed,
    DoorOpened,
    Event,
    GatewayStarted,
    TimerFired,
    stamped,
)
from tests.support.homes import EVENING, stamp

ROOT = Path(__file__).parents[3]
OWN = """
[rules.out-at-night]
kind = "custom"
when = { opened = [{ role = "door", room = "hall" }], for = "10m" }
unless = { entered = ["bed"] }
text = { nb = "Ytterdøren står åpen.", en = "The front door is open." }
"""
DEADLINE = "out-at-night/opened front-door"
LIFE: tuple[tuple[int, Event], ...] = (
    (0, GatewayStarted(cause="started", last_alive=None)),
    (1, BedEntered(device_id="bed")),
    (10, DoorOpened(device_id="front-door")),
    (20, TimerFired(name=DEADLINE, due=EVENING + timedelta(minutes=20))),
    (30, BedLeft(device_id="bed")),
    (40, DoorClosed(device_id="front-door")),
)


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, Path]:
    """The file of a home, and its journal as lines."""
    file, journal = tmp_path / "home.toml", tmp_path / "journal.jsonl"
    file.write_text((ROOT / "config" / "home.toml").read_text() + OWN)
    events = [
        stamped(event, stamp(number, EVENING + timedelta(minutes=minute)))
        for number, (minute, event) in enumerate(LIFE, start=1)
    ]
    # Deadlines are events of a journal too: this one comes while the bed is taken.
    lines = [encode_event(event) for event in events]
    lines.insert(3, _deadline())
    for number, line in enumerate(lines, start=1):
        line["seq"] = number
    journal.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file, journal


def _deadline() -> dict[str, object]:
    from heimvakt.core.events import TimerFired

    due = EVENING + timedelta(minutes=20)
    fired = TimerFired(stamp=stamp(1, due), name="out-at-night/opened front-door", due=due)
    return encode_event(fired)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def test_it_says_what_kept_the_rule_back(kept: tuple[Path, Path]) -> None:
    file, journal = map(str, kept)
    said = run(
        "explain", "--why-not", "out-at-night", "--at", "2026-11-04 22:25",
        "--state", journal, "--config", file,
    )  # fmt: skip
    assert 'setting   when = { opened = ["front-door"], for = "10m" }' in said
    assert "no alarm: unntaket gjelder: entered bed" in said


def test_a_replay_gives_its_alarm(kept: tuple[Path, Path]) -> None:
    file, journal = map(str, kept)
    assert "out-at-night  1 alarm     4 Nov 22:10" in run("replay", "--config", file, journal)
