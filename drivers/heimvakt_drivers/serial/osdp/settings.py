"""`[drivers.osdp]`, and what a lock on it has beside what every device has."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from heimvakt_drivers.serial.locks.settings import LockInputs, LockOptions, Port

Input = Annotated[int, Field(ge=0, le=63)]


class OsdpSettings(BaseModel):
    """One line of locks and readers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    port: Port
    baudrate: Annotated[
        Literal[9600, 19200, 38400, 57600, 115200, 230400],
        Field(description="As the locks are set; all on one line alike."),
    ] = 9600


class OsdpInputs(LockInputs):
    """Which input of the lock is wired to what. Without a number it is not wired."""

    door: Annotated[Input | None, Field(description="Contact of the door: active is open.")] = None
    bolt: Annotated[Input | None, Field(description="Contact of the bolt: active is locked.")] = (
        None
    )
    handle: Annotated[
        Input | None, Field(description="Handle or button on the inside: active is used.")
    ] = None


class OsdpLock(LockOptions):
    """What the driver wants to know of `[devices.ID]`."""

    key: Annotated[
        str | None,
        Field(
            pattern=r"^(credential:[A-Za-z0-9._-]+|file:/.+)$",
            description="Names the secret with the key of this lock's secure channel: 32 "
            "hexadecimal digits, others for each lock.",
            examples=["credential:front-lock-key"],
        ),
    ] = None
    output: Annotated[int, Field(ge=0, le=15, description="The output that lets the door go.")] = 0
    inputs: Annotated[OsdpInputs, Field(description="What is wired to which input.")] = OsdpInputs()
    inverted: Annotated[
        tuple[Literal["door", "bolt", "handle"], ...],
        Field(description="Contacts that say the opposite."),
    ] = ()


NOTHING_WIRED = OsdpLock()
