"""What an installer is told about lines of locks, and what importing the plug-ins costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from heimvakt.core.devices import Device, Role
from heimvakt.core.ports import DriverError, Mistake
from heimvakt_drivers.serial.locks.addresses import Address, parse, posts
from heimvakt_drivers.serial.modbus.plugin import PLUGIN as MODBUS
from heimvakt_drivers.serial.modbus.settings import ModbusLock
from heimvakt_drivers.serial.osdp.driver import read_key
from heimvakt_drivers.serial.osdp.plugin import PLUGIN as OSDP
from heimvakt_drivers.serial.osdp.settings import OsdpLock

BOLT = {"bolt": 1}
WELL = OsdpLock.model_validate({"key": "credential:front", "inputs": BOLT})
PULSE = {"by": "coil", "number": 512}
BOARD = ModbusLock.model_validate({"coil": 0, "inputs": BOLT, "pulse": PULSE})


def device(address: str, role: Role = Role.LOCK, options: object = WELL) -> Device:
    return Device(
        device_id=f"at-{address}", role=role, driver="osdp", address=address, options=options
    )


def check(*devices: Device, port: str = "/dev/null", plugin: Any = OSDP) -> list[Mistake]:
    settings = plugin.settings.model_validate({"port": port})
    return list(plugin.check(settings, ("drivers", plugin.name), devices))


def test_a_lock_with_its_door_and_its_reader_is_no_mistake() -> None:
    assert check(device("1"), device("1/door", Role.DOOR), device("1/reader", Role.TAG)) == []
    assert check(device("247", options=BOARD), plugin=MODBUS) == []


@pytest.mark.parametrize("address", ["0", "127", "one", "1/bell", "-1", "1/", ""])
def test_what_is_no_address_is_told(address: str) -> None:
    (mistake,) = check(device(address))
    assert mistake.where == ("devices", f"at-{address}", "address")
    assert "from 1 to 126" in mistake.hint


def test_a_part_of_a_lock_has_its_role_and_belongs_to_a_lock() -> None:
    (role,) = check(device("1"), device("1/door", Role.MOTION))
    assert role.hint == 'write role = "door"'
    (alone,) = check(device("2/door", Role.DOOR))
    assert alone.what == "no lock has the address 2"


def test_a_lock_without_a_key_is_told() -> None:
    (mistake,) = check(device("1", options=OsdpLock.model_validate({"inputs": BOLT})))
    assert mistake.where[-1] == "key"
    assert not mistake.warning


def test_a_bolt_that_nothing_tells_of_is_a_warning() -> None:
    (mistake,) = check(device("1", options=OsdpLock(key="credential:front")))
    assert mistake.where[-1] == "inputs"
    assert mistake.warning


def test_a_port_that_is_no_path_or_not_there_is_told() -> None:
    (mistake,) = check(port="ttyUSB0")
    assert not mistake.warning
    (mistake,) = check(port="/dev/serial/by-path/not-there")
    assert mistake.warning


def test_a_board_needs_its_coil_and_better_a_pulse_and_has_no_reader() -> None:
    (coil,) = check(device("1", options=ModbusLock()), plugin=MODBUS)
    assert (coil.where[-1], coil.warning) == ("coil", False)
    without = ModbusLock.model_validate({"coil": 0, "inputs": BOLT})
    (pulse,) = check(device("1", options=without), plugin=MODBUS)
    assert (pulse.where[-1], pulse.warning) == ("pulse", True)
    (reader,) = check(device("1", options=BOARD), device("1/reader", Role.TAG, None), plugin=MODBUS)
    assert reader.what == "a relay board has no reader"


@pytest.mark.parametrize("model", [OsdpLock, ModbusLock])
def test_one_input_is_wired_to_one_thing(model: type[OsdpLock]) -> None:
    with pytest.raises(ValidationError, match="one input is wired to two things"):
        model.model_validate({"inputs": {"door": 1, "bolt": 1}})


def test_addresses_are_read_and_posts_put_together() -> None:
    assert parse("3") == Address(3)
    assert parse("3/door") == Address(3, "door")
    lock, door, stray = device("3"), device("3/door", Role.DOOR), device("4/door", Role.DOOR)
    (post,) = posts([door, stray, lock]).values()
    assert post.devices == (lock, door)


@pytest.mark.parametrize(
    "text", ["", "4711", "0x" + "1" * 30, "00" * 16, bytes(range(0x30, 0x40)).hex()]
)
def test_a_key_that_is_none_or_known_to_everybody_is_not_used(text: str) -> None:
    with pytest.raises(DriverError) as refused:
        read_key(text)
    assert refused.value.hint
    assert not text or text not in str(refused.value)


def test_a_key_is_read_with_the_line_end_that_editors_leave() -> None:
    assert read_key("0123456789abcdef0123456789ABCDEF\n") == bytes.fromhex("0123456789abcdef" * 2)


def test_a_home_without_locks_pays_for_none(tmp_path: Path) -> None:
    program = (
        "import sys; from heimvakt_drivers.serial.osdp.plugin import PLUGIN as osdp;"
        "from heimvakt_drivers.serial.modbus.plugin import PLUGIN as modbus;"
        "[each.create(each.settings(port='/dev/x')) for each in (osdp, modbus)];"
        "print([m for m in ('osdp_sys', 'pymodbus', 'serial', 'cryptography') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert run.stdout.strip() == "[]"
