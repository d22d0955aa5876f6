"""What is asked of the installer for every lock on a wire, and of the port that the wire is on."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from heimvakt.core.fields import duration

Port = Annotated[
    str,
    Field(
        min_length=1,
        max_length=255,
        description="Where the RS-485 adapter is plugged in: a path under "
        "/dev/serial/by-path/, which stays the same, or the name of a fixed port.",
        examples=["/dev/serial/by-path/platform-usb-0:1.2:1.0"],
    ),
]


class LockInputs(BaseModel):
    """Which input is wired to what; each driver says how it numbers them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _each_once(self) -> LockInputs:
        used = [n for n in self.model_dump().values() if n is not None]
        if len(used) != len(set(used)):
            raise ValueError("one input is wired to two things: give each a number of its own")
        return self


class LockOptions(BaseModel):
    """What every lock has beside what its driver wants to know of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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
