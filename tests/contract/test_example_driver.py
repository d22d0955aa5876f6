"""The example plug-in outside the tree: built as a wheel, found by its entry point, and held to the
contract of every driver. Nothing of it comes from a network.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from heimvakt.app import catalogue
from heimvakt.config import installed_drivers, load
from heimvakt.core.commands import Command, CommandFailed, Verb
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import DispenserTilted, DispenserUpright, Event
from heimvakt.core.ports import Driver, DriverPlugin
from tests.contract.driver_contract import Bench, DriverContract, gateway_of
from tests.support.drivers import running

EXAMPLE = Path(__file__).parents[2] / "examples" / "heimvakt-driver-example"
HOME = """
version = 1

[gateway]
id = "no-1505-004711"
timezone = "Europe/Oslo"
language = "nb"

[drivers.karusell]
host = "127.0.0.1"

[devices.medicine]
role = "dispenser"
driver = "karusell"
address = "1"
doses = [{ at = "08:30", window = "45m" }]

[receivers.centre]
kind = "mqtt"
brokers = ["mqtt://127.0.0.1"]
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the wheel was unpacked, as an installer does it."""
    folder = tmp_path_factory.mktemp("example")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    done = subprocess.run([*build, EXAMPLE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    sys.path.insert(0, str(folder / "site"))
    try:
        yield folder / "site"
    finally:
        sys.path.remove(str(folder / "site"))
        for name in [name for name in sys.modules if name.startswith("heimvakt_driver_example")]:
            del sys.modules[name]


@pytest.fixture
def plugin(installed: Path) -> DriverPlugin:
    return installed_drivers()["karusell"]()


class KarusellBench:
    """A Karusell on loopback: it tells its log until it is acknowledged."""

    on: type[Event] = DispenserTilted
    off: type[Event] = DispenserUpright

    def __init__(self, plugin: DriverPlugin, folder: Path) -> None:
        self.device = Device(
            device_id="medicine", role=Role.DISPENSER, driver="karusell", address="1"
        )
        self.state_directory = str(folder)
        self.beeps = 0
        self._plugin = plugin
        self._port = 0
        self._log: list[tuple[int, str]] = []
        self._records = 0
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None

    def driver(self) -> Driver:
        settings = self._plugin.settings(host="127.0.0.1", port=self._port)
        return self._plugin.create(settings)

    async def turn(self, *, on: bool) -> None:
        self._records += 1
        self._log.append((self._records, "tilted" if on else "upright"))
        self._tell(self._log[-1])

    async def unplug(self) -> None:
        if self._server is not None:
            self._server.close()
            if self._writer is not None:
                self._writer.close()
            await self._server.wait_closed()
            self._server = None

    async def replug(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    def _tell(self, record: tuple[int, str]) -> None:
        if self._writer is not None:
            self._writer.write(f"{record[0]} {record[1]} 0\n".encode())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        try:
            writer.write(b"hello 9c41\nalive\nnonsense\n")
            for record in self._log:
                self._tell(record)
            while line := await reader.readline():
                match line.decode().split():
                    case ["ack", number]:
                        self._log = [each for each in self._log if each[0] > int(number)]
                    case ["beep", number]:
                        self.beeps += 1
                        writer.write(f"done {number}\n".encode())
        except ConnectionError:
            pass
        finally:
            self._writer = None
            writer.close()


@pytest.fixture
async def bench(plugin: DriverPlugin, tmp_path: Path) -> AsyncIterator[Bench]:
    bench = KarusellBench(plugin, tmp_path)
    await bench.replug()
    yield bench
    await bench.unplug()


class TestExampleDriver(DriverContract):
    pass


async def test_it_beeps_and_says_what_it_cannot_do(bench: KarusellBench) -> None:
    gateway, driver = gateway_of(bench), bench.driver()
    async with running(driver, gateway):
        await gateway.wait_armed()
        await driver.execute(Command(command_id="1", verb=Verb.IDENTIFY, device_id="medicine"))
        assert bench.beeps == 1
        with pytest.raises(CommandFailed, match="cannot unlock"):
            await driver.execute(Command(command_id="2", verb=Verb.UNLOCK, device_id="medicine"))
        assert driver.counts() == {"lines-not-understood": 1}


def test_the_gateway_knows_its_settings(installed: Path, tmp_path: Path) -> None:
    home = tmp_path / "home.toml"
    home.write_text(HOME)
    loaded = load(home, catalogue())
    assert loaded.configuration is not None, loaded.findings
    assert loaded.configuration.drivers["karusell"].settings.port == 4711
    home.write_text(HOME.replace("host = ", "hosts = "))
    loaded = load(home, catalogue())
    assert loaded.configuration is None
    assert any(finding.path[:2] == ("drivers", "karusell") for finding in loaded.findings)
