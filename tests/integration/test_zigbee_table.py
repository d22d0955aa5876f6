"""The table of real devices: each joins the virtual radio, is taken for what it is, and is heard.

The real driver with zigpy over a pseudo-terminal; the devices say what the catalogue says of them.
Where zha-quirks is installed the driver uses it, and the same must come out.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    BatteryMeasured,
    ButtonPressed,
    DeviceEvent,
    DeviceSeen,
    EnrolmentVerified,
    HumidityMeasured,
    IlluminanceMeasured,
    LinkMeasured,
    TamperClosed,
    TemperatureMeasured,
)
from heimvakt_drivers.virtual.zigbee.catalogue import Record, records
from heimvakt_drivers.virtual.zigbee.catalogue_device import CatalogueDevice
from heimvakt_drivers.virtual.zigbee.sent import Sent
from heimvakt_drivers.zigbee.driver import ZigbeeDriver
from heimvakt_drivers.zigbee.listening.quirks import resolver
from heimvakt_drivers.zigbee.sensing.recognise import recognise
from heimvakt_drivers.zigbee.sensing.signature import Endpoint, Signature
from heimvakt_drivers.zigbee.tending.settled import FILE as SETTLED
from tests.support.drivers import Gateway
from tests.support.zigbee import ZigbeeBench, formed

ROOT = Path(__file__).parents[2]
ADDRESS = "00:11:22:33:44:55:77:{:02x}"
PATIENCE_S = 60.0
"""Without anything new: what has not come by then is taken for lost."""

QUIRKS_WANTED = {"zhaquirks.develco.open_close", "zhaquirks.visonic.mct340"}
QUIRKS_UNWANTED = {"zhaquirks.xiaomi", "zhaquirks.legrand"}
"""Makers that our own table knows, and makers that are not there."""

BESIDES = (
    BatteryMeasured,
    DeviceSeen,
    EnrolmentVerified,
    IlluminanceMeasured,
    LinkMeasured,
    TamperClosed,
)
"""What may be told of any device at any time."""

AIR = ("TemperatureMeasured", "HumidityMeasured")


def called(record: Record) -> str:
    return f"{record.maker} {record.model}"


class Table(ZigbeeBench):
    """A home with one of each, and a list of what went wrong in it."""

    def __init__(self, folder: Path) -> None:
        devices = [
            Device(
                device_id=called(record),
                role=Role(record.role),
                driver="zigbee",
                address=ADDRESS.format(number),
            )
            for number, record in enumerate(records())
        ]
        super().__init__(folder, devices, formed())
        self.reals = [
            self.radio.add(
                CatalogueDevice(device.address, manufacturer=record.maker, model=record.model)
            )
            for device, record in zip(devices, records(), strict=True)
        ]
        self.failed: list[str] = []

    async def all_join(self, driver: ZigbeeDriver) -> None:
        await self.radio.wait_permit_join()
        for real in self.reals:
            await real.join()
        await patiently(lambda: len([*self._not_set_up(driver)]))
        self.failed += self._not_set_up(driver)

    def all_are_recognised(self, driver: ZigbeeDriver) -> None:
        members = {member.address: member for member in driver.members()}
        for real in self.reals:
            likely = members[real.ieee].roles[:1]
            if likely != (Role(real.record.role),):
                self.failed.append(
                    f"{called(real.record)}: it is a {real.record.role}, not {likely}"
                )

    async def all_speak(self, gateway: Gateway) -> None:
        """What can happen to a device happens, to all of them side by side."""
        for turn in range(max(len(real.record.says) for real in self.reals)):
            for real in self.reals:
                for what in [*real.record.says][turn : turn + 1]:
                    self._note(real, what, await real.happens(what))
            due = sum(min(turn + 1, len(real.record.says)) for real in self.reals)
            await patiently(partial(self._still_untold, gateway, due))
        told = self._told(gateway)
        self.failed += [
            f"{called(real.record)}: said {[*real.record.says]}, told {told[called(real.record)]}"
            for real in self.reals
            if told[called(real.record)] != [*real.record.says]
        ]

    async def all_tell_their_batteries(self, gateway: Gateway) -> None:
        with_one = [real for real in self.reals if real.record.battery is not None]
        for real in with_one:
            self._note(real, "battery", await real.tell_battery())
        await patiently(lambda: len([*self._wrong_batteries(gateway)]))
        self.failed += self._wrong_batteries(gateway)

    async def all_the_others_live(self, gateway: Gateway) -> None:
        others = [r for r in self.reals if not r.record.says and r.record.battery is None]
        for real in others:
            self._note(real, "check-in", await real.check_in())
        await patiently(lambda: len({called(r.record) for r in others} - seen(gateway)))
        self.failed += [
            f"{called(r.record)}: not seen" for r in others if called(r.record) not in seen(gateway)
        ]

    def _not_set_up(self, driver: ZigbeeDriver) -> Iterator[str]:
        done = (self.folder / SETTLED).read_text() if (self.folder / SETTLED).exists() else ""
        status = driver.status().devices
        for real in self.reals:
            trouble = status[called(real.record)].trouble
            if trouble or real.ieee not in done:
                yield f"{called(real.record)}: not set up, {trouble}"

    def _told(self, gateway: Gateway) -> dict[str, list[str]]:
        """What rules would have heard of each, in the words of the catalogue."""
        told: dict[str, list[str]] = {called(real.record): [] for real in self.reals}
        for event in gateway.emitted:
            if isinstance(event, DeviceEvent) and not isinstance(event, BESIDES):
                told[event.device_id].append(in_words(event))
        for real in self.reals:
            if real.record.role != "temperature":  # others measure the air as well
                mine = told[called(real.record)]
                mine[:] = [said for said in mine if not said.startswith(AIR)]
        return told

    def _still_untold(self, gateway: Gateway, due: int) -> int:
        return due - sum(map(len, self._told(gateway).values()))

    def _wrong_batteries(self, gateway: Gateway) -> Iterator[str]:
        last = {e.device_id: e for e in gateway.emitted if isinstance(e, BatteryMeasured)}
        for real in self.reals:
            wanted, told = real.record.battery_is, last.get(called(real.record))
            if wanted is not None and (told is None or not means(told, wanted)):
                yield f"{called(real.record)}: its battery is {wanted}, told {told}"

    def _note(self, real: CatalogueDevice, what: str, sent: Sent) -> None:
        if not sent:
            self.failed.append(f"{called(real.record)}: {what}: {sent.outcome.value}")


def seen(gateway: Gateway) -> set[str]:
    return {event.device_id for event in gateway.emitted if isinstance(event, DeviceSeen)}


def in_words(event: DeviceEvent) -> str:
    name = type(event).__name__
    match event:
        case ButtonPressed():
            return f"{name} {event.press.value}"
        case TemperatureMeasured():
            return f"{name} {event.celsius:g}"
        case HumidityMeasured():
            return f"{name} {event.percent:g}"
        case _:
            return name


def means(told: BatteryMeasured, wanted: str) -> bool:
    """Whether it was told as the catalogue has it."""
    match wanted.split():
        case [percent, "%"]:
            return told.percent == float(percent)
        case [volts, "V"]:
            return told.volts is not None and round(told.volts, 1) == float(volts)
        case _:
            return told.low


async def patiently(missing: Callable[[], int]) -> None:
    """Until nothing is missing, or nothing new comes."""
    loop = asyncio.get_running_loop()
    least, until = missing(), loop.time() + PATIENCE_S
    while least > 0 and loop.time() < until:
        await asyncio.sleep(0.1)
        if (now := missing()) < least:
            least, until = now, loop.time() + PATIENCE_S


@pytest.mark.parametrize("record", records(), ids=called)
def test_each_is_recognised_by_what_it_says_of_itself(record: Record) -> None:
    assert recognise(signature(record)).role == record.role


@pytest.mark.parametrize("record", [r for r in records() if r.role == "door"], ids=called)
def test_each_contact_can_be_wired_to_a_mat(record: Record) -> None:
    known = recognise(signature(record))
    assert Role.BED in known.roles
    assert Role.CHAIR in known.roles


def signature(record: Record) -> Signature:
    """As it is known after the interview and the enrolment."""
    kind, maker_code = record.node.split()
    return Signature(
        manufacturer=record.maker,
        model=record.model,
        endpoints=tuple(
            Endpoint(
                number=mine.number,
                profile=mine.profile,
                device_type=mine.device_type,
                in_clusters=frozenset(mine.inputs),
                out_clusters=frozenset(mine.outputs),
                zone_type=record.zone if 0x0500 in mine.inputs else None,
            )
            for mine in record.endpoints
        ),
        is_router=kind == "router",
        rx_on_when_idle=kind in ("awake", "mains", "router"),
        on_mains=kind in ("fed", "mains", "router"),
        manufacturer_code=int(maker_code, 16),
    )


async def test_each_joins_and_is_heard(tmp_path: Path) -> None:
    table = Table(tmp_path)
    async with table.served(), table.armed() as (driver, gateway):
        await table.all_join(driver)
        table.all_are_recognised(driver)
        await table.all_speak(gateway)
        await table.all_tell_their_batteries(gateway)
        await table.all_the_others_live(gateway)
    assert not table.failed, "\n".join(table.failed)
    assert quirks_loaded() == QUIRKS_WANTED if resolver() is not None else not quirks_loaded()


def quirks_loaded() -> set[str]:
    """Modules of zha-quirks that are about some maker, of those that this test looks at."""
    return {name for name in (*QUIRKS_WANTED, *QUIRKS_UNWANTED) if name in sys.modules}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_all_of_it_holds_with_zha_quirks_too() -> None:
    """In an environment of its own, since zha pins other versions of everything."""
    if not os.environ.get("HEIMVAKT_QUIRKS"):
        pytest.skip("HEIMVAKT_QUIRKS=1 runs `make quirks`: Python 3.12 with zha-quirks, 2 minutes")
    environment = {**os.environ, "HEIMVAKT_QUIRKS": ""}
    subprocess.run(["make", "quirks"], check=True, cwd=ROOT, env=environment)


def test_the_page_about_the_devices_is_of_this_catalogue() -> None:
    tool = ROOT / "tools" / "zigbee-devices"
    subprocess.run([sys.executable, tool, "--check"], check=True, cwd=ROOT)
