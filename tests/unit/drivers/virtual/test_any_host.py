"""Whatever a host sends, the radio answers or keeps silent; it never falls over."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt_drivers.virtual.zigbee import CatalogueDevice
from heimvakt_drivers.virtual.zigbee.sensors import KINDS
from heimvakt_drivers.virtual.zigbee.znp.coordinator import ZnpCoordinator
from heimvakt_drivers.virtual.zigbee.znp.dispatch import HANDLERS, handle
from heimvakt_drivers.virtual.zigbee.znp.mt_frame import PAYLOAD_MAX, Kind, MtFrame, encode

SENSORS = [kind for kind in KINDS.values() if kind is not CatalogueDevice]
COMMANDS = [(subsystem, command) for subsystem, of in HANDLERS.items() for command in of]
payloads = st.binary(max_size=PAYLOAD_MAX)
clusters = st.sampled_from([0x0000, 0x0001, 0x0003, 0x0006, 0x0019, 0x0406, 0x0500, 0x0B04])
small = st.builds(bytes, st.lists(st.integers(0, 0x42), max_size=40))
"""Octets that more often are commands, attributes and types that exist."""


def lived_in() -> ZnpCoordinator:
    coordinator = ZnpCoordinator(bytes(range(8)), random.Random(1), asleep_s=1)
    coordinator.start()
    for number, kind in enumerate(SENSORS):
        device = kind(f"00:11:22:33:44:55:66:{number:02x}")
        coordinator.devices[device.ieee_sent] = device
        coordinator.admit(device, rejoin=False)
    return coordinator


@given(st.lists(st.tuples(st.sampled_from(COMMANDS), payloads | small), max_size=12))
def test_known_commands_with_any_payload(requests: list[tuple[tuple[int, int], bytes]]) -> None:
    coordinator = lived_in()
    for (subsystem, command), payload in requests:
        frame = MtFrame(Kind.SREQ, subsystem, command, payload)
        for output in handle(coordinator, frame, 1.0):
            if isinstance(output, MtFrame):
                encode(output)


@given(st.builds(MtFrame, st.sampled_from(Kind), st.integers(0, 31), st.integers(0, 255), payloads))
def test_any_frame(frame: MtFrame) -> None:
    outputs = handle(lived_in(), frame, 1.0)
    assert len(outputs) < 40


@pytest.mark.parametrize("kind", SENSORS)
@given(frames=st.lists(st.tuples(clusters, small | st.binary(max_size=80)), max_size=10))
def test_any_zcl(kind: type, frames: list[tuple[int, bytes]]) -> None:
    device = kind("00:11:22:33:44:55:66:77")
    for cluster, data in frames:
        for answer in device.receive(cluster, 1, 1, data):
            assert len(answer.data) <= 90
