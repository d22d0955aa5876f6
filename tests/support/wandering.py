"""What tests of night wandering have in common: a bed, its signs, and what happened in a night."""

from __future__ import annotations

from datetime import timedelta

from heimvakt.core.calendar import Night, UnknownClock
from heimvakt.core.effects import RaiseAlarm
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    DeviceEvent,
    DoorOpened,
    Event,
    MotionDetected,
    TimerFired,
)
from heimvakt.rules.absence import absences
from heimvakt.rules.night_wandering import BACK, Bound, Settings, step
from heimvakt.rules.night_wandering_state import InBed, State
from tests.support.homes import DEVICES, OSLO, oslo, stamp

SETTINGS = Settings(out_of="bed", signs=("hall", "front-door"))
NIGHT = Night(SETTINGS.between.window(OSLO), UnknownClock.NIGHT)


def bound(settings: Settings = SETTINGS) -> Bound:
    return Bound(
        settings=settings,
        bed=DEVICES["bed"],
        night=NIGHT,
        morning=NIGHT.last(settings.getting_up),
        dawn=NIGHT.last(2 * settings.getting_up),
        absences=absences(settings, DEVICES["bed"], NIGHT),
    )


BOUND = bound()


def alarms(*events: Event, within: Bound = BOUND) -> list[RaiseAlarm]:
    state: State = InBed()
    raised: list[RaiseAlarm] = []
    for event in events:
        state, effects = step(within, state, event)
        raised += [effect for effect in effects if isinstance(effect, RaiseAlarm)]
    return raised


def event(kind: type[DeviceEvent], device_id: str, clock: str, seconds: int = 0) -> Event:
    at = oslo(clock) + timedelta(seconds=seconds)
    return kind(stamp=stamp(round(at.timestamp()) % 10**6, at), device_id=device_id)


LEFT = event(BedLeft, "bed", "2:10")
BACK_IN = event(BedEntered, "bed", "2:20")
HALL, HALL_AGAIN = event(MotionDetected, "hall", "2:12"), event(MotionDetected, "hall", "2:14")
DOOR = event(DoorOpened, "front-door", "2:15")
TIME_OVER = TimerFired(stamp=stamp(8, oslo("2:30")), name=BACK, due=oslo("2:30"))
