"""The table `[drivers.dispenser]` of a home's configuration."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class DispenserSettings(BaseModel):
    """One serial line with dispensers on it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    port: Annotated[
        str,
        Field(
            min_length=1,
            max_length=255,
            description="Where the dispenser is plugged in; best a path under /dev/serial/by-id/ "
            "or by-path/, which stays the same.",
            examples=["/dev/serial/by-id/usb-FTDI_USB-RS485_Cable_FT0ABCDE-if00-port0"],
        ),
    ]
    baudrate: Annotated[
        Literal[9600, 19200, 38400, 57600, 115200],
        Field(description="Bits a second on the line; the dispenser is set to the same."),
    ] = 19200
    key: Annotated[
        str,
        Field(
            pattern=r"^(credential:[A-Za-z0-9._-]+|file:/.+)$",
            description="Where the key is that the dispensers of this line were given: "
            "credential:NAME, or file:/path. It is 32 hexadecimal digits.",
            examples=["credential:dispenser-key"],
        ),
    ]
