"""A home with a medicine dispenser at the end of its wire, a centre, and somebody who gives orders.

The dispenser and the centre stay; the daemon comes and goes, and its clock is driven.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from heimvakt.core.orders import OrderVerb
from heimvakt.demo.receiver import Behaviour
from heimvakt_drivers.virtual.dispenser import VirtualDispenser

from .broker import Broker, broker
from .centre import Centre, centre
from .dispenser import KEY
from .orderer import Orderer, orderer
from .orders import CENTRE, claims
from .service import Command, Service, started

GATEWAY_ID = "demo-0001"
WINDOW = timedelta(minutes=60)
GRACE = timedelta(minutes=5)
"""Of `missed-dose`, as it comes."""
WAIT_S = 60.0
"""Until a test gives up, on a machine that has other things to do."""
LOOK_S = 0.02


class MedicineHome:
    """All but the daemon."""

    def __init__(self, folder: Path, device: VirtualDispenser, at: Broker) -> None:
        self.device = device
        self.command = Command(
            configuration=folder / "home.toml", folder=folder, state=folder / "state"
        )
        key = folder / "dispenser-key"
        key.touch(0o600)
        key.write_text(KEY.hex())
        self.command.configuration.write_text(_configuration(folder / "port", key, at))
        self.centre: Centre
        self.orders: Orderer

    @property
    def database(self) -> Path:
        """What the daemon keeps."""
        return self.command.state / "heimvakt.db"

    def start(self, at: datetime) -> AbstractAsyncContextManager[Service]:
        """A daemon that was just started, at this moment of its clock; killed in the end."""
        return started(self.command, driven_from=at)

    @asynccontextmanager
    async def running(self, at: datetime) -> AsyncIterator[Service]:
        """One whose dispenser has its plan; stopped in order unless it is gone."""
        async with self.start(at) as service:
            await service.ready()
            await service.hears("dispenser")
            await self.until(lambda: self.device.machine.memory.plan)
            yield service
            if service.process.returncode is None:
                await service.stop()

    async def until(self, true: Callable[[], object]) -> None:
        """Return when it is so; no event tells what a dispenser or a hand does."""
        async with asyncio.timeout(WAIT_S):
            while not true():  # noqa: ASYNC110 - see above
                await asyncio.sleep(LOOK_S)

    def release(self, dose: datetime, at: datetime) -> str:
        """An order to hand out a dose before its time."""
        said = {"aud": GATEWAY_ID, "device": "medicine", "dose": dose}
        return CENTRE.sign(claims(OrderVerb.RELEASE_DOSE, at, **said))

    def closed(self) -> list[str]:
        """The kinds of alarm of which the centre was told that they came to their end."""
        return [
            messages[0]["kind"]
            for messages in self.centre.alarms.values()
            if messages[-1]["state"] == "reset"
        ]


@asynccontextmanager
async def medicine_home(behaviour: Behaviour | None = None) -> AsyncIterator[MedicineHome]:
    """The dispenser is filled and on; the centre accepts all alarms and keeps all reports."""
    behaviour = behaviour or Behaviour(accept_after_s=0.0, keep_events=True)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hv-")))
        at = await stack.enter_async_context(broker("mosquitto"))
        device = VirtualDispenser(key=KEY)
        device.refill()
        device.start()
        await stack.enter_async_context(device.serve(folder / "port"))
        one = MedicineHome(folder, device, at)
        one.centre = await stack.enter_async_context(centre(at.url, behaviour))
        one.orders = await stack.enter_async_context(orderer(at.url, GATEWAY_ID))
        yield one


def _configuration(port: Path, key: Path, at: Broker) -> str:
    return f"""version = 1

[gateway]
id = "{GATEWAY_ID}"
timezone = "Europe/Oslo"
language = "en"

[drivers.dispenser]
port = "{port}"
baudrate = 115200
key = "file:{key}"

[devices.medicine]
role = "dispenser"
driver = "dispenser"
address = 1
doses = [{{ at = "09:00", window = "60m" }}]

[rules.daily-test]
at = "never"

[receivers.centre]
kind = "mqtt"
brokers = ["{at.url}"]
reports = "telemetry"

[orders.keys.{CENTRE.name}]
role = "operator"
key = "{CENTRE.public}"
"""
