"""The kernel is heard: a cable that is pulled is known at once, and whatever storm there is, the
state in the end is the true one."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import pytest

from tests.support.lab import Lab, lab, needs_lab
from tests.support.timed import in_time, timed

pytestmark = needs_lab()

STORMS_MAX = 10
STORM_S = 6.0
PROGRAM = """
import asyncio, sys
from heimvakt.net.interfaces import watch_interfaces
def tell(ready): print(",".join(sorted(ready)), flush=True)
asyncio.run(watch_interfaces(tell))
"""
SMALL_BUFFER = """
import asyncio, socket, sys, time
from heimvakt.net import interfaces
from heimvakt.net.interfaces import watch_interfaces
real, overruns = interfaces._receive, 0
async def receive(kernel):
    global overruns
    kernel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # the kernel's least, 2304 bytes
    data = await real(kernel)
    overruns += data is None
    return data
interfaces._receive = receive
def tell(ready):
    print(",".join(sorted(ready)), f"overruns {overruns}", flush=True)
    time.sleep(0.1)  # too slow on purpose
asyncio.run(watch_interfaces(tell))
"""


@pytest.fixture
def home() -> Iterator[Lab]:
    with lab() as one:
        yield one


class Told:
    """What a watcher in the gateway's namespace tells, line by line."""

    def __init__(self, lines: asyncio.StreamReader) -> None:
        self._lines = lines
        self.last = ""

    async def next(self) -> str:
        async with asyncio.timeout(30):
            self.last = (await self._lines.readline()).decode().strip()
        return self.last

    async def until(self, ready: str) -> None:
        while self.last.split(" ")[0] != ready:
            await self.next()

    async def overrun(self, ready: str) -> None:
        """As `until`, after the kernel had more to say than there was room for."""
        while self.last.split(" ")[0] != ready or self.last.endswith("overruns 0"):
            await self.next()


@asynccontextmanager
async def watching(home: Lab, program: str = PROGRAM) -> AsyncIterator[Told]:
    command = home.inside(home.gateway, [sys.executable, "-c", program])
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield Told(process.stdout)
    finally:
        process.kill()
        await process.communicate()


@timed
async def test_what_is_pulled_and_plugged_is_heard_at_once(home: Lab) -> None:
    async with watching(home) as told:
        assert await told.next() == "eth0,wwan0"
        for fault in (home.broadband.set_down, home.broadband.pull_cable):
            began = time.monotonic()
            fault()
            assert await told.next() == "wwan0"
            took_s = time.monotonic() - began
            home.broadband.mend()
            await told.until("eth0,wwan0")
            in_time(took_s, 1.0)


async def test_an_address_that_goes_counts_like_a_cable(home: Lab) -> None:
    async with watching(home) as told:
        await told.until("eth0,wwan0")
        home.in_gateway("address del 10.2.0.2/24 dev wwan0")
        assert await told.next() == "eth0"


async def test_an_interface_that_is_unplugged_is_gone(home: Lab) -> None:
    async with watching(home) as told:
        await told.until("eth0,wwan0")
        home.in_gateway("link del wwan0")
        assert await told.next() == "eth0"


async def test_a_storm_that_overruns_the_socket_ends_in_the_true_state(home: Lab) -> None:
    async with watching(home, SMALL_BUFFER) as told:
        await told.until("eth0,wwan0")
        flap = [f"link set eth0 {state}" for state in ("down", "up") * 40]
        dummies = [f"link add storm{n} type veth peer name mrots{n}" for n in range(10)]
        home.in_gateway(*dummies)
        for _ in range(STORMS_MAX):  # on a busy machine one may be too slow to overrun anything
            home.in_gateway(*flap, "link set eth0 down")
            with suppress(TimeoutError):
                async with asyncio.timeout(STORM_S):
                    await told.overrun("wwan0")
                break
        else:
            pytest.fail("no storm overran the socket, or what was true in the end was not told")
        home.broadband.mend()
        await told.until("eth0,wwan0")
