"""A small home whose daemon and whose updater are processes of their own, on one broker."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from heimvakt import __version__
from heimvakt.runtime.clock import SystemClock
from heimvakt.updates.service import Commands
from heimvakt.updates.serving import Options, serve
from tests.support.broker import Broker, broker
from tests.support.centre import Centre, centre
from tests.support.command import Said, heimvakt
from tests.support.ports import HeldPort
from tests.support.service import Command, Service, started
from tests.support.updates import KEYS, a_program

POLL_S = 0.05
GATEWAY_ID = "no-1505-004711"


class Box:
    """Where the updater works."""

    def __init__(
        self, folder: Path, broker: Broker, centre: Centre, dead: int, more: str = ""
    ) -> None:
        self.broker = broker
        self._more = more
        self.centre = centre
        self.file = folder / "home.toml"
        self.updates = folder / "updates"
        self.incoming = folder / "state" / "update"
        self.base = a_program(folder / "base")
        self._dead = dead
        self._folder = folder
        self.command = Command(configuration=self.file, folder=folder, state=folder / "state")
        self.service: Service | None = None
        self.file.write_text(self.configuration())

    def configuration(self, *, keys: str = KEYS, dead: bool = False, more: str = "") -> str:
        """The file of this home; `dead` names a broker at which nobody listens."""
        url = f"mqtt://127.0.0.1:{self._dead}" if dead else self.broker.url
        return (
            f'version = 1\n\n[gateway]\nid = "{GATEWAY_ID}"\ntimezone = "Europe/Oslo"\n'
            f'language = "en"\n\n[receivers.centre]\nkind = "mqtt"\nbrokers = ["{url}"]\n'
            f"{keys}{self._more}{more}"
        )

    def hand_over(self, bundle: bytes, order_id: str) -> None:
        """As the gateway does with what it has fetched."""
        self.incoming.mkdir(parents=True, exist_ok=True)
        (self.incoming / "incoming.heimvakt").write_bytes(bundle)
        said = {"bundle": "incoming.heimvakt", "order_id": order_id, "by": "fleet-1"}
        beside = self.incoming / "wanted.json.new"
        beside.write_text(json.dumps(said))
        beside.replace(self.incoming / "wanted.json")

    def updater(self, within: str) -> list[str]:
        """The command line of one life of the updater."""
        pid = self.service.pid if self.service is not None else 0
        options = {
            "folder": self.updates,
            "home-file": self.file,
            "state": self.command.state,
            "base": self.base,
            "socket": self.command.control,
            "reload": f"kill -HUP {pid}" if pid else "true",
            "restart": f"kill -HUP {pid}" if pid else "true",
            "health": "true",
            "within": within,
        }
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        return [sys.executable, "-m", "heimvakt", "update", "serve", *words]

    async def update(self, within_s: float = 180.0, at_most_s: float = 200.0) -> None:
        """One life of the updater, to its end: nothing is left to do then."""
        pid = self.service.pid if self.service is not None else 0
        line = f"kill -HUP {pid}" if pid else "true"
        options = Options(
            folder=self.updates,
            home=self.file,
            state=self.command.state,
            base=self.base,
            version=__version__,
            socket=self.command.control,
            commands=Commands(reload=[line], restart=[line], health="true"),
            within_s=within_s,
        )
        self.updates.mkdir(exist_ok=True)
        clock = SystemClock()
        async with asyncio.timeout(at_most_s):
            await serve(options, clock, clock.boot_id)

    async def process(self, within: str = "3m") -> None:
        """The same as a process of its own."""
        process = await asyncio.create_subprocess_exec(
            *self.updater(within), stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            _, said = await process.communicate()
        except BaseException:
            process.send_signal(signal.SIGKILL)
            await process.communicate()
            raise
        assert process.returncode == 0, said.decode()

    async def follows(self) -> None:
        """What systemd does: an updater is there whenever something is to be done."""
        there = [self.updates / "asked.json", self.updates / "busy", self.incoming / "wanted.json"]
        while True:
            if any(path.exists() for path in there):
                await self.process()
            await asyncio.sleep(POLL_S)

    @property
    def known(self) -> dict[str, Any]:
        """What the updater has written down."""
        found: dict[str, Any] = json.loads((self.updates / "state.json").read_text())
        return found

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """What became of each change, and why."""
        return [(one["outcome"], one["reason"]) for one in self.known["ended"]]

    async def audited(self) -> list[tuple[str, str]]:
        """What the daemon has in its log: the outcomes with the orders that asked for them."""
        assert self.service is not None
        rows = (await self.service.ask("audit"))["rows"]
        bodies = [json.loads(row["body"]) for row in rows]
        found = [body for body in bodies if body["what"] == "change"]
        return [(body["outcome"], body.get("order", "")) for body in found]

    async def says(self, *words: object) -> Said:
        """A command of a technician."""
        folder = ("--folder", self.updates)
        return await heimvakt(
            "update", *words, *folder, within_s=240.0, env={"HOME": os.environ.get("HOME", "/")}
        )


@asynccontextmanager
async def box(
    *, with_daemon: bool = True, more: str = "", driven_from: datetime | None = None
) -> AsyncIterator[Box]:
    """A home whose daemon runs, and has reached its centre; `more` stands in every file of it."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hv-")))
        at = await stack.enter_async_context(broker("mosquitto"))
        told = await stack.enter_async_context(centre(at.url))
        dead = stack.enter_context(HeldPort())
        one = Box(folder, at, told, dead.number, more)
        if with_daemon:
            one.service = await stack.enter_async_context(
                started(one.command, driven_from=driven_from)
            )
            await one.service.ready()
            await told.until(lambda: any(r.kind == "heartbeat" for r in told.received))
        yield one
