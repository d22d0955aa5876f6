"""A part that the gateway can do without stays down: the gateway goes on, and somebody is told."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from heimvakt import app
from heimvakt.app import gateway
from heimvakt.app.life import Places, Unit
from heimvakt.config.loader import load
from heimvakt.runtime.clock import SystemClock
from heimvakt.runtime.control_socket import ControlSocket
from heimvakt.runtime.power import PowerWatch
from heimvakt.runtime.supervise import Policy, supervise
from tests.support.lives import journal

HOME = """
version = 1
[gateway]
id = "no-1505-004711"
timezone = "Europe/Oslo"
[receivers.centre]
kind = "mqtt"
brokers = ["mqtt://127.0.0.1:1"]
"""


async def test_it_is_said_by_an_event_and_all_else_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "home.toml"
    file.write_text(HOME, encoding="utf-8")
    configuration = load(file, app.catalogue()).configuration
    assert configuration is not None

    async def falls(_self: PowerWatch) -> None:
        raise OSError("no such device")

    monkeypatch.setattr(PowerWatch, "run", falls)
    monkeypatch.setattr(gateway, "supervise", _supervise)
    places = Places(state=tmp_path / "state", socket=tmp_path / "control.sock")
    with closing(ControlSocket(places.socket)) as control:
        one = gateway.Gateway(configuration, places, SystemClock(), control, lambda: configuration)
        running = asyncio.get_running_loop().create_task(one.run("test"))
        async with asyncio.timeout(60):
            while "part-down" not in _kinds(tmp_path / "state"):
                assert not running.done()
                await asyncio.sleep(0.05)
        one.stop()
        await running
    assert _kinds(tmp_path / "state")[-1] == "gateway-stopping", "it ended when it was asked to"


async def _supervise(name: str, unit: Unit, **how: Any) -> None:
    """With the patience of a test."""
    how["policy"] = Policy(restarts_max=1, within_s=60.0, backoff_s_first=0.01)
    await supervise(name, unit, **how)


def _kinds(state: Path) -> list[str]:
    try:
        return [event.kind for event in journal(state)]
    except sqlite3.OperationalError:
        return []  # there is no database yet, or no table in it
