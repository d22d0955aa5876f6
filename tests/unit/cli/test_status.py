"""What a person reads of a status; what is wrong stands in capitals."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from heimvakt.cli.status import lines

MODEM = {"dbm": -97, "operator": "Telenor", "trouble": None}
SIGNAL = {"hours": 168.0, "worst_dbm": -109, "median_dbm": -97, "without_network": 0.021}
PATH = {
    "good": True,
    "lost": False,
    "reason": None,
    "round_trip_ms": 17.8,
    "modem": None,
    "signal": None,
}
STATUS: dict[str, Any] = {
    "version": "0.3.0",
    "gateway_id": "no-1505-004711",
    "now": "2026-11-04T21:00:00+00:00",
    "started_at": "2026-10-23T17:00:00+00:00",
    "clock": "synchronised",
    "sign": "connected",
    "mode": {"mode": "home", "since": None, "until": None, "by": "", "suppressed": []},
    "timezone": "Europe/Oslo",
    "configuration": {"digest": "", "wrong": {}},
    "journal_seq": 41_208,
    "rules": {"button": {"blind_without": []}},
    "devices": {"pendant": {"last_seen": "2026-11-04T20:59:00+00:00", "silent": False}},
    "locks": {},
    "dispensers": {},
    "drivers": {"zigbee": {"armed": True, "lost_since": None}},
    "paths": {
        "broadband": PATH,
        "mobile": {**PATH, "round_trip_ms": 61.2, "modem": MODEM},
    },
    "receivers": {
        "centre": {
            "connected": True,
            "heartbeat_ago_s": 12.2,
            "answered_at": "2026-11-04T20:58:00+00:00",
            "waiting": 0,
        }
    },
    "outbox": {"alarms": 0, "oldest_s": None, "reports": 7},
    "store": {
        "full": False,
        "rows": 39_017,
        "bytes": 8 * 2**20,
        "bytes_max": 256 * 2**20,
        "disk_free_bytes": 2**30,
    },
    "last_test": None,
    "open_alarms": 0,
    "not_accepted": 0,
}


def test_a_home_where_all_is_well() -> None:
    assert lines(STATUS) == [
        "Heimvakt 0.3.0  no-1505-004711  up 12 d 4 h  mode home",
        "  armed     1 rule",
        "  devices   1 of 1 heard from",
        "  zigbee    listening",
        "  paths     broadband ok 18 ms   mobile ok 61 ms, -97 dBm, Telenor",
        "  centre    connected, last heartbeat 12 s ago, last answer 2 min ago, "
        "0 waiting for its answer",
        "  outbox    0 alarms waiting   7 reports waiting",
        "  alarms    0 open, 0 that nobody accepted   shown here: all is well",
        "  journal   39017 events   clock synchronised   disk 3 % of 256 MiB",
    ]


def changed(*keys: str, to: object) -> list[str]:
    status = deepcopy(STATUS)
    here = status
    for key in keys[:-1]:
        here = here[key]
    here[keys[-1]] = to
    return [line for line in lines(status) if line not in lines(STATUS)]


def test_what_of_the_configuration_is_not_in_use() -> None:
    wrong = {"file": "rules.x: no (line 3)", "devices.bed": "address is missing (line 7)"}
    assert changed("configuration", "wrong", to=wrong) == [
        "  NOT USED  THE FILE, the one before holds: rules.x: no (line 3)",
        "  NOT USED  devices.bed: address is missing (line 7)",
        "            see: heimvakt check FILE",
    ]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (
            {**PATH, "good": False, "reason": "the interface eth0 is down"},
            "broadband DOWN (the interface eth0 is down)",
        ),
        (
            {**PATH, "good": False, "lost": True, "reason": "no receiver is reached over it"},
            "broadband LOST (no receiver is reached over it)",
        ),
        ({**PATH, "lost": True}, "broadband not trusted yet"),
        ({**PATH, "round_trip_ms": None}, "broadband ok"),
        (
            {**PATH, "modem": {**MODEM, "dbm": None, "operator": None, "trouble": "no SIM card"}},
            "broadband ok 18 ms, no SIM card",
        ),
    ],
)
def test_how_a_path_is_said_to_be(path: dict[str, object], said: str) -> None:
    (line,) = changed("paths", "broadband", to=path)
    assert line == f"  paths     {said}   mobile ok 61 ms, -97 dBm, Telenor"


LOCK: dict[str, Any] = {"bolt": "locked", "contact": True, "wrong": []}
DISPENSER: dict[str, Any] = {
    "today": 3,
    "fates": {"taken": 1, "missed": 1, "planned": 1},
    "next": "2026-11-04T21:30:00+00:00",
    "contact": True,
    "wrong": [],
}


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        (LOCK, "locked"),
        ({**LOCK, "bolt": None}, "not known yet"),
        ({**LOCK, "bolt": "stuck"}, "STUCK"),
        ({**LOCK, "contact": False, "wrong": ["lock-lost"]}, "locked   NO CONTACT   lock-lost"),
    ],
)
def test_what_a_lock_is_at(lock: dict[str, Any], said: str) -> None:
    assert changed("locks", to={"front": lock}) == [f"  front     {said}"]


@pytest.mark.parametrize(
    ("dispenser", "said"),
    [
        (DISPENSER, "doses today 3: 1 taken, 1 MISSED   next Wed 04 Nov 22:30"),
        ({**DISPENSER, "fates": {}, "next": None}, "doses today 3"),
        (
            {**DISPENSER, "fates": {"unknown": 2}, "contact": False, "wrong": ["dispenser-lost"]},
            "doses today 3: 2 NOT KNOWN   next Wed 04 Nov 22:30   NO CONTACT   dispenser-lost",
        ),
    ],
)
def test_what_a_dispenser_is_at(dispenser: dict[str, Any], said: str) -> None:
    assert changed("dispensers", to={"medicine": dispenser}) == [f"  medicine  {said}"]


def test_what_is_said_stands_in_one_column_however_long_the_names_are() -> None:
    status = deepcopy(STATUS)
    status["locks"] = {"the-front-door": LOCK}
    status["configuration"]["wrong"] = {"devices.bed": "address is missing (line 7)"}
    _, *rows = lines(status)
    assert "  the-front-door locked" in rows
    assert all(row[16] == " " and row[17] != " " for row in rows), rows


def test_a_receiver_out_of_reach() -> None:
    away: dict[str, object] = {"connected": False, "heartbeat_ago_s": None, "answered_at": None}
    away["waiting"] = 3
    assert changed("receivers", "centre", to=away) == [
        "  centre    NOT CONNECTED, 3 waiting for its answer"
    ]
    away["trouble"] = dict.fromkeys(("broadband", "mobile"), "mqtts://in1: the name is not known")
    assert changed("receivers", "centre", to=away) == [
        "  centre    NOT CONNECTED (mqtts://in1: the name is not known), 3 waiting for its answer"
    ]


def test_what_waits_says_for_how_long() -> None:
    waits = {"alarms": 1, "oldest_s": 7380.0, "reports": 0}
    assert changed("outbox", to=waits) == [
        "  outbox    1 alarm waiting, the oldest for 2 h 3 min   0 reports waiting"
    ]


@pytest.mark.parametrize(
    ("signal", "said"),
    [
        (SIGNAL, "mobile, last 7 d 0 h: median -97 dBm, worst -109 dBm, 2 % without network"),
        (
            {"hours": 2.5, "worst_dbm": None, "median_dbm": None, "without_network": 1.0},
            "mobile, last 2 h 30 min: 100 % without network",
        ),
    ],
)
def test_how_the_signal_has_been(signal: dict[str, object], said: str) -> None:
    assert changed("paths", "mobile", "signal", to=signal) == [f"  signal    {said}"]


def test_what_those_who_live_there_are_shown() -> None:
    (line,) = changed("sign", to="no-connection")
    assert line.endswith("shown here: NO CONNECTION")


def test_a_store_that_is_full() -> None:
    (line,) = changed("store", "full", to=True)
    assert line.endswith("disk FULL: only alarms are taken")


def test_a_disk_that_others_have_filled() -> None:
    (line,) = changed("store", "disk_free_bytes", to=2**20)
    assert line.endswith("3 % of 256 MiB, of which the disk has ONLY 1 MiB: make room (df -h)")


@pytest.mark.parametrize(
    ("in_time", "end"), [(True, "answered in 1.9 s"), (False, "answered in 1.9 s, too late")]
)
def test_the_last_test_with_what_it_took(*, in_time: bool, end: str) -> None:
    last = {"raised_at": "2026-11-04T02:00:00+00:00", "seconds": 1.9, "in_time": in_time}
    (line,) = changed("last_test", to=last)
    assert line.startswith("  test      last Wed 04 Nov 03:00, "), "on the wall of the home"
    assert line.endswith(end)
