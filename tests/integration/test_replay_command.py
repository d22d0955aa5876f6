"""`heimvakt replay` as an installer types it: recordings, exports, and all that can be wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer

from heimvakt.cli.replay import command
from heimvakt.core.codec import encode_event
from heimvakt.core.events import DoorOpened
from tests.support.command import heimvakt
from tests.support.homes import Desk, home, oslo

HOME = """\
version = 1
[gateway]
id = "no-1505-004711"
[drivers.zigbee]
port = "auto"
[devices.front-door]
role = "door"
driver = "zigbee"
address = "00:15:8d:00:02:3a:4b:02"
outer = true
[rules.night-door]
between = "{between}"
doors = ["front-door"]
[receivers.centre]
kind = "mqtt"
brokers = ["mqtts://in1.centre.example"]
"""
RECORDED = """\
2026-11-04 22:30:00 front-door OPEN
2026-11-04 22:31:00 front-door CLOSE
2026-11-05 03:00:00 front-door OPEN
2026-11-05 03:01:00 front-door CLOSE
2026-11-05 12:00:00 M007 ON
"""


@pytest.fixture
def homes(tmp_path: Path) -> tuple[Path, Path]:
    wide, narrow = tmp_path / "wide.toml", tmp_path / "narrow.toml"
    wide.write_text(HOME.format(between="22:00-06:00"))
    narrow.write_text(HOME.format(between="23:00-06:00"))
    return wide, narrow


async def test_a_recorded_home_under_two_files(homes: tuple[Path, Path], tmp_path: Path) -> None:
    recorded = tmp_path / "recorded.txt"
    recorded.write_text(RECORDED)
    wide, narrow = homes
    said = await heimvakt("replay", "--config", wide, "--against", narrow, recorded)
    assert said.code == 0
    first, *lines = said.out.splitlines()
    assert first.startswith("1 day, ")
    (changed,) = (line.split() for line in lines if "night-door" in line)
    assert " ".join(changed) == "night-door 2 alarms -> 1 gone: 4 Nov 22:30"
    assert said.err == "of no device of this home: M007 (1)\n"

    told = await heimvakt("replay", "--config", wide, "--json", recorded)
    (rule,) = (r for r in json.loads(told.out)["rules"] if r["rule"] == "night-door")
    assert [alarm["began_at"] for alarm in rule["after"]] == [
        "2026-11-04T21:30:00+00:00",
        "2026-11-05T02:00:00+00:00",
    ]


async def test_an_export_with_a_line_that_is_damaged(
    homes: tuple[Path, Path], tmp_path: Path
) -> None:
    desk = Desk(home())
    desk.tell(DoorOpened(device_id="front-door"), at=oslo("1:00"))
    export = tmp_path / "export.jsonl"
    lines = [json.dumps(encode_event(event)) for event in desk.journal]
    export.write_text("\n".join([lines[0], "{not json", *lines[1:]]))
    said = await heimvakt("replay", "--config", homes[0], export)
    assert said.code == 0
    assert "night-door" in said.out
    assert "1 line could not be read" in said.err
    assert "line 2: " in said.err


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "it is empty"), ("never mind\n", "no line is of a recorded home")],
)
async def test_what_cannot_be_replayed_is_said_in_a_line(
    homes: tuple[Path, Path], tmp_path: Path, text: str, why: str
) -> None:
    source = tmp_path / "source"
    source.write_text(text)
    said = await heimvakt("replay", "--config", homes[0], source)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"heimvakt: {source}: {why}")
    assert "Traceback" not in said.err


async def test_a_picture_is_drawn_and_what_is_said_stays_for_programs(
    homes: tuple[Path, Path], tmp_path: Path
) -> None:
    recorded, picture = tmp_path / "recorded.txt", tmp_path / "days.html"
    recorded.write_text(RECORDED)
    said = await heimvakt("replay", "--config", homes[0], "--plot", picture, "--json", recorded)
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert said.err.startswith(f"{picture}: 1 day\n")
    html = picture.read_text()
    assert "<svg" in html
    (rule,) = (r for r in told["rules"] if r["rule"] == "night-door")
    assert html.count("<td>night-door</td>") == len(rule["after"]) == 2


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"plot": Path("days.pdf")}, '"days.pdf" is no picture'),
        ({"first_day": "2026-11-04"}, "--from and --to are the days of a picture"),
        ({"plot": Path("days.svg"), "last_day": "soon"}, '"soon" is no day'),
        ({"plot": Path("days.svg"), "as_it_was": True}, "a picture is drawn without --as-it-was"),
    ],
)
def test_a_picture_that_cannot_be_is_known_before_anything_is_replayed(
    homes: tuple[Path, Path], capsys: pytest.CaptureFixture[str], options: dict[str, Any], why: str
) -> None:
    with pytest.raises(typer.Exit) as ended:
        command(Path("no-such-source"), config=homes[0], **options)
    assert ended.value.exit_code == 2
    assert capsys.readouterr().err.startswith(f"heimvakt: {why}")
