"""The first route that fits is taken: by priority, kind and the clock on the wall."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from heimvakt.core.alarms import Alarm, Priority
from heimvakt.core.calendar import Window
from heimvakt.core.chain import Target
from heimvakt.core.events import ClockQuality
from heimvakt.core.routes import Route, Routes
from tests.support.alarms import alarm
from tests.support.homes import OSLO, oslo

NIGHT = Window(time(22), time(7), OSLO)
BUTTONS, AT_NIGHT, REST = (Target("buttons"),), (Target("night"),), (Target("rest"),)
ROUTES = Routes(
    (
        Route(priorities=frozenset({Priority.HIGH}), kinds=frozenset({"button"}), to=BUTTONS),
        Route(priorities=frozenset({Priority.HIGH, Priority.MEDIUM}), window=NIGHT, to=AT_NIGHT),
        Route(priorities=frozenset(Priority), to=REST),
    )
)


def chain_of(kind: str, at: datetime, priority: Priority = Priority.HIGH) -> tuple[Target, ...]:
    return ROUTES.chain(replace(alarm(priority=priority), kind=kind, raised_at=at))


def test_the_first_that_fits_is_taken() -> None:
    assert chain_of("button", oslo("23:00")) == BUTTONS
    assert chain_of("night-door", oslo("23:00")) == AT_NIGHT
    assert chain_of("night-door", oslo("12:00")) == REST
    assert chain_of("button", oslo("23:00"), Priority.MEDIUM) == AT_NIGHT
    assert chain_of("device-silent", oslo("23:00"), Priority.LOW) == REST


@pytest.mark.parametrize(
    ("at", "to"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), AT_NIGHT),  # 01:59, then it is 03:00
        (datetime(2026, 3, 29, 4, 59, tzinfo=UTC), AT_NIGHT),  # 06:59 in summer
        (datetime(2026, 3, 29, 5, 0, tzinfo=UTC), REST),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), AT_NIGHT),  # 02:30 for the second time
        (datetime(2026, 10, 25, 5, 59, tzinfo=UTC), AT_NIGHT),  # 06:59 in winter
        (datetime(2026, 10, 25, 6, 0, tzinfo=UTC), REST),
    ],
)
def test_hours_are_those_of_the_clock_on_the_wall_when_it_is_set_too(
    at: datetime, to: tuple[Target, ...]
) -> None:
    assert chain_of("night-door", at) == to


def test_while_nobody_knows_the_time_a_route_of_some_hours_is_not_taken() -> None:
    def chain(clock: ClockQuality) -> tuple[Target, ...]:
        raised: Alarm = replace(alarm(), kind="night-door", raised_at=oslo("23:00"), clock=clock)
        return ROUTES.chain(raised)

    assert chain(ClockQuality.UNKNOWN) == REST
    assert chain(ClockQuality.HOLDOVER) == AT_NIGHT


def test_a_home_without_routes_has_no_chain_and_nobody_to_tell() -> None:
    assert Routes().chain(alarm()) == ()
    assert Routes().receivers == frozenset()
    assert ROUTES.receivers == {"buttons", "night", "rest"}
