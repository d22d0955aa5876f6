"""What a stick is, found out by asking it, and remembered; sticks of both families answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from heimvakt.core.radios import Holds
from heimvakt_drivers.virtual.zigbee import FACES, Face, VirtualRadio
from heimvakt_drivers.zigbee.driver import ZigbeeDriver
from heimvakt_drivers.zigbee.radio.finder import Finder
from heimvakt_drivers.zigbee.radio.remembered import FILE, Place, read_memory
from heimvakt_drivers.zigbee.settings import ZigbeeSettings
from heimvakt_drivers.zigbee.sticks.found import NotFoundError
from tests.support.drivers import Gateway, running
from tests.support.usb import UsbTree
from tests.support.zigbee import formed

BRIDGE = ("10c4:ea60", "Silicon Labs", "CP2102N USB to UART Bridge Controller")
SONOFF = ("10c4:ea60", "ITead", "Sonoff Zigbee 3.0 USB Dongle Plus")
SKY = ("10c4:ea60", "Nabu Casa", "SkyConnect v1.0")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stick of another family does not answer: nobody waits long for it."""
    monkeypatch.setattr("heimvakt_drivers.zigbee.radio.asking.ASK_S", 1.0)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("speaks", FACES)
async def test_a_stick_that_nobody_can_tell_is_asked_once(speaks: Face, tmp_path: Path) -> None:
    settings = ZigbeeSettings(port=str(tmp_path / "radio"))
    async with formed(speaks=speaks).serve_pty(link=settings.port):
        place = await Finder(settings, tmp_path).find()
        assert place == Place(port=settings.port, family=speaks)
        remembered = read_memory(tmp_path).answered
        assert remembered == place
        again = Finder(settings, tmp_path)
        assert await again.find() == place
    # Nobody is there to answer now, and nobody is asked.
    (tmp_path / "radio").touch()
    assert await again.find() == place


async def test_one_that_says_over_usb_what_it_is_is_asked_as_that_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heimvakt_drivers.zigbee.radio.finder.FAMILIES", ())
    tree = UsbTree(tmp_path)
    async with formed(speaks="ezsp").serve_pty(link=tmp_path / "radio"):
        port = tree.plug(*SKY, port=tmp_path / "radio", by_id="usb-sky")
        place = await Finder(ZigbeeSettings(port=port), tmp_path, tree.roots).find()
    assert place.family == "ezsp"


async def test_the_only_radio_is_found_by_itself(tmp_path: Path) -> None:
    tree = UsbTree(tmp_path)
    finder = Finder(ZigbeeSettings(port="auto", radio="znp"), tmp_path, tree.roots)
    with pytest.raises(NotFoundError, match="nothing that looks like a radio"):
        await finder.find()
    tree.plug(*BRIDGE)
    port = tree.plug(*SONOFF, by_id="usb-sonoff")
    assert await finder.find() == Place(port=port, family="znp")


@pytest.mark.usefixtures("hurried")
async def test_what_is_no_radio_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    finder = Finder(ZigbeeSettings(port=str(tmp_path / "file")), tmp_path)
    with pytest.raises(OSError, match="no Zigbee radio answers"):
        await finder.find()
    assert not (tmp_path / FILE).exists()


async def test_what_was_remembered_and_cannot_be_opened_is_asked_again(tmp_path: Path) -> None:
    settings = ZigbeeSettings(port=str(tmp_path / "radio"))
    finder = Finder(settings, tmp_path)
    async with formed().serve_pty(link=settings.port):
        await finder.find()
    finder.forget_answer()
    assert read_memory(tmp_path).answered is None


def test_a_swap_is_remembered_by_a_name_that_no_other_device_gets(tmp_path: Path) -> None:
    tree = UsbTree(tmp_path)
    settings = ZigbeeSettings(port="/dev/old")
    named, bare = tree.plug(*SONOFF, by_id="usb-sonoff"), tree.plug(*SKY)
    finder = Finder(settings, tmp_path, tree.roots)
    finder.swapped_to(str(tree.roots.dev / "ttyUSB0"))
    assert read_memory(tmp_path).swapped == ("/dev/old", named)
    finder.swapped_to(bare)
    assert read_memory(tmp_path).swapped == ("/dev/old", named)
    finder.swapped_to("/dev/old")
    assert read_memory(tmp_path).swapped is None


@pytest.mark.parametrize("text", ["", "[]", '{"v": 2}', '{"v": 1, "answered": {"port": 3}}'])
def test_a_damaged_memory_counts_as_none(text: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(text)
    assert read_memory(tmp_path).answered is None


@pytest.mark.usefixtures("hurried")
async def test_a_network_moves_to_a_radio_of_the_other_family(tmp_path: Path) -> None:
    old, new = formed(), VirtualRadio(seed=99, asleep_s=0.2, speaks="ezsp")
    port, beside = tmp_path / "radio", tmp_path / "beside"
    driver = ZigbeeDriver(ZigbeeSettings(port=str(port)))
    gateway = Gateway([], str(tmp_path))
    async with (
        old.serve_pty(link=port),
        new.serve_pty(link=beside),
        running(driver, gateway),
    ):
        await gateway.wait_armed()
        before = driver.status().network
        assert before is not None
        compared = await driver.radio_care().compare(str(beside))
        assert (compared.holds, compared.family) == (Holds.NOTHING, "ezsp")
        await driver.radio_care().swap(str(beside))
        await gateway.until(lambda: driver.status().network is not None)
        after = driver.status().network
        assert after is not None
        assert (after.family, after.port) == ("ezsp", str(beside))
        assert (after.channel, after.pan_id, after.radio) == (
            before.channel,
            before.pan_id,
            before.radio,
        )
