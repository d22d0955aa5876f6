"""What an installer is told about the table of the radio and the devices on it."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from heimvakt.core.devices import Device, Role
from heimvakt.core.ports import Mistake
from heimvakt_drivers.zigbee.plugin import PLUGIN, ZigbeePlugin
from heimvakt_drivers.zigbee.settings import ZigbeeSettings

WHERE = ("drivers", "zigbee")
GOOD = "00:12:4b:00:22:c1:09:aa"


def device(address: str, role: Role = Role.DOOR, name: str = "door") -> Device:
    return Device(device_id=name, role=role, driver="zigbee", address=address)


def check(port: str, *devices: Device, radio: str = "auto", plugged_in: Path) -> list[Mistake]:
    settings = ZigbeeSettings.model_validate({"port": port, "radio": radio})
    return list(ZigbeePlugin(plugged_in).check(settings, WHERE, devices))


def test_a_port_that_is_there_and_devices_that_are_right_are_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "radio").touch()
    assert check(str(tmp_path / "radio"), device(GOOD), plugged_in=tmp_path) == []
    assert check("socket://192.0.2.7:6638", device(GOOD.upper()), plugged_in=tmp_path) == []


def test_nothing_plugged_in_is_a_warning_that_says_what_is(tmp_path: Path) -> None:
    (tmp_path / "usb-Other_radio-if00").touch()
    (mistake,) = check("/dev/serial/by-id/usb-not-there", plugged_in=tmp_path)
    assert mistake == Mistake(
        ("drivers", "zigbee", "port"),
        "nothing is plugged in at /dev/serial/by-id/usb-not-there",
        f"plugged in now: {tmp_path}/usb-Other_radio-if00",
        warning=True,
    )


def test_no_port_at_all_is_said_too(tmp_path: Path) -> None:
    (mistake,) = check("/dev/serial/by-id/usb-not-there", plugged_in=tmp_path / "missing")
    assert mistake.hint == "no serial port is plugged in now"


@pytest.mark.parametrize("port", ["ttyUSB0", "socket://host", "http://host:80", "socket://a/b:1"])
def test_what_is_no_port_is_an_error(port: str, tmp_path: Path) -> None:
    (mistake,) = check(port, plugged_in=tmp_path)
    assert not mistake.warning


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("00124b0022c109aa", 'write it as "00:12:4b:00:22:c1:09:aa"'),
        ("0x00124B0022C109AA", 'write it as "00:12:4b:00:22:c1:09:aa"'),
        ("00-12-4b-00-22-c1-09-aa", 'write it as "00:12:4b:00:22:c1:09:aa"'),
        ("00:12:4b:00:22:c1:09", "eight pairs of digits from the label"),
        ("kitchen", "eight pairs of digits from the label"),
    ],
)
def test_an_address_in_another_form_is_an_error_with_the_right_one(
    address: str, hint: str, tmp_path: Path
) -> None:
    (mistake,) = check("socket://a:1", device(address), plugged_in=tmp_path)
    assert mistake.where == ("devices", "door", "address")
    assert mistake.hint.startswith(hint)


def test_two_devices_of_one_address_are_an_error(tmp_path: Path) -> None:
    twice = [device(GOOD), device(GOOD.upper(), Role.BED, "bed")]
    (mistake,) = check("socket://a:1", *twice, plugged_in=tmp_path)
    assert mistake.what == "devices.door has the same address"


@pytest.mark.parametrize("radio", ["ezsp", "deconz"])
def test_radios_that_come_later_are_named_as_such(radio: str, tmp_path: Path) -> None:
    (mistake,) = check("socket://a:1", radio=radio, plugged_in=tmp_path)
    assert mistake.where == ("drivers", "zigbee", "radio")
    assert "later version" in mistake.what


def test_every_role_of_today_can_be_filled(tmp_path: Path) -> None:
    for role in Role:
        assert check("socket://a:1", device(GOOD, role), plugged_in=tmp_path) == []


@pytest.mark.parametrize(
    "wrong", [{"channel": 10}, {"channel": 27}, {"permit_join_on_start": "2h"}, {"por": "x"}]
)
def test_what_the_model_refuses(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ZigbeeSettings.model_validate({"port": "/dev/x", **wrong})


def test_the_network_stays_closed_unless_it_is_said() -> None:
    assert ZigbeeSettings(port="/dev/x").permit_join_on_start == timedelta(0)


def test_every_setting_is_described() -> None:
    assert all(field.description for field in ZigbeeSettings.model_fields.values())


def test_the_plugin_is_cheap() -> None:
    heavy = "zigpy zigpy_znp serialx aiohttp aiosqlite cryptography asyncio"
    program = (
        "import sys; import heimvakt_drivers.zigbee.plugin as p; p.PLUGIN.name;"
        f"print([m for m in '{heavy}'.split() if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_a_driver_is_made_without_zigpy() -> None:
    program = (
        "import sys; from heimvakt_drivers.zigbee.plugin import PLUGIN;"
        "PLUGIN.create(PLUGIN.settings(port='/dev/x')); print('zigpy' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "False"
    assert PLUGIN.name == "zigbee"
