"""What a rule is not told of means nothing to it: told of everything it answers the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from heimvakt.core.devices import Device, Role
from heimvakt.core.doses import DosePlan
from heimvakt.core.events import KINDS, DeviceEvent, Event, Mode, ModeChosen
from heimvakt.rules import KINDS as RULES
from tests.support.events import of_kind, sample
from tests.support.homes import Desk, home, oslo

DEVICES = {
    role.value: Device(
        device_id=role.value,
        role=role,
        driver="zigbee",
        address=role.value,
        outer=role is Role.DOOR,
        door="door" if role is Role.LOCK else None,
        doses=(DosePlan(at=oslo("22:30").time(), window=timedelta(hours=1)),)
        if role is Role.DISPENSER
        else (),
    )
    for role in Role
}
WIRED: Mapping[str, Mapping[str, Any]] = {
    "night-wandering": {"out_of": "bed", "signs": ("motion", "door")},
    "night-door": {"doors": ("door",)},
    "night-light": {"lights": ("light",), "on": ("bed", "motion")},
    "siren": {"sirens": ("siren",)},
    "left-home": {"doors": ("door",)},
    "bed-exit": {"bed": "bed"},
    "not-up": {},
    "inactivity": {},
    "bathroom-stay": {"inside": ("motion",)},
    "door-open": {"doors": ("door",)},
    "temperature": {"sensors": ("temperature",)},
    "lock-left-open": {"locks": ("lock",)},
    "custom": {
        "when": {"opened": ["door"], "motion": ["motion"], "for": "5m"},
        "unless": {"entered": ["bed"]},
        "text": {"en": "x"},
    },
    "planned-check": {"where": ("bed",), "at": ("02:00",)},
    "visit-missed": {"visits": ({"between": "08:00-09:30"},), "locks": ("lock",)},
}
ARMED = {
    **{name: (name, {}) for name, kind in RULES.items() if kind.implicit},
    **{name: (name, settings) for name, settings in WIRED.items()},
    **{
        f"{name}-learned": (name, {**WIRED[name], "learn": True})
        for name in ("night-wandering", "bed-exit", "inactivity")
    },
}
DEVICE_KINDS = {name: kind for name, kind in sorted(KINDS.items()) if issubclass(kind, DeviceEvent)}
EVENTS = st.sampled_from(sorted(DEVICE_KINDS)).flatmap(
    lambda name: st.builds(
        lambda event, device_id: replace(event, device_id=device_id),
        of_kind(KINDS[name]),
        st.sampled_from(sorted(DEVICES)),
    )
)
STEPS = st.lists(
    EVENTS
    | st.builds(ModeChosen, mode=st.sampled_from(Mode), by=st.just("x"), lasting_s=st.none())
    | st.timedeltas(timedelta(seconds=1), timedelta(hours=6)),
    max_size=40,
)


@settings(max_examples=60)
@given(STEPS)
def test_told_of_everything_every_rule_answers_the_same(steps: list[Event | timedelta]) -> None:
    few = Desk(home(DEVICES, ARMED))
    rules = {
        i: replace(rule, told_of=None, told_of_check_ins=True, told_of_kinds=None)
        for i, rule in few.home.rules.items()
    }
    all_of_it = Desk(replace(few.home, rules=rules))
    for each in steps:
        for desk in (few, all_of_it):
            if isinstance(each, timedelta):
                desk.wait_until(desk.at + each)
            else:
                desk.tell(each)
        assert few.outcome == all_of_it.outcome
    assert few.journal == all_of_it.journal
    assert few.table == all_of_it.table


def test_whatever_it_was_told_last_what_a_rule_is_not_told_means_nothing() -> None:
    desk = Desk(home(DEVICES, ARMED))
    for rule_id, rule in desk.home.rules.items():
        told = [name for name, kind in DEVICE_KINDS.items() if rule.is_told(kind)]
        for device_id in sorted(DEVICES if rule.told_of is None else rule.told_of):
            state = desk.state.rules[rule_id]
            for last in told:
                state, _ = rule.step(state, one_of(last, device_id))
                for name in DEVICE_KINDS.keys() - {*told}:
                    unheeded = one_of(name, device_id)
                    assert rule.step(state, unheeded) == (state, []), (rule_id, last, name)


def one_of(name: str, device_id: str) -> Event:
    event = sample(DEVICE_KINDS[name], 1)
    assert isinstance(event, DeviceEvent)
    return replace(event, device_id=device_id)


def test_every_kind_of_rule_is_armed_here() -> None:
    assert RULES.keys() <= ARMED.keys()
