"""Pairing on a virtual radio: what is told, what is set up, and what is said when it goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    BatteryMeasured,
    DoorClosed,
    DoorOpened,
    EnrolmentVerified,
    RadioLost,
)
from heimvakt.core.tending import (
    Enrolled,
    Found,
    HeardFrom,
    Interviewed,
    Opened,
    ReportingSet,
    Step,
    TendingFailed,
    Trouble,
    Waiting,
    Wanted,
)
from heimvakt_drivers.virtual.zigbee import (
    FACES,
    ContactSensor,
    Face,
    JoinRefusedError,
    MotionSensor,
    Repeater,
)
from heimvakt_drivers.virtual.zigbee.znp.dispatch import HANDLERS
from heimvakt_drivers.virtual.zigbee.znp.mt_frame import Subsystem
from heimvakt_drivers.zigbee.driver import ZigbeeDriver
from heimvakt_drivers.zigbee.tending import fitting, pairing, watching
from heimvakt_drivers.zigbee.tending.install_code import parse
from tests.support.drivers import Gateway
from tests.support.zigbee import ADDRESS, ZigbeeBench, device, formed

POWER = 0x0001
DOOR = ADDRESS.format(0x51)
OTHER = ADDRESS.format(0x52)
CODE = "83FED3407A939723A5C639B26916D505C3B5"
"""As the standard has it for an example."""
OTHER_CODE = "00112233445566778899AABBCCDDEEFF528F"
ADD_INSTALL_CODE = 0x04


class Pair:
    """One pairing that goes on beside the test, and what it has told."""

    def __init__(self, driver: ZigbeeDriver, wanted: Wanted, tasks: asyncio.TaskGroup) -> None:
        self.steps: list[Step] = []
        self._changed = asyncio.Event()
        self.task = tasks.create_task(self._run(driver, wanted))

    async def _run(self, driver: ZigbeeDriver, wanted: Wanted) -> str | TendingFailed:
        try:
            return await driver.pair(wanted, self._tell)
        except TendingFailed as failed:
            return failed
        finally:
            self._changed.set()

    async def _tell(self, step: Step) -> None:
        self.steps.append(step)
        self._changed.set()

    async def told(self, kind: type[Step], count: int = 1) -> Any:
        """The last step of this kind, once there are so many."""
        async with asyncio.timeout(30):
            while len(found := [s for s in self.steps if isinstance(s, kind)]) < count:
                assert not self.task.done(), (self.task.result(), self.steps)
                self._changed.clear()
                await self._changed.wait()
        return found[-1]

    async def done(self) -> str:
        async with asyncio.timeout(30):
            result = await self.task
        assert isinstance(result, str), (result, self.steps)
        return result

    async def failed(self) -> TendingFailed:
        async with asyncio.timeout(30):
            result = await self.task
        assert isinstance(result, TendingFailed), self.steps
        return result

    @property
    def kinds(self) -> list[type[Step]]:
        return [type(step) for step in self.steps if not isinstance(step, Waiting)]


class Bench(ZigbeeBench):
    """An empty home with a contact sensor in the hand of somebody."""

    def __init__(self, folder: Path, speaks: Face = "znp") -> None:
        super().__init__(folder, [device(1, Role.MOTION, "hall")], formed(speaks=speaks))
        self.sensor = self.radio.add(ContactSensor(DOOR))
        self.tasks: asyncio.TaskGroup

    def pair(self, driver: ZigbeeDriver, role: Role = Role.DOOR, **more: Any) -> Pair:
        wanted = Wanted(device_id="front-door", role=role, within=timedelta(minutes=4))
        return Pair(driver, replace(wanted, **more), self.tasks)

    async def paired(self, driver: ZigbeeDriver) -> Pair:
        """The sensor is taken in, and nothing goes wrong."""
        pair = self.pair(driver)
        await self.radio.wait_permit_join()
        await self.sensor.join()
        await pair.done()
        return pair

    def take_over(self, driver: ZigbeeDriver, address: str = DOOR, **more: Any) -> None:
        door = Device(device_id="front-door", role=Role.DOOR, driver="zigbee", address=address)
        added = replace(door, **more)
        driver.take_over({d.address: d for d in (*self.devices, added)})


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setattr(fitting, "HEAR_S", 0.2)
    one = Bench(tmp_path)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(one.served())
        one.tasks = await stack.enter_async_context(asyncio.TaskGroup())
        yield one


async def until(true: Callable[[], object]) -> None:
    """Look again each 10 ms: for what nothing tells."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@asynccontextmanager
