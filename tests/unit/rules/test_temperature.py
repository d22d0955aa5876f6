"""Too cold or too hot for long enough is told, and over only when it is well within again."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from heimvakt.core.alarms import AlarmState
from heimvakt.core.devices import Role
from heimvakt.core.events import TemperatureMeasured
from heimvakt.rules.temperature import Settings
from tests.support.homes import DEVICES, Desk, home, moved, oslo

AIR = moved(DEVICES["hall"], device_id="air", role=Role.TEMPERATURE, room="bedroom")


def desk(**settings: Any) -> Desk:
    rules = {"temperature": ("temperature", {"sensors": ("air",), **settings})}
    return Desk(home({"air": AIR}, rules), oslo("12:00"))


def measured(celsius: float) -> TemperatureMeasured:
    return TemperatureMeasured(device_id="air", celsius=celsius)


@pytest.mark.parametrize(
    ("celsius", "words"),
    [(12.34, "Too cold at air (bedroom): 12.3 °C"), (35.0, "Too hot at air (bedroom): 35.0 °C")],
)
def test_beyond_a_limit_for_long_enough_is_told(celsius: float, words: str) -> None:
    d = desk()
    d.tell(measured(celsius))
    d.wait(minutes=14)
    assert d.kinds() == []
    d.wait(minutes=1)
    assert d.alarm("temperature").text.en == f"{words}, for at least 15 min."


def test_a_draught_is_nothing() -> None:
    d = desk()
    d.tell(measured(10))
    d.tell(measured(20), at=oslo("12:10"))
    d.wait(hours=1)
    assert d.kinds() == []


def test_on_the_limit_it_is_not_over() -> None:
    d = desk()
    d.tell(measured(13.9))
    d.wait(minutes=15)
    d.tell(measured(14.4))
    assert d.alarm("temperature").state is AlarmState.RAISED
    d.tell(measured(14.5))
    assert d.alarm("temperature").state is AlarmState.RESET


def test_from_too_hot_to_too_cold_is_another_alarm() -> None:
    d = desk()
    d.tell(measured(40))
    d.wait(minutes=15)
    d.tell(measured(5))
    d.wait(minutes=15)
    assert [(a.key, a.state) for a in d.table.values()] == [
        ("air/hot", AlarmState.RESET),
        ("air/cold", AlarmState.RAISED),
    ]


def test_a_limit_that_is_left_out_is_none() -> None:
    d = desk(below=None)
    d.tell(measured(-10))
    d.wait(hours=1)
    assert d.kinds() == []


def test_it_survives_a_restart() -> None:
    d = desk()
    d.tell(measured(5))
    d.restart(minutes=5)
    d.wait(minutes=10)
    assert d.kinds() == ["temperature"]


def test_limits_that_cross_are_refused() -> None:
    with pytest.raises(ValidationError, match="higher than"):
        Settings(sensors=("air",), below=25, above=20)
