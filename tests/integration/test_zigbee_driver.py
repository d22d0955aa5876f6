"""The Zigbee driver on a virtual radio: the real driver, zigpy and its libraries, over a pty."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from heimvakt.core.devices import Role
from heimvakt.core.events import (
    BatteryMeasured,
    BedEntered,
    BedLeft,
    ButtonPressed,
    DeviceSeen,
    DoorClosed,
    DoorOpened,
    EnrolmentFailed,
    EnrolmentVerified,
    Event,
    LinkMeasured,
    MotionCleared,
    MotionDetected,
    RadioBack,
    RadioLost,
    SmokeCleared,
    SmokeDetected,
    TamperClosed,
    TamperOpened,
)
from heimvakt_drivers.virtual.zigbee import (
    ContactSensor,
    Face,
    JoinRefusedError,
    OccupancySensor,
    OnOffButton,
    OnOffContact,
    VirtualRadio,
)
from tests.support import zigbee_home
from tests.support.zigbee import ZigbeeBench, device, formed
from tests.support.zigbee_home import KINDS, POWER, Home, both, settled, until

ON_OFF, OCCUPANCY = 0x0006, 0x0406
HEALTH = (LinkMeasured, BatteryMeasured, DeviceSeen, TamperClosed)
speaks, home, joined = zigbee_home.speaks, zigbee_home.home, zigbee_home.joined


@both
async def test_a_blank_radio_gets_a_network_and_a_sensor_joins(
    tmp_path: Path, speaks: Face
) -> None:
    home = Home(tmp_path, VirtualRadio(seed=3, asleep_s=0.2, speaks=speaks))
    async with home.served(), home.armed() as (driver, gateway):
        network = driver.status().network
        assert network is not None
        assert network.channel in (11, 15, 20, 25)
        assert network.radio == home.radio.ieee
        await home.radio.wait_permit_join()
        door = home.zone(Role.DOOR)
        await door.join()
        await door.wait_enrolled()
        await door.set_alarm(True)
        await gateway.next(DoorOpened)
        assert not [e for e in gateway.emitted if isinstance(e, RadioLost | RadioBack)]


async def test_each_kind_of_sensor_is_heard_once_and_in_order(joined: Home) -> None:
    async with joined.armed(permit="never") as (_driver, gateway):
        said: list[tuple[str, list[type[Event]]]] = [
            ("door", [DoorOpened, DoorClosed]),
            ("bed", [BedLeft, BedEntered]),
            ("motion", [MotionDetected, MotionCleared]),
            ("button", [ButtonPressed]),
            ("smoke", [SmokeDetected, SmokeCleared]),
            ("occupancy", [MotionDetected, MotionCleared]),
            ("remote", [ButtonPressed, ButtonPressed]),
            ("window", [DoorOpened, DoorClosed]),
        ]
        for active in (True, False):
            for role in KINDS:
                assert await joined.zone(role).set_alarm(active)
        occupancy, remote, window = joined.others
        assert isinstance(occupancy, OccupancySensor)
        assert isinstance(remote, OnOffButton)
        assert isinstance(window, OnOffContact)
        assert await occupancy.occupied()
        assert await occupancy.vacant()
        assert await remote.toggle()
        assert await remote.on()
        assert await window.open()
        assert await window.close()

        def heard(name: str) -> list[type[Event]]:
            return [kind for kind in gateway.of(name) if kind not in HEALTH]

        await gateway.until(lambda: all(len(heard(name)) == len(e) for name, e in said))
        for name, events in said:
            assert heard(name) == events, name


async def test_what_a_sensor_says_of_itself(joined: Home) -> None:
    door = joined.zone(Role.DOOR)
    async with joined.armed(permit="never") as (_driver, gateway):
        await door.set_alarm(False)
        await gateway.next(DoorClosed)
        link = await gateway.next(LinkMeasured)
        assert isinstance(link, LinkMeasured)
        assert link.lqi == door.lqi
        await door.tamper(True)
        await gateway.next(TamperOpened)
        await door.tamper(False)
        await gateway.next(TamperClosed)
        await door.battery(12)
        await gateway.until(
            lambda: (
                BatteryMeasured(device_id="door", percent=12.0, volts=2.1, low=True)
                in gateway.emitted
            )
        )
        before = gateway.of("door", DoorClosed, DoorOpened)
        await door.check_in()
        await door.tamper(True)
        await gateway.next(TamperOpened)
        assert gateway.of("door", DoorClosed, DoorOpened) == before == [DoorClosed]


async def test_joining_sets_all_up_that_reports(joined: Home) -> None:
    for role in KINDS:
        zone = joined.zone(role)
        assert zone.enrolled
        assert {(POWER, 0x20), (POWER, 0x21)} <= set(zone.reporting)
        assert all(r.max_s <= 2 * 3600 for r in zone.reporting.values())
    occupancy, remote, window = joined.others
    assert (OCCUPANCY, 0) in occupancy.reporting
    assert (ON_OFF, 0) in window.reporting
    assert ON_OFF in {binding.cluster for binding in remote.bindings}


@both
async def test_after_a_restart_nothing_need_be_joined_and_nothing_is_asked_twice(
    joined: Home,
) -> None:
    for role in KINDS:
        joined.zone(role).received.clear()
    async with joined.armed() as (driver, gateway):
        assert not joined.radio.permit_open
        door = joined.zone(Role.DOOR)
        await door.set_alarm(True)
        await gateway.next(DoorOpened)
        await until(lambda: driver.status().devices["door"].enrolled)
        await door.set_alarm(False)
        await gateway.next(DoorClosed)
        asked = [frame for _cluster, frame in door.received if frame.general and frame.command == 0]
        assert len(asked) == 1  # is it enrolled still?
        assert not joined.zone(Role.BED).received  # not heard, not asked


async def test_the_network_stays_closed_unless_it_is_said(home: Home) -> None:
    async with home.served(), home.armed(permit="never"):
        with pytest.raises(JoinRefusedError):
            await home.zone(Role.DOOR).join()


async def test_a_zone_that_lost_its_enrolment_is_enrolled_again_when_it_is_heard(
    joined: Home,
) -> None:
    door = joined.zone(Role.DOOR)
    for number, value in ((0x0000, 0), (0x0010, bytes(8))):
        door.clusters[0x0500][number].value = value
    async with joined.armed(permit="never") as (_driver, gateway):
        assert await door.battery(80)
        await gateway.next(EnrolmentVerified, device_id="door")
        assert door.enrolled
        assert await door.set_alarm(True)
        await gateway.next(DoorOpened)


class Stubborn(ContactSensor):
    """Looks joined, answers all that it is asked, and never enrols."""

    def command(self, cluster, host_endpoint, frame):  # type: ignore[no-untyped-def]
        if cluster == 0x0500:
            return [frame.default_rsp(0)]
        return super().command(cluster, host_endpoint, frame)


async def test_a_sensor_that_never_enrols_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heimvakt_drivers.zigbee.tending.enrol.PAUSE_S", 0.01)
    bench = ZigbeeBench(tmp_path, [device(1, Role.DOOR)], formed())
    door = bench.radio.add(Stubborn(bench.devices[0].address))
    with capture_logs() as told:
        async with bench.served(), bench.armed() as (driver, gateway):
            await bench.radio.wait_permit_join()
            await door.join()
            failed = await gateway.next(EnrolmentFailed, device_id="door")
            assert failed == EnrolmentFailed(device_id="door", reason="zone state 0")
            await until(lambda: driver.status().devices["door"].trouble is not None)
            status = driver.status().devices["door"]
            assert status.interviewed
            assert status.trouble == (
                "it is not enrolled (zone state 0): its alarms cannot be heard"
            )
    warnings = [line for line in told if line["log_level"] == "warning"]
    assert [line["device"] for line in warnings] == ["door"]


async def test_a_sensor_that_sleeps_is_set_up_when_it_is_next_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heimvakt_drivers.zigbee.tending.care.AGAIN_S", 0.0)
    monkeypatch.setattr("zigpy.device.APS_REPLY_TIMEOUT_EXTENDED", 0.2)
    monkeypatch.setattr("zigpy.device.DEFAULT_REQUEST_RETRIES", 0)
    bench = ZigbeeBench(tmp_path, [device(1, Role.DOOR)], formed())
    door = bench.radio.add(ContactSensor(bench.devices[0].address))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(bench.served())
        async with bench.armed():
            await bench.radio.wait_permit_join()
            await door.join()
            await until(lambda: settled(tmp_path) == 1)
        door.clusters[0x0500][0x0000].value = 0
        (tmp_path / "settled.json").unlink()
        driver, gateway = await stack.enter_async_context(bench.armed(permit="never"))
        await door.report(POWER, 0x21)
        door.silent = True
        await until(lambda: driver.status().devices["door"].trouble)
        assert "does not answer" in (driver.status().devices["door"].trouble or "")
        door.silent = False
        await door.report(POWER, 0x20)
        await door.wait_enrolled()
        await door.set_alarm(True)
        await gateway.next(DoorOpened)
        await until(lambda: driver.status().devices["door"].trouble is None)


async def test_a_sensor_that_was_reset_is_set_up_anew(joined: Home) -> None:
    door = joined.zone(Role.DOOR)
    async with joined.armed() as (driver, gateway):
        await door.leave_network()
        await joined.radio.wait_permit_join()
        assert not driver.status().devices["door"].joined
        assert settled(joined.folder) == len(joined.devices) - 1
        await door.join()
        await door.wait_enrolled()
        await until(lambda: settled(joined.folder) == len(joined.devices))
        assert (POWER, 0x21) in door.reporting
        await until(lambda: not joined.radio.permit_open)
        await door.set_alarm(True)
        await gateway.next(DoorOpened)


async def test_a_sensor_that_comes_back_is_heard(joined: Home) -> None:
    door = joined.zone(Role.DOOR)
    async with joined.armed(permit="never") as (_driver, gateway):
        await door.rejoin()
        await door.set_alarm(True)
        await gateway.next(DoorOpened)
