"""A gateway's store at work, to be watched by strace.

`python -m tests.support.powercut_worker DIR SEED`: lives follow one another, with clean ends and a
sudden one. Each line on standard output is a promise: `took SEQ` after the commit that somebody was
told of, `sent ID SEQ` when an alarm may have left the box (and the event that made it),
`answered ID` when its answer was committed, `kept ID` for each alarm that a start found.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from datetime import timedelta
from pathlib import Path

from heimvakt.core.alarms import Alarm
from heimvakt.core.events import (
    AlarmDelivered,
    BedEntered,
    BedLeft,
    ButtonPressed,
    DoorClosed,
    DoorOpened,
    Event,
    MotionDetected,
)
from heimvakt.runtime.clock import DrivenClock
from heimvakt.runtime.pipeline import Committed
from tests.support.homes import EVENING
from tests.support.lives import RECEIVER, Life, live

LIVES = 3
ACTS = 25
"""In one life."""


def say(text: str) -> None:
    """One system call, so that the trace shows where it stands among the others."""
    os.write(1, f"{text}\n".encode())


def _tell(committed: Committed) -> None:
    for alarm in sent_of(committed):
        say(f"sent {alarm.alarm_id} {alarm.evidence[-1].seq if alarm.evidence else 0}")


def sent_of(committed: Committed) -> list[Alarm]:
    """The alarms that may leave the box after this commit."""
    return [dispatch.alarm for dispatch in committed.outcome.send]


def _act(chance: random.Random) -> Event:
    make = chance.choice(
        (
            lambda: ButtonPressed(device_id="button"),
            lambda: ButtonPressed(device_id="button"),
            lambda: DoorOpened(device_id="front-door"),
            lambda: DoorClosed(device_id="front-door"),
            lambda: BedLeft(device_id="bed"),
            lambda: BedEntered(device_id="bed"),
            lambda: MotionDetected(device_id="hall"),
        )
    )
    event: Event = make()
    return event


async def _emit(life: Life, *events: Event) -> None:
    await life.pipeline.emit(*events)
    say(f"took {life.pipeline.seq}")


async def _live(directory: Path, clock: DrivenClock, chance: random.Random, *, last: bool) -> None:
    async with live(directory, clock) as life:
        life.pipeline.watch(_tell)
        for alarm in life.store.restored.alarms:
            say(f"kept {alarm.alarm_id}")
        say(f"took {life.pipeline.seq}")
        for _ in range(ACTS):
            clock.drive(clock.now() + timedelta(seconds=chance.choice((0.2, 5, 90, 1800))))
            await life.pipeline.fire_due()
            await _emit(life, *(_act(chance) for _ in range(chance.choice((1, 1, 1, 2, 7)))))
            waiting = await life.store.waiting(RECEIVER, 10)
            if waiting and chance.random() < 0.4:
                row = chance.choice(waiting)
                await _emit(
                    life,
                    AlarmDelivered(alarm_id=row.alarm_id, receiver=RECEIVER, revision=row.revision),
                )
                say(f"answered {row.alarm_id}")
        if last:
            os._exit(0)  # without a goodbye, as a power cut


async def _main(directory: Path, seed: int) -> None:
    chance, clock = random.Random(seed), DrivenClock(EVENING)
    for number in range(LIVES):
        await _live(directory, clock, chance, last=number == LIVES - 1)


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), int(sys.argv[2])))
