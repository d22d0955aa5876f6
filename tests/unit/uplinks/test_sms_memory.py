"""What is remembered of a telephone: what the network has, what was received, and the limits."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.alarms import AlarmState
from heimvakt.core.modem import DeliveryReport, Outcome
from heimvakt.uplinks.sms_memory import (
    ANSWER_S,
    HOUR_S,
    SENT_MAX,
    VALID_S,
    Allowance,
    SmsMemory,
)
from tests.support.uplinks import alarm

WALL = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)


def report(reference: int, outcome: Outcome = Outcome.DELIVERED) -> DeliveryReport:
    return DeliveryReport(number="+4790000000", reference=reference, outcome=outcome)


def test_what_the_network_has_is_not_sent_again_while_it_tries() -> None:
    memory = SmsMemory(6)
    assert not memory.is_taken(alarm(), 0.0)
    memory.taken(alarm(), [17], began_at=0.0, now=1.0)
    assert memory.is_taken(alarm(), VALID_S)
    assert not memory.is_taken(alarm(), 1.0 + VALID_S)
    assert not memory.is_taken(alarm(revision=1), 2.0)
    assert not memory.is_taken(alarm(2), 2.0)


def test_received_is_when_every_part_is() -> None:
    memory = SmsMemory(6)
    memory.taken(alarm(), [17, 18], began_at=0.0, now=1.0)
    assert memory.reported(report(18), 2.0) is None
    assert memory.reported(report(18), 2.5) is None
    assert memory.reported(report(17, Outcome.TRYING), 3.0) is None
    received = memory.reported(report(17), 4.0)
    assert received is not None
    assert (received.alarm_id, received.revision) == (alarm().alarm_id, 0)
    assert memory.is_taken(alarm(), 100 * VALID_S)  # never sent again


def test_a_report_may_come_before_the_modem_has_said_of_what() -> None:
    memory = SmsMemory(6)
    memory.reported(report(17), 0.5)  # of something older
    memory.reported(report(18), 1.5)
    memory.reported(report(19), 1.6)
    received = memory.taken(alarm(), [18, 19], began_at=1.0, now=2.0)
    assert received is not None
    other = memory.taken(alarm(2), [17], began_at=3.0, now=4.0)
    assert other is None


@pytest.mark.parametrize("by_centre", [True, False])
def test_a_telephone_that_knows_who_has_it_is_spared_that_it_is_closed(by_centre: bool) -> None:
    memory, closed = SmsMemory(6), alarm(revision=2, state=AlarmState.CLOSED)
    assert memory.spares(closed), "it was never told of it"
    memory.taken(alarm(), [17], began_at=0.0, now=1.0)
    assert not memory.spares(closed), "somebody may be on the way for nothing"
    assert memory.spares(alarm(revision=2, state=AlarmState.CLOSED, test=True)), "but not to a test"
    assert not memory.spares(alarm(accepted_by="centre: op", revision=1))
    if by_centre:
        memory.taken(alarm(accepted_by="centre: op", revision=1), [18], began_at=2.0, now=2.0)
    else:
        meant = memory.meant(2.0)
        assert meant is not None
        memory.accepted(meant, None)
    assert memory.spares(closed)
    assert not memory.spares(alarm(state=AlarmState.CANCELLED, revision=3))


def test_what_the_network_gave_up_may_be_sent_again() -> None:
    memory = SmsMemory(6)
    memory.taken(alarm(), [17], began_at=0.0, now=1.0)
    assert memory.reported(report(17, Outcome.FAILED), 2.0) is None
    assert not memory.is_taken(alarm(), 3.0)


def test_a_yes_is_for_the_newest_that_the_handset_has() -> None:
    memory = SmsMemory(6)
    for number in (1, 2, 3):
        memory.taken(alarm(number), [number], began_at=0.0, now=float(number))
    memory.reported(report(1), 4.0)
    memory.reported(report(2), 4.0)  # the third is still on its way: nobody has read it
    said = []
    for _ in range(4):
        if (meant := memory.meant(5.0)) is not None:
            memory.accepted(meant, None)
            said.append(meant.alarm_id)
    assert said == [alarm(2).alarm_id, alarm(1).alarm_id, alarm(3).alarm_id]


def test_a_yes_is_not_for_what_is_over_nor_for_what_is_old() -> None:
    memory = SmsMemory(6)
    memory.taken(alarm(1, state=AlarmState.CANCELLED), [1], began_at=0.0, now=1.0)
    memory.taken(alarm(2, accepted_by="centre"), [2], began_at=0.0, now=2.0)
    assert memory.meant(3.0) is None
    memory.taken(alarm(3), [3], began_at=0.0, now=3.0)
    assert memory.meant(3.0 + ANSWER_S) is None


def test_the_memory_is_bounded() -> None:
    memory = SmsMemory(6)
    for number in range(3 * SENT_MAX):
        memory.taken(alarm(number), [number % 256], began_at=0.0, now=float(number))
    assert not memory.is_taken(alarm(0), 1.0)
    assert memory.is_taken(alarm(3 * SENT_MAX - 1), 3.0 * SENT_MAX)
    assert len(memory.to_text(0.0, WALL)) < 20_000


@given(
    at_most=st.integers(1, 30),
    wishes=st.lists(st.tuples(st.floats(0, 1_000), st.booleans()), max_size=120),
)
def test_no_hour_ever_has_more_than_allowed(at_most: int, wishes: list[tuple[float, bool]]) -> None:
    allowance, now = Allowance(at_most), 0.0
    spent: list[tuple[float, bool]] = []
    for pause, high in wishes:
        now += pause
        at = allowance.next_at(now, high=high)
        assert at <= now + HOUR_S
        if at <= now:
            allowance.spend(now)
            spent.append((now, high))
        elif high:
            assert sum(one > now - HOUR_S for one, _ in spent) == at_most
    for at, _ in spent:
        hour = [high for one, high in spent if at - HOUR_S < one <= at]
        assert len(hour) <= at_most


def test_half_is_kept_for_high_alarms_and_one_is_always_there() -> None:
    allowance = Allowance(6)
    for _ in range(3):
        assert allowance.next_at(10.0, high=False) == 10.0
        allowance.spend(10.0)
    assert allowance.next_at(11.0, high=False) == 10.0 + HOUR_S
    assert allowance.next_at(11.0, high=True) == 11.0
    assert Allowance(1).next_at(0.0, high=False) == 0.0


def test_what_was_not_taken_is_given_back() -> None:
    allowance = Allowance(1)
    assert allowance.is_last(5.0)
    allowance.spend(5.0)
    assert allowance.next_at(6.0, high=True) > 6.0
    allowance.give_back(5.0)
    assert allowance.next_at(6.0, high=True) == 6.0


# --- over a restart -------------------------------------------------------------------------------


def restarted(memory: SmsMemory, *, after: timedelta, at_most: int = 6) -> SmsMemory:
    again = SmsMemory(at_most)
    again.read(memory.to_text(100.0, WALL), 7.0, WALL + after)
    return again


def test_a_restart_forgets_nothing() -> None:
    memory = SmsMemory(2)
    for number in (1, 2):
        memory.allowance.spend(90.0 + number)
        memory.taken(alarm(number), [number, 50], began_at=0.0, now=90.0 + number)
    memory.reported(report(2), 95.0)
    memory.accepted(memory.meant(95.0), WALL)  # type: ignore[arg-type]
    again = restarted(memory, after=timedelta(seconds=10), at_most=2)
    assert again.is_taken(alarm(1), 7.0)
    assert not again.is_taken(alarm(1), 7.0 + VALID_S - 19.0)
    assert again.has_answered(WALL)
    assert not again.has_answered(WALL + timedelta(seconds=1))
    assert again.reported(report(50), 8.0) is not None  # of the second, whose other part was there
    assert again.allowance.next_at(7.0, high=True) == pytest.approx(7.0 + HOUR_S - 19.0)
    meant = again.meant(8.0)
    assert meant is None or meant.alarm_id == alarm(1).alarm_id


def test_after_a_long_time_all_is_allowed_again() -> None:
    memory = SmsMemory(1)
    memory.allowance.spend(100.0)
    memory.taken(alarm(), [1], began_at=0.0, now=100.0)
    again = restarted(memory, after=timedelta(days=1), at_most=1)
    assert not again.is_taken(alarm(), 7.0)
    assert again.allowance.next_at(7.0, high=True) == 7.0


def test_a_clock_in_1970_makes_no_alarm_wait_and_sends_none_twice() -> None:
    memory = SmsMemory(1)
    memory.allowance.spend(100.0)
    memory.taken(alarm(), [1], began_at=0.0, now=100.0)
    again = restarted(memory, after=-timedelta(days=20_000), at_most=1)
    assert again.is_taken(alarm(), 8.0)
    assert again.allowance.next_at(7.0, high=True) == 7.0


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", '{"spent": [1], "sent": []}', '{"spent":[],"sent":[{}]}', "\0"]
)
def test_a_damaged_file_is_refused_and_changes_nothing(text: str) -> None:
    memory = SmsMemory(6)
    memory.taken(alarm(), [1], began_at=0.0, now=1.0)
    with pytest.raises(ValueError):  # noqa: PT011 - any
        memory.read(text, 1.0, WALL)
    assert memory.is_taken(alarm(), 1.0)


def test_no_number_is_in_the_file() -> None:
    memory = SmsMemory(6)
    memory.taken(alarm(), [1], began_at=0.0, now=1.0)
    assert "4790000000" not in memory.to_text(1.0, WALL)
    assert json.loads(memory.to_text(1.0, WALL))["version"] == 1
