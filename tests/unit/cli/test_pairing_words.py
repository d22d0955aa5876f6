"""What a person in front of a sensor reads, and what a table of devices says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import typer
from rich.console import Console

from heimvakt.cli.devices import strangers, table
from heimvakt.cli.pair import seconds
from heimvakt.cli.steps import line

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROW: dict[str, Any] = {
    "address": "00:12:4b:00:22:c1:10:01",
    "role": "motion",
    "room": "hall",
    "last_seen": "2026-11-22T11:50:00+00:00",
    "silent": False,
    "usual_s": 3000,
    "silent_after_s": 50_400.0,
    "battery_percent": 81.0,
    "battery_low": False,
    "battery_days": 240,
    "lqi": 120,
    "lqi_worst": 118,
    "joined": True,
    "enrolled": True,
    "trouble": None,
    "not_in_use": None,
    "rules": ["night-wandering"],
}


def shown(row: dict[str, Any]) -> str:
    console = Console(width=300)
    with console.capture() as capture:
        console.print(table({"hall-motion": ROW | row}, NOW))
    return " ".join(capture.get().splitlines()[1].split())


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (
            {"step": "opened", "left_s": 240},
            "network open for 4 min: press the sensor's button until its lamp blinks",
        ),
        ({"step": "found", "address": "00:01"}, "  found        00:01"),
        (
            {"step": "interviewed", "manufacturer": "", "model": "MS01", "says": ["on mains"]},
            "  interviewed  MS01, on mains",
        ),
        ({"step": "enrolled"}, "  enrolled     yes"),
        ({"step": "reporting-set"}, "  reporting    set"),
        (
            {"step": "heard-from", "kinds": ["door-opened"], "lqi": 142, "battery_percent": 99.5},
            "  heard        door opened, LQI 142, battery 100 %",
        ),
        (
            {"step": "heard-from", "kinds": [], "lqi": None, "battery_percent": None},
            "  heard        it answers",
        ),
        (
            {"step": "trouble", "what": "too weak", "hint": "move it"},
            "  TROUBLE      too weak\n               move it",
        ),
    ],
)
def test_a_step_in_words(step: dict[str, Any], said: str) -> None:
    assert line(step) == said


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({}, "10 min ago every 50 min, missed after 14 h 81 % (about 240 days) LQI 120, worst 118"),
        ({"lqi_worst": 55}, "LQI 120, worst 55 WEAK"),
        ({"lqi": 38, "lqi_worst": None}, "LQI 38 WEAK"),
        ({"last_seen": None}, "motion hall never"),
        ({"silent": True}, "10 min ago, SILENT"),
        ({"battery_percent": 9.0, "battery_low": True, "battery_days": None}, "9 % LOW"),
        ({"battery_percent": None, "battery_low": True}, "LOW"),
        ({"rules": []}, "none"),
        ({"enrolled": False}, "NOT ENROLLED: its alarms are not heard"),
        ({"joined": False}, "not in the network"),
        ({"trouble": "it does not answer"}, "it does not answer"),
        ({"not_in_use": "devices.bed: address is missing"}, "NOT IN USE: devices.bed: address is"),
    ],
)
def test_a_line_says_how_a_device_is(row: dict[str, Any], said: str) -> None:
    assert said in shown(row)


def test_a_stranger_is_told_with_what_it_could_be() -> None:
    console = Console(width=200)
    row = {
        "address": "00:01",
        "interviewed": True,
        "manufacturer": "eWeLink",
        "model": "MS01",
        "says": ["battery powered", "a motion zone"],
        "roles": ["motion", "bed"],
        "lqi": 90,
    }
    asleep = row | {"interviewed": False, "manufacturer": None, "model": None, "lqi": None}
    with console.capture() as capture:
        console.print(strangers([row, asleep]))
    known, unknown = (" ".join(text.split()) for text in capture.get().splitlines()[1:])
    assert known == "00:01 eWeLink MS01 battery powered, a motion zone motion, bed LQI 90"
    assert "not interviewed yet" in unknown


@pytest.mark.parametrize(("text", "told"), [("90s", 90), ("4m", 240), ("1h", 3600)])
def test_how_long(text: str, told: int) -> None:
    assert seconds(text) == told


@pytest.mark.parametrize("text", ["4", "m", "-4m", "4 min", "99999m", ""])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        seconds(text)
