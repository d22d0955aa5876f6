"""A press is an alarm: at once, or after the seconds in which the resident may take it back.

A button is never suppressed by anything. Presses that follow within `one_alarm_within` are the same
call for help and no new alarm; a later press always is one, whatever became of the last.

    idle --press--> raised                              a button without `cancel`
    idle --press--> waiting --press again--> cancelled  a button with `cancel`
                            --time over----> raised

Taking back is a press of its own, after a pause: somebody in fear presses again and again, and a
radio repeats a frame, and neither may call off the help that was called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, TypeVar

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.changed import replace
from heimvakt.core.devices import Device, Role
from heimvakt.core.effects import (
    ArmTimer,
    CancelAlarm,
    CancelTimer,
    ConfirmAlarm,
    Effects,
    RaiseAlarm,
)
from heimvakt.core.events import (
    AlarmClosed,
    ButtonCancelled,
    ButtonPressed,
    ClockStepped,
    Event,
    Press,
    TimerFired,
    WalkTestTurned,
)
from heimvakt.core.fields import duration
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .kind import Context, RuleKind, RuleSettings, role_rule


class Settings(RuleSettings):
    """`[rules.button]`: armed in every home, also without this section."""

    one_alarm_within: Annotated[
        timedelta,
        duration(at_least="0s", at_most="60s"),
        Field(description="Presses that follow a press within this time belong to its alarm."),
    ] = timedelta(seconds=10)


PAUSE = timedelta(seconds=1)
"""A press that follows the one before sooner than this repeats it; it takes nothing back."""
FRAME_AGAIN = timedelta(seconds=2)
"""A radio repeats an unconfirmed frame within this: no finger was there a second time."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pre-alarm that can be taken back."""

    key: str
    until: datetime
    last_press: datetime


@dataclass(frozen=True, slots=True)
class State:
    """Per button: the pre-alarm that waits, and the last press that made an alarm."""

    waiting: Mapping[str, Waiting] = field(default_factory=dict)
    """By device."""
    pressed_at: Mapping[str, datetime] = field(default_factory=dict)
    boot_id: str = ""
    """The boot that these presses were in: in another one the same time is another time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The settings in a home."""

    settings: Settings
    buttons: Mapping[str, Device]
    mode_presses: frozenset[tuple[str, Press]] = frozenset()
    """These the file of the home says to be no calls for help: they set a mode (`core.modes`)."""


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """What a press means after what went before."""
    match event:
        case ButtonPressed(device_id=device_id, press=press) if (
            device_id,
            press,
        ) in bound.mode_presses:
            return state, []
        case ButtonPressed(device_id=device_id) if device_id in state.waiting:
            return _pressed_again(state, event)
        case ButtonCancelled(device_id=device_id) if device_id in state.waiting:
            return _taken_back(state, device_id)
        case ButtonPressed(device_id=device_id) if device_id in bound.buttons:
            return _pressed(bound.settings, bound.buttons[device_id], state, event)
        case TimerFired(name=device_id) if device_id in state.waiting:
            return _confirmed(state, device_id)
        case ClockStepped():
            return replace(state, pressed_at={}), []  # those times come again, or never
        case AlarmClosed(alarm_id=key):
            return _ended(state, key)
        case WalkTestTurned() if state.pressed_at:
            return _tried(bound.settings, state), []
        case _:
            return state, []


def _ended(state: State, key: str) -> tuple[State, Effects]:
    """A trial that the end of the work cut short waits for nothing any more: the
    next press takes nothing back, and is a call."""
    device_id = next((i for i, waiting in state.waiting.items() if waiting.key == key), None)
    if device_id is None:
        return state, []
    without = _without(state.waiting, device_id), _without(state.pressed_at, device_id)
    after = replace(state, waiting=without[0], pressed_at=without[1])
    return after, [CancelTimer(device_id)]


def _tried(settings: Settings, state: State) -> State:
    """What follows a press that was tried is a call of its own, but for its own repeats."""
    sooner = max(settings.one_alarm_within - FRAME_AGAIN, timedelta())
    return replace(state, pressed_at={i: at - sooner for i, at in state.pressed_at.items()})


def _pressed(
    settings: Settings, button: Device, state: State, event: ButtonPressed
) -> tuple[State, Effects]:
    device_id = button.device_id
    boot_id = event.stamp.boot_id
    in_this_boot = state.pressed_at if state.boot_id == boot_id else {}
    last = in_this_boot.get(device_id)
    if last is not None and last <= event.at < last + settings.one_alarm_within:
        return state, []
    key = f"{device_id}@{event.seq}"
    alarm = RaiseAlarm(
        key=key,
        kind="button",
        priority=Priority.HIGH,
        began_at=event.at,
        text=_text(button),
        evidence=(Evidence.of(event),),
        device_id=device_id,
        pending=button.cancel is not None,
    )
    after = replace(state, pressed_at={**in_this_boot, device_id: event.at}, boot_id=boot_id)
    if button.cancel is None:
        return after, [alarm]
    until = event.at + button.cancel
    waiting = {**state.waiting, device_id: Waiting(key, until, last_press=event.at)}
    return replace(after, waiting=waiting), [alarm, ArmTimer(device_id, until)]


def _pressed_again(state: State, event: ButtonPressed) -> tuple[State, Effects]:
    device_id = event.device_id
    waiting = state.waiting[device_id]
    if not waiting.last_press <= event.at < waiting.until:
        # The time to take it back is over and its deadline on the way, or the clock was set.
        after, effects = _confirmed(state, device_id)
        return after, [CancelTimer(device_id), *effects]
    if event.at - waiting.last_press < PAUSE:
        again = replace(waiting, last_press=event.at)
        return replace(state, waiting={**state.waiting, device_id: again}), []
    return _taken_back(state, device_id)


def _confirmed(state: State, device_id: str) -> tuple[State, Effects]:
    after = replace(state, waiting=_without(state.waiting, device_id))
    return after, [ConfirmAlarm(state.waiting[device_id].key)]


def _taken_back(state: State, device_id: str) -> tuple[State, Effects]:
    after = replace(
        state,
        waiting=_without(state.waiting, device_id),
        pressed_at=_without(state.pressed_at, device_id),  # a press after this is a new call
    )
    return after, [CancelTimer(device_id), CancelAlarm(state.waiting[device_id].key)]


V = TypeVar("V")


def _without(mapping: Mapping[str, V], key: str) -> dict[str, V]:
    return {name: value for name, value in mapping.items() if name != key}


def _text(button: Device) -> Words:
    where = f" ({button.room})" if button.room else ""
    return Words(
        nb=f"Alarmknappen {button.device_id}{where} er trykket.",
        en=f"The alarm button {button.device_id}{where} was pressed.",
    )


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule for every button of this home."""
    buttons = {i: context.devices[i] for i in context.of_role(Role.BUTTON)}
    bound = Bound(settings=settings, buttons=buttons, mode_presses=context.mode_presses)
    return role_rule(rule_id, KIND, State(), partial(step, bound), buttons, version=3)


KIND = RuleKind(
    kind="button",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset({Role.BUTTON}),
    raises=frozenset({"button"}),
    priorities=frozenset({Priority.HIGH}),
    implicit=True,
)