async def armed(bench: Bench) -> AsyncIterator[tuple[ZigbeeDriver, Gateway]]:
    async with bench.armed(permit="never") as (driver, gateway):
        yield driver, gateway


async def test_a_sensor_is_taken_in_and_every_step_is_told_as_it_happens(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "HEAR_S", 30.0)  # it says something: nobody waits so long
    async with armed(bench) as (driver, gateway):
        pair = bench.pair(driver)
        assert (await pair.told(Opened)).left_s == 240
        await bench.radio.wait_permit_join()
        await bench.sensor.join()
        assert (await pair.told(Found)).address == DOOR
        interviewed = await pair.told(Interviewed)
        assert (interviewed.manufacturer, interviewed.model) == ("Heimvakt", "HV-CONTACT-1")
        assert "battery powered" in interviewed.says
        await pair.told(ReportingSet)
        assert bench.sensor.enrolled
        await bench.sensor.wait_bound(POWER)
        await bench.sensor.open()
        assert await pair.done() == DOOR
        assert pair.kinds == [Opened, Found, Interviewed, Enrolled, ReportingSet, HeardFrom]
        last = pair.steps[-1]
        assert isinstance(last, HeardFrom)
        assert last.lqi == bench.sensor.lqi
        assert last.battery_percent == 100
        assert not bench.radio.permit_open, "the network is closed as soon as it is done"
        assert gateway.of("front-door") == [], "the rules hear of it when the home has it"

        bench.take_over(driver)
        await gateway.next(EnrolmentVerified, device_id="front-door")
        await gateway.next(BatteryMeasured, device_id="front-door")
        await bench.sensor.close()
        await bench.sensor.open()
        await gateway.next(DoorOpened, device_id="front-door")


async def test_whoever_gives_up_closes_the_network(bench: Bench) -> None:
    async with armed(bench) as (driver, _):
        pair = bench.pair(driver)
        await bench.radio.wait_permit_join()
        pair.task.cancel()
        await asyncio.wait([pair.task])
        assert not bench.radio.permit_open
        again = bench.pair(driver)
        await again.told(Opened)
        again.task.cancel()


async def test_one_at_a_time(bench: Bench) -> None:
    async with armed(bench) as (driver, _):
        first = bench.pair(driver)
        await first.told(Opened)
        assert "already" in str(await bench.pair(driver).failed())
        first.task.cancel()


async def test_nobody_comes(bench: Bench) -> None:
    async with armed(bench) as (driver, _):
        pair = bench.pair(driver, within=timedelta(seconds=0.3))
        failed = await pair.failed()
        assert "no device has joined" in str(failed)
        assert "lamp blinks" in failed.hint
        assert not bench.radio.permit_open


async def test_the_wrong_kind_for_the_role_is_said_and_can_have_another_later(
    bench: Bench,
) -> None:
    async with armed(bench) as (driver, _):
        pair = bench.pair(driver, Role.SMOKE)
        await bench.radio.wait_permit_join()
        await bench.sensor.join()
        failed = await pair.failed()
        assert "smoke needs a fire zone" in str(failed)
        assert "door" in failed.hint
        [member] = driver.members()
        assert (member.address, member.interviewed) == (DOOR, True)
        assert Role.DOOR in member.roles

        again = bench.pair(driver, Role.DOOR, address=DOOR.upper())
        await again.told(Found)
        await bench.sensor.open()
        assert await again.done() == DOOR
        assert Opened not in again.kinds, "it is in the network: nothing need be opened"


