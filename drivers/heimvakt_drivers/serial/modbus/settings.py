"""`[drivers.modbus]`, and the registers of a board in `[devices.ID]`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from heimvakt.core.fields import duration

Number = Annotated[int, Field(ge=0, le=0xFFFF)]


class ModbusSettings(BaseModel):
    """One line of boards."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    port: Annotated[
        str,
        Field(
            min_length=1,
            max_length=255,
            description="Where the RS-485 adapter is plugged in: a path under "
            "/dev/serial/by-path/, which stays the same, or the name of a fixed port.",
            examples=["/dev/serial/by-path/platform-usb-0:1.3:1.0"],
        ),
    ]
    baudrate: Annotated[
        Literal[4800, 9600, 19200, 38400, 57600, 115200],
        Field(description="As the boards are set; all on one line alike."),
    ] = 9600
    parity: Annotated[
        Literal["none", "even", "odd"], Field(description="As the boards are set.")
    ] = "none"
    stop_bits: Annotated[Literal[1, 2], Field(description="As the boards are set.")] = 1


class ModbusInputs(BaseModel):
    """Which discrete input of the board is wired to what. Without a number it is not wired."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    door: Annotated[Number | None, Field(description="Contact of the door: 1 is open.")] = None
    bolt: Annotated[Number | None, Field(description="Contact of the bolt: 1 is locked.")] = None
    handle: Annotated[
        Number | None, Field(description="Handle or button on the inside: 1 is used.")
    ] = None
    tamper: Annotated[Number | None, Field(description="Lid of the board: 1 is open.")] = None


class Pulse(BaseModel):
    """How the board itself ends a release: a write that names the time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Annotated[
        Literal["coil", "register"],
        Field(
            description="coil: function 5 with the time as its value, as relay boards with a "
            "flash function have it; register: function 6."
        ),
    ]
    number: Annotated[Number, Field(description="The coil or register that is written to.")]
    unit_ms: Annotated[
        int, Field(ge=1, le=10_000, description="What 1 stands for there, in milliseconds.")
    ] = 100


class ModbusLock(BaseModel):
    """What the driver wants to know of `[devices.ID]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    coil: Annotated[Number | None, Field(description="The coil that lets the door go.")] = None
    pulse: Annotated[
        Pulse | None,
        Field(
            description="The board ends the release by itself. Without this the gateway does, and "
            "a gateway that falls meanwhile leaves the door open."
        ),
    ] = None
    inputs: Annotated[ModbusInputs, Field(description="What is wired to which input.")] = (
        ModbusInputs()
    )
    inverted: Annotated[
        tuple[Literal["door", "bolt", "handle", "tamper"], ...],
        Field(description="Contacts that say the opposite."),
    ] = ()
    release_for: Annotated[
        timedelta,
        duration(at_least="1s", at_most="60s"),
        Field(description="How long the door is let go where the order says nothing."),
    ] = timedelta(seconds=8)
    bolt_within: Annotated[
        timedelta,
        duration(at_least="1s", at_most="5s"),
        Field(description="How long the bolt may take to follow; later it counts as jammed."),
    ] = timedelta(seconds=3)

    @model_validator(mode="after")
    def _each_input_once(self) -> ModbusLock:
        used = [n for n in self.inputs.model_dump().values() if n is not None]
        if len(used) != len(set(used)):
            raise ValueError("one input is wired to two things: give each a number of its own")
        return self
