"""Commands are carried to devices one by one, and how each went is journalled once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from heimvakt.core.commands import Command, CommandFailed, Verb
from heimvakt.core.devices import Device, Role
from heimvakt.core.engine import Outcome
from heimvakt.core.events import CommandCompleted, CommandResult, Event, GatewayStopping
from heimvakt.core.ledger import StoreFull
from heimvakt.core.state import State
from heimvakt.runtime import dispatch
from heimvakt.runtime.dispatch import Dispatcher
from heimvakt.runtime.pipeline import Committed
from tests.support.beside import beside

LAMP = Device(device_id="lamp", role=Role.LIGHT, driver="zigbee", address="7")
SIREN = Device(device_id="siren", role=Role.SIREN, driver="zigbee", address="8")


def lamp(number: int, *, on: bool = True) -> Command:
    return Command(command_id=f"g-{number}-1", verb=Verb.LIGHT, device_id="lamp", on=on)


class Hand:
    """A driver that does what it is told, when it is let, and fails as often as it is told."""

    def __init__(self) -> None:
        self.failures: list[Exception] = []
        self.let = asyncio.Event()
        self.let.set()
        self.at = 0.0
        """On the clock that stamps events; these are all of 0."""
        self.began: asyncio.Queue[Command] = asyncio.Queue()
        self.results: asyncio.Queue[CommandCompleted] = asyncio.Queue()
        self.dispatcher = Dispatcher(
            {"lamp": LAMP, "siren": SIREN}, {"zigbee": self.execute}, self.emit, lambda: self.at
        )

    async def execute(self, command: Command) -> None:
        self.began.put_nowait(command)
        await self.let.wait()
        if self.failures:
            raise self.failures.pop(0)

    async def emit(self, *events: Event) -> None:
        for event in events:
            assert isinstance(event, CommandCompleted)
            self.results.put_nowait(event)

    def give(self, *commands: Command) -> None:
        self.dispatcher.watch(
            Committed(GatewayStopping(), Outcome(state=State(), commands=commands))
        )

    async def result(self) -> tuple[str, CommandResult]:
        async with asyncio.timeout(30):
            completed = await self.results.get()
        return completed.command_id, completed.result


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "AGAIN_S", (0.0, 0.0))


async def test_a_command_is_carried_and_journalled() -> None:
    hand = Hand()
    async with beside(hand.dispatcher.run()):
        hand.give(lamp(1))
        assert await hand.result() == ("g-1-1", CommandResult.DONE)
        assert hand.began.get_nowait() == lamp(1)
        hand.give(lamp(2, on=False))
        assert await hand.result() == ("g-2-1", CommandResult.DONE)
    assert hand.results.empty()


async def test_what_waits_gives_way_to_a_newer_command_for_the_same_device() -> None:
    hand = Hand()
    hand.let.clear()
    async with beside(hand.dispatcher.run()):
        hand.give(lamp(1))
        await hand.began.get()
        hand.give(lamp(2, on=False))
        hand.give(lamp(3))
        hand.let.set()
        assert await hand.result() == ("g-1-1", CommandResult.DONE)
        assert await hand.result() == ("g-3-1", CommandResult.DONE)


async def test_a_device_that_is_slow_holds_up_no_other() -> None:
    hand = Hand()
    hand.let.clear()
    async with beside(hand.dispatcher.run()):
        hand.give(lamp(1))
        await hand.began.get()
        hand.give(Command(command_id="g-2-1", verb=Verb.SIREN, device_id="siren"))
        async with asyncio.timeout(30):
            assert (await hand.began.get()).device_id == "siren"


async def test_what_surely_was_not_done_is_tried_again() -> None:
    hand = Hand()
    hand.failures = [CommandFailed("out of reach"), CommandFailed("out of reach")]
    async with beside(hand.dispatcher.run()):
        hand.give(lamp(1))
        assert await hand.result() == ("g-1-1", CommandResult.DONE)
    assert hand.began.qsize() == 3


async def test_after_three_tries_it_has_failed() -> None:
    hand = Hand()
    hand.failures = [CommandFailed("out of reach")] * 3
    async with beside(hand.dispatcher.run()):
        hand.give(lamp(1))
        assert await hand.result() == ("g-1-1", CommandResult.FAILED)
    assert hand.began.qsize() == 3


async def test_what_may_have_been_done_is_not_done_twice() -> None:
    hand = Hand()
    hand.failures = [CommandFailed("the wire broke", certain=False)]
    async with beside(hand.dispatcher.run()):
        hand.give(lamp(1))
        assert await hand.result() == ("g-1-1", CommandResult.TIMED_OUT)
    assert hand.began.qsize() == 1


async def test_a_driver_that_fails_in_one_command_breaks_off_no_other() -> None:
    hand = Hand()
    hand.let.clear()
    async with beside(hand.dispatcher.run()):
        hand.give(lamp(1), Command(command_id="g-1-2", verb=Verb.SIREN, device_id="siren"))
        hand.failures = [AttributeError("the line was taken away")]
        for _ in range(2):
            await hand.began.get()
        hand.let.set()
        assert {await hand.result(), await hand.result()} == {
            ("g-1-1", CommandResult.TIMED_OUT),
            ("g-1-2", CommandResult.DONE),
        }


async def test_a_device_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "ANSWER_S", 0.01)
    hand = Hand()
    hand.let.clear()
    async with beside(hand.dispatcher.run()):
        hand.give(lamp(1))
        assert await hand.result() == ("g-1-1", CommandResult.TIMED_OUT)


async def test_a_device_that_is_gone_from_the_home_is_refused() -> None:
    hand = Hand()
    async with beside(hand.dispatcher.run()):
        hand.give(Command(command_id="g-1-1", verb=Verb.LIGHT, device_id="attic"))
        assert await hand.result() == ("g-1-1", CommandResult.REFUSED)
    assert hand.began.empty()


async def test_a_full_store_ends_nothing() -> None:
    hand = Hand()

    async def full(*_: Event) -> None:
        hand.results.put_nowait(
            CommandCompleted(command_id="x", verb="", result=CommandResult.DONE)
        )
        raise StoreFull("no room")

    hand.dispatcher = Dispatcher({"lamp": LAMP}, {"zigbee": hand.execute}, full, lambda: 0.0)
    async with beside(hand.dispatcher.run()):
        for number in (1, 2):
            hand.give(lamp(number))
            await hand.result()


# --- orders ---------------------------------------------------------------------------------------


def ordered(number: int, *, within_s: float = 13.0) -> Command:
    return Command(
        command_id=f"order-{number}",
        verb=Verb.LIGHT,
        device_id="lamp",
        within=timedelta(seconds=within_s),
    )


async def test_an_order_that_gives_way_to_a_newer_one_is_told_not_to_have_been_done() -> None:
    hand = Hand()
    hand.let.clear()
    async with beside(hand.dispatcher.run()):
        hand.give(lamp(1))
        await hand.began.get()
        hand.give(ordered(2))
        hand.give(ordered(3))
        assert await hand.result() == ("order-2", CommandResult.FAILED)
        hand.let.set()
        assert await hand.result() == ("g-1-1", CommandResult.DONE)
        assert await hand.result() == ("order-3", CommandResult.DONE)


async def test_an_order_is_not_begun_when_nobody_could_tell_its_end_in_time() -> None:
    hand = Hand()
    async with beside(hand.dispatcher.run()):
        hand.give(ordered(1, within_s=dispatch.WORTH_S / 2))
        assert await hand.result() == ("order-1", CommandResult.FAILED)
    assert hand.began.empty()


async def test_an_order_that_a_slow_disk_kept_is_not_carried_out_late() -> None:
    hand = Hand()
    hand.at = 60.0
    async with beside(hand.dispatcher.run()):
        hand.give(ordered(1))
        assert await hand.result() == ("order-1", CommandResult.FAILED)
        assert hand.began.empty()
        hand.give(lamp(2))
        assert await hand.result() == ("g-2-1", CommandResult.DONE)


async def test_an_order_whose_device_says_nothing_ends_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dispatch, "WORTH_S", 0.0)
    hand = Hand()
    hand.let.clear()
    async with beside(hand.dispatcher.run()):
        began = asyncio.get_running_loop().time()
        hand.give(ordered(1, within_s=0.05))
        assert await hand.result() == ("order-1", CommandResult.TIMED_OUT)
        assert asyncio.get_running_loop().time() - began < dispatch.ANSWER_S
    assert hand.began.qsize() == 1, "once: it may have been done"


async def test_an_order_is_tried_again_only_while_there_is_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dispatch, "AGAIN_S", (0.06, 0.06))
    monkeypatch.setattr(dispatch, "WORTH_S", 0.0)
    hand = Hand()
    hand.failures = [CommandFailed("the line is down")] * 3
    async with beside(hand.dispatcher.run()):
        hand.give(ordered(1, within_s=0.05))
        assert await hand.result() == ("order-1", CommandResult.FAILED)
    assert hand.began.qsize() == 1
