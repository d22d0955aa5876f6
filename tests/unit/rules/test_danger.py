"""A detector is an alarm at once; a high one is over only when somebody has taken it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import Alarm, AlarmState, Priority
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    CarbonMonoxideCleared,
    CarbonMonoxideDetected,
    ClockQuality,
    ClockStepped,
    ConfigurationChanged,
    DeviceEvent,
    HeatCleared,
    HeatDetected,
    LeakCleared,
    LeakDetected,
    RadioBack,
    RadioLost,
    SmokeCleared,
    SmokeDetected,
    StoreFault,
)
from tests.support.clock_desk import YEAR_70, ClockDesk
from tests.support.homes import Desk, home, moved


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of danger, as a test sees it."""

    role: Role
    begins: type[DeviceEvent]
    ends: type[DeviceEvent]
    priority: Priority
    en: str
    nb: str


SMOKE, HEAT, GAS, LEAK = KINDS = (
    Kind(
        Role.SMOKE,
        SmokeDetected,
        SmokeCleared,
        Priority.HIGH,
        "The smoke detector it (kitchen) detects smoke.",
        "Røykvarsleren it (kitchen) melder røyk.",
    ),
    Kind(
        Role.HEAT,
        HeatDetected,
        HeatCleared,
        Priority.HIGH,
        "The heat detector it (kitchen) detects great heat.",
        "Varmedetektoren it (kitchen) melder sterk varme.",
    ),
    Kind(
        Role.CARBON_MONOXIDE,
        CarbonMonoxideDetected,
        CarbonMonoxideCleared,
        Priority.HIGH,
        "The carbon monoxide detector it (kitchen) detects carbon monoxide. "
        "Everybody must get out into fresh air.",
        "Kullosvarsleren it (kitchen) melder kullos. Alle må ut i frisk luft.",
    ),
    Kind(
        Role.LEAK,
        LeakDetected,
        LeakCleared,
        Priority.MEDIUM,
        "The leak sensor it (kitchen) detects water.",
        "Lekkasjesensoren it (kitchen) melder vann.",
    ),
)
HIGH = [kind for kind in KINDS if kind.priority is Priority.HIGH]
every = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.role)
every_high = pytest.mark.parametrize("kind", HIGH, ids=lambda kind: kind.role)


def house(kind: Kind, **settings: Any) -> Any:
    it = Device(device_id="it", role=kind.role, driver="zigbee", address="1", room="kitchen")
    other = moved(it, device_id="other", address="2", room=None)
    name = str(kind.role)
    return home({"it": it, "other": other}, {name: (name, settings)})


def desk(kind: Kind, **settings: Any) -> Desk:
    return Desk(house(kind, **settings))


def detect(d: Desk, kind: Kind, device_id: str = "it") -> list[Alarm]:
    return d.alarms_of(kind.begins(device_id=device_id))


def clear(d: Desk, kind: Kind, device_id: str = "it") -> None:
    d.tell(kind.ends(device_id=device_id))


def accept(d: Desk, alarm: Alarm) -> None:
    d.tell(AlarmAcknowledged(alarm_id=alarm.alarm_id, receiver="centre", by="op-7"))


def close(d: Desk, alarm: Alarm) -> None:
    d.tell(AlarmDelivered(alarm_id=alarm.alarm_id, receiver="centre", revision=0))
    d.tell(AlarmClosed(alarm_id=alarm.alarm_id, receiver="centre", by="op-7"))


def state(d: Desk, alarm: Alarm) -> AlarmState:
    return d.table[alarm.alarm_id].state


@every
def test_it_is_an_alarm_at_once_in_plain_words(kind: Kind) -> None:
    d = desk(kind)
    (alarm,) = detect(d, kind)
    assert (alarm.kind, alarm.rule_id) == (kind.role, kind.role)
    assert (alarm.priority, alarm.state) == (kind.priority, AlarmState.RAISED)
    assert (alarm.device_id, alarm.room, alarm.began_at) == ("it", "kitchen", d.at)
    assert alarm.text.en == kind.en
    assert alarm.text.nb == kind.nb
    assert [e.kind for e in alarm.evidence] == [kind.begins.kind]


def test_a_home_may_want_a_leak_looked_at_now() -> None:
    (alarm,) = detect(desk(LEAK, priority="high"), LEAK)
    assert alarm.priority is Priority.HIGH


@every
def test_told_again_while_its_alarm_is_open_it_is_the_same(kind: Kind) -> None:
    d = desk(kind)
    (alarm,) = detect(d, kind)
    for _ in range(4):
        d.wait(minutes=9)
        assert detect(d, kind) == []
        clear(d, kind)
    accept(d, alarm)
    assert detect(d, kind) == []
    assert len(d.table) == 1


