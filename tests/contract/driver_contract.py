"""What every driver keeps, whatever hardware it talks to.

A driver joins by a subclass of `DriverContract` with a fixture `bench`: its virtual hardware, with
one sensor that has two states. The suite itself knows nothing of the hardware.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from heimvakt.core.devices import Device
from heimvakt.core.events import Event, RadioBack, RadioLost
from heimvakt.core.ports import Driver
from tests.support.drivers import Gateway, running


class Bench(Protocol):
    """The far end of one driver, and a sensor there that is ready to be heard."""

    device: Device
    on: type[Event]
    off: type[Event]
    state_directory: str

    def driver(self) -> Driver:
        """A new driver for this hardware; the state directory is the same each time."""

    async def turn(self, *, on: bool) -> None:
        """Change the state of the sensor; it is said on the wire when this returns."""

    async def unplug(self) -> None:
        """Take the hardware away."""

    async def replug(self) -> None:
        """Bring it back."""


def gateway_of(bench: Bench) -> Gateway:
    gateway = Gateway([bench.device], bench.state_directory)
    gateway.secrets |= getattr(bench, "secrets", {})  # few have any
    return gateway


async def begun(bench: Bench, gateway: Gateway) -> int:
    """How often its states were told, once there is no more to come of how it was at first: that
    may be told after the driver says that it hears, and is told before any change."""
    name = bench.device.device_id
    for on in (True, False):
        await bench.turn(on=on)
        await gateway.next(bench.on if on else bench.off, device_id=name)
    return len(gateway.of(name, bench.on, bench.off))


class DriverContract:
    """See the module."""

    TURNS = 20
    """How often a state is changed in a row; a multiple of four, fewer where a person does it."""

    async def test_it_says_when_it_hears_and_what_it_hears(self, bench: Bench) -> None:
        gateway = gateway_of(bench)
        async with running(bench.driver(), gateway):
            await gateway.wait_armed()
            await bench.turn(on=True)
            await gateway.next(bench.on, device_id=bench.device.device_id)

    async def test_events_of_a_device_keep_their_order(self, bench: Bench) -> None:
        gateway = gateway_of(bench)
        async with running(bench.driver(), gateway):
            await gateway.wait_armed()
            name = bench.device.device_id
            before = await begun(bench, gateway)
            turns = self.TURNS
            for number in range(turns):
                await bench.turn(on=number % 2 == 0)
            await gateway.until(
                lambda: len(gateway.of(name, bench.on, bench.off)) == before + turns
            )
        assert gateway.of(name, bench.on, bench.off)[before:] == [bench.on, bench.off] * (
            turns // 2
        )

    async def test_a_lost_device_is_told_and_found_again(self, bench: Bench) -> None:
        gateway = gateway_of(bench)
        driver = bench.driver()
        async with running(driver, gateway):
            await gateway.wait_armed()
            for on in (True, False):
                await bench.unplug()
                lost = await gateway.next(RadioLost)
                assert isinstance(lost, RadioLost)
                assert lost.driver == bench.device.driver
                assert lost.reason
                await bench.replug()
                back = await gateway.next(RadioBack)
                assert isinstance(back, RadioBack)
                assert back.driver == bench.device.driver
                await bench.turn(on=on)
                await gateway.next(bench.on if on else bench.off)
        health = [type(e) for e in gateway.emitted if isinstance(e, RadioLost | RadioBack)]
        assert health == [RadioLost, RadioBack] * 2

    async def test_hardware_that_is_not_there_at_the_start_is_waited_for(
        self, bench: Bench
    ) -> None:
        await bench.unplug()
        gateway = gateway_of(bench)
        async with running(bench.driver(), gateway) as task:
            await gateway.next(RadioLost)
            assert not task.done()
            await bench.replug()
            await gateway.next(RadioBack)
            await gateway.wait_armed()
            await bench.turn(on=True)
            await gateway.next(bench.on)

    async def test_what_comes_while_storage_is_slow_is_kept_in_order(self, bench: Bench) -> None:
        gateway = gateway_of(bench)
        async with running(bench.driver(), gateway):
            await gateway.wait_armed()
            name = bench.device.device_id
            before, durable = await begun(bench, gateway), list(gateway.durable)
            gateway.slow = asyncio.Event()
            turns = self.TURNS // 2
            for number in range(turns):
                await bench.turn(on=number % 2 == 0)
            await gateway.next(bench.on)
            assert gateway.durable == durable
            gateway.slow.set()
            await gateway.until(
                lambda: len(gateway.of(name, bench.on, bench.off)) == before + turns
            )
        assert gateway.of(name, bench.on, bench.off)[before:] == [bench.on, bench.off] * (
            turns // 2
        )

    async def test_it_stops_when_asked_also_while_storage_is_stuck(self, bench: Bench) -> None:
        gateway = gateway_of(bench)
        async with running(bench.driver(), gateway):
            await gateway.wait_armed()
            gateway.slow = asyncio.Event()  # and never set
            await bench.turn(on=True)
            await gateway.next(bench.on)

    async def test_it_runs_again_after_it_was_stopped(self, bench: Bench) -> None:
        driver = bench.driver()
        for on in (True, False):
            gateway = gateway_of(bench)
            async with running(driver, gateway):
                await gateway.wait_armed()
                await bench.turn(on=on)
                await gateway.next(bench.on if on else bench.off)
