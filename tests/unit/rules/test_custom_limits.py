"""What keeps back an alarm that a home makes up: what else is so, its hours, and enough of it."""

from __future__ import annotations

from datetime import timedelta

from heimvakt.core.alarms import AlarmState
from heimvakt.core.events import (
    ApplianceStopped,
    ContactLost,
    DeviceStuck,
    DoorClosed,
    DoorOpened,
    MotionCleared,
    MotionDetected,
    TagPresented,
)
from tests.support.custom import IN, OPENED, OUT, desk, the, why_not
from tests.support.homes import oslo

# --- after, unless --------------------------------------------------------------------------------


def test_only_so_long_after_something() -> None:
    d = desk(when={"opened": ["fridge"]}, after={"left": ["bed"], "within": "10m"})
    d.tell(OPENED, at=oslo("12:00"))
    assert why_not(d) == ["not within 10 min after left bed"]
    d.tell(OUT, at=oslo("12:20"))
    d.tell(OPENED, at=oslo("12:31"))
    assert d.kinds() == []
    d.tell(OUT, at=oslo("12:40"))
    d.tell(OPENED, at=oslo("12:50"))
    assert [piece.kind for piece in the(d).evidence] == ["bed-left", "door-opened"]


def test_not_while_something_is_so() -> None:
    d = desk(when={"opened": ["door"]}, unless={"entered": ["bed"]})
    opened = DoorOpened(device_id="door")
    d.tell(IN, at=oslo("12:00"))
    d.tell(opened, at=oslo("12:10"))
    assert d.kinds() == []
    assert why_not(d) == ["unless holds: entered bed"]
    d.tell(OUT, at=oslo("12:20"))
    d.tell(opened, at=oslo("12:21"))
    assert the(d).text.en == "Something is wrong."


def test_what_goes_on_is_told_when_nothing_keeps_it_back_any_more() -> None:
    d = desk(when={"opened": ["door"], "for": "10m"}, unless={"entered": ["bed"]})
    d.tell(IN, at=oslo("12:00"))
    d.tell(DoorOpened(device_id="door"), at=oslo("12:01"))
    d.wait_until(oslo("13:00"))
    assert d.kinds() == []
    d.tell(OUT, at=oslo("13:00"))
    assert (the(d).began_at, the(d).raised_at) == (oslo("12:01"), oslo("13:00"))


def test_nothing_is_kept_back_by_a_sensor_that_is_not_heard_or_is_stuck() -> None:
    for doubt, said in (
        (ContactLost(device_id="bed"), " bed cannot be heard at the moment."),
        (
            DeviceStuck(device_id="bed", since=oslo("12:00"), limit_s=1.0),
            " Nothing is known of bed yet.",
        ),
    ):
        d = desk(when={"opened": ["door"], "for": "10m"}, unless={"entered": ["bed"]})
        d.tell(IN)
        d.tell(DoorOpened(device_id="door"))
        d.wait(minutes=20)
        assert d.kinds() == []
        d.tell(doubt)
        assert d.kinds() == ["custom"]
        assert the(d).text.en == f"Something is wrong.{said}"


def test_of_a_sensor_that_has_said_nothing_yet_it_says_so() -> None:
    d = desk(when={"opened": ["door"]}, unless={"entered": ["bed"]})
    d.tell(DoorOpened(device_id="door"))
    assert the(d).text.nb == "Noe er galt. Om bed er ingenting kjent ennå."


def test_it_is_waited_for_what_makes_it_no_alarm() -> None:
    d = desk(
        when={"opened": ["door"]},
        unless={"motion": ["hall"], "presented": ["reader"], "within": "5m"},
    )
    opened = DoorOpened(device_id="door")
    d.tell(opened, at=oslo("12:00"))
    d.tell(TagPresented(device_id="reader", tag="carer-7"), at=oslo("12:04"))
    assert why_not(d) == ["unless holds: presented reader"]
    d.wait_until(oslo("13:00"))
    assert d.kinds() == []
    d.tell(opened, at=oslo("13:00"))
    d.tell(opened, at=oslo("13:03"))  # again: the first counts
    d.tell(DoorClosed(device_id="door"), at=oslo("13:04"))  # says nothing of who is in
    d.wait_until(oslo("13:05"))
    assert (the(d).began_at, the(d).raised_at) == (oslo("13:00"), oslo("13:05"))
    for second in range(2):
        d.tell(MotionDetected(device_id="hall"), at=d.at + timedelta(seconds=20 * second))
    assert the(d).state is AlarmState.RESET