@every
def test_two_detectors_are_two_alarms_with_an_end_of_their_own(kind: Kind) -> None:
    d = desk(kind)
    (one,), (two,) = detect(d, kind), detect(d, kind, "other")
    accept(d, one)
    accept(d, two)
    clear(d, kind, "other")
    d.wait(minutes=10)
    assert (state(d, one), state(d, two)) == (AlarmState.ACCEPTED, AlarmState.RESET)


@every
def test_what_has_cleared_for_a_while_is_over_once_somebody_has_taken_it(kind: Kind) -> None:
    d = desk(kind)
    (alarm,) = detect(d, kind)
    accept(d, alarm)
    clear(d, kind)
    d.wait(minutes=9, seconds=59)
    assert state(d, alarm) is AlarmState.ACCEPTED
    d.wait(seconds=1)
    assert state(d, alarm) is AlarmState.RESET
    assert d.sent[-1].alarm_id == alarm.alarm_id, "receivers hear that it is over"
    assert detect(d, kind) != [], "and the next is a new one"


@every_high
def test_a_high_alarm_that_nobody_has_taken_stays_though_its_danger_has_passed(kind: Kind) -> None:
    d = desk(kind)
    (alarm,) = detect(d, kind)
    d.wait(seconds=20)
    clear(d, kind)
    d.wait(hours=5)
    assert state(d, alarm) is AlarmState.RAISED
    accept(d, alarm)
    assert state(d, alarm) is AlarmState.RESET
    assert d.table[alarm.alarm_id].accepted_by == "centre: op-7"


def test_a_leak_that_dries_is_over_whoever_has_taken_it() -> None:
    d = desk(LEAK)
    (alarm,) = detect(d, LEAK)
    clear(d, LEAK)
    d.wait(minutes=10)
    assert state(d, alarm) is AlarmState.RESET


@every
def test_detected_again_before_the_time_is_over_it_goes_on(kind: Kind) -> None:
    d = desk(kind)
    (alarm,) = detect(d, kind)
    accept(d, alarm)
    clear(d, kind)
    d.wait(minutes=9)
    detect(d, kind)
    d.wait(hours=3)
    assert state(d, alarm) is AlarmState.ACCEPTED
    clear(d, kind)
    d.wait(minutes=10)
    assert state(d, alarm) is AlarmState.RESET


@every_high
def test_detected_again_while_a_person_is_waited_for_it_is_not_over_any_more(kind: Kind) -> None:
    d = desk(kind)
    (alarm,) = detect(d, kind)
    clear(d, kind)
    d.wait(hours=1)
    detect(d, kind)
    accept(d, alarm)
    assert state(d, alarm) is AlarmState.ACCEPTED


def test_an_end_that_is_told_twice_is_counted_from_the_first() -> None:
    d = desk(LEAK)
    (alarm,) = detect(d, LEAK)
    clear(d, LEAK)
    d.wait(minutes=6)
    clear(d, LEAK)
    d.wait(minutes=4)
    assert state(d, alarm) is AlarmState.RESET


def test_the_home_says_for_how_long_it_has_to_stay_clear() -> None:
    d = desk(LEAK, stays_for="2h")
    (alarm,) = detect(d, LEAK)
    clear(d, LEAK)
    d.wait(minutes=119)
    assert state(d, alarm) is AlarmState.RAISED
    d.wait(minutes=1)
    assert state(d, alarm) is AlarmState.RESET


@every
def test_after_a_person_has_closed_it_the_same_danger_is_a_new_alarm(kind: Kind) -> None:
    d = desk(kind)
    (first,) = detect(d, kind)
    close(d, first)
    (second,) = detect(d, kind)
    accept(d, second)
    assert detect(d, kind) == []
    assert state(d, second) is AlarmState.ACCEPTED


@every
def test_what_becomes_of_an_alarm_that_has_ended_says_nothing_of_the_next(kind: Kind) -> None:
    d = desk(kind)
    (first,) = detect(d, kind)
    accept(d, first)
    clear(d, kind)
    d.wait(minutes=10)
    (second,) = detect(d, kind)
    accept(d, first)
    close(d, first)
    assert detect(d, kind) == []
    clear(d, kind)
    d.wait(minutes=10)
    high = kind.priority is Priority.HIGH
    assert state(d, second) is (AlarmState.RAISED if high else AlarmState.RESET)


def test_closed_while_it_clears_it_leaves_no_deadline() -> None:
    d = desk(SMOKE)
    (alarm,) = detect(d, SMOKE)
    clear(d, SMOKE)
    close(d, alarm)
    assert d.state.timers == {}


