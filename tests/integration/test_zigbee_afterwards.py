"""What a sensor does not say is told all the same: the driver comes back when a state is over."""

from __future__ import annotations

from pathlib import Path

import pytest

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import ApplianceStarted, ApplianceStopped
from heimvakt_drivers.virtual.zigbee.catalogue_device import CatalogueDevice
from heimvakt_drivers.virtual.zigbee.catalogue_text import frame
from heimvakt_drivers.zigbee.sensing import power
from tests.support.zigbee import ADDRESS, ZigbeeBench, formed

PLUG = "innr", "SP 234"
ELECTRICITY = 0x0B04


async def test_a_television_that_stands_by_is_out_of_use_without_another_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(power, "CALM_S", 0.3)
    radio, address = formed(), ADDRESS.format(1)
    plug = radio.add(CatalogueDevice(address, manufacturer=PLUG[0], model=PLUG[1]))
    television = Device(device_id="tv", role=Role.APPLIANCE, driver="zigbee", address=address)
    bench = ZigbeeBench(tmp_path, [television], radio)
    async with bench.served(), bench.armed() as (_, gateway):
        await radio.wait_permit_join()
        await plug.join()
        await plug.wait_bound(ELECTRICITY)
        await plug.happens("ApplianceStarted")
        await gateway.next(ApplianceStarted)
        await plug.send(frame("1 0b04 report 050b int16 3"))
        await gateway.next(ApplianceStopped)
