"""What was dropped is told once a day with how much; a store that takes nothing is told at once."""

from __future__ import annotations

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import RecordsDropped, StoreFilled, StoreHasRoom
from tests.support.homes import Desk, home


def desk() -> Desk:
    return Desk(home({}, {"storage-full": ("storage-full", {})}))


def dropped(what: str = "telemetry", count: int = 100) -> RecordsDropped:
    return RecordsDropped(drop_id=1, what=what, count=count, first=1, last=count, reason="bytes")


def test_drops_that_follow_each_other_are_told_together() -> None:
    d = desk()
    for what, count in (("telemetry", 100), ("telemetry", 50), ("information", 7)):
        d.tell(dropped(what, count))
        d.wait(minutes=1)
    d.wait(minutes=10)
    alarm = d.alarm("store")
    assert alarm.priority is Priority.LOW
    assert alarm.text.en == (
        "There was no room for everything: 150 of telemetry, 7 of information erased before "
        "anyone had them."
    )
    assert alarm.text.nb.startswith("Det var ikke plass til alt: 150 målinger, 7 meldinger")
    assert len(alarm.evidence) == 3


def test_a_store_that_drops_all_the_time_is_told_once_a_day_and_nothing_is_left_out() -> None:
    d = desk()
    for _ in range(3 * 24 * 6):
        d.tell(dropped(count=1))
        d.wait(minutes=10)
    d.wait(days=1, minutes=10)
    alarms = [alarm for alarm in d.table.values() if alarm.kind == "store"]
    assert 3 <= len(alarms) <= 5
    told = sum(int(alarm.text.en.split("everything: ")[1].split(" of ")[0]) for alarm in alarms)
    assert told == 3 * 24 * 6
    assert all(len(alarm.evidence) <= 10 for alarm in alarms)


def test_a_restart_forgets_nothing_that_was_dropped() -> None:
    d = desk()
    d.tell(dropped(count=3))
    d.restart(seconds=5)
    d.tell(dropped(count=4))
    d.wait(minutes=10)
    assert "7 of telemetry" in d.alarm("store").text.en


def test_a_full_store_is_told_at_once_and_reset_when_there_is_room() -> None:
    d = desk()
    d.tell(StoreFilled(reason="256 of 256 MiB, 900 MiB free on the disk"))
    d.tell(StoreFilled(reason="256 of 256 MiB, 900 MiB free on the disk"))
    alarm = d.alarm("store")
    assert alarm.priority is Priority.MEDIUM
    assert "256 of 256 MiB" in alarm.text.en
    d.tell(StoreHasRoom())
    assert d.alarm("store").state is AlarmState.RESET


def test_a_store_that_stays_full_is_no_new_alarm_after_a_restart() -> None:
    d = desk()
    d.tell(StoreFilled(reason="full"))
    d.restart(seconds=5)
    d.tell(StoreFilled(reason="full"))
    d.wait(hours=1)
    assert d.kinds() == ["store"]
    assert d.alarm("store").state is AlarmState.RAISED


def test_a_store_that_has_room_after_a_restart_is_well_again() -> None:
    d = desk()
    d.tell(StoreFilled(reason="full"))
    d.restart(seconds=5)
    d.wait(minutes=3)
    assert d.alarm("store").state is AlarmState.RESET
