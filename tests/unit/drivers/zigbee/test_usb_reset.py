"""When a stick's USB device is reset: after three openings in vain, and not again for a while."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from heimvakt_drivers.zigbee.sticks.usb_reset import PAUSE_S, LastResort, reset_device
from tests.support.usb import UsbTree

STICK = ("10c4:ea60", "ITead", "Sonoff Zigbee 3.0 USB Dongle Plus")


class Bench:
    def __init__(self, folder: Path) -> None:
        self.tree = UsbTree(folder)
        self.port = self.tree.plug(*STICK, by_id="usb-radio")
        self.now = 1000.0
        self.reset: list[Path] = []
        self.error: OSError | None = None
        self.last_resort = LastResort(self.tree.roots, lambda: self.now, self._reset)

    def _reset(self, node: Path) -> None:
        self.reset.append(node)
        if self.error is not None:
            raise self.error

    async def fail(self, times: int) -> int:
        """How many of the openings in vain led to a reset."""
        return sum([await self.last_resort.failed(self.port) for _ in range(times)])


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_two_openings_in_vain_may_be_the_stick_starting(bench: Bench) -> None:
    assert await bench.fail(2) == 0
    bench.last_resort.opened()
    assert await bench.fail(2) == 0
    assert bench.reset == []


async def test_the_third_resets_the_device_that_the_port_hangs_on(bench: Bench) -> None:
    assert await bench.fail(3) == 1
    assert bench.reset == [bench.tree.roots.dev / "bus/usb/001/001"]


async def test_not_more_often_than_every_five_minutes(bench: Bench) -> None:
    assert await bench.fail(20) == 1
    bench.now += PAUSE_S - 1
    assert await bench.fail(20) == 0
    bench.now += 1
    assert await bench.fail(20) == 1
    assert len(bench.reset) == 2


async def test_what_is_pulled_out_or_not_on_usb_cannot_be_reset(bench: Bench) -> None:
    for port in (str(bench.tree.roots.dev / "ttyUSB7"), "socket://127.0.0.1:1", "/dev/pts/3"):
        bench.port = port
        assert await bench.fail(5) == 0
    assert bench.reset == []


async def test_a_reset_that_is_refused_is_said_once_and_ends_nothing(bench: Bench) -> None:
    bench.error = PermissionError(13, "Permission denied")
    with capture_logs() as told:
        for _ in range(3):
            assert await bench.fail(3) == 0
            bench.now += PAUSE_S
    assert len(bench.reset) == 3
    (line,) = told
    assert line["error"] == "Permission denied"
    assert "docs/zigbee.md" in line["event"]


def test_what_is_no_usb_device_cannot_be_reset(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(OSError, match="Inappropriate ioctl"):
        reset_device(file)
    with pytest.raises(FileNotFoundError):
        reset_device(tmp_path / "gone")
