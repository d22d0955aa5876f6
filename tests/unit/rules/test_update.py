"""A change that was taken back is told, once for each; one that is kept ends it."""

from __future__ import annotations

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import ChangeOf, ChangeOutcome, ChangeTold
from tests.support.homes import Desk, home

NEW, OLD = 32 * "ab", 32 * "cd"


def desk() -> Desk:
    return Desk(home({}, {"update": ("update", {})}))


def told(
    outcome: ChangeOutcome, change_id: str = "change-7", what: ChangeOf = ChangeOf.CONFIGURATION
) -> ChangeTold:
    return ChangeTold(
        change_id=change_id,
        what=what,
        outcome=outcome,
        before=OLD,
        after=NEW,
        reason="no heartbeat was confirmed within 15 min",
        order_id="order-12",
    )


def test_a_change_that_was_taken_back_is_told_with_what_it_was_and_why() -> None:
    d = desk()
    d.tell(told(ChangeOutcome.APPLIED))
    assert d.kinds() == []
    d.tell(told(ChangeOutcome.RETURNED))
    alarm = d.alarm("update")
    assert alarm.priority is Priority.MEDIUM
    assert "abababababab" in alarm.text.en
    assert "no heartbeat was confirmed within 15 min" in alarm.text.en
    assert "Nytt oppsett" in alarm.text.nb
    assert dict(alarm.thresholds) == {"change": "change-7", "order": "order-12"}


@pytest.mark.parametrize("outcome", [ChangeOutcome.KEPT, ChangeOutcome.REFUSED])
def test_a_change_that_is_kept_or_was_never_made_is_no_alarm(outcome: ChangeOutcome) -> None:
    d = desk()
    d.tell(told(outcome))
    assert d.kinds() == []


def test_it_is_over_when_another_one_is_kept_and_not_before() -> None:
    d = desk()
    d.tell(told(ChangeOutcome.RETURNED))
    d.tell(told(ChangeOutcome.APPLIED, "change-8"))
    d.tell(told(ChangeOutcome.KEPT, "change-9", ChangeOf.PROGRAM))
    assert d.alarm("update").state.is_open, "a program is no file of the home"
    d.tell(told(ChangeOutcome.KEPT, "change-8"))
    assert d.alarm("update").state is AlarmState.RESET


def test_the_next_that_comes_back_is_told_as_well() -> None:
    d = desk()
    d.tell(told(ChangeOutcome.RETURNED))
    d.tell(told(ChangeOutcome.RETURNED, "change-8"))
    assert d.kinds() == ["update", "update"]
