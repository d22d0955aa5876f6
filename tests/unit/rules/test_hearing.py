"""A rule knows which of its sensors it cannot hear, and loses count of none."""

from __future__ import annotations

import pytest

from heimvakt.core.events import (
    ConfigurationChanged,
    ContactBack,
    ContactLost,
    DeviceBack,
    DeviceSeen,
    DeviceSilent,
    Event,
    GatewayStarted,
    RadioBack,
    RadioLost,
)
from heimvakt.rules.hearing import Hearing
from tests.support.homes import DEVICES

TWO = {name: DEVICES[name] for name in ("hall", "bed")}
SILENT = DeviceSilent(device_id="hall", last_seen=None, limit_s=1.0)
STARTED = GatewayStarted(cause="started", last_alive=None)
LOST = RadioLost(driver="zigbee", reason="unplugged")


def after(*events: Event) -> Hearing:
    hearing = Hearing()
    for event in events:
        hearing = hearing.after(event, TWO)
    return hearing


@pytest.mark.parametrize(
    ("events", "hears"),
    [
        ((), True),
        ((SILENT,), True),
        ((SILENT, ContactLost(device_id="bed")), False),
        ((SILENT, ContactLost(device_id="bed"), ContactBack(device_id="bed")), True),
        ((SILENT, ContactLost(device_id="bed"), DeviceBack(device_id="hall")), True),
        ((LOST,), False),
        ((LOST, RadioBack(driver="zigbee")), True),
        ((LOST, STARTED), True),
        ((RadioLost(driver="gpio", reason=""),), True),
        ((SILENT, ContactLost(device_id="bed"), STARTED), True),
        ((SILENT, STARTED, ContactLost(device_id="bed")), False),
    ],
)
def test_it_hears_while_one_of_its_own_can_be_heard(events: tuple[Event, ...], hears: bool) -> None:
    assert after(*events).hears_any(TWO) is hears


@pytest.mark.parametrize(
    "changed", [ConfigurationChanged(digest="without the hall"), STARTED], ids=lambda e: e.kind
)
def test_what_is_taken_out_of_the_home_and_put_in_again_is_heard_anew(changed: Event) -> None:
    hall = {"hall": TWO["hall"]}
    hearing = Hearing().after(SILENT, TWO).after(changed, {"bed": TWO["bed"]})
    assert hearing.after(ConfigurationChanged(digest="with it"), hall).hears_any(hall)


@pytest.mark.parametrize(
    "event",
    [
        DeviceSeen(device_id="hall"),
        DeviceSilent(device_id="attic", last_seen=None, limit_s=1.0),
        DeviceBack(device_id="hall"),
        RadioBack(driver="zigbee"),
    ],
)
def test_what_changes_nothing_gives_the_same_value(event: Event) -> None:
    hearing = Hearing()
    assert hearing.after(event, TWO) is hearing
