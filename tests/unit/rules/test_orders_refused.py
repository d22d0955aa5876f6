"""Orders that look like an attack are told once, with a count; a log that was changed, too."""

from __future__ import annotations

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import (
    AlarmClosed,
    AlarmDelivered,
    AuditBroken,
    CommandReceived,
)
from heimvakt.core.orders import FORGED, OrderVerb, Refusal
from tests.support.orders import OrderDesk


def forged(code: str = "bad-signature") -> CommandReceived:
    return CommandReceived(order_id="", verb="", role="", by="", receiver="centre", refused=code)


@pytest.mark.parametrize("code", sorted(FORGED))
def test_an_order_that_is_forged_is_told(code: str) -> None:
    desk = OrderDesk()
    desk.tell(forged(code))
    alarm = desk.alarm("order-refused")
    assert (alarm.priority, dict(alarm.thresholds)["code"]) == (Priority.MEDIUM, code)
    assert alarm.text.en.endswith("(over centre). Nothing was done.")
    assert "Ingenting ble utført" in alarm.text.nb


@pytest.mark.parametrize("code", sorted(set(Refusal) - FORGED - {Refusal.USED_BEFORE}))
def test_an_honest_mistake_is_only_answered(code: str) -> None:
    desk = OrderDesk()
    desk.tell(forged(code))
    assert desk.kinds() == []


def test_a_thousand_of_them_are_one_alarm_and_the_next_has_the_count() -> None:
    desk = OrderDesk()
    for _ in range(1_000):
        desk.tell(forged())
    alarm = desk.alarm("order-refused")
    desk.restart(seconds=5)
    desk.tell(forged())
    assert desk.kinds() == ["order-refused"]
    desk.tell(AlarmClosed(alarm_id=alarm.alarm_id, receiver="centre", by="op-7"))
    desk.tell(forged())
    assert desk.kinds() == ["order-refused"] * 2
    newest = max(desk.table.values(), key=lambda each: each.number)
    assert "Since it was told last: 1000 more." in newest.text.en


def test_what_nobody_closes_is_told_again_the_next_day() -> None:
    desk = OrderDesk()
    desk.tell(forged())
    desk.wait(hours=23)
    desk.tell(forged())
    assert len(desk.table) == 1
    desk.wait(hours=2)
    desk.tell(forged())
    assert sorted(alarm.state for alarm in desk.table.values()) == [
        AlarmState.RAISED,
        AlarmState.RESET,
    ]


def test_a_log_that_is_broken_is_told_once_for_each_place() -> None:
    desk = OrderDesk()
    for number, reason in ((7, "it was changed"), (7, "it was changed"), (3, "it was changed")):
        desk.tell(AuditBroken(number=number, reason=reason))
        desk.restart(seconds=5)
    assert desk.kinds() == ["audit-log", "audit-log"]
    alarm = max(desk.table.values(), key=lambda each: each.number)
    assert "at row 3: it was changed" in alarm.text.en
    assert dict(alarm.thresholds) == {"row": "3"}


def test_a_test_that_was_ordered_ends_when_a_receiver_has_answered() -> None:
    desk = OrderDesk()
    assert desk.order(OrderVerb.SEND_TEST, role="technician")[0] == "done"
    alarm = desk.alarm("test")
    assert (alarm.state, alarm.priority) == (AlarmState.RAISED, Priority.INFORMATION)
    assert alarm.text.en == "Test, ordered by centre: op-7."
    desk.tell(AlarmDelivered(alarm_id=alarm.alarm_id, receiver="centre", revision=0))
    assert desk.alarm("test").state is AlarmState.RESET
