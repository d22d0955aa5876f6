"""What each driver costs a home: memory after a minute, and how long a start takes.

`python -m benchmarks drivers [--starts N] [--after S] [--json]`: the real daemon with a virtual
radio and its six devices, and beside it nothing, the pins of the box (mock ones), or all that there
is: locks on OSDP and on Modbus, a medicine dispenser, and keys of those who may order something.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from heimvakt.orders.signing import SigningKey
from heimvakt_drivers.virtual.dispenser import VirtualDispenser
from heimvakt_drivers.virtual.locks import LockBody, VirtualBus
from heimvakt_drivers.virtual.modbus import ModbusBoard
from heimvakt_drivers.virtual.osdp import OsdpDevice

from . import proc
from .broker import any_broker
from .daemon import daemon
from .figures import median
from .home import VirtualHome

HOMES = ("Zigbee", "small", "everything")
QUIET_S = 1.5
HEAVY = {
    "cryptography": "cryptography/hazmat/bindings/_rust",
    "libosdp": "osdp",
}
"""Libraries with code of their own that a process maps, by a part of the path."""

PINS = """
[drivers.gpio]
lamp_green = 5
lamp_red = 6
buzzer = 13
mains = 22
[devices.help]
role = "button"
driver = "gpio"
address = 17
"""
WIRED = """
[drivers.osdp]
port = "{folder}/osdp"
[devices.front-lock]
role = "lock"
driver = "osdp"
address = 1
key = "file:{folder}/key"
inputs = {{ bolt = 1, door = 0 }}
[drivers.modbus]
port = "{folder}/modbus"
[devices.cellar-lock]
role = "lock"
driver = "modbus"
address = 1
coil = 0
inputs = {{ bolt = 1, door = 0 }}
[drivers.dispenser]
port = "{folder}/dispenser"
baudrate = 115200
key = "file:{folder}/key"
[devices.medicine]
role = "dispenser"
driver = "dispenser"
address = 1
doses = [{{ at = "09:00", window = "60m" }}]
[orders.keys.centre]
role = "operator"
key = "{order_key}"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one home."""

    drivers: tuple[str, ...]
    ready_s: float
    """From the start of the process until it tells systemd that it is ready; median."""
    armed_s: float
    """Until all of its drivers hear; median."""
    memory: proc.Memory
    libraries: tuple[str, ...]
    """The heavy ones that are loaded."""


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks drivers", description=__doc__)
    parser.add_argument("--starts", type=int, default=3, help="of each home")
    parser.add_argument("--after", type=float, default=60.0, help="seconds until memory is read")
    parser.add_argument("--json", action="store_true", help="one line for programs")
    asked = parser.parse_args(arguments)
    costs = asyncio.run(measure(asked.starts, asked.after))
    if asked.json:
        print(json.dumps({name: asdict(cost) for name, cost in costs.items()}))
    else:
        _show(costs, asked.after, Console(width=None if sys.stdout.isatty() else 110))
    return 0


async def measure(starts: int, after_s: float, names: Sequence[str] = HOMES) -> dict[str, Cost]:
    """Each home by itself, on the same radio."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="heimvakt-bench-")))
        broker_port, _ = await stack.enter_async_context(any_broker())
        home = VirtualHome(1, quiet_s=QUIET_S)
        await stack.enter_async_context(home.served(folder / "radio"))
        wired = await stack.enter_async_context(_wired(folder))
        base = home.configuration(broker_port)
        async with daemon(folder, base) as one:  # forms the network
            await one.armed()
            await home.move_in()
        texts = dict(zip(HOMES, (base, base + PINS, base + PINS + wired), strict=True))
        return {name: await _cost(folder, texts[name], starts, after_s, home) for name in names}


async def _cost(folder: Path, text: str, starts: int, after_s: float, home: VirtualHome) -> Cost:
    began: list[tuple[float, float]] = []
    for _ in range(starts - 1):
        async with daemon(folder, text) as one:
            began.append((await one.ready(), await one.armed()))
            await home.quiet()
    async with daemon(folder, text) as one:
        began.append((await one.ready(), await one.armed()))
        await asyncio.sleep(max(0.0, after_s - one.age_s))
        return Cost(
            drivers=tuple((await one.status())["drivers"]),
            ready_s=median([ready for ready, _ in began]) or 0.0,
            armed_s=median([armed for _, armed in began]) or 0.0,
            memory=proc.memory(one.pid),
            libraries=_loaded(one.pid),
        )


def _loaded(pid: int) -> tuple[str, ...]:
    maps = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")
    return tuple(name for name, part in HEAVY.items() if f"site-packages/{part}" in maps)


@asynccontextmanager
async def _wired(folder: Path) -> AsyncIterator[str]:
    """What is at the serial lines; and the sections of it."""
    key = secrets.token_bytes(16)
    file = folder / "key"
    file.touch(0o600)
    file.write_text(key.hex(), encoding="utf-8")
    dispenser = VirtualDispenser(key=key)
    dispenser.refill()
    dispenser.start()
    osdp = VirtualBus([OsdpDevice(1, key, LockBody())], folder / "osdp")
    modbus = VirtualBus([ModbusBoard(1, LockBody())], folder / "modbus")
    async with osdp.served(), modbus.served(), dispenser.serve(folder / "dispenser"):
        yield WIRED.format(folder=folder, order_key=SigningKey.new("centre").public)


def _show(costs: Mapping[str, Cost], after_s: float, console: Console) -> None:
    table = Table(title="What each driver costs a home")
    table.add_column("")
    for name in costs:
        table.add_column(name, justify="right")
    rows: dict[str, Callable[[Cost], str]] = {
        "drivers": lambda c: ", ".join(c.drivers),
        "start: ready, s": lambda c: f"{c.ready_s:.2f}",
        "start: all drivers hear, s": lambda c: f"{c.armed_s:.2f}",
        f"memory after {after_s:g} s: RSS, MiB": lambda c: f"{c.memory.rss:.1f}",
        "  PSS, MiB": lambda c: "" if c.memory.pss is None else f"{c.memory.pss:.1f}",
        "loaded": lambda c: ", ".join(c.libraries) or "none of the heavy ones",
    }
    for title, cell in rows.items():
        table.add_row(title, *(cell(cost) for cost in costs.values()))
    console.print(table)
