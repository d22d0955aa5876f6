"""An alarm that a home makes up for itself: what it waits for, what keeps it back, what it says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import Alarm, AlarmState, Priority
from heimvakt.core.calendar import UnknownClock
from heimvakt.core.devices import Device, Role
from heimvakt.core.effects import NoAlarm
from heimvakt.core.events import (
    ApplianceStarted,
    ApplianceStopped,
    BedEntered,
    BedLeft,
    ButtonPressed,
    ClockQuality,
    ContactLost,
    DeviceEvent,
    DeviceStuck,
    DoorClosed,
    DoorOpened,
    GatewayStarted,
    LockUnlocked,
    Mode,
    ModeChosen,
    MotionCleared,
    MotionDetected,
    Press,
    SmokeDetected,
    TagPresented,
    TemperatureMeasured,
)
from heimvakt.rules import KINDS, Context
from heimvakt.rules.custom.signs import VERBS, Sign
from tests.support.homes import OSLO, Desk, home, oslo, stamp

ROLES = {
    "bed": Role.BED,
    "chair": Role.CHAIR,
    "hall": Role.MOTION,
    "cellar": Role.MOTION,
    "fridge": Role.DOOR,
    "door": Role.DOOR,
    "stove": Role.APPLIANCE,
    "bell": Role.BUTTON,
    "reader": Role.TAG,
    "lock": Role.LOCK,
    "smoke": Role.SMOKE,
    "air": Role.TEMPERATURE,
}
DEVICES = {
    i: Device(device_id=i, role=role, driver="zigbee", address=i, room="kitchen")
    for i, role in ROLES.items()
}
TEXT = {"nb": "Noe er galt.", "en": "Something is wrong."}
OPENED, CLOSED = DoorOpened(device_id="fridge"), DoorClosed(device_id="fridge")
OUT, IN = BedLeft(device_id="bed"), BedEntered(device_id="bed")


def desk(
    *, begin: str = "12:00", clock: UnknownClock = UnknownClock.NIGHT, **settings: Any
) -> Desk:
    rules = {"mine": ("custom", {"text": TEXT, **settings})}
    return Desk(home(DEVICES, rules, unknown_clock=clock), oslo(begin))


def why_not(d: Desk) -> list[str]:
    """Why the last event led to no alarm."""
    return [effect.why.en for _, effect in d.outcome.thoughts if isinstance(effect, NoAlarm)]


def the(d: Desk) -> Alarm:
    return d.alarm("custom")


# --- what happens ---------------------------------------------------------------------------------


def test_a_thing_that_happens_is_told_at_once() -> None:
    d = desk(when={"opened": ["fridge"]}, priority="low")
    d.tell(DoorOpened(device_id="door"))
    assert d.kinds() == []
    d.tell(OPENED, at=oslo("12:30"))
    alarm = the(d)
    assert (alarm.kind, alarm.priority, alarm.rule_id) == ("custom", Priority.LOW, "mine")
    assert (alarm.device_id, alarm.room) == ("fridge", "kitchen")
    assert alarm.began_at == alarm.raised_at == oslo("12:30")
    assert (alarm.text.nb, alarm.text.en) == (TEXT["nb"], TEXT["en"])
    assert [piece.kind for piece in alarm.evidence] == ["door-opened"]
    assert alarm.thresholds == (("when", "opened fridge"), ("at_most", "1 within 15 min"))


def test_one_language_is_enough() -> None:
    d = desk(when={"opened": ["fridge"]}, text={"nb": "Åpent."})
    d.tell(OPENED)
    assert (the(d).text.nb, the(d).text.en) == ("Åpent.", "Åpent.")


def test_of_several_devices_it_says_which() -> None:
    d = desk(when={"opened": ["fridge", "door"]})
    d.tell(DoorOpened(device_id="door"))
    assert the(d).text.en == "Something is wrong. (door (kitchen))"


EACH = {
    "opened": (DoorOpened(device_id="door"), DoorClosed(device_id="door")),
    "closed": (DoorClosed(device_id="door"), DoorOpened(device_id="door")),
    "entered": (IN, OUT),
    "left": (OUT, IN),
    "started": (ApplianceStarted(device_id="stove"), ApplianceStopped(device_id="stove")),
    "stopped": (ApplianceStopped(device_id="stove"), ApplianceStarted(device_id="stove")),
    "unlocked": (LockUnlocked(device_id="lock"), None),
    "pressed": (ButtonPressed(device_id="bell"), None),
    "presented": (TagPresented(device_id="reader", tag="carer-7"), None),
    "detected": (SmokeDetected(device_id="smoke"), None),
}


@pytest.mark.parametrize("verb", EACH)
def test_each_verb_means_its_event_and_not_the_opposite(verb: str) -> None:
    event, opposite = EACH[verb]
    d = desk(when={verb: [event.device_id]})
    if opposite is not None:
        d.tell(opposite)
    assert d.kinds() == []
    d.tell(event)
    assert d.kinds() == ["custom"]


def test_every_verb_has_roles_that_can_say_it() -> None:
    assert all(verb.roles and verb.begins for verb in VERBS.values())
    assert set(EACH) | {"locked", "motion", "below", "above"} == set(VERBS)


def test_a_key_that_nobody_knows_and_a_press_that_sets_a_mode_are_nothing() -> None:
    d = desk(when={"presented": ["reader"]})
    d.tell(TagPresented(device_id="reader", tag=""))
    assert d.kinds() == []
    kind = KINDS["custom"]
    context = Context(devices=DEVICES, zone=OSLO, mode_presses=frozenset({("bell", Press.LONG)}))
    rule = kind.bind("mine", kind.settings(when={"pressed": ["bell"]}, text=TEXT), context)
    for press, alarms in ((Press.LONG, 0), (Press.SINGLE, 1)):
        _, effects = rule.step(
            rule.initial, ButtonPressed(stamp=stamp(), device_id="bell", press=press)
        )
        assert len(effects) == alarms


def test_one_movement_alone_is_nobody() -> None:
    d = desk(when={"motion": ["cellar"]})
    moved = MotionDetected(device_id="cellar")
    d.tell(moved, at=oslo("12:00"))
    d.tell(moved, at=oslo("12:10"))
    assert d.kinds() == []
    d.tell(moved, at=oslo("12:11"))
    assert d.kinds() == ["custom"]


def test_a_movement_that_lasts_is_somebody() -> None:
    d = desk(when={"motion": ["cellar"], "for": "10m"})
    d.tell(MotionDetected(device_id="cellar"), at=oslo("12:00"))
    d.wait_until(oslo("12:09"))
    assert d.kinds() == []
    d.wait_until(oslo("12:10"))
    assert d.kinds() == ["custom"]


def test_a_temperature_on_the_limit_goes_on() -> None:
    d = desk(when={"above": 8, "sensors": ["air"], "for": "30m"})
    for minute, celsius in ((0, 8.0), (1, 8.1), (10, 7.8), (20, 8.3)):
        d.tell(TemperatureMeasured(device_id="air", celsius=celsius), at=oslo(f"12:{minute:02}"))
    d.wait_until(oslo("12:31"))
    assert the(d).began_at == oslo("12:01")
    d.tell(TemperatureMeasured(device_id="air", celsius=7.5))
    assert the(d).state is AlarmState.RESET


# --- for ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("waits", [{}, {"unless": {"motion": ["hall"], "within": "5m"}}])
def test_a_temperature_is_told_once_while_it_goes_on_and_again_the_next_time(
    waits: dict[str, Any],
) -> None:
    d = desk(when={"below": 5, "sensors": ["air"]}, **waits)
    for time in (1, 2):
        for _ in range(8):
            d.tell(TemperatureMeasured(device_id="air", celsius=4))
            d.wait(minutes=10)
        assert d.kinds().count("custom") == time, "not each quarter of an hour"
        d.tell(TemperatureMeasured(device_id="air", celsius=7))
        assert not any(alarm.state.is_open for alarm in d.table.values())


def test_a_temperature_that_is_over_before_it_is_told_is_told_the_next_time_too() -> None:
    d = desk(when={"below": 5, "sensors": ["air"]}, unless={"motion": ["hall"], "within": "5m"})
    for time in (1, 2):
        d.tell(TemperatureMeasured(device_id="air", celsius=4))
        d.tell(TemperatureMeasured(device_id="air", celsius=7))
        d.wait(minutes=20)
        assert d.kinds().count("custom") == time


def test_what_must_go_on_is_told_when_it_has_and_ends_by_itself() -> None:
    d = desk(when={"opened": ["fridge"], "for": "10m"})
    d.tell(OPENED, at=oslo("12:00"))
    d.tell(CLOSED, at=oslo("12:09"))
    d.tell(OPENED, at=oslo("12:20"))
    d.tell(OPENED, at=oslo("12:25"))  # said again: the first counts
    d.wait_until(oslo("12:29"))
    assert d.kinds() == []
    d.wait_until(oslo("12:30"))
    assert (the(d).began_at, the(d).raised_at) == (oslo("12:20"), oslo("12:30"))
    d.wait(hours=3)
    assert d.kinds() == ["custom"]
    d.tell(CLOSED)
    assert the(d).state is AlarmState.RESET
    d.tell(OPENED)
    d.wait(minutes=10)
    assert d.kinds() == ["custom", "custom"]


def test_a_high_one_stays_until_a_person_has_looked() -> None:
    d = desk(when={"opened": ["fridge"], "for": "10m"}, priority="high")
    d.tell(OPENED)
    d.wait(minutes=10)
    d.tell(CLOSED)
    assert the(d).state is AlarmState.RAISED


def test_each_device_goes_on_for_itself() -> None:
    d = desk(
        when={"opened": ["fridge", "door"], "for": "10m"}, at_most={"alarms": 5, "within": "1h"}
    )
    d.tell(OPENED, at=oslo("12:00"))
    d.tell(DoorOpened(device_id="door"), at=oslo("12:05"))
    d.tell(CLOSED, at=oslo("12:08"))
    d.wait(hours=1)
    assert [alarm.device_id for alarm in d.table.values()] == ["door"]


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


# --- modes ----------------------------------------------------------------------------------------


def mode(d: Desk, to: Mode) -> None:
    d.tell(ModeChosen(mode=to, by="x"))


def test_it_rests_in_the_modes_that_it_names_and_is_told_if_it_still_is_so() -> None:
    d = desk(when={"opened": ["door"]}, rests_in=["visit"])
    mode(d, Mode.VISIT)
    d.tell(DoorOpened(device_id="door"))
    assert the(d).state is AlarmState.SUPPRESSED
    mode(d, Mode.HOME)
    assert d.kinds().count("custom") == 1


def test_what_is_over_when_the_mode_ends_is_told_to_nobody() -> None:
    d = desk(when={"opened": ["door"]}, rests_in=["visit"])
    mode(d, Mode.VISIT)
    d.tell(DoorOpened(device_id="door"))
    d.tell(DoorClosed(device_id="door"))
    mode(d, Mode.HOME)
    assert "custom" not in d.kinds()
    assert the(d).state is AlarmState.RESET


def test_without_a_mode_of_its_own_it_rests_in_none() -> None:
    d = desk(when={"opened": ["door"]})
    mode(d, Mode.VISIT)
    d.tell(DoorOpened(device_id="door"))
    assert "custom" in d.kinds()


def test_what_privacy_does_not_take_neither_makes_an_alarm_nor_is_one() -> None:
    d = desk(when={"opened": ["door"]}, unless={"motion": ["hall"], "within": "5m"})
    mode(d, Mode.PRIVACY)
    d.tell(DoorOpened(device_id="door"))
    d.wait(minutes=5)
    assert the(d).state is AlarmState.SUPPRESSED
    mode(d, Mode.HOME)
    d.wait(hours=1)
    assert "custom" not in d.kinds()


def test_a_movement_that_began_before_privacy_is_forgotten() -> None:
    d = desk(when={"motion": ["hall"], "for": "10m"}, after={"left": ["bed"], "within": "1h"})
    d.tell(OUT)
    d.tell(MotionDetected(device_id="hall"))
    mode(d, Mode.PRIVACY)
    mode(d, Mode.HOME)
    d.tell(MotionDetected(device_id="hall"))
    d.wait(hours=1)
    assert "custom" not in d.kinds()


CALLS = [ButtonPressed(device_id="bell"), SmokeDetected(device_id="smoke")]


@pytest.mark.parametrize("call", CALLS)
def test_a_call_or_a_danger_is_no_test_while_a_technician_is_at_work(call: DeviceEvent) -> None:
    verb = "pressed" if isinstance(call, ButtonPressed) else "detected"
    d = desk(when={verb: [call.device_id]})
    mode(d, Mode.SERVICE)
    d.tell(call)
    assert not the(d).test


def test_what_he_leaves_too_cold_is_real_when_he_goes_and_what_he_opened_is_not() -> None:
    cold = desk(when={"below": 5, "sensors": ["air"]})
    opened = desk(when={"opened": ["fridge"]})
    for d, event in ((cold, TemperatureMeasured(device_id="air", celsius=4)), (opened, OPENED)):
        mode(d, Mode.SERVICE)
        d.tell(event)
        assert the(d).test
        mode(d, Mode.HOME)
    assert (the(cold).test, the(opened).test) == (False, True)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("set_before", [True, False])
def test_privacy_keeps_no_call_and_no_danger_back(call: DeviceEvent, set_before: bool) -> None:
    verb = "pressed" if isinstance(call, ButtonPressed) else "detected"
    d = desk(when={verb: [call.device_id]}, unless={"motion": ["hall"], "within": "5m"})
    if set_before:
        mode(d, Mode.PRIVACY)
    d.tell(call)
    mode(d, Mode.PRIVACY)
    d.wait(minutes=5)
    assert "custom" in d.kinds()


@pytest.mark.parametrize("kept_back", [True, False])
def test_what_goes_on_over_privacy_is_told_when_that_is_over(kept_back: bool) -> None:
    d = desk(when={"opened": ["fridge"], "for": "10m"}, unless={"entered": ["bed"]})
    if kept_back:
        d.tell(IN)
    d.tell(OPENED)
    d.wait(minutes=15 if kept_back else 5)
    assert "custom" not in d.kinds()
    mode(d, Mode.PRIVACY)
    d.wait(minutes=10)
    assert the(d).state is AlarmState.SUPPRESSED
    mode(d, Mode.HOME)
    assert d.kinds().count("custom") == 1
    assert "Nothing is known of bed yet." in the(d).text.en


def test_what_was_over_in_privacy_is_told_to_nobody() -> None:
    d = desk(when={"opened": ["fridge"], "for": "10m"}, unless={"entered": ["bed"]})
    d.tell(OPENED)
    mode(d, Mode.PRIVACY)
    d.wait(minutes=15)
    d.tell(CLOSED)
    mode(d, Mode.HOME)
    d.wait(hours=1)
    assert "custom" not in d.kinds()


# --- starts, clocks, other files ------------------------------------------------------------------


def test_what_was_due_while_off_is_told_late_and_says_so() -> None:
    d = desk(when={"opened": ["fridge"], "for": "10m"})
    d.tell(OPENED, at=oslo("12:00"))
    d.wait_until(oslo("12:05"))
    d.restart(hours=1)
    assert the(d).text.en == (
        "Something is wrong. Told 55 min late: the gateway was off."
        " What happened then nobody knows."
    )
    assert the(d).began_at == oslo("12:00")


def test_what_went_on_over_a_time_off_says_so() -> None:
    d = desk(when={"opened": ["fridge"], "for": "10h"})
    d.tell(OPENED, at=oslo("12:00"))
    d.restart(hours=1)
    d.wait_until(oslo("22:00"))
    assert the(d).text.nb == (
        "Noe er galt. Sentralen i boligen var av en stund imens. Hva som skjedde da, vet ingen."
    )


def test_a_short_restart_changes_nothing() -> None:
    d = desk(when={"opened": ["fridge"], "for": "10m"}, unless={"entered": ["bed"]})
    d.tell(IN, at=oslo("12:00"))
    d.tell(OPENED, at=oslo("12:00"))
    d.restart(minutes=1)
    d.wait_until(oslo("13:00"))
    assert d.kinds() == []
    d.tell(OUT, at=oslo("13:00"))
    assert the(d).text.en == "Something is wrong."


def test_what_kept_it_back_before_a_long_time_off_is_not_known_to_be_so_any_more() -> None:
    d = desk(when={"opened": ["fridge"], "for": "10m"}, unless={"entered": ["bed"]})
    d.tell(IN, at=oslo("12:00"))
    d.tell(OPENED, at=oslo("12:00"))
    d.wait_until(oslo("12:30"))
    d.restart(hours=2)
    assert the(d).text.en.endswith("Nothing is known of bed yet.")


def test_a_clock_that_is_set_moves_what_it_is_measured_by() -> None:
    d = desk(when={"opened": ["fridge"]}, at_most={"alarms": 1, "within": "1h"})
    d.tell(OPENED, at=oslo("12:00"))
    last, d.at = d.at, d.at - timedelta(hours=6)
    d.tell(GatewayStarted(cause="started", last_alive=last))
    d.wait(minutes=30)
    d.tell(OPENED)
    assert len(d.table) == 1
    d.wait(minutes=30)
    d.tell(OPENED)
    assert len(d.table) == 2


@pytest.mark.parametrize(("clock", "alarms"), [(UnknownClock.NIGHT, 1), (UnknownClock.DAY, 0)])
def test_while_nobody_knows_the_time_it_is_as_the_home_says(
    clock: UnknownClock, alarms: int
) -> None:
    kind = KINDS["custom"]
    context = Context(devices=DEVICES, zone=OSLO, unknown_clock=clock)
    made = kind.settings(when={"opened": ["door"]}, between="22:00-06:00", text=TEXT)
    rule = kind.bind("mine", made, context)
    unknown = stamp(at=oslo("12:00"))
    unknown = type(unknown)(
        seq=1, at=unknown.at, monotonic=0.0, boot_id="boot", clock=ClockQuality.UNKNOWN
    )
    _, effects = rule.step(rule.initial, DoorOpened(stamp=unknown, device_id="door"))
    assert sum(not isinstance(effect, NoAlarm) for effect in effects) == alarms


def test_a_device_that_is_taken_out_is_waited_about_no_more() -> None:
    d = desk(when={"opened": ["fridge", "door"], "for": "10m"})
    d.tell(OPENED)
    d.wait(minutes=5)
    few = {"text": TEXT, "when": {"opened": ["door"], "for": "10m"}}
    d.change(home({"door": DEVICES["door"]}, {"mine": ("custom", few)}))
    d.wait(hours=1)
    assert d.kinds() == []


def test_the_file_says_another_wait_while_one_goes_on() -> None:
    d = desk(when={"opened": ["fridge"], "for": "10m"})
    d.tell(OPENED)
    d.wait(minutes=5)
    d.change(home(DEVICES, {"mine": ("custom", {"text": TEXT, "when": {"opened": ["fridge"]}})}))
    d.wait(minutes=5)
    assert d.kinds() == ["custom"]
    d.wait(hours=1)
    d.tell(OPENED)
    assert d.kinds() == ["custom", "custom"]


def test_it_is_blind_without_any_of_its_devices() -> None:
    d = desk(
        when={"opened": ["door"]},
        after={"left": ["bed"], "within": "5m"},
        unless={"motion": ["hall"]},
    )
    assert d.home.rules["mine"].needs == {"door", "bed", "hall"}


def test_a_sign_is_named_by_what_it_is() -> None:
    assert Sign(verb="opened", device_id="fridge").key == "opened fridge"
