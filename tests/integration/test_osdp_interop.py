"""The driver and a device that somebody else wrote: libosdp's own."""

from __future__ import annotations

from pathlib import Path

import osdp_sys

from heimvakt.core.events import (
    ContactBack,
    DeviceSeen,
    DoorOpened,
    LockUnlocked,
    TagBy,
    TagPresented,
)
from tests.support.drivers import running
from tests.support.locks import OsdpLine, unlock
from tests.support.osdp_device import LibosdpDevice


async def test_it_speaks_with_libosdps_device(tmp_path: Path) -> None:
    line = OsdpLine(tmp_path)
    key = line.locks[0].key
    assert key is not None
    device = LibosdpDevice(1, key)
    line.bus.devices = [device]
    async with line.bus.served():
        driver, gateway = line.driver(), line.gateway()
        async with running(driver, gateway):
            await gateway.next(DeviceSeen, ContactBack, device_id="lock-1")
            device.tell(_status(osdp_sys.STATUS_REPORT_INPUT, b"\x01\x00\x00\x00"))
            await gateway.next(DoorOpened)
            await gateway.next(LockUnlocked)
            device.tell(
                {
                    "event": osdp_sys.EVENT_CARDREAD,
                    "reader_no": 0,
                    "format": osdp_sys.CARD_FMT_RAW_UNSPECIFIED,
                    "direction": 0,
                    "length": 26,
                    "data": bytes.fromhex("0004a2f1"),
                }
            )
            tag = await gateway.next(TagPresented)
            await driver.execute(unlock(for_s=2.0))
    assert tag == TagPresented(device_id="reader-1", tag="anna", by=TagBy.CARD)
    orders = [c for c in device.commands if c["command"] == osdp_sys.CMD_OUTPUT]
    assert [(c["output_no"], c["control_code"], c["timer_count"]) for c in orders] == [(0, 5, 20)]


def _status(kind: int, report: bytes) -> dict[str, object]:
    return {"event": osdp_sys.EVENT_STATUS, "type": kind, "report": report}
