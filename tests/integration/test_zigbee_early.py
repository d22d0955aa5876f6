"""Calls for help are heard before zigpy has read them: each once, in order, and zigpy's part is
done all the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from zigpy.zcl.clusters.security import IasZone

from heimvakt.core.devices import Role
from heimvakt.core.events import BatteryMeasured, ButtonPressed, RadioLost
from heimvakt_drivers.virtual.zigbee import EmergencyButton
from heimvakt_drivers.zigbee.listening import listen, zigpys_part
from heimvakt_drivers.zigbee.sensing.translate import translate
from tests.support.drivers import Gateway
from tests.support.zigbee import ZigbeeBench, device, formed

ZONE, STATUS_CHANGE, FROM_A_ZONE = 0x0500, 0x00, 0x09
DEFAULT_RESPONSE = 0x0B


class Pendant(ZigbeeBench):
    """A home with one emergency button."""

    def __init__(self, folder: Path) -> None:
        one = device(1, Role.BUTTON)
        super().__init__(folder, [one], formed())
        self.button = self.radio.add(EmergencyButton(one.address))

    def thanks(self) -> int:
        """Default responses that the button was given."""
        return sum(
            cluster == ZONE and frame.command == DEFAULT_RESPONSE
            for cluster, frame in self.button.received
        )


def presses(gateway: Gateway) -> int:
    return len(gateway.of("button", ButtonPressed))


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Pendant]:
    home = Pendant(tmp_path)
    async with home.served():
        async with home.armed():
            await home.radio.wait_permit_join()
            await home.button.join()
            await home.button.wait_enrolled()
        yield home


async def test_a_press_is_heard_before_zigpy_has_it(
    home: Pendant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zigpys_part, "AFTER_S", 3600.0)
    async with home.armed(permit="never") as (_driver, gateway):
        await home.button.press()
        await home.button.release()
        await home.button.press()
        await gateway.until(lambda: presses(gateway) == 2)


async def test_zigpy_has_it_later_and_says_thanks(home: Pendant) -> None:
    async with home.armed(permit="never") as (_driver, gateway):
        before = home.thanks()
        await home.button.press()
        await home.button.wait_for(lambda: home.thanks() > before)
        await home.button.battery(50.0)
        await gateway.next(BatteryMeasured)
        assert presses(gateway) == 1, "not heard again from zigpy"


async def test_a_frame_that_is_sent_again_after_the_next_is_no_press(home: Pendant) -> None:
    async with home.armed(permit="never") as (_driver, gateway):
        await home.button.press()
        pressed = home.button.sequence
        await home.button.release()
        home.button.sequence = pressed - 1
        await home.button.press()  # the octets of before
        await asyncio.sleep(2 * zigpys_part.AFTER_S)  # zigpy has had all three
        await home.button.battery(50.0)
        await gateway.next(BatteryMeasured)
        assert presses(gateway) == 1


async def test_more_than_may_wait_for_zigpy_are_heard_too(
    home: Pendant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zigpys_part, "OWED_MAX", 3)
    monkeypatch.setattr(zigpys_part, "AFTER_S", 3600.0)
    async with home.armed(permit="never") as (_driver, gateway):
        for _ in range(10):
            await home.button.press()
            await home.button.release()
        await gateway.until(lambda: presses(gateway) == 10)
        await home.button.battery(50.0)
        await gateway.next(BatteryMeasured)
        assert presses(gateway) == 10


async def test_a_zone_that_is_read_in_a_way_of_its_own_is_left_to_zigpy(
    home: Pendant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(IasZone, "__module__", "quirks.of_a_maker")
    monkeypatch.setattr(zigpys_part, "AFTER_S", 3600.0)
    async with home.armed(permit="never") as (_driver, gateway):
        await home.button.press()
        await gateway.until(lambda: presses(gateway) == 1)


async def test_a_mistake_of_ours_in_one_frame_closes_the_line_for_nobody(
    home: Pendant, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with home.armed(permit="never") as (driver, gateway):

        def once_wrong(*given: Any) -> Any:
            monkeypatch.setattr(listen, "translate", translate)
            raise RuntimeError("a mistake")

        monkeypatch.setattr(listen, "translate", once_wrong)
        await home.button.press()
        await home.button.release()
        await home.button.press()
        await gateway.until(lambda: presses(gateway) == 1)
        assert driver.counts()[listen.MISUNDERSTOOD] == 1
        assert not [e for e in gateway.emitted if isinstance(e, RadioLost)]
