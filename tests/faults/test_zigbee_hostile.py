"""Hostile and broken frames at the radio: nothing stops, nothing grows, nothing false is heard.

Octets that are no frame, frames cut in pieces, and ZCL that no standard knows, in between real
presses. HEIMVAKT_HOSTILE says how many (200 without it), HEIMVAKT_SEED which ones.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from heimvakt.core.devices import Role
from heimvakt.core.events import URGENT, ButtonPressed, RadioLost
from heimvakt_drivers.virtual.zigbee import (
    ContactSensor,
    EmergencyButton,
    MotionSensor,
    SmokeDetector,
    VirtualDevice,
)
from heimvakt_drivers.virtual.zigbee.air import Outgoing
from tests.support.drivers import Gateway
from tests.support.zigbee import ZigbeeBench, device, formed

HOSTILE = int(os.environ.get("HEIMVAKT_HOSTILE", "200"))
SEED = int(os.environ.get("HEIMVAKT_SEED", "1"))
PRESS_EVERY = 50
COUNTERS_MAX = 200
"""Names under which something is counted; they come from code, not from what was sent."""
TASKS_MORE = 64
"""Answers on their way and timers of retries, for six devices."""

CLUSTERS = (0x0000, 0x0001, 0x0006, 0x0012, 0x0020, 0x0402, 0x0406, 0x0500, 0x0501, 0x0502, 0x0702)
FOREIGN = (0x0B05, 0xE001, 0xEF00, 0xFC00, 0xFCC0, 0xFFFF)
ZONE_CHANGE = bytes((0x09, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00))
REPORT = bytes((0x18, 0x01, 0x0A, 0x21, 0x00, 0x20, 0xC8))

pytestmark = pytest.mark.fault


class Attacker:
    """Makes up what no sensor sends."""

    def __init__(self, chance: random.Random, senders: list[VirtualDevice]) -> None:
        self._chance = chance
        self._senders = senders
        self._ways: tuple[Callable[[], tuple[int, bytes]], ...] = (
            self._noise,
            self._cut,
            self._lengthened,
            self._foreign,
            self._wrong_side,
            self._lying_lengths,
        )

    def sender(self) -> VirtualDevice:
        return self._chance.choice(self._senders)

    def zcl(self) -> tuple[int, bytes]:
        """A cluster and octets that are no call for help, whatever else they are."""
        while True:
            cluster, data = self._chance.choice(self._ways)()
            if not _is_call(cluster, data):
                return cluster, data

    def octets(self) -> bytes:
        """Anything at all for the line."""
        return self._chance.randbytes(self._chance.randrange(1, 300))

    def _noise(self) -> tuple[int, bytes]:
        return self._chance.choice(CLUSTERS), self._chance.randbytes(self._chance.randrange(80))

    def _cut(self) -> tuple[int, bytes]:
        whole, cluster = self._chance.choice([(ZONE_CHANGE, 0x0500), (REPORT, 0x0001)])
        return cluster, whole[: self._chance.randrange(len(whole))]

    def _lengthened(self) -> tuple[int, bytes]:
        return 0x0001, REPORT + self._chance.randbytes(self._chance.randrange(1, 60))

    def _foreign(self) -> tuple[int, bytes]:
        return self._chance.choice(FOREIGN), ZONE_CHANGE + self._chance.randbytes(4)

    def _wrong_side(self) -> tuple[int, bytes]:
        """As if the panel spoke to the zone, or a maker of his own."""
        control = self._chance.choice((0x01, 0x05, 0x0D, 0x03))
        return 0x0500, bytes((control,)) + ZONE_CHANGE[1:]

    def _lying_lengths(self) -> tuple[int, bytes]:
        """Strings, arrays and structures that promise more than they have."""
        kind = self._chance.choice((0x41, 0x42, 0x43, 0x44, 0x48, 0x4C, 0x50, 0x51))
        head = bytes((0x18, self._chance.randrange(256), 0x0A, 0x01, 0xFF, kind))
        return 0x0000, head + b"\xff" * self._chance.randrange(1, 70)


def _is_call(cluster: int, data: bytes) -> bool:
    """A frame that a real zone might have sent: by chance these come too."""
    return cluster in (0x0500, 0x0501, 0x0006, 0x0012) and len(data) >= 3 and data[2] in (0, 0x0A)


@pytest.mark.timeout(120 + HOSTILE // 20)
@pytest.mark.parametrize("speaks", ["znp", "ezsp"])
async def test_hostile_frames_stop_nothing_grow_nothing_and_say_nothing_false(
    speaks: Literal["znp", "ezsp"], tmp_path: Path
) -> None:
    roles = (Role.BUTTON, Role.SMOKE, Role.DOOR, Role.MOTION)
    devices = [device(number, role) for number, role in enumerate(roles, start=1)]
    bench = ZigbeeBench(tmp_path, devices, formed(speaks=speaks))
    kinds = (EmergencyButton, SmokeDetector, ContactSensor, MotionSensor)
    sensors = [bench.radio.add(kind(d.address)) for kind, d in zip(kinds, devices, strict=True)]
    button = sensors[0]
    assert isinstance(button, EmergencyButton)
    chance = random.Random(SEED)
    attacker = Attacker(chance, list(sensors))
    async with bench.served(), bench.armed() as (driver, gateway):
        await bench.radio.wait_permit_join()
        for sensor in sensors:
            await sensor.join()
            await sensor.wait_enrolled()
        presses, tasks_before = 0, len(asyncio.all_tasks())
        for number in range(HOSTILE):
            if number % PRESS_EVERY == 0:
                presses += 1
                assert await button.press()
                await _heard(gateway, presses)
                assert await button.release()
            elif chance.random() < 0.2:
                await bench.radio.send_raw(attacker.octets())
            else:
                sender, (cluster, data) = attacker.sender(), attacker.zcl()
                await bench.radio.transmit(sender, Outgoing(cluster, 1, 1, data))
        await button.press()
        await _heard(gateway, presses + 1)
        urgent = [event for event in gateway.emitted if isinstance(event, URGENT)]
        assert {type(event) for event in urgent} == {ButtonPressed}, urgent
        assert len(urgent) == presses + 1
        assert not [e for e in gateway.emitted if isinstance(e, RadioLost)]
        assert len(asyncio.all_tasks()) <= tasks_before + TASKS_MORE
        assert len(driver.counts()) <= COUNTERS_MAX


async def _heard(gateway: Gateway, presses: int) -> None:
    """Return when so many presses were heard."""
    await gateway.until(
        lambda: sum(isinstance(event, ButtonPressed) for event in gateway.emitted) == presses
    )
