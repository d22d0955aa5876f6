"""A file of the home that is taken anew: one at a time, and never by a life that ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from heimvakt import app
from heimvakt.app.gateway import Gateway
from heimvakt.app.life import Life, Places
from heimvakt.config.configuration import Configuration
from heimvakt.config.loader import load
from heimvakt.runtime.clock import SystemClock
from heimvakt.runtime.control_socket import ControlSocket

HOME = """
version = 1
[gateway]
id = "no-1505-004711"
timezone = "Europe/Oslo"
[receivers.centre]
kind = "mqtt"
brokers = ["mqtt://127.0.0.1:1"]
"""


class SlowLife:
    """Takes as long to take over as it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.asked = asyncio.Event()
        self.may_end = asyncio.Event()

    async def take_over(self, configuration: Configuration) -> bool:
        self.said.append(f"begins {configuration.digest}")
        self.asked.set()
        await self.may_end.wait()
        self.said.append(f"ends {configuration.digest}")
        return True


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    file = tmp_path / "home.toml"
    file.write_text(HOME, encoding="utf-8")
    found = load(file, app.catalogue()).configuration
    assert found is not None
    return found


def gateway_of(
    configuration: Configuration, folder: Path, read: Callable[[], Configuration]
) -> Gateway:
    places = Places(state=folder / "state", socket=folder / "control")
    return Gateway(configuration, places, SystemClock(), ControlSocket(places.socket), read)


async def test_of_two_at_once_the_file_that_was_read_last_stays(
    tmp_path: Path, configuration: Configuration
) -> None:
    files = iter([replace(configuration, digest="first"), replace(configuration, digest="second")])
    one, life = gateway_of(configuration, tmp_path, lambda: next(files)), SlowLife()

    async def take_over() -> bool:
        return await one._take_over(cast(Life, life), None)

    async with asyncio.TaskGroup() as group:
        both = [group.create_task(take_over()) for _ in range(2)]
        await life.asked.wait()
        assert next(files).digest == "second", "it is read when its turn has come"
        files = iter([replace(configuration, digest="newest")])
        life.may_end.set()
    assert [each.result() for each in both] == [True, True]
    assert life.said == ["begins first", "ends first", "begins newest", "ends newest"]


async def test_a_life_that_ends_takes_nothing_over_and_the_next_has_the_newest(
    tmp_path: Path, configuration: Configuration
) -> None:
    newest = replace(configuration, digest="newest")
    one, life = gateway_of(configuration, tmp_path, lambda: newest), SlowLife()
    one.live_on(replace(configuration, digest="before"))
    assert not await one._take_over(cast(Life, life), None)
    assert (life.said, one.next) == ([], newest)


async def test_whoever_was_asked_to_stop_begins_no_other_life(
    tmp_path: Path, configuration: Configuration
) -> None:
    one, life = gateway_of(configuration, tmp_path, lambda: configuration), SlowLife()
    one.live_on(configuration)
    one.stop()
    one.live_on(configuration)
    assert not await one._take_over(cast(Life, life), None)
    assert (life.said, one.next) == ([], None)
