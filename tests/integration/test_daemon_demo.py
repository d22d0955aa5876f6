"""`heimvakt demo`, to its end: the story, and recorded homes.

HEIMVAKT_RECORDINGS names a folder with OrdonezB_Sensors.txt; some days of it are then played.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.broker import _HAS_AMQTT, _MOSQUITTO
from tests.support.command import Said, heimvakt

RECORDINGS = os.environ.get("HEIMVAKT_RECORDINGS")
BROKER = () if _HAS_AMQTT else ("--mosquitto", _MOSQUITTO)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (_HAS_AMQTT or _MOSQUITTO), reason="no broker is installed"),
]

HEAD = (
    "Start time          \tEnd time            \tLocation\tType    \tPlace",
    "--------------------\t--------------------\t--------\t--------\t-----",
)
NIGHTS = (
    ("2012-11-11 21:14:21", "2012-11-12 00:22:57", "Seat", "Pressure", "Living"),
    ("2012-11-11 22:00:00", "2012-11-11 22:00:05", "Maindoor", "Magnetic", "Entrance"),
    ("2012-11-12 00:24:00", "2012-11-12 02:10:00", "Bed", "Pressure", "Bedroom"),
    ("2012-11-12 02:12:00", "2012-11-12 02:12:04", "Door", "PIR", "Kitchen"),
    ("2012-11-12 02:13:00", "2012-11-12 02:13:10", "Maindoor", "Magnetic", "Entrance"),
    ("2012-11-12 02:20:00", "2012-11-12 07:00:00", "Bed", "Pressure", "Bedroom"),
    ("2012-11-12 08:00:00", "2012-11-12 08:00:30", "Toilet", "Flush", "Bathroom"),
    ("2012-11-12 23:30:00", "2012-11-13 03:00:00", "Bed", "Pressure", "Bedroom"),
    ("2012-11-13 03:40:00", "2012-11-13 06:30:00", "Bed", "Pressure", "Bedroom"),
)
"""Out by the door in the first night; in the second out of bed for forty minutes."""


async def test_the_story_as_json_is_one_alarm_a_line_and_nothing_else() -> None:
    said = await heimvakt("demo", "--for", "8s", "--speed", "600", "--json", *BROKER)
    assert said.code == 0, said.err
    alarms = _alarms(said)
    assert {"button", "night-wandering"} <= {alarm["kind"] for alarm in alarms}
    assert all(alarm["delivered_at"] and alarm["accepted_by"] for alarm in alarms)
    assert "every alarm was delivered and accepted" in said.err


async def test_the_story_as_lines_on_the_other_radio_shows_home_rules_and_alarms() -> None:
    said = await heimvakt(
        "demo", "--for", "8s", "--speed", "600", "--plain", "--radio", "ezsp", *BROKER
    )
    assert said.code == 0, said.err
    for words in ("home    ", "event   ", "rule    ", "alarm   ", "help is coming"):
        assert words in said.out
    assert "every alarm was delivered and accepted" in said.out.splitlines()[-1]
    assert "\x1b" not in said.out


async def test_a_recording_gives_the_same_alarms_at_any_speed(tmp_path: Path) -> None:
    _write(tmp_path, [*HEAD, *map("\t".join, NIGHTS)])
    runs = [
        await heimvakt("demo", "--recording", tmp_path, "--speed", speed, "--json", *BROKER)
        for speed in ("0", "60000")
    ]
    for said in runs:
        assert said.code == 0, said.err
        assert f"events in {2 * len(NIGHTS)}, journalled {2 * len(NIGHTS)}" in said.err
    first, second = (
        [(a["kind"], a["device_id"], a["night"]) for a in _alarms(said)] for said in runs
    )
    assert sorted(first) == sorted(second)
    assert ("night-wandering", "entrance-maindoor", "2012-11-11") in first
    assert ("night-wandering", "bedroom-bed", "2012-11-12") in first
    assert ("night-door", "entrance-maindoor", "2012-11-11") in first


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("2012-11-11 21:14:21\t2012-11-12 00:22:57\tSeat\tPressure", "4 fields where five belong"),
        ("2012-11-11 21:14\tyesterday\tSeat\tPressure\tLiving", "yesterday"),
        ("2012-11-12 21:14:21\t2012-11-12 00:22:57\tSeat\tPressure\tLiving", "before it begins"),
        ("2012-11-11 21:14:21\t2012-11-12 00:22:57\tSeat\tSonar\tLiving", "Sonar"),
    ],
)
async def test_a_bad_recording_is_told_with_its_line(tmp_path: Path, line: str, what: str) -> None:
    path = _write(tmp_path, [*HEAD, *map("\t".join, NIGHTS[:2]), line])
    said = await heimvakt("demo", "--recording", tmp_path, "--json")
    assert said.code == 2
    assert f"{path}:5" in said.err
    assert what in said.err
    assert said.out == ""
    assert "Traceback" not in said.err


@pytest.mark.parametrize("arguments", [("--home", "B"), ("--home", "C")])
async def test_a_recording_that_is_not_there_is_named(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    said = await heimvakt("demo", "--recording", tmp_path, *arguments)
    assert said.code == 2
    assert ("OrdonezB_Sensors.txt" if "B" in arguments else "--home C") in said.err
    assert "Traceback" not in said.err


@pytest.mark.skipif(RECORDINGS is None, reason="HEIMVAKT_RECORDINGS names no folder")
async def test_some_days_of_the_recorded_home_lose_no_event() -> None:
    days = ("--from", "2012-11-12", "--to", "2012-11-15")
    said = await heimvakt("demo", "--recording", RECORDINGS, *days, "--json", *BROKER, within_s=100)
    assert said.code == 0, said.err
    [counted] = [line for line in said.err.splitlines() if line.startswith("events in ")]
    taken, journalled = (int(part.split()[-1]) for part in counted.split(","))
    assert taken == journalled > 100
    assert _alarms(said)


def _write(folder: Path, lines: list[str]) -> Path:
    path = folder / "OrdonezB_Sensors.txt"
    path.write_text("\n".join(lines) + "\n")
    return path


def _alarms(said: Said) -> list[dict[str, Any]]:
    """Every line of standard output has to be an alarm."""
    alarms = [json.loads(line) for line in said.out.splitlines()]
    assert all(alarm["alarm_id"] for alarm in alarms)
    return alarms
