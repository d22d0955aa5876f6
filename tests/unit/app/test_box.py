"""The box itself: a modem whose PIN cannot be read, and what is known of its signal."""

from __future__ import annotations

import asyncio
from pathlib import Path as FilePath

import pytest

from heimvakt import app
from heimvakt.app.box import Box
from heimvakt.config.configuration import Configuration
from heimvakt.config.loader import load
from heimvakt.core.modem import Sim
from heimvakt.runtime.clock import SystemClock
from heimvakt_drivers.virtual.modem import VirtualModem, VirtualSim
from heimvakt_drivers.virtual.modem.ends import PtyEnd
from tests.support.beside import beside
from tests.support.lives import live

HOME = """
version = 1
[gateway]
id = "no-1505-004711"
timezone = "Europe/Oslo"
[paths.broadband]
interface = "eth0"
[paths.mobile]
interface = "wwan0"
modem = "{port}"
pin = "file:{pin}"
[receivers.daughter]
kind = "sms"
number = "+4790000000"
"""


def configured(directory: FilePath, port: str) -> Configuration:
    file = directory / "home.toml"
    file.write_text(HOME.format(port=port, pin=directory / "pin"), encoding="utf-8")
    configuration = load(file, app.catalogue()).configuration
    assert configuration is not None
    return configuration


async def test_a_pin_that_cannot_be_read_is_told_and_all_but_the_modem_works(
    tmp_path: FilePath, capsys: pytest.CaptureFixture[str]
) -> None:
    sim = VirtualSim(pin="1234")
    far = VirtualModem(PtyEnd(), sim=sim)
    async with far, live(tmp_path / "store") as life:
        box = Box(configured(tmp_path, far.port), SystemClock(), life.pipeline, tmp_path)
        assert "the PIN of the SIM cannot be read" in capsys.readouterr().out
        assert list(box.signals) == list(box.modems) == ["mobile"]
        assert box.signals["mobile"]() is None, "nothing has been heard yet"
        assert box.modem is not None
        async with beside(box.modem.run()), asyncio.timeout(30):
            while box.modems["mobile"]().sim is not Sim.PIN_NEEDED:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert sim.tried == []
