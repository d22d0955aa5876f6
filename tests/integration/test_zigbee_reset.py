"""A stick that hangs is opened again and again, then its USB device is reset; one loss is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from heimvakt.core.events import Event, RadioBack, RadioLost
from heimvakt_drivers.virtual.zigbee import VirtualRadio
from heimvakt_drivers.zigbee.inbox import Inbox
from heimvakt_drivers.zigbee.life import RadioLife
from heimvakt_drivers.zigbee.settings import ZigbeeSettings
from heimvakt_drivers.zigbee.status import Board
from tests.support.usb import UsbTree
from tests.support.zigbee import formed

STICK = ("10c4:ea60", "ITead", "Sonoff Zigbee 3.0 USB Dongle Plus")


class Hung:
    """Mute until its USB device is reset, as a stick whose firmware hangs."""

    def __init__(self, folder: Path, radio: VirtualRadio) -> None:
        self.radio = radio
        self.tree = UsbTree(folder)
        self.port = self.tree.plug(*STICK, port=folder / "radio", by_id="usb-radio")
        self.reset: list[Path] = []
        radio.faults.mute = True

    def be_reset(self, node: Path) -> None:
        self.reset.append(node)
        self.radio.faults.mute = False


async def test_a_stick_that_hangs_is_reset_and_heard_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heimvakt_drivers.zigbee.radio.network.ANSWER_S", 0.2)
    monkeypatch.setattr("heimvakt_drivers.zigbee.life.OPEN_S", 1.0)
    monkeypatch.setattr("heimvakt_drivers.zigbee.life.AGAIN_S", 0.01)
    hung = Hung(tmp_path, formed())

    def reset(node: Path) -> None:
        hung.be_reset(node)
        # It answers from now on, as soon as the machine lets it.
        monkeypatch.setattr("heimvakt_drivers.zigbee.radio.network.ANSWER_S", 30.0)
        monkeypatch.setattr("heimvakt_drivers.zigbee.life.OPEN_S", 60.0)

    armed = asyncio.Event()
    inbox = Inbox(Counter())
    life = RadioLife(
        "zigbee",
        ZigbeeSettings(port=hung.port),
        tmp_path,
        {},
        Board(),
        inbox,
        armed.set,
        asyncio.get_running_loop().time,
        roots=hung.tree.roots,
        reset=reset,
    )
    told: list[Event] = []

    async def emit(*events: Event) -> None:
        told.extend(events)

    async with hung.radio.serve_pty(link=tmp_path / "radio"), asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(life.keep_open()),
            tasks.create_task(inbox.feed_ordinary(emit)),
        ]
        async with asyncio.timeout(60):
            await armed.wait()
            while len(told) < 2:  # noqa: ASYNC110 - it is fed by a task of its own
                await asyncio.sleep(0.01)
        for task in running:
            task.cancel()
    assert hung.reset == [hung.tree.roots.dev / "bus/usb/001/001"]
    assert [type(event) for event in told] == [RadioLost, RadioBack]
