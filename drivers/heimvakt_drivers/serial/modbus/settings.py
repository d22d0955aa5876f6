"""`[drivers.modbus]`, and the registers of a board in `[devices.ID]`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from heimvakt_drivers.serial.locks.settings import LockInputs, LockOptions, Port

Number = Annotated[int, Field(ge=0, le=0xFFFF)]


class ModbusSettings(BaseModel):
    """One line of boards."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    port: Port
    baudrate: Annotated[
        Literal[4800, 9600, 19200, 38400, 57600, 115200],
        Field(description="As the boards are set; all on one line alike."),
    ] = 9600
    parity: Annotated[
        Literal["none", "even", "odd"], Field(description="As the boards are set.")
    ] = "none"
    stop_bits: Annotated[Literal[1, 2], Field(description="As the boards are set.")] = 1


class ModbusInputs(LockInputs):
    """Which discrete input of the board is wired to what. Without a number it is not wired."""

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


class ModbusLock(LockOptions):
    """What the driver wants to know of `[devices.ID]`."""

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
