"""What the contacts of a lock mean, by values alone."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.commands import Verb
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    BatteryMeasured,
    DeviceEvent,
    DoorClosed,
    DoorOpened,
    LockedBy,
    LockJammed,
    LockLocked,
    LockUnlocked,
    TagBy,
    TamperClosed,
    TamperOpened,
)
from heimvakt_drivers.serial.locks.addresses import Post
from heimvakt_drivers.serial.locks.contacts import (
    AFTER_S,
    HANDLE_S,
    TAG_S,
    Contact,
    Contacts,
    heard,
    ordered,
    presented,
    stuck,
)

LOCK = Device(device_id="lock", role=Role.LOCK, driver="osdp", address="1")
DOOR = Device(device_id="door", role=Role.DOOR, driver="osdp", address="1/door")
POST = Post(1, LOCK, DOOR)
ALL = {
    Contact.DOOR: False,
    Contact.BOLT: True,
    Contact.HANDLE: False,
    Contact.RELEASE: False,
    Contact.TAMPER: False,
    Contact.SUPPLY: False,
}
IN, OUT = {Contact.BOLT: False}, {Contact.BOLT: True}


def shut(without: Contact | None = None) -> Contacts:
    """A door that is shut and locked, and known to be."""
    levels = {contact: up for contact, up in ALL.items() if contact is not without}
    return heard(Contacts(), POST, levels, 0.0)[0]


def events(contacts: Contacts, levels: dict[Contact, bool], now: float) -> list[DeviceEvent]:
    return list(heard(contacts, POST, levels, now)[1])


def mover(contacts: Contacts, now: float = 100.0) -> LockedBy:
    (event,) = events(contacts, IN, now)
    assert isinstance(event, LockUnlocked)
    return event.by


def test_at_the_first_look_position_and_door_are_told_and_what_is_well_is_not() -> None:
    assert events(Contacts(), ALL, 0.0) == [
        DoorClosed(device_id="door"),
        LockLocked(device_id="lock", by=LockedBy.UNKNOWN),
    ]


def test_what_is_not_well_at_the_first_look_is_told() -> None:
    told = events(Contacts(), {Contact.TAMPER: True, Contact.SUPPLY: True}, 0.0)
    assert told == [TamperOpened(device_id="lock"), BatteryMeasured(device_id="lock", low=True)]


@pytest.mark.parametrize(
    ("levels", "event"),
    [
        ({Contact.DOOR: True}, DoorOpened(device_id="door")),
        ({Contact.TAMPER: True}, TamperOpened(device_id="lock")),
        ({Contact.SUPPLY: True}, BatteryMeasured(device_id="lock", low=True)),
    ],
)
def test_each_contact_is_told_once(levels: dict[Contact, bool], event: DeviceEvent) -> None:
    after, told = heard(shut(), POST, levels, 1.0)
    assert told == (event,)
    assert events(after, levels, 2.0) == []


def test_a_housing_that_is_closed_again_is_told() -> None:
    opened, _ = heard(shut(), POST, {Contact.TAMPER: True}, 1.0)
    assert events(opened, {Contact.TAMPER: False}, 2.0) == [TamperClosed(device_id="lock")]


def test_a_lock_without_a_door_contact_in_the_home_tells_of_no_door() -> None:
    _, told = heard(Contacts(), Post(1, LOCK), ALL, 0.0)
    assert [type(event) for event in told] == [LockLocked]


def test_who_moved_the_bolt() -> None:
    assert mover(ordered(shut(), Verb.UNLOCK, 99.0, 5.0)) is LockedBy.ORDER
    assert mover(presented(shut(), TagBy.CARD, 99.0)) is LockedBy.TAG
    assert mover(presented(shut(), TagBy.CODE, 99.0)) is LockedBy.CODE
    assert mover(heard(shut(), POST, {Contact.HANDLE: True}, 99.0)[0]) is LockedBy.INSIDE
    assert mover(shut()) is LockedBy.KEY


def test_without_a_contact_at_the_handle_nobody_knows() -> None:
    assert mover(shut(without=Contact.HANDLE)) is LockedBy.UNKNOWN


def test_what_was_long_ago_moved_nothing() -> None:
    assert mover(ordered(shut(), Verb.UNLOCK, 0.0, 5.0), 5.1 + AFTER_S) is LockedBy.KEY
    assert mover(presented(shut(), TagBy.CARD, 0.0), TAG_S + 0.1) is LockedBy.KEY
    handle, _ = heard(shut(), POST, {Contact.HANDLE: True}, 0.0)
    assert mover(handle, HANDLE_S + 0.1) is LockedBy.KEY


def test_after_its_time_the_lock_itself_locks_and_the_order_is_over() -> None:
    opened, _ = heard(ordered(shut(), Verb.UNLOCK, 10.0, 1.0), POST, IN, 10.1)
    again, told = heard(opened, POST, OUT, 11.2)
    assert told == (LockLocked(device_id="lock", by=LockedBy.INSIDE),)
    assert mover(again, 11.5) is LockedBy.KEY


def test_an_order_to_lock_locks() -> None:
    opened, _ = heard(shut(), POST, IN, 1.0)
    told = events(ordered(opened, Verb.LOCK, 2.0, 0.0), OUT, 2.5)
    assert told == [LockLocked(device_id="lock", by=LockedBy.ORDER)]


def test_without_a_contact_at_the_bolt_what_is_let_go_says_where_it_is() -> None:
    before = ordered(shut(without=Contact.BOLT), Verb.UNLOCK, 1.0, 5.0)
    after, told = heard(before, POST, {Contact.RELEASE: True}, 1.1)
    assert told == (LockUnlocked(device_id="lock", by=LockedBy.ORDER),)
    assert events(after, {Contact.RELEASE: False}, 6.1) == [
        LockLocked(device_id="lock", by=LockedBy.INSIDE)
    ]


def test_with_one_the_bolt_alone_says_it() -> None:
    assert events(shut(), {Contact.RELEASE: True}, 1.0) == []


def test_a_bolt_that_is_stuck_is_told_once_until_it_moves() -> None:
    jammed, told = stuck(shut(), POST)
    assert told == (LockJammed(device_id="lock"),)
    assert stuck(jammed, POST)[1] == ()
    free, _ = heard(jammed, POST, IN, 1.0)
    assert stuck(free, POST)[1] == told


@given(st.lists(st.dictionaries(st.sampled_from(Contact), st.booleans()), max_size=30))
def test_whatever_is_heard_positions_alternate_and_the_last_is_where_it_is(
    reports: list[dict[Contact, bool]],
) -> None:
    contacts, told = Contacts(), list[DeviceEvent]()
    for now, levels in enumerate(reports):
        contacts, more = heard(contacts, POST, levels, float(now))
        told += more
    for one, other in ((LockLocked, LockUnlocked), (DoorOpened, DoorClosed)):
        kinds = [type(event) for event in told if isinstance(event, one | other)]
        assert all(first is not second for first, second in itertools.pairwise(kinds))
        where = contacts.locked if one is LockLocked else contacts.levels.get(Contact.DOOR)
        assert (kinds[-1] if kinds else None) is {True: one, False: other, None: None}[where]
