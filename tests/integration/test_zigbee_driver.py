"""The Zigbee driver on a virtual radio: the real driver, zigpy and its libraries, over a pty."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
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
    FACES,
    BedMat,
    ContactSensor,
    EmergencyButton,
    Face,
    IasZoneDevice,
    JoinRefusedError,
    MotionSensor,
    OccupancySensor,
    OnOffButton,
    OnOffContact,
    SmokeDetector,
    VirtualDevice,
    VirtualRadio,
)
from heimvakt_drivers.zigbee.driver import ZigbeeDriver
from heimvakt_drivers.zigbee.radio.network import DATABASE
from heimvakt_drivers.zigbee.status import DeviceStatus
from tests.support.drivers import Gateway, running
from tests.support.timed import in_time, timed
from tests.support.zigbee import ZigbeeBench, device, formed

POWER, ON_OFF, OCCUPANCY = 0x0001, 0x0006, 0x0406
KINDS: dict[Role, type[VirtualDevice]] = {
    Role.DOOR: ContactSensor,
    Role.BED: BedMat,
    Role.MOTION: MotionSensor,
    Role.BUTTON: EmergencyButton,
    Role.SMOKE: SmokeDetector,
}
both = pytest.mark.parametrize("speaks", FACES)
HEALTH = (LinkMeasured, BatteryMeasured, DeviceSeen, TamperClosed)


class Home(ZigbeeBench):
    """A door, a bed, a motion sensor, an emergency button and a smoke detector."""

    def __init__(self, folder: Path, radio: VirtualRadio) -> None:
        roles = {role: device(number, role) for number, role in enumerate(KINDS, start=1)}
        self.occupancy = device(0x21, Role.MOTION, "occupancy")
        self.remote = device(0x22, Role.BUTTON, "remote")
        self.window = device(0x23, Role.DOOR, "window")
        devices = [*roles.values(), self.occupancy, self.remote, self.window]
        super().__init__(folder, devices, radio)
        sensors = {role: radio.add(kind(roles[role].address)) for role, kind in KINDS.items()}
        self.sensors = sensors
        self.others = [
            radio.add(OccupancySensor(self.occupancy.address)),
            radio.add(OnOffButton(self.remote.address)),
            radio.add(OnOffContact(self.window.address)),
        ]

    def zone(self, role: Role) -> IasZoneDevice:
        sensor = self.sensors[role]
        assert isinstance(sensor, IasZoneDevice)
        return sensor

    async def all_join(self, driver: ZigbeeDriver) -> None:
        await self.radio.wait_permit_join()
        for sensor in (*self.sensors.values(), *self.others):
            await sensor.join()
        for role in self.sensors:
            await self.zone(role).wait_enrolled()
        await until(lambda: all(s.interviewed and not s.trouble for s in seen(driver)))
        for sensor in (*self.sensors.values(), self.others[0]):
            await sensor.wait_bound(POWER)
        await until(lambda: not self.radio.permit_open)
        await until(lambda: settled(self.folder) == len(self.devices))


def seen(driver: ZigbeeDriver) -> list[DeviceStatus]:
    return list(driver.status().devices.values())


def settled(folder: Path) -> int:
    """How many devices the driver has finished to set up."""
    try:
        return (folder / "settled.json").read_text().count("00:11:22")
    except OSError:
        return 0


async def until(true: Callable[[], object], within_s: float = 60.0) -> None:
    """Look again each 10 ms: for what no event tells."""
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.fixture
def speaks() -> Face:
    """What the radio speaks where a test does not say `both`."""
    return "znp"


@pytest.fixture
def home(tmp_path: Path, speaks: Face) -> Home:
    return Home(tmp_path, formed(speaks=speaks))


@pytest.fixture
async def joined(home: Home) -> AsyncIterator[Home]:
    """A home whose sensors were taken in by a driver that has ended."""
    async with home.served():
        async with home.armed() as (driver, _gateway):
            await home.all_join(driver)
        yield home


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


# ------------------------------------------------------------------------------ the radio is lost


@both
async def test_a_radio_that_is_pulled_out_and_put_back(joined: Home) -> None:
    door = joined.zone(Role.DOOR)
    async with joined.armed(permit="never") as (driver, gateway):
        await door.set_alarm(True)
        await gateway.next(DoorOpened)
        await joined.radio.unplug()
        lost = await gateway.next(RadioLost)
        assert isinstance(lost, RadioLost)
        assert lost.reason == driver.status().lost
        assert driver.status().network is None
        await joined.radio.replug()
        await gateway.next(RadioBack)
        assert driver.status().lost is None
        await door.set_alarm(False)
        await gateway.next(DoorClosed)


async def test_a_radio_that_is_not_there_at_the_start(joined: Home) -> None:
    await joined.radio.unplug()
    driver, gateway = joined.driver(), joined.gateway()
    async with running(driver, gateway):
        lost = await gateway.next(RadioLost)
        assert isinstance(lost, RadioLost)
        assert lost.reason == f"No such file or directory: {joined.port}"
        await joined.radio.replug()
        await gateway.next(RadioBack)
        await gateway.wait_armed()
        await joined.zone(Role.BUTTON).set_alarm(True)
        await gateway.next(ButtonPressed)


async def test_a_port_that_is_no_radio_is_tried_again(joined: Home, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    bench = ZigbeeBench(tmp_path, joined.devices, joined.radio)
    bench.port = str(tmp_path / "file")
    gateway = bench.gateway()
    async with running(bench.driver(), gateway) as task:
        await gateway.next(RadioLost)
        assert not task.done()


@both
async def test_a_radio_that_hangs_is_lost(joined: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zigpy.application.ControllerApplication._watchdog_period", 0.05)
    monkeypatch.setattr("heimvakt_drivers.zigbee.radio.network.ANSWER_S", 0.3)
    monkeypatch.setattr("bellows.zigbee.application.ControllerApplication._watchdog_period", 0.05)
    async with joined.armed(permit="never") as (_driver, gateway):
        with monkeypatch.context() as patience:
            patience.setattr("bellows.ash.ACK_TIMEOUTS", 1)
            joined.radio.faults.mute = True
            lost = await gateway.next(RadioLost)
            assert isinstance(lost, RadioLost)
            assert lost.reason == "the radio does not answer"
            joined.radio.faults.mute = False
            # It answers from now on, as soon as the machine lets it.
            monkeypatch.setattr("heimvakt_drivers.zigbee.radio.network.ANSWER_S", 30.0)
        await gateway.next(RadioBack)
        await joined.zone(Role.DOOR).set_alarm(True)
        await gateway.next(DoorOpened)


@both
async def test_a_blank_stick_in_its_place_gets_the_network_back(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heimvakt_drivers.zigbee.radio.backup.CHANGED_S", 0.0)
    async with home.served(), home.armed() as (driver, _gateway):
        await home.all_join(driver)
        await until(lambda: backups(home.folder) > 0)
        old = driver.status().network
    new = VirtualRadio(seed=99, asleep_s=0.2, speaks=home.radio.speaks)
    assert new.ieee != home.radio.ieee
    async with home.served(new), home.armed(permit="never") as (driver, _gateway):
        assert driver.status().network == old
        assert new.ieee == home.radio.ieee


async def test_somebody_elses_stick_is_refused_and_left_as_it_is(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heimvakt_drivers.zigbee.radio.backup.FIRST_S", 0.0)
    async with home.served(), home.armed() as (_driver, _gateway):
        await until(lambda: backups(home.folder) > 0)
    other = formed(seed=99)
    before = other.ieee
    async with home.served(other):
        gateway = home.gateway()
        async with running(home.driver(), gateway):
            lost = await gateway.next(RadioLost)
            assert isinstance(lost, RadioLost)
            assert "another network" in lost.reason
    assert other.ieee == before
    assert backups(home.folder) == 1


def backups(folder: Path) -> int:
    with sqlite3.connect(folder / DATABASE) as database:
        (table,) = database.execute(
            "select name from sqlite_master where name like 'network_backups_v%' "
            "order by length(name) desc, name desc limit 1"
        ).fetchone()
        count: int = database.execute(f"select count(*) from {table}").fetchone()[0]
    database.close()
    return count


async def test_a_damaged_database_is_set_aside_and_sensors_are_known_again(joined: Home) -> None:
    (joined.folder / DATABASE).write_bytes(b"not a database" * 100)
    with capture_logs() as told:
        async with joined.armed(permit="never") as (_driver, gateway):
            door = joined.zone(Role.DOOR)
            await door.rejoin()
            await until(lambda: _driver.status().devices["door"].interviewed)
            await door.set_alarm(True)
            await gateway.next(DoorOpened)
    assert (joined.folder / f"{DATABASE}.damaged-1").read_bytes().startswith(b"not a")
    assert "set aside" in next(line["event"] for line in told if line["log_level"] == "error")


# ------------------------------------------------------------------------------------- bad input


async def test_an_unknown_device_is_left_alone_and_told_once(home: Home) -> None:
    stranger = home.radio.add(ContactSensor("00:11:22:33:44:55:66:ff"))
    with capture_logs() as told:
        async with home.served(), home.armed() as (driver, gateway):
            await home.radio.wait_permit_join()
            await stranger.join()
            await until(lambda: driver.status().unknown_joined == (stranger.ieee,))
            await stranger.rejoin()
            await stranger.report(POWER, 0x21)
            door = home.zone(Role.DOOR)
            await door.join()
            await door.wait_enrolled()
            await door.set_alarm(True)
            await gateway.next(DoorOpened)
            assert not stranger.enrolled
    assert {getattr(e, "device_id", None) for e in gateway.emitted} == {"door"}
    lines = [line for line in told if line.get("address") == stranger.ieee]
    assert len(lines) == 1


@both
async def test_garbage_and_broken_frames_stop_nothing(joined: Home) -> None:
    radio, door = joined.radio, joined.zone(Role.DOOR)
    with capture_logs() as told:
        async with joined.armed(permit="never") as (driver, gateway):
            for number in range(20):
                await radio.send_rubbish(200)
                await radio.send_oversized()
                await radio.send_from_stranger(nwk=0x7000 + number)
                await radio.send_from_stranger(nwk=0x7000)
                await radio.send_raw(bytes.fromhex("fe034481000000c6"))  # a message cut short
                await radio.send_raw(b"\xfe\x00\x7f\x7f\x00")  # a command that nobody knows
                await door.say(0x0500, 0x00, b"\x01", 0x09)  # a status of half its length
                await door.say(0x0500, 0x77, b"\x01", 0x09)  # an unknown command
                await door.set_alarm(number % 2 == 0)
            await gateway.until(lambda: len(gateway.of("door", DoorOpened, DoorClosed)) == 20)
            counted = driver.status().counted
    assert gateway.of("door", DoorOpened, DoorClosed) == [DoorOpened, DoorClosed] * 10
    assert not [e for e in gateway.emitted if isinstance(e, RadioLost)]
    assert counted["garbage on the line"] >= 40
    assert counted["frame of an unknown device"] == 40
    assert len(counted) < 20
    assert len([line for line in told if line["log_level"] == "warning"]) < 10


@timed
async def test_a_false_beginning_delays_no_call_for_help(joined: Home) -> None:
    loop = asyncio.get_running_loop()
    async with joined.armed(permit="never") as (_driver, gateway):
        button = joined.zone(Role.BUTTON)
        await joined.radio.send_raw(b"\xfe\xf0")
        began = loop.time()
        await button.set_alarm(True)
        await gateway.next(ButtonPressed)
        took_s = loop.time() - began
        await button.set_alarm(False)
        in_time(took_s, 2.0)


async def test_a_call_for_help_does_not_wait_for_slow_storage_of_others(joined: Home) -> None:
    async with joined.armed(permit="never") as (_driver, gateway):
        door, button = joined.zone(Role.DOOR), joined.zone(Role.BUTTON)
        gateway.slow = asyncio.Event()
        await door.set_alarm(True)
        await gateway.next(DoorOpened)
        await door.set_alarm(False)
        await button.set_alarm(True)
        await gateway.next(ButtonPressed)
        assert DoorClosed not in gateway.of("door")
        gateway.slow.set()
        await gateway.next(DoorClosed)


async def test_a_storm_is_taken_in_few_calls_and_leaves_little_behind(joined: Home) -> None:
    door = joined.zone(Role.DOOR)
    async with joined.armed(permit="never") as (driver, gateway):
        gateway.slow = asyncio.Event()
        for number in range(200):
            assert await door.set_alarm(number % 2 == 0)
        await gateway.next(DoorOpened)
        await until(lambda: driver.status().counted.get("default response left out", 0) > 0)
        gateway.slow.set()
        await gateway.until(lambda: len(gateway.of("door", DoorOpened, DoorClosed)) == 200)
        assert len(gateway.calls) < 20
        assert len(asyncio.all_tasks()) < 40


def descriptors_open() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_many_tries_leave_no_descriptor_behind(tmp_path: Path) -> None:
    bench = ZigbeeBench(tmp_path, [], VirtualRadio())
    bench.port = str(tmp_path / "nothing")
    before = descriptors_open()
    for _ in range(10):
        gateway = Gateway([], bench.state_directory)
        async with running(bench.driver(), gateway):
            await gateway.next(RadioLost)
    assert descriptors_open() <= before
