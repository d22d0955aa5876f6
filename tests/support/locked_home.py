"""A home whose front door has a lock on a serial line, and those who may order something of it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from heimvakt.core.orders import OrderVerb
from heimvakt.orders.signing import SigningKey
from heimvakt_drivers.virtual.locks import LockBody

from .broker import Broker, broker
from .centre import Centre, centre
from .locks import OsdpLine
from .orderer import Orderer, orderer
from .orders import CENTRE, TECHNICIAN, claims
from .service import Command, Service, started

GATEWAY_ID = "demo-0001"
START = datetime(2026, 11, 3, 21, tzinfo=UTC)


class LockedHome:
    """All but the daemon, which comes and goes; its clock stands still at `START`."""

    def __init__(self, folder: Path, line: OsdpLine, at: Broker) -> None:
        self.command = Command(
            configuration=folder / "home.toml", folder=folder, state=folder / "state"
        )
        self.body: LockBody = line.bodies[0]
        self.unlocked: list[float] = []
        """When the bolt went in, by the time of the loop."""
        self.let_go = asyncio.Event()
        """The strike was told to."""
        self._feel, self.body.changed = self.body.changed, self._moved
        key = folder / "lock-key"
        key.touch(0o600)
        key.write_text(line.secrets["credential:k1"])
        self.command.configuration.write_text(_configuration(line, key, at))
        self.centre: Centre
        self.orders: Orderer

    @property
    def database(self) -> Path:
        """What the daemon keeps."""
        return self.command.state / "heimvakt.db"

    def start(self) -> AbstractAsyncContextManager[Service]:
        """A daemon that was just started; killed in the end."""
        return started(self.command, driven_from=START)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Service]:
        """One that hears its lock; stopped in order unless it is gone."""
        async with self.start() as service:
            await service.ready()
            await service.hears("osdp")
            yield service
            if service.process.returncode is None:
                await service.stop()

    async def alarm(self) -> str:
        """Somebody opens the door at night: the id of the alarm."""
        self.body.open_door()
        return str((await self.centre.alarm("night-door", within_s=60.0))["alarm_id"])

    def unlock(
        self,
        alarm: str,
        *,
        key: SigningKey = CENTRE,
        at: datetime = START,
        gateway: str = GATEWAY_ID,
    ) -> str:
        """An order to open the door for an alarm."""
        said = {"aud": gateway, "device": "front-lock", "alarm": alarm}
        return key.sign(claims(OrderVerb.UNLOCK, at, **said))

    def _moved(self, what: str) -> None:
        if self.body.released:
            self.let_go.set()
        if what == "inputs" and not self.body.locked:
            self.unlocked.append(asyncio.get_running_loop().time())
        self._feel(what)


@asynccontextmanager
async def locked_home() -> AsyncIterator[LockedHome]:
    """With a broker, a centre that hears alarms, and somebody who gives orders."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hv-")))
        at = await stack.enter_async_context(broker("mosquitto"))
        line = OsdpLine(folder)
        await stack.enter_async_context(line.bus.served())
        one = LockedHome(folder, line, at)
        one.centre = await stack.enter_async_context(centre(at.url))
        one.orders = await stack.enter_async_context(orderer(at.url, GATEWAY_ID))
        yield one


def _configuration(line: OsdpLine, key: Path, at: Broker) -> str:
    return f"""version = 1

[gateway]
id = "{GATEWAY_ID}"
language = "en"

[drivers.osdp]
port = "{line.bus.port}"

[devices.front-lock]
role = "lock"
driver = "osdp"
address = 1
key = "file:{key}"
inputs = {{ bolt = 1, door = 0 }}
bolt_within = "5s"

[devices.front-door]
role = "door"
driver = "osdp"
address = "1/door"
outer = true

[rules.night-door]
between = "00:00-23:59"
doors = ["front-door"]
quiet_for = "0s"

[rules.daily-test]
at = "never"

[receivers.centre]
kind = "mqtt"
brokers = ["{at.url}"]

[orders.keys.{CENTRE.name}]
role = "operator"
key = "{CENTRE.public}"

[orders.keys.{TECHNICIAN.name}]
role = "technician"
key = "{TECHNICIAN.public}"
"""
