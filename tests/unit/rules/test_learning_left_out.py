"""Nothing is learned of a time that was not as usual, or of which nobody knows how it was."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from heimvakt.core.events import (
    ClockQuality,
    ContactBack,
    ContactLost,
    DoorClosed,
    Event,
    Mode,
    ModeChosen,
    MotionDetected,
    RadioBack,
    RadioLost,
)
from tests.support.clock_desk import ClockDesk
from tests.support.homes import DEVICES, moved
from tests.support.learned import (
    AT_HOME,
    BACK,
    EXIT,
    HALL,
    LEFT,
    QUIET,
    WANDERING,
    Interrupt,
    desk,
    learning_home,
    lives,
    morning,
    nights,
    noted,
    seen,
    wall,
)


def _mode(mode: Mode) -> Interrupt:
    def meanwhile(d: ClockDesk, begin: datetime) -> None:
        d.tell(ModeChosen(mode=mode, by="box"), at=begin + timedelta(minutes=10))

    return meanwhile


def _told(*events: Event) -> Interrupt:
    def meanwhile(d: ClockDesk, begin: datetime) -> None:
        for number, event in enumerate(events, start=1):
            d.tell(event, at=begin + number * timedelta(minutes=10))

    return meanwhile


def _unknown(d: ClockDesk, begin: datetime) -> None:
    d.wait_until(begin + timedelta(minutes=10))
    d.becomes(ClockQuality.UNKNOWN)


def _stepped(d: ClockDesk, begin: datetime) -> None:
    d.wait_until(begin + timedelta(minutes=10))
    d.set(d.at + timedelta(minutes=5))


def _off(d: ClockDesk, begin: datetime) -> None:
    d.wait_until(begin + timedelta(minutes=10))
    d.restart(minutes=20)


# --- of quiet -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "meanwhile",
    [
        pytest.param(_mode(Mode.AWAY), id="away"),
        pytest.param(_mode(Mode.PRIVACY), id="privacy"),
        pytest.param(_mode(Mode.SERVICE), id="service"),
        pytest.param(_off, id="the gateway off"),
        pytest.param(
            _told(RadioLost(driver="zigbee", reason="out"), RadioBack(driver="zigbee")),
            id="the radio lost",
        ),
        pytest.param(
            _told(ContactLost(device_id="hall", reason="x"), ContactBack(device_id="hall")),
            id="a sensor without contact",
        ),
        pytest.param(_unknown, id="the clock unknown"),
        pytest.param(_stepped, id="the clock set"),
        pytest.param(_told(DoorClosed(device_id="front-door")), id="out by the front door"),
    ],
)
def test_nothing_is_learned_of_a_time_when_nobody_knows_how_quiet_it_was(
    meanwhile: Interrupt,
) -> None:
    d = desk(QUIET)
    lives(d, 0, meanwhile=meanwhile)
    # What came before the front door is learned, and is ten minutes: too short to be noted.
    assert noted(d, QUIET, 13) == 0
    assert noted(d, QUIET, 10) == 60


def test_a_silent_sensor_spoils_the_quiet_in_which_it_fell_silent() -> None:
    devices = {**AT_HOME, "bed": moved(DEVICES["bed"], silent_after=timedelta(minutes=90))}
    at = wall(0, "7:00")
    d = ClockDesk(learning_home(QUIET, devices, learn=True), shows=at, true=at)
    lives(d, 0)
    assert noted(d, QUIET, 13) == 0
    assert noted(d, QUIET, 10) == 60


def test_a_visit_is_not_learned_from_but_the_quiet_before_it_is() -> None:
    d = desk(QUIET)
    morning(d, 0)
    d.tell(ModeChosen(mode=Mode.VISIT, by="box"), at=wall(0, "12:40"))
    seen(d, wall(0, "12:45"))
    seen(d, wall(0, "14:50"))
    d.tell(ModeChosen(mode=Mode.HOME, by="box"), at=wall(0, "15:00"))
    seen(d, wall(0, "15:40"))
    assert noted(d, QUIET, 12) == 40
    assert [noted(d, QUIET, hour) for hour in (13, 14, 15)] == [0, 0, 0]


# --- of absences at night -------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [EXIT, WANDERING])
def test_a_mat_that_lets_go_for_moments_teaches_nothing(rule: str) -> None:
    d = desk(rule)
    nights(d, 3, 1)
    assert noted(d, rule, 2) == 0


@pytest.mark.parametrize(("mode", "minutes"), [(Mode.VISIT, (0, 0)), (Mode.HOME, (20, 10))])
def test_a_visit_that_begins_while_he_is_missed_is_not_learned_from(
    mode: Mode, minutes: tuple[int, int]
) -> None:
    d = desk(WANDERING)
    d.tell(LEFT, at=wall(0, "23:30"))
    d.wait(minutes=30)
    d.tell(ModeChosen(mode=mode, by="carer-7"))
    for event in (BACK, LEFT):
        d.wait(minutes=10)
        d.tell(event)
    d.wait(minutes=10)
    d.tell(BACK)
    assert d.state.mode.mode is mode
    # The absence in which he was missed, for as long as one may be, and the next.
    assert (noted(d, WANDERING, 23), noted(d, WANDERING, 0)) == minutes


def test_an_absence_with_a_second_sign_is_none_as_usual() -> None:
    d = desk(WANDERING)
    nights(d, 3, 8, HALL, MotionDetected(device_id="hall"))
    assert d.kinds()
    assert noted(d, WANDERING, 2) == 0


@pytest.mark.parametrize("rule", [EXIT, WANDERING])
@pytest.mark.parametrize("meanwhile", [_mode(Mode.VISIT), _mode(Mode.AWAY), _off, _unknown])
def test_an_absence_that_was_none_as_usual_is_not_learned(rule: str, meanwhile: Interrupt) -> None:
    d = desk(rule)
    d.tell(LEFT, at=wall(1, "2:00"))
    meanwhile(d, wall(1, "2:00") - timedelta(minutes=8))
    d.tell(BACK, at=d.at + timedelta(minutes=30))
    assert noted(d, rule, 2) == 0
