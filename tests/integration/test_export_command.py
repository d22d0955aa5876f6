"""`heimvakt export`: what a gateway has stored, given away whole, or with nobody in it."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer

from heimvakt.app import catalogue
from heimvakt.cli.export import command
from heimvakt.config.loader import load
from heimvakt.core.alarms import Alarm
from heimvakt.core.events import BedEntered, BedLeft, DoorClosed, DoorOpened, MotionDetected
from heimvakt.core.ledger import Transaction
from heimvakt.replay.again import Again
from heimvakt.replay.source import open_source
from heimvakt.store.store import SqliteStore
from tests.support.command import heimvakt
from tests.support.homes import EVENING, OSLO, Desk, oslo
from tests.support.homes import home as home_on_desk

HOME = """\
version = 1
[gateway]
id = "no-1505-004711"
[drivers.zigbee]
port = "/dev/serial/by-id/usb-ITead_77"
[devices.karis-bed]
role = "bed"
driver = "zigbee"
address = "00:15:8d:00:02:3a:4b:01"
room = "karis rom"
[devices.hall]
role = "motion"
driver = "zigbee"
address = "00:15:8d:00:02:3a:4b:02"
room = "hall"
[devices.front-door]
role = "door"
driver = "zigbee"
address = "00:15:8d:00:02:3a:4b:03"
room = "hall"
outer = true
[rules.night-wandering]
out_of = "karis-bed"
signs = ["hall", "front-door"]
[rules.karis-door]
kind = "night-door"
doors = ["front-door"]
[receivers.centre]
kind = "mqtt"
brokers = ["mqtts://in1.centre.example"]
"""
EVERYTHING = """\
version = 1
[gateway]
id = "no-1505-004711"
[drivers.zigbee]
port = "auto"
channel = 15
[drivers.osdp.front]
port = "/dev/serial/by-path/platform-usb-0:1.2:1.0"
baudrate = 9600
[drivers.gpio]
lamp_green = 5
[drivers.dispenser]
port = "/dev/ttyAMA1"
key = "credential:dispenser-key"
[drivers.modbus]
port = "/dev/ttyAMA2"
[devices.bed]
role = "bed"
driver = "zigbee"
address = "00:15:8d:00:02:3a:4b:5c"
room = "bedroom"
[devices.front-door]
role = "door"
driver = "zigbee"
address = "00:12:4b:00:22:c1:09:aa"
room = "hall"
outer = true
[devices.hall-motion]
role = "motion"
driver = "zigbee"
address = "00:12:4b:00:22:c1:10:01"
room = "hall"
[devices.front-lock]
role = "lock"
driver = "osdp.front"
address = 1
door = "front-door"
key = "credential:osdp-key"
[devices.reader]
role = "tag"
driver = "osdp.front"
address = "1/reader"
[devices.back-lock]
role = "lock"
driver = "modbus"
address = 3
coil = 0
pulse = { by = "coil", number = 3 }
[devices.medicine]
role = "dispenser"
driver = "dispenser"
address = 1
doses = [ { at = "08:30", window = "45m" }, { at = "21:00", window = "60m", days = "mon-sun" } ]
[devices.help]
role = "button"
driver = "gpio"
address = 17
cancel = "10s"
pull = "up"
[tags.carer-7]
card = "26:0004a2f1"
[modes.visit]
locks = ["front-lock"]
lasting = "2h"
[modes.away]
button = "help"
press = "long"
[rules.night-wandering]
between = "23:00-06:00"
out_of = "bed"
signs = ["hall-motion", "front-door"]
back_within = "20m"
[rules.night-door]
doors = ["front-door"]
unless = "visit"
[rules.missed-dose]
[rules.ole-sin-dor]
kind = "door-open"
doors = ["front-door"]
[rules.visit-missed]
visits = [{ between = "08:00-09:30", days = "mon-fri" }]
tags = ["carer-7"]
[paths.broadband]
interface = "eth0"
[paths.mobile]
interface = "wwan0"
modem = "auto"
[receivers.centre]
kind = "mqtt"
brokers = ["mqtts://in1.centre.example:8883"]
"""
SECRETS = ("kari", "4711", "15:8d", "ITead", "in1.", "2026-11")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    file = tmp_path / "home.toml"
    file.write_text(HOME)
    return file


@pytest.fixture
async def state(tmp_path: Path) -> Path:
    """Two nights as a gateway has stored them; in each a door is opened."""
    desk = Desk(home_on_desk())
    for event, clock, days in (
        (BedEntered(device_id="karis-bed"), "22:30", 0),
        (BedLeft(device_id="karis-bed"), "2:10", 0),
        (MotionDetected(device_id="hall"), "2:11", 0),
        (DoorOpened(device_id="front-door"), "2:12", 0),
        (DoorClosed(device_id="front-door"), "2:13", 0),
        (DoorOpened(device_id="front-door"), "1:00", 1),
        (DoorClosed(device_id="front-door"), "1:01", 1),
        (MotionDetected(device_id="hall"), "9:00", 1),
    ):
        desk.tell(event, at=oslo(clock) + timedelta(days=days))
    folder = tmp_path / "state"
    folder.mkdir()
    async with SqliteStore(folder, opened_at=EVENING) as store:
        await store.transact(Transaction(events=desk.journal))
    return folder


def again(config: Path, source: Path) -> list[Alarm]:
    """The alarms that a replay under the file gives."""
    configuration = load(config, catalogue()).configuration
    assert configuration is not None
    run = Again(configuration.to_home())
    for _ in run.anew(open_source(source).events(run.home)):
        pass
    return list(run.alarms.values())


def test_an_export_is_replayed_as_the_database_is(
    home: Path, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = state.with_name("all.jsonl")
    command(state=state, out=out)
    lines = out.read_text().splitlines()
    assert capsys.readouterr() == (f"{out}: {len(lines)} events\n", "")
    alarms = again(home, state)
    assert {alarm.rule_id for alarm in alarms} >= {"night-wandering", "karis-door"}
    assert again(home, out) == alarms


async def test_redacted_it_names_nobody_and_gives_the_same_alarms(home: Path, state: Path) -> None:
    out, other = state.with_name("case.jsonl"), state.with_name("case.toml")
    said = await heimvakt("export", "--redacted", "--config", home, "--state", state, "--out", out)
    assert said.code == 0, said.err
    for secret in SECRETS:
        assert secret not in out.read_text()
        assert secret not in other.read_text()
    before, after = again(home, state), again(other, out)
    # The daily test is at a moment that the number of the gateway chooses.
    was, now = ([a for a in alarms if a.rule_id != "daily-test"] for alarms in (before, after))
    moved = {a.began_at - b.began_at for a, b in zip(was, now, strict=True)}
    moved |= {a.raised_at - b.raised_at for a, b in zip(was, now, strict=True)}
    assert len(moved) == 1
    assert moved.pop() % timedelta(weeks=1) == timedelta()
    assert [(a.kind, a.priority) for a in was] == [(a.kind, a.priority) for a in now]
    assert {a.rule_id for a in now} >= {"night-wandering", "night-door-1"}
    assert {a.device_id for a in now} >= {"door-1"}


def test_a_home_with_every_driver_can_be_used_after_it(tmp_path: Path, state: Path) -> None:
    whole, other = tmp_path / "whole.toml", tmp_path / "case.toml"
    whole.write_text(EVERYTHING)
    command(redacted=True, config=whole, state=state, out=tmp_path / "case.jsonl")
    before, after = (load(file, catalogue()).configuration for file in (whole, other))
    assert before is not None
    assert after is not None
    assert [d.role for d in before.devices.values()] == [d.role for d in after.devices.values()]
    assert [entry.kind for entry in before.rules] == [entry.kind for entry in after.rules]
    assert before.modes.keys() == after.modes.keys()
    for secret in ("carer-7", "ole-sin", "a2f1", "osdp-key", "platform", "hall", "00:12:4b"):
        assert secret not in other.read_text()


def test_of_some_days_only_these_are_given(home: Path, state: Path) -> None:
    out = state.with_name("day.jsonl")
    command(state=state, config=home, out=out, first="2026-11-06", last="2026-11-06")
    lines = out.read_text().splitlines()
    moments = [datetime.fromisoformat(json.loads(line)["at"]) for line in lines]
    assert {moment.astimezone(OSLO).date() for moment in moments} == {date(2026, 11, 6)}
    assert {moment.date() for moment in moments} == {date(2026, 11, 5), date(2026, 11, 6)}


def test_no_other_file_of_a_home_is_written_over(
    home: Path, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended:
        command(redacted=True, state=state, config=home, out=home.with_name("home.jsonl"))
    assert ended.value.exit_code == 2
    assert "is there already" in capsys.readouterr().err
    assert home.read_text() == HOME


@pytest.mark.parametrize(
    ("options", "code", "why"),
    [
        ({"state": Path("/nowhere")}, 1, "/nowhere: "),
        ({"out": Path("/nowhere/out.jsonl")}, 1, "/nowhere/out.jsonl"),
        ({"out": Path("heimvakt.db")}, 2, "heimvakt.db is to be a file of JSON lines"),
        ({"first": "yesterday"}, 2, '"yesterday" is no day'),
        ({"redacted": True, "first": "2027-01-01"}, 1, "there is no event in these days"),
        ({"redacted": True, "config": Path("/nowhere.toml")}, 78, ""),
    ],
)
def test_what_cannot_be_is_said_and_leaves_no_file(
    home: Path,
    state: Path,
    capsys: pytest.CaptureFixture[str],
    options: dict[str, Any],
    code: int,
    why: str,
) -> None:
    given = {"state": state, "config": home, "out": state.with_name("out.jsonl"), **options}
    with pytest.raises(typer.Exit) as ended:
        command(**given)
    assert ended.value.exit_code == code
    assert capsys.readouterr().err.startswith(f"heimvakt: {why}")
    assert not list(state.parent.glob("out.*"))
