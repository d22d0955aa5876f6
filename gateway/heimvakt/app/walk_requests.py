"""A walk test over the control socket: one device at a time, and what becomes of it.

The technician turns to a device; what it then tells, and the centre's answer to that, are told as
steps. Others that are heard in passing are told too. Whoever hangs up turns away from the device.
There is one walk at a time: a second technician is told of the first, and does not take the home
from under his feet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from heimvakt.core.devices import Device
from heimvakt.core.events import (
    AlarmDelivered,
    DeviceEvent,
    Mode,
    WalkTestTurned,
)
from heimvakt.core.walking import ASKED, shows_that_it_works
from heimvakt.core.words import Words
from heimvakt.runtime.control import Answer, Request, RequestRefused, StepHandler, Tell
from heimvakt.runtime.pipeline import Committed, Pipeline

WITHIN_S = 120.0
WITHIN_S_MAX = 900.0
WALK_MAX = 64
STEPS_MAX = 1_000
"""Steps that wait for a slow reader; what comes above is not told, and the test goes on."""

NOT_IN_SERVICE = (
    "a walk test runs in service mode, so that its alarms are marked as tests\n"
    "  heimvakt mode service --for 1h"
)

ANOTHER = (
    "another walk test is running, just now at {}\n"
    "  wait until it is over, or end it there: Ctrl-C twice"
)


def walk_works(pipeline: Pipeline, *, language: str) -> Mapping[str, StepHandler]:
    """The request `walk-test`, of one device; `language` is that of the home."""

    turned_to: _Trial | None = None

    async def walk_test(request: Request, tell: Tell) -> Answer:
        nonlocal turned_to
        device, within_s, walk = _device(pipeline, request), _within_s(request), _walk(request)
        if turned_to is not None and turned_to.walk != walk:
            raise RequestRefused(ANOTHER.format(turned_to.device_id))
        if pipeline.state.mode.mode is not Mode.SERVICE:
            raise RequestRefused(NOT_IN_SERVICE)
        trial = _Trial(device, walk, pipeline.home.devices)
        stop = pipeline.watch(trial.note)
        try:
            turned_to = trial
            await pipeline.emit(WalkTestTurned(to=device.device_id))
            await tell({"step": "turned", **_asked(device, language)})
            async with asyncio.timeout(within_s):
                while not trial.answered:
                    await tell(await trial.steps.get())
        except TimeoutError:
            pass  # what came of it so far is the answer
        finally:
            stop()
            if turned_to is trial:  # else he is at the next device already
                turned_to = None
                await asyncio.shield(pipeline.emit(WalkTestTurned(to=None)))
        return {
            "device_id": device.device_id,
            "heard": trial.heard_at is not None,
            "answered": trial.answered,
        }

    return {"walk-test": walk_test}


class _Trial:
    """What a device has shown since the technician turned to it."""

    def __init__(self, device: Device, walk: str, devices: Mapping[str, Device]) -> None:
        self.device_id = device.device_id
        self._devices = devices
        self.walk = walk
        self.steps: asyncio.Queue[Answer] = asyncio.Queue(STEPS_MAX)
        self.heard_at: float | None = None
        self.answered = False
        """Somebody's system has the alarm that came of it."""
        self._alarms: set[str] = set()

    def note(self, committed: Committed) -> None:
        """Take what was committed; called by the pipeline."""
        event = committed.event
        for alarm in committed.outcome.changed:
            if alarm.device_id == self.device_id and alarm.test:
                self._alarms.add(alarm.alarm_id)
        match event:
            case DeviceEvent(device_id=device_id):
                device = self._devices.get(device_id)
                if device is not None and shows_that_it_works(device.role, event):
                    self._heard(event)
            case AlarmDelivered(alarm_id=alarm_id) if alarm_id in self._alarms:
                self._told_centre(event)

    def _heard(self, event: DeviceEvent) -> None:
        if event.device_id != self.device_id:
            self._put({"step": "in-passing", "device_id": event.device_id, "kind": event.kind})
            return
        if self.heard_at is None:
            self.heard_at = event.stamp.monotonic
        self._put({"step": "heard", "kind": event.kind})

    def _told_centre(self, event: AlarmDelivered) -> None:
        if self.heard_at is None or self.answered:
            return
        self.answered = True
        seconds = event.stamp.monotonic - self.heard_at
        self._put({"step": "answered", "receiver": event.receiver, "seconds": seconds})

    def _put(self, step: Answer) -> None:
        if not self.steps.full():
            self.steps.put_nowait(step)


def _device(pipeline: Pipeline, request: Request) -> Device:
    named = request.get("device_id")
    device = pipeline.home.devices.get(named) if isinstance(named, str) else None
    if device is None:
        raise RequestRefused(f"there is no device {named}\n  see: heimvakt devices")
    if device.role not in ASKED:
        raise RequestRefused(f"nobody can try {named} by hand: it is a {device.role}")
    return device


def _walk(request: Request) -> str:
    """Which walk this device belongs to; requests that do not say are all of one."""
    walk = request.get("walk", "")
    if not isinstance(walk, str) or len(walk) > WALK_MAX:
        raise RequestRefused(f"a walk has a name of at most {WALK_MAX} characters")
    return walk


def _within_s(request: Request) -> float:
    within_s = request.get("within_s", WITHIN_S)
    if not isinstance(within_s, int | float) or not 0 < within_s <= WITHIN_S_MAX:
        raise RequestRefused(f"a device is tried for at most {WITHIN_S_MAX / 60:.0f} min")
    return float(within_s)


def _asked(device: Device, language: str) -> Mapping[str, Any]:
    asked: Words = ASKED[device.role]
    return {
        "device_id": device.device_id,
        "room": device.room,
        "asked": asked.in_language(language),
    }
