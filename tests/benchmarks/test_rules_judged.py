"""What a rule has found, missed and cried wolf about is counted as the guide says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from benchmarks.rules.cli import main
from benchmarks.rules.homes import ZONE, usual_home
from benchmarks.rules.judge import (
    ELSEWHERE,
    SLACK,
    Truth,
    false_alarms,
    high_asked,
    high_missed,
    judge,
    missed,
)
from benchmarks.rules.labels import Label, read, truths
from heimvakt.core.alarms import Alarm, Priority
from heimvakt.core.events import ClockQuality
from heimvakt.core.words import Words
from heimvakt.generate.habits import draw
from heimvakt.generate.lived import Happened

NIGHT = datetime(2026, 1, 10, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HERE = Path(__file__).parents[2] / "benchmarks" / "rules"


def alarm(
    kind: str,
    at: datetime,
    priority: Priority = Priority.HIGH,
    *,
    device_id: str | None = None,
    offset_s: float | None = None,
) -> Alarm:
    return Alarm(
        alarm_id=f"{kind}-{at}",
        number=1,
        kind=kind,
        priority=priority,
        began_at=at,
        raised_at=at,
        clock=ClockQuality.SYNCHRONISED,
        rule_id=kind,
        rule_version=1,
        key="",
        text=Words(nb="", en=""),
        device_id=device_id,
        clock_offset_s=offset_s,
    )


def truth(what: str, minutes: float = 60, *, unseen_by: frozenset[str] = frozenset()) -> Truth:
    return Truth(what, NIGHT, NIGHT + minutes * MINUTE, unseen_by=unseen_by)


LEFT = truth(Happened.LEFT_AT_NIGHT)


@pytest.mark.parametrize(
    ("after", "found"),
    [(-MINUTE, 0), (0 * MINUTE, 1), (60 * MINUTE + SLACK, 1), (61 * MINUTE + SLACK, 0)],
)
def test_an_alarm_finds_what_is_true_from_its_begin_until_a_little_after_its_end(
    after: timedelta, found: int
) -> None:
    raised = [alarm("left-home", NIGHT + after)]
    judged = judge(raised, [LEFT])["left-home"]
    assert (judged.truths, judged.hits, judged.false) == (1, found, 1 - found)
    assert judged.false_high == 1 - found
    assert judged.after_s == ([after.total_seconds()] if found else [])
    assert missed("left-home", raised, [LEFT]) == ([] if found else [LEFT])


def test_what_ended_before_the_rule_could_tell_is_no_miss() -> None:
    short = truth(Happened.LEFT_AT_NIGHT, 4)
    assert judge([], [short])["left-home"].truths == 0
    assert judge([], [short])["night-door"].truths == 1


def test_who_was_blind_has_missed_nothing() -> None:
    unseen = truth(Happened.LEFT_AT_NIGHT, unseen_by=frozenset({"left-home"}))
    assert judge([], [unseen])["left-home"].truths == 0
    assert high_missed([], [unseen], ZONE) == [unseen], "others could see it"
    every = frozenset({"left-home", "night-door", "night-wandering"})
    assert high_missed([], [truth(Happened.LEFT_AT_NIGHT, unseen_by=every)], ZONE) == []


def test_what_explains_an_alarm_makes_it_not_false_and_need_not_be_found() -> None:
    wide_open = alarm("door-open", NIGHT + 20 * MINUTE, Priority.MEDIUM)
    judged = judge([wide_open], [LEFT])["door-open"]
    assert (judged.truths, judged.false) == (0, 0)
    assert false_alarms([wide_open], []) == [wide_open]


def test_information_is_no_alarm_and_a_device_explains_no_other() -> None:
    good = alarm("planned-check", NIGHT, Priority.INFORMATION)
    assert judge([good], [])["planned-check"].alarms == 0
    flat = Truth(Happened.BATTERY_LOW, NIGHT, NIGHT + timedelta(days=10), "bed")
    told = [alarm("device-battery", NIGHT, Priority.LOW, device_id=i) for i in ("bed", "door")]
    judged = judge(told, [flat])["device-battery"]
    assert (judged.hits, judged.false, judged.false_high) == (1, 1, 0)


def test_a_time_of_a_wrong_clock_is_put_right() -> None:
    slow = alarm("left-home", NIGHT - 90 * MINUTE, offset_s=100 * 60.0)
    assert judge([slow], [LEFT])["left-home"].after_s == [600.0]


@pytest.mark.parametrize(
    ("what", "minutes", "hour", "asked"),
    [
        (Happened.LEFT_AT_NIGHT, 1, 2, True),
        (Happened.LONG_IN_BATHROOM, 89, 12, False),
        (Happened.LONG_IN_BATHROOM, 90, 12, True),
        (Happened.WANDERING, 40, 3, True),
        (Happened.WANDERING, 40, 5, False),
        (Happened.NOT_UP, 200, 10, False),
    ],
)
def test_what_must_be_a_high_alarm(what: str, minutes: float, hour: int, *, asked: bool) -> None:
    begin = datetime(2026, 1, 10, hour, tzinfo=ZONE).astimezone(UTC)
    true = [Truth(what, begin, begin + minutes * MINUTE)]
    assert high_asked(true, ZONE) == (true if asked else [])
    medium = alarm("night-wandering", begin, Priority.MEDIUM)
    assert high_missed([medium], true, ZONE) == (true if asked else [])


def label(what: str, begin: str, end: str) -> Label:
    return Label(datetime.fromisoformat(begin), datetime.fromisoformat(end), what)


def test_labels_say_what_was_true() -> None:
    labels = [
        label("Sleeping", "2026-01-09 23:10:00", "2026-01-10 02:00:00"),
        label("Toileting", "2026-01-10 02:01:00", "2026-01-10 02:05:00"),
        label("Sleeping", "2026-01-10 02:25:00", "2026-01-10 03:00:00"),
        label("Sleeping", "2026-01-10 03:10:00", "2026-01-10 10:30:00"),
        label("Toileting", "2026-01-10 10:31:00", "2026-01-10 10:40:00"),
        label("Showering", "2026-01-10 10:44:00", "2026-01-10 11:20:00"),
        label("Leaving", "2026-01-10 22:30:00", "2026-01-11 01:30:00"),
        label("Leaving", "2026-01-11 02:00:00", "2026-01-11 05:00:00"),
    ]
    found = [
        (true.what, f"{true.begin.astimezone(ZONE):%d %H:%M}") for true in truths(labels, ZONE)
    ]
    assert found == [
        (Happened.WANDERING, "10 02:00"),
        (Happened.LEFT_AT_NIGHT, "11 02:00"),
        (Happened.NOT_UP, "10 10:00"),
        (Happened.LONG_IN_BATHROOM, "10 10:31"),
        (ELSEWHERE, "09 01:00"),
        (ELSEWHERE, "09 04:30"),
        (ELSEWHERE, "11 01:00"),
        (ELSEWHERE, "11 04:30"),
    ]


def test_a_recorded_home_is_judged_and_its_faults_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sensors = tmp_path / "sensors.txt"
    sensors.write_text(
        "2026-01-09 23:10:00\t2026-01-10 02:00:00\tBed\tPressure\tBedroom\n"
        "2026-01-10 02:25:00\t2026-01-10 09:30:00\tBed\tPressure\tBedroom\n"
        "2026-01-10 20:00:00\t2026-01-10 20:00:05\tMaindoor\tMagnetic\tEntrance\n"
        "2026-01-10 23:30:00\t2026-01-10 23:30:05\tMaindoor\tMagnetic\tEntrance\n"
        "2026-01-10 23:31:00\t2026-01-10 23:31:05\tBasin\tPIR\tBathroom\n"
        "2026-01-10 23:31:30\t2026-01-10 23:50:05\tSeat\tPressure\tLiving\n"
    )
    said = tmp_path / "labels.txt"
    said.write_text(
        "Start time\tEnd time\tActivity\n"
        "2026-01-09 23:10:00\t2026-01-10 02:00:00\tSleeping\n"
        "2026-01-10 02:25:00\t2026-01-10 09:30:00\tSleeping\n"
        "2026-01-10 20:00:00\t2026-01-10 23:30:05\tLeaving\n"
    )
    assert len(read(said)) == 3
    home = HERE / "ordonez-a.toml"
    given = ["--recording", str(sensors), "--labels", str(said), "--home", str(home)]
    assert main(given) == 0
    out = capsys.readouterr().out
    assert "| `bed-exit` | 1 | 100.0 % | 0.00 " in out
    assert "| false `night-door`, high | 10 Jan 23:30 | Leaving |" in out
    assert main(["--recording", str(sensors)]) == 2
    assert main([*given[:2], "--labels", str(sensors.with_name("none")), *given[4:]]) == 1


@pytest.mark.parametrize("name", ["ordonez-a.toml", "ordonez-b.toml"])
def test_a_recorded_home_has_the_defaults_and_nothing_but_its_wiring(name: str) -> None:
    text = (HERE / name).read_text()
    keys = {line.partition(" = ")[0] for line in text.splitlines() if " = " in line}
    limits = {"between", "after", "back_within", "movements", "within", "settles", "priority"}
    assert not keys & limits


def test_a_home_expects_its_carers() -> None:
    habits = [draw(Random(seed), unwell=True) for seed in range(30)]
    for each in habits:
        assert ("visit-missed" in usual_home(each).rules) is bool(each.carers)


def test_the_table_of_a_few_days(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--homes", "1", "--days", "4", "--jobs", "1", "--well", "--json"]) == 0
    out = capsys.readouterr().out
    assert "| alarm | truths | found |" in out
    assert "Must be high: 0; missed: 0" in out
