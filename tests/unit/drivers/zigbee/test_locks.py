"""Door locks: where the bolt is and who moved it, told once."""

from __future__ import annotations

import pytest

from heimvakt.core.devices import Role
from heimvakt.core.events import (
    DeviceEvent,
    DeviceSeen,
    LockedBy,
    LockJammed,
    LockLocked,
    LockUnlocked,
)
from heimvakt_drivers.zigbee.sensing.heard import Cluster
from heimvakt_drivers.zigbee.sensing.locks import LOCK_STATE, SAME_USE_S
from tests.support.sensor import Sensor, kinds, real

LOCKED, UNLOCKED, BETWEEN = 1, 2, 0


@pytest.fixture
def door() -> Sensor:
    lock = Sensor(Role.LOCK)
    bolt(lock, LOCKED)
    return lock


def bolt(lock: Sensor, state: int) -> list[DeviceEvent]:
    return told(lock.attribute(Cluster.LOCK, LOCK_STATE, state))


def used(lock: Sensor, source: int, code: int) -> list[DeviceEvent]:
    return told(lock.tells(Cluster.LOCK, 0x20, source, code, 7, 0, 0, b""))


def told(events: list[DeviceEvent]) -> list[DeviceEvent]:
    return [event for event in events if not isinstance(event, DeviceSeen)]


@pytest.mark.parametrize(
    ("source", "code", "by"),
    [
        (0, 0x02, LockedBy.CODE),
        (1, 0x02, LockedBy.ORDER),
        (2, 0x02, LockedBy.INSIDE),
        (3, 0x02, LockedBy.TAG),
        (0xFF, 0x02, LockedBy.UNKNOWN),
        (2, 0x09, LockedBy.KEY),
        (2, 0x0E, LockedBy.INSIDE),
    ],
)
def test_who_unlocked_it(door: Sensor, source: int, code: int, by: LockedBy) -> None:
    assert used(door, source, code) == [LockUnlocked(device_id="it", by=by)]


@pytest.mark.parametrize(
    ("code", "by"), [(0x08, LockedBy.KEY), (0x0A, LockedBy.INSIDE), (0x01, LockedBy.CODE)]
)
def test_who_locked_it(door: Sensor, code: int, by: LockedBy) -> None:
    bolt(door, UNLOCKED)
    door.now += 60.0
    assert used(door, 0, code) == [LockLocked(device_id="it", by=by)]


@pytest.mark.parametrize("code", [0x00, 0x03, 0x05, 0x06, 0x0F, 0x77, -1])
def test_a_wrong_code_moves_no_bolt(door: Sensor, code: int) -> None:
    assert used(door, 0, code) == []


def test_one_use_told_in_both_ways_is_told_once_with_who(door: Sensor) -> None:
    assert used(door, 3, 0x02) == [LockUnlocked(device_id="it", by=LockedBy.TAG)]
    assert bolt(door, UNLOCKED) == []
    door.now += SAME_USE_S
    assert bolt(door, UNLOCKED) == []


def test_who_it_was_is_told_after_the_state_too(door: Sensor) -> None:
    assert bolt(door, UNLOCKED) == [LockUnlocked(device_id="it")]
    door.now += 1.0
    assert used(door, 3, 0x02) == [LockUnlocked(device_id="it", by=LockedBy.TAG)]
    assert used(door, 3, 0x02) == []


def test_another_tag_at_an_open_lock_is_told(door: Sensor) -> None:
    used(door, 3, 0x02)
    door.now += SAME_USE_S
    assert used(door, 0, 0x02) == [LockUnlocked(device_id="it", by=LockedBy.CODE)]


def test_a_bolt_between_the_two_is_jammed_until_it_moves(door: Sensor) -> None:
    assert bolt(door, BETWEEN) == [LockJammed(device_id="it")]
    assert bolt(door, BETWEEN) == []
    assert bolt(door, LOCKED) == [LockLocked(device_id="it")]
    assert told(door.tells(Cluster.ALARMS, 0x00, 0x00, int(Cluster.LOCK))) == [
        LockJammed(device_id="it")
    ]


def test_alarms_of_other_things_are_no_jammed_bolt(door: Sensor) -> None:
    assert told(door.tells(Cluster.ALARMS, 0x00, 0x00, int(Cluster.POWER))) == []
    assert told(door.tells(Cluster.ALARMS, 0x00, 0x01, int(Cluster.LOCK))) == []


@pytest.mark.parametrize("state", [0xFF, 3, -1])
def test_a_lock_that_does_not_know_says_nothing(door: Sensor, state: int) -> None:
    assert bolt(door, state) == []


@pytest.mark.parametrize("arguments", [(), (0,), (None, None), (b"\x00", b"\x02")])
def test_a_use_that_cannot_be_read_is_none(door: Sensor, arguments: tuple[object, ...]) -> None:
    assert told(door.tells(Cluster.LOCK, 0x20, *arguments)) == []


def test_a_lock_tells_its_battery() -> None:
    lock = real("Onesti Products AS", "easyCodeTouch_v1", Role.LOCK, 0x0001, 0x0101)
    (battery,) = lock.attribute(Cluster.POWER, 0x21, 80)
    assert battery.percent == 80.0  # type: ignore[attr-defined]


def test_a_vibration_sensor_that_claims_to_be_a_lock_moves_no_bolt() -> None:
    assert kinds(Sensor(Role.MOTION).attribute(Cluster.LOCK, LOCK_STATE, UNLOCKED)) == [DeviceSeen]
