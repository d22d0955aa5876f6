"""A bundle comes about whatever is broken, stays small, and says what it lacks."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from heimvakt.app import catalogue
from heimvakt.config.schema import schema
from heimvakt.core.events import BedLeft, ButtonPressed, MotionDetected, TagPresented
from heimvakt.diagnostics import machine
from heimvakt.diagnostics.bundle import EVENTS_MAX, PART_MAX, Part, bounded, manifest
from heimvakt.diagnostics.home import HARMLESS, LEFT
from heimvakt.diagnostics.known import Known, is_plain_room, known_here
from heimvakt.diagnostics.parts import Wanted, parts
from heimvakt.diagnostics.redaction import Redactor
from heimvakt.runtime.clock import SystemClock
from tests.support.homes import EVENING
from tests.support.lives import live

NOBODY = Redactor(Known())


def nothing(_: str) -> dict[str, Any]:
    return {}


def made(
    folder: Path, *, text: str = "", days: int | None = None, ask: Callable[[str], Any] = nothing
) -> dict[str, Part]:
    wanted = Wanted(
        config=folder / "home.toml",
        text=text,
        state=folder,
        catalogue=catalogue,
        ask=ask,
        lines=10,
        log=folder / "service.log",
        events_of_days=days,
        now=EVENING,
        monotonic=SystemClock().monotonic,
    )
    return {part.name: part for part in parts(wanted, NOBODY)}


def test_every_key_of_the_file_is_either_harmless_or_not() -> None:
    keys = {
        k for one in schema(catalogue())["definitions"].values() for k in one.get("properties", {})
    }
    for name in catalogue().drivers:
        plugin = catalogue().drivers[name]()
        for model in (plugin.settings, plugin.device_settings):
            keys |= set(model.model_fields) if model else set()
    assert len(keys) > 100
    assert not keys - HARMLESS - LEFT, "say in diagnostics/home.py what becomes of it"
    assert not HARMLESS & LEFT


def test_nothing_is_there_and_each_part_says_so(tmp_path: Path) -> None:
    found = made(tmp_path, ask=lambda _: None)
    assert found["status.json"].content.startswith(
        b"could not be had: NotThere: no service answers"
    )
    assert found["service.log"].content.startswith(b"could not be had: FileNotFoundError")
    assert not found["service.log"].complete
    assert json.loads(found["store.json"].content) == {"there": False}
    assert "there is no such file" in found["findings.json"].content.decode()
    assert json.loads(found["versions.json"].content)["heimvakt"]


def test_a_service_that_answers_nonsense_costs_its_part_alone(tmp_path: Path) -> None:
    def ask(_: str) -> Any:
        raise OSError("it hung up")

    found = made(tmp_path, ask=ask)
    assert found["status.json"].content == b"could not be had: OSError: it hung up\n"
    assert found["files.json"].complete


async def test_of_the_journal_it_says_how_much_there_is_and_whether_it_is_whole(
    tmp_path: Path,
) -> None:
    async with live(tmp_path) as life:
        await life.pipeline.emit(
            MotionDetected(device_id="hall"), ButtonPressed(device_id="button")
        )
        running = json.loads(made(tmp_path)["store.json"].content)
        assert running["integrity"] == ["ok"]
        assert running["events"]["kinds"]["motion-detected"] == 1
        assert running["alarms"]
        assert running["rows"]["journal"] >= 2
    stopped = json.loads(made(tmp_path)["store.json"].content)
    assert stopped["integrity"] == ["ok"]
    assert "20:" not in json.dumps(stopped["events"]), "of no day and hour"


async def test_what_happened_in_the_home_is_told_only_when_it_is_asked_for(tmp_path: Path) -> None:
    async with live(tmp_path) as life:
        await life.pipeline.emit(
            BedLeft(device_id="bed"), TagPresented(device_id="x", tag="carer-3")
        )
    without = made(tmp_path)
    assert "events.jsonl" not in without
    for part in without.values():
        assert b'"device_id": "bed"' not in part.content
    told = made(tmp_path, days=2)["events.jsonl"].content.decode()
    rows = [json.loads(line) for line in told.splitlines()]
    assert [row["kind"] for row in rows][-2:] == ["bed-left", "tag-presented"]
    assert "carer-3" not in told, "who came is nobody's matter"
    assert rows == sorted(rows, key=lambda row: row["seq"])


def test_a_damaged_database_is_told_and_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "heimvakt.db"
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE journal (seq INTEGER PRIMARY KEY, class INTEGER, body TEXT)")
        db.executemany("INSERT INTO journal (body) VALUES (?)", [("x" * 3000,) for _ in range(50)])
    db.close()
    content = bytearray(file.read_bytes())
    content[4096 * 3 : 4096 * 6] = bytes(4096 * 3)
    file.write_bytes(content)
    told = json.loads(made(tmp_path)["store.json"].content)
    assert told["integrity"] != ["ok"]
    assert "could not be had" in str(told["rows"])
    assert file.read_bytes() == content
    file.write_bytes(b"no database at all" * 300)
    assert "not a database" in str(json.loads(made(tmp_path)["store.json"].content)["integrity"])


def test_no_part_is_longer_than_it_may_be() -> None:
    log = bounded(Part(name="a.log", what="", content=b"a" * PART_MAX + b"the end"))
    other = bounded(Part(name="a.json", what="", content=b"the beginning" + b"a" * PART_MAX))
    events = Part(name="events.jsonl", what="", content=b"a" * EVENTS_MAX)
    assert log.content.endswith(b"the end")
    assert other.content.startswith(b"the beginning")
    assert bounded(events, bytes_max=EVENTS_MAX) is events
    for part in (log, other):
        assert len(part.content) <= PART_MAX + 20
        assert not part.complete


def test_the_log_is_its_last_lines_and_never_more_than_a_megabyte(tmp_path: Path) -> None:
    file = tmp_path / "service.log"
    file.write_bytes(
        b"x" * 3_000_000 + b"\n" + b"\n".join(b"line %d" % n for n in range(100)) + b"\n"
    )
    assert machine.log(3, file) == b"line 97\nline 98\nline 99\n"
    assert len(machine.log(10_000, file)) <= machine.LOG_BYTES_MAX


def test_the_manifest_names_each_part_with_its_hash() -> None:
    part = Part(name="a.txt", what="a", content=b"hello")
    (row,) = json.loads(manifest([part], {"made_at": "now"}).content)["parts"]
    assert row["sha256"] == hashlib.sha256(b"hello").hexdigest()
    assert (row["name"], row["bytes"], row["complete"]) == ("a.txt", 5, True)


@pytest.mark.parametrize("room", ["kitchen", "Bathroom 2", "stue", "living-room", "bad"])
def test_a_room_that_is_called_by_what_it_is_stays(room: str) -> None:
    assert is_plain_room(room)
    assert NOBODY.value({"room": room}) == {"room": room}


@pytest.mark.parametrize("room", ["Olas rom", "Kari", "by the piano"])
def test_any_other_may_be_called_after_somebody(room: str) -> None:
    assert NOBODY.value({"room": room}) == {"room": "(room)"}


@pytest.mark.parametrize(
    "text",
    [
        "mqtts://box:hunter2@broker",
        "password=hunter2",
        '"network_key": "hunter2"',
        "PIN: hunter2",
        "Authorization: Bearer hunter2hunter2",
        "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----",
        "eyJhbGciOi.hunter2.sig",
    ],
)
def test_what_looks_like_a_secret_goes_though_nobody_knows_it(text: str) -> None:
    assert "hunter2" not in NOBODY.text(f"before {text} after")


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T14:26:32.199572Z armed rules=36 devices=5",
        "00:12:4b:00:22:c1:10:01 has joined",
        "/dev/serial/by-id/usb-ITead_Sonoff_Zigbee_3.0_USB_Dongle_Plus_0001-if00-port0",
        "mqtts://broker.example:8883 is not reached",
    ],
)
def test_what_helps_is_left_as_it_is(text: str) -> None:
    assert NOBODY.text(text) == text


def test_a_short_pin_is_looked_for_where_it_stands_alone(tmp_path: Path) -> None:
    (tmp_path / "pin").write_text("4711\n")
    known = known_here(
        'pin = "credential:pin"', state=tmp_path / "none", folders=[tmp_path], environment={}
    )
    redactor = Redactor(known)
    assert redactor.text("the PIN 4711 of 1247118") == "the PIN (secret) of 1247118"
    assert redactor.value({"a": 4711, "b": 47110}) == {"a": "(secret)", "b": 47110}