async def test_a_device_of_the_home_that_was_reset_is_taken_in_again(bench: Bench) -> None:
    async with armed(bench) as (driver, gateway):
        await bench.paired(driver)
        bench.take_over(driver)
        await bench.sensor.leave_network()
        other = bench.pair(driver, device_id="back-door", within=timedelta(seconds=1))
        await bench.radio.wait_permit_join()
        await bench.sensor.join()
        assert "no device has joined" in str(await other.failed()), "it is not that one"

        await bench.sensor.leave_network()
        again = bench.pair(driver)
        await bench.radio.wait_permit_join()
        await bench.sensor.join()
        await bench.sensor.wait_enrolled()
        await bench.sensor.open()
        assert await again.done() == DOOR
        await gateway.next(DoorOpened, device_id="front-door")


async def test_a_weak_link_is_said(bench: Bench) -> None:
    bench.sensor.lqi = 38
    async with armed(bench) as (driver, _):
        pair = await bench.paired(driver)
        trouble = next(s for s in pair.steps if isinstance(s, Trouble))
        assert "LQI 38" in trouble.what
        assert "repeater" in trouble.hint


class Stubborn(ContactSensor):
    """Will not be enrolled."""

    def command(self, cluster: int, host_endpoint: int, frame: Any) -> list[Any]:
        return [] if cluster == 0x0500 else super().command(cluster, host_endpoint, frame)


