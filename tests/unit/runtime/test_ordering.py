"""Orders on their way in, and answers on their way out: in order, in time, and no flood of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from typing import cast

import pytest

from heimvakt.core.engine import Outcome
from heimvakt.core.events import CommandReceived, Event, GatewayStopping
from heimvakt.core.heard import Ordered
from heimvakt.core.ledger import StoreFull, StoreUnavailable
from heimvakt.core.orders import OrderAnswer, OrderVerb
from heimvakt.core.state import State
from heimvakt.core.uplink import Uplink
from heimvakt.runtime import ordering
from heimvakt.runtime.clock import DrivenClock
from heimvakt.runtime.ordering import Ordering
from heimvakt.runtime.pipeline import Committed
from tests.support.beside import beside
from tests.support.homes import EVENING
from tests.support.memory_uplink import MemoryUplink
from tests.support.orders import order


def heard(token: str = "good", path: str = "broadband") -> Ordered:
    return Ordered(receiver="centre", path=path, token=token)


def read(token: str, receiver: str) -> CommandReceived:
    """As if it had been verified: what begins with `bad` is nobody's."""
    if token.startswith("bad"):
        return CommandReceived(
            order_id="", verb="", role="", by="", receiver=receiver, refused="bad-signature"
        )
    given = order(OrderVerb.OUTSTANDING, EVENING, order_id=token)
    if token.startswith("other"):
        return replace(given, refused="other-gateway")
    if token.startswith("unread"):
        return replace(given, order_id="", refused="malformed: no verb")
    return replace(given, expires_at=EVENING) if token.startswith("old") else given


class Desk:
    def __init__(self) -> None:
        self.uplinks = [MemoryUplink(path="broadband"), MemoryUplink(path="mobile")]
        self.taken: list[CommandReceived] = []
        self.refuse: list[Exception] = []
        self.ordering = Ordering(
            read,
            self.emit,
            DrivenClock(EVENING),
            uplinks={"centre": cast("list[Uplink]", self.uplinks)},
            outstanding=tuple,
            known=lambda order_id: order_id in {event.order_id for event in self.taken},
        )

    @property
    def counts(self) -> Counter[str]:
        return self.ordering.counts["centre"]

    async def emit(self, *events: Event) -> None:
        if self.refuse:
            raise self.refuse.pop(0)
        self.taken += cast("list[CommandReceived]", events)

    def answer(self, *results: str, verb: str = "lock", receiver: str = "centre") -> None:
        answers = tuple(
            OrderAnswer(order_id=f"order-{n}", receiver=receiver, result=result, verb=verb)
            for n, result in enumerate(results)
        )
        outcome = Outcome(state=State(), answers=answers)
        self.ordering.watch(Committed(GatewayStopping(), outcome))


async def test_an_order_is_handed_over_and_returns_when_it_is_durable() -> None:
    desk = Desk()
    await desk.ordering.take(heard("order-1"))
    assert [event.order_id for event in desk.taken] == ["order-1"]


async def test_a_copy_on_another_path_is_no_repeat_but_one_on_the_same_is() -> None:
    desk = Desk()
    await desk.ordering.take(heard("order-1"))
    await desk.ordering.take(heard("order-1", path="mobile"))
    assert len(desk.taken) == 1
    await desk.ordering.take(heard("order-1"))
    assert len(desk.taken) == 2, "the engine says that it was used before"


async def test_answers_go_out_in_their_order_on_a_path_that_stands() -> None:
    desk = Desk()
    first, second = desk.uplinks
    first.cut()
    async with beside(desk.ordering.run()):
        desk.answer("accepted", "done")
        await second.until(lambda: len(second.answers) == 2)
    assert [answer.result for answer in second.answers] == ["accepted", "done"]
    assert first.answers == []


async def test_an_answer_waits_for_a_path_and_no_answer_is_said_twice() -> None:
    desk = Desk()
    for uplink in desk.uplinks:
        uplink.cut()
    async with beside(desk.ordering.run()):
        desk.answer("accepted")
        await asyncio.sleep(0)
        desk.answer("done")
        desk.uplinks[1].mend()
        await desk.uplinks[1].until(lambda: len(desk.uplinks[1].answers) == 2)
    assert [answer.result for answer in desk.uplinks[1].answers] == ["accepted", "done"]


