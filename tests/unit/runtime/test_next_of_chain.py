"""The next of a chain waits in the outbox from the commit of the deadline that tells it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from heimvakt.core.chain import Target
from heimvakt.core.events import AlarmAcknowledged, AlarmDelivered, ButtonPressed
from heimvakt.runtime.clock import DrivenClock
from tests.support.homes import EVENING, home, routes
from tests.support.lives import Life, live

CHAIN = routes(Target("centre"), Target("daughter", timedelta(minutes=5)))
PRESS = ButtonPressed(device_id="button")


async def pressed(life: Life) -> str:
    await life.pipeline.emit(PRESS)
    (alarm_id,) = life.pipeline.state.alarms
    return alarm_id


async def at(life: Life, minutes: float) -> dict[str, int]:
    """How many wait for whom so long after the press."""
    life.clock.drive(EVENING + timedelta(minutes=minutes))
    await life.pipeline.fire_due()
    return dict(await life.store.count_waiting())


async def test_when_nobody_has_accepted_and_again_at_the_end_of_the_chain(tmp_path: Path) -> None:
    async with live(tmp_path, of=home(told=CHAIN)) as life:
        alarm_id = await pressed(life)
        for receiver, minutes in (("centre", 5), ("daughter", 10)):
            told = AlarmDelivered(alarm_id=alarm_id, receiver=receiver, revision=0)
            assert await life.store.count_waiting() == {receiver: 1}
            await life.pipeline.emit(told)
            assert await at(life, minutes - 0.1) == {}
            await at(life, minutes)
        assert await life.store.count_waiting() == {"centre": 1}, "it has answered, nobody accepted"
        taken = AlarmAcknowledged(alarm_id=alarm_id, receiver="daughter", by="+4790000000")
        await life.pipeline.emit(taken)
        assert await at(life, 60) == {"centre": 1}


async def test_when_nothing_answers_and_over_a_restart(tmp_path: Path) -> None:
    async with live(tmp_path, of=home(told=CHAIN)) as life:
        await pressed(life)
        assert await at(life, 0.3) == {"centre": 1}
    later = DrivenClock(EVENING + timedelta(minutes=0.3))
    async with live(tmp_path, later, of=home(told=CHAIN)) as life:
        assert await at(life, 0.33) == {"centre": 1}
        assert await at(life, 0.34) == {"centre": 1, "daughter": 1}