async def test_a_zone_that_will_not_be_enrolled_is_not_taken(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heimvakt_drivers.zigbee.tending.enrol.PAUSE_S", 0.01)
    sensor = bench.radio.add(Stubborn(OTHER))
    async with armed(bench) as (driver, _):
        pair = bench.pair(driver)
        await bench.radio.wait_permit_join()
        await sensor.join()
        for count in (1, 2):
            assert "not enrolled" in (await pair.told(Trouble, count)).what
            await sensor.rejoin()
        assert "will not be enrolled" in str(await pair.failed())


async def test_a_sensor_that_falls_asleep_in_its_interview_is_asked_on_when_it_wakes(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing, "ASLEEP_S", 0.3)
    monkeypatch.setattr(pairing, "LOOK_S", 0.05)
    async with armed(bench) as (driver, _):
        pair = bench.pair(driver)
        await bench.radio.wait_permit_join()
        bench.sensor.silent = True
        await bench.sensor.join()
        await pair.told(Found)
        assert "fell asleep" in (await pair.told(Trouble)).what
        bench.sensor.silent = False
        await bench.sensor.say(POWER, 0x0A, b"", 0x18)  # any frame, once
        await pair.told(Interviewed)
        await bench.sensor.open()
        assert await pair.done() == DOOR


async def test_a_sensor_that_falls_asleep_while_it_is_set_up_is_asked_on_when_it_wakes(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "ASK_S", 0.5)

    async with armed(bench) as (driver, _):
        pair = bench.pair(driver)
        await bench.radio.wait_permit_join()
        await bench.sensor.join()
        await pair.told(Interviewed)
        bench.sensor.silent = True
        trouble = await pair.told(Trouble)
        assert trouble.what == "it does not answer"
        assert "button" in trouble.hint
        bench.sensor.silent = False
        await bench.sensor.check_in()
        await bench.sensor.rejoin()
        await pair.told(ReportingSet)
        assert await pair.done() == DOOR
        assert bench.sensor.enrolled


async def test_the_radio_goes_in_the_middle(bench: Bench) -> None:
    async with armed(bench) as (driver, gateway):
        pair = bench.pair(driver)
        await bench.radio.wait_permit_join()
        await bench.radio.unplug()
        assert "the radio" in str(await pair.failed())
        await gateway.next(RadioLost)
        assert driver.members() == []
        assert "the radio is lost" in str(await bench.pair(driver).failed())


async def test_only_the_device_that_was_named_is_taken(bench: Bench) -> None:
    other = bench.radio.add(MotionSensor(OTHER))
    async with armed(bench) as (driver, _):
        pair = bench.pair(driver, address=DOOR)
        await bench.radio.wait_permit_join()
        await other.join()
        await bench.sensor.join()
        assert await pair.done() == DOOR
        found = [step.address for step in pair.steps if isinstance(step, Found)]
        assert found == [DOOR]


async def test_an_install_code_needs_to_say_whose_it_is_and_a_radio_that_knows_them(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with armed(bench) as (driver, _):
        failed = await bench.pair(driver, install_code=CODE).failed()
        assert "does not say which" in str(failed)
        assert "--address" in failed.hint
        monkeypatch.delitem(HANDLERS[Subsystem.APP_CNF], ADD_INSTALL_CODE)
        failed = await bench.pair(driver, install_code=CODE, address=DOOR).failed()
        assert "takes no install code" in str(failed)
        assert not bench.radio.permit_open


@pytest.mark.parametrize("speaks", FACES)
async def test_a_device_with_an_install_code_comes_in_with_the_right_one_alone(
    speaks: Face, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "HEAR_S", 0.2)
    bench = Bench(tmp_path, speaks)
    bench.sensor.link_key = parse(CODE).key.serialize()
    other = bench.radio.add(ContactSensor(OTHER))
    async with bench.served(), armed(bench) as (driver, _), asyncio.TaskGroup() as bench.tasks:
        for code in (None, OTHER_CODE):
            pair = bench.pair(driver, install_code=code, address=DOOR)
            await pair.told(Opened)
            await bench.radio.wait_permit_join()
            with pytest.raises(JoinRefusedError, match="key"):
                await bench.sensor.join()
            pair.task.cancel()
            await asyncio.wait({pair.task})
        pair = bench.pair(driver, install_code=CODE, address=DOOR)
        await pair.told(Opened)
        other.link_key = parse(OTHER_CODE).key.serialize()
        with pytest.raises(JoinRefusedError, match="key"):
            await other.join()
        await bench.sensor.join()
        assert await pair.done() == DOOR


@pytest.mark.parametrize("speaks", FACES)
async def test_through_one_router_nobody_comes_in_anywhere_else(
    speaks: Face, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "HEAR_S", 0.2)
    bench = Bench(tmp_path, speaks)
    plug, lamp = (bench.radio.add(Repeater(ADDRESS.format(n))) for n in (0x61, 0x62))
    async with bench.served(), armed(bench) as (driver, _), asyncio.TaskGroup() as bench.tasks:
        for router in (plug, lamp):
            pair = bench.pair(driver, Role.REPEATER, address=router.ieee)
            await pair.told(Opened)
            await router.join()
            await pair.done()
        pair = bench.pair(driver, through=plug.ieee)
        await pair.told(Opened)
        bench.sensor.hears = lamp
        with pytest.raises(JoinRefusedError, match="permit"):
            await bench.sensor.join()
        bench.sensor.hears = plug
        await bench.sensor.join()
        assert bench.sensor.parent == plug.nwk
        assert await pair.done() == DOOR
        await plug.changes.until(lambda: not bench.radio.permit_open)


async def test_what_is_told_while_nothing_happens(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "TICK_S", 0.02)
    async with armed(bench) as (driver, _):
        pair = bench.pair(driver)
        assert 230 <= (await pair.told(Waiting, 2)).left_s <= 240
        pair.task.cancel()


async def test_a_device_is_sent_away_and_its_frames_are_nobodys(bench: Bench) -> None:
    async with armed(bench) as (driver, gateway):
        await bench.paired(driver)
        bench.take_over(driver)
        await bench.sensor.open()
        await gateway.next(DoorOpened, device_id="front-door")

        driver.take_over({d.address: d for d in bench.devices})
        count = len(gateway.of("front-door", DoorOpened, DoorClosed))
        await bench.sensor.close()
        await bench.sensor.open()
        await driver.forget(DOOR)
        await bench.sensor.wait_for(lambda: not bench.sensor.joined)
        assert len(gateway.of("front-door", DoorOpened, DoorClosed)) == count
        await until(lambda: not driver.members())


async def test_a_renamed_device_is_heard_under_its_new_name_and_another_role_is_set_up(
    bench: Bench,
) -> None:
    async with armed(bench) as (driver, gateway):
        await bench.paired(driver)
        bench.take_over(driver)
        await bench.sensor.open()
        await gateway.next(DoorOpened, device_id="front-door")
        bench.take_over(driver, device_id="back-door")
        await bench.sensor.close()
        await bench.sensor.open()
        await gateway.next(DoorOpened, device_id="back-door")
        assert set(driver.status().devices) == {"hall", "back-door"}
