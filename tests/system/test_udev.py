"""The udev rules say of every stick what the driver's own table says, and udev can read them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from heimvakt_drivers.zigbee.sticks.sticks import BRIDGES, INTERFACE, KNOWN, family_of
from tests.support.units import SYSTEMD

RULES = SYSTEMD / "udev/78-heimvakt.rules"
TERM = re.compile(r'([A-Z_]+)(?:\{([^}]*)\})?(==|!=|\+=|=)"([^"]*)"')
STICKS = [
    # What sticks have written into them, by `lsusb -v`.
    ("10c4:ea60", "ITead", "Sonoff Zigbee 3.0 USB Dongle Plus"),
    ("10c4:ea60", "Silicon Labs", "Sonoff Zigbee 3.0 USB Dongle Plus"),
    ("10c4:ea60", "Itead", "Sonoff Zigbee 3.0 USB Dongle Plus V2"),
    ("1a86:55d4", "ITEAD", "SONOFF Zigbee 3.0 USB Dongle Plus V2"),
    ("10c4:ea60", "SONOFF", "SONOFF Dongle Max MG24"),
    ("10c4:ea60", "SONOFF", "SONOFF Dongle Plus MG24"),
    ("10c4:ea60", "SONOFF", "SONOFF Dongle Lite MG21"),
    ("10c4:ea60", "Nabu Casa", "SkyConnect v1.0"),
    ("10c4:ea60", "Nabu Casa", "Home Assistant Connect ZBT-1"),
    ("303a:4001", "Nabu Casa", "ZBT-2"),
    ("10c4:ea60", "Silicon Labs", "slae.sh cc2652rb stick - slaesh's iot stuff"),
    ("10c4:ea60", "SMLIGHT", "SMLIGHT SLZB-07mg24"),
    ("10c4:ea60", "SMLIGHT", "SMLIGHT SLZB-06p10"),
    ("10c4:ea60", "SMLIGHT", "SMLIGHT SLZB-06M"),
    ("0403:6015", "Electrolama", "zig-a-zig-ah! (zzh)"),
    ("10c4:ea60", "Silicon Labs", "TubesZB"),
    ("1a86:7523", "TubesZB", "TubesZB"),
    ("1a86:7523", "1a86", "ZigStar Stick"),
    ("0403:6015", "dresden elektronik ingenieurtechnik GmbH", "ConBee III"),
    ("0403:6015", "FTDI", "ConBee"),
    # What may be anything is no radio by a name, and nothing else is touched.
    ("10c4:ea60", "Silicon Labs", "CP2102N USB to UART Bridge Controller"),
    ("1a86:7523", "1a86", "USB2.0-Serial"),
    ("1a86:55d4", "1a86", "USB Single Serial"),
    ("0403:6015", "FTDI", "FT230X Basic UART"),
    ("303a:4001", "Espressif", "USB JTAG/serial debug unit"),
    ("2341:0043", "Arduino", "Uno"),
]


class Said:
    """What the rules do with one event, by the few operators that they use."""

    def __init__(self, event: Mapping[str, str]) -> None:
        self.links: list[str] = []
        self.env: dict[str, str] = {}
        self.written: dict[str, str] = {}
        self.group = ""
        self._event = event
        self._obey(list(_rules()))

    def _obey(self, rules: list[list[tuple[str, str, str, str]]]) -> None:
        to = ""
        for terms in rules:
            if to and ("LABEL", "", "=", to) not in terms:
                continue
            to = ""
            if all(self._holds(*term) for term in terms if term[2] in ("==", "!=")):
                to = self._do(terms)
        assert not to, f"no label {to}"

    def _do(self, terms: list[tuple[str, str, str, str]]) -> str:
        to = ""
        for key, name, operator, value in terms:
            match (key, operator):
                case ("GOTO", _):
                    to = value
                case ("SYMLINK", "+="):
                    self.links.append(value)
                case ("ENV", "="):
                    self.env[name] = value
                case ("ATTR", "="):
                    self.written[name] = value
                case ("GROUP", _):
                    self.group = value
                case (("LABEL" | "MODE"), _) | (_, ("==" | "!=")):
                    continue
                case _:
                    pytest.fail(f"this test does not know {key}{operator}")
        return to

    def _holds(self, key: str, name: str, operator: str, value: str) -> bool:
        if key == "TEST":
            return True
        is_now = self.env.get(name) if key == "ENV" and name in self.env else None
        asked = f"{key}{{{name}}}" if name else key
        have = is_now if is_now is not None else self._event.get(asked, "")
        fits = any(fnmatchcase(have, pattern) for pattern in value.split("|"))
        return fits is (operator == "==")


def _rules() -> Iterator[list[tuple[str, str, str, str]]]:
    for line in RULES.read_text().splitlines():
        if line and not line.startswith("#"):
            terms = TERM.findall(line)
            assert ", ".join(_told(*term) for term in terms) == line, f"cannot be read: {line}"
            yield terms


def _told(key: str, name: str, operator: str, value: str) -> str:
    return f'{key}{f"{{{name}}}" if name else ""}{operator}"{value}"'


def tty(usb_id: str, maker: str, product: str, interface: int | None = None) -> Said:
    vendor, _, number = usb_id.partition(":")
    event = {"ACTION": "add", "SUBSYSTEM": "tty", "SUBSYSTEMS": "usb"}
    event |= {"ATTRS{idVendor}": vendor, "ATTRS{idProduct}": number}
    event |= {"ATTRS{manufacturer}": maker, "ATTRS{product}": product}
    if interface is not None:
        event["ENV{ID_USB_INTERFACE_NUM}"] = f"{interface:02x}"
    return Said(event)


def device(usb_id: str) -> Said:
    vendor, _, number = usb_id.partition(":")
    event = {"ACTION": "add", "SUBSYSTEM": "usb", "ENV{DEVTYPE}": "usb_device"}
    return Said({**event, "ATTR{idVendor}": vendor, "ATTR{idProduct}": number})


@pytest.mark.parametrize(("usb_id", "maker", "product"), STICKS)
def test_what_the_driver_takes_for_a_radio_has_the_name_of_one(
    usb_id: str, maker: str, product: str
) -> None:
    is_radio = family_of(usb_id, maker, product) is not None
    assert tty(usb_id, maker, product).links == (["heimvakt/radio"] if is_radio else [])


def test_every_line_of_the_drivers_table_is_tried_here() -> None:
    for known in KNOWN:
        if known.words:
            assert any(
                known.usb_id == usb_id and re.search(known.words, f"{maker} {product}", re.I)
                for usb_id, maker, product in STICKS
            ), known


@pytest.mark.parametrize("usb_id", sorted({k.usb_id for k in KNOWN if not k.words}))
def test_a_stick_that_its_number_tells_has_the_name_on_the_port_with_the_radio(
    usb_id: str,
) -> None:
    for interface in (0, 1):
        is_radio = family_of(usb_id, "", "", interface) is not None
        assert tty(usb_id, "", "", interface).links == (["heimvakt/radio"] if is_radio else [])
    assert any(tty(usb_id, "", "", INTERFACE.get(usb_id, 0)).links)


@pytest.mark.parametrize("usb_id", sorted({k.usb_id for k in KNOWN} | BRIDGES))
def test_what_may_be_a_radio_never_sleeps_is_left_alone_and_can_be_reset(usb_id: str) -> None:
    said = device(usb_id)
    assert said.written == {"power/control": "on"}
    assert said.env["ID_MM_DEVICE_IGNORE"] == "1"
    assert said.group == "dialout"


def test_a_modem_never_sleeps_and_is_modemmanagers() -> None:
    said = device("2c7c:0125")
    assert said.written == {"power/control": "on"}
    assert "ID_MM_DEVICE_IGNORE" not in said.env
    assert not said.group
    at = {"ACTION": "add", "SUBSYSTEM": "tty", "SUBSYSTEMS": "usb"}
    assert Said({**at, "ENV{ID_MM_PORT_TYPE_AT_PRIMARY}": "1"}).links == ["heimvakt/modem"]


def test_a_keyboard_a_disk_and_a_port_of_the_board_are_nobodys_business() -> None:
    for said in (
        device("046d:c31c"),
        Said({"ACTION": "add", "SUBSYSTEM": "block"}),
        Said({"ACTION": "add", "SUBSYSTEM": "tty", "SUBSYSTEMS": "platform"}),
        Said({"ACTION": "remove", "SUBSYSTEM": "usb", "ENV{DEVTYPE}": "usb_device"}),
    ):
        assert (said.links, said.written, said.group) == ([], {}, "")
        assert not said.env


def test_pins_belong_to_the_group_of_pins() -> None:
    assert Said({"ACTION": "add", "SUBSYSTEM": "gpio", "KERNEL": "gpiochip0"}).group == "gpio"


def test_an_ftdi_line_does_not_wait_to_collect() -> None:
    said = Said({"ACTION": "add", "SUBSYSTEM": "usb-serial", "DRIVERS": "ftdi_sio"})
    assert said.written == {"latency_timer": "1"}


def test_udev_itself_reads_the_rules_without_a_complaint(tmp_path: Path) -> None:
    udevadm = shutil.which("udevadm")
    if udevadm is None:
        pytest.skip("udevadm is not installed")
    asked = subprocess.run([udevadm, "verify", "--help"], capture_output=True, check=False)
    if asked.returncode:
        pytest.skip("this udevadm has no `verify` (it came with systemd 254)")
    done = subprocess.run(
        [udevadm, "verify", RULES], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
