"""At set times it is told whether somebody is where expected; not known is never told as fine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import Alarm, AlarmState, Priority
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ClockQuality,
    ContactBack,
    ContactLost,
    DeviceSeen,
    DoorOpened,
    Event,
    Mode,
    ModeChosen,
    MotionDetected,
    RadioLost,
    TimerFired,
)
from tests.support.clock_desk import YEAR_70, ClockDesk
from tests.support.homes import DEVICES, OSLO, home, moved

BEGIN = datetime(2026, 11, 4, 21, 0, tzinfo=UTC)
IN, OUT = BedEntered(device_id="bed"), BedLeft(device_id="bed")
HALL = MotionDetected(device_id="hall")
CALM: Mapping[str, Any] = {
    i: moved(d, silent_after=timedelta(days=7), stuck_after=timedelta(days=7))
    for i, d in DEVICES.items()
}


def local(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=OSLO).astimezone(UTC)


def a_home(**settings: Any) -> Any:
    plain = {"at": ["01:00", "04:30"], "where": ["bed"], **settings}
    return home(CALM, {"planned-check": ("planned-check", plain)})


def desk(begin: datetime = BEGIN, **settings: Any) -> ClockDesk:
    return ClockDesk(a_home(**settings), shows=begin, true=begin)


def checks(d: ClockDesk) -> list[Alarm]:
    return [alarm for alarm in d.table.values() if alarm.kind == "planned-check"]


def looked(*before: Event, **settings: Any) -> Alarm:
    d = desk(**settings)
    for event in before:
        d.tell(event)
        d.wait(minutes=10)
    d.wait_until(local("2026-11-05", "01:00"))
    (alarm,) = checks(d)
    return alarm


def test_in_bed_is_as_it_should_be_and_nobody_has_to_do_anything() -> None:
    alarm = looked(IN)
    assert (alarm.priority, alarm.state) == (Priority.INFORMATION, AlarmState.RESET)
    assert alarm.text.en == "Planned check: as it should be, at bed (bedroom) since 22:00."


def test_a_mat_that_says_it_again_is_no_new_beginning() -> None:
    assert "since 22:00" in looked(IN, IN).text.en


def test_it_is_told_once_and_not_raised_first() -> None:
    d = desk()
    d.tell(IN)
    d.wait_until(local("2026-11-05", "01:00"))
    assert len(d.dispatched) == 1


@pytest.mark.parametrize(
    ("before", "where"),
    [
        ([OUT], "bed (bedroom) 22:00"),
        ([IN, OUT, HALL], "hall (hall) 22:20"),
        ([DoorOpened(device_id="front-door")], "front-door (hall) 22:00"),
    ],
)
def test_elsewhere_is_medium_and_says_where(before: list[Event], where: str) -> None:
    alarm = looked(*before)
    assert (alarm.priority, alarm.state) == (Priority.MEDIUM, AlarmState.RAISED)
    assert alarm.text.en == f"Planned check: not where expected. Last noticed at {where}."


def test_movement_where_it_is_expected_counts_while_it_is_the_last_of_the_home() -> None:
    assert looked(HALL, where=["hall"]).priority is Priority.INFORMATION
    assert looked(HALL, IN, where=["hall"]).priority is Priority.MEDIUM
    assert looked(HALL, IN, where=["hall", "bed"]).priority is Priority.INFORMATION


@pytest.mark.parametrize(
    "deaf",
    [ContactLost(device_id="bed", reason="no answer"), RadioLost(driver="zigbee", reason="gone")],
    ids=lambda event: event.kind,
)
def test_a_sensor_that_is_not_heard_is_never_a_quiet_resident(deaf: Event) -> None:
    alarm = looked(IN, deaf)
    assert alarm.priority is Priority.MEDIUM
    assert alarm.text.en.startswith("Planned check: nobody knows where the resident is, bed cannot")


def test_a_bed_that_has_been_taken_for_days_is_not_believed() -> None:
    d = desk()
    d.home = stuck_soon()
    d.change(d.home)
    d.tell(IN)
    d.tell(DeviceSeen(device_id="bed"), at=local("2026-11-05", "00:30"))
    d.wait_until(local("2026-11-05", "01:00"))
    (alarm,) = checks(d)
    assert alarm.priority is Priority.MEDIUM
    assert "bed cannot be heard, or has said the same for too long" in alarm.text.en


def stuck_soon() -> Any:
    bed = moved(CALM["bed"], stuck_after=timedelta(hours=1))
    rules = {"planned-check": ("planned-check", {"at": ["01:00"], "where": ["bed"]})}
    return home({**CALM, "bed": bed}, rules)


def test_a_device_that_has_been_taken_out_since_is_named_all_the_same() -> None:
    d = desk()
    d.tell(HALL)
    less = {i: device for i, device in CALM.items() if i != "hall"}
    d.change(home(less, {"planned-check": ("planned-check", {"at": ["01:00"], "where": ["bed"]})}))
    d.wait_until(local("2026-11-05", "01:00"))
    assert checks(d)[0].text.en.endswith("Last noticed at hall 22:00.")


def test_a_silent_sensor_is_said_and_one_that_is_back_is_believed_again() -> None:
    d = desk()
    d.tell(IN)
    d.tell(ContactLost(device_id="bed", reason="no answer"))
    d.tell(ContactBack(device_id="bed"))
    d.wait_until(local("2026-11-05", "01:00"))
    assert [alarm.priority for alarm in checks(d)] == [Priority.INFORMATION]


def test_nothing_heard_yet_is_not_known() -> None:
    alarm = looked()
    assert alarm.priority is Priority.MEDIUM
    assert "nothing was heard since the gateway started" in alarm.text.en


def test_after_the_box_was_off_what_it_knew_is_not_known() -> None:
    d = desk()
    d.tell(IN)
    d.restart(minutes=4)
    d.wait_until(local("2026-11-05", "01:00"))
    assert checks(d)[-1].priority is Priority.INFORMATION
    d.restart(minutes=10)
    d.wait_until(local("2026-11-05", "04:30"))
    assert checks(d)[-1].priority is Priority.MEDIUM


def test_a_check_that_is_good_ends_those_before_it() -> None:
    d = desk()
    d.tell(OUT)
    d.wait_until(local("2026-11-05", "01:00"))
    d.wait(minutes=5)
    d.tell(IN)
    d.wait_until(local("2026-11-05", "04:30"))
    assert [(alarm.priority, alarm.state) for alarm in checks(d)] == [
        (Priority.MEDIUM, AlarmState.RESET),
        (Priority.INFORMATION, AlarmState.RESET),
    ]


@pytest.mark.parametrize("mode", [Mode.AWAY, Mode.VISIT, Mode.PRIVACY])
def test_in_these_modes_nobody_looks_and_that_is_told(mode: Mode) -> None:
    d = desk()
    d.tell(OUT)
    d.wait_until(local("2026-11-05", "01:00"))
    d.wait(hours=3)
    d.tell(ModeChosen(mode=mode, by="command"))
    d.wait_until(local("2026-11-05", "04:30"))
    first, second = checks(d)
    assert first.state is AlarmState.RAISED, "it is not over because nobody looked"
    assert second.priority is Priority.INFORMATION
    assert "not looked" in second.text.en


def test_what_happened_in_privacy_nobody_knows_after_it() -> None:
    d = desk()
    d.tell(IN)
    d.tell(ModeChosen(mode=Mode.PRIVACY, lasting_s=3600, by="command"))
    d.tell(OUT)
    d.wait_until(local("2026-11-05", "01:00"))
    (alarm,) = checks(d)
    assert alarm.priority is Priority.MEDIUM
    assert "nobody knows" in alarm.text.en


def test_the_last_of_those_that_passed_while_the_box_was_off_is_made_at_the_start() -> None:
    d = desk()
    d.wait_until(local("2026-11-05", "00:30"))
    d.restart(hours=6)
    assert [alarm.key for alarm in checks(d)] == ["2026-11-05T04:30"]


def test_a_clock_that_was_ahead_hides_no_check() -> None:
    d = desk(local("2026-11-05", "03:00"), at=["01:00"])
    d.wait(minutes=10)
    d.set(d.at - timedelta(hours=3))
    d.wait(hours=1)
    assert [alarm.key for alarm in checks(d)] == ["2026-11-05T01:00"]


def test_what_was_due_while_the_clock_was_ahead_is_made_when_it_is_set_right() -> None:
    d = desk(local("2026-11-05", "03:00"), at=["00:30"])
    d.wait(hours=1)
    d.set(d.at - timedelta(hours=3))
    assert [alarm.key for alarm in checks(d)] == ["2026-11-05T00:30"]


def test_one_that_was_to_be_days_ago_is_not_made_up() -> None:
    d = desk(at=["01:00"], days="thu")
    d.restart(hours=20)
    assert len(checks(d)) == 1, "in the night before"
    d = desk(at=["01:00"], days="thu")
    d.restart(days=3)
    assert checks(d) == []


def test_an_hour_that_comes_again_because_the_clock_is_set_back_has_no_second_check() -> None:
    d = desk()
    d.tell(IN)
    d.wait_until(local("2026-11-05", "01:30"))
    d.set(d.at - timedelta(hours=1))
    d.wait(hours=1)
    assert [alarm.key for alarm in checks(d)] == ["2026-11-05T01:00"]


def test_no_check_is_made_while_nobody_knows_the_time() -> None:
    d = ClockDesk(a_home(), shows=YEAR_70, quality=ClockQuality.UNKNOWN)
    d.wait(days=2)
    assert checks(d) == []
    d.synchronise()
    d.wait(days=1)
    assert len(checks(d)) == 2


def test_a_deadline_of_before_a_clock_was_set_makes_none_early() -> None:
    d = desk()
    d.tell(TimerFired(name="planned-check/check", due=d.state.timers["planned-check/check"]))
    assert checks(d) == []


@pytest.mark.parametrize("at", ["02:00", "02:30", "03:00", "23:45"])
@pytest.mark.parametrize("first", ["2026-03-26", "2026-10-22"])
def test_a_change_of_the_hour_neither_skips_nor_doubles_one(at: str, first: str) -> None:
    d = desk(local(first, "12:00"), at=[at])
    d.tell(IN)
    d.wait(days=6)
    keys = [alarm.key for alarm in checks(d)]
    begin = date.fromisoformat(keys[0][:10])
    assert keys == [f"{begin + timedelta(days=n)}T{at}" for n in range(6)]
