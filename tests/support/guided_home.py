"""The home in which the guides are tried: what is plugged in and lies on the table is virtual.

It begins as an empty folder and a box. Everything else does whoever follows the guide.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from heimvakt.demo.link import Link
from heimvakt_drivers.virtual.zigbee import (
    BedMat,
    ContactSensor,
    EmergencyButton,
    MotionSensor,
    SmokeDetector,
    VirtualDevice,
    VirtualRadio,
)

from .broker import Broker, broker
from .centre import Centre, centre
from .certificates import Authority
from .guided_box import Box, box
from .locks import OsdpLine
from .ports import HeldPort
from .service import Command, Service, started
from .usb import UsbTree
from .watched import Watched
from .zigbee import formed

ROOT = Path(__file__).parents[2]
POWER = 0x0001
CENTRE = "mqtts://in.centre.example:8883"
LOCK_PORT = "/dev/serial/by-path/platform-usb-0:1.2:1.0"
STICK = "usb-ITead_Sonoff_Zigbee_3.0_USB_Dongle_Plus_0001-if00-port0"
NEW_STICK = "usb-ITead_Sonoff_Zigbee_3.0_USB_Dongle_Plus_0002-if00-port0"
USB_ID, MAKER, PRODUCT = "10c4:ea60", "ITead", "Sonoff Zigbee 3.0 USB Dongle Plus"
BACKUP = "/var/backups/heimvakt/heimvakt-2026-11-21T031000Z.tar.gz"
"""As a guide calls the one that was made there."""
READ_FILES = ("backup", "explain", "restore")
"""Commands that go to the files where a box has them, and ask no service."""
NEW_SENSOR = "00:12:4b:00:2a:11:03:01"
CANCEL_S = 10
"""Of the pendant, as the kit has it."""

KINDS: Mapping[str, type[VirtualDevice]] = {
    "pendant": EmergencyButton,
    "bed": BedMat,
    "hall-motion": MotionSensor,
    "front-door": ContactSensor,
    "smoke": SmokeDetector,
}


class GuidedHome:
    """See the module. What hands do are its methods, which the guides name."""

    def __init__(self, folder: Path, stack: AsyncExitStack, *, driven: bool) -> None:
        self.folder = folder
        self.etc = folder / "etc"
        self.etc.mkdir()
        self.command = Command(
            configuration=self.etc / "home.toml",
            folder=folder,
            state=folder / "state",
            entry=("tests.support.guided_box", str(folder)),
        )
        self.radio: VirtualRadio = formed()
        self.things: dict[str, VirtualDevice] = {
            name: self.radio.add(kind(f"00:12:4b:00:2a:11:02:{number:02x}", retries=3))
            for number, (name, kind) in enumerate(KINDS.items(), 1)
        }
        self.line = OsdpLine(folder)
        self.box: Box
        self.broker: Broker
        self.centre: Centre
        self.real: dict[str, str] = {}
        """What a guide says -> what it is here."""
        self._stack = stack
        noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
        self._driven_from = noon if driven else None
        """Of this day, by which certificates are good; no rule of the night has anything to say."""
        self._service: Service | None = None
        self._watched: Watched
        self._ends: AsyncExitStack
        self._link: Link

    @property
    def service(self) -> Service:
        """The daemon; only after `starts`."""
        assert self._service is not None, "nobody has started the service"
        return self._service

    def heimvakt(self, *arguments: str) -> list[str]:
        """The words of the command, as it is run here."""
        said = [self.here(argument) for argument in arguments]
        if said and said[0] in READ_FILES:
            if said[0] == "backup":
                said += ["--to", str(self.folder / "backups")]
            said += [
                "--config",
                str(self.command.configuration),
                "--state",
                str(self.command.state),
            ]
        return said

    def here(self, text: str) -> str:
        """What a guide says, as it is here."""
        for said, real in sorted(self.real.items(), key=lambda pair: -len(pair[0])):
            text = text.replace(said, real)
        return text

    def there(self, text: str) -> str:
        """What is shown here, as a guide says it."""
        for said, real in sorted(self.real.items(), key=lambda pair: -len(pair[1])):
            text = text.replace(real, said)
        return text

    async def open(self) -> None:
        """The box is there, its radio is plugged in, the lock is wired, the centre listens."""
        folder, keep = self.folder, self._stack.enter_async_context
        (folder / "backups").mkdir()
        (credentials := folder / "credentials").mkdir()
        authority = Authority(folder, "authority")
        own = authority.issue("gateway", days=(-1, 90), client=True)
        server = authority.issue("server", days=(-1, 90))
        (credentials / "client-cert").write_bytes(own.certificate.read_bytes())
        (credentials / "client-key").write_bytes(own.key.read_bytes())
        (credentials / "front-lock-key").write_text(self.line.secrets["credential:k1"])
        for file in credentials.iterdir():
            file.chmod(0o600)

        encrypted = self._stack.enter_context(HeldPort())
        self.broker = await keep(
            broker(
                "mosquitto",
                more=(
                    f"listener {encrypted.number} 127.0.0.1",
                    *(f"certfile {server.certificate}", f"keyfile {server.key}"),
                    *(f"cafile {authority.ca}", "require_certificate true"),
                ),
            )
        )
        self.centre = await keep(centre(self.broker.url))
        self.box = await keep(box(folder, ROOT))
        self.usb = UsbTree(folder)
        (folder / "dev").mkdir()
        await keep(self.radio.serve_pty(link=folder / "radio"))
        self.usb.plug(USB_ID, MAKER, PRODUCT, by_id=STICK, port=folder / "radio")
        await keep(self.line.bus.served())
        self.real = {
            CENTRE: f"mqtts://localhost:{encrypted.number}",
            LOCK_PORT: self.line.bus.port,
            "/etc/heimvakt": str(self.etc),
            "/var/lib/heimvakt": str(self.command.state),
            "/run/heimvakt": str(folder),
            "/var/backups/heimvakt": str(folder / "backups"),
            "/dev/serial": str(folder / "dev/serial"),
        }

    # ------------------------------------------------------------------ what systemd does

    async def start(self) -> None:
        """`systemctl start heimvakt`: returns when it hears."""
        self._ends = AsyncExitStack()
        service = await self._ends.enter_async_context(
            started(self.command, driven_from=self._driven_from)
        )
        await service.ready()
        self._service = service
        await service.hears()
        if "[drivers.osdp]" in self.command.configuration.read_text():
            await service.status_when(lambda s: s["locks"]["front-lock"]["bolt"] == "locked")
        await service.status_when(lambda s: s["receivers"]["centre"]["connected"])
        self._link, self._watched = await self._ends.enter_async_context(service.link())

    async def stop(self) -> None:
        """`systemctl stop heimvakt`."""
        if self._service is None:
            return
        await self._service.stop()
        await self._ends.aclose()
        self._service = None

    async def close(self) -> None:
        """Whatever state it is in."""
        if self._service is not None:
            await self._ends.aclose()

    # ------------------------------------------------------------------ what hands do

    async def joins(self, name: str) -> None:
        """Somebody holds the button of a new sensor, and then does what it is there for."""
        await self.radio.wait_permit_join()
        await self.things[name].join()
        await self.things[name].wait_bound(POWER)
        await self.shows(name)
        await self.radio.changes.until(lambda: not self.radio.permit_open)

    async def replaces(self, name: str) -> None:
        """Another motion sensor is taken out of its box, and joins in the place of the old one."""
        self.things[name] = self.radio.add(MotionSensor(NEW_SENSOR, retries=3))
        await self.joins(name)

    async def shows(self, name: str) -> None:
        """Somebody does what a device is there for, and takes it back."""
        await self.moves(name)
        await self.moves(name, back=True)

    async def moves(self, name: str, *, back: bool = False) -> None:
        """Somebody does one half of that."""
        match self.things.get(name):
            case ContactSensor() as door:
                await (door.close() if back else door.open())
            case BedMat() as bed:
                await (bed.leave() if back else bed.occupy())
            case MotionSensor() as motion:
                await (motion.clear() if back else motion.motion())
            case SmokeDetector() as smoke:
                await (smoke.end_test() if back else smoke.test())
            case EmergencyButton() as button:
                await (button.release() if back else button.press())
            case _:
                self.line.bodies[0].turn_key(locked=back)

    async def walks(self, *names: str) -> None:
        """Somebody goes from device to device, as the walk test asks him to."""
        turned, pressed = map(self._count, ("walk-test-turned", "button-pressed"))
        for number, name in enumerate(names):
            to = await self._watched.event("walk-test-turned", turned + 2 * number + 1)
            assert to["to"] == name, f"the walk test asks for {to['to']}, and not for {name}"
            await self.moves(name)
            if name == "pendant":  # its alarm can be taken back first
                await self._watched.event("button-pressed", pressed + 1)
                await self.waits(CANCEL_S)
            await self._watched.event("walk-test-turned", turned + 2 * number + 2)
            await self.moves(name, back=True)

    async def weakens(self) -> None:
        """The motion sensor hangs too far away, and the battery of the pendant is nearly empty."""
        motion, pendant = self.things["hall-motion"], self.things["pendant"]
        moved, measured = map(self._count, ("motion-detected", "battery-measured"))
        motion.lqi = 38
        await self.moves("hall-motion")
        await self._watched.event("motion-detected", moved + 1)
        await pendant.battery(6)
        await self._watched.event("battery-measured", measured + 1)

    async def jams(self) -> None:
        """The bolt of the lock is stuck."""
        self.line.bodies[0].stuck = True

    async def calls(self) -> None:
        """Somebody presses the button and does not take it back."""
        pressed = self._count("button-pressed")
        await self.shows("pendant")
        await self._watched.event("button-pressed", pressed + 1)
        before = self.centre.kinds().count("button")
        await self.waits(CANCEL_S)
        await self.centre.alarm("button", before + 1)

    async def plugs_new_stick(self) -> None:
        """A blank radio is put in beside the old one."""
        new = VirtualRadio(seed=99, asleep_s=0.2)
        await self._stack.enter_async_context(new.serve_pty(link=self.folder / "new-radio"))
        self.usb.plug(USB_ID, MAKER, PRODUCT, by_id=NEW_STICK, port=self.folder / "new-radio")

    async def loses_centre(self) -> None:
        """The broker of the centre is gone."""
        await self.broker.stop()
        await self.service.status_when(
            lambda s: "refused" in str(s["receivers"]["centre"]["trouble"])
        )
        await self.service.status_when(lambda s: not s["paths"]["default"]["good"])

    async def finds_centre(self) -> None:
        """It is back."""
        await self.broker.start()
        await self.service.status_when(lambda s: s["receivers"]["centre"]["connected"])

    async def takes_backup(self) -> None:
        """The newest one is at hand."""
        (newest,) = (self.folder / "backups").iterdir()
        self.real[BACKUP] = str(newest)

    def _count(self, kind: str) -> int:
        return len(self._watched.events(kind))

    async def waits(self, seconds: float | str) -> None:
        """Time goes by."""
        if self._driven_from is None:
            await asyncio.sleep(float(seconds))
            return
        self._driven_from += timedelta(seconds=float(seconds))
        await self._link.advance(self._driven_from)


@asynccontextmanager
async def guided_home(*, driven: bool) -> AsyncIterator[GuidedHome]:
    """Everything but what whoever follows a guide does; with `driven` nobody waits for a clock."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hv-")))
        home = GuidedHome(folder, stack, driven=driven)
        await home.open()
        try:
            yield home
        finally:
            await home.close()
