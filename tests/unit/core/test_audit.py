"""What is written into the audit log: every order, and what is done with locks, doses and modes."""

from __future__ import annotations

from typing import Any

from heimvakt.core.audit import entries
from heimvakt.core.commands import Verb
from heimvakt.core.events import (
    CodesIgnored,
    CommandCompleted,
    CommandResult,
    DoorOpened,
    DoseTaken,
    Event,
    LockedBy,
    LockUnlocked,
    Mode,
    TagPresented,
    TakenHow,
)
from heimvakt.core.orders import OrderVerb
from tests.support.homes import EVENING
from tests.support.orders import OrderDesk, order

LOCK = {"device_id": "front-lock"}


def written(desk: OrderDesk, event: Event) -> list[dict[str, Any]]:
    outcome = desk.tell(event)
    return [{"what": e.what, **e.about} for e in entries(desk.home, desk.journal[-1], outcome)]


def test_an_order_is_written_with_who_and_why_and_then_its_result() -> None:
    desk = OrderDesk()
    given = order(OrderVerb.LOCK, desk.at, **LOCK, order_id="order-4711")
    (taken,) = written(desk, given)
    assert taken == {
        "what": "order",
        "order": "order-4711",
        "role": "operator",
        "by": "op-7",
        "receiver": "centre",
        "verb": "lock",
        "device": "front-lock",
        "issued_at": EVENING.isoformat(),
        "result": "accepted",
    }
    done = CommandCompleted(
        command_id="order-4711", verb="lock", device_id="front-lock", result=CommandResult.DONE
    )
    (result,) = written(desk, done)
    assert (result["what"], result["order"], result["result"]) == ("result", "order-4711", "done")


def test_a_refused_order_is_written_with_its_reason() -> None:
    desk = OrderDesk()
    (refused,) = written(desk, order(OrderVerb.UNLOCK, desk.at, **LOCK))
    assert (refused["result"], refused["code"]) == ("refused", "no-reason")
    assert refused["reason"]


def test_a_result_that_nobody_knows_is_written_too() -> None:
    desk = OrderDesk()
    desk.order(OrderVerb.LOCK, **LOCK)
    desk.wait(seconds=14)
    (result,) = entries(desk.home, desk.journal[-1], desk.outcome)
    assert result.about["result"] == "timed-out"


def test_a_mode_is_written_with_the_order_that_set_it() -> None:
    desk = OrderDesk()
    said = written(desk, order(OrderVerb.SET_MODE, desk.at, argument=Mode.AWAY))
    assert [each["what"] for each in said] == ["order", "mode"]
    assert (said[1]["before"], said[1]["after"], said[1]["by"]) == ("home", "away", "centre: op-7")


def test_what_happens_at_locks_and_with_doses_is_written() -> None:
    desk = OrderDesk()
    assert written(desk, CodesIgnored(device_id="front-lock", wrong=5, for_s=900.0)) == [
        {"what": "codes-ignored", "device": "front-lock", "wrong": 5, "for_s": 900}
    ]
    assert written(desk, LockUnlocked(device_id="front-lock", by=LockedBy.TAG)) == [
        {"what": "lock", "device": "front-lock", "is": "unlocked", "by": "tag"}
    ]
    (tag,) = written(desk, TagPresented(device_id="reader", tag="carer-3"))
    assert (tag["what"], tag["tag"]) == ("tag", "carer-3")
    early = DoseTaken(device_id="pills", dose=EVENING, how=TakenHow.EARLY)
    (dose,) = written(desk, early)
    assert (dose["what"], dose["how"]) == ("dose", "early")
    unasked = CommandCompleted(
        command_id="g-1-1", verb=Verb.LOCK, device_id="front-lock", result=CommandResult.FAILED
    )
    assert [each["what"] for each in written(desk, unasked)] == ["command"]


def test_a_start_is_written_with_the_configuration() -> None:
    desk = OrderDesk()
    (start,) = entries(desk.home, desk.journal[0], desk.outcome)
    assert start.what == "started"
    assert "configuration" in start.about


def test_what_is_nobodys_business_is_not_written() -> None:
    desk = OrderDesk()
    assert written(desk, DoorOpened(device_id="front-door")) == []
    assert written(desk, DoseTaken(device_id="pills", dose=EVENING)) == []
