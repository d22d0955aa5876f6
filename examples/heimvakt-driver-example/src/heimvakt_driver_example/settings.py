"""The table `[drivers.karusell]`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class KarusellSettings(BaseModel):
    """Where the dispenser is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: Annotated[str, Field(min_length=1, description="Its name or address on the network.")]
    port: Annotated[int, Field(ge=1, le=65535, description="Its TCP port.")] = 4711
