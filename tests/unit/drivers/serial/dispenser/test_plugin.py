"""What the checker says about `[drivers.dispenser]` and its devices."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from heimvakt.core.devices import Device, Role
from heimvakt_drivers.serial.dispenser.plugin import PLUGIN
from tests.support.dispenser import dispenser_device

WHERE = ("drivers", "dispenser")


def check(port: str, *devices: Device) -> list[tuple[str, str, bool]]:
    settings = PLUGIN.settings(port=port, key="credential:dispenser-key")
    found = PLUGIN.check(settings, WHERE, devices)
    return [(".".join(map(str, m.where)), m.what, m.warning) for m in found]


def test_a_good_one_has_no_mistakes(tmp_path: Path) -> None:
    port = tmp_path / "port"
    port.touch()
    assert check(str(port), dispenser_device()) == []


def test_what_is_wrong_is_said_where_it_is(tmp_path: Path) -> None:
    device = dispenser_device()
    found = check(
        "ttyUSB0",
        replace(device, address="127"),
        replace(device, address="front", role=Role.LOCK),
        replace(device, doses=()),
    )
    assert found == [
        ("drivers.dispenser.port", '"ttyUSB0" is no path', False),
        ("devices.medicine.address", '"127" is no address on this line', False),
        ("devices.medicine.address", '"front" is no address on this line', False),
        ("devices.medicine.role", 'nothing on this line can be a "lock"', False),
        ("devices.medicine.doses", "there are no doses: it will never offer one", True),
    ]
    assert check(str(tmp_path / "gone"), device)[0][2], "what is not plugged in may come"


@pytest.mark.parametrize("key", ["000102030405060708090a0b0c0d0e0f", "credential:", "file:key"])
def test_the_key_itself_never_stands_in_the_file(key: str) -> None:
    with pytest.raises(ValidationError):
        PLUGIN.settings(port="/dev/ttyUSB0", key=key)


def test_importing_the_plugin_is_cheap() -> None:
    code = (
        "import sys; from heimvakt_drivers.serial.dispenser.plugin import PLUGIN; "
        "PLUGIN.create(PLUGIN.settings(port='/x', key='credential:a')); "
        "print([m for m in ('cryptography', 'cobs', 'serial') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
