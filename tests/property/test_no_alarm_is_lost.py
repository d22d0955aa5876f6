"""Any interleaving of events, deadlines, answers that come twice or not at all, and kills.

A real store and the real pipeline. A kill is a copy of the directory as it stood between two
commits, without a word to the one that ran; the life after it begins from the copy.
HEIMVAKT_LIVES says how many homes are lived through (12 without it).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from heimvakt.core.alarms import Alarm, AlarmState
from heimvakt.core.engine import step
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ButtonPressed,
    DeviceSeen,
    DoorOpened,
    Event,
    GatewayStarted,
    Mode,
    ModeChosen,
    MotionDetected,
    RadioBack,
    RadioLost,
)
from heimvakt.core.heard import Answer
from heimvakt.core.state import PENDING_MAX, State
from heimvakt.runtime.clock import DrivenClock
from heimvakt.runtime.pipeline import Committed
from heimvakt.runtime.shipping import Shipping
from tests.support.homes import DEVICES, EVENING, home, moved
from tests.support.lives import RECEIVER, Life, every_alarm, journal, live
from tests.support.memory_uplink import MemoryUplink, answer

HOME = home({i: moved(d, silent_after=timedelta(hours=3)) for i, d in DEVICES.items()})
FACTS = st.one_of(
    st.sampled_from(["button", "pendant"]).map(lambda i: ButtonPressed(device_id=i)),
    st.sampled_from(
        [
            BedLeft(device_id="bed"),
            BedEntered(device_id="bed"),
            DoorOpened(device_id="front-door"),
            MotionDetected(device_id="hall"),
            DeviceSeen(device_id="pendant"),
            RadioLost(driver="zigbee", reason="gone"),
            RadioBack(driver="zigbee"),
            *(ModeChosen(mode=mode, by="command") for mode in Mode),
        ]
    ),
)
MEMORY = Path("/dev/shm")
"""Where there is one; what a flush is worth is the matter of other tests."""
WAITS = st.sampled_from([0.3, 4.0, 12.0, 100.0, 1500.0, 4000.0])


class Gateway(RuleBasedStateMachine):
    """One home over many lives."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.root = Path(tempfile.mkdtemp(prefix="lives-", dir=MEMORY if MEMORY.is_dir() else None))
        self.lives = 0
        self.now = EVENING
        self.raised: dict[str, Alarm] = {}
        """As they were when they were first to be sent."""
        self.answered: set[str] = set()

    def do(self, coroutine: Any) -> Any:
        return self.loop.run(coroutine)

    @property
    def directory(self) -> Path:
        return self.root / f"{self.lives}"

    @initialize()
    def begin(self) -> None:
        self.do(self._begin())

    async def _begin(self) -> None:
        self.stack = AsyncExitStack()
        clock = DrivenClock(self.now)
        self.life: Life = await self.stack.enter_async_context(live(self.directory, clock, of=HOME))
        self.shipping = Shipping([MemoryUplink()], self.life.store, clock, self.life.pipeline.emit)
        self.life.pipeline.watch(self._see)
        for alarm in self.life.pipeline.state.alarms.values():
            if alarm.was_raised:  # what the start itself has raised was told before we could watch
                self.raised.setdefault(alarm.alarm_id, alarm)

    def _see(self, committed: Committed) -> None:
        for dispatch in committed.outcome.send:
            self.raised.setdefault(dispatch.alarm.alarm_id, dispatch.alarm)

    # --- what can happen --------------------------------------------------------------------------

    @rule(facts=st.lists(FACTS, min_size=1, max_size=4))
    def events(self, facts: list[Event]) -> None:
        self.do(self.life.pipeline.emit(*facts))

    @rule(facts=st.lists(FACTS, min_size=2, max_size=6))
    def events_of_many_drivers_at_once(self, facts: list[Event]) -> None:
        async def together() -> None:
            async with asyncio.TaskGroup() as group:
                for fact in facts:
                    group.create_task(self.life.pipeline.emit(fact))

        self.do(together())

    @rule(seconds=WAITS)
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.life.clock.drive(self.now)
        self.do(self.life.pipeline.fire_due())

    @precondition(lambda self: self.raised)
    @rule(
        data=st.data(),
        what=st.sampled_from(Answer),
        times=st.integers(1, 3),
        revision=st.sampled_from([0, None]),
    )
    def answers(self, data: st.DataObject, what: Answer, times: int, revision: int | None) -> None:
        """An answer that is lost on the way is no step at all; one that comes twice is."""
        alarm_id = data.draw(st.sampled_from(sorted(self.raised)))

        async def hear() -> None:
            for _ in range(times):
                await self.shipping.hear(answer(alarm_id, what, revision=revision))

        self.do(hear())
        self.answered.add(alarm_id)

    @rule(off=st.sampled_from([0.0, 2.0, 3600.0]))
    def killed(self, off: float) -> None:
        before = self.life.pipeline.state
        shutil.copytree(self.directory, self.root / f"{self.lives + 1}")
        self.do(self.stack.aclose())  # whatever it still writes, it writes where nobody looks
        self._begin_again(off)
        after = self.life.pipeline.state
        assert after.alarms_raised >= before.alarms_raised
        assert set(before.alarms) <= set(after.alarms)

    @rule(off=st.sampled_from([0.0, 2.0, 3600.0]))
    def stopped(self, off: float) -> None:
        self.do(self.stack.aclose())
        shutil.copytree(self.directory, self.root / f"{self.lives + 1}")
        self._begin_again(off)

    def _begin_again(self, off: float) -> None:
        shutil.rmtree(self.directory)
        self.lives += 1
        self.now += timedelta(seconds=off)
        self.do(self._begin())
        self.do(self.life.pipeline.fire_due())

    # --- what must be true at any time ------------------------------------------------------------

    @invariant()
    def no_alarm_is_lost(self) -> None:
        if not hasattr(self, "life"):
            return
        table = self.do(every_alarm(self.life.store))
        waiting = {row.alarm_id for row in self.do(self.life.store.waiting(RECEIVER, 10_000))}
        for alarm_id, first in self.raised.items():
            assert (table[alarm_id].number, table[alarm_id].key) == (first.number, first.key)
            assert alarm_id in waiting or table[alarm_id].delivered_at is not None
            assert alarm_id in self.answered or alarm_id in waiting

    @invariant()
    def no_alarm_has_a_second_id(self) -> None:
        if not hasattr(self, "life"):
            return
        causes = [
            (a.rule_id, a.key, a.raised_at, tuple(e.seq for e in a.evidence))
            for a in self.do(every_alarm(self.life.store)).values()
        ]
        assert len(causes) == len(set(causes))

    @invariant()
    def no_deadline_is_forgotten(self) -> None:
        if hasattr(self, "life"):
            due = self.life.pipeline.next_due()
            assert due is None or due > self.now, "what has come was let happen"
            for alarm in self.life.pipeline.state.alarms.values():
                if alarm.state is AlarmState.PENDING:
                    assert f"/pending/{alarm.alarm_id}" in self.life.pipeline.state.timers
                    assert alarm.raised_at + PENDING_MAX > self.now

    def teardown(self) -> None:
        try:
            if hasattr(self, "life"):
                self._replay()
        finally:
            self.loop.close()
            shutil.rmtree(self.root)

    def _replay(self) -> None:
        """The journal, through the core from its first state, gives what was raised."""
        table = self.do(every_alarm(self.life.store))
        lived = self.life.pipeline.state
        self.do(self.stack.aclose())
        state, again = State(), dict[str, Alarm]()
        for event in journal(self.directory):
            outcome = step(HOME, state, event)
            state = outcome.state
            again |= {alarm.alarm_id: alarm for alarm in outcome.changed}
        assert again == table
        assert state == lived
        starts = sum(e.kind == GatewayStarted.kind for e in journal(self.directory))
        assert starts == self.lives + 1


TestGateway = Gateway.TestCase
TestGateway.settings = settings(
    max_examples=int(os.environ.get("HEIMVAKT_LIVES", "12")), stateful_step_count=25, deadline=None
)
