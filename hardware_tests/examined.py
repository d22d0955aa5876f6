"""The self-tests of a rig: the real service runs on it, and is asked."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from heimvakt.config.configuration import Configuration
from heimvakt.core.checks import Result
from tests.support.broker import Broker
from tests.support.centre import centre
from tests.support.home import BROKER
from tests.support.self_test import self_test
from tests.support.service import Command, Service, started

from .hands import Hands, Nobody
from .rig import Rig

HEARD_S = 60.0


async def examine(rig: Rig, hands: Hands) -> list[Result]:
    """Run the service, let each device of the rig say something, and look at everything."""
    with tempfile.TemporaryDirectory(prefix="hv-") as folder:
        command = Command(
            configuration=rig.home_file, folder=Path(folder), state=rig.state.absolute()
        )
        async with _centre(rig, Path(folder)), started(command) as service:
            await service.ready()
            await service.status_when(_is_connected if rig.centre else lambda _: True)
            for driver in rig.configuration.drivers:
                await service.hears(driver)
            if not isinstance(hands, Nobody):
                await _say_something(rig, hands, service)
            found = await self_test(
                command.control, says=hands.sees, **{"with": _allowed(rig, hands)}
            )
            await service.stop()
    return list(found.results.values())


@asynccontextmanager
async def _centre(rig: Rig, folder: Path) -> AsyncIterator[None]:
    """A broker and a centre, where the rig wants them played."""
    if rig.centre_port is None:
        yield
        return
    at = Broker(BROKER, folder, rig.centre_port)
    await at.start()
    try:
        async with centre(at.url):
            yield
    finally:
        await at.stop()


def _is_connected(status: dict[str, Any]) -> bool:
    return all(one["connected"] for one in status["receivers"].values())


async def _say_something(rig: Rig, hands: Hands, service: Service) -> None:
    """A link is known only of what was heard."""
    for by_hand in rig.devices.values():
        await hands.do(by_hand.on)
        if by_hand.off is not None:
            await hands.do(by_hand.off)
    await service.status_when(
        lambda status: all(status["devices"][i]["last_seen"] for i in rig.devices), HEARD_S
    )


def _allowed(rig: Rig, hands: Hands) -> Sequence[str]:
    return ["bolt"] * rig.bolts + ["hand"] * (not isinstance(hands, Nobody))


def parts_of(configuration: Configuration) -> list[str]:
    """What is looked at, as the ids of checks begin."""
    return [
        *("box", "clock", "store"),
        *(f"driver/{name}" for name in configuration.drivers),
        *(f"device/{device_id}" for device_id in configuration.devices),
        *(f"path/{path.name}" for path in configuration.paths),
        *(f"receiver/{name}" for name in configuration.receivers),
    ]
