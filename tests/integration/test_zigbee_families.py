"""Each family of radios: imported only where it is used, and lost in plain words if silent."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from zigpy.config import SCHEMA_DEVICE

from heimvakt.core.events import RadioLost
from heimvakt_drivers.virtual.zigbee import VirtualRadio
from heimvakt_drivers.zigbee.driver import ZigbeeDriver
from heimvakt_drivers.zigbee.radio.coordinator import Coordinator
from heimvakt_drivers.zigbee.radio.families import Kind, coordinator_for
from heimvakt_drivers.zigbee.settings import ZigbeeSettings
from tests.support.drivers import Gateway, running

LIBRARIES = {"znp": "zigpy_znp", "ezsp": "bellows", "deconz": "zigpy_deconz"}
STEPS = """
import sys
def told(): print(*sorted({name.partition(".")[0] for name in sys.modules} & set(sys.argv[1:])))
import heimvakt_drivers.zigbee.life
told()
from heimvakt_drivers.zigbee.radio.families import coordinator_for
coordinator_for("ezsp")
told()
"""


def test_the_driver_imports_the_library_that_it_uses_and_no_other() -> None:
    command = [sys.executable, "-c", STEPS, *LIBRARIES.values()]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stdout.splitlines() == ["", "bellows"]


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_family_is_made_of_ours_and_of_its_library(kind: Kind) -> None:
    family = coordinator_for(kind)
    assert issubclass(family, Coordinator)
    assert any(base.__module__.startswith(LIBRARIES[kind]) for base in family.__mro__)


def test_a_slow_conbee_is_asked_slowly() -> None:
    lines = coordinator_for("deconz")._probe_configs
    assert [SCHEMA_DEVICE({"path": "/dev/x", **line})["baudrate"] for line in lines] == [
        38_400,
        115_200,
    ]


async def test_a_conbee_that_does_not_answer_is_lost_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zigpy_deconz.api.COMMAND_TIMEOUT", 0.2)
    radio = VirtualRadio()
    radio.faults.deaf = True
    gateway = Gateway([], str(tmp_path))
    async with radio.serve_pty(link=tmp_path / "radio") as port:
        settings = ZigbeeSettings(radio="deconz", port=str(port))
        async with running(ZigbeeDriver(settings), gateway) as task:
            lost = await gateway.next(RadioLost)
            assert isinstance(lost, RadioLost)
            assert "answer" in lost.reason
            await radio.wait_no_host()
            await radio.wait_host()
            assert not task.done()
