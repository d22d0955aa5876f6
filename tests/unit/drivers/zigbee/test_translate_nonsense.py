"""Whatever is heard, nothing raises: the device was heard, and tells what its role can tell."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    BatteryMeasured,
    ButtonHeld,
    ButtonPressed,
    DeviceEvent,
    DeviceSeen,
    HumidityMeasured,
    IlluminanceMeasured,
    LinkMeasured,
    LockJammed,
    LockLocked,
    LockUnlocked,
    TamperClosed,
    TamperOpened,
    TemperatureMeasured,
)
from heimvakt_drivers.zigbee.sensing.heard import Attribute, Cluster, Command, Fact, Heard
from heimvakt_drivers.zigbee.sensing.memory import NOTHING_YET
from heimvakt_drivers.zigbee.sensing.recognise import Recognised
from heimvakt_drivers.zigbee.sensing.roles import CALLS, TOLD
from heimvakt_drivers.zigbee.sensing.translate import SEEN_EVERY_S, later, translate
from tests.support.hearings import hearings, natures
from tests.support.sensor import ADDRESS, Sensor, kinds


@pytest.mark.parametrize(
    "fact",
    [
        Command(0x00, (), 1, from_server=True),
        Command(0x00, (b"\x01",), 1, from_server=True),
        Command(0x00, (-1,), 1, from_server=True),
        Command(0x00, (0x10000,), 1, from_server=True),
        Command(0x01, (0x15, 0), 1, from_server=True),
        Command(0x00, (1,), 1, from_server=False),
        Attribute(2, None),
        Attribute(2, "open"),
        Attribute(2, 1.5),
        Attribute(2, math.nan),
        Attribute(0x1234, 1),
    ],
)
def test_nonsense_of_a_zone_is_a_sign_of_life(fact: Fact) -> None:
    assert kinds(Sensor(Role.DOOR).hears(Cluster.ZONE, fact)) == [DeviceSeen]


OF_ANY = (
    BatteryMeasured,
    DeviceSeen,
    HumidityMeasured,
    IlluminanceMeasured,
    LinkMeasured,
    TamperClosed,
    TamperOpened,
    TemperatureMeasured,
)


def may_tell(role: Role) -> tuple[type[DeviceEvent], ...]:
    """What a device of this role can tell at all."""
    if role is Role.LOCK:
        return (*OF_ANY, LockJammed, LockLocked, LockUnlocked)
    if role is Role.BUTTON:
        return (*OF_ANY, ButtonPressed, ButtonHeld)
    return (*OF_ANY, *TOLD.get(role, ()), *([CALLS[role]] if role in CALLS else []))


@given(
    role=st.sampled_from(Role), nature=natures, frames=st.lists(hearings, min_size=1, max_size=8)
)
def test_whatever_is_heard_nothing_raises_and_the_device_was_heard(
    role: Role, nature: Recognised, frames: list[Heard]
) -> None:
    device = Device(device_id="it", role=role, driver="zigbee", address=ADDRESS)
    memory, now = replace(NOTHING_YET, nature=nature), 0.0
    for frame in frames:
        now += abs(frame.at) % 100 + 2 * SEEN_EVERY_S  # far from the limit: these are floats
        memory, events = translate(device, memory, replace(frame, at=now))
        assert events
        assert all(event.device_id == "it" for event in events)
        assert all(isinstance(event, may_tell(role)) for event in events)
        for event in events:
            if isinstance(event, LinkMeasured):
                assert 0 <= event.lqi <= 255
        if memory.due_at is not None:
            memory, events = later(device, memory, memory.due_at)
            assert memory.due_at is None
            assert all(isinstance(event, may_tell(role)) for event in events)