def test_what_is_detected_first_may_be_nothing() -> None:
    d = desk(SMOKE)
    clear(d, SMOKE)
    d.wait(hours=1)
    assert (d.table, d.state.timers) == ({}, {})


@every
def test_it_goes_on_after_a_restart(kind: Kind) -> None:
    d = desk(kind)
    (alarm,) = detect(d, kind)
    d.restart(minutes=3)
    assert detect(d, kind) == [], "a driver says after its start what it hears"
    accept(d, alarm)
    clear(d, kind)
    d.restart(minutes=5)
    d.wait(minutes=4)
    assert state(d, alarm) is AlarmState.ACCEPTED
    d.wait(minutes=1)
    assert state(d, alarm) is AlarmState.RESET


def test_a_lost_radio_changes_nothing() -> None:
    d = desk(SMOKE)
    (alarm,) = detect(d, SMOKE)
    accept(d, alarm)
    d.tell(RadioLost(driver="zigbee", reason="unplugged"))
    d.wait(hours=2)
    d.tell(RadioBack(driver="zigbee"))
    assert state(d, alarm) is AlarmState.ACCEPTED
    assert detect(d, SMOKE) == []


@pytest.mark.parametrize("by", [timedelta(days=-400), timedelta(hours=1), timedelta(days=400)])
def test_a_clock_that_is_set_changes_nothing(by: timedelta) -> None:
    d = desk(SMOKE)
    (alarm,) = detect(d, SMOKE)
    accept(d, alarm)
    clear(d, SMOKE)
    d.wait(minutes=5)
    was, d.at = d.at, d.at + by
    d.tell(ClockStepped(before=was, after=d.at))
    d.wait(minutes=4, seconds=59)
    assert state(d, alarm) is AlarmState.ACCEPTED
    d.wait(seconds=1)
    assert state(d, alarm) is AlarmState.RESET


def test_a_box_that_begins_in_1970_again_and_again_swallows_nothing() -> None:
    d = ClockDesk(house(SMOKE), shows=YEAR_70, quality=ClockQuality.UNKNOWN)
    (first,) = detect(d, SMOKE)
    close(d, first)
    d.reboot(shows=YEAR_70, quality=ClockQuality.UNKNOWN)
    (second,) = detect(d, SMOKE)
    assert state(d, second) is AlarmState.RAISED


@pytest.mark.parametrize("restarted", [True, False])
def test_a_detector_that_is_taken_out_of_the_home_ends_its_alarm(restarted: bool) -> None:
    d = desk(LEAK)
    (alarm,) = detect(d, LEAK)
    clear(d, LEAK)
    without = home({}, {"leak": ("leak", {})})
    if restarted:
        d.restart(without)
    else:
        d.home = without
        d.tell(ConfigurationChanged(digest="new"))
    assert state(d, alarm) is AlarmState.RESET
    assert d.state.timers == {}


def test_one_that_is_taken_out_unseen_still_wants_somebody_to_look() -> None:
    d = desk(SMOKE)
    (one,), (two,) = detect(d, SMOKE), detect(d, SMOKE, "other")
    accept(d, one)
    d.restart(home({}, {"smoke": ("smoke", {})}))
    assert (state(d, one), state(d, two)) == (AlarmState.RESET, AlarmState.RAISED)
    accept(d, two)
    assert state(d, two) is AlarmState.RESET


def test_what_was_raised_high_stays_so_when_the_home_is_changed() -> None:
    d = desk(LEAK, priority="high")
    (alarm,) = detect(d, LEAK)
    d.restart(house(LEAK))
    clear(d, LEAK)
    d.wait(hours=1)
    assert state(d, alarm) is AlarmState.RAISED


def test_after_a_damage_nothing_that_is_detected_is_taken_for_what_may_be_lost() -> None:
    d = desk(LEAK)
    detect(d, LEAK)
    clear(d, LEAK)
    d.tell(StoreFault(reason="damage", set_aside="x", saved="some"))
    (again,) = detect(d, LEAK)
    d.wait(hours=1)
    assert state(d, again) is AlarmState.RAISED


def test_another_danger_or_another_device_is_none_of_it() -> None:
    d = desk(SMOKE)
    d.tell(HeatDetected(device_id="it"))
    assert d.tell(SmokeDetected(device_id="stranger")).failed == ()
    assert d.table == {}


@every
def test_a_silent_detector_makes_its_rule_blind(kind: Kind) -> None:
    assert house(kind).rules_that_need("it") == (kind.role,)
