"""A driver that cannot be made falls like any other, and costs nobody else."""

from __future__ import annotations

from typing import Any, cast

import pytest

from heimvakt.app.opening import driver_of
from heimvakt.config.hardware import DriverEntry
from heimvakt.core.commands import Command, CommandFailed, Verb
from heimvakt.core.ports import DriverContext, DriverError, DriverPlugin


class Falling:
    """Of somebody else, whose library is not installed."""

    name, settings, device_settings = "bus", object, None

    def check(self, *_: object) -> list[Any]:
        return []

    def create(self, settings: object) -> Any:
        raise ImportError(f"No module named 'bus' for {settings}")


async def test_it_says_why_there_is_none() -> None:
    entry = DriverEntry("bus", cast(DriverPlugin, Falling()), "settings")
    driver = driver_of(entry)
    with pytest.raises(DriverError, match="No module named 'bus'"):
        await driver.run(cast(DriverContext, None))
    with pytest.raises(CommandFailed, match="cannot be made"):
        await driver.execute(Command(command_id="1", verb=Verb.IDENTIFY, device_id="lamp"))
    assert driver.counts() == {}
