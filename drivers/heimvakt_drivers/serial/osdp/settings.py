"""`[drivers.osdp]`, and what a lock on it has beside what every device has."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from heimvakt.core.fields import duration

Input = Annotated[int, Field(ge=0, le=63)]


class OsdpSettings(BaseModel):
    """One line of locks and readers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    port: Annotated[
        str,
        Field(
            min_length=1,
            max_length=255,
            description="Where the RS-485 adapter is plugged in: a path under "
            "/dev/serial/by-path/, which stays the same, or the name of a fixed port.",
            examples=["/dev/serial/by-path/platform-usb-0:1.2:1.0"],
        ),
    ]
    baudrate: Annotated[
        Literal[9600, 19200, 38400, 57600, 115200, 230400],
        Field(description="As the locks are set; all on one line alike."),
    ] = 9600


class OsdpInputs(BaseModel):
    """Which input of the lock is wired to what. Without a number it is not wired."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    door: Annotated[Input | None, Field(description="Contact of the door: active is open.")] = None
    bolt: Annotated[Input | None, Field(description="Contact of the bolt: active is locked.")] = (
        None
    )
    handle: Annotated[
        Input | None, Field(description="Handle or button on the inside: active is used.")
    ] = None


class OsdpLock(BaseModel):
    """What the driver wants to know of `[devices.ID]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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
    def _each_input_once(self) -> OsdpLock:
        used = [n for n in self.inputs.model_dump().values() if n is not None]
        if len(used) != len(set(used)):
            raise ValueError("one input is wired to two things: give each a number of its own")
        return self


NOTHING_WIRED = OsdpLock()
