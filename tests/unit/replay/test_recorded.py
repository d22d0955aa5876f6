"""Lines of recorded homes are read as they were published, and what is wrong in them is told."""

from __future__ import annotations

from datetime import datetime

import pytest

from heimvakt.replay.recorded import Reading, UnknownFormat, readings

CASAS = """\
2010-11-04 00:03:50.209589 M003 ON Sleeping begin
2010-11-04 00:03:57.399391 M003 OFF
2010-11-04\t02:32:33.351906\tD001\tOPEN
2010-11-04 02:40:51.3 T002 21.5
"""
ORDONEZ = """\
Start time          \tEnd time            \tLocation\tType\t\tPlace
--------------------\t--------------------\t--------\t--------\t-----
2012-11-11 21:14:21\t\t2012-11-12 00:21:49\t\tSeat\t\tPressure\tLiving
2012-11-11 21:20:00\t\t2012-11-11 21:20:02\t\tDoor\t\tPIR\t\t\tKitchen
"""
KASTEREN = """\
28-Feb-2008 00:53:59\t28-Feb-2008 00:54:02\t24\t1
28-Feb-2008 09:29:00\t28-Feb-2008 09:29:01\t5\t1
"""


def read(text: str) -> tuple[list[Reading], list[str]]:
    unread: list[str] = []
    return list(readings(text.splitlines(), unread.append)), unread


def test_casas_has_changes_and_numbers_with_or_without_a_label() -> None:
    found, unread = read(CASAS)
    assert [(r.sensor, r.value) for r in found] == [
        ("M003", "ON"),
        ("M003", "OFF"),
        ("D001", "OPEN"),
        ("T002", "21.5"),
    ]
    assert found[0].at == datetime(2010, 11, 4, 0, 3, 50, 209589)  # noqa: DTZ001
    assert unread == []


def test_an_interval_is_an_on_and_an_off_each_in_its_time() -> None:
    found, unread = read(ORDONEZ)
    assert [(r.sensor, r.value, f"{r.at:%H:%M:%S}") for r in found] == [
        ("Living Seat", "ON", "21:14:21"),
        ("Kitchen Door", "ON", "21:20:00"),
        ("Kitchen Door", "OFF", "21:20:02"),
        ("Living Seat", "OFF", "00:21:49"),
    ]
    assert unread == []


def test_kasteren_has_months_by_name() -> None:
    found, _ = read(KASTEREN)
    assert found[0] == Reading(datetime(2008, 2, 28, 0, 53, 59), "24", "ON")  # noqa: DTZ001
    assert [r.value for r in found] == ["ON", "OFF", "ON", "OFF"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("2012-11-12 09:00:00\t2012-11-12 08:00:00\tSeat\tPressure\tLiving", "ends before"),
        ("2012-11-12 09:00:00\t2012-12-12 08:00:00\tSeat\tPressure\tLiving", "more than a week"),
        ("2012-13-12 09:00:00\t2012-13-12 09:00:01\tSeat\tPressure\tLiving", "month"),
        ("and so on", "not like the lines before"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_and_the_rest_is_used(line: str, why: str) -> None:
    found, unread = read(f"{ORDONEZ}{line}\n\n")
    assert len(found) == 4
    assert len(unread) == 1
    assert unread[0].startswith("line 5: ")
    assert why in unread[0]


@pytest.mark.parametrize("text", ["", "\n\n", "never\nmind\n", '{"kind": "door-opened"}\n'])
def test_what_is_no_recording_is_said_to_be_none(text: str) -> None:
    with pytest.raises(UnknownFormat, match="no line"):
        read(text)