def test_a_movement_alone_calls_nothing_off() -> None:
    d = desk(when={"stopped": ["stove"]}, unless={"motion": ["hall"], "within": "30m"})
    d.tell(ApplianceStopped(device_id="stove"), at=oslo("12:00"))
    d.tell(MotionDetected(device_id="hall"), at=oslo("12:10"))
    d.tell(MotionCleared(device_id="hall"), at=oslo("12:11"))
    d.wait_until(oslo("12:30"))
    assert d.kinds() == ["custom"]


# --- between, at_most -----------------------------------------------------------------------------


def test_only_in_its_hours() -> None:
    d = desk(when={"opened": ["door"]}, between="22:00-06:00")
    opened = DoorOpened(device_id="door")
    d.tell(opened, at=oslo("21:59"))
    assert why_not(d) == ["not between 22:00-06:00"]
    d.tell(opened, at=oslo("22:00"))
    d.tell(opened, at=oslo("05:59"))
    d.tell(opened, at=oslo("06:00"))
    assert [alarm.raised_at for alarm in d.table.values()] == [oslo("22:00"), oslo("05:59")]


def test_what_goes_on_is_told_when_its_hours_begin() -> None:
    d = desk(when={"opened": ["door"], "for": "10m"}, between="22:00-06:00")
    d.tell(DoorOpened(device_id="door"), at=oslo("20:00"))
    d.wait_until(oslo("21:59"))
    assert d.kinds() == []
    d.wait_until(oslo("22:00"))
    assert the(d).raised_at == oslo("22:00")


def test_what_happened_in_its_hours_may_be_waited_about_beyond_them() -> None:
    d = desk(
        when={"opened": ["door"]},
        unless={"closed": ["door"], "within": "5m"},
        between="22:00-06:00",
    )
    d.tell(DoorOpened(device_id="door"), at=oslo("05:58"))
    d.wait_until(oslo("06:03"))
    assert d.kinds() == ["custom"]


def test_it_is_told_no_oftener_than_the_home_wants_and_the_last_says_so() -> None:
    d = desk(when={"opened": ["fridge"]}, at_most={"alarms": 2, "within": "1h"})
    for minute in (0, 10, 20):
        d.tell(OPENED, at=oslo(f"12:{minute:02}"))
    assert why_not(d) == ["told enough: 2 in 1 h"]
    d.tell(OPENED, at=oslo("13:00"))
    first, second, third = d.table.values()
    assert [alarm.raised_at for alarm in (first, second, third)] == [
        oslo("12:00"), oslo("12:10"), oslo("13:00"),
    ]  # fmt: skip
    more = " The last alarm in 1 h, however often it happens."
    assert [alarm.text.en.endswith(more) for alarm in (first, second, third)] == [
        False, True, True,
    ]  # fmt: skip


def test_what_is_waited_about_is_told_no_oftener_either() -> None:
    d = desk(
        when={"opened": ["door"]},
        unless={"presented": ["reader"], "within": "5m"},
        at_most={"alarms": 1, "within": "1h"},
    )
    for minute in (0, 10):
        d.tell(DoorOpened(device_id="door"), at=oslo(f"12:{minute:02}"))
    d.wait_until(oslo("12:15"))
    assert why_not(d) == ["told enough: 1 in 1 h"]
    d.tell(DoorOpened(device_id="door"), at=oslo("13:00"))
    d.wait_until(oslo("13:05"))
    assert [alarm.raised_at for alarm in d.table.values()] == [oslo("12:05"), oslo("13:05")]


def test_what_goes_on_while_enough_was_told_is_told_later() -> None:
    d = desk(when={"opened": ["fridge", "door"], "for": "10m"})
    d.tell(OPENED, at=oslo("12:00"))
    d.tell(DoorOpened(device_id="door"), at=oslo("12:01"))
    d.wait_until(oslo("12:24"))
    assert d.kinds() == ["custom"]
    d.wait_until(oslo("12:25"))
    assert d.kinds() == ["custom", "custom"]
