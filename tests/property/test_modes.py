"""Whatever happens while a home is set to whatever: only what is listed is kept back, and nothing
is lost by it.

Each home has a twin that lives through the same and keeps nothing back: what it raises is what our
home must have raised, or keep.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from heimvakt.core.alarms import Alarm, AlarmState
from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.effects import CancelAlarm, NoLonger, ResetAlarm
from heimvakt.core.engine import Outcome
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ButtonPressed,
    DoorClosed,
    DoorOpened,
    Event,
    FallDetected,
    LockedBy,
    LockUnlocked,
    Mode,
    ModeChosen,
    Press,
    SmokeDetected,
    TagPresented,
)
from heimvakt.core.mode_plans import AT_MOST, MAY_REST, PLANS, ModePlan
from heimvakt.core.resting import suppresses
from tests.support.homes import DEVICES, RULES, Desk, home
from tests.support.plays import CLOCKS, FACTS, WAITS, play

LOCK = Device(device_id="front-lock", role=Role.LOCK, driver="osdp", address="1")
SMOKE = Device(device_id="smoke", role=Role.SMOKE, driver="zigbee", address="7")
FALL = Device(device_id="fall", role=Role.FALL, driver="zigbee", address="8")
ALL = {**DEVICES, "front-lock": LOCK, "smoke": SMOKE, "fall": FALL}
NEVER = {"button", "smoke", "fall", "radio", "store", "device-silent", "blind-rule"}
"""Kinds that these homes raise and that nothing may keep back."""
LISTS = st.sets(st.sampled_from(sorted(MAY_REST | NEVER))).map(frozenset)
"""What a mode lists. No configuration lists the second; the engine must not rely on it."""
MODES = st.fixed_dictionaries(
    {
        mode: st.builds(
            ModePlan,
            suppresses=LISTS,
            lasting=st.sampled_from([timedelta(minutes=10), timedelta(hours=2)]),
            button=st.just("button") if mode is Mode.PRIVACY else st.none(),
            locks=st.just(frozenset({"front-lock"}) if mode is Mode.VISIT else frozenset[str]()),
        )
        for mode in PLANS
    }
)
CHANGES = st.one_of(
    st.builds(TagPresented, device_id=st.just("reader"), tag=st.sampled_from(["a", "b", "", "x"])),
    st.builds(LockUnlocked, device_id=st.just("front-lock"), by=st.sampled_from(LockedBy)),
    st.builds(ButtonPressed, device_id=st.just("button"), press=st.sampled_from(Press)),
    st.builds(
        ModeChosen,
        mode=st.sampled_from(Mode),
        by=st.just("command"),
        lasting_s=st.none() | st.sampled_from([60.0, 3600.0, 1e5]),
    ),
)
DANGERS = st.sampled_from([SmokeDetected(device_id="smoke"), FallDetected(device_id="fall")])
NIGHT = st.sampled_from(
    [
        BedLeft(device_id="bed"),
        DoorOpened(device_id="front-door"),
        BedEntered(device_id="bed"),
        DoorClosed(device_id="front-door"),
    ]
)
"""What these homes watch for, more often than chance would have it."""
RESTARTS = st.tuples(st.just("off"), WAITS)
STEP = st.one_of(FACTS, FACTS, CHANGES, CHANGES, NIGHT, DANGERS, WAITS, WAITS, CLOCKS, RESTARTS)
STEPS = st.integers(0, 50).flatmap(lambda n: st.lists(STEP, min_size=n, max_size=n))
RULES_HERE: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    **RULES,
    "night-door": ("night-door", {"doors": ("front-door",), "unless": "visit"}),
    "bed-exit": ("bed-exit", {"bed": "bed"}),
    "inactivity": ("inactivity", {"between": "00:00-23:59", "after": "1h"}),
    "door-open": ("door-open", {"doors": ("front-door",)}),
    "smoke": ("smoke", {}),
    "fall": ("fall", {}),
}


def a_home(modes: Mapping[Mode, ModePlan]) -> Home:
    return replace(home(ALL, RULES_HERE), tags={"26:01": "a", "26:02": "b"}, modes=modes)


def that_keeps_nothing_back(of: Home) -> Home:
    rules = {i: replace(rule, unless=frozenset()) for i, rule in of.rules.items()}
    modes = {mode: replace(plan, suppresses=frozenset()) for mode, plan in of.modes.items()}
    return replace(of, rules=rules, modes=modes)


class Beside(Desk):
    """A desk that looks at every step whether the modes keep their promise."""

    def __init__(self, of: Home) -> None:
        self.ended_untold: dict[str, Alarm] = {}
        super().__init__(of)

    def tell(self, event: Event, *, at: Any = None) -> Outcome:
        before = self.state
        outcome = super().tell(event, at=at)
        over = {
            (rule_id, effect.key)
            for rule_id, effect in outcome.thoughts
            if isinstance(effect, NoLonger | ResetAlarm | CancelAlarm)
        }
        mode = outcome.state.mode
        for alarm in outcome.changed:
            was = before.alarms.get(alarm.alarm_id)
            if alarm.state is AlarmState.SUPPRESSED:
                assert alarm.kind in MAY_REST
                assert suppresses(self.home, mode, alarm.rule_id, alarm.kind)
                assert alarm.history[-1].by == mode.mode, "with the reason"
            if was is not None and was.state is AlarmState.SUPPRESSED and not alarm.was_raised:
                assert (alarm.rule_id, alarm.key) in over, "its rule has said that it is over"
                self.ended_untold[alarm.alarm_id] = alarm
        for alarm in outcome.state.alarms.values():
            kept = alarm.state is AlarmState.SUPPRESSED
            assert not kept or suppresses(self.home, mode, alarm.rule_id, alarm.kind)
        if mode.mode is not Mode.HOME:
            assert mode.until is not None
            assert mode.until - self.at <= AT_MOST[mode.mode], "it ends by itself, and in time"
            assert outcome.state.timers["/mode"] == mode.until
        return outcome


def cause_of(alarm: Alarm) -> tuple[Any, ...]:
    """Keys may end in a place in the journal: deadlines of who is told next move that."""
    return alarm.rule_id, alarm.key.partition("@")[0], alarm.began_at, alarm.device_id


def lived(of: Home, steps: list[Any], desk: type[Desk] = Desk) -> Desk:
    one = desk(of)
    for each in steps:
        match each:
            case ("off", duration):
                one.restart(seconds=duration.total_seconds())
            case _:
                play(one, [each])
    return one


@given(MODES, STEPS)
def test_only_what_is_listed_is_kept_back_and_none_of_it_is_lost(
    modes: Mapping[Mode, ModePlan], steps: list[Any]
) -> None:
    of = a_home(modes)
    ours, twin = lived(of, steps, Beside), lived(that_keeps_nothing_back(of), steps)
    assert isinstance(ours, Beside)
    assert ours.table.keys() == twin.table.keys()
    for alarm_id, there in twin.table.items():
        here = ours.table[alarm_id]
        assert cause_of(here) == cause_of(there)
        if there.was_raised and not here.was_raised:
            kept = here.state is AlarmState.SUPPRESSED and alarm_id in ours.state.alarms
            assert kept or alarm_id in ours.ended_untold
        assert here.kind in MAY_REST or here.history[:1] == there.history[:1], "as without modes"
    ours.tell(ModeChosen(mode=Mode.HOME, by="test"))
    assert not [a for a in ours.state.alarms.values() if a.state is AlarmState.SUPPRESSED]
    told = {alarm.alarm_id for alarm in ours.sent}
    for alarm_id, there in twin.table.items():
        if there.was_raised and alarm_id not in ours.ended_untold:
            assert alarm_id in told


@settings(max_examples=50)
@given(MODES, STEPS, st.sampled_from(sorted(PLANS)))
def test_a_press_is_raised_at_once_whatever_the_home_is_set_to(
    modes: Mapping[Mode, ModePlan], steps: list[Any], mode: Mode
) -> None:
    desk = lived(a_home(modes), steps)
    desk.tell(ModeChosen(mode=mode, by="test"))
    desk.wait(seconds=61)
    told = desk.alarms_of(ButtonPressed(device_id="button"))
    (alarm,) = (each for each in told if each.kind == "button")  # it ends inactivity besides
    assert (alarm.state, alarm.test) == (AlarmState.RAISED, False)


@settings(max_examples=50)
@given(MODES, STEPS)
def test_every_mode_ends_by_itself(modes: Mapping[Mode, ModePlan], steps: list[Any]) -> None:
    desk = lived(a_home(modes), steps, Beside)
    desk.wait_until(desk.state.mode.until or desk.at)
    assert desk.state.mode.mode is Mode.HOME
    assert not [a for a in desk.state.alarms.values() if a.state is AlarmState.SUPPRESSED]
