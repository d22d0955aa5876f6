"""The table `[drivers.zigbee]` of a home's configuration."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from heimvakt.core.fields import duration

AUTO = "auto"


class ZigbeeSettings(BaseModel):
    """One Zigbee radio."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    radio: Annotated[
        Literal["auto", "znp", "ezsp", "deconz"],
        Field(
            description="The kind of radio. znp: Texas Instruments with Z-Stack 3; ezsp: Silicon "
            "Labs with EmberZNet; deconz: ConBee; auto: found out from what the stick says of "
            "itself, and by asking it where that does not tell."
        ),
    ] = "auto"
    port: Annotated[
        str,
        Field(
            min_length=1,
            max_length=255,
            description="Where the radio is plugged in: a path under /dev/serial/by-id/, which "
            "stays the same in another socket, or socket://host:port, or auto for the only radio "
            "that is plugged in. `heimvakt radios` lists what there is.",
            examples=[
                "/dev/serial/by-id/usb-ITead_Sonoff_Zigbee_3.0_USB_Dongle_Plus_0001-if00-port0"
            ],
        ),
    ]
    channel: Annotated[
        int | None,
        Field(
            ge=11,
            le=26,
            description="The channel on which a new network is formed; the quietest of 11, 15, 20 "
            "and 25 where nothing is said. A network that is there keeps its own.",
        ),
    ] = None
    interference_every: Annotated[
        timedelta,
        duration(at_least="0s", at_most="1d"),
        Field(
            description="How often the radio listens to how full its channel is, for a moment and "
            "when nothing is going on. 0s: never."
        ),
    ] = timedelta(minutes=30)
    permit_join_on_start: Annotated[
        timedelta,
        duration(at_least="0s", at_most="1h"),
        Field(
            description="For benches and demos. How long the network is open after the start, and "
            "only for as long as a configured device has not joined. 0s: never."
        ),
    ] = timedelta(0)
