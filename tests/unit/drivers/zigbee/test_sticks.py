"""Which family a stick is of, and what is plugged in, by a made tree of the kernel's files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt_drivers.zigbee.settings import ZigbeeSettings
from heimvakt_drivers.zigbee.sticks.found import NotFoundError, choose, listed
from heimvakt_drivers.zigbee.sticks.sticks import BRIDGES, KNOWN, family_of
from heimvakt_drivers.zigbee.sticks.usb import plugged_in, port_of
from tests.support.usb import UsbTree

STICKS = [
    ("10c4:ea60", "ITead", "Sonoff Zigbee 3.0 USB Dongle Plus", "znp"),
    ("10c4:ea60", "Silicon Labs", "Sonoff Zigbee 3.0 USB Dongle Plus", "znp"),
    ("10c4:ea60", "Itead", "Sonoff Zigbee 3.0 USB Dongle Plus V2", "ezsp"),
    ("1a86:55d4", "ITEAD", "SONOFF Zigbee 3.0 USB Dongle Plus V2", "ezsp"),
    ("10c4:ea60", "SONOFF", "SONOFF Dongle Max MG24", "ezsp"),
    ("10c4:ea60", "SONOFF", "SONOFF Dongle Plus MG24", "ezsp"),
    ("10c4:ea60", "Nabu Casa", "SkyConnect v1.0", "ezsp"),
    ("10c4:ea60", "Nabu Casa", "Home Assistant Connect ZBT-1", "ezsp"),
    ("303a:4001", "Nabu Casa", "ZBT-2", "ezsp"),
    ("10c4:ea60", "Silicon Labs", "slae.sh cc2652rb stick - slaesh's iot stuff", "znp"),
    ("10c4:ea60", "SMLIGHT", "SMLIGHT SLZB-07", "ezsp"),
    ("10c4:ea60", "SMLIGHT", "SMLIGHT SLZB-07mg24", "ezsp"),
    ("10c4:ea60", "SMLIGHT", "SMLIGHT SLZB-07p7", "znp"),
    ("10c4:ea60", "SMLIGHT", "SMLIGHT SLZB-06p7", "znp"),
    ("10c4:ea60", "SMLIGHT", "SMLIGHT SLZB-06p10", "znp"),
    ("10c4:ea60", "SMLIGHT", "SMLIGHT SLZB-06M", "ezsp"),
    ("0403:6015", "Electrolama", "zig-a-zig-ah! (zzh)", "znp"),
    ("10c4:ea60", "Silicon Labs", "TubesZB", "znp"),
    ("1cf1:0030", "dresden elektronik ingenieurtechnik GmbH", "ConBee II", "deconz"),
    ("0403:6015", "dresden elektronik ingenieurtechnik GmbH", "ConBee III", "deconz"),
    ("0403:6015", "FTDI", "ConBee", "deconz"),
    ("0451:bef3", "Texas Instruments", "XDS110 (03.00.00.05) Embed with CMSIS-DAP", "znp"),
    ("10c4:8a2a", "Silicon Labs", "HubZ Smart Home Controller", "ezsp"),
    # A bridge with nothing written into it may be anything.
    ("10c4:ea60", "Silicon Labs", "CP2102N USB to UART Bridge Controller", None),
    ("1a86:7523", None, "USB2.0-Serial", None),
    ("1a86:55d4", "1a86", "USB Single Serial", None),
    ("0403:6015", "FTDI", "FT230X Basic UART", None),
    ("2341:0043", "Arduino", "Uno", None),
]


@pytest.mark.parametrize(("usb_id", "maker", "product", "family"), STICKS)
def test_a_stick_is_known_by_its_own_words(
    usb_id: str, maker: str | None, product: str, family: str | None
) -> None:
    assert family_of(usb_id, maker, product) == family


@given(maker=st.text(max_size=40), product=st.text(max_size=40))
def test_words_alone_never_make_a_bridge_of_another_number_a_radio(
    maker: str, product: str
) -> None:
    numbers = {known.usb_id for known in KNOWN} | BRIDGES
    assert "1234:5678" not in numbers
    assert family_of("1234:5678", maker, product) is None


def test_ports_are_listed_by_their_stable_path_and_likely_radios_first(tmp_path: Path) -> None:
    tree = UsbTree(tmp_path)
    unknown = tree.plug("1a86:7523", None, "USB2.0-Serial")
    stick = tree.plug(*STICKS[0][:3], by_id="usb-ITead_Sonoff-if00-port0")
    tree.plug("2341:0043", "Arduino", "Uno", tty="ttyACM0")
    found = plugged_in(tree.roots)
    assert [port.port for port in found][:2] == [stick, unknown]
    assert [port.family for port in found] == ["znp", None, None]
    assert [port.may_be_radio for port in found] == [True, True, False]
    assert found[0].device == str(tree.roots.dev / "ttyUSB1")
    assert found[0].maker == "ITead"


def test_a_port_that_is_not_on_usb_is_no_radio_to_be_found(tmp_path: Path) -> None:
    tree = UsbTree(tmp_path)
    (tree.roots.sys / "devices/platform/serial8250/tty/ttyUSB9").mkdir(parents=True)
    (tree.roots.sys / "class/tty/ttyUSB9").symlink_to(
        tree.roots.sys / "devices/platform/serial8250/tty/ttyUSB9"
    )
    assert plugged_in(tree.roots) == []


def test_of_a_stick_with_two_ports_only_the_one_with_the_radio_counts(tmp_path: Path) -> None:
    tree = UsbTree(tmp_path)
    tree.plug("10c4:8a2a", "Silicon Labs", "HubZ Smart Home Controller", interface=0)
    zigbee = tree.plug("10c4:8a2a", "Silicon Labs", "HubZ Smart Home Controller", interface=1)
    settings = ZigbeeSettings(port="auto")
    assert choose(settings, plugged_in(tree.roots)) == zigbee


def test_nothing_plugged_in(tmp_path: Path) -> None:
    tree = UsbTree(tmp_path)
    assert plugged_in(tree.roots) == []
    with pytest.raises(NotFoundError) as error:
        choose(ZigbeeSettings(port="auto"), [])
    assert str(error.value) == "nothing that looks like a radio is plugged in"
    assert error.value.hint == "no serial port is plugged in now"


def test_auto_takes_the_only_one_that_looks_like_a_radio(tmp_path: Path) -> None:
    tree = UsbTree(tmp_path)
    tree.plug("1a86:7523", None, "USB2.0-Serial")  # the dispenser's cable, say
    stick = tree.plug(*STICKS[6][:3])
    assert choose(ZigbeeSettings(port="auto"), plugged_in(tree.roots)) == stick


def test_auto_leaves_a_bridge_alone_that_may_be_anything(tmp_path: Path) -> None:
    tree = UsbTree(tmp_path)
    tree.plug("1a86:7523", None, "USB2.0-Serial")
    for radio in ("auto", "znp"):
        settings = ZigbeeSettings.model_validate({"port": "auto", "radio": radio})
        with pytest.raises(NotFoundError) as error:
            choose(settings, plugged_in(tree.roots))
        assert error.value.hint.endswith("/dev/ttyUSB0 (may be a radio)")


def test_auto_refuses_to_guess_between_two(tmp_path: Path) -> None:
    tree = UsbTree(tmp_path)
    one = tree.plug(*STICKS[0][:3], by_id="usb-one")
    two = tree.plug(*STICKS[6][:3], by_id="usb-two")
    with pytest.raises(NotFoundError) as error:
        choose(ZigbeeSettings(port="auto"), plugged_in(tree.roots))
    assert one in error.value.hint
    assert two in error.value.hint
    assert choose(ZigbeeSettings(port="auto", radio="ezsp"), plugged_in(tree.roots)) == two


def test_a_written_port_is_taken_as_it_is() -> None:
    assert choose(ZigbeeSettings(port="/dev/x"), []) == "/dev/x"


def test_what_is_at_a_path_is_known_by_any_of_its_names(tmp_path: Path) -> None:
    tree = UsbTree(tmp_path)
    stick = tree.plug(*STICKS[0][:3], by_id="usb-one")
    by_link, by_device = port_of(stick, tree.roots), port_of("/dev/ttyUSB0", tree.roots)
    assert by_link == by_device
    assert by_link is not None
    assert by_link.family == "znp"
    assert port_of("/dev/ttyUSB7", tree.roots) is None
    assert port_of("socket://127.0.0.1:1", tree.roots) is None


def test_a_long_list_is_cut(tmp_path: Path) -> None:
    tree = UsbTree(tmp_path)
    for _ in range(8):
        tree.plug("1a86:7523", None, "USB2.0-Serial")
    text = listed(plugged_in(tree.roots))
    assert text.endswith("and 3 more")
    assert text.count("(may be a radio)") == 5


def test_a_name_that_somebody_gave_it_is_followed(tmp_path: Path) -> None:
    tree = UsbTree(tmp_path)
    stick = tree.plug(*STICKS[0][:3], by_id="usb-one")
    (tree.roots.dev / "zigbee").symlink_to("serial/by-id/usb-one")
    by_name = port_of(str(tree.roots.dev / "zigbee"), tree.roots)
    assert by_name is not None
    assert by_name.port == stick
    (tree.roots.dev / "round").symlink_to("round")
    assert port_of(str(tree.roots.dev / "round"), tree.roots) is None
