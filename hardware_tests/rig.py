"""What is connected: a rig is the file of a home, and beside it what a hand does to each device."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from heimvakt.app import catalogue
from heimvakt.config.configuration import Configuration
from heimvakt.config.findings import render_findings
from heimvakt.config.loader import load
from heimvakt.uplinks.mqtt_settings import MqttReceiverSettings

Sentence = Annotated[str, StringConstraints(min_length=3, max_length=300)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HandsOnDevice(_Strict):
    """`[devices.ID]` of a rig: what makes it say something."""

    on: Sentence = Field(description="What to do, so that it says one thing: opened, pressed.")
    off: Sentence | None = Field(
        default=None, description="What undoes it; nothing for what has no other state."
    )


class HandsOnDriver(_Strict):
    """`[drivers.NAME]` of a rig: how what it talks to is taken away and brought back."""

    unplug: Sentence
    replug: Sentence


class RigFile(_Strict):
    """A rig as it is written."""

    title: Sentence
    home: Path = Field(description="The file of the home, beside this one.")
    state: Path = Field(
        default=Path("state"),
        description="Where networks and pairings are kept from one run to the next.",
    )
    centre: bool = Field(
        default=False,
        description="The suite plays broker and centre, where the home has its receiver: a port of "
        "this machine, such as mqtt://127.0.0.1:18830.",
    )
    bolts: bool = Field(default=False, description="Bolts may be moved.")
    devices: dict[str, HandsOnDevice] = Field(default_factory=dict)
    drivers: dict[str, HandsOnDriver] = Field(default_factory=dict)


class NoRig(Exception):
    """It cannot be used; the text says what to mend."""


@dataclass(frozen=True, slots=True)
class Rig:
    """A rig that can be used."""

    title: str
    home_file: Path
    configuration: Configuration
    state: Path
    centre: bool
    bolts: bool
    devices: Mapping[str, HandsOnDevice]
    drivers: Mapping[str, HandsOnDriver]

    @property
    def centre_port(self) -> int | None:
        """Where the suite plays broker and centre, if it does."""
        ports = [
            address.port
            for entry in self.configuration.receivers.values()
            if isinstance(entry.settings, MqttReceiverSettings)
            for address in entry.settings.addresses
            if not address.tls
        ]
        return ports[0] if self.centre and ports else None


def read_rig(file: Path) -> Rig:
    """The rig of a file.

    Raises:
        NoRig: there are mistakes in it, or in the home that it names.
    """
    try:
        written = RigFile.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise NoRig(f"{file}: {error}") from error
    home_file = (file.parent / written.home).absolute()
    loaded = load(home_file, catalogue())
    if loaded.configuration is None:
        raise NoRig(render_findings(loaded.findings))
    known = loaded.configuration
    strangers = [f"devices.{i}" for i in written.devices if i not in known.devices]
    strangers += [f"drivers.{name}" for name in written.drivers if name not in known.drivers]
    if strangers:
        raise NoRig(f"{file}: not in {home_file}: {', '.join(strangers)}")
    return Rig(
        title=written.title,
        home_file=home_file,
        configuration=known,
        state=(file.parent / written.state).absolute(),
        centre=written.centre,
        bolts=written.bolts,
        devices=written.devices,
        drivers=written.drivers,
    )
