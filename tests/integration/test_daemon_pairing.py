"""Pairing and what comes after it, by the commands that a person types, beside the real daemon."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from heimvakt_drivers.virtual.zigbee import (
    ContactSensor,
    JoinRefusedError,
    MotionSensor,
    Repeater,
    SmokeDetector,
    VirtualDevice,
)
from heimvakt_drivers.zigbee.tending.install_code import parse
from tests.support.command import Said, heimvakt
from tests.support.home import Home, home
from tests.support.kept import kept
from tests.support.service import Service

pytestmark = pytest.mark.slow

POWER, IDENTIFY = 0x0001, 0x0003
KITCHEN = "00:12:4b:00:de:00:01:01"
OTHER = "00:12:4b:00:de:00:01:02"
PLUG = "00:12:4b:00:de:00:01:03"
CODE = "83FED3407A939723A5C639B26916D505C3B5"
OTHER_CODE = "00112233445566778899AABBCCDDEEFF528F"
MISTYPED = ("--install-code", "83FED3407A939723A5C639B26916D505C3B6")
KITCHEN_MOTION = ("--as", "kitchen-motion", "--role", "motion", "--room", "kitchen")


@asynccontextmanager
async def said(service: Service, *arguments: object) -> AsyncIterator[asyncio.Task[Said]]:
    """A command beside what else is done; it has to end."""
    async with asyncio.TaskGroup() as tasks:
        command = heimvakt(*arguments, "--socket", service.command.control)
        yield tasks.create_task(command)


async def told(service: Service, *arguments: object) -> Said:
    return await heimvakt(*arguments, "--socket", service.command.control)


async def join_in(h: Home, sensor: VirtualDevice) -> None:
    """Somebody presses the button of a new sensor as soon as the network is open."""
    await h.radio.wait_permit_join()
    await sensor.join()
    await sensor.wait_bound(POWER)


async def test_a_sensor_is_paired_while_the_gateway_goes_on_and_is_heard_at_once() -> None:
    async with home() as h, h.running() as service, service.link() as (_, watched):
        before = h.command.configuration.read_text() + "\n# kept by hand\n"
        h.command.configuration.write_text(before)
        sensor = h.radio.add(MotionSensor(KITCHEN, retries=3))
        async with said(service, "pair", *KITCHEN_MOTION) as command:
            await join_in(h, sensor)
            await sensor.motion()
        pair = command.result()
        assert pair.code == 0, pair
        lines = [" ".join(line.split()) for line in pair.out.splitlines()]
        assert lines[0].startswith("network open for 4 min")
        assert lines[1] == f"found {KITCHEN}"
        assert lines[2].startswith("interviewed Heimvakt HV-MOTION-1, 1 endpoint, battery powered")
        assert lines[3:5] == ["enrolled yes", "reporting set"]
        assert lines[5].startswith("heard motion detected, LQI 180")
        assert lines[6].endswith("home.toml; the service has taken it over")
        assert "in no rule" in lines[7]

        await sensor.clear()
        await sensor.motion()
        heard = await watched.event("motion-detected")
        assert heard["device_id"] == "kitchen-motion"
        assert not watched.events("radio-lost")
        assert not watched.ended.is_set(), "nothing was begun anew"
        changed = h.command.configuration.read_text()
        added = changed[changed.index("[devices.kitchen-motion]") :].partition("\n\n")[0]
        assert f'address = "{KITCHEN}"' in added
        assert changed.replace(f"\n{added}\n", "") == before

        listed = await told(service, "devices")
        row = next(line for line in listed.out.splitlines() if line.startswith("kitchen-motion"))
        assert "motion" in row
        assert "LQI 180" in row
        assert "100 %" in row
        devices = json.loads((await told(service, "devices", "--json")).out)
        assert devices["kitchen-motion"]["enrolled"] is True
        assert devices["hall-motion"]["rules"] == ["night-wandering"]
        assert (await told(service, "devices", "--unknown")).out.startswith("nobody")
        await service.stop()
        disk = kept(h.database)
        assert len(disk.of_kind("configuration-changed")) == 1
        assert len(disk.of_kind("gateway-started")) == 1

        # And it is still there after a start.
        async with h.running() as service, service.link() as (_, watched):
            await sensor.clear()
            await sensor.motion()
            assert (await watched.event("motion-detected"))["device_id"] == "kitchen-motion"


async def test_an_interview_that_a_kill_cut_short_goes_on_when_the_device_is_heard() -> None:
    async with home() as h:
        sensor = h.radio.add(SmokeDetector(KITCHEN, retries=3))
        async with h.running() as service:
            async with said(service, "pair", "--as", "smoke", "--role", "smoke") as command:
                await h.radio.wait_permit_join()
                sensor.silent = True  # asleep: nothing more than that it came is known
                await sensor.join()
                async with asyncio.timeout(30):
                    while not (await service.ask("devices"))["unknown"]:  # noqa: ASYNC110
                        await asyncio.sleep(0.02)
                await service.kill()
            assert command.result().code == 3
        sensor.silent = False
        async with h.running() as service:
            unknown: list[dict[str, object]] = []
            async with asyncio.timeout(30):
                while not any(row["interviewed"] for row in unknown):
                    await sensor.say(POWER, 0x0A, b"", 0x18)  # any frame
                    unknown = (await service.ask("devices"))["unknown"]
                    await asyncio.sleep(0.05)
            listed = await told(service, "devices", "--unknown")
            assert "HV-SMOKE-1" in listed.out
            assert [row["address"] for row in unknown] == [KITCHEN]
            role = ("--as", "smoke", "--role", "smoke", "--address", KITCHEN)
            async with said(service, "pair", *role) as command:
                await sensor.wait_bound(POWER)
                await sensor.smoke()
            pair = command.result()
            assert pair.code == 0, pair
            assert "network open" not in pair.out, "it has joined already"
            assert sensor.enrolled
            async with service.link() as (_, watched):
                await sensor.clear()
                await sensor.smoke()
                assert (await watched.event("smoke-detected"))["device_id"] == "smoke"


async def what_is_wrong_is_said_before_the_network_is_opened(h: Home, service: Service) -> None:
    before = h.command.configuration.read_bytes()
    for arguments, code, words in (
        (("--as", "bed", "--role", "bed"), 1, "there is a devices.bed already"),
        (("--as", "x", "--role", "motion", "--for", "soon"), 2, "write it as 90s"),
        (
            ("--as", "x", "--role", "motion", "--address", KITCHEN, *MISTYPED),
            1,
            "at least one digit is mistyped",
        ),
    ):
        pair = await told(service, "pair", *arguments)
        assert (pair.code, words in pair.err) == (code, True), pair
        assert "Traceback" not in pair.err
    assert not h.radio.permit_open
    assert h.command.configuration.read_bytes() == before


async def ctrl_c_closes_the_network(h: Home, service: Service) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "heimvakt", "pair", *KITCHEN_MOTION),
        *("--socket", str(service.command.control)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(30):
            await h.radio.wait_permit_join()
            process.send_signal(signal.SIGINT)
            _, error = await process.communicate()
            while h.radio.permit_open:  # noqa: ASYNC110 - the radio tells its host alone
                await asyncio.sleep(0.02)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    assert (process.returncode, b"the network is closed" in error) == (1, True), error


async def a_sensor_comes_in_by_its_code_and_through_its_router(h: Home, service: Service) -> None:
    plug = h.radio.add(Repeater(PLUG))
    async with said(service, "pair", "--as", "plug", "--role", "repeater") as command:
        await h.radio.wait_permit_join()
        await plug.join()
    assert command.result().code == 0, command.result()
    sensor = h.radio.add(MotionSensor(KITCHEN, retries=3))
    sensor.hears = plug
    sensor.link_key = parse(CODE).key.serialize()
    for code, fits, within in ((OTHER_CODE, False, "5s"), (CODE, True, "4m")):
        its = ("--address", KITCHEN, "--install-code", code, "--through", "plug", "--for", within)
        async with said(service, "pair", *KITCHEN_MOTION, *its) as command:
            await h.radio.wait_permit_join()
            if fits:
                await join_in(h, sensor)
            else:
                with pytest.raises(JoinRefusedError, match="key"):
                    await sensor.join()
        assert command.result().code == (0 if fits else 1), command.result()
    assert sensor.parent == plug.nwk


async def test_a_device_is_replaced_renamed_and_removed_with_what_rules_say_of_it() -> None:
    async with home() as h, h.running() as service:
        await what_is_wrong_is_said_before_the_network_is_opened(h, service)
        await ctrl_c_closes_the_network(h, service)
        await a_sensor_comes_in_by_its_code_and_through_its_router(h, service)
        other = h.radio.add(ContactSensor(OTHER, retries=3))
        async with said(service, "device", "replace", "front-door") as command:
            await join_in(h, other)
            await other.open()
        assert command.result().code == 0, command.result()
        await h.door.wait_for(lambda: not h.door.joined)
        async with service.link() as (_, watched):
            await other.close()
            await other.open()
            assert (await watched.event("door-opened"))["device_id"] == "front-door"
            assert not watched.events("radio-lost")

        done = await told(service, "device", "identify", "front-door")
        assert done.code == 0, done
        assert other.clusters[IDENTIFY][0].value == 10

        done = await told(service, "device", "rename", "front-door", "main-door")
        assert done.code == 0, done
        assert "begun anew" in done.out
        text = h.command.configuration.read_text()
        assert "front-door" not in text
        assert 'signs = ["hall-motion", "main-door"]' in text
        async with service.link() as (_, watched):
            await other.close()
            await other.open()
            assert (await watched.event("door-opened"))["device_id"] == "main-door"

        refused = await told(service, "device", "remove", "main-door")
        assert refused.code == 1
        assert "needed by night-wandering, night-door" in refused.err
        done = await told(service, "device", "remove", "main-door", "--anyway")
        assert done.code == 0, done
        assert "go on without it: night-wandering" in done.out
        assert "TAKEN OUT, since they cannot be without it: night-door" in done.out
        await other.wait_for(lambda: not other.joined)
        status = await service.ask("status")
        assert "main-door" not in status["devices"]
        assert "night-door" not in status["rules"]
        assert (await told(service, "device", "remove", "none")).code == 1
        await service.stop()
