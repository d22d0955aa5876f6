"""One Heimvakt by itself, behind a gate that can be shut: the set-up of what is measured about a
broker that is away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.proxy import Proxy, proxy

from .broker import any_broker
from .home import VirtualHome
from .hosts import Heimvakt
from .listener import Listener, listening
from .plan import Plan


@dataclass(frozen=True, slots=True)
class Outpost:
    """A daemon that runs, with its devices joined."""

    host: Heimvakt
    listener: Listener
    """At the broker itself: it notices nothing of the gate."""
    gate: Proxy

    @property
    def state(self) -> Path:
        """Where the daemon keeps its database."""
        return self.host.folder / "state"

    @property
    def control(self) -> Path:
        """Its socket."""
        return self.host.folder / "control"

    async def stopped(self) -> None:
        """End the daemon; the radio waits for the next one."""
        await self.host.stop()
        await self.host.home.radio.wait_no_host()

    async def push(self) -> int:
        """Press a button and let it go; when the octets of the press were written."""
        assert self.host.program is not None
        self.host.program.check()
        button = self.host.home.buttons[0]
        sent = await button.press()
        if not sent:
            raise RuntimeError(f"a press was not sent: {sent.outcome.value}")
        await button.release()
        return sent.written_ns


@asynccontextmanager
async def outpost(plan: Plan, folder: Path, say: Callable[[str], None]) -> AsyncIterator[Outpost]:
    """All of it for as long as this lasts. `folder` is where the database lies."""
    async with AsyncExitStack() as stack:
        port, _ = await stack.enter_async_context(any_broker())
        listener = await stack.enter_async_context(listening(port))
        door = await stack.enter_async_context(proxy(port, rtt_s=plan.rtt_ms / 1e3))
        home = VirtualHome(1, quiet_s=plan.quiet_s)
        # A week is put into its journal, and no night of that may raise alarms.
        host = Heimvakt(home, folder / "outpost", door.port, reports="telemetry", nights=False)
        await stack.enter_async_context(home.served(host.folder / "radio"))
        host.messages = await listener.subscribe(host.topic)
        stack.push_async_callback(host.stop)
        say("joining six devices to heimvakt")
        await host.start()
        await home.move_in()
        yield Outpost(host, listener, door)
