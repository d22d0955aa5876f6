"""Other devices while the gateway goes on: who is new has its time, and nobody else loses any."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.engine import step
from heimvakt.core.events import (
    ClockQuality,
    ConfigurationChanged,
    Event,
    GatewayStarted,
    MotionDetected,
    RadioLost,
    Stamp,
    stamped,
)
from heimvakt.core.state import State
from tests.support.homes import EVENING, home

NEW = Device(device_id="kitchen", role=Role.MOTION, driver="zigbee", address="00:42")


def after(home_: Home, state: State, event: Event, minutes: int) -> State:
    stamp = Stamp(
        seq=minutes + 1,
        at=EVENING + timedelta(minutes=minutes),
        monotonic=60.0 * minutes,
        boot_id="boot",
        clock=ClockQuality.SYNCHRONISED,
    )
    return step(home_, state, stamped(event, stamp)).state


def test_who_is_new_is_watched_who_is_gone_is_forgotten_and_the_rest_goes_on() -> None:
    before = home()
    state = after(before, State(), GatewayStarted(cause="test", last_alive=None), 0)
    state = after(before, state, MotionDetected(device_id="hall"), 5)
    state = after(before, state, RadioLost(driver="zigbee", reason="pulled out"), 6)
    gone = next(i for i in before.devices if i != "hall")
    devices = {i: d for i, d in before.devices.items() if i != gone} | {"kitchen": NEW}
    now = replace(before, devices=devices)
    changed = after(now, state, ConfigurationChanged(digest="x"), 10)
    health, was = changed.supervised.devices, state.supervised.devices
    assert set(health) == set(devices)
    assert {i: h for i, h in health.items() if i != "kitchen"} == {
        i: h for i, h in was.items() if i != gone
    }
    assert health["kitchen"].last_seen is None
    assert health["kitchen"].silent_at > EVENING + timedelta(minutes=10)
    assert changed.supervised.lost == state.supervised.lost, "no radio came back by this"
    assert changed.rules == state.rules
    assert changed.timers == state.timers
