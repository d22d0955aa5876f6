"""A home for the demo: its devices, the configuration that an installer would write, what happens.

A scene is values only. The stage brings it to life.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

GATEWAY_ID = "demo-0001"
NO_TEST = """[rules.daily-test]
at = "never"
"""
"""A scene has the alarms of its home and no others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One virtual device with what the configuration says of it."""

    device_id: str
    kind: str
    """Name of the virtual device's class."""
    role: str
    room: str
    extra: str = ""
    """More lines of its section."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something that happens in the home."""

    at: datetime
    """UTC."""
    device_id: str
    act: str
    """What the virtual device does: `open`, `motion`, `press`, `check-in`..."""
    said: str = ""
    """For people who watch; empty for what is not worth a line."""
    recorded: bool = False
    """One of the changes of a recording: each is counted from the file to the journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A home and its life."""

    title: str
    zone: ZoneInfo
    start: datetime
    """UTC."""
    things: tuple[Thing, ...]
    rules: str
    """The rules' sections, as TOML."""
    moments: Iterable[Moment]
    """In order of time; may go on for ever."""
    end: datetime | None = None
    """When the last of it is over; None: never."""

    @property
    def addresses(self) -> Mapping[str, str]:
        """Device -> Zigbee address, made up in order."""
        return {
            thing.device_id: f"00:12:4b:00:de:00:00:{number:02x}"
            for number, thing in enumerate(self.things, start=1)
        }

    def configuration(
        self, *, port: str, broker: str, radio: str = "znp", protocol: str = "auto"
    ) -> str:
        """The file of this home."""
        addresses = self.addresses
        devices = "\n".join(
            f"[devices.{thing.device_id}]\n"
            f'role = "{thing.role}"\ndriver = "zigbee"\n'
            f'address = "{addresses[thing.device_id]}"\nroom = "{thing.room}"\n{thing.extra}'
            for thing in self.things
        )
        return f"""version = 1

[gateway]
id = "{GATEWAY_ID}"
timezone = "{self.zone.key}"
language = "en"

[drivers.zigbee]
radio = "{radio}"
port = "{port}"
permit_join_on_start = "10m"

{devices}
{self.rules}
{NO_TEST}
[receivers.centre]
kind = "mqtt"
brokers = ["{broker}"]
protocol = "{protocol}"
"""
