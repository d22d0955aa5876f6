"""What is read from a zone's frame before zigpy has it: exactly what zigpy reads, and once."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as some
from zigpy.zcl import foundation
from zigpy.zcl.clusters.security import IasZone

from heimvakt_drivers.zigbee.early import KEPT_MAX, REPEATED_S, Repetitions, status_change
from heimvakt_drivers.zigbee.heard import STATUS_CHANGE, Command

PRESS = bytes.fromhex("09 2a 00 0200 00 01 0000")
ADDRESS = "00:11:22:33:44:55:66:01"


def as_zigpy_reads(octets: bytes) -> Command | None:
    """The status change in a frame of a zone, if zigpy tells of one."""
    header: Any
    header, rest = foundation.ZCLHeader.deserialize(octets)
    from_server = header.direction is foundation.Direction.Server_to_Client
    if not header.frame_control.is_cluster or header.manufacturer is not None or not from_server:
        return None
    if header.command_id != STATUS_CHANGE:
        return None
    schema = IasZone.ClientCommandDefs.status_change_notification.schema
    read, _ = schema.deserialize(rest)
    values = tuple(int(value) for value in read.as_tuple())
    return Command(int(header.command_id), values, int(header.tsn), from_server=True)


@given(
    control=some.sampled_from([0x09, 0x19]),
    sequence=some.integers(0, 255),
    rest=some.binary(min_size=6, max_size=6),
)
def test_every_status_change_is_read_as_zigpy_reads_it(
    control: int, sequence: int, rest: bytes
) -> None:
    octets = bytes((control, sequence, STATUS_CHANGE)) + rest
    assert status_change(octets) == as_zigpy_reads(octets) is not None


@given(some.binary(min_size=9, max_size=9) | some.binary(max_size=16))
@example(PRESS + b"\x00")
@example(PRESS[:-1])
@example(b"\x08" + PRESS[1:])  # a report
@example(b"\x01" + PRESS[1:])  # from a client
@example(b"\x0d" + PRESS[1:])  # of a maker
@example(PRESS[:2] + b"\x01" + PRESS[3:])  # a wish to be enrolled
def test_whatever_it_reads_zigpy_reads_too(octets: bytes) -> None:
    read = status_change(octets)
    assert read is None or read == as_zigpy_reads(octets)


def test_a_frame_that_comes_again_is_a_repetition_for_ten_seconds() -> None:
    frames = Repetitions()
    assert not frames.is_one((ADDRESS, 1, PRESS), now=100.0)
    assert frames.is_one((ADDRESS, 1, PRESS), now=100.0)
    assert frames.is_one((ADDRESS, 1, PRESS), now=100.0 + REPEATED_S - 0.1)
    assert not frames.is_one((ADDRESS, 1, PRESS), now=100.0 + REPEATED_S)


def test_the_same_octets_of_another_are_no_repetition() -> None:
    frames = Repetitions()
    assert not frames.is_one((ADDRESS, 1, PRESS), now=0.0)
    assert not frames.is_one((ADDRESS, 2, PRESS), now=0.0)
    assert not frames.is_one(("00:11:22:33:44:55:66:02", 1, PRESS), now=0.0)


def test_in_a_storm_the_oldest_are_forgotten_first() -> None:
    frames = Repetitions()
    for number in range(KEPT_MAX + 1):
        assert not frames.is_one((ADDRESS, 1, number.to_bytes(2, "big")), now=0.0)
    assert frames.is_one((ADDRESS, 1, (1).to_bytes(2, "big")), now=0.0)
    assert not frames.is_one((ADDRESS, 1, (0).to_bytes(2, "big")), now=0.0)
