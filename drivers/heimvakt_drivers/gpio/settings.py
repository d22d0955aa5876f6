"""The table `[drivers.gpio]`, and what a device on a pin has of its own in `[devices.ID]`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from heimvakt.core.fields import Hours, duration

PIN_MAX = 511
"""A chip with more lines than this is none that a cable of a home hangs on."""

SPI_PINS = (8, 9, 10, 11)
"""Of the first bus: chip select, data in, data out and clock (BCM numbers)."""

Pin = Annotated[int, Field(ge=0, le=PIN_MAX, strict=True)]
Level = Literal["low", "high"]


class Pull(StrEnum):
    """Where a pin goes while nothing drives it."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


class Wired(StrEnum):
    """What the circuit of a contact is at rest."""

    OPEN = "open"
    CLOSED = "closed"
    SUPERVISED = "supervised"
    """Two contacts that are never the same: one open at rest, and one closed."""


class GpioSettings(BaseModel):
    """The pins of the box."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    backend: Annotated[
        Literal["gpiozero", "gpiod"],
        Field(
            description="gpiozero on a Raspberry Pi, where pins have the numbers of the chip "
            "(BCM); gpiod on every other board, where they are lines of `chip`."
        ),
    ] = "gpiozero"
    chip: Annotated[
        str,
        Field(
            pattern=r"^/dev/[^\s]+$",
            max_length=120,
            description="gpiod: the chip whose lines these are. `gpiodetect` lists them.",
        ),
    ] = "/dev/gpiochip0"
    lamp: Annotated[Pin | None, Field(description="The pin of the only lamp.", examples=[5])] = None
    lamp_green: Annotated[Pin | None, Field(description="The pin of a green lamp.")] = None
    lamp_red: Annotated[Pin | None, Field(description="The pin of a red lamp.")] = None
    buzzer: Annotated[
        Pin | None,
        Field(description="The pin of a buzzer that sounds by itself when it has power."),
    ] = None
    lamps_active: Annotated[
        Level, Field(description="The level that lights the lamps and sounds the buzzer.")
    ] = "high"
    quiet: Annotated[
        Hours | None,
        Field(
            description="Hours in which the buzzer does not repeat what it has said once, unless "
            "it is about an alarm or a medicine.",
            examples=["22:00-07:00"],
        ),
    ] = Hours.parse("22:00-07:00")
    mains: Annotated[
        Pin | None,
        Field(description="The pin that says whether the power supply of the box has mains."),
    ] = None
    mains_active: Annotated[Level, Field(description="Its level while there are mains.")] = "high"
    battery_low: Annotated[
        Pin | None, Field(description="The pin that says that the battery is low.")
    ] = None
    battery_low_active: Annotated[Level, Field(description="Its level when that is so.")] = "high"
    battery_low_percent: Annotated[
        int,
        Field(
            ge=1,
            le=50,
            description="How full the battery is then at most, as the manual of the board says.",
        ),
    ] = 20
    battery_channel: Annotated[
        int | None,
        Field(
            ge=0,
            le=7,
            strict=True,
            description="gpiozero: the channel of an MCP3008 on the first SPI bus that measures "
            "the battery.",
        ),
    ] = None
    battery_times: Annotated[
        float,
        Field(
            ge=1,
            le=20,
            description="The divider before it: what is measured times this is the voltage of the "
            "battery.",
        ),
    ] = 1.0
    battery_empty: Annotated[
        float, Field(gt=0, le=60, description="The voltage of the battery when it is empty.")
    ] = 3.2
    battery_full: Annotated[
        float, Field(gt=0, le=60, description="Its voltage when it is full.")
    ] = 4.15
    power_pull: Annotated[
        Pull, Field(description="The resistor of the board at the pins of mains and battery.")
    ] = Pull.NONE

    def own_pins(self) -> Iterator[tuple[str, int]]:
        """What the box itself has on pins, by the name of the setting."""
        for name in ("lamp", "lamp_green", "lamp_red", "buzzer", "mains", "battery_low"):
            if (pin := getattr(self, name)) is not None:
                yield name, pin
        if self.battery_channel is not None:
            for pin in SPI_PINS:
                yield "battery_channel", pin


class GpioOptions(BaseModel):
    """A device on a pin."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pull: Annotated[
        Pull | None,
        Field(
            description="The resistor of the board at the pin: up for a contact to ground, down "
            "for one to 3.3 V, none where the wiring has its own. Without it, up."
        ),
    ] = None
    active: Annotated[
        Level | None,
        Field(
            description="The level while the circuit is closed. Without it low, and high where "
            "the pull is down. A lock: the level that opens; without it high."
        ),
    ] = None
    wired: Annotated[
        Wired | None,
        Field(
            description="What the circuit is at rest (a door that is shut, a button that nobody "
            "presses): open; closed, so that a cut cable speaks as the device does; supervised, "
            "so that a cut cable is told as one. Without it closed for doors and housings, and "
            "open for all else."
        ),
    ] = None
    second: Annotated[
        Pin | None,
        Field(
            description="supervised: the pin of the contact that is closed at rest; `address` is "
            "that of the one that is open."
        ),
    ] = None
    cancels: Annotated[
        str | None,
        Field(
            max_length=64,
            description="A button: it takes the alarm of this other button back, and is none.",
            examples=["help"],
        ),
    ] = None
    hold: Annotated[
        timedelta | None,
        duration(at_least="1s", at_most="10s"),
        Field(
            description="A button: pressed only when held for so long. Without it at once; an "
            "alarm button is best left so."
        ),
    ] = None
    release: Annotated[
        timedelta | None,
        duration(at_least="1s", at_most="30s"),
        Field(description="A lock: for how long an order opens it. Without it 5s."),
    ] = None
    bolt: Annotated[
        Pin | None,
        Field(description="A lock: the pin of a contact that is closed while the bolt is out."),
    ] = None


PLAIN = GpioOptions()
