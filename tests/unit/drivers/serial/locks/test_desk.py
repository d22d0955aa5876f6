"""One order at a time, none twice, and what is told of it is true: the wire is played by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from heimvakt.core.commands import Command, CommandFailed, Verb
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    CodesIgnored,
    ContactBack,
    ContactLost,
    DeviceSeen,
    Event,
    TagBy,
    TagPresented,
)
from heimvakt_drivers.serial.locks.addresses import Post
from heimvakt_drivers.serial.locks.contacts import Contact
from heimvakt_drivers.serial.locks.desk import (
    LASTING_S_MAX,
    REMEMBERED,
    STRANGERS_MAX,
    Desk,
    lasting_s,
)

POST = Post(1, Device(device_id="lock", role=Role.LOCK, driver="osdp", address="1"))
IN = {Contact.BOLT: False}


class Wire:
    """Takes an order, and is told not to send it any more."""

    def __init__(self) -> None:
        self.told: list[Event] = []
        self.desk = Desk(POST, self.told.extend, lambda key: None, bolt_within_s=1.0)
        self.desk.heard({Contact.BOLT: True, Contact.RELEASE: False})
        self.given = 0
        self.waits = False

    def send(self) -> bool:
        self.given += 1
        self.waits = True
        return True

    def stop(self) -> None:
        self.waits = False

    async def carry(self, command_id: str = "one") -> None:
        command = Command(command_id=command_id, verb=Verb.UNLOCK, device_id="lock")
        await self.desk.carry(command, 1.0, self.send, self.stop)

    @asynccontextmanager
    async def carrying(self, command_id: str = "one") -> AsyncIterator[asyncio.Task[None]]:
        task = asyncio.get_running_loop().create_task(self.carry(command_id))
        await asyncio.sleep(0)
        yield task


async def certain_of(task: asyncio.Task[None]) -> bool:
    with pytest.raises(CommandFailed) as failed:
        await task
    return failed.value.certain


async def test_answer_and_bolt_make_it_done_and_it_is_answered_so_again() -> None:
    wire = Wire()
    async with wire.carrying() as task:
        wire.desk.sent()
        wire.desk.taken()
        wire.desk.heard(IN)
        await task
    await wire.carry()
    assert wire.given == 1


async def test_what_is_surely_not_done_cannot_go_out_before_that_is_told() -> None:
    wire = Wire()
    async with wire.carrying() as task:
        wire.desk.unreachable("gone")
        assert not wire.waits
        assert not task.done()
        assert await certain_of(task)


async def test_what_is_surely_not_done_may_be_tried_again() -> None:
    wire = Wire()
    for _ in range(2):
        async with wire.carrying() as task:
            wire.desk.unreachable("gone")
            assert await certain_of(task)
    assert wire.given == 2


async def test_what_nobody_knows_is_not_tried_again() -> None:
    wire = Wire()
    async with wire.carrying() as task:
        wire.desk.sent()
        task.cancel()
        await asyncio.wait([task])
    async with wire.carrying() as task:
        assert not await certain_of(task)
    assert wire.given == 1


async def test_what_is_given_up_before_it_went_out_does_not_go_out() -> None:
    wire = Wire()
    async with wire.carrying() as task:
        task.cancel()
        await asyncio.wait([task])
    assert not wire.waits


async def test_one_order_at_a_time_and_of_the_same_nobody_knows_yet() -> None:
    wire = Wire()
    async with wire.carrying("one") as first:
        async with wire.carrying("two") as other:
            assert await certain_of(other)
        async with wire.carrying("one") as same:
            assert not await certain_of(same)
        wire.desk.sent()
        wire.desk.taken()
        wire.desk.heard(IN)
        await first
    assert wire.given == 1


async def test_no_more_is_remembered_than_is_worth_it() -> None:
    wire = Wire()
    for number in range(2 * REMEMBERED):
        async with wire.carrying(f"order-{number}") as task:
            wire.desk.unreachable("gone")
            assert await certain_of(task)
    assert len(wire.desk._past) == REMEMBERED


async def test_lost_and_back_are_told_of_all_that_hang_on_it() -> None:
    door = Device(device_id="door", role=Role.DOOR, driver="osdp", address="1/door")
    told: list[Event] = []
    desk = Desk(Post(1, POST.lock, door), told.extend, lambda key: None, bolt_within_s=1.0)
    desk.there(again=False)
    desk.lost("gone")
    desk.there(again=True)
    assert [(type(e), getattr(e, "device_id", "")) for e in told] == [
        (kind, name) for kind in (DeviceSeen, ContactLost, ContactBack) for name in ("lock", "door")
    ]


def test_a_door_is_not_let_go_for_ever() -> None:
    def order(seconds: float | None) -> Command:
        lasting = None if seconds is None else timedelta(seconds=seconds)
        return Command(command_id="1", verb=Verb.UNLOCK, device_id="lock", lasting=lasting)

    assert lasting_s(order(None), 8.0) == 8.0
    assert lasting_s(order(LASTING_S_MAX), 8.0) == LASTING_S_MAX
    for wrong in (0.0, -1.0, LASTING_S_MAX + 1):
        with pytest.raises(CommandFailed):
            lasting_s(order(wrong), 8.0)


async def test_keys_that_nobody_knows_are_told_only_so_often_and_known_ones_always() -> None:
    told: list[Event] = []
    desk = Desk(POST, told.extend, {"26:1": "carer-7"}.get, bolt_within_s=1.0)
    for number in range(2, 2 + 10 * STRANGERS_MAX):
        desk.at_reader(f"26:{number}", TagBy.CARD)
    assert told == [TagPresented(device_id="lock", tag="")] * STRANGERS_MAX
    desk.at_reader("26:1", TagBy.CARD)
    assert told[-1] == TagPresented(device_id="lock", tag="carer-7")


async def test_whoever_tries_codes_is_told_of_once_and_no_code_is_taken_for_a_while() -> None:
    told: list[Event] = []
    looked_at: list[str] = []

    def whose(key: str) -> str | None:
        looked_at.append(key)
        return {"26:1": "carer-7", "code:4711": "carer-8"}.get(key)

    desk = Desk(POST, told.extend, whose, bolt_within_s=1.0)
    wrong = TagPresented(device_id="lock", tag="", by=TagBy.CODE)
    for number in range(4700, 4720):
        desk.at_reader(f"code:{number}", TagBy.CODE)
    assert told == [*[wrong] * 5, CodesIgnored(device_id="lock", wrong=5, for_s=900.0)]
    assert len(looked_at) == 5, "also the right one is not looked at"
    desk.at_reader("26:1", TagBy.CARD)
    assert told[-1] == TagPresented(device_id="lock", tag="carer-7")


async def test_a_right_code_between_some_that_slipped_is_taken() -> None:
    told: list[Event] = []
    desk = Desk(POST, told.extend, {"code:4711": "carer-8"}.get, bolt_within_s=1.0)
    for code in ("4710", "4712", "4711", "4710", "4711"):
        desk.at_reader(f"code:{code}", TagBy.CODE)
    assert [event.tag for event in told if isinstance(event, TagPresented)] == [
        *["", "", "carer-8", "", "carer-8"]
    ]
