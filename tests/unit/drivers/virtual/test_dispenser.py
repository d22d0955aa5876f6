"""The virtual dispenser by itself: what it does with time, hands and its own troubles."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from heimvakt_drivers.virtual.dispenser import VirtualDispenser
from heimvakt_drivers.virtual.dispenser.codes import Code
from heimvakt_drivers.virtual.dispenser.octets import crc, stuff, unstuff

DAY = 29_540_160
"""A midnight, in minutes since 1970."""
EIGHT, NOON = DAY + 8 * 60, DAY + 12 * 60


class Room:
    """A dispenser with a plan and no gateway."""

    def __init__(self, folder: Path | None = None, **more: bool) -> None:
        self.seconds = (DAY + 7 * 60) * 60.0
        self.device = VirtualDispenser(folder, key=bytes(16), crystal=lambda: self.seconds, **more)
        self.device.refill(28)
        self.device.start()
        self.device.machine.set_time(self.seconds)
        self.device.machine.take_plan(1, {EIGHT: 60, NOON: 60})

    def until(self, minute: float) -> None:
        while (due := self.device.due()) is not None and due < minute * 60:
            self.seconds = due
            self.device.tick()
        self.seconds = minute * 60
        self.device.tick()

    def codes(self) -> list[Code]:
        return [Code(record.code) for _, record in self.device.history]


def test_a_dose_is_offered_at_its_minute_and_taken() -> None:
    room = Room()
    room.until(EIGHT - 0.1)
    assert room.device.offered() is None
    room.until(EIGHT)
    assert room.device.offered() == EIGHT
    assert room.device.take()
    assert room.codes()[1:] == [Code.OFFERED, Code.TAKEN]
    assert not room.device.take()


def test_half_way_it_reminds_and_at_the_end_it_locks_the_dose_away() -> None:
    room = Room()
    room.until(EIGHT + 30)
    assert room.codes()[-1] is Code.REMINDED
    assert room.device.machine.reminding
    room.until(EIGHT + 60)
    assert room.codes()[-2:] == [Code.MISSED, Code.RETRACTED]
    assert room.device.offered() is None
    room.until(NOON)
    assert room.device.offered() == NOON
    assert room.device.turns == [(1, 1), (1, 2)]


@pytest.mark.parametrize(
    ("trouble", "mend"),
    [
        (lambda d: d.tilt(), lambda d: d.tilt(tilted=False)),
        (lambda d: d.open_lid(), lambda d: d.close_lid()),
        (lambda d: d.jam(), lambda d: d.jam(stuck=False)),
        (lambda d: (d.battery(0), d.mains(False)), lambda d: d.mains(True)),
        (lambda d: d.refill(0), lambda d: d.refill(28)),
    ],
    ids=["tilted", "open", "jammed", "no power", "empty"],
)
def test_it_does_not_turn_in_trouble_and_goes_on_after_it(
    trouble: Callable[[VirtualDispenser], object], mend: Callable[[VirtualDispenser], object]
) -> None:
    room = Room()
    trouble(room.device)
    room.until(EIGHT + 10)
    assert room.device.turns == []
    mend(room.device)
    room.until(EIGHT + 11)
    assert room.device.offered() == EIGHT


def test_a_dose_that_could_not_be_given_is_missed_without_having_been_out() -> None:
    room = Room()
    room.device.jam()
    room.until(EIGHT + 60)
    assert room.codes()[1:] == [Code.JAMMED, Code.MISSED]


@pytest.mark.parametrize("rtc", [True, False])
def test_without_a_time_nothing_is_given_and_what_is_out_is_locked(rtc: bool) -> None:
    room = Room(rtc=rtc)
    room.until(EIGHT)
    room.device.restart()
    assert (room.device.offered() == EIGHT) is rtc
    room.device.lose_time()
    assert room.device.offered() is None
    room.device.machine.set_time(room.seconds)
    assert room.device.offered() == EIGHT
    assert room.device.turns == [(1, 1)]


def test_few_and_none_left_are_told_once_and_a_refill_ends_both() -> None:
    room = Room()
    room.device.refill(2)
    room.until(EIGHT)
    room.device.take()
    room.until(NOON)
    room.device.take()
    room.device.refill(28)
    told = [code for code in room.codes() if code in (Code.LOW, Code.EMPTY, Code.REFILLED)]
    assert told == [Code.REFILLED, Code.REFILLED, Code.LOW, Code.EMPTY, Code.REFILLED]


def test_a_refill_while_a_dose_is_out_ends_that_dose() -> None:
    room = Room()
    room.until(EIGHT)
    room.device.refill(28)
    ended = [Code.OPENED, Code.MISSED, Code.RETRACTED, Code.REFILLED, Code.CLOSED]
    assert room.codes()[-5:] == ended
    assert room.device.offered() is None
    room.until(NOON)
    assert room.device.turns == [(1, 1), (2, 1)]


def test_forced_is_told_apart_from_opened_with_the_key() -> None:
    room = Room()
    room.device.open_lid(forced=True)
    room.device.close_lid()
    opened = [r for _, r in room.device.history if r.code == Code.OPENED]
    assert opened[0].tlvs == "050101"


def test_mains_and_battery() -> None:
    room = Room()
    room.device.mains(False)
    room.device.mains(True)
    assert room.codes()[-2:] == [Code.ON_BATTERY, Code.ON_MAINS]


def test_a_plan_replaces_what_comes_and_leaves_what_is_due() -> None:
    room = Room()
    room.device.jam()
    room.until(EIGHT + 1)
    room.device.machine.take_plan(2, {NOON + 5: 30})
    assert sorted(room.device.machine.memory.doses) == [EIGHT, NOON + 5]


def test_what_is_over_is_not_begun_again_by_a_plan() -> None:
    room = Room()
    room.until(EIGHT)
    room.device.take()
    room.device.machine.take_plan(2, {EIGHT: 600, NOON: 60})
    room.until(EIGHT + 100)
    assert room.device.turns == [(1, 1)]
    room.until(NOON + 8 * 24 * 60)
    room.device.machine.take_plan(3, {EIGHT: 60_000})
    assert EIGHT not in room.device.machine.memory.doses


def test_a_motor_that_takes_its_time_says_running_and_survives_a_restart() -> None:
    room = Room()
    device = VirtualDispenser(key=bytes(16), crystal=lambda: room.seconds, turn_s=4.0)
    device.refill(28)
    device.start()
    device.machine.set_time(room.seconds)
    device.machine.take_plan(1, {EIGHT: 60})
    assert device.machine.release(7, EIGHT, False) == (1, 0)
    device.machine.take_plan(2, {NOON: 60})  # too late for the dose that it turns to
    device.restart()
    assert device.offered() is None
    room.seconds += 5
    device.tick()
    assert device.offered() == EIGHT
    assert device.turns == [(1, 1)]
    assert device.machine.memory.came_of(7) is not None


def test_it_remembers_in_its_folder(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.until(EIGHT)
    room.device.take()
    log = room.device.machine.memory.log
    another = VirtualDispenser(tmp_path, key=bytes(16), crystal=lambda: room.seconds)
    another.start()
    assert another.machine.memory.log == log
    assert another.given == room.device.given
    another.forget()
    assert another.machine.memory.log != log
    assert another.given == room.device.given


@pytest.mark.parametrize("length", [0, 1, 253, 254, 255, 300])
def test_stuffing_goes_both_ways(length: int) -> None:
    for octets in (bytes(length), b"\1" * length, bytes(range(256))[:length] + b"\0"):
        stuffed = stuff(octets)
        assert 0 not in stuffed
        assert unstuff(stuffed) == octets
    assert crc(b"") == 0xFFFF
