"""The clock of the gateway as an alarm: only if it lasts, once for each cause, and until it is
right again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import ClockQuality
from tests.support.clock_desk import YEAR_70, ClockDesk
from tests.support.homes import EVENING, home

UNKNOWN, HOLDOVER = ClockQuality.UNKNOWN, ClockQuality.HOLDOVER
HOME = home({}, {"clock": ("clock", {})})


def desk(quality: ClockQuality = ClockQuality.SYNCHRONISED) -> ClockDesk:
    return ClockDesk(HOME, quality=quality)


def test_a_clock_that_is_set_soon_after_the_start_is_not_told() -> None:
    d = ClockDesk(HOME, shows=YEAR_70, quality=UNKNOWN)
    d.wait(minutes=9, seconds=59)
    d.synchronise()
    d.wait(days=30)
    assert d.table == {}


def test_a_clock_that_stays_unknown_is_one_alarm_until_the_network_sets_it() -> None:
    d = ClockDesk(HOME, shows=YEAR_70, quality=UNKNOWN)
    d.wait(hours=5)
    alarm = d.alarm("clock")
    assert (alarm.priority, alarm.began_at) == (Priority.LOW, YEAR_70)
    assert alarm.raised_at == YEAR_70 + timedelta(minutes=10)
    assert alarm.text.en.startswith("The clock of the gateway is not set.")
    d.synchronise()
    assert d.alarm("clock").state is AlarmState.RESET


def test_one_that_goes_on_by_itself_is_told_after_days_with_what_it_may_be_wrong_by() -> None:
    d = desk()
    d.becomes(HOLDOVER)
    d.wait(days=2, hours=23)
    assert d.table == {}
    d.wait(hours=1)
    alarm = d.alarm("clock")
    assert alarm.began_at == EVENING
    assert alarm.text.en == (
        "The clock of the gateway has not been corrected for 72 h. It may be wrong by up to 26 s."
    )
    assert alarm.text.nb == (
        "Klokken til gatewayen er ikke korrigert på 72 t. Den kan gå inntil 26 s feil."
    )


def test_a_network_that_comes_and_goes_is_not_told() -> None:
    d = desk()
    for _ in range(5):
        d.becomes(HOLDOVER)
        d.wait(days=2)
        d.becomes(ClockQuality.SYNCHRONISED)
        d.wait(minutes=1)
    assert d.table == {}


@pytest.mark.parametrize(
    ("by", "told"), [(119, False), (-119, False), (121, True), (-121, True), (-(10**9), True)]
)
def test_a_step_of_a_clock_that_seemed_to_be_right_is_told_at_once(by: int, told: bool) -> None:
    d = desk()
    d.set(d.at + timedelta(seconds=by), ClockQuality.SYNCHRONISED)
    assert bool(d.table) is told


def test_a_step_is_told_with_its_length_and_over_when_the_clock_has_settled() -> None:
    d = desk()
    d.set(d.at - timedelta(hours=2))
    alarm = d.alarm("clock")
    assert alarm.text.en == (
        "The clock of the gateway was set back by 2 h, although the network kept it. "
        "Some times are wrong."
    )
    d.wait(minutes=9)
    assert d.alarm("clock").state is AlarmState.RAISED
    d.wait(minutes=1)
    assert d.alarm("clock").state is AlarmState.RESET


def test_set_by_hand_it_is_one_alarm_until_the_network_has_it_again() -> None:
    d = desk()
    d.set(d.at + timedelta(days=365), UNKNOWN)
    d.wait(days=9)
    assert d.alarm("clock").state is AlarmState.RAISED
    d.synchronise()
    assert d.alarm("clock").state is AlarmState.RESET


def test_the_first_setting_of_a_clock_is_no_step_of_a_good_one() -> None:
    for quality in (UNKNOWN, HOLDOVER):
        d = ClockDesk(HOME, shows=YEAR_70, quality=quality)
        d.synchronise()
        assert d.table == {}


def test_a_restart_of_the_service_starts_no_count_again_and_another_boot_does() -> None:
    d = ClockDesk(HOME, shows=YEAR_70, quality=UNKNOWN)
    d.wait(minutes=6)
    d.restart(seconds=10)
    d.wait(minutes=4)
    assert d.kinds() == ["clock"]
    d = ClockDesk(HOME, shows=YEAR_70, quality=UNKNOWN)
    d.wait(minutes=6)
    d.reboot(shows=YEAR_70, quality=UNKNOWN)
    d.wait(minutes=9)
    assert d.kinds() == []
    d.wait(minutes=1)
    assert d.kinds() == ["clock"]


def test_what_was_told_is_not_told_again_by_a_start() -> None:
    d = ClockDesk(HOME, shows=YEAR_70, quality=UNKNOWN)
    d.wait(minutes=11)
    d.reboot(shows=YEAR_70, quality=UNKNOWN)
    d.wait(hours=1)
    assert d.kinds() == ["clock"]
    d.reboot(shows=EVENING, quality=ClockQuality.SYNCHRONISED)
    assert d.alarm("clock").state is AlarmState.RESET
