"""What is read from a frame before zigpy has it: exactly what zigpy reads, and once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from heimvakt_drivers.zigbee.listening.early import (
    KEPT_MAX,
    REPEATED_S,
    Repetitions,
    read,
)
from heimvakt_drivers.zigbee.sensing.heard import (
    BATTERY_PERCENT,
    BATTERY_VOLTAGE,
    STATUS_CHANGE,
    Attribute,
    Cluster,
    Command,
)

PRESS = bytes.fromhex("09 2a 00 0200 00 01 0000")
BATTERY = bytes.fromhex("18 07 0a 2000 20 1e 2100 20 c8")
ADDRESS = "00:11:22:33:44:55:66:01"


def test_a_call_for_help_is_read_with_all_that_it_says() -> None:
    reading = read(Cluster.ZONE, PRESS)
    assert reading is not None
    assert reading.facts == (Command(STATUS_CHANGE, (2, 0, 1, 0), 0x2A, from_server=True),)


def test_a_report_may_tell_several_things() -> None:
    reading = read(Cluster.POWER, BATTERY)
    assert reading is not None
    assert reading.facts == (Attribute(BATTERY_VOLTAGE, 30), Attribute(BATTERY_PERCENT, 200))


@given(some.sampled_from(Cluster), some.binary(max_size=24))
def test_no_octets_are_too_broken(cluster: Cluster, octets: bytes) -> None:
    assert read(cluster, octets) is None or len(octets) >= 3


def test_a_frame_that_is_cut_off_or_too_long_is_left_to_zigpy() -> None:
    assert all(read(Cluster.ZONE, PRESS[:size]) is None for size in range(len(PRESS)))
    assert read(Cluster.ZONE, PRESS + b"\0") is None
    for size in range(len(BATTERY)):
        assert (read(Cluster.POWER, BATTERY[:size]) is not None) is (size == 7)


def test_what_is_of_one_maker_is_left_to_zigpy() -> None:
    assert read(Cluster.ZONE, bytes((PRESS[0] | 0x04,)) + PRESS[1:]) is None
    assert read(Cluster.ZONE, bytes((PRESS[0] | 0x20,)) + PRESS[1:]) is None


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
