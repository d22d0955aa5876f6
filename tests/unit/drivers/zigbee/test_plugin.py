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
from heimvakt.core.radios import FindsRadios, PluggedIn
from heimvakt_drivers.zigbee.plugin import PLUGIN, ZigbeePlugin
from heimvakt_drivers.zigbee.sensing.roles import ROLES
from heimvakt_drivers.zigbee.settings import ZigbeeSettings
from heimvakt_drivers.zigbee.sticks.usb import Roots
from tests.support.usb import UsbTree

WHERE = ("drivers", "zigbee")
GOOD = "00:12:4b:00:22:c1:09:aa"


def device(address: str, role: Role = Role.DOOR, name: str = "door") -> Device:
    return Device(device_id=name, role=role, driver="zigbee", address=address)


def check(
    port: str, *devices: Device, radio: str = "auto", tree: UsbTree | None = None
) -> list[Mistake]:
    settings = ZigbeeSettings.model_validate({"port": port, "radio": radio})
    roots = tree.roots if tree else Roots(Path("/nowhere"), Path("/nowhere"))
    return list(ZigbeePlugin(roots).check(settings, WHERE, devices))


def test_a_port_that_is_there_and_devices_that_are_right_are_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "radio").touch()
    assert check(str(tmp_path / "radio"), device(GOOD)) == []
    assert check("socket://192.0.2.7:6638", device(GOOD.upper())) == []


def test_nothing_plugged_in_is_a_warning_that_says_what_is(tmp_path: Path) -> None:
    tree = UsbTree(tmp_path)
    hubz = tree.plug("10c4:8a2a", "Silicon Labs", "HubZ", by_id="usb-HubZ-if01", interface=1)
    (mistake,) = check("/dev/serial/by-id/usb-not-there", tree=tree)
    assert mistake == Mistake(
        ("drivers", "zigbee", "port"),
        "nothing is plugged in at /dev/serial/by-id/usb-not-there",
        f"plugged in now: {hubz} (looks like an EZSP radio)",
        warning=True,
    )


def test_no_port_at_all_is_said_too() -> None:
    (mistake,) = check("/dev/serial/by-id/usb-not-there")
    assert mistake.hint == "no serial port is plugged in now"


def test_auto_with_nothing_or_too_much_plugged_in_is_a_warning(tmp_path: Path) -> None:
    tree = UsbTree(tmp_path)
    (mistake,) = check("auto", tree=tree)
    assert mistake.warning
    assert mistake.what == "nothing that looks like a radio is plugged in"
    one = tree.plug("1cf1:0030", "dresden elektronik", "ConBee II", tty="ttyACM0")
    assert check("auto", tree=tree) == []
    tree.plug("10c4:ea60", "Nabu Casa", "SkyConnect v1.0")
    (mistake,) = check("auto", tree=tree)
    assert f"{one} (looks like a ConBee)" in mistake.hint


def test_a_radio_of_another_kind_than_is_written_is_a_warning(tmp_path: Path) -> None:
    tree = UsbTree(tmp_path)
    port = tree.plug("10c4:ea60", "Nabu Casa", "SkyConnect v1.0", by_id="usb-sky")
    (mistake,) = check(port, radio="znp", tree=tree)
    assert mistake.where == (*WHERE, "radio")
    assert mistake.hint == 'write radio = "ezsp", or leave it out'
    for radio in ("auto", "ezsp"):
        assert check(port, radio=radio, tree=tree) == []


def test_what_is_plugged_in_is_told_to_people(tmp_path: Path) -> None:
    tree = UsbTree(tmp_path)
    sky = tree.plug("10c4:ea60", "Nabu Casa", "SkyConnect v1.0", by_id="usb-sky")
    tree.plug("1a86:7523", None, "USB2.0-Serial")
    found = ZigbeePlugin(tree.roots).plugged_in()
    assert [one.family for one in found] == ["ezsp", "unknown"]
    assert found[0] == PluggedIn(
        port=sky,
        device=str(tree.roots.dev / "ttyUSB0"),
        usb_id="10c4:ea60",
        maker="Nabu Casa",
        product="SkyConnect v1.0",
        family="ezsp",
    )
    assert isinstance(PLUGIN, FindsRadios)


@pytest.mark.parametrize("port", ["ttyUSB0", "socket://host", "http://host:80", "socket://a/b:1"])
def test_what_is_no_port_is_an_error(port: str) -> None:
    (mistake,) = check(port)
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
def test_an_address_in_another_form_is_an_error_with_the_right_one(address: str, hint: str) -> None:
    (mistake,) = check("socket://a:1", device(address))
    assert mistake.where == ("devices", "door", "address")
    assert mistake.hint.startswith(hint)


def test_two_devices_of_one_address_are_an_error() -> None:
    twice = [device(GOOD), device(GOOD.upper(), Role.BED, "bed")]
    (mistake,) = check("socket://a:1", *twice)
    assert mistake.what == "devices.door has the same address"


def test_every_role_of_today_can_be_filled_but_for_what_is_wired() -> None:
    for role in ROLES:
        assert check("socket://a:1", device(GOOD, role)) == []


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


def test_a_driver_that_does_not_run_is_asked_without_zigpy() -> None:
    """It comes in by a thread; a second one that imports it meanwhile can fail the first."""
    program = (
        "import sys; from heimvakt_drivers.zigbee.plugin import PLUGIN;"
        "driver = PLUGIN.create(PLUGIN.settings(port='/dev/x'));"
        "driver.members(), driver.checks(), driver.counts(), driver.status();"
        "print('zigpy' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "False"
    assert PLUGIN.name == "zigbee"


@pytest.mark.parametrize("role", sorted(set(Role) - ROLES))
def test_what_is_wired_is_no_zigbee_device(role: Role) -> None:
    (mistake,) = check("socket://a:1", device(GOOD, role))
    assert f'no Zigbee device can be a "{role}"' in mistake.what
