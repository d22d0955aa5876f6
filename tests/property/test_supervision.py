"""Whatever happens to the clock, the radio, the mains and the gateway: silence is true silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.checkins import limits_of
from heimvakt.core.devices import Device, Role
from heimvakt.core.engine import Outcome
from heimvakt.core.events import (
    ClockQuality,
    DeviceSeen,
    Event,
    MainsLost,
    MainsRestored,
    RadioBack,
    RadioLost,
)
from heimvakt.core.health import MAINS_MAX
from tests.support.clock_desk import ClockDesk
from tests.support.homes import DEVICES, EVENING, home

LAMP = Device(device_id="lamp", role=Role.LIGHT, driver="zigbee", address="6")
HOME = home(
    {"hall": DEVICES["hall"], "pendant": DEVICES["pendant"], "lamp": LAMP},
    {"device-silent": ("device-silent", {})},
)
LONGEST = max(limits_of(device.role).ceiling for device in HOME.devices.values())


class Listening(ClockDesk):
    """Keeps the true times at which devices were heard, and told as silent."""

    def __init__(self) -> None:
        self.heard: dict[str, datetime] = {}
        self.silences: list[tuple[datetime, str | None, datetime]] = []
        """When, which device, and when that was last heard."""
        super().__init__(HOME)

    def tell(self, event: Event, *, at: datetime | None = None) -> Outcome:
        known = set(self.table)
        if isinstance(event, DeviceSeen):
            self.heard[event.device_id] = self.true
        outcome = super().tell(event, at=at)
        for alarm in outcome.changed:
            if alarm.alarm_id not in known and alarm.device_id is not None:
                last = self.heard.get(alarm.device_id, EVENING)
                self.silences.append((self.true, alarm.device_id, last))
        return outcome


HOURS = st.sampled_from([0.01, 0.3, 0.9, 5.0, 13.0, 30.0]).map(lambda h: timedelta(hours=h))
SEEN = st.sampled_from(sorted(HOME.devices)).map(lambda i: DeviceSeen(device_id=i))
CAUSES = st.sampled_from(
    [
        RadioLost(driver="zigbee", reason="gone"),
        RadioBack(driver="zigbee"),
        MainsLost(),
        MainsRestored(),
    ]
)
CLOCK = st.timedeltas(timedelta(days=-500), timedelta(days=500)).map(lambda by: ("clock", by))
RESTART = HOURS.map(lambda off: ("restart", off))


def lived(steps: list[Any], *, clock: bool = True) -> Listening:
    desk = Listening()
    for each in steps:
        match each:
            case Event():
                desk.tell(each)
            case timedelta():
                desk.wait_until(desk.at + each)
            case ("clock", by):
                if clock:
                    desk.set(desk.at + by)
            case ("restart", off):
                desk.reboot(shows=desk.at + off, quality=ClockQuality.SYNCHRONISED, off=off)
    return desk


@given(st.lists(st.one_of(HOURS, SEEN, SEEN, CLOCK, CAUSES), max_size=60))
def test_setting_the_clock_changes_nothing_of_what_is_silent_or_learned(steps: list[Any]) -> None:
    plain, stepped = lived(steps, clock=False), lived(steps)
    assert [told[:2] for told in stepped.silences] == [told[:2] for told in plain.silences]
    for device_id, health in plain.state.supervised.devices.items():
        other = stepped.state.supervised.devices[device_id]
        assert replace(other.learned, usual_s=0.0) == replace(health.learned, usual_s=0.0)
        assert abs(other.learned.usual_s - health.learned.usual_s) < 1.0


@given(st.lists(st.one_of(HOURS, SEEN, SEEN, CLOCK, CAUSES, RESTART), max_size=60))
def test_nobody_is_told_as_silent_sooner_than_its_role_allows(steps: list[Any]) -> None:
    for when, device_id, heard in lived(steps).silences:
        assert device_id is not None
        floor = limits_of(HOME.devices[device_id].role).floor
        assert when - heard >= floor - timedelta(seconds=1)


@given(st.lists(st.one_of(HOURS, SEEN, SEEN, CLOCK, CAUSES, RESTART), max_size=60))
def test_nobody_who_says_nothing_any_more_is_forgotten(steps: list[Any]) -> None:
    desk = lived(steps)
    desk.tell(RadioBack(driver="zigbee"))
    desk.wait_until(desk.at + LONGEST + MAINS_MAX + timedelta(days=3))
    assert all(health.silent for health in desk.state.supervised.devices.values())
