"""A contact that chatters: its first changes and its last state are told, and not much between."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.events import (
    URGENT,
    DeviceEvent,
    DeviceSteady,
    DeviceUnsteady,
    DoorClosed,
    DoorOpened,
    LockedBy,
    LockUnlocked,
    LoggedEvent,
    MotionDetected,
    TagPresented,
)
from heimvakt.core.steadying import BURST, CALM_S, CONTACTS, EVERY_S, Pace, due, heard, look

OPENED, CLOSED = DoorOpened(device_id="door"), DoorClosed(device_id="door")


@dataclass
class Door:
    """A contact, and what is told of it and when."""

    pace: Pace = field(default_factory=Pace)
    at: float = 0.0
    told: list[tuple[float, DeviceEvent]] = field(default_factory=list)

    def change(self, event: DeviceEvent) -> None:
        self.pace, told = heard(self.pace, event, self.at)
        self.told += [(self.at, each) for each in told]

    def wait(self, seconds: float) -> None:
        until = self.at + seconds
        while (at := due(self.pace)) is not None and at <= until:
            self.at = max(self.at, at)
            self.pace, told = look(self.pace, self.at)
            self.told += [(self.at, each) for each in told]
        self.at = until

    def chatter(self, changes: int, every_s: float) -> None:
        """Ends open if `changes` is odd."""
        for number in range(changes):
            self.change(CLOSED if number % 2 else OPENED)
            self.wait(every_s)

    def changes(self) -> list[DeviceEvent]:
        return [event for _, event in self.told if isinstance(event, DoorOpened | DoorClosed)]

    def of(self, kind: type[DeviceEvent]) -> list[DeviceEvent]:
        return [event for _, event in self.told if isinstance(event, kind)]


def test_a_door_that_is_used_is_told_as_ever() -> None:
    door = Door()
    door.chatter(BURST, 1.0)
    door.chatter(200, EVERY_S)
    assert len(door.changes()) == BURST + 200
    assert door.of(DeviceUnsteady) == []


def test_one_that_chatters_is_told_so_once_and_its_last_state_when_it_ends() -> None:
    door = Door()
    door.chatter(10_001, 0.01)
    assert len(door.changes()) <= BURST + door.at / EVERY_S + 1
    door.wait(EVERY_S)
    assert door.changes()[-1] == OPENED
    assert len(door.of(DeviceUnsteady)) == 1
    assert door.of(DeviceSteady) == []
    door.wait(CALM_S)
    assert door.of(DeviceSteady) == [
        DeviceSteady(device_id="door", left_out=10_001 - len(door.changes()))
    ]
    assert due(door.pace) is None


def test_the_first_change_is_told_at_once_and_so_is_one_after_it_was_calm() -> None:
    door = Door()
    door.chatter(500, 0.01)
    door.wait(2 * CALM_S)
    before = len(door.told)
    door.change(OPENED)
    assert door.told[before:] == [(door.at, OPENED)]


def test_what_came_back_to_where_it_was_is_not_told_again() -> None:
    door = Door()
    door.chatter(BURST + 2, 0.01)
    assert door.changes()[-1] == CLOSED
    door.wait(EVERY_S)
    assert len(door.changes()) == BURST


def test_who_moved_the_bolt_is_part_of_what_is_told_last() -> None:
    bolt = Door()
    for _ in range(BURST + 5):
        bolt.change(LockUnlocked(device_id="lock", by=LockedBy.UNKNOWN))
    bolt.change(LockUnlocked(device_id="lock", by=LockedBy.TAG))
    bolt.wait(EVERY_S)
    assert bolt.told[-1][1] == LockUnlocked(device_id="lock", by=LockedBy.TAG)


def test_nothing_that_calls_for_help_is_ever_held() -> None:
    assert not CONTACTS.keys() & {*URGENT, TagPresented, MotionDetected}
    assert not any(issubclass(kind, LoggedEvent) for kind in CONTACTS)


@given(waits=st.lists(st.sampled_from([0.0, 0.01, 0.5, 29.9, 30.0, 700.0]), max_size=300))
def test_however_it_chatters_the_first_and_the_last_are_told_and_no_flood(
    waits: list[float],
) -> None:
    door = Door()
    for number, wait_s in enumerate(waits):
        door.change(CLOSED if number % 2 else OPENED)
        door.wait(wait_s)
    door.wait(EVERY_S)
    if waits:
        assert door.told[0] == (0.0, OPENED)
        assert door.changes()[-1] == (OPENED if len(waits) % 2 else CLOSED)
    assert len(door.changes()) <= BURST + door.at / EVERY_S + 1
    door.wait(CALM_S)
    assert len(door.of(DeviceUnsteady)) == len(door.of(DeviceSteady))
    left_out = sum(
        each.left_out for each in door.of(DeviceSteady) if isinstance(each, DeviceSteady)
    )
    assert len(door.changes()) + left_out == len(waits)
