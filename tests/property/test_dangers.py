"""Whatever comes before: what is detected has an open alarm, and one, and nobody loses it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.alarms import Alarm, AlarmState, Priority
from heimvakt.core.codec import decode_event, encode_event
from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.engine import step
from heimvakt.core.events import (
    CarbonMonoxideCleared,
    CarbonMonoxideDetected,
    DeviceEvent,
    Event,
    FallDetected,
    HeatCleared,
    HeatDetected,
    LeakCleared,
    LeakDetected,
    SmokeCleared,
    SmokeDetected,
    StoreFault,
    TamperClosed,
    TamperOpened,
)
from heimvakt.core.ledger import COUNTER
from heimvakt.core.snapshot import changes, restore
from heimvakt.core.state import State
from tests.support.homes import Desk, home
from tests.support.plays import ANSWERS, CLOCKS, WAITS, play

DETECTED: Mapping[Role, type[DeviceEvent]] = {
    Role.SMOKE: SmokeDetected,
    Role.HEAT: HeatDetected,
    Role.CARBON_MONOXIDE: CarbonMonoxideDetected,
    Role.LEAK: LeakDetected,
    Role.FALL: FallDetected,
}
CLEARED = (SmokeCleared, HeatCleared, CarbonMonoxideCleared, LeakCleared)
DEVICES = {
    name: Device(device_id=name, role=role, driver="zigbee", address=name)
    for role in DETECTED
    for name in (role.value, f"other-{role.value}")
}
NAMES = st.sampled_from(sorted(DEVICES))
RULES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    kind: (kind, {}) for kind in (*map(str, DETECTED), "tamper")
}
HOMES = st.builds(
    lambda less, leak: home(
        {i: device for i, device in DEVICES.items() if i not in less},
        {**RULES, "leak": ("leak", {"priority": leak})},
    ),
    st.sets(NAMES, max_size=4),
    st.sampled_from(["high", "medium"]),
)
DETECTIONS = NAMES.map(lambda name: DETECTED[DEVICES[name].role](device_id=name))
STEP = st.one_of(
    DETECTIONS,
    DETECTIONS,
    *(st.builds(kind, device_id=NAMES) for kind in (*CLEARED, TamperOpened, TamperClosed)),
    ANSWERS,
    ANSWERS,
    WAITS,
    st.tuples(st.just("restart"), HOMES, WAITS),
    CLOCKS,
)
DAMAGE = st.just(StoreFault(reason="damage", set_aside="x", saved="some"))
STEPS = st.integers(0, 60).flatmap(lambda n: st.lists(STEP, min_size=n, max_size=n))
ROUGH = st.integers(0, 40).flatmap(lambda n: st.lists(STEP | DAMAGE, min_size=n, max_size=n))


def still_open(desk: Desk, device_id: str, kind: str) -> list[Alarm]:
    return [
        alarm
        for alarm in desk.table.values()
        if (alarm.device_id, alarm.kind) == (device_id, kind) and alarm.state.is_open
    ]


@given(HOMES, ROUGH, DETECTIONS)
def test_whatever_comes_before_what_is_detected_has_an_open_alarm(
    of: Home, before: list[Any], detected: DeviceEvent
) -> None:
    desk = Desk(of)
    play(desk, before)
    desk.tell(detected)
    device = desk.home.devices.get(detected.device_id)
    assert device is None or still_open(desk, device.device_id, device.role)


@given(HOMES, STEPS, st.sampled_from([role for role in DETECTED if role is not Role.FALL]))
def test_without_an_open_alarm_it_is_one_more_and_with_one_it_is_none(
    of: Home, before: list[Any], role: Role
) -> None:
    desk = Desk(of)
    play(desk, before)
    for name in (i for i, device in desk.home.devices.items() if device.role is role):
        was, count = still_open(desk, name, role), len(desk.table)
        desk.tell(DETECTED[role](device_id=name))
        assert len(desk.table) - count == (0 if was else 1)
        assert len(still_open(desk, name, role)) == 1


@given(HOMES, STEPS)
def test_no_high_alarm_ends_before_a_person_has_taken_it(of: Home, steps: list[Any]) -> None:
    desk = Desk(of)
    play(desk, steps)
    desk.wait(days=1)
    for alarm in desk.table.values():
        if alarm.priority is Priority.HIGH and not alarm.state.is_open:
            assert alarm.accepted_by is not None or alarm.state is AlarmState.CLOSED


@given(HOMES, ROUGH)
def test_rows_tell_the_state_and_the_journal_played_again_gives_the_same_alarms(
    of: Home, steps: list[Any]
) -> None:
    desk = Desk(of)
    homes = play(desk, steps)
    assert desk.rows == {COUNTER: {"n": 0}, **changes(State(), desk.state)}
    assert restore(desk.home, desk.rows, desk.state.alarms.values(), 0) == (desk.state, [])
    state, table, current = State(), dict[str, Alarm](), of
    for number, event in enumerate(desk.journal, start=1):
        current = homes.get(number, current)
        read: Event = decode_event(encode_event(event))
        outcome = step(current, state, read)
        state = outcome.state
        table |= {alarm.alarm_id: alarm for alarm in outcome.changed}
    assert (table, state) == (desk.table, desk.state)