async def test_an_answer_that_nobody_could_hear_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ordering, "KEPT_S", 0.02)
    desk = Desk()
    for uplink in desk.uplinks:
        uplink.cut()
    async with beside(desk.ordering.run()):
        desk.answer("done")
        async with asyncio.timeout(30):
            while not desk.counts["orders-answers-not-told"]:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.01)


async def test_answers_do_not_pile_up() -> None:
    desk = Desk()
    desk.answer(*["done"] * (ordering.WAITING_MAX + 5))
    assert desk.counts["orders-answers-dropped"] == 5
    desk.answer("done", receiver="somebody-else")


async def test_whoever_asks_what_is_open_is_sent_the_list_first() -> None:
    desk = Desk()
    async with beside(desk.ordering.run()):
        desk.answer("done", verb=OrderVerb.OUTSTANDING)
        first = desk.uplinks[0]
        await first.until(lambda: bool(first.answers))
        (asked, alarms) = first.told[0]
    assert (asked.question_id, alarms) == ("order-0", ())


async def test_a_flood_without_a_key_is_hardly_written_down_and_holds_up_no_operator() -> None:
    desk = Desk()
    for n in range(35):
        await desk.ordering.take(heard(f"bad-{n}"))
    assert len(desk.taken) == 10
    assert desk.counts["orders-too-many-unsigned"] == 25
    await desk.ordering.take(heard("order-1"))
    assert desk.taken[-1].order_id == "order-1"


async def test_what_was_left_out_is_said_with_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    time = 0.0
    monkeypatch.setattr(ordering, "now", lambda: time)
    for n in range(12):
        await desk.ordering.take(heard(f"bad-{n}"))
    time = 700.0
    await desk.ordering.take(heard("bad-again"))
    assert desk.taken[-1].refused == "bad-signature: 2 more before it were not written down"


async def test_a_flood_of_signed_orders_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "now", lambda: 1.0)
    desk = Desk()
    for n in range(30):
        await desk.ordering.take(heard(f"order-{n}"))
    assert len(desk.taken) == 20
    assert desk.counts["orders-too-many-signed"] == 10


@pytest.mark.parametrize(
    ("token", "taken", "counted"),
    [
        ("other-{n}", 10, "orders-too-many-unsigned"),
        ("old-{n}", 20, "orders-too-many-again"),
        ("unread-{n}", 20, "orders-too-many-again"),
        ("order-0", 1 + 20, "orders-too-many-again"),
    ],
)
async def test_what_anybody_can_send_again_takes_nothing_from_orders_that_are_new(
    monkeypatch: pytest.MonkeyPatch, token: str, taken: int, counted: str
) -> None:
    monkeypatch.setattr(ordering, "now", lambda: 1.0)
    desk = Desk()
    for n in range(40):
        await desk.ordering.take(heard(token.format(n=n)))
    assert (len(desk.taken), desk.counts[counted]) == (taken, 40 - taken)
    for n in range(10):
        await desk.ordering.take(heard(f"new-{n}"))
    assert [event.order_id for event in desk.taken[taken:]] == [f"new-{n}" for n in range(10)]


async def test_more_signatures_than_can_be_looked_at_are_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ordering, "now", lambda: 1.0)
    desk = Desk()
    for n in range(260):
        await desk.ordering.take(heard(f"bad-{n}"))
    assert desk.counts["orders-too-many"] == 60


async def test_a_store_without_room_holds_up_no_answers_to_alarms() -> None:
    desk = Desk()
    desk.refuse = [StoreFull("no room")]
    await desk.ordering.take(heard("order-1"))
    assert (desk.taken, desk.counts["orders-no-room"]) == ([], 1)
    await desk.ordering.take(heard("order-1", path="mobile"))
    assert len(desk.taken) == 1, "what was not taken on one path is no copy on the other"


async def test_a_store_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "STORE_RETRY_S", 0.0)
    desk = Desk()
    desk.refuse = [StoreUnavailable("the disk")] * 3
    await desk.ordering.take(heard("order-1"))
    assert len(desk.taken) == 1
