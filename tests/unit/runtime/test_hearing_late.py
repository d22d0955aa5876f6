"""A person who accepts or closes an alarm that has ended meanwhile is on record."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from heimvakt.core.alarms import Alarm, AlarmState
from heimvakt.core.events import RadioBack, RadioLost
from heimvakt.core.heard import Answer
from heimvakt.runtime.hearing import Hearing
from tests.support.lives import RECEIVER, Life, live
from tests.support.memory_uplink import answer


async def test_it_shows_on_the_alarm_once(tmp_path: Path) -> None:
    async with live(tmp_path) as life:
        counts = Counter[str]()
        hearing = Hearing(
            RECEIVER, life.store, life.pipeline.emit, unsaved=frozenset(), counts=counts
        )
        ended = await _radio_lost_and_back(life)
        for what in (Answer.RECEIVED, Answer.ACCEPTED, Answer.ACCEPTED, Answer.CLOSED):
            await hearing.take(answer(ended, what, by="operator 12", revision=None))
        shown = await life.store.alarm(ended.alarm_id)
        assert shown is not None
        assert [(one.state, one.by) for one in shown.history][1:] == [
            (AlarmState.RESET, None),
            (AlarmState.ACCEPTED, "centre: operator 12"),
            (AlarmState.CLOSED, "centre: operator 12"),
        ]
        assert shown.accepted_by == "centre: operator 12"
        assert counts == {"nothing-new": 1}


async def _radio_lost_and_back(life: Life) -> Alarm:
    await life.pipeline.emit(RadioLost(driver="zigbee", reason="unplugged"))
    life.clock.drive(life.pipeline.next_due() or life.clock.now())
    await life.pipeline.fire_due()
    await life.pipeline.emit(RadioBack(driver="zigbee"))
    (alarm,) = life.pipeline.state.alarms.values()
    return alarm
