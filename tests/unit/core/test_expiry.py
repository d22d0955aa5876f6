"""There is a limit on the alarms that are kept, and what nobody has received is never dropped."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from heimvakt.core.alarms import Alarm, AlarmState, Move, Priority, move
from heimvakt.core.engine import step
from heimvakt.core.events import ButtonPressed, stamped
from heimvakt.core.keeping import ENDED_MAX, KEPT_MAX, UNRECEIVED_MAX
from heimvakt.core.state import State
from tests.support.alarms import in_state
from tests.support.homes import EVENING, GATEWAY, Desk, home, stamp

LATER = EVENING + timedelta(days=1)


def pressed_with(*kept: Alarm) -> tuple[dict[str, Alarm], State]:
    """What a press changes when these alarms are kept, and the state after it."""
    begun = Desk(home()).state
    last = max(a.number for a in kept)
    state = replace(begun, alarms={a.alarm_id: a for a in kept}, alarms_raised=last)
    press = stamped(ButtonPressed(device_id="button"), stamp(9, LATER))
    outcome = step(home(), state, press)
    return {a.alarm_id: a for a in outcome.changed}, outcome.state


def test_up_to_the_limit_nothing_expires() -> None:
    kept = [in_state(AlarmState.ACCEPTED, Priority.HIGH, n) for n in range(KEPT_MAX - 1)]
    changed, state = pressed_with(*kept)
    assert len(changed) == 1
    assert len(state.alarms) == KEPT_MAX


def test_above_it_the_oldest_accepted_one_expires_and_is_kept_no_longer() -> None:
    kept = [in_state(AlarmState.ACCEPTED, Priority.HIGH, n) for n in range(KEPT_MAX)]
    changed, state = pressed_with(*reversed(kept))
    assert changed[f"{GATEWAY}-0"].state is AlarmState.EXPIRED
    assert f"{GATEWAY}-0" not in state.alarms
    assert len(state.alarms) == KEPT_MAX


def test_accepted_ones_go_before_delivered_ones_and_of_those_no_high_one_ever() -> None:
    kept = [in_state(AlarmState.DELIVERED, Priority.HIGH, n) for n in range(KEPT_MAX)]
    kept[3] = in_state(AlarmState.DELIVERED, Priority.LOW, 3)
    kept[8] = in_state(AlarmState.ACCEPTED, Priority.HIGH, 8)
    changed, state = pressed_with(*kept)
    assert changed[f"{GATEWAY}-8"].state is AlarmState.EXPIRED
    changed, state = pressed_with(*state.alarms.values())
    assert changed[f"{GATEWAY}-3"].state is AlarmState.EXPIRED
    changed, state = pressed_with(*state.alarms.values())
    assert len(changed) == 1, "only high ones that nobody has accepted are left"
    assert len(state.alarms) == KEPT_MAX + 1


@pytest.mark.parametrize("priority", [Priority.HIGH, Priority.MEDIUM])
@pytest.mark.parametrize("state", [AlarmState.RAISED, AlarmState.RESET])
def test_what_is_urgent_and_nobody_has_received_never_expires_however_many_there_are(
    state: AlarmState, priority: Priority
) -> None:
    kept = [in_state(state, priority, n) for n in range(UNRECEIVED_MAX + 1)]
    changed, after = pressed_with(*kept)
    assert len(changed) == 1
    assert len(after.alarms) == UNRECEIVED_MAX + 2


@pytest.mark.parametrize("priority", [Priority.LOW, Priority.INFORMATION])
def test_of_what_is_not_urgent_and_nobody_has_received_the_oldest_expires(
    priority: Priority,
) -> None:
    kept = [in_state(AlarmState.RAISED, priority, n) for n in range(UNRECEIVED_MAX + 1)]
    kept[5] = in_state(AlarmState.RAISED, Priority.MEDIUM, 5)
    changed, state = pressed_with(*kept)
    assert len(changed) == 1, "as many as there may be"
    changed, state = pressed_with(*kept, in_state(AlarmState.RESET, priority, 9_000))
    assert changed[f"{GATEWAY}-0"].state is AlarmState.EXPIRED
    assert f"{GATEWAY}-0" not in state.alarms
    assert len(changed) == 2
    kept[0] = in_state(AlarmState.RESET, priority, 0)
    changed, state = pressed_with(*kept, in_state(AlarmState.RAISED, priority, 9_000))
    assert changed[f"{GATEWAY}-0"].state is AlarmState.RESET, "it has ended, and is forgotten"
    assert f"{GATEWAY}-0" not in state.alarms


def test_the_newest_that_ended_by_themselves_are_kept_for_who_accepts_them_yet() -> None:
    kept = [
        move(in_state(AlarmState.RESET, Priority.HIGH, n), Move.DELIVER, at=EVENING)
        for n in range(ENDED_MAX)
    ]
    changed, state = pressed_with(*reversed(kept))
    assert len(changed) == 1
    one_more = move(in_state(AlarmState.RESET, number=9_000), Move.DELIVER, at=EVENING)
    changed, state = pressed_with(*reversed(kept), one_more)
    assert len(changed) == 2, "the store must hear that one is forgotten"
    assert kept[0].alarm_id not in state.alarms
    assert len(state.alarms) == ENDED_MAX + 1


def test_receivers_are_not_told_of_it() -> None:
    kept = [in_state(AlarmState.ACCEPTED, Priority.LOW, n) for n in range(KEPT_MAX)]
    changed, _ = pressed_with(*kept)
    assert changed[f"{GATEWAY}-0"].revision == 0
