"""What a recorded sensor showed becomes what the device of that name would have told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ButtonPressed,
    DeviceSeen,
    DoorClosed,
    DoorOpened,
    Event,
    MotionDetected,
    TemperatureMeasured,
)
from heimvakt.replay.readings import CHECK_IN, events, meaning
from heimvakt.replay.recorded import Reading
from tests.support.homes import OSLO


def device(role: Role, device_id: str = "it", address: str = "1") -> Device:
    return Device(device_id=device_id, role=role, driver="zigbee", address=address)


@pytest.mark.parametrize(
    ("role", "value", "event"),
    [
        (Role.DOOR, "OPEN", DoorOpened(device_id="it")),
        (Role.DOOR, "CLOSE", DoorClosed(device_id="it")),
        (Role.BED, "ON", BedEntered(device_id="it")),
        (Role.BED, "OFF", BedLeft(device_id="it")),
        (Role.MOTION, "ON", MotionDetected(device_id="it")),
        (Role.TEMPERATURE, "21.5", TemperatureMeasured(device_id="it", celsius=21.5)),
        (Role.TEMPERATURE, "warm", None),
        (Role.BUTTON, "ON", ButtonPressed(device_id="it")),
        (Role.BUTTON, "OFF", None),
        (Role.DOOR, "21.5", None),
        (Role.LIGHT, "ON", None),
    ],
)
def test_a_value_means_what_the_role_makes_of_it(
    role: Role, value: str, event: Event | None
) -> None:
    assert meaning(device(role), value) == event


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 1, 5, hour, minute)  # noqa: DTZ001


def test_a_device_is_found_by_its_id_and_by_its_address() -> None:
    home = {
        "bedroom-bed": device(Role.BED, "bedroom-bed"),
        "hall": device(Role.MOTION, "hall", "M003"),
    }
    strangers: dict[str, int] = {}
    found = list(
        events(
            [
                Reading(at(1), "Bedroom Bed", "ON"),
                Reading(at(1, 5), "M003", "ON"),
                Reading(at(1, 6), "M004", "ON"),
            ],
            home,
            OSLO,
            strangers,
        )
    )
    changes = [event for event in found if not isinstance(event, DeviceSeen)]
    assert [type(event) for event in changes] == [BedEntered, MotionDetected]
    assert changes[0].at == datetime(2026, 1, 5, 0, tzinfo=UTC)
    assert strangers == {"M004": 1}


def test_between_the_changes_every_device_lives() -> None:
    home = {"hall": device(Role.MOTION, "hall")}
    found = list(
        events([Reading(at(1), "hall", "ON"), Reading(at(9), "hall", "ON")], home, OSLO, {})
    )
    seen = [event.at for event in found if isinstance(event, DeviceSeen)]
    assert [b - a for a, b in pairwise(seen)] == [CHECK_IN] * 4
    assert [event.at for event in found] == sorted(event.at for event in found)
    assert [event.seq for event in found] == list(range(1, len(found) + 1))
    assert found[-1].stamp.monotonic == timedelta(hours=8).total_seconds()
