"""A silent sensor never looks like a quiet resident, and a lost radio not like many silent ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import AlarmState
from heimvakt.core.checkins import WEEKS_MIN, limits_of, silence_limit
from heimvakt.core.devices import Role, own_driver
from heimvakt.core.engine import step
from heimvakt.core.events import (
    BatteryMeasured,
    ClockStepped,
    ContactBack,
    ContactLost,
    DeviceSeen,
    Event,
    MainsLost,
    MainsRestored,
    MotionDetected,
    RadioBack,
    RadioLost,
)
from heimvakt.core.health import GRACE
from heimvakt.core.signs import unheard
from heimvakt.core.state import next_deadline
from tests.support.homes import DEVICES, EVENING, Desk, home, moved

HALL = {"hall": DEVICES["hall"]}
LIMIT = limits_of(Role.MOTION).at_first
USUAL = timedelta(minutes=20)
Rules = Mapping[str, tuple[str, Mapping[str, Any]]]
LOST, BACK = RadioLost(driver="zigbee", reason="unplugged"), RadioBack(driver="zigbee")
SEEN = DeviceSeen(device_id="hall")


def desk() -> Desk:
    return Desk(
        home(HALL, {"device-silent": ("device-silent", {}), "technical": ("technical", {})})
    )


LIGHT = moved(DEVICES["hall"], device_id="lamp", role=Role.LIGHT, address="9")
FED = {**HALL, "lamp": LIGHT, "button": DEVICES["button"]}
"""A mesh with something in it that is fed by the mains, and a button that is wired to the box."""

MAINS: Rules = {"device-silent": ("device-silent", {}), "mains-lost": ("mains-lost", {})}


def mains_desk() -> Desk:
    return Desk(home(FED, MAINS))


def taught(*gaps: timedelta) -> Desk:
    """A desk whose motion sensor has spoken every 20 minutes for weeks, and then so."""
    d = desk()
    for _ in range(int(WEEKS_MIN * timedelta(weeks=1) / USUAL) + 1):
        d.at += USUAL
        d.tell(SEEN)
    for gap in gaps:
        d.wait_until(d.at + gap)
        d.tell(SEEN)
    return d


def limit_of(d: Desk) -> timedelta:
    health = d.state.supervised.devices["hall"]
    return silence_limit(d.home.devices["hall"], health.learned)


def silent_at(desk: Desk) -> object:
    return desk.state.supervised.devices["hall"].silent_at


@pytest.mark.parametrize(
    "sign", [SEEN, MotionDetected(device_id="hall"), BatteryMeasured(device_id="hall", percent=80)]
)
def test_whatever_a_device_says_is_a_sign_of_life(sign: Event) -> None:
    d = desk()
    d.wait(hours=13)
    d.tell(sign)
    assert silent_at(d) == d.at + LIMIT
    d.wait(hours=13)
    assert d.kinds() == []


def test_silence_is_told_when_the_limit_is_reached_and_not_before() -> None:
    d = desk()
    d.wait_until(EVENING + LIMIT - timedelta(seconds=1))
    assert d.kinds() == []
    d.wait(seconds=1)
    assert d.kinds() == ["device-silent"]
    assert d.state.supervised.devices["hall"].silent


def test_a_device_that_was_never_heard_counts_from_the_start() -> None:
    d = desk()
    d.wait_until(EVENING + LIMIT)
    assert d.state.supervised.devices["hall"].last_seen is None
    assert d.kinds() == ["device-silent"]


def test_a_device_that_is_heard_again_resets_its_alarm_and_is_watched_anew() -> None:
    d = desk()
    d.wait_until(EVENING + LIMIT)
    d.tell(SEEN)
    assert d.alarm("device-silent").state is AlarmState.RESET
    d.wait_until(d.at + LIMIT)
    assert d.kinds() == ["device-silent"] * 2


def test_a_device_that_nobody_knows_is_no_matter() -> None:
    d = desk()
    before = d.state
    assert d.tell(DeviceSeen(device_id="neighbour")).state == before


def test_while_the_radio_is_lost_nobody_is_silent_and_afterwards_the_rest_of_the_time_is_left() -> (
    None
):
    d = desk()
    d.wait(hours=10)
    d.tell(LOST)
    d.wait(hours=100)
    assert d.kinds() == ["radio"], "one cause, one alarm"
    d.tell(BACK)
    assert silent_at(d) == d.at + LIMIT - timedelta(hours=10)


def test_the_loss_of_one_radio_does_not_excuse_the_devices_of_another() -> None:
    d = desk()
    d.tell(RadioLost(driver="gpio", reason="gone"))
    d.wait_until(EVENING + LIMIT)
    assert "device-silent" in d.kinds()


def test_a_radio_that_is_lost_twice_counts_from_the_first_time() -> None:
    d = desk()
    d.tell(LOST)
    d.wait(hours=3)
    d.tell(LOST)
    d.wait(hours=3)
    d.tell(BACK)
    assert silent_at(d) == EVENING + LIMIT + timedelta(hours=6)


def test_a_radio_that_comes_back_before_it_was_lost_brings_nothing_forward() -> None:
    d = desk()
    d.tell(LOST)
    d.at -= timedelta(hours=2)
    d.tell(BACK)
    assert silent_at(d) == EVENING + LIMIT


def test_time_in_which_the_gateway_was_off_is_nobodys_silence() -> None:
    d = desk()
    d.wait(hours=10)
    d.restart(hours=200)
    assert d.kinds() == [], "a restart raises nothing"
    assert silent_at(d) == d.at + LIMIT - timedelta(hours=10)


def test_a_restart_in_the_middle_of_a_lost_radio_raises_nothing_for_its_devices() -> None:
    d = desk()
    d.wait(hours=10)
    d.tell(LOST)
    d.wait(hours=50)
    d.restart(hours=1)
    d.wait(hours=3)
    assert "device-silent" not in d.kinds()
    d.wait(hours=1)
    assert d.kinds().count("device-silent") == 1, "and the rest of its time is kept"


def test_a_restart_tells_nothing_twice() -> None:
    d = desk()
    d.wait_until(EVENING + LIMIT)
    d.restart(minutes=5)
    d.wait(hours=1)
    assert d.kinds() == ["device-silent"]


def test_a_device_that_was_taken_out_of_the_home_is_forgotten_and_its_alarm_reset() -> None:
    d = desk()
    d.wait_until(EVENING + LIMIT)
    d.restart(home({}, {"device-silent": ("device-silent", {})}))
    assert d.alarm("device-silent").state is AlarmState.RESET
    assert not [row for row in d.rows if row.startswith(("device:", "timer:"))]
    d.wait(days=3)
    assert d.kinds() == ["device-silent"]


def test_a_limit_of_the_devices_own_counts() -> None:
    own = {"hall": moved(DEVICES["hall"], silent_after=timedelta(minutes=30))}
    d = Desk(home(own, {"device-silent": ("device-silent", {})}))
    d.wait(minutes=30)
    assert d.kinds() == ["device-silent"]


def test_setting_the_clock_while_the_radio_is_lost_makes_the_loss_no_longer() -> None:
    d = desk()
    d.tell(LOST)
    d.wait(hours=1)
    was, d.at = d.at, d.at + timedelta(days=400)
    d.tell(ClockStepped(before=was, after=d.at))
    d.tell(BACK)
    assert silent_at(d) == d.at + LIMIT


def test_setting_the_clock_makes_nobody_silent_and_nobody_immortal() -> None:
    for by in (timedelta(days=400), timedelta(days=-400)):
        d = desk()
        d.wait(hours=10)
        was, d.at = d.at, d.at + by
        d.tell(ClockStepped(before=was, after=d.at))
        assert next_deadline(d.home, d.state) == (
            "/silent/hall",
            d.at + LIMIT - timedelta(hours=10),
        )


# ------------------------------------------------------------------------------ what was learned


def test_a_sensor_that_speaks_often_is_missed_sooner_than_its_role() -> None:
    d = taught()
    assert limit_of(d) == limits_of(Role.MOTION).floor
    d.wait_until(d.at + limit_of(d))
    assert d.kinds() == ["device-silent"]
    assert "usually it does about every 20 min" in d.alarm("device-silent").text.en


def test_a_clock_that_is_set_teaches_nothing() -> None:
    d = taught()
    before = d.state.supervised.devices["hall"].learned
    boot = d.stamp().monotonic
    for by in (timedelta(hours=12), -timedelta(days=400)):
        was, d.at = d.at, d.at + by
        stamp = replace(d.stamp(), monotonic=boot)
        d.state = step(d.home, d.state, ClockStepped(stamp=stamp, before=was, after=d.at)).state
    boot += USUAL.total_seconds()
    seen = replace(SEEN, stamp=replace(d.stamp(), monotonic=boot))
    learned = step(d.home, d.state, seen).state.supervised.devices["hall"].learned
    assert learned.longest_known_s == before.longest_known_s
    assert learned.usual_s == pytest.approx(before.usual_s, rel=0.05)


@pytest.mark.parametrize("what", ["radio", "restart", "mains"])
def test_a_gap_in_which_it_could_not_be_heard_teaches_nothing(what: str) -> None:
    d = taught()
    before = d.state.supervised.devices["hall"].learned
    gone: dict[str, Event] = {"radio": LOST, "mains": MainsLost()}
    back: dict[str, Event] = {"radio": BACK, "mains": MainsRestored()}
    if what == "restart":
        d.restart(home(FED, MAINS), hours=6)
    else:
        d.restart(home(FED, MAINS))
        d.tell(SEEN)
        d.tell(gone[what])
        d.wait(hours=6)
        d.tell(back[what])
    d.tell(SEEN)
    assert d.state.supervised.devices["hall"].learned == before


def test_what_is_heard_while_the_mains_are_lost_teaches_nothing() -> None:
    d = taught()
    before = d.state.supervised.devices["hall"].learned
    d.tell(MainsLost())
    for _ in range(5):
        d.wait(hours=6)
        d.tell(SEEN)
    assert d.state.supervised.devices["hall"].learned == before


def test_what_was_learned_survives_a_restart() -> None:
    d = taught()
    d.restart(minutes=5)
    d.tell(SEEN)
    assert limit_of(d) == limits_of(Role.MOTION).floor


def test_a_sensor_that_came_back_is_given_as_long_the_next_time() -> None:
    d = taught(timedelta(hours=11))
    assert d.kinds() == ["device-silent"]
    d.wait(hours=11)
    d.tell(SEEN)
    assert d.kinds() == ["device-silent"], "once"


# --------------------------------------------------------------------------- the time of grace


def test_after_a_restart_nobody_is_silent_sooner_than_in_an_hour_and_only_once() -> None:
    d = desk()
    d.wait_until(EVENING + LIMIT - timedelta(minutes=1))
    d.restart(minutes=5)
    assert silent_at(d) == d.at + GRACE
    d.wait(minutes=50)
    d.restart(minutes=5)
    assert silent_at(d) == d.at + timedelta(minutes=10), "restarts are no excuse for ever"
    d.wait(minutes=10)
    assert d.kinds() == ["device-silent"]


# ------------------------------------------------------------------------- the mains of the home


def test_while_the_mains_are_lost_there_is_one_alarm_and_nobody_behind_them_is_silent() -> None:
    d = mains_desk()
    d.wait(hours=5)
    d.tell(MainsLost())
    d.wait(hours=23)
    kinds = d.kinds()
    assert kinds.count("mains") == 1
    silent = {a.device_id for a in d.table.values() if a.kind == "device-silent"}
    assert silent == {"button"}, "what is wired to the box is heard as before"
    d.tell(MainsRestored())
    assert silent_at(d) == d.at + LIMIT - timedelta(hours=5)


def test_lost_mains_are_no_excuse_for_ever() -> None:
    d = mains_desk()
    d.tell(MainsLost())
    d.wait_until(EVENING + LIMIT + timedelta(hours=24))
    silent = {a.device_id for a in d.table.values() if a.kind == "device-silent"}
    assert silent == {"button", "hall", "lamp"}


def test_a_home_without_anything_on_the_mains_is_heard_as_before() -> None:
    d = desk()
    d.tell(MainsLost())
    d.wait_until(EVENING + LIMIT)
    assert d.kinds() == ["device-silent"]


def test_a_sensor_that_was_heard_all_the_same_counts_from_then() -> None:
    d = mains_desk()
    d.tell(MainsLost())
    d.wait(hours=4)
    d.tell(SEEN)
    d.wait(hours=2)
    d.tell(MainsRestored())
    assert silent_at(d) == d.at + LIMIT


@pytest.mark.parametrize("radio_first", [True, False])
@pytest.mark.parametrize("back_first", ["radio", "mains"])
def test_mains_and_radio_lost_at_once_are_counted_once(radio_first: bool, back_first: str) -> None:
    d = mains_desk()
    d.wait(hours=1)
    for gone in (LOST, MainsLost()) if radio_first else (MainsLost(), LOST):
        d.tell(gone)
        d.wait(hours=2)
    for back in (BACK, MainsRestored()) if back_first == "radio" else (MainsRestored(), BACK):
        d.wait(hours=3)
        d.tell(back)
    assert silent_at(d) == d.at + LIMIT - timedelta(hours=1)


def test_mains_that_were_lost_when_the_gateway_went_off_excuse_until_it_is_back() -> None:
    d = mains_desk()
    d.wait(hours=1)
    d.tell(MainsLost())
    d.wait(hours=3)
    d.restart(hours=2)
    assert silent_at(d) == d.at + LIMIT - timedelta(hours=1)
    assert d.state.supervised.mains_lost is None, "a start finds out by itself"


LOST_HALL = ContactLost(device_id="hall", reason="it does not answer")


def test_a_device_whose_driver_says_that_it_answers_no_more_is_not_told_as_silent_too() -> None:
    d = desk()
    d.tell(LOST_HALL)
    d.wait_until(EVENING + 3 * LIMIT)
    assert d.kinds() == []
    assert unheard(d.home, d.state.supervised) == {"hall"}
    for _ in range(3):
        d.restart(minutes=5)
        assert d.kinds() == [], "its driver has a while to say so again"
        d.tell(LOST_HALL)
        d.wait_until(d.at + 3 * LIMIT)
        assert d.kinds() == []


def test_when_its_driver_says_no_more_of_it_after_a_restart_it_is_silent() -> None:
    d = desk()
    d.tell(LOST_HALL)
    d.wait_until(EVENING + 3 * LIMIT)
    d.restart(minutes=5)
    d.wait_until(d.at + LIMIT)
    assert d.kinds() == ["device-silent"]


def test_when_it_answers_again_it_is_watched_as_before() -> None:
    d = desk()
    d.tell(LOST_HALL)
    d.wait_until(EVENING + LIMIT)
    d.tell(ContactBack(device_id="hall"))
    assert not unheard(d.home, d.state.supervised)
    d.wait_until(d.at + LIMIT)
    assert d.kinds() == ["device-silent"]


def test_a_strange_device_that_does_not_answer_is_nobody() -> None:
    d = desk()
    before = d.state.supervised
    d.tell(ContactLost(device_id="attic"))
    assert d.state.supervised is before


def test_a_device_that_was_left_out_for_a_mistake_has_all_its_time_when_it_is_mended() -> None:
    d = desk()
    d.tell(SEEN)
    rules: Rules = {"device-silent": ("device-silent", {}), "technical": ("technical", {})}
    wrong = home({"hall": moved(DEVICES["hall"], driver=own_driver("hall"), address="")}, rules)
    d.restart(wrong)
    d.tell(RadioLost(driver=own_driver("hall"), reason="address is missing"))
    d.wait(hours=30 * 24)
    assert d.kinds() == ["configuration"], "what cannot be heard is not silent too"
    d.restart(home(HALL, rules))
    d.wait(hours=1)
    assert d.kinds() == ["configuration"]
    d.wait(hours=LIMIT.total_seconds() / 3600)
    assert d.kinds() == ["configuration", "device-silent"]
