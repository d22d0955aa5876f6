"""The virtual rig: a radio with a door sensor and a button, and a lock on a line, each at the far
end of a pseudo-terminal. It needs the very same rig file as things on a desk."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from heimvakt_drivers.virtual.locks import LockBody, VirtualBus
from heimvakt_drivers.virtual.osdp import OsdpDevice
from heimvakt_drivers.virtual.zigbee import ContactSensor, EmergencyButton, VirtualRadio
from tests.support.home import PROTOCOL

from .hands import Virtual

DOOR, BUTTON = "00:12:4b:00:de:00:00:01", "00:12:4b:00:de:00:00:02"
HOME = """version = 1

[gateway]
id = "rig-0001"
timezone = "Europe/Oslo"
language = "en"

[drivers.zigbee]
radio = "znp"
port = "{folder}/radio"

[drivers.osdp]
port = "{folder}/line"

[devices.sensor]
role = "door"
driver = "zigbee"
address = "{door}"

[devices.button]
role = "button"
driver = "zigbee"
address = "{button}"

[devices.lock]
role = "lock"
driver = "osdp"
address = 1
key = "file:{folder}/lock-key"
inputs = {{ door = 0, bolt = 1, handle = 2 }}

[rules.night-door]
between = "22:00-06:00"
doors = ["sensor"]

[rules.daily-test]
at = "never"

[receivers.centre]
kind = "mqtt"
brokers = ["mqtt://127.0.0.1:{port}"]
protocol = "{protocol}"
"""
RIG = """title = "virtual devices: a radio, a sensor, a button, a lock"
home = "home.toml"
centre = true
bolts = true

[devices.sensor]
on = "open the door"
off = "shut the door"

[devices.button]
on = "press the button"

[devices.lock]
on = "unlock with a key"
off = "lock with a key"

[drivers.zigbee]
unplug = "pull the radio out"
replug = "put the radio back"

[drivers.osdp]
unplug = "pull the line out"
replug = "put the line back"
"""


def write_rig(folder: Path, port: int) -> Path:
    """The files of the virtual rig, with its broker at `port`; gives that of the rig."""
    key = folder / "lock-key"
    key.touch(0o600)
    key.write_text(secrets.token_hex(16))
    home = HOME.format(folder=folder, door=DOOR, button=BUTTON, port=port, protocol=PROTOCOL)
    (folder / "home.toml").write_text(home)
    rig = folder / "rig.toml"
    rig.write_text(RIG)
    return rig


class World:
    """All that is at the far ends of the wires."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.radio = VirtualRadio(asleep_s=0.2)
        self.radio.coordinator.start()  # a network is there: to form one takes a host a second
        self.radio.coordinator.reset()
        self.door = self.radio.add(ContactSensor(DOOR, retries=0))
        self.button = self.radio.add(EmergencyButton(BUTTON, retries=0))
        self.body = LockBody()
        self.lock = OsdpDevice(1, bytes.fromhex((folder / "lock-key").read_text()), self.body)
        self.bus = VirtualBus([self.lock], folder / "line")

    @asynccontextmanager
    async def served(self) -> AsyncIterator[Virtual]:
        """It is there; gives the hands that move it."""
        async with self.radio.serve_pty(link=self._folder / "radio"), self.bus.served():
            rests = {
                "shut the door": lambda: (
                    None
                ),  # it says that it is open each time that it is opened
                "lock with a key": lambda: self.body.turn_key(locked=True),
            }
            yield Virtual(self._doings(), rests)

    def _doings(self) -> dict[str, Callable[[], Awaitable[object]]]:
        return {
            "open the door": self.door.open,
            "shut the door": self.door.close,
            "press the button": self._press,
            "unlock with a key": lambda: self._turn(locked=False),
            "lock with a key": lambda: self._turn(locked=True),
            "pull the radio out": self.radio.unplug,
            "put the radio back": self.radio.replug,
            "pull the line out": self.bus.pull,
            "put the line back": self.bus.plug,
            f"pair sensor ({DOOR})": lambda: self._join(self.door),
            f"pair button ({BUTTON})": lambda: self._join(self.button),
        }

    async def _join(self, device: ContactSensor | EmergencyButton) -> None:
        await self.radio.wait_permit_join()
        await device.join()
        await device.wait_enrolled()

    async def _press(self) -> None:
        await self.button.press()
        await self.button.release()

    async def _turn(self, *, locked: bool) -> None:
        self.body.turn_key(locked=locked)
        await self.lock.told()
